//! What an error may repeat of an answer.

use std::fmt;

use serde_json::Value as Json;
use serde_json::error::Category;

/// How much of an answer that is not understood an error keeps, in characters.
pub(crate) const BODY_START: usize = 300;

/// A text without the secrets that the server may repeat in it.
pub(super) fn redact(text: &str, secrets: &[&str]) -> String {
    let mut text = text.to_owned();
    for secret in secrets.iter().filter(|secret| !secret.is_empty()) {
        if text.contains(secret) {
            text = text.replace(secret, "***");
        }
    }
    text
}

/// Every text in an answer without secrets. What names and numbers say stays, however short a secret of a test is.
pub(super) fn redact_texts(json: &mut Json, secrets: &[&str]) {
    match json {
        Json::String(text) => *text = redact(text, secrets),
        Json::Array(items) => items.iter_mut().for_each(|item| redact_texts(item, secrets)),
        Json::Object(members) => members.values_mut().for_each(|value| redact_texts(value, secrets)),
        Json::Null | Json::Bool(_) | Json::Number(_) => {}
    }
}

pub(super) fn beginning_of(text: &str) -> Option<String> {
    if text.is_empty() {
        return None;
    }
    let mut beginning: String = text.chars().take(BODY_START).collect();
    if beginning.len() < text.len() {
        beginning.push('…');
    }
    Some(beginning)
}

/// What a reader of JSON could not read: the place and what it expected there, without what it found.
///
/// `serde_json` quotes the value that it found, which may be a token.
#[derive(Debug)]
pub(super) struct Unreadable {
    problem: String,
    line: usize,
    column: usize,
}

impl From<serde_json::Error> for Unreadable {
    fn from(error: serde_json::Error) -> Self {
        let text = error.to_string();
        let place = format!(" at line {} column {}", error.line(), error.column());
        let text = text.strip_suffix(&place).unwrap_or(&text);
        let problem = match error.classify() {
            Category::Data => without_value(text),
            // These are made of fixed words.
            Category::Io | Category::Syntax | Category::Eof => text.to_owned(),
        };
        Unreadable { problem, line: error.line(), column: error.column() }
    }
}

/// What remains of a complaint about a value when the value is left out.
fn without_value(complaint: &str) -> String {
    let is_known = ["invalid type: ", "invalid value: ", "invalid length ", "unknown variant "]
        .iter()
        .any(|beginning| complaint.starts_with(beginning));
    match complaint.rsplit_once(", expected ") {
        Some((_, expected)) if is_known => format!("expected {expected}"),
        _ if complaint.starts_with("missing field ") => complaint.to_owned(),
        // Types of users say what they like.
        _ => "a value does not fit its type".to_owned(),
    }
}

impl fmt::Display for Unreadable {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} at line {} column {}", self.problem, self.line, self.column)
    }
}

impl std::error::Error for Unreadable {}
