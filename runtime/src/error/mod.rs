//! The one error of this crate.

mod details;
mod display;
mod predicates;

use std::sync::Arc;
use std::time::Duration;

use crate::constraint::Violations;
use crate::operation::ErrorCode;

pub use details::{Details, FieldViolation, HelpLink};

/// Why a call failed, and what to do about it.
///
/// Accessors tell what is known, predicates what it means.
/// The text never holds a token or a secret.
///
/// ```
/// # use feishu_openapi_runtime as feishu_openapi;
/// use feishu_openapi::Error;
///
/// fn advise(error: &Error) -> &'static str {
///     match error {
///         error if error.is_permission_denied() => "grant the missing scopes",
///         error if error.may_have_taken_effect() => "look before you repeat",
///         error if error.is_retryable() => "try again later",
///         _ => "mend the request",
///     }
/// }
/// ```
#[derive(Clone)]
pub struct Error(Box<Inner>);

pub(crate) type Source = Arc<dyn std::error::Error + Send + Sync>;

#[derive(Clone)]
pub(crate) struct Inner {
    pub(crate) kind: Kind,
    pub(crate) operation: Option<Arc<str>>,
    pub(crate) status: Option<u16>,
    pub(crate) code: Option<i64>,
    pub(crate) message: String,
    pub(crate) log_id: Option<String>,
    pub(crate) request_id: Option<String>,
    pub(crate) details: Option<Box<Details>>,
    pub(crate) violations: Option<Violations>,
    pub(crate) documented: Option<&'static ErrorCode>,
    pub(crate) body: Option<String>,
    pub(crate) attempts: u32,
    pub(crate) in_doubt: bool,
    pub(crate) retry_after: Option<Duration>,
    pub(crate) idempotency_key: Option<String>,
    pub(crate) source: Option<Source>,
}

/// What went wrong, roughly.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// The request cannot be sent as it is.
    InvalidRequest,
    /// The client is not set up for this call.
    Configuration,
    /// No connection, nothing was sent.
    Connect,
    /// The connection broke, or something else between us and the server.
    Transport,
    /// No answer in time.
    Timeout,
    /// The answer is not what Feishu answers.
    UnexpectedAnswer,
    /// The server said no, with a code.
    Refused,
    /// A token store failed.
    Store,
    /// A store app has no app ticket yet.
    NoTicket,
    /// Nobody is logged in, or the session is over.
    #[cfg(feature = "sessions")]
    LoginRequired,
    /// The person has not agreed on the authorization page.
    #[cfg(feature = "sessions")]
    AuthorizationDenied,
}

impl Error {
    pub(crate) fn new(kind: Kind, message: impl Into<String>) -> Self {
        Error(Box::new(Inner {
            kind,
            operation: None,
            status: None,
            code: None,
            message: message.into(),
            log_id: None,
            request_id: None,
            details: None,
            violations: None,
            documented: None,
            body: None,
            attempts: 0,
            in_doubt: false,
            retry_after: None,
            idempotency_key: None,
            source: None,
        }))
    }

    /// An error of kind "invalid request": it cannot be sent as it is.
    pub fn invalid_request(message: impl Into<String>) -> Self {
        Error::new(Kind::InvalidRequest, message)
    }

    pub(crate) fn configuration(message: impl Into<String>) -> Self {
        Error::new(Kind::Configuration, message)
    }

    pub(crate) fn with_source(mut self, source: impl std::error::Error + Send + Sync + 'static) -> Self {
        self.0.source = Some(Arc::new(source));
        self
    }

    pub(crate) fn with_operation(mut self, operation: &str) -> Self {
        self.0.operation.get_or_insert_with(|| operation.into());
        self
    }

    pub(crate) fn inner(&self) -> &Inner {
        &self.0
    }

    pub(crate) fn inner_mut(&mut self) -> &mut Inner {
        &mut self.0
    }
}

impl From<Violations> for Error {
    fn from(violations: Violations) -> Self {
        let mut error = Error::invalid_request("the request breaks documented limits");
        error.0.violations = Some(violations);
        error
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        let source: &(dyn std::error::Error + 'static) = &**self.0.source.as_ref()?;
        Some(source)
    }
}
