//! Rules about what an operation says of itself: page, app types, limits, errors.

use std::collections::HashSet;

use super::context::Context;
use crate::diagnostic::{Code, Diagnostic, Diagnostics, Pointer, nearest};
use crate::ir::{self, Operation};
use crate::yaml::{Cursor, Tree};

/// Facts that every operation states, what is not said without them, and what to write.
const FACTS: &[(&str, &str, &str)] = &[
    ("externalDocs", "which page describes it", "add `externalDocs: {url: …}` with the address of the page"),
    (
        "x-feishu-page",
        "which page describes it",
        "add `x-feishu-page: {title: …, updated: …}` with the page's Chinese title and update time",
    ),
    ("x-feishu-app-types", "which apps may call it", "add `x-feishu-app-types: [custom, isv]` as on the page"),
    (
        "x-feishu-rate-limits",
        "how often it may be called",
        "add `x-feishu-rate-limits: [{requests: …, per: minute}]`, or `[]` if the page states none",
    ),
    ("x-feishu-scopes", "which scopes it needs", "add `x-feishu-scopes: […]`, or `[]` if the page names none"),
    ("x-feishu-errors", "which errors it answers", "add `x-feishu-errors: […]`, or `[]` if the page has no table"),
];

/// Facts that an operation does not state.
pub(crate) fn missing(cursor: &Cursor<'_>, tree: &Tree, diagnostics: &mut Diagnostics) {
    for (key, what, help) in FACTS {
        if tree.get(key).is_none() {
            diagnostics.push(
                Diagnostic::new(Code::MissingFact, &cursor.place(), format!("the operation has no `{key}`"))
                    .at_key()
                    .label(format!("{what} is not said"))
                    .help(*help),
            );
        }
    }
    let accepts_some = matches!(tree.get("security"), Some(Tree::List(list)) if !list.is_empty());
    if !accepts_some {
        diagnostics.push(
            Diagnostic::new(Code::Tokens, &cursor.place().key("security"), "the operation accepts no token")
                .at_key()
                .label("who may call it is not said")
                .help("add `security: [{tenant_access_token: []}, {user_access_token: []}]` as on the page"),
        );
    }
}

/// Pages elsewhere, and times that are none.
pub(crate) fn page(operation: &Operation, diagnostics: &mut Diagnostics) {
    let page = &operation.page;
    let known = ["https://open.feishu.cn/document/", "https://open.larksuite.com/document/"];
    if !page.url.is_empty() && !known.iter().any(|start| page.url.starts_with(start)) {
        let place = operation.place.key("externalDocs").key("url");
        diagnostics.push(
            Diagnostic::new(Code::Page, &place, "this is no page of Feishu's documentation")
                .label("expected `https://open.feishu.cn/document/…`")
                .help("copy the address of the page from the browser"),
        );
    }
    if !page.updated.is_empty() && !is_iso_time(&page.updated) {
        let place = operation.place.key("x-feishu-page").key("updated");
        diagnostics.push(
            Diagnostic::new(Code::Page, &place, format!("`{}` is no point in time", page.updated))
                .label("expected a time in UTC such as `2024-01-02T03:04:05Z`")
                .help("take `updateTime` of the page"),
        );
    }
}

/// Whether a text has the form `2024-01-02T03:04:05Z`, and names a month, a day and a time that exist.
fn is_iso_time(text: &str) -> bool {
    const FORM: &str = "0000-00-00T00:00:00Z";
    let fits = text.len() == FORM.len()
        && text.bytes().zip(FORM.bytes()).all(|(found, form)| match form {
            b'0' => found.is_ascii_digit(),
            form => found == form,
        });
    let part = |from: usize| text.get(from..from + 2).and_then(|part| part.parse::<u8>().ok()).unwrap_or(u8::MAX);
    fits && (1..=12).contains(&part(5))
        && (1..=31).contains(&part(8))
        && part(11) < 24
        && part(14) < 60
        && part(17) < 60
}

/// App types that are none, or doubled.
pub(crate) fn app_types(operation: &Operation, diagnostics: &mut Diagnostics) {
    let place = operation.place.key("x-feishu-app-types");
    for (index, name) in operation.app_types.iter().enumerate() {
        let message = if !matches!(name.as_str(), "custom" | "isv") {
            format!("`{name}` is no kind of app")
        } else if operation.app_types[..index].contains(name) {
            format!("`{name}` stands here twice")
        } else {
            continue;
        };
        diagnostics.push(
            Diagnostic::new(Code::AppTypes, &place.index(index), message)
                .label("expected `custom` or `isv`, each once")
                .help("`custom` is an app of one company, `isv` an app of the store; the head of the page lists them"),
        );
    }
}

