//! What is known about a failure, and what it means.

use std::time::Duration;

use crate::codes;
use crate::constraint::Violations;

use super::{Details, Error, Kind};

/// What is known about a failure.
impl Error {
    /// The operation, as `task.v2.task.create`; for raw calls, method and path.
    pub fn operation(&self) -> Option<&str> {
        self.inner().operation.as_deref()
    }

    /// The HTTP status of the last answer; `None` if there was none.
    pub fn status(&self) -> Option<u16> {
        self.inner().status
    }

    /// The `code` of the last answer; `None` if there was none.
    pub fn code(&self) -> Option<i64> {
        self.inner().code
    }

    /// The server's `msg`, or what this crate says; never decide by it.
    pub fn message(&self) -> &str {
        &self.inner().message
    }

    /// The log id (`X-Tt-Logid`), which Feishu's support asks for.
    pub fn log_id(&self) -> Option<&str> {
        self.inner().log_id.as_deref()
    }

    /// The request id (`X-Request-Id`), from the answer or from the caller.
    pub fn request_id(&self) -> Option<&str> {
        self.inner().request_id.as_deref()
    }

    /// What the server adds to the code; `None` if it adds nothing.
    pub fn details(&self) -> Option<&Details> {
        self.inner().details.as_deref()
    }

    /// The scopes of which the app needs one.
    pub fn missing_scopes(&self) -> &[String] {
        self.details().map_or(&[], |details| &details.missing_scopes)
    }

    /// The documented limits that the request breaks, if the client checked them.
    pub fn violations(&self) -> Option<&Violations> {
        self.inner().violations.as_ref()
    }

    /// What this code means for this operation, as its page says.
    pub fn meaning(&self) -> Option<&'static str> {
        self.inner().documented.map(|code| code.meaning)
    }

    /// What to do about this code, as the operation's page says.
    pub fn hint(&self) -> Option<&'static str> {
        let hint = self.inner().documented?.hint;
        (!hint.is_empty()).then_some(hint)
    }

    /// The beginning of an answer that could not be understood.
    pub fn body(&self) -> Option<&str> {
        self.inner().body.as_deref()
    }

    /// How many times the request was sent.
    pub fn attempts(&self) -> u32 {
        self.inner().attempts
    }

    /// How long the server asked to wait.
    pub fn retry_after(&self) -> Option<Duration> {
        self.inner().retry_after
    }

    /// The idempotency key that was sent.
    ///
    /// After a failure in doubt, the same request with the same key is safe for
    /// five minutes.
    pub fn idempotency_key(&self) -> Option<&str> {
        self.inner().idempotency_key.as_deref()
    }
}

/// What a failure means.
impl Error {
    /// The resource does not exist, or is deleted.
    ///
    /// # Troubleshooting
    ///
    /// Look at the ids in the request.
    /// `user_id_type` has to be the kind of the user ids that are sent.
    pub fn is_not_found(&self) -> bool {
        let code = self.inner().code;
        // A few pages swap the meanings of status and code; the code decides.
        match code {
            Some(codes::TASK_NOT_FOUND) => true,
            Some(codes::TASK_FORBIDDEN) => false,
            _ => self.status() == Some(404) && code.is_some_and(|code| code != 0),
        }
    }

    /// The app or the person may not do this.
    ///
    /// # Troubleshooting
    ///
    /// [`missing_scopes`](Self::missing_scopes) names scopes that the app lacks;
    /// grant one in the developer console and publish a version of the app.
    /// Without missing scopes, the identity has no access to the resource:
    /// make it a member, or call as somebody who is.
    pub fn is_permission_denied(&self) -> bool {
        let code = self.inner().code;
        if matches!(code, Some(codes::TASK_FORBIDDEN)) || code.is_some_and(codes::is_missing_scope) {
            return true;
        }
        self.status() == Some(403) && code != Some(codes::TASK_NOT_FOUND) && !self.is_rate_limited()
    }

    /// Too many calls, or the month's quota is used up.
    ///
    /// # Troubleshooting
    ///
    /// The client waits and repeats by itself within the deadline of the call;
    /// raise the deadline, call more slowly, or switch pacing on.
    /// Code 99991403 is the monthly quota, which no waiting helps.
    pub fn is_rate_limited(&self) -> bool {
        let inner = self.inner();
        inner.status == Some(429)
            || inner.code.is_some_and(codes::is_rate_limit)
            || inner.code == Some(codes::MONTHLY_QUOTA)
    }

    /// The access token is missing or not good.
    ///
    /// # Troubleshooting
    ///
    /// A tenant token was already fetched anew once, so look at app id and secret.
    /// A user token has expired or was revoked: refresh it, or let the person log
    /// in again; a session of the client was refreshed already, and is over.
    pub fn is_unauthenticated(&self) -> bool {
        #[cfg(feature = "sessions")]
        if self.is_login_required() {
            return true;
        }
        let inner = self.inner();
        match inner.code {
            Some(code) if codes::is_token_rejection(code) || codes::is_wrong_secret(code) => true,
            // 401 with a code of its own means something else.
            Some(code) => inner.status == Some(401) && code == 0,
            None => inner.status == Some(401),
        }
    }

