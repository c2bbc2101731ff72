//! Operations: their requests, their answers, and the facts about them.

use std::collections::{BTreeMap, BTreeSet};

use super::fields::{self, Location, Mode};
use super::table::{self, Used};
use super::{At, Comparison, Subject, some};
use crate::ir::{
    Body, BodyField, Constraint, ConstraintCheck, ErrorCode, Ident, Operation, Paging, PagingBy, RateLimit, Tokens,
    UpdateMask, are_comparable,
};

impl<'a> Comparison<'a> {
    pub(super) fn operations(&mut self, old: &'a [Operation], new: &'a [Operation]) {
        for before in old {
            match new.iter().find(|after| after.id == before.id) {
                Some(after) => self.operation(before, after),
                None => self.operation_removed(before),
            }
        }
        for after in new.iter().filter(|after| !old.iter().any(|before| before.id == after.id)) {
            let call = call(after);
            let text = format!("added (`{call}`)");
            self.push(&at(after), &table::OPERATION_ADDED, None, Some(call), text);
        }
    }

    fn operation_removed(&mut self, operation: &'a Operation) {
        let call = call(operation);
        let mut text = format!("removed (`{call}`)");
        let successor = self
            .new
            .operations
            .values()
            .find(|found| found.http == operation.http && template(&found.path).0 == template(&operation.path).0);
        if let Some(successor) = successor {
            text.push_str(&format!("; renamed to `{}`?", successor.id));
        }
        self.push(&at(operation), &table::OPERATION_REMOVED, Some(call), None, text);
    }

    fn operation(&mut self, old: &'a Operation, new: &'a Operation) {
        let at = at(new);
        self.fact(&at, &table::METHOD_CHANGED, "method", old.http.as_str(), new.http.as_str());
        if is_elsewhere(&old.path, &new.path) {
            self.fact(&at, &table::PATH_CHANGED, "path", &old.path, &new.path);
        }
        self.fact(&at, &table::BODY_CHANGED, "body", body_kind(&old.body), body_kind(&new.body));
        self.tokens(&at, old.tokens, new.tokens);
        self.mask(&at, old, new);
        self.fields(&at, Mode::Same(Used::Sent), &fields::request(old), &fields::request(new));
        if are_comparable(old.request_fields()) && !are_comparable(new.request_fields()) {
            self.push(&at, &table::FILE_ADDED, None, None, "no longer comparable by `==`".to_owned());
        }
        let answer = (fields::placed(&old.answer, Location::Answer), fields::placed(&new.answer, Location::Answer));
        self.fields(&at, Mode::Same(Used::Received), &answer.0, &answer.1);
        self.paging(&at, old.paging.as_ref(), new.paging.as_ref());
        self.behaviour(&at, old, new);
        self.facts(&at, old, new);
    }

    fn tokens(&mut self, at: &At, old: Tokens, new: Tokens) {
        let tokens = [("tenant_access_token", old.tenant, new.tenant), ("user_access_token", old.user, new.user)];
        for (name, old, new) in tokens {
            let name = name.to_owned();
            match (old, new) {
                (false, true) => {
                    self.push(at, &table::TOKEN_ADDED, None, Some(name.clone()), format!("accepts `{name}` as well"));
                }
                (true, false) => {
                    let text = format!("no longer accepts `{name}`");
                    self.push(at, &table::TOKEN_REMOVED, Some(name), None, text);
                }
                _ => {}
            }
        }
    }

    fn mask(&mut self, at: &At, old: &Operation, new: &Operation) {
        if let (Some(old), Some(new)) = (mask(old), mask(new)) {
            self.fact(at, &table::MASK_TARGET, "target of the update", &old.target, &new.target);
        }
    }

    fn paging(&mut self, at: &At, old: Option<&Paging>, new: Option<&Paging>) {
        let shown = |paging: &Paging| {
            let Paging { by, items, item: _ } = paging;
            let name = |field: &Option<Ident>| field.as_ref().map(|field| format!(", {}", field.0)).unwrap_or_default();
            let by = match by {
                PagingBy::Token { page_token, next_page_token, has_more } => {
                    format!("{}, {}{}", page_token.0, next_page_token.0, name(has_more))
                }
                PagingBy::Offset { offset, total } => format!("offset {}{}", offset.0, name(total)),
                PagingBy::Number { page_index, first, page_size, total } => {
                    format!("page {} from {first}{}{}", page_index.0, name(page_size), name(total))
                }
            };
            format!("{by}, {}", items.0)
        };
        match (old, new) {
            (None, Some(new)) => {
                let text = format!("pages through `{}` with `.stream()`", new.items.0);
                self.push(at, &table::PAGING_ADDED, None, Some(shown(new)), text);
            }
            (Some(old), None) => {
                let text = format!("no longer pages through `{}`; `.stream()` is gone", old.items.0);
                self.push(at, &table::PAGING_REMOVED, Some(shown(old)), None, text);
            }
            (Some(old), Some(new)) => {
                self.fact(at, &table::PAGING_CHANGED, "paging goes by", &shown(old), &shown(new));
            }
            (None, None) => {}
        }
    }

    fn behaviour(&mut self, at: &At, old: &Operation, new: &Operation) {
        let (before, after) = (&old.idempotency_key, &new.idempotency_key);
        if before != after {
            if let Some(key) = before {
                let text = format!("`{}` is no longer the idempotency key", key.0);
                self.push(at, &table::KEY_REMOVED, Some(key.0.clone()), None, text);
            }
            if let Some(key) = after {
                let text = format!("`{}` is the idempotency key", key.0);
                self.push(at, &table::KEY_ADDED, None, Some(key.0.clone()), text);
            }
        }
        match (&old.repeatable, &new.repeatable) {
            (None, Some(why)) => {
                self.push(at, &table::REPEATABLE_ADDED, None, Some(why.clone()), "may be repeated".to_owned());
            }
            (Some(why), None) => {
                let text = "may no longer be repeated".to_owned();
                self.push(at, &table::REPEATABLE_REMOVED, Some(why.clone()), None, text);
            }
            (Some(old), Some(new)) => self.text(at, "why it may be repeated", old, new),
            (None, None) => {}
        }
    }

