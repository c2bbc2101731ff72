//! One call: token, attempts, retries, deadline.
//!
//! Nothing here knows the types of an operation; it is compiled once.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_TYPE, USER_AGENT};
use http::{HeaderMap, HeaderName, HeaderValue};
use tokio::time::{Instant, timeout_at};
use tracing::Instrument;

use crate::answer::{self, FailedAttempt};
use crate::core::Core;
use crate::envelope::Decode;
use crate::error::{Error, Kind};
use crate::identity::{Access, BEARER, Either, Tenant, User};
use crate::metadata::Metadata;
use crate::multipart::Multipart;
use crate::operation::Operation;
use crate::options::CallOptions;
use crate::retry::{Counts, Outcome};
use crate::shown::Shown;
use crate::token::Token;
use crate::transport::{BoxFuture, HttpRequest, RequestBody};

/// A call that is ready to be sent, as often as needed.
pub(crate) struct Prepared {
    pub(crate) operation: Operation,
    /// For calls that are no typed operation.
    pub(crate) name: Option<String>,
    pub(crate) auth: Auth,
    pub(crate) url: String,
    pub(crate) body: PreparedBody,
    pub(crate) headers: Vec<(HeaderName, HeaderValue)>,
    pub(crate) idempotency_key: Option<String>,
    pub(crate) options: CallOptions,
    /// What must not show up in errors, besides the token.
    pub(crate) secrets: Vec<String>,
    /// The answer holds tokens: an error must not quote it.
    pub(crate) is_answer_secret: bool,
}

pub(crate) enum Auth {
    /// Requests that fetch tokens.
    None,
    Tenant(Tenant),
    User(User),
}

impl From<Either> for Auth {
    fn from(identity: Either) -> Self {
        match identity {
            Either::Tenant(tenant) => Auth::Tenant(tenant),
            Either::User(user) => Auth::User(user),
        }
    }
}

pub(crate) enum PreparedBody {
    Empty,
    Json(Bytes),
    Multipart(Multipart),
}

/// Feishu knows an idempotency key for five minutes; a repetition must arrive
/// before they are over.
const KEY_LIFETIME: Duration = Duration::from_secs(4 * 60 + 30);

impl Prepared {
    pub(crate) fn new(operation: Operation, url: String, auth: Auth) -> Self {
        Prepared {
            operation,
            name: None,
            auth,
            url,
            body: PreparedBody::Empty,
            headers: Vec::new(),
            idempotency_key: None,
            options: CallOptions::default(),
            secrets: Vec::new(),
            is_answer_secret: false,
        }
    }

    fn name(&self) -> &str {
        self.name.as_deref().unwrap_or(self.operation.id)
    }

    fn is_upload(&self) -> bool {
        matches!(self.body, PreparedBody::Multipart(_))
    }

    fn has_effects(&self) -> bool {
        self.operation.method != crate::operation::Method::Get
    }

    /// Whether it can be sent again at that time although it may have been carried out.
    fn is_safe_to_repeat(&self, since: Instant, at: Instant) -> bool {
        let is_key_known = at.saturating_duration_since(since) < KEY_LIFETIME;
        self.operation.is_safe_to_repeat() || (self.idempotency_key.is_some() && is_key_known)
    }

    /// Whether its body can be sent again.
    fn can_be_reread(&self) -> bool {
        match &self.body {
            PreparedBody::Multipart(multipart) => multipart.can_be_reread(),
            PreparedBody::Empty | PreparedBody::Json(_) => true,
        }
    }
}

/// What happened so far.
struct State {
    started: Instant,
    deadline: Option<Deadline>,
    attempts: u32,
    counts: Counts,
    /// An attempt that ended without a clear answer may have been carried out.
    in_doubt: bool,
    last: Option<Error>,
}

#[derive(Clone, Copy)]
struct Deadline {
    limit: Duration,
    at: Instant,
}

impl State {
    fn new(limit: Option<Duration>) -> Self {
        let started = Instant::now();
        // A limit beyond what the clock can count is none.
        let deadline = limit.and_then(|limit| {
            let at = started.checked_add(limit)?;
            Some(Deadline { limit, at })
        });
        State { started, deadline, attempts: 0, counts: Counts::default(), in_doubt: false, last: None }
    }

    /// Waits for something that comes before or between attempts.
    async fn in_time<T>(&mut self, future: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
        match self.deadline {
            None => future.await,
            Some(deadline) => match timeout_at(deadline.at, future).await {
                Ok(result) => result,
                Err(_) => Err(self.past_deadline(deadline.limit)),
            },
        }
    }

