//! What a scripted server answers.

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use serde_json::{Value as Json, json};

/// What a scripted server answers, or how it fails.
#[derive(Clone, Debug)]
#[must_use]
pub struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    pub(crate) delay: Duration,
    pub(crate) body_pause: Duration,
    pub(crate) fault: Option<Fault>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    NoConnection,
    DropBeforeReading,
    DropAfterReading,
    Truncate,
}

impl Reply {
    /// Success with this `data`.
    pub fn data(data: Json) -> Self {
        Reply::json(200, &json!({ "code": 0, "msg": "success", "data": data }))
    }

    /// A failure with a code, as `{"code": 1470404, "msg": "…"}`.
    pub fn code(status: u16, code: i64, message: &str) -> Self {
        Reply::json(status, &json!({ "code": code, "msg": message }))
    }

    /// Too fast; `reset` is when the limit ends, in seconds.
    pub fn rate_limited(reset: &str) -> Self {
        Reply::code(429, 99_991_400, "request trigger frequency limit")
            .header("x-ogw-ratelimit-limit", "100")
            .header("x-ogw-ratelimit-reset", reset)
    }

    /// A tenant access token that lives two hours.
    pub fn tenant_token(token: &str) -> Self {
        Reply::json(200, &json!({ "code": 0, "msg": "ok", "tenant_access_token": token, "expire": 7200 }))
    }

    /// Tokens of a user: the `user_access_token` lives two hours, the `refresh_token` seven days.
    pub fn user_tokens(access_token: &str, refresh_token: &str) -> Self {
        Reply::json(
            200,
            &json!({
                "code": 0,
                "access_token": access_token,
                "expires_in": 7200,
                "refresh_token": refresh_token,
                "refresh_token_expires_in": 604_800,
                "scope": "auth:user.id:read offline_access task:task:read user_profile",
                "token_type": "Bearer",
            }),
        )
    }

    /// A refused handshake of the long connection, which says why in headers: 514 is a failed authentication, 403 a
    /// banned app.
    #[cfg(feature = "long-connection")]
    pub fn handshake_refused(status: u16, code: i64, message: &str) -> Self {
        Reply::text(200, "text/plain", "")
            .header("Handshake-Status", &status.to_string())
            .header("Handshake-Autherrcode", &code.to_string())
            .header("Handshake-Msg", message)
    }

    /// Any JSON; the status is 500 if the given one is none.
    pub fn json(status: u16, body: &Json) -> Self {
        Reply::text(status, "application/json; charset=utf-8", body.to_string())
    }

    /// Any text; the status is 500 if the given one is none.
    pub fn text(status: u16, content_type: &str, body: impl Into<Bytes>) -> Self {
        Reply {
            status: StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR),
            headers: HeaderMap::new(),
            body: body.into(),
            delay: Duration::ZERO,
            body_pause: Duration::ZERO,
            fault: None,
        }
        .header("content-type", content_type)
        .header("x-tt-logid", "20260101000000TESTLOGID")
    }

    /// No connection at all; a [`Server`](super::Server) can only drop it.
    pub fn no_connection() -> Self {
        Reply::failing(Fault::NoConnection)
    }

    /// The connection is dropped before the body of the request is read.
    pub fn drop_before_reading() -> Self {
        Reply::failing(Fault::DropBeforeReading)
    }

    /// The connection is dropped after the request was read, without an answer.
    pub fn drop_after_reading() -> Self {
        Reply::failing(Fault::DropAfterReading)
    }

    fn failing(fault: Fault) -> Self {
        Reply { fault: Some(fault), ..Reply::text(200, "text/plain", "") }
    }

    /// Sets a header, unless name or value are not allowed in one.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            self.headers.insert(name, value);
        }
        self
    }

    /// Waits before the answer.
    pub fn delay(mut self, delay: Duration) -> Self {
        self.delay = delay;
        self
    }

    /// Waits in the middle of the body.
    pub fn slow_body(mut self, pause: Duration) -> Self {
        self.body_pause = pause;
        self
    }

    /// Drops the connection in the middle of the body.
    pub fn truncated(mut self) -> Self {
        self.fault = Some(Fault::Truncate);
        self
    }
}
