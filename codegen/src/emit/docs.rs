//! Doc comments.

use super::words::{self, cell, code, line, prose};
use crate::ir::{Event, Field, Operation, RateLimit};

/// `//!` lines.
pub(crate) fn inner(text: &str) -> String {
    words::clean(text)
        .trim_end()
        .lines()
        .map(|line| if line.is_empty() { "//!\n".to_owned() } else { format!("//! {line}\n") })
        .collect()
}

/// The first sentence of a description, on one line and with its full stop.
pub(crate) fn first_sentence(text: &str) -> String {
    let first = text.trim_start().split("\n\n").next().unwrap_or_default();
    let first = words::one_line(first);
    let first = first.split(". ").next().unwrap_or_default();
    let is_closed = first.is_empty() || first.ends_with(['.', '!', '?', ':']);
    line(first) + if is_closed { "" } else { "." }
}

/// What an operation does, as lists and the search show it.
pub(crate) fn summary(operation: &Operation) -> String {
    let historic = if operation.superseded_by.is_some() { " (historic)" } else { "" };
    line(&operation.summary) + historic
}

/// The documentation of a request type: everything that the page says about the operation.
pub(crate) fn operation(operation: &Operation) -> String {
    let mut text = format!("{}.\n", summary(operation));
    if !operation.description.is_empty() {
        text.push_str(&format!("\n{}\n", prose(&operation.description)));
    }
    if let Some(today) = &operation.superseded_by {
        text.push_str(&format!("\nThis is a historic version; new code calls {}.\n", code(today)));
    }
    let (page, day) = (&operation.page, operation.page.updated.split('T').next().unwrap_or_default());
    text.push_str(&format!("\n{}\n\n", code(&format!("{} {}", operation.http.as_str(), operation.path))));
    text.push_str(&format!("- Page: {}, as of {}\n", words::link(&page.title, &page.url), line(day)));
    text.push_str(&format!("- Answer: [`{}`]\n", operation.response));
    text.push_str(&format!("- Tokens: {}\n", tokens(operation)));
    if !operation.app_types.is_empty() {
        text.push_str(&format!("- Apps: {}\n", codes(&operation.app_types, ", ")));
    }
    if !operation.scopes.is_empty() {
        text.push_str(&format!("- Scopes: {}\n", codes(&operation.scopes, " or ")));
    }
    if !operation.field_scopes.is_empty() {
        text.push_str(&format!("- Scopes to see all fields: {}\n", codes(&operation.field_scopes, ", ")));
    }
    text.push_str(&format!("- Rate limit: {}\n", RateLimit::words(&operation.rate_limits)));
    if let Some(reason) = &operation.repeatable {
        text.push_str(&format!("- Safe to repeat: {}\n", line(reason)));
    }
    if let Some(key) = &operation.idempotency_key {
        text.push_str(&format!("- Idempotency key: {}\n", code(&key.0)));
    }
    for rule in &operation.constraints {
        let checked = if rule.checks.is_empty() { "" } else { ", which `validate` checks" };
        text.push_str(&format!("- Rule{checked}: {}\n", line(&rule.text)));
    }
    text.push_str(&errors(operation));
    text
}

/// The documentation of an event: everything that the page says about it.
pub(crate) fn event(event: &Event) -> String {
    let mut text = format!("{}.\n", line(&event.summary));
    if !event.description.is_empty() {
        text.push_str(&format!("\n{}\n", prose(&event.description)));
    }
    let (page, day) = (&event.page, event.page.updated.split('T').next().unwrap_or_default());
    text.push_str(&format!("\nThe event {}.\n\n", code(&event.event_type)));
    text.push_str(&format!("- Page: {}, as of {}\n", words::link(&page.title, &page.url), line(day)));
    if !event.app_types.is_empty() {
        text.push_str(&format!("- Apps: {}\n", codes(&event.app_types, ", ")));
    }
    if !event.scopes.is_empty() {
        text.push_str(&format!("- Scopes to subscribe: {}\n", codes(&event.scopes, " or ")));
    }
    if !event.field_scopes.is_empty() {
        text.push_str(&format!("- Scopes to see all fields: {}\n", codes(&event.field_scopes, ", ")));
    }
    for rule in &event.constraints {
        text.push_str(&format!("- Rule: {}\n", line(&rule.text)));
    }
    text
}

fn errors(operation: &Operation) -> String {
    if operation.errors.is_empty() {
        return String::new();
    }
    let mut text = "\n# Errors\n\n| HTTP | code | meaning | what to do |\n| --- | --- | --- | --- |\n".to_owned();
    for error in &operation.errors {
        text.push_str(&format!(
            "| {} | {} | {} | {} |\n",
            error.status,
            error.code,
            cell(&error.meaning),
            cell(&error.hint)
        ));
    }
    text
}

fn tokens(operation: &Operation) -> &'static str {
    match (operation.tokens.tenant, operation.tokens.user) {
        (true, true) => "`tenant_access_token` or `user_access_token`",
        (true, false) => "`tenant_access_token`",
        (false, true) => "`user_access_token`",
        (false, false) => "none",
    }
}

fn codes(names: &[String], separator: &str) -> String {
    names.iter().map(|name| code(name)).collect::<Vec<_>>().join(separator)
}

/// The documentation of a field: what it means, what it may hold.
pub(crate) fn field(field: &Field) -> String {
    let mut text = prose(&field.description);
    if text.is_empty() {
        text = code(&field.name);
    }
    let mut facts = Vec::new();
    if field.deprecated {
        facts.push("Outdated.".to_owned());
    }
    facts.extend(field.limits.sentences(&field.ty, code).into_iter().map(|(part, sentence)| match part.as_str() {
        "" => sentence,
        part => format!("{part}: {sentence}"),
    }));
    if let Some(default) = &field.default {
        facts.push(format!("The server assumes {}.", code(&default.to_string())));
    }
    if let Some(example) = &field.example {
        let example = example.to_string();
        if example.chars().count() <= 120 {
            facts.push(format!("Example: {}.", code(&example)));
        }
    }
    if !facts.is_empty() {
        text.push_str("\n\n");
        text.push_str(&facts.join(" "));
    }
    text
}