/// Scopes that are no names: two of them with a full-width comma between them, for example.
pub(crate) fn scopes(place: &Pointer, lists: [&[String]; 2], diagnostics: &mut Diagnostics) {
    for (key, names) in ["x-feishu-scopes", "x-feishu-field-scopes"].into_iter().zip(lists) {
        for (index, name) in names.iter().enumerate() {
            let Some(odd) = name.chars().find(|letter| !letter.is_ascii_graphic() || matches!(letter, ',' | ';'))
            else {
                continue;
            };
            diagnostics.push(
                Diagnostic::new(
                    Code::Scopes,
                    &place.key(key).index(index),
                    format!("`{name}` is not the name of a scope"),
                )
                .label(format!("contains `{odd}`"))
                .help("separate scopes with the comma of ASCII and a blank: `[a, b]`"),
            );
        }
    }
}

/// Limits that allow nothing.
pub(crate) fn rate_limits(operation: &Operation, diagnostics: &mut Diagnostics) {
    let place = operation.place.key("x-feishu-rate-limits");
    for (index, limit) in operation.rate_limits.iter().enumerate() {
        if limit.requests < 1 {
            let place = place.index(index).key("requests");
            diagnostics.push(
                Diagnostic::new(Code::RateLimit, &place, "this rate limit allows no request")
                    .label("expected a number from 1 on")
                    .help("write `x-feishu-rate-limits: []` if the page states none"),
            );
        }
    }
}

/// Codes that stand in the table twice, and statuses that HTTP does not know.
pub(crate) fn error_table(operation: &Operation, diagnostics: &mut Diagnostics) {
    let mut seen = HashSet::new();
    for error in &operation.errors {
        if !seen.insert(error.code) {
            diagnostics.push(
                Diagnostic::new(
                    Code::ErrorTable,
                    &error.place.key("code"),
                    format!("the code {} stands in this table twice", error.code),
                )
                .label("the second one")
                .help("write one row for it; join the meanings"),
            );
        }
        if !(100..600).contains(&error.status) {
            diagnostics.push(
                Diagnostic::new(
                    Code::ErrorTable,
                    &error.place.key("status"),
                    format!("{} is no HTTP status", error.status),
                )
                .label("expected a number from 100 to 599")
                .help("perhaps `status` and `code` are swapped"),
            );
        }
    }
}

/// Who enforces the rules of an operation or event.
pub(crate) fn enforced_by(
    context: &Context<'_>,
    place: &Pointer,
    rules: &[ir::Constraint],
    diagnostics: &mut Diagnostics,
) {
    const KNOWN: [&str; 3] = ["type", "client", "server"];
    let place = place.key("x-feishu-rules");
    for (index, rule) in rules.iter().enumerate() {
        let enforced = rule.enforced.as_str();
        if KNOWN.contains(&enforced) {
            let (label, help) = match (enforced == "client", rule.checks.is_empty()) {
                (false, false) => ("the rule has a `check`", "write `enforced: client`, or take the `check` away"),
                // What it has may be broken, which is said already.
                (true, true) if context.is_whole(&place.index(index)) => {
                    ("the rule has no `check`", "say with `check` what is checked, or write `enforced: server`")
                }
                _ => continue,
            };
            let message = "`enforced: client` and `check` go together";
            let place = place.index(index).key("enforced");
            diagnostics.push(Diagnostic::new(Code::EnforcedBy, &place, message).label(label).help(help));
            continue;
        }
        // An empty text is told as one.
        if enforced.is_empty() {
            continue;
        }
        let help = match nearest(&rule.enforced, KNOWN.into_iter()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => {
                "`type`: it cannot be written in Rust; `client`: `validate()` checks it; `server`: Feishu refuses it"
                    .to_owned()
            }
        };
        diagnostics.push(
            Diagnostic::new(
                Code::EnforcedBy,
                &place.index(index).key("enforced"),
                format!("`{}` enforces no rules", rule.enforced),
            )
            .label("expected `type`, `client` or `server`")
            .help(help),
        );
    }
}

/// Successors that do not exist.
pub(crate) fn superseded_by(context: &Context<'_>, diagnostics: &mut Diagnostics) {
    let ids: HashSet<&str> = context.api.operations().map(|operation| operation.id.as_str()).collect();
    for operation in context.api.operations() {
        let Some(successor) = operation.superseded_by.as_deref() else { continue };
        let message = if successor == operation.id {
            format!("`{successor}` supersedes itself")
        } else if !ids.contains(successor) {
            format!("there is no operation `{successor}`")
        } else {
            continue;
        };
        let help = match nearest(successor, ids.iter().copied().filter(|id| *id != operation.id)) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "name the `operationId` of what to use today".to_owned(),
        };
        diagnostics.push(
            Diagnostic::new(Code::SupersededBy, &operation.place.key("x-feishu-superseded-by"), message)
                .label("leads nowhere")
                .help(help),
        );
    }
}
