//! What an answer means: success, or which failure.

mod body;
mod quote;

use std::time::Duration;

use http::HeaderMap;
use serde_json::Value as Json;

use crate::codes;
use crate::envelope::{Decode, NotDecoded, code_of};
use crate::error::{Details, Error, Kind};
use crate::metadata::{Metadata, header};
use crate::operation::Operation;
use crate::retry::Outcome;
use crate::transport::{TransportError, TransportErrorKind, after_scheme};
use crate::wire::repaired;

pub(crate) use body::{MAX_FAILURE, read_body};
use body::{ReadBody, Unread};
use quote::{Unreadable, beginning_of, redact, redact_texts};

/// A failed attempt.
pub(crate) struct FailedAttempt {
    pub(crate) error: Error,
    pub(crate) outcome: Outcome,
}

/// What is known when an answer is classified.
pub(crate) struct Context<'a> {
    pub(crate) operation: &'a Operation,
    pub(crate) metadata: &'a Metadata,
    /// What must not show up in an error although the server may repeat it.
    pub(crate) secrets: &'a mut dyn Iterator<Item = &'a str>,
    /// The answer may hold tokens that are not known yet.
    pub(crate) is_answer_secret: bool,
}

impl Context<'_> {
    /// What an error may quote of the answer; a page of a gateway holds no tokens.
    fn quote(&self, text: &str) -> Option<String> {
        let text = text.trim_start_matches('\u{feff}').trim();
        let may_hold_tokens = self.is_answer_secret && text.starts_with(['{', '[', '"']);
        if may_hold_tokens { None } else { beginning_of(text) }
    }
}

/// A request to this address without any answer.
pub(crate) fn no_answer(error: TransportError, url: &str) -> FailedAttempt {
    let (kind, outcome, mut message) = match error.kind() {
        TransportErrorKind::Invalid => {
            (Kind::InvalidRequest, Outcome::Refused, "the request cannot be sent".to_owned())
        }
        TransportErrorKind::Connect => (Kind::Connect, Outcome::NotSent, format!("{} was not reached", origin(url))),
        TransportErrorKind::Timeout => (Kind::Timeout, Outcome::Ambiguous, "no answer in time".to_owned()),
        TransportErrorKind::Ambiguous => {
            (Kind::Transport, Outcome::Ambiguous, "the connection broke before the answer".to_owned())
        }
    };
    if let Some(proxy) = error.proxy() {
        message.push_str(&format!(" through the proxy {proxy} of the environment"));
    }
    FailedAttempt { error: Error::new(kind, message).with_source(error), outcome }
}

/// `https://open.feishu.cn` of an address; what follows may hold a secret.
fn origin(url: &str) -> &str {
    let host = after_scheme(url);
    let end = url[host..].find(['/', '?', '#']).map_or(url.len(), |end| host + end);
    &url[..end]
}

/// Reads the answer, or says which failure it is.
pub(crate) fn classify(context: Context<'_>, body: ReadBody, decoder: &mut dyn Decode) -> Result<(), FailedAttempt> {
    let body = match body {
        Ok(body) => body,
        Err((beginning, Unread::Broken(error))) => return Err(broken(context, &beginning, error)),
        Err((_, Unread::TooLarge(limit))) => return Err(too_large(context, limit)),
    };
    let not_decoded = match context.metadata.status.is_success() {
        true => match decoder.decode(&body) {
            Ok(()) => return Ok(()),
            Err(not_decoded) => Some(not_decoded),
        },
        false => None,
    };
    Err(refusal(context, &body, not_decoded))
}

/// The connection broke within the answer.
fn broken(context: Context<'_>, beginning: &[u8], error: TransportError) -> FailedAttempt {
    let kind = match error.kind() {
        TransportErrorKind::Timeout => Kind::Timeout,
        _ => Kind::Transport,
    };
    let secrets: Vec<&str> = (&mut *context.secrets).collect();
    let text = redact(&String::from_utf8_lossy(beginning), &secrets);
    let mut error = Error::new(kind, "the connection broke within the answer").with_source(error);
    context.metadata.describe(&mut error);
    error.inner_mut().body = context.quote(&text);
    // The code stands before the data, and may have come.
    let code = code_of(beginning).filter(|code| *code != 0);
    let outcome = match (code, context.metadata.status.as_u16()) {
        (Some(_), _) => explain(&context, &mut error, code),
        // The headers already say that nothing was carried out.
        (None, 429) => Outcome::RateLimited { reset: reset(&context.metadata.headers) },
        (None, 400..=499) if context.metadata.status != 408 => Outcome::Refused,
        (None, _) => Outcome::Ambiguous,
    };
    FailedAttempt { error, outcome }
}