    fn rules(&mut self, at: &At, old: &[Constraint], new: &[Constraint]) {
        let words = |rules: &[Constraint]| -> Vec<_> {
            rules.iter().map(|rule| (rule.text.clone(), rule.enforced.clone())).collect()
        };
        if words(old) != words(new) {
            self.push(at, &table::RULES, None, None, "rules".to_owned());
        }
        let checks = |rules: &[Constraint]| -> BTreeSet<String> {
            rules.iter().flat_map(|rule| &rule.checks).map(ConstraintCheck::to_string).collect()
        };
        let (old, new) = (checks(old), checks(new));
        for check in new.difference(&old) {
            self.push(at, &table::CHECK_ADDED, None, some(check), format!("checked: {check}"));
        }
        for check in old.difference(&new) {
            self.push(at, &table::CHECK_REMOVED, some(check), None, format!("no longer checked: {check}"));
        }
    }

    fn facts(&mut self, at: &At, old: &Operation, new: &Operation) {
        let limits = (RateLimit::words(&old.rate_limits), RateLimit::words(&new.rate_limits));
        self.fact(at, &table::RATE_LIMITS, "rate limit", &limits.0, &limits.1);
        self.fact(at, &table::SCOPES, "scopes", &old.scopes.join(" or "), &new.scopes.join(" or "));
        let scopes = (old.field_scopes.join(", "), new.field_scopes.join(", "));
        self.fact(at, &table::FIELD_SCOPES, "scopes of fields", &scopes.0, &scopes.1);
        self.fact(at, &table::APP_TYPES, "apps", &old.app_types.join(", "), &new.app_types.join(", "));
        self.errors(at, &old.errors, &new.errors);
        let today = |operation: &Operation| operation.superseded_by.clone().unwrap_or_default();
        self.fact(at, &table::SUPERSEDED, "superseded by", &today(old), &today(new));
        self.rules(at, &old.constraints, &new.constraints);
        self.text(at, "summary", &old.summary, &new.summary);
        self.text(at, "description", &old.description, &new.description);
        self.text(at, "description of the answer", &old.answer_description, &new.answer_description);
        if old.page != new.page {
            let shown = |operation: &Operation| format!("{} ({})", operation.page.url, operation.page.updated);
            self.push(at, &table::PAGE, some(&shown(old)), some(&shown(new)), "page".to_owned());
        }
    }

    fn errors(&mut self, at: &At, old: &[ErrorCode], new: &[ErrorCode]) {
        let (before, after) = (by_code(old), by_code(new));
        for (key, error) in &before {
            let at = at.below(format!("error.{}", key.1));
            match after.get(key) {
                None => self.push(&at, &table::ERROR_CODES, Some(error.clone()), None, "removed".to_owned()),
                Some(now) if now != error => {
                    self.push(&at, &table::ERROR_CODES, Some(error.clone()), Some(now.clone()), "reworded".to_owned());
                }
                Some(_) => {}
            }
        }
        for (key, error) in after.iter().filter(|(key, _)| !before.contains_key(key)) {
            let at = at.below(format!("error.{}", key.1));
            self.push(&at, &table::ERROR_CODES, None, Some(error.clone()), "added".to_owned());
        }
    }
}

/// What a table says about each status and code; pages list some of them more than once.
fn by_code(errors: &[ErrorCode]) -> BTreeMap<(i64, i64), String> {
    let mut table: BTreeMap<(i64, i64), String> = BTreeMap::new();
    for error in errors {
        let retry = if error.retry { ", retry" } else { "" };
        let line = format!("{} {}{retry}", error.meaning, error.hint);
        let entry = table.entry((error.status, error.code)).or_default();
        if !entry.is_empty() {
            entry.push('\n');
        }
        entry.push_str(line.trim());
    }
    table
}

fn at(operation: &Operation) -> At {
    At::whole(Subject::Operation(operation.id.clone()))
}

fn call(operation: &Operation) -> String {
    format!("{} {}", operation.http.as_str(), operation.path)
}

/// A path with its parameters left blank, and their names.
fn template(path: &str) -> (String, Vec<&str>) {
    let mut names = Vec::new();
    let mut blank = String::new();
    for (index, part) in path.split('{').enumerate() {
        match part.split_once('}') {
            Some((name, rest)) if index > 0 => {
                names.push(name);
                blank.push_str("{}");
                blank.push_str(rest);
            }
            _ => blank.push_str(part),
        }
    }
    (blank, names)
}

/// Whether a path leads elsewhere; other names of the parameters alone do not.
fn is_elsewhere(old: &str, new: &str) -> bool {
    let ((old, before), (new, after)) = (template(old), template(new));
    let swapped = before
        .iter()
        .enumerate()
        .any(|(index, name)| after.iter().position(|other| other == name).is_some_and(|other| other != index));
    old != new || swapped
}

fn body_kind(body: &Body) -> &'static str {
    match body {
        Body::None => "none",
        Body::Json(_) => "JSON",
        Body::Multipart(_) => "form",
    }
}

fn mask(operation: &Operation) -> Option<&UpdateMask> {
    let Body::Json(fields) = &operation.body else { return None };
    fields.iter().find_map(|field| match field {
        BodyField::Masked(mask) => Some(mask),
        BodyField::Plain(_) => None,
    })
}
