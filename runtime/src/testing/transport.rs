//! A transport without a network.

use std::fmt;
use std::io;
use std::sync::Arc;

use bytes::{Bytes, BytesMut};

use crate::transport::{
    BoxFuture, HttpRequest, HttpResponse, RequestBody, ResponseBody, Transport, TransportError, TransportErrorKind,
};

use super::reply::Fault;
use super::script::{Script, calls};
use super::{Received, Reply};

/// A transport that answers from a script; a clone shares script and record.
#[derive(Clone)]
pub struct ScriptedTransport(Arc<Script>);

impl ScriptedTransport {
    /// Answers one request after the other, then with HTTP 500.
    ///
    /// Requests for tenant access tokens are answered with `t-1`, `t-2`, and so on, those for tokens of users with
    /// `u-1` and `r-1`, `u-2` and `r-2`.
    pub fn new(replies: impl IntoIterator<Item = Reply>) -> Self {
        ScriptedTransport(Arc::new(Script::list(replies)))
    }

    /// Answers every request, those for tokens too, with what `handler` says.
    pub fn with_handler(handler: impl Fn(&Received) -> Reply + Send + Sync + 'static) -> Self {
        ScriptedTransport(Arc::new(Script::handler(Box::new(handler))))
    }

    /// All requests so far.
    pub fn requests(&self) -> Vec<Received> {
        self.0.received()
    }

    /// The requests so far without those for tokens.
    pub fn calls(&self) -> Vec<Received> {
        calls(self.0.received())
    }
}

impl Transport for ScriptedTransport {
    fn send(&self, request: HttpRequest) -> BoxFuture<'_, Result<HttpResponse, TransportError>> {
        Box::pin(async move {
            let body = collect(request.body)
                .await
                .map_err(|error| TransportError::new(TransportErrorKind::Ambiguous, error))?;
            // What is left of `https://host/path` after the host.
            let rest = request.url.split_once("://").map_or("", |(_, rest)| rest);
            let target = rest.find('/').map_or("/", |start| &rest[start..]);
            let received = Received::new(request.method, target, request.headers, body);
            let reply = self.0.answer(received);
            if !reply.delay.is_zero() {
                tokio::time::sleep(reply.delay).await;
            }
            answer(reply)
        })
    }
}

fn answer(reply: Reply) -> Result<HttpResponse, TransportError> {
    let dropped = |kind| TransportError::new(kind, io::Error::from(io::ErrorKind::ConnectionReset));
    let body = match reply.fault {
        None if reply.body_pause.is_zero() => ResponseBody::from_bytes(reply.body),
        None => Chunks::body(reply.body, reply.body_pause, None),
        Some(Fault::NoConnection) => return Err(dropped(TransportErrorKind::Connect)),
        Some(Fault::DropBeforeReading | Fault::DropAfterReading) => {
            return Err(dropped(TransportErrorKind::Ambiguous));
        }
        Some(Fault::Truncate) => {
            let half = reply.body.slice(..reply.body.len() / 2);
            let error = dropped(TransportErrorKind::Ambiguous);
            Chunks::body(half, reply.body_pause, Some(error))
        }
    };
    Ok(HttpResponse::new(reply.status, reply.headers, body))
}

async fn collect(body: RequestBody) -> io::Result<Bytes> {
    match body {
        RequestBody::Empty => Ok(Bytes::new()),
        RequestBody::Bytes(bytes) => Ok(bytes),
        RequestBody::Stream { mut stream, .. } => {
            let mut all = BytesMut::new();
            while let Some(chunk) = std::future::poll_fn(|context| stream.as_mut().poll_next(context)).await {
                all.extend_from_slice(&chunk?);
            }
            Ok(all.freeze())
        }
    }
}

/// A body in two chunks with a pause between them, and perhaps an error at its end.
struct Chunks {
    chunks: std::vec::IntoIter<Bytes>,
    pause: std::pin::Pin<Box<tokio::time::Sleep>>,
    is_first: bool,
    end: Option<TransportError>,
}

impl Chunks {
    fn body(body: Bytes, pause: std::time::Duration, end: Option<TransportError>) -> ResponseBody {
        let half = body.len() / 2;
        ResponseBody::from_stream(Chunks {
            chunks: vec![body.slice(..half), body.slice(half..)].into_iter(),
            pause: Box::pin(tokio::time::sleep(pause)),
            is_first: true,
            end,
        })
    }
}

impl futures_core::Stream for Chunks {
    type Item = Result<Bytes, TransportError>;

    fn poll_next(
        mut self: std::pin::Pin<&mut Self>,
        context: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Self::Item>> {
        if !std::mem::take(&mut self.is_first) {
            std::task::ready!(self.pause.as_mut().poll(context));
        }
        let item = match self.chunks.next() {
            Some(chunk) => Some(Ok(chunk)),
            None => self.end.take().map(Err),
        };
        std::task::Poll::Ready(item)
    }
}

impl fmt::Debug for ScriptedTransport {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("ScriptedTransport").field("requests", &self.requests()).finish()
    }
}