/// An answer that says success and has too many bytes.
fn too_large(context: Context<'_>, limit: usize) -> FailedAttempt {
    let message = format!("the answer has more than {limit} bytes, see `max_answer_bytes`");
    let mut error = Error::new(Kind::UnexpectedAnswer, message);
    context.metadata.describe(&mut error);
    FailedAttempt { error, outcome: Outcome::Unreadable }
}

/// An answer that is no success.
fn refusal(context: Context<'_>, body: &[u8], not_decoded: Option<NotDecoded>) -> FailedAttempt {
    let metadata = context.metadata;
    let secrets: Vec<&str> = (&mut *context.secrets).collect();
    let code = code_of(body);
    // No failure that somebody wrote is longer.
    let body = &body[..body.len().min(MAX_FAILURE)];
    let mut json = readable(body);
    redact_texts(&mut json, &secrets);
    let encoding = encoding(&metadata.headers);
    let mut error = match code {
        Some(code) if code != 0 => {
            let message = message(&json).map_or_else(|| format!("code {code}"), str::to_owned);
            Error::new(Kind::Refused, message)
        }
        _ => match redirect(metadata).or_else(|| oauth_refusal(metadata, &json)) {
            Some(error) => error,
            None => {
                let text = redact(&String::from_utf8_lossy(body), &secrets);
                let mut error = unexpected(&text, not_decoded, encoding);
                if encoding.is_none() {
                    error.inner_mut().body = context.quote(&text);
                }
                error
            }
        },
    };
    metadata.describe(&mut error);
    if let Some(details) = json.get("error").filter(|details| details.is_object()) {
        let inner = error.inner_mut();
        if inner.log_id.is_none() {
            inner.log_id = Details::log_id(details);
        }
        inner.details = Some(Box::new(Details::read(details)));
    }
    let mut outcome = explain(&context, &mut error, code);
    if code.is_none() && encoding.is_some() && metadata.status.is_success() {
        // It would be compressed again.
        outcome = Outcome::Unreadable;
    }
    FailedAttempt { error, outcome }
}

/// Adds what the code means, and says what it means for the next attempt.
fn explain(context: &Context<'_>, error: &mut Error, code: Option<i64>) -> Outcome {
    let status = context.metadata.status();
    let inner = error.inner_mut();
    inner.code = code;
    inner.documented = code.and_then(|code| context.operation.error(code, status).or_else(|| codes::general(code)));
    // Its twin may still be carried out, so it is asked about again.
    let is_twin = context.operation.keyed && code == Some(codes::SAME_KEY_IN_FLIGHT);
    let says_retry = is_twin || inner.documented.is_some_and(|code| code.retry);
    let outcome = outcome(&context.metadata.headers, status, code, says_retry);
    if let Outcome::RateLimited { reset } = outcome {
        inner.retry_after = reset;
    }
    outcome
}

/// A body as JSON, with replacements if need be; `null` if it is something else.
fn readable(body: &[u8]) -> Json {
    serde_json::from_slice(body).ok().or_else(|| serde_json::from_str(&repaired(body)?).ok()).unwrap_or_default()
}

/// A download that is no success.
pub(crate) fn failed_download(operation: &Operation, metadata: &Metadata, body: &[u8], secrets: &[&str]) -> Error {
    let secrets = &mut secrets.iter().copied();
    let context = Context { operation, metadata, secrets, is_answer_secret: false };
    refusal(context, body, None).error
}

fn message(json: &Json) -> Option<&str> {
    let texts = ["msg", "message", "error_description"].iter().filter_map(|key| json.get(key)?.as_str());
    texts.into_iter().find(|message| !message.is_empty())
}

