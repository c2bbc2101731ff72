//! Rules about waivers: they name what exists, and they still bite.

use std::collections::{BTreeSet, HashMap};

use super::context::Context;
use crate::diagnostic::{Code, Diagnostic, Diagnostics, Pointer, nearest};
use crate::ir::{Field, Operation, Presence, TypeDef, Value, Waiver};
use crate::yaml::{Cursor, Tree};

/// What a waiver stands beside.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Of {
    Item,
    Operation,
}

const OF_ITEMS: &[&str] = &["presence", "type", "required", "default", "enum", "example", "min", "max", "pattern"];
const OF_OPERATIONS: &[&str] = &[
    "method",
    "path",
    "tokens",
    "app-types",
    "rate-limits",
    "scopes",
    "field-scopes",
    "errors",
    "request-example",
    "response-example",
];

fn problem(place: &Pointer, message: impl Into<String>, label: &str, help: impl Into<String>) -> Diagnostic {
    Diagnostic::new(Code::Waiver, place, message).label(label).help(help)
}

/// Facts that are none, and keys that mean nothing where the waiver stands.
pub(crate) fn facts(cursor: &Cursor<'_>, tree: &Tree, of: Of, diagnostics: &mut Diagnostics) {
    let Some(Tree::List(waivers)) = tree.get("x-feishu-waivers") else { return };
    for (index, waiver) in waivers.iter().enumerate() {
        let place = || cursor.place().key("x-feishu-waivers").index(index);
        let Some(fact) = waiver.get("fact").and_then(Tree::text) else { continue };
        let at = waiver.get("at").and_then(Tree::text);
        // With `at`, a waiver of an operation speaks of an item below it.
        let known: Vec<&str> = match (of, at) {
            (Of::Item, _) => OF_ITEMS.to_vec(),
            (Of::Operation, None) => OF_OPERATIONS.to_vec(),
            (Of::Operation, Some(_)) => OF_OPERATIONS.iter().chain(OF_ITEMS).copied().collect(),
        };
        if !known.contains(&fact) {
            let help = match nearest(fact, known.iter().copied()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("facts that can be waived here are {}", known.join(", ")),
            };
            let message = format!("`{fact}` is no fact that can be waived here");
            diagnostics.push(problem(&place().key("fact"), message, "holds nothing back", help));
        }
        if of == Of::Item && at.is_some() {
            let message = "`at` names a place below an operation";
            let help = "leave it out; the waiver stands beside its item already";
            diagnostics.push(problem(&place().key("at"), message, "this is no operation", help).at_key());
        }
        if matches!(waiver.get("operations"), Some(Tree::List(list)) if list.is_empty()) {
            let help = "name the operations, or leave the key out to mean all that use the item";
            let message = "this waiver holds for no operation";
            diagnostics.push(problem(&place().key("operations"), message, "an empty list", help).at_key());
        }
        let same = |earlier: &Tree| ["fact", "operations", "at"].iter().all(|key| earlier.get(key) == waiver.get(key));
        if waivers[..index].iter().any(same) {
            let message = format!("the fact `{fact}` is waived twice");
            diagnostics.push(problem(&place().key("fact"), message, "the second time", "join the two waivers"));
        }
    }
}

/// Waivers of operations: their places.
pub(crate) fn of_operation(operation: &Operation, diagnostics: &mut Diagnostics) {
    for waiver in &operation.waivers {
        if !waiver.operations.is_empty() {
            let place = waiver.place.key("operations");
            let help = "leave it out; the waiver stands beside its operation already";
            let message = "`operations` limits waivers of parameters and fields";
            diagnostics.push(problem(&place, message, "this waiver is one operation's", help).at_key());
        }
        let Some(at) = &waiver.at else { continue };
        let there = stands(operation, at);
        let left_out = waiver.fact == "presence" && waiver.page == Value::String("present".to_owned());
        if left_out && there == Some(true) {
            let help = "remove the waiver: page and spec agree";
            let message = format!("`{at}` is in the spec");
            diagnostics.push(problem(&waiver.place.key("at"), message, "not left out any more", help));
        } else if there.is_none() || (there == Some(false) && !left_out) {
            let help = "write `request.task.due`, `response.task.due`, `query.page_size`, `path.task_guid` or \
                        `error.1470400`";
            let message = format!("there is no `{at}` in this operation");
            diagnostics.push(problem(&waiver.place.key("at"), message, "names no place below it", help));
        }
    }
}

/// Whether the place that `at` names is there; `None` if it names nothing that could be there.
fn stands(operation: &Operation, at: &str) -> Option<bool> {
    let (section, rest) = at.split_once('.')?;
    let first = rest.split('.').next()?;
    let has = |fields: &[Field]| fields.iter().any(|field| field.name == first);
    match section {
        "error" => {
            let code: i64 = rest.parse().ok()?;
            Some(operation.errors.iter().any(|error| error.code == code))
        }
        "query" => Some(has(&operation.query)),
        "path" => Some(has(&operation.path_parameters)),
        "response" => Some(has(&operation.answer)),
        // The place in the page's example; what stands there in the spec's is not the question.
        "request-example" => Some(operation.request_example.is_some()),
        "response-example" => Some(operation.response_example.is_some()),
        "request" => {
            let name = rest.rsplit('.').next()?;
            Some(operation.request_fields().any(|field| field.name == first || field.name == name))
        }
        _ => None,
    }
}

