//! The `error` object of an answer, in both of its shapes.

use std::fmt;

use serde_json::Value as Json;

use crate::shown::Shown;

/// What the server adds to a code: the `error` object of the answer.
///
/// Feishu documents two shapes ([calling an API][call] and [applying for
/// scopes][scopes]); both are read into this.
///
/// [call]: https://open.feishu.cn/document/ukTMukTMukTM/ukDNz4SO0MjL5QzM/get-
/// [scopes]: https://open.feishu.cn/document/ukTMukTMukTM/uQjN3QjL0YzN04CN2cDN
#[derive(Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct Details {
    /// The scopes of which the app needs one.
    pub missing_scopes: Vec<String>,
    /// Fields whose values were not accepted.
    pub field_violations: Vec<FieldViolation>,
    /// Pages that help.
    pub help_links: Vec<HelpLink>,
    /// The troubleshooter's address or advice.
    pub troubleshooter: String,
    /// A further message.
    pub message: String,
}

/// A field whose value was not accepted.
#[derive(Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct FieldViolation {
    /// The name of the field.
    pub field: String,
    /// The value as the server saw it; what is not a string is JSON text.
    pub value: String,
    /// What is wrong with it.
    pub description: String,
}

/// A page that helps.
#[derive(Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct HelpLink {
    /// The address.
    pub url: String,
    /// What is found there.
    pub description: String,
}

impl Details {
    /// Reads what can be read and passes over the rest: a strange detail must
    /// not hide the error.
    pub(crate) fn read(error: &Json) -> Details {
        let mut missing_scopes = Vec::new();
        for violation in list(error, "permission_violations") {
            let scope = match text(violation, "scope") {
                scope if scope.is_empty() => text(violation, "subject"),
                scope => scope,
            };
            if !scope.is_empty() && !missing_scopes.contains(&scope) {
                missing_scopes.push(scope);
            }
        }
        Details {
            missing_scopes,
            field_violations: list(error, "field_violations")
                .map(|violation| FieldViolation {
                    field: text(violation, "field"),
                    value: text(violation, "value"),
                    description: text(violation, "description"),
                })
                .collect(),
            help_links: list(error, "helps")
                .map(|link| HelpLink { url: text(link, "url"), description: text(link, "description") })
                .collect(),
            troubleshooter: text(error, "troubleshooter"),
            message: text(error, "message"),
        }
    }

    pub(crate) fn log_id(error: &Json) -> Option<String> {
        [text(error, "log_id"), text(error, "logid")].into_iter().find(|id| !id.is_empty())
    }
}

/// How many elements of a list are shown.
const MAX_LISTED: usize = 20;

impl fmt::Debug for Details {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let missing_scopes: Vec<Shown<'_>> =
            self.missing_scopes.iter().take(MAX_LISTED).map(|scope| Shown(scope)).collect();
        formatter
            .debug_struct("Details")
            .field("missing_scopes", &missing_scopes)
            .field("field_violations", &&self.field_violations[..self.field_violations.len().min(MAX_LISTED)])
            .field("help_links", &&self.help_links[..self.help_links.len().min(MAX_LISTED)])
            .field("troubleshooter", &Shown(&self.troubleshooter))
            .field("message", &Shown(&self.message))
            .finish()
    }
}

impl fmt::Debug for FieldViolation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("FieldViolation")
            .field("field", &Shown(&self.field))
            .field("value", &Shown(&self.value))
            .field("description", &Shown(&self.description))
            .finish()
    }
}

impl fmt::Debug for HelpLink {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("HelpLink")
            .field("url", &Shown(&self.url))
            .field("description", &Shown(&self.description))
            .finish()
    }
}

fn list<'a>(error: &'a Json, key: &str) -> impl Iterator<Item = &'a Json> {
    error.get(key).and_then(Json::as_array).into_iter().flatten()
}

fn text(object: &Json, key: &str) -> String {
    match object.get(key) {
        None | Some(Json::Null) => String::new(),
        Some(Json::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    }
}