    /// The end of an attempt that begins now and may take so long.
    fn end_of_attempt(&self, limit: Duration) -> Option<Instant> {
        let end = Instant::now().checked_add(limit);
        let deadline = self.deadline.map(|deadline| deadline.at);
        match (end, deadline) {
            (Some(end), Some(deadline)) => Some(end.min(deadline)),
            (end, deadline) => end.or(deadline),
        }
    }

    /// The error of an attempt that took too long; `message` is for its own timeout.
    fn out_of_time(&mut self, message: String) -> Error {
        match self.deadline {
            Some(deadline) if Instant::now() >= deadline.at => self.past_deadline(deadline.limit),
            _ => Error::new(Kind::Timeout, message),
        }
    }

    fn past_deadline(&mut self, limit: Duration) -> Error {
        self.timed_out(format!("no result within the deadline of {limit:?}"))
    }

    fn timed_out(&mut self, message: String) -> Error {
        let error = Error::new(Kind::Timeout, message);
        match self.last.take() {
            Some(last) => error.with_source(last),
            None => error,
        }
    }
}

/// The token of an attempt, for its header and to drop it when it is rejected.
enum Credential {
    None,
    Shared(Arc<Token>),
    Own(HeaderValue),
}

impl Credential {
    fn header(&self) -> Option<&HeaderValue> {
        match self {
            Credential::None => None,
            Credential::Shared(token) => Some(token.header()),
            Credential::Own(header) => Some(header),
        }
    }
}

