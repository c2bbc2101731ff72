//! Metadata of an answer: status, headers, log id, attempts.

use std::fmt;

use bytes::Bytes;
use http::{HeaderMap, StatusCode};

use crate::error::Error;
use crate::shown::{Shown, ShownHeaders};

/// Metadata of an answer: status, headers, log id, attempts.
#[derive(Clone, PartialEq, Eq)]
pub struct Metadata {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) attempts: u32,
    pub(crate) request_id: Option<String>,
}

impl Metadata {
    /// The HTTP status.
    pub fn status(&self) -> u16 {
        self.status.as_u16()
    }

    /// The headers.
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// The log id (`X-Tt-Logid`), which Feishu's support asks for.
    pub fn log_id(&self) -> Option<&str> {
        header(&self.headers, "x-tt-logid")
    }

    /// The request id (`X-Request-Id`), from the answer or from the caller.
    pub fn request_id(&self) -> Option<&str> {
        header(&self.headers, "x-request-id").or(self.request_id.as_deref())
    }

    /// How many times the request was sent; 1 unless something failed.
    pub fn attempts(&self) -> u32 {
        self.attempts
    }

    pub(crate) fn describe(&self, error: &mut Error) {
        let inner = error.inner_mut();
        inner.status = Some(self.status());
        inner.log_id = self.log_id().map(str::to_owned);
        inner.request_id = self.request_id().map(str::to_owned);
        inner.attempts = self.attempts;
    }
}

impl fmt::Debug for Metadata {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Metadata")
            .field("status", &self.status)
            .field("headers", &ShownHeaders(&self.headers))
            .field("attempts", &self.attempts)
            .field("request_id", &self.request_id)
            .finish()
    }
}

pub(crate) fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok().filter(|value| !value.is_empty())
}

/// An answer: its data, and what it says beside.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Response<T> {
    /// The content of `data`.
    pub data: T,
    /// Status, headers, log id, attempts.
    pub metadata: Metadata,
}

/// An answer as it came; its code is 0.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct RawResponse {
    /// The whole body, envelope included.
    pub body: Bytes,
    /// Status, headers, log id, attempts.
    pub metadata: Metadata,
}

impl fmt::Debug for RawResponse {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("RawResponse")
            .field("body", &Shown(&String::from_utf8_lossy(&self.body)))
            .field("metadata", &self.metadata)
            .finish()
    }
}
