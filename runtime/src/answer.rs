//! What an answer means: success, or which failure.

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::HeaderMap;
use serde_json::Value as Json;

use crate::codes;
use crate::envelope::{Decode, NotDecoded};
use crate::error::{Details, Error, Kind};
use crate::metadata::{Metadata, header};
use crate::operation::Operation;
use crate::retry::Outcome;
use crate::transport::{ResponseBody, TransportError, TransportErrorKind, after_scheme};

/// A failed attempt.
pub(crate) struct Failure {
    pub(crate) error: Error,
    pub(crate) outcome: Outcome,
}

/// What is known when an answer is judged.
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
        let text = text.trim();
        let may_hold_tokens = self.is_answer_secret && text.starts_with(['{', '[', '"']);
        if may_hold_tokens { None } else { beginning_of(text) }
    }
}

/// How much of an answer that is not understood an error keeps, in characters.
pub(crate) const BODY_START: usize = 300;

/// A request to this address without any answer.
pub(crate) fn no_answer(error: TransportError, url: &str) -> Failure {
    let (kind, outcome, message) = match error.kind() {
        TransportErrorKind::Invalid => {
            (Kind::InvalidRequest, Outcome::Refused, "the request cannot be sent".to_owned())
        }
        TransportErrorKind::Connect => (Kind::Connect, Outcome::NotSent, format!("{} was not reached", origin(url))),
        TransportErrorKind::Timeout => (Kind::Timeout, Outcome::Ambiguous, "no answer in time".to_owned()),
        TransportErrorKind::Ambiguous => {
            (Kind::Transport, Outcome::Ambiguous, "the connection broke before the answer".to_owned())
        }
    };
    Failure { error: Error::new(kind, message).with_source(error), outcome }
}

/// `https://open.feishu.cn` of an address; what follows may hold a secret.
fn origin(url: &str) -> &str {
    let host = after_scheme(url);
    let end = url[host..].find(['/', '?', '#']).map_or(url.len(), |end| host + end);
    &url[..end]
}

/// A body, or its beginning and why there is no more.
pub(crate) type ReadBody = Result<Bytes, (Bytes, TransportError)>;

/// Reads a body to its end; a body in one chunk is not copied.
pub(crate) async fn read_body(mut body: ResponseBody) -> ReadBody {
    let mut first: Option<Bytes> = None;
    let mut all = BytesMut::new();
    loop {
        match body.chunk().await {
            Ok(None) if all.is_empty() => return Ok(first.unwrap_or_default()),
            Ok(None) => return Ok(all.freeze()),
            Ok(Some(chunk)) => match first.take() {
                None if all.is_empty() => first = Some(chunk),
                begin => {
                    if let Some(begin) = begin {
                        all.extend_from_slice(&begin);
                    }
                    all.extend_from_slice(&chunk);
                }
            },
            Err(error) => {
                if let Some(begin) = first {
                    all.extend_from_slice(&begin);
                }
                return Err((all.freeze(), error));
            }
        }
    }
}

