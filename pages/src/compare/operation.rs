//! Compares the facts of a whole operation.

use serde_json::Value;

use super::items::{Context, Side};
use super::{Group, Report, Said, count_fields, flat};
use crate::facts::{ErrorRow, Example, Fact, Item, Nesting, OperationFacts, Stated};

/// Compares everything.
pub(crate) fn compare(page: &OperationFacts, spec: &OperationFacts, report: &mut Report) {
    source(page, spec, report);
    words(Fact::Method, &page.method, &spec.method, report);
    words(Fact::Path, &page.path, &spec.path, report);
    sets(page, spec, report);
    content_type(page, spec, report);
    items(page, spec, report);
    examples(page, spec, report);
    errors(page, spec, report);
}

fn source(page: &OperationFacts, spec: &OperationFacts, report: &mut Report) {
    let text =
        |stated: &Option<Stated<String>>| -> Said { stated.as_ref().map(|stated| (stated.value.clone(), stated.line)) };
    let (left, right) = (&page.source, &spec.source);
    if let (Some(title), Some(other)) = (text(&left.title), text(&right.title))
        && title.0 != other.0
        && text(&left.heading).is_none_or(|heading| heading.0 != other.0)
    {
        report.differ("title", Fact::Title, Some(title), Some(other));
    }
    if let (Some(updated), Some(other)) = (&left.updated, &right.updated)
        && updated.value != other.value
    {
        let said = |stated: &Stated<i64>| Some((stated.value.to_string(), stated.line));
        report.differ("updated", Fact::Updated, said(updated), said(other));
    }
    let (url, other) = (text(&left.url), text(&right.url));
    let document = |said: &Said| said.as_ref().map(|(url, _)| document_path(url).to_owned());
    let alias = match (&url, &other) {
        (Some((url, _)), Some((other, _))) => may_be_alias(url, other),
        _ => false,
    };
    // Some formats know only an alias of the address, or none.
    let known = left.full_path.is_some();
    if other.is_some() && document(&url) != document(&other) && (known || !alias) {
        let group = if known { Group::Different } else { Group::Undecidable };
        report.add("page-url", Fact::PageUrl, group, url, other);
    }
}

/// Whether an address may be another name of a document: both end in the same resource and method.
fn may_be_alias(url: &str, other: &str) -> bool {
    let end = |url: &str| {
        let mut segments = url.rsplit('/').map(str::to_owned);
        (segments.next(), segments.next())
    };
    end(url) == end(other)
}

/// The path of a document, whatever host serves it.
fn document_path(url: &str) -> &str {
    url.split_once("/document").map_or(url, |(_, path)| path)
}

fn words(fact: Fact, page: &Stated<String>, spec: &Stated<String>, report: &mut Report) {
    if page.value != spec.value {
        let said = |stated: &Stated<String>| (!stated.value.is_empty()).then(|| (stated.value.clone(), stated.line));
        report.differ(fact.as_str(), fact, said(page), said(spec));
    }
}

/// Lists whose order says nothing.
fn sets(page: &OperationFacts, spec: &OperationFacts, report: &mut Report) {
    let limits = |facts: &OperationFacts| {
        let limits = facts.rate_limits.value.iter();
        let limits = limits.map(|limit| format!("{}/{}", limit.requests, limit.per));
        Stated::new(limits.collect::<Vec<_>>(), facts.rate_limits.line)
    };
    let (page_limits, spec_limits) = (limits(page), limits(spec));
    let sets = [
        (Fact::Tokens, &page.tokens, &spec.tokens),
        (Fact::RateLimits, &page_limits, &spec_limits),
        (Fact::AppTypes, &page.app_types, &spec.app_types),
        (Fact::Scopes, &page.scopes, &spec.scopes),
        (Fact::FieldScopes, &page.field_scopes, &spec.field_scopes),
    ];
    for (fact, left, right) in sets {
        let sorted = |stated: &Stated<Vec<String>>| {
            let mut values = stated.value.clone();
            values.sort();
            values
        };
        if sorted(left) == sorted(right) {
            continue;
        }
        let said = |stated: &Stated<Vec<String>>| -> Said {
            (!stated.value.is_empty()).then(|| (stated.value.join(", "), stated.line))
        };
        let name = fact.as_str();
        // Pages of few operations have no row for the kinds of apps.
        let unsaid = left.line == 0 && (page.silent.contains(&fact) || fact == Fact::AppTypes);
        if unsaid {
            report.add(name, fact, Group::Undecidable, None, said(right));
        } else if !(spec.prose_facts.contains(&fact) && in_prose(&right.value, &page.prose)) {
            report.differ(name, fact, said(left), said(right));
        }
    }
}

fn in_prose(words: &[String], prose: &str) -> bool {
    let named = |word: &String| prose.contains(word.split('/').next().unwrap_or(word));
    !words.is_empty() && words.iter().all(named)
}

fn content_type(page: &OperationFacts, spec: &OperationFacts, report: &mut Report) {
    let said = |facts: &OperationFacts| -> Said {
        let stated = facts.content_type.as_ref()?;
        Some((stated.value.clone(), stated.line))
    };
    let (left, right) = (said(page), said(spec));
    if left.as_ref().map(|(text, _)| text) != right.as_ref().map(|(text, _)| text) {
        report.differ("content-type", Fact::ContentType, left, right);
    }
}