/// A failure as OAuth writes it: `error` and `error_description`, without a code.
fn oauth_refusal(metadata: &Metadata, json: &Json) -> Option<Error> {
    let name = json.get("error")?.as_str().filter(|name| !name.is_empty() && !metadata.status.is_success())?;
    let message = message(json).map_or_else(|| name.to_owned(), |message| format!("{name}: {message}"));
    Some(Error::new(Kind::Refused, message))
}

/// How a body is compressed although the client asked for none of it.
fn encoding(headers: &HeaderMap) -> Option<&str> {
    header(headers, "content-encoding").filter(|encoding| !encoding.eq_ignore_ascii_case("identity"))
}

/// A server that sends callers elsewhere, as one does that only moves them to `https`.
fn redirect(metadata: &Metadata) -> Option<Error> {
    let target = metadata.status.is_redirection().then(|| header(&metadata.headers, "location"))??;
    // What follows the path may hold a secret.
    let target = target.split(['?', '#']).next().unwrap_or_default();
    let message = format!("a redirect to {target}, which is not followed; look at the base URL");
    Some(Error::new(Kind::UnexpectedAnswer, message))
}

fn unexpected(text: &str, not_decoded: Option<NotDecoded>, encoding: Option<&str>) -> Error {
    match not_decoded {
        None | Some(NotDecoded::Unreadable(_)) if encoding.is_some() => {
            let encoding = encoding.unwrap_or_default();
            let message = format!(
                "the body is compressed (`Content-Encoding: {encoding}`), which was not asked for; look at the proxy in between"
            );
            Error::new(Kind::UnexpectedAnswer, message)
        }
        None if text.trim().is_empty() => Error::new(Kind::UnexpectedAnswer, "an empty body"),
        None => Error::new(Kind::UnexpectedAnswer, "a failure without a code"),
        Some(NotDecoded::NoCode) => Error::new(Kind::UnexpectedAnswer, "no code in the answer"),
        Some(NotDecoded::NoData) => Error::new(Kind::UnexpectedAnswer, "no data in the answer"),
        Some(NotDecoded::Unreadable(_)) if text.trim().is_empty() => {
            Error::new(Kind::UnexpectedAnswer, "an empty body")
        }
        Some(NotDecoded::Unreadable(source)) => {
            let message = "the body is not what the page documents";
            Error::new(Kind::UnexpectedAnswer, message).with_source(Unreadable::from(source))
        }
        Some(NotDecoded::Refused) => Error::new(Kind::UnexpectedAnswer, "a code that is no number"),
    }
}

/// What a failure means for the next attempt.
fn outcome(headers: &HeaderMap, status: u16, code: Option<i64>, says_retry: bool) -> Outcome {
    let says_success = code == Some(0);
    let code = code.filter(|code| *code != 0);
    match code {
        Some(codes::MONTHLY_QUOTA) => return Outcome::Refused,
        Some(code) if codes::is_rate_limit(code) => {
            return Outcome::RateLimited { reset: reset(headers) };
        }
        // 401 with another code is no rejection of the token.
        Some(code) if codes::is_token_rejection(code) => return Outcome::TokenRejected,
        _ => {}
    }
    match status {
        429 => Outcome::RateLimited { reset: reset(headers) },
        408 | 500..=599 => Outcome::Ambiguous,
        _ if says_retry => Outcome::Ambiguous,
        200..=299 if says_success => Outcome::Unreadable,
        // Somebody else answered, perhaps after Feishu did its part.
        200..=299 if code.is_none() => Outcome::Ambiguous,
        _ => Outcome::Refused,
    }
}

/// When the rate limit ends; Feishu says it in seconds.
fn reset(headers: &HeaderMap) -> Option<Duration> {
    let text = header(headers, "x-ogw-ratelimit-reset").or_else(|| header(headers, "retry-after"))?;
    let seconds: f64 = text.trim().parse().ok()?;
    // A reset further away than a day is no rate limit that one waits for.
    (0.0..=86_400.0).contains(&seconds).then(|| Duration::from_secs_f64(seconds))
}