/// Waivers of fields: their operations exist and use the item, and the page says something else than the spec.
pub(crate) fn used(context: &Context<'_>, diagnostics: &mut Diagnostics) {
    let operations: HashMap<&str, &Operation> =
        context.api.operations().map(|operation| (operation.id.as_str(), operation)).collect();
    let mut reached: HashMap<&str, BTreeSet<&Pointer>> = HashMap::new();
    for definition in context.api.structs() {
        for field in &definition.fields {
            for waiver in &field.waivers {
                bites(field, waiver, diagnostics);
                for (index, id) in waiver.operations.iter().enumerate() {
                    let place = waiver.place.key("operations").index(index);
                    let Some((id, operation)) = operations.get_key_value(id.as_str()) else {
                        diagnostics.push(no_operation(&place, id, operations.keys().copied()));
                        continue;
                    };
                    let reached = reached.entry(id).or_insert_with(|| context.reach(operation));
                    if !reached.contains(&definition.place) {
                        diagnostics.push(not_used(&place, id, &definition.name));
                    }
                }
            }
        }
    }
    for operation in context.api.operations() {
        for field in operation.request_fields().chain(&operation.answer) {
            for waiver in &field.waivers {
                bites(field, waiver, diagnostics);
                for (index, id) in waiver.operations.iter().enumerate() {
                    let place = waiver.place.key("operations").index(index);
                    match operations.get(id.as_str()) {
                        None => diagnostics.push(no_operation(&place, id, operations.keys().copied())),
                        Some(other) => {
                            let mut fields = other.request_fields().chain(&other.answer);
                            if !fields.any(|other| other.place == field.place) {
                                diagnostics.push(not_used(&place, id, &field.name));
                            }
                        }
                    }
                }
            }
        }
    }
    of_enums(context, &operations, diagnostics);
}

/// Enums keep no waivers in the API; those in the file are held against the operations all the same.
fn of_enums(context: &Context<'_>, operations: &HashMap<&str, &Operation>, diagnostics: &mut Diagnostics) {
    for (_, definition) in context.api.types() {
        let TypeDef::Enum(definition) = definition else { continue };
        let place = definition.place.key("x-feishu-waivers");
        let Some(Tree::List(waivers)) = context.documents.at(&place) else { continue };
        for (index, waiver) in waivers.iter().enumerate() {
            let Some(Tree::List(named)) = waiver.get("operations") else { continue };
            for (number, id) in named.iter().enumerate().filter_map(|(number, id)| Some((number, id.text()?))) {
                let place = place.index(index).key("operations").index(number);
                match operations.get(id) {
                    None => diagnostics.push(no_operation(&place, id, operations.keys().copied())),
                    Some(operation) if !context.reach(operation).contains(&definition.place) => {
                        diagnostics.push(not_used(&place, id, &definition.name));
                    }
                    Some(_) => {}
                }
            }
        }
    }
}

fn no_operation<'n>(place: &Pointer, id: &str, known: impl Iterator<Item = &'n str>) -> Diagnostic {
    let help = match nearest(id, known) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "name it by its `operationId`, or take it off the list".to_owned(),
    };
    problem(place, format!("there is no operation `{id}`"), "names nothing", help)
}

fn not_used(place: &Pointer, id: &str, item: &str) -> Diagnostic {
    problem(
        place,
        format!("`{id}` does not use `{item}`"),
        "waives nothing",
        "take it off the list; remove the waiver when the list gets empty",
    )
}

/// Waivers of what page and spec agree upon, as far as the spec alone tells.
fn bites(field: &Field, waiver: &Waiver, diagnostics: &mut Diagnostics) {
    let says = |value: &Value| match &waiver.page {
        Value::String(page) => *page == value.to_string().trim_matches('"'),
        page => page == value,
    };
    let agrees = match waiver.fact.as_str() {
        "presence" => says(&Value::String("present".to_owned())),
        "default" => field.default.as_ref().is_some_and(says),
        "example" => field.example.as_ref().is_some_and(says),
        "required" => says(&Value::String(if field.presence == Presence::Required { "是" } else { "否" }.to_owned())),
        fact => {
            let mut limits = field.limits.own.iter();
            limits
                .any(|limit| limit.key().page_fact().is_some_and(|page| page.as_str() == fact) && says(&limit.value()))
        }
    };
    if agrees {
        let message = format!("page and spec agree about the `{}` of `{}`", waiver.fact, field.name);
        diagnostics.push(problem(&waiver.place.key("page"), message, "what the spec says, too", "remove the waiver"));
    }
}