fn items(page: &OperationFacts, spec: &OperationFacts, report: &mut Report) {
    let context =
        |side| Context { side, head: &page.prose, silent: &page.silent, field_scopes: &spec.field_scopes.value };
    let path = context(Side::Path);
    path.lists("path", &page.path_parameters, &spec.path_parameters, report);
    let request = context(Side::Request);
    request.lists("query", &page.query, &spec.query, report);
    request.lists("header", &page.header, &spec.header, report);
    let fields =
        |nesting, root, left: &[Item], right: &[Item], context: &Context<'_>, report: &mut Report| match nesting {
            Nesting::Known => context.lists(root, left, right, report),
            Nesting::Lost => flat::compare(context, root, left, right, report),
        };
    fields(page.request_nesting, "request", &page.request, &spec.request, &request, report);
    if page.silent.contains(&Fact::Presence) {
        let said = Some((count_fields(spec.response.len()), 0));
        let difference = report.add("response", Fact::Presence, Group::Undecidable, None, said);
        difference.note = Some("the page has no table of the answer".to_owned());
        return;
    }
    if page.wrapped != spec.wrapped || page.answers_file != spec.answers_file {
        let said = |facts: &OperationFacts| {
            let text = match facts.answers_file {
                true => "a file",
                false if facts.wrapped => "in `data`",
                false => "beside `code`",
            };
            Some((text.to_owned(), 0))
        };
        report.differ("response", Fact::Type, said(page), said(spec));
    }
    let response = context(Side::Response);
    fields(page.response_nesting, "response", &page.response, &spec.response, &response, report);
}

fn examples(page: &OperationFacts, spec: &OperationFacts, report: &mut Report) {
    let multipart = page.content_type.as_ref().is_some_and(|kind| kind.value.starts_with("multipart"));
    let pairs = [
        (Fact::RequestExample, &page.request_examples, &spec.request_examples),
        (Fact::ResponseExample, &page.response_examples, &spec.response_examples),
    ];
    for (fact, left, right) in pairs {
        let files = multipart && fact == Fact::RequestExample;
        example(fact, left.first(), right.first(), files, report);
    }
}

fn example(fact: Fact, page: Option<&Example>, spec: Option<&Example>, files: bool, report: &mut Report) {
    let said = |example: Option<&Example>| -> Said {
        let example = example?;
        let text = match &example.json {
            Some(json) => json.to_string(),
            None => example.text.clone(),
        };
        Some((text, example.line))
    };
    match (page, spec) {
        (None, None) => {}
        (Some(left), Some(right)) => match (&left.json, &right.json) {
            (Some(page_json), Some(spec_json)) => {
                let lines = (left.line, right.line);
                values(fact, Some(page_json), Some(spec_json), &Values { files, lines }, fact.as_str(), report);
            }
            (None, None) => {}
            (None, Some(_)) => {
                let difference = report.add(fact.as_str(), fact, Group::Undecidable, said(page), said(spec));
                difference.note = Some("the page's example is unreadable".to_owned());
            }
            (Some(_), None) => {
                report.differ(fact.as_str(), fact, said(page), said(spec));
            }
        },
        _ => {
            report.differ(fact.as_str(), fact, said(page), said(spec));
        }
    }
}

/// What comparing two JSON values needs to know.
struct Values {
    /// In a multipart body the content of files (empty on pages) is no fact.
    files: bool,
    /// Where the examples begin: on the page, in the spec.
    lines: (usize, usize),
}

/// Reports every place where two JSON values differ; the order of keys says nothing.
fn values(fact: Fact, page: Option<&Value>, spec: Option<&Value>, context: &Values, place: &str, report: &mut Report) {
    match (page, spec) {
        (Some(Value::Object(left)), Some(Value::Object(right))) => {
            let keys = left.keys().chain(right.keys().filter(|key| !left.contains_key(*key)));
            for key in keys {
                values(fact, left.get(key), right.get(key), context, &format!("{place}.{key}"), report);
            }
        }
        (Some(Value::Array(left)), Some(Value::Array(right))) => {
            for at in 0..left.len().max(right.len()) {
                values(fact, left.get(at), right.get(at), context, &format!("{place}[{at}]"), report);
            }
        }
        (Some(Value::String(text)), Some(_)) if context.files && text.is_empty() => {}
        _ if page == spec => {}
        _ => {
            let said = |value: Option<&Value>, line| value.map(|value| (value.to_string(), line));
            report.differ(place, fact, said(page, context.lines.0), said(spec, context.lines.1));
        }
    }
}

/// One code may stand there twice, with two statuses.
fn errors(page: &OperationFacts, spec: &OperationFacts, report: &mut Report) {
    let said = |facts: &OperationFacts, code: i64| -> Said {
        let rows = facts.errors.iter().filter(|row| row.code == code);
        let status = |row: &ErrorRow| if row.status == 0 { "no status".to_owned() } else { row.status.to_string() };
        let mut statuses: Vec<String> = rows.clone().map(status).collect();
        statuses.sort();
        let line = rows.map(|row| row.line).next()?;
        Some((statuses.join(", "), line))
    };
    let mut codes: Vec<i64> = Vec::new();
    for row in page.errors.iter().chain(&spec.errors) {
        if !codes.contains(&row.code) {
            codes.push(row.code);
        }
    }
    for code in codes {
        let (left, right) = (said(page, code), said(spec, code));
        let text = |said: &Said| said.as_ref().map(|(text, _)| text.clone());
        if text(&left) != text(&right) {
            report.differ(&format!("error.{code}"), Fact::Errors, left, right);
        }
    }
}
