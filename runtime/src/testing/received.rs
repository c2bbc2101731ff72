//! A request as the server got it.

use std::fmt;

use bytes::Bytes;
use http::{HeaderMap, Method};
use percent_encoding::percent_decode_str;
use serde_json::Value as Json;

/// A request as the server got it.
#[derive(Clone, PartialEq)]
pub struct Received {
    method: Method,
    path: String,
    query: Vec<(String, String)>,
    headers: HeaderMap,
    body: Bytes,
}

impl Received {
    /// From the target of the request line, as `/open-apis/task/v2/tasks?page_size=50`.
    pub(crate) fn new(method: Method, target: &str, headers: HeaderMap, body: Bytes) -> Self {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let decode = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
        Received {
            method,
            path: path.to_owned(),
            query: query
                .split('&')
                .filter(|pair| !pair.is_empty())
                .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
                .map(|(name, value)| (decode(name), decode(value)))
                .collect(),
            headers,
            body,
        }
    }

    /// The method, as `POST`.
    pub fn method(&self) -> &str {
        self.method.as_str()
    }

    /// The path as it was sent, percent-encoded.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The query parameters in order, decoded.
    pub fn query(&self) -> &[(String, String)] {
        &self.query
    }

    /// The first query parameter of this name.
    pub fn query_value(&self, name: &str) -> Option<&str> {
        let mut query = self.query.iter();
        query.find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// The headers.
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// A header, if it is there and text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The access token, without `Bearer`.
    pub fn token(&self) -> Option<&str> {
        self.header("authorization")?.strip_prefix("Bearer ")
    }

    /// The body.
    pub fn body(&self) -> &Bytes {
        &self.body
    }

    /// The body as JSON; `null` if it is none.
    pub fn json(&self) -> Json {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    /// Whether it asks for a token, of the app or of a user.
    pub fn is_token_request(&self) -> bool {
        self.path.starts_with("/open-apis/auth/") || self.is_user_token_request()
    }

    /// Whether it asks for tokens of a user.
    pub(super) fn is_user_token_request(&self) -> bool {
        self.path == "/open-apis/authen/v2/oauth/token"
    }
}

impl fmt::Debug for Received {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Received")
            .field("method", &self.method)
            .field("path", &self.path)
            .field("query", &self.query)
            .finish_non_exhaustive()
    }
}
