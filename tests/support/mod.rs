//! A transport that records what is sent and answers from memory.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use feishu_openapi::Transport;
use feishu_openapi::transport::{BoxFuture, HttpRequest, HttpResponse, RequestBody, ResponseBody, TransportError};

/// A request as it would have gone over the wire.
#[derive(Debug)]
pub(crate) struct Recorded {
    /// `GET`
    pub(crate) method: String,
    /// Without host and query, as encoded.
    pub(crate) path: String,
    /// Decoded.
    pub(crate) query: BTreeMap<String, String>,
    /// As sent.
    pub(crate) body: Vec<u8>,
}

/// Answers every request with the same body, and remembers the requests.
#[derive(Clone)]
pub(crate) struct Recorder {
    answer: String,
    requests: Arc<Mutex<Vec<Recorded>>>,
}

impl Recorder {
    /// A transport that answers `answer`, as JSON with status 200.
    pub(crate) fn answering(answer: impl Into<String>) -> Self {
        Recorder { answer: answer.into(), requests: Arc::default() }
    }

    /// The requests so far.
    pub(crate) fn take(&self) -> Vec<Recorded> {
        std::mem::take(&mut *self.requests.lock().expect("not poisoned"))
    }
}

impl Transport for Recorder {
    fn send(&self, request: HttpRequest) -> BoxFuture<'_, Result<HttpResponse, TransportError>> {
        Box::pin(async move {
            let url = url::Url::parse(&request.url).expect("a URL");
            let recorded = Recorded {
                method: request.method.to_string(),
                path: url.path().to_owned(),
                query: url.query_pairs().into_owned().collect(),
                body: collect(request.body).await,
            };
            self.requests.lock().expect("not poisoned").push(recorded);
            let mut headers = http::HeaderMap::new();
            headers.insert("content-type", http::HeaderValue::from_static("application/json; charset=utf-8"));
            let body = ResponseBody::from_bytes(self.answer.clone());
            Ok(HttpResponse::new(http::StatusCode::OK, headers, body))
        })
    }
}

async fn collect(body: RequestBody) -> Vec<u8> {
    match body {
        RequestBody::Bytes(bytes) => bytes.to_vec(),
        RequestBody::Stream { mut stream, .. } => {
            let mut all = Vec::new();
            while let Some(chunk) = std::future::poll_fn(|context| stream.as_mut().poll_next(context)).await {
                all.extend_from_slice(&chunk.expect("readable"));
            }
            all
        }
        _ => Vec::new(),
    }
}