impl Core {
    /// Sends a call until it succeeds or is known to fail.
    ///
    /// Boxed here, so that all of it is compiled in this crate and not once more in each crate that makes calls.
    pub(crate) fn execute<'a>(
        &'a self,
        call: &'a Prepared,
        decoder: &'a mut dyn Decode,
    ) -> BoxFuture<'a, Result<Metadata, Error>> {
        Box::pin(self.traced(call, decoder))
    }

    async fn traced(&self, call: &Prepared, decoder: &mut dyn Decode) -> Result<Metadata, Error> {
        let span = tracing::info_span!(
            "feishu.call",
            operation = call.name(),
            status = tracing::field::Empty,
            code = tracing::field::Empty,
            log_id = tracing::field::Empty,
            attempts = tracing::field::Empty,
        );
        if span.is_disabled() {
            return self.with_deadline(call, decoder).await;
        }
        let outcome = self.with_deadline(call, decoder);
        let result = outcome.instrument(span.clone()).await;
        record(&span, &result);
        result
    }

    async fn with_deadline(&self, call: &Prepared, decoder: &mut dyn Decode) -> Result<Metadata, Error> {
        // How long an upload takes depends on its size; only its own deadline cuts it.
        let default = (!call.is_upload()).then_some(self.config().deadline).flatten();
        let mut state = State::new(call.options.deadline.or(default));
        let result = self.retry_loop(call, decoder, &mut state).await;
        result.map_err(|error| complete(error, call, &state))
    }

    async fn retry_loop(
        &self,
        call: &Prepared,
        decoder: &mut dyn Decode,
        state: &mut State,
    ) -> Result<Metadata, Error> {
        let mut credential = self.credential(call, state).await?;
        let mut may_replace_token = true;
        loop {
            self.pace(call, state).await?;
            let failure = match self.attempt(call, &credential, decoder, state).await {
                Ok(metadata) => {
                    self.budget().give_back();
                    return Ok(metadata);
                }
                Err(failure) => failure,
            };
            let FailedAttempt { error, outcome } = failure;
            let wait = match (outcome, &credential) {
                (Outcome::TokenRejected, Credential::Shared(token)) if may_replace_token && call.can_be_reread() => {
                    tracing::debug!(%error, "the token was rejected");
                    may_replace_token = false;
                    state.last = Some(error.clone());
                    match self.replace(call, token, state).await? {
                        Some(other) => {
                            credential = other;
                            continue;
                        }
                        None => None,
                    }
                }
                _ => self.wait_before_retry(call, outcome, state),
            };
            let Some(wait) = wait else {
                return Err(error);
            };
            tracing::debug!(%error, ?wait, "the request is sent again");
            state.last = Some(error);
            tokio::time::sleep(wait).await;
            // The token may have expired, or been replaced, meanwhile.
            credential = self.credential(call, state).await?;
        }
    }

    /// `None` if the request is not sent again.
    fn wait_before_retry(&self, call: &Prepared, outcome: Outcome, state: &mut State) -> Option<Duration> {
        let may_be_done = matches!(outcome, Outcome::Ambiguous | Outcome::Unreadable);
        if may_be_done && call.has_effects() {
            state.in_doubt = true;
        }
        if !call.can_be_reread() || (state.in_doubt && !call.is_safe_to_repeat(state.started, Instant::now())) {
            return None;
        }
        let policy = call.options.retry.as_ref().unwrap_or(&self.config().retry);
        let wait = policy.next(outcome, &mut state.counts)?;
        // A wait that ends after the deadline is no use.
        let end = Instant::now().checked_add(wait)?;
        if state.deadline.is_some_and(|deadline| end >= deadline.at) {
            return None;
        }
        // Nor is one, be it for a rate limit, after which the key of an earlier attempt is forgotten.
        if state.in_doubt && !call.is_safe_to_repeat(state.started, end) {
            return None;
        }
        // The server itself asked for the wait of a rate limit.
        let is_asked_for = matches!(outcome, Outcome::RateLimited { .. });
        (is_asked_for || self.budget().take()).then_some(wait)
    }

    async fn credential(&self, call: &Prepared, state: &mut State) -> Result<Credential, Error> {
        match &call.auth {
            Auth::None => Ok(Credential::None),
            Auth::User(user) => match user.access() {
                Access::Token(Some(header)) => Ok(Credential::Own(header.clone())),
                Access::Token(None) => {
                    let message = "the user access token is empty or has characters that no token has, such as the space after `Bearer` or a line break; trim what comes from a file";
                    Err(Error::invalid_request(message))
                }
                #[cfg(feature = "sessions")]
                Access::Session(user) => {
                    let token = match self.session_tokens().fresh(user) {
                        Some(token) => token,
                        None => state.in_time(Box::pin(self.session_tokens().get(self, user))).await?,
                    };
                    Ok(Credential::Shared(token))
                }
            },
            Auth::Tenant(tenant) => {
                let token = match self.tenants().fresh(tenant) {
                    Some(token) => token,
                    // Boxed, so that calls which have a token do not carry the place for getting one.
                    None => state.in_time(Box::pin(self.tenants().get(self, tenant))).await?,
                };
                Ok(Credential::Shared(token))
            }
        }
    }

    /// Waits until the documented rate limits allow the call, if pacing is on.
    #[cfg(feature = "pacing")]
    async fn pace(&self, call: &Prepared, state: &mut State) -> Result<(), Error> {
        let Some(pacer) = self.pacer() else {
            return Ok(());
        };
        let own = Tenant::default();
        let tenant = match &call.auth {
            Auth::Tenant(tenant) => tenant,
            Auth::User(_) => &own,
            Auth::None => return Ok(()),
        };
        let deadline = state.deadline;
        let wait = pacer.wait(&call.operation, tenant, deadline.map(|deadline| deadline.at));
        let is_too_late = state.in_time(async { Ok(wait.await.is_err()) }).await?;
        match deadline {
            Some(Deadline { limit, .. }) if is_too_late => {
                let message = format!("the documented rate limits allow the call only after its deadline of {limit:?}");
                Err(state.timed_out(message))
            }
            _ => Ok(()),
        }
    }

    #[cfg(not(feature = "pacing"))]
    async fn pace(&self, _: &Prepared, _: &mut State) -> Result<(), Error> {
        Ok(())
    }

    /// Another token instead of one that the server rejected; `None` if there is none that may be better.
    async fn replace(&self, call: &Prepared, rejected: &Token, state: &mut State) -> Result<Option<Credential>, Error> {
        let rejection = async { Ok(self.reject(call, rejected).await) };
        if !state.in_time(rejection).await? {
            return Ok(None);
        }
        let credential = self.credential(call, state).await?;
        // The server may give the same token as long as it counts it as good.
        Ok(Some(credential).filter(|credential| credential.header() != Some(rejected.header())))
    }

    /// Whether the token may be replaced.
    async fn reject(&self, call: &Prepared, token: &Token) -> bool {
        match &call.auth {
            Auth::None => false,
            Auth::Tenant(tenant) => self.tenants().reject(self, tenant, token).await,
            Auth::User(user) => match user.access() {
                // Not the client's to replace.
                Access::Token(_) => false,
                #[cfg(feature = "sessions")]
                Access::Session(user) => self.session_tokens().reject(user, token),
            },
        }
    }

    /// Sends the request once.
    async fn attempt(
        &self,
        call: &Prepared,
        credential: &Credential,
        decoder: &mut dyn Decode,
        state: &mut State,
    ) -> Result<Metadata, FailedAttempt> {
        let limit = call.options.timeout.unwrap_or(self.config().timeout);
        // This opens the files, which a file system that hangs may never do.
        let request = self.http_request(call, credential);
        let request = match state.end_of_attempt(limit) {
            Some(end) => timeout_at(end, request).await.unwrap_or_else(|_| {
                let message = format!(
                    "the request was not ready within the timeout of {limit:?}; its files took too long to open"
                );
                Err(FailedAttempt { error: state.out_of_time(message), outcome: Outcome::Refused })
            })?,
            None => request.await?,
        };
        state.attempts += 1;
        let exchange = self.exchange(call, request, credential, decoder, state.attempts);
        let result = match &call.body {
            PreparedBody::Multipart(multipart) => {
                let deadline = state.deadline.map(|deadline| deadline.at);
                multipart.while_moving(limit, deadline, exchange).await
            }
            PreparedBody::Empty | PreparedBody::Json(_) => match state.end_of_attempt(limit) {
                Some(end) => timeout_at(end, exchange).await.ok(),
                None => Some(exchange.await),
            },
        };
        result.unwrap_or_else(|| {
            let error = state.out_of_time(format!("no answer within the timeout of {limit:?}"));
            Err(FailedAttempt { error, outcome: Outcome::Ambiguous })
        })
    }

    async fn exchange(
        &self,
        call: &Prepared,
        request: HttpRequest,
        credential: &Credential,
        decoder: &mut dyn Decode,
        attempts: u32,
    ) -> Result<Metadata, FailedAttempt> {
        let response = self.transport().send(request).await.map_err(|error| answer::no_answer(error, &call.url))?;
        let metadata = Metadata {
            status: response.status,
            headers: response.headers,
            attempts,
            request_id: call.options.request_id.clone(),
        };
        let body = answer::read_body(&metadata, response.body, self.config().max_answer_bytes).await;
        let secrets = call.secrets.iter().map(String::as_str);
        let token = credential.header().and_then(|header| header.to_str().ok());
        let token = token.and_then(|header| header.strip_prefix(BEARER));
        let context = answer::Context {
            operation: &call.operation,
            metadata: &metadata,
            secrets: &mut secrets.chain(token),
            is_answer_secret: call.is_answer_secret,
        };
        answer::classify(context, body, decoder)?;
        Ok(metadata)
    }

    async fn http_request(&self, call: &Prepared, credential: &Credential) -> Result<HttpRequest, FailedAttempt> {
        let mut headers = HeaderMap::with_capacity(4 + call.headers.len());
        headers.insert(USER_AGENT, self.config().user_agent.clone());
        if let Some(token) = credential.header() {
            headers.insert(AUTHORIZATION, token.clone());
        }
        let body = match &call.body {
            PreparedBody::Empty => RequestBody::Empty,
            PreparedBody::Json(json) => {
                let kind = HeaderValue::from_static("application/json; charset=utf-8");
                headers.insert(CONTENT_TYPE, kind);
                RequestBody::Bytes(json.clone())
            }
            PreparedBody::Multipart(multipart) => {
                headers.insert(CONTENT_TYPE, multipart.content_type());
                let opened = multipart.open(call.options.on_progress.clone()).await;
                opened.map_err(|error| FailedAttempt { error, outcome: Outcome::Refused })?
            }
        };
        for (name, value) in &call.headers {
            headers.insert(name.clone(), value.clone());
        }
        let mut request = HttpRequest::new(call.operation.method.into(), call.url.clone());
        request.headers = headers;
        request.body = body;
        Ok(request)
    }
}

/// Adds what the whole call knows to an error.
fn complete(error: Error, call: &Prepared, state: &State) -> Error {
    let mut error = error.with_operation(call.name());
    let inner = error.inner_mut();
    inner.attempts = inner.attempts.max(state.attempts);
    inner.in_doubt = state.in_doubt;
    if inner.request_id.is_none() {
        inner.request_id.clone_from(&call.options.request_id);
    }
    inner.idempotency_key.clone_from(&call.idempotency_key);
    error
}

fn record(span: &tracing::Span, result: &Result<Metadata, Error>) {
    match result {
        Ok(metadata) => {
            span.record("status", metadata.status());
            span.record("code", 0);
            span.record("attempts", metadata.attempts());
            if let Some(log_id) = metadata.log_id() {
                span.record("log_id", &*Shown(log_id).to_text());
            }
        }
        Err(error) => {
            if let Some(status) = error.status() {
                span.record("status", status);
            }
            if let Some(code) = error.code() {
                span.record("code", code);
            }
            if let Some(log_id) = error.log_id() {
                span.record("log_id", &*Shown(log_id).to_text());
            }
            span.record("attempts", error.attempts());
            span.in_scope(|| tracing::debug!(%error, "the call failed"));
        }
    }
}
