//! The default transport.

use std::pin::Pin;
use std::sync::{Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http_body::{Frame, SizeHint};

use super::{
    BodyStream, BoxFuture, HttpRequest, HttpResponse, RequestBody, ResponseBody, Transport,
    TransportError, TransportErrorKind,
};

/// A [`Transport`] on a [`reqwest::Client`].
#[derive(Clone, Debug)]
pub struct ReqwestTransport(::reqwest::Client);

impl ReqwestTransport {
    /// With a client of your own: proxies, certificates, connection pools.
    ///
    /// Switch redirects off in it (`redirect::Policy::none()`), as the default
    /// client does: an API never redirects, and a redirect that is followed
    /// repeats the request.
    pub fn new(client: ::reqwest::Client) -> Self {
        ReqwestTransport(client)
    }

    /// With a client that does not follow redirects and takes proxies from the
    /// environment.
    pub(crate) fn with_defaults(connect_timeout: Duration) -> Result<Self, TransportError> {
        ::reqwest::Client::builder()
            .connect_timeout(connect_timeout)
            .redirect(::reqwest::redirect::Policy::none())
            .build()
            .map(ReqwestTransport)
            .map_err(error)
    }
}

impl Transport for ReqwestTransport {
    fn send(&self, request: HttpRequest) -> BoxFuture<'_, Result<HttpResponse, TransportError>> {
        Box::pin(async move {
            let url = ::reqwest::Url::parse(&request.url)
                .map_err(|error| TransportError::new(TransportErrorKind::Invalid, error))?;
            let mut message = ::reqwest::Request::new(request.method, url);
            *message.headers_mut() = request.headers;
            match request.body {
                RequestBody::Empty => {}
                RequestBody::Bytes(bytes) => *message.body_mut() = Some(bytes.into()),
                RequestBody::Stream { length, stream } => {
                    let body = ::reqwest::Body::wrap(StreamedBody {
                        left: length,
                        stream: Mutex::new(stream),
                    });
                    *message.body_mut() = Some(body);
                }
            }
            let mut response = self.0.execute(message).await.map_err(error)?;
            let headers = std::mem::take(response.headers_mut());
            Ok(HttpResponse {
                status: response.status(),
                headers,
                body: ResponseBody::from_reqwest(response),
            })
        })
    }
}

/// Drops the URL, which may hold a download code, and says what is known.
pub(super) fn error(error: ::reqwest::Error) -> TransportError {
    let kind = if error.is_connect() {
        TransportErrorKind::Connect
    } else if error.is_timeout() {
        TransportErrorKind::Timeout
    } else if error.is_builder() {
        TransportErrorKind::Invalid
    } else {
        TransportErrorKind::Ambiguous
    };
    TransportError::new(kind, error.without_url())
}

struct StreamedBody {
    left: Option<u64>,
    /// Never locked: it only makes the stream `Sync`, which reqwest asks for.
    stream: Mutex<BodyStream<std::io::Error>>,
}

impl http_body::Body for StreamedBody {
    type Data = Bytes;
    type Error = std::io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, std::io::Error>>> {
        let stream = self
            .stream
            .get_mut()
            .unwrap_or_else(PoisonError::into_inner);
        let polled = stream.as_mut().poll_next(context);
        polled.map(|chunk| {
            let chunk = match chunk? {
                Ok(chunk) => chunk,
                Err(error) => return Some(Err(error)),
            };
            if let Some(left) = &mut self.left {
                *left = left.saturating_sub(chunk.len() as u64);
            }
            Some(Ok(Frame::data(chunk)))
        })
    }

    fn size_hint(&self) -> SizeHint {
        self.left.map(SizeHint::with_exact).unwrap_or_default()
    }
}
