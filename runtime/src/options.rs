//! What can be set for one call.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use http::{HeaderName, HeaderValue};

use crate::retry::RetryPolicy;

/// What can be set for one call; `None` is the client's setting.
#[derive(Clone, Default)]
pub(crate) struct CallOptions {
    pub(crate) timeout: Option<Duration>,
    pub(crate) deadline: Option<Duration>,
    pub(crate) retry: Option<RetryPolicy>,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) request_id: Option<String>,
    pub(crate) no_idempotency_key: bool,
    pub(crate) validate: Option<bool>,
    pub(crate) on_progress: Option<OnProgress>,
}

/// Is told how much of a body was sent.
pub(crate) type OnProgress = Arc<dyn Fn(Progress) + Send + Sync>;

/// How much of a body was sent.
///
/// When a request is repeated, it begins at 0 again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Progress {
    /// The bytes that were given to the connection.
    pub sent: u64,
    /// The bytes of the whole body; `None` if that is not known.
    pub total: Option<u64>,
}

/// The setters of every kind of call; what calls them has a field `options`.
macro_rules! common_options {
    () => {
        /// How long the call may take with all its attempts and waits.
        pub fn deadline(mut self, deadline: std::time::Duration) -> Self {
            self.options.deadline = Some(deadline);
            self
        }

        /// When the request is sent again, instead of the client's policy.
        pub fn retry(mut self, policy: crate::RetryPolicy) -> Self {
            self.options.retry = Some(policy);
            self
        }

        /// Adds a header.
        pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
            self.options.headers.push((name.into(), value.into()));
            self
        }

        /// Sends `X-Request-Id`, by which the call is found again in logs.
        pub fn request_id(mut self, id: impl Into<String>) -> Self {
            self.options.request_id = Some(id.into());
            self
        }
    };
}
pub(crate) use common_options;

impl CallOptions {
    /// The additional headers.
    ///
    /// # Errors
    ///
    /// If one is not a header; the text says why.
    pub(crate) fn header_values(&self) -> Result<Vec<(HeaderName, HeaderValue)>, String> {
        let request_id = self.request_id.as_ref();
        let request_id = request_id.map(|id| ("x-request-id", id.as_str()));
        let own = self.headers.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        own.chain(request_id)
            .map(|(name, value)| {
                let header = HeaderName::try_from(name).map_err(|_| format!("{name:?} is not the name of a header"))?;
                if header == http::header::AUTHORIZATION {
                    return Err("`Authorization` is set by the identity of the client".to_owned());
                }
                let value = HeaderValue::try_from(value)
                    .map_err(|_| format!("the value of the header `{name}` is not allowed"))?;
                Ok((header, value))
            })
            .collect()
    }
}

impl fmt::Debug for CallOptions {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("CallOptions")
            .field("timeout", &self.timeout)
            .field("deadline", &self.deadline)
            .field("retry", &self.retry)
            .field("request_id", &self.request_id)
            .finish_non_exhaustive()
    }
}
