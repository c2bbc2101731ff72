//! How requests reach the server.
//!
//! The default transport is [`reqwest`](ReqwestTransport); any other is a type
//! that implements [`Transport`].
//! A transport sends one request once: retries, tokens, timeouts and the meaning
//! of answers are not its business.

mod body;
#[cfg(feature = "reqwest")]
mod proxy;
#[cfg(feature = "reqwest")]
mod reqwest;
#[cfg(feature = "long-connection")]
mod upgrade;

use std::fmt;
use std::future::Future;
use std::pin::Pin;

use http::{HeaderMap, Method, StatusCode};

use crate::shown::ShownHeaders;

pub use body::{BodyStream, RequestBody, ResponseBody};

#[cfg(feature = "reqwest")]
pub use self::reqwest::ReqwestTransport;
#[cfg(feature = "long-connection")]
pub use self::upgrade::{ByteStream, Upgrade};

/// A boxed future, as transports and token stores return it.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Sends one HTTP request once.
pub trait Transport: Send + Sync + 'static {
    /// Sends the request and returns the answer as soon as its headers are there.
    ///
    /// It must not follow redirects, and must not repeat a request that may have
    /// reached the server.
    fn send(&self, request: HttpRequest) -> BoxFuture<'_, Result<HttpResponse, TransportError>>;

    /// Sends a request that asks for another protocol, over HTTP/1.1; the long connection begins with one.
    ///
    /// The URL begins with `http://` or `https://`, and the headers `Connection` and `Upgrade` are set.
    /// A transport that does not say otherwise cannot do it.
    #[cfg(feature = "long-connection")]
    fn upgrade(&self, _request: HttpRequest) -> BoxFuture<'_, Result<Upgrade, TransportError>> {
        let message = "this transport has no `upgrade`; give the long connection another one with `transport(…)`";
        Box::pin(std::future::ready(Err(TransportError::new(TransportErrorKind::Invalid, message))))
    }
}

/// Where the host of an address begins, or who the user is; at 0, if the address has no scheme.
pub(crate) fn after_scheme(url: &str) -> usize {
    url.find("://").map_or(0, |scheme| scheme + 3)
}

/// A request as it goes over the wire.
#[non_exhaustive]
pub struct HttpRequest {
    /// The method.
    pub method: Method,
    /// The absolute URL.
    pub url: String,
    /// The headers; the value of `Authorization` is marked as sensitive.
    pub headers: HeaderMap,
    /// The body.
    pub body: RequestBody,
}

impl HttpRequest {
    /// A request without headers and body.
    pub fn new(method: Method, url: impl Into<String>) -> Self {
        HttpRequest { method, url: url.into(), headers: HeaderMap::new(), body: RequestBody::Empty }
    }
}

impl fmt::Debug for HttpRequest {
    // Neither the query of a download address nor the body of a token request
    // may be shown.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let url = self.url.split('?').next().unwrap_or_default();
        formatter
            .debug_struct("HttpRequest")
            .field("method", &self.method)
            .field("url", &url)
            .field("headers", &ShownHeaders(&self.headers))
            .finish_non_exhaustive()
    }
}

/// An answer whose body is still to be read.
#[non_exhaustive]
pub struct HttpResponse {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: ResponseBody,
}

impl HttpResponse {
    /// An answer.
    pub fn new(status: StatusCode, headers: HeaderMap, body: ResponseBody) -> Self {
        HttpResponse { status, headers, body }
    }
}

impl fmt::Debug for HttpResponse {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("HttpResponse")
            .field("status", &self.status)
            .field("headers", &ShownHeaders(&self.headers))
            .finish_non_exhaustive()
    }
}

/// Why a transport got no answer.
#[derive(Debug)]
pub struct TransportError {
    kind: TransportErrorKind,
    source: Box<dyn std::error::Error + Send + Sync>,
    proxy: Option<String>,
}

/// What is known about a request that got no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TransportErrorKind {
    /// The request cannot be sent as it is.
    Invalid,
    /// No connection was made: the server saw nothing of the request.
    Connect,
    /// The server may have seen the request.
    Ambiguous,
    /// The server may have seen the request; it did not answer in time.
    Timeout,
}

impl TransportError {
    /// An error and what it says about the request.
    pub fn new(kind: TransportErrorKind, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        TransportError { kind, source: source.into(), proxy: None }
    }

    /// Says that the request went to this proxy of the environment, which the user may not know of.
    #[cfg(feature = "reqwest")]
    fn through_proxy(mut self, host: String) -> Self {
        self.proxy = Some(host);
        self
    }

    /// Host and port of the proxy of the environment that the request went to.
    pub(crate) fn proxy(&self) -> Option<&str> {
        self.proxy.as_deref()
    }

    /// What is known about the request.
    pub fn kind(&self) -> TransportErrorKind {
        self.kind
    }
}

impl fmt::Display for TransportError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self.kind {
            TransportErrorKind::Invalid => "the request cannot be sent",
            TransportErrorKind::Connect => "no connection",
            TransportErrorKind::Ambiguous => "the connection broke",
            TransportErrorKind::Timeout => "no answer in time",
        })
    }
}

impl std::error::Error for TransportError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&*self.source)
    }
}