/// Reads the answer, or says which failure it is.
pub(crate) fn judge(context: Context<'_>, body: ReadBody, decoder: &mut dyn Decode) -> Result<(), Failure> {
    let body = match body {
        Ok(body) => body,
        Err((beginning, error)) => return Err(broken(context, &beginning, error)),
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
fn broken(context: Context<'_>, beginning: &[u8], error: TransportError) -> Failure {
    let kind = match error.kind() {
        TransportErrorKind::Timeout => Kind::Timeout,
        _ => Kind::Transport,
    };
    let secrets: Vec<&str> = (&mut *context.secrets).collect();
    let text = redact(&String::from_utf8_lossy(beginning), &secrets);
    let mut failure = Error::new(kind, "the connection broke within the answer").with_source(error);
    context.metadata.describe(&mut failure);
    failure.inner_mut().body = context.quote(&text);
    let status = context.metadata.status.as_u16();
    let outcome = match status {
        // The headers already say that nothing was carried out.
        429 => Outcome::RateLimited { reset: reset(&context.metadata.headers) },
        400..=499 if status != 408 => Outcome::Refused,
        _ => Outcome::Ambiguous,
    };
    Failure { error: failure, outcome }
}

/// An answer that is no success.
fn refusal(context: Context<'_>, body: &[u8], not_decoded: Option<NotDecoded>) -> Failure {
    let metadata = context.metadata;
    let status = metadata.status();
    let secrets: Vec<&str> = (&mut *context.secrets).collect();
    let text = String::from_utf8_lossy(body);
    let mut json: Json = serde_json::from_str(&text).unwrap_or_default();
    redact_texts(&mut json, &secrets);
    let text = redact(&text, &secrets);
    let code = json.get("code").and_then(integer);
    let mut error = match code {
        Some(code) if code != 0 => refused(&json, code),
        _ => {
            let mut error = match redirect(metadata) {
                Some(error) => error,
                None => unexpected(&text, not_decoded),
            };
            error.inner_mut().body = context.quote(&text);
            if context.is_answer_secret {
                // Readers of JSON quote what they do not understand.
                error.inner_mut().source = None;
            }
            error
        }
    };
    metadata.describe(&mut error);
    let inner = error.inner_mut();
    inner.code = code;
    if let Some(details) = json.get("error").filter(|details| details.is_object()) {
        if inner.log_id.is_none() {
            inner.log_id = Details::log_id(details);
        }
        inner.details = Some(Box::new(Details::read(details)));
    }
    inner.documented = code.and_then(|code| context.operation.error(code, status).or_else(|| codes::general(code)));
    // Its twin may still be carried out, so it is asked about again.
    let is_twin = context.operation.keyed && code == Some(codes::SAME_KEY_IN_FLIGHT);
    let says_retry = is_twin || inner.documented.is_some_and(|code| code.retry);
    let outcome = outcome(&metadata.headers, status, code, says_retry);
    if let Outcome::RateLimited { reset } = outcome {
        inner.retry_after = reset;
    }
    Failure { error, outcome }
}

/// A download that is no success.
pub(crate) fn failed_download(operation: &Operation, metadata: &Metadata, body: &[u8], secrets: &[&str]) -> Error {
    let secrets = &mut secrets.iter().copied();
    let context = Context { operation, metadata, secrets, is_answer_secret: false };
    refusal(context, body, None).error
}

fn refused(json: &Json, code: i64) -> Error {
    let message = ["msg", "message", "error_description"]
        .iter()
        .find_map(|key| json.get(key)?.as_str())
        .filter(|message| !message.is_empty());
    let message = message.map_or_else(|| format!("code {code}"), str::to_owned);
    Error::new(Kind::Refused, message)
}

/// A server that sends callers elsewhere, as one does that only moves them to `https`.
fn redirect(metadata: &Metadata) -> Option<Error> {
    let target = metadata.status.is_redirection().then(|| header(&metadata.headers, "location"))??;
    // What follows the path may hold a secret.
    let target = target.split(['?', '#']).next().unwrap_or_default();
    let message = format!("a redirect to {target}, which is not followed; look at the base URL");
    Some(Error::new(Kind::UnexpectedAnswer, message))
}

fn unexpected(text: &str, not_decoded: Option<NotDecoded>) -> Error {
    match not_decoded {
        None if text.trim().is_empty() => Error::new(Kind::UnexpectedAnswer, "an empty body"),
        None => Error::new(Kind::UnexpectedAnswer, "a failure without a code"),
        Some(NotDecoded::NoCode) => Error::new(Kind::UnexpectedAnswer, "no code in the answer"),
        Some(NotDecoded::NoData) => Error::new(Kind::UnexpectedAnswer, "no data in the answer"),
        Some(NotDecoded::Unreadable(_)) if text.trim().is_empty() => {
            Error::new(Kind::UnexpectedAnswer, "an empty body")
        }
        Some(NotDecoded::Unreadable(source)) => {
            let message = "the body is not what the page documents";
            Error::new(Kind::UnexpectedAnswer, message).with_source(source)
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

fn integer(value: &Json) -> Option<i64> {
    match value {
        Json::Number(number) => number.as_i64(),
        Json::String(text) => text.trim().parse().ok(),
        _ => None,
    }
}

/// A text without the secrets that the server may repeat in it.
fn redact(text: &str, secrets: &[&str]) -> String {
    let mut text = text.to_owned();
    for secret in secrets.iter().filter(|secret| !secret.is_empty()) {
        if text.contains(secret) {
            text = text.replace(secret, "***");
        }
    }
    text
}

/// Every text in an answer without secrets. What names and numbers say stays, however short a secret of a test is.
fn redact_texts(json: &mut Json, secrets: &[&str]) {
    match json {
        Json::String(text) => *text = redact(text, secrets),
        Json::Array(items) => items.iter_mut().for_each(|item| redact_texts(item, secrets)),
        Json::Object(members) => members.values_mut().for_each(|value| redact_texts(value, secrets)),
        Json::Null | Json::Bool(_) | Json::Number(_) => {}
    }
}

fn beginning_of(text: &str) -> Option<String> {
    if text.is_empty() {
        return None;
    }
    let mut beginning: String = text.chars().take(BODY_START).collect();
    if beginning.len() < text.len() {
        beginning.push('…');
    }
    Some(beginning)
}
