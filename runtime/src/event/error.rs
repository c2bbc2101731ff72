//! Why an event was not handled.

use std::fmt;

use http::StatusCode;

use super::BoxError;

/// Why a request was refused, or an event was not handled.
///
/// Predicates tell what it means, [`status`](Self::status) what Feishu is answered.
/// The text holds no token, no key and nothing of the event.
#[derive(Debug)]
pub struct EventError {
    kind: Kind,
    message: &'static str,
    source: Option<BoxError>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Configuration,
    Method,
    TooLarge,
    Forged,
    Stale,
    Undecipherable,
    Malformed,
    Undecodable,
    InProgress,
    Handler,
    Memory,
}

impl EventError {
    pub(super) fn new(kind: Kind, message: &'static str) -> Self {
        EventError { kind, message, source: None }
    }

    pub(super) fn with_source(mut self, source: impl Into<BoxError>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// The HTTP status that Feishu is answered; with any of them it delivers the event again.
    ///
    /// Whatever leaves doubt about the sender is 401, so that a sender without the key learns nothing about why.
    pub fn status(&self) -> StatusCode {
        match self.kind {
            Kind::Method => StatusCode::METHOD_NOT_ALLOWED,
            Kind::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Kind::Forged | Kind::Stale | Kind::Undecipherable => StatusCode::UNAUTHORIZED,
            Kind::Malformed => StatusCode::BAD_REQUEST,
            Kind::InProgress => StatusCode::SERVICE_UNAVAILABLE,
            Kind::Configuration | Kind::Undecodable | Kind::Handler | Kind::Memory => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// The receiver is not set up for what arrives.
    ///
    /// # Troubleshooting
    ///
    /// Copy the verification token and the encrypt key from the developer console, *Events and callbacks*,
    /// *Encryption strategy*; if the console shows an encrypt key, events are encrypted and the receiver needs it.
    pub fn is_configuration(&self) -> bool {
        self.kind == Kind::Configuration
    }

    /// The body is larger than the receiver allows.
    ///
    /// # Troubleshooting
    ///
    /// Raise the limit with [`max_body_bytes`](super::ReceiverBuilder::max_body_bytes) if the request came from Feishu.
    pub fn is_too_large(&self) -> bool {
        self.kind == Kind::TooLarge
    }

    /// The request does not prove that it comes from Feishu: the signature or the verification token is missing or
    /// wrong.
    ///
    /// # Troubleshooting
    ///
    /// If all events are refused, the encrypt key or the token was changed in the developer console, or something
    /// before this server changes bodies: the signature covers every byte.
    pub fn is_forged(&self) -> bool {
        self.kind == Kind::Forged
    }

    /// The request was signed too long ago or in the future: it may be a replay.
    ///
    /// # Troubleshooting
    ///
    /// Set the clock of this machine, or widen [`replay_window`](super::ReceiverBuilder::replay_window).
    pub fn is_stale(&self) -> bool {
        self.kind == Kind::Stale
    }

    /// The content cannot be decrypted, although the signature is good.
    ///
    /// # Troubleshooting
    ///
    /// Something before this server may have cut or decoded the body.
    pub fn is_undecipherable(&self) -> bool {
        self.kind == Kind::Undecipherable
    }

    /// The request is no event: it is not a POST, not JSON, or has no envelope that Feishu documents.
    ///
    /// # Troubleshooting
    ///
    /// If it came from Feishu, please report it: the platform has a new kind of envelope.
    pub fn is_malformed(&self) -> bool {
        matches!(self.kind, Kind::Malformed | Kind::Method)
    }

    /// The content of the event does not fit its type.
    ///
    /// # Troubleshooting
    ///
    /// Handle the event raw with [`on_other`](super::Dispatcher::on_other), and please report it.
    pub fn is_undecodable(&self) -> bool {
        self.kind == Kind::Undecodable
    }

    /// The same event is being handled by another request right now.
    ///
    /// # Troubleshooting
    ///
    /// Nothing is lost: Feishu delivers it again.
    /// If it happens often, handlers take longer than the three seconds that Feishu waits.
    pub fn is_in_progress(&self) -> bool {
        self.kind == Kind::InProgress
    }

    /// The handler of the event failed or panicked; its error is the source.
    ///
    /// # Troubleshooting
    ///
    /// Feishu delivers the event again, up to four times.
    pub fn is_handler_failure(&self) -> bool {
        self.kind == Kind::Handler
    }

    /// What remembers handled events failed; its error is the source.
    ///
    /// # Troubleshooting
    ///
    /// Look at the [`SeenEvents`](super::SeenEvents) that the dispatcher uses; Feishu delivers the event again.
    pub fn is_memory_failure(&self) -> bool {
        self.kind == Kind::Memory
    }

    /// What Feishu, or whoever sent the request, reads.
    pub(super) fn public(&self) -> &'static str {
        match self.kind {
            Kind::Method => "events are posted",
            Kind::TooLarge => "too large",
            Kind::Forged | Kind::Stale | Kind::Undecipherable => "not authentic",
            Kind::Malformed => "no event",
            Kind::InProgress => "being handled, try again later",
            Kind::Configuration | Kind::Undecodable | Kind::Handler | Kind::Memory => "not handled, try again later",
        }
    }
}

impl fmt::Display for EventError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.message)
    }
}

impl std::error::Error for EventError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        let source: &(dyn std::error::Error + 'static) = &**self.source.as_ref()?;
        Some(source)
    }
}