    /// A store app has no app ticket that is good, and Feishu was asked for one.
    ///
    /// # Troubleshooting
    ///
    /// Give each `app_ticket` event to [`Core::put_app_ticket`](crate::Core::put_app_ticket);
    /// the next one comes within seconds, or else within the hour.
    pub fn is_waiting_for_app_ticket(&self) -> bool {
        self.inner().kind == Kind::NoTicket
    }

    /// Nobody is logged in under this name, or the session is over (feature `sessions`).
    ///
    /// # Troubleshooting
    ///
    /// Send the person to the authorization page once more, see
    /// [`Sessions::authorize`](crate::session::Sessions::authorize).
    /// [`code`](Self::code) says why a session is over: 20037 expired, 20064 revoked, 20073 used up (as when a process
    /// was killed during a refresh), 20026 not a refresh token.
    #[cfg(feature = "sessions")]
    pub fn is_login_required(&self) -> bool {
        self.inner().kind == Kind::LoginRequired
    }

    /// The person has not agreed on the authorization page (feature `sessions`).
    ///
    /// # Troubleshooting
    ///
    /// Say what the app wants the scopes for, and offer to begin again.
    #[cfg(feature = "sessions")]
    pub fn is_authorization_denied(&self) -> bool {
        self.inner().kind == Kind::AuthorizationDenied
    }

    /// The request is wrong, whoever sends it and however often.
    ///
    /// # Troubleshooting
    ///
    /// Read [`message`](Self::message), the field violations in
    /// [`details`](Self::details) and [`hint`](Self::hint);
    /// `request.validate()` finds broken limits without sending.
    pub fn is_invalid_request(&self) -> bool {
        let inner = self.inner();
        match inner.kind {
            Kind::InvalidRequest => true,
            Kind::Refused => {
                inner.status == Some(400)
                    && !self.is_rate_limited()
                    && !self.is_not_found()
                    && !self.is_permission_denied()
                    && !self.is_unauthenticated()
            }
            _ => false,
        }
    }

    /// No answer within the timeout or the deadline.
    ///
    /// # Troubleshooting
    ///
    /// Ask [`may_have_taken_effect`](Self::may_have_taken_effect) before repeating.
    pub fn is_timeout(&self) -> bool {
        self.inner().kind == Kind::Timeout || matches!(self.status(), Some(408 | 504))
    }

    /// No connection could be made.
    ///
    /// # Troubleshooting
    ///
    /// Look at the base URL, the proxy and the network.
    pub fn is_connect(&self) -> bool {
        self.inner().kind == Kind::Connect
    }

    /// The token store failed, so that the call could not be made.
    ///
    /// # Troubleshooting
    ///
    /// The text says what the store met; [`StoreOutage`](crate::StoreOutage) says what becomes of calls meanwhile.
    pub fn is_store_failure(&self) -> bool {
        self.inner().kind == Kind::Store
    }

    /// The client was built without something that the call needs, or cannot be built so.
    ///
    /// # Troubleshooting
    ///
    /// The text names what the builder lacks.
    pub fn is_configuration(&self) -> bool {
        self.inner().kind == Kind::Configuration
    }

    /// The server failed.
    ///
    /// # Troubleshooting
    ///
    /// Give [`log_id`](Self::log_id) to Feishu's support if it goes on.
    pub fn is_server_error(&self) -> bool {
        self.status().is_some_and(|status| status >= 500)
    }

    /// The answer could not be understood: not JSON, or not of the documented shape.
    ///
    /// # Troubleshooting
    ///
    /// [`body`](Self::body) has its beginning; a gateway or a proxy may have
    /// answered instead of Feishu.
    pub fn is_unexpected_answer(&self) -> bool {
        self.inner().kind == Kind::UnexpectedAnswer
    }

    /// The same request may succeed later, unchanged.
    ///
    /// It does not say that repeating is harmless, see
    /// [`may_have_taken_effect`](Self::may_have_taken_effect).
    pub fn is_retryable(&self) -> bool {
        let inner = self.inner();
        if inner.code == Some(codes::MONTHLY_QUOTA) {
            return false;
        }
        matches!(inner.kind, Kind::Connect | Kind::Transport | Kind::Timeout | Kind::Store | Kind::NoTicket)
            || self.is_rate_limited()
            || matches!(inner.status, Some(408 | 500 | 502 | 503 | 504))
            || inner.documented.is_some_and(|code| code.retry)
    }

    /// The request may have been carried out although the call failed.
    ///
    /// Never true for reads.
    ///
    /// # Troubleshooting
    ///
    /// Read the resource before repeating the request; where there is an
    /// [`idempotency_key`](Self::idempotency_key), repeating with the same key is
    /// safe for five minutes.
    pub fn may_have_taken_effect(&self) -> bool {
        self.inner().in_doubt
    }
}
