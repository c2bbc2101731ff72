//! How much the spec says, and where it deviates from the pages on purpose.

use std::fmt::Write;

use crate::ir::{Api, Field, Operation, Presence, Waiver};

/// Counts of everything, then one line for each waiver.
pub fn summary(api: &Api) -> String {
    let operations: Vec<&Operation> = api.operations().collect();
    let fields = all_fields(api, &operations);
    let count = |matches: fn(&Operation) -> usize| operations.iter().map(|operation| matches(operation)).sum::<usize>();
    let counts = [
        ("operations", operations.len()),
        ("path and query parameters", count(|operation| operation.path_parameters.len() + operation.query.len())),
        ("fields of bodies, answers and shared types", fields.len()),
        ("required fields and parameters", fields.iter().filter(|field| field.presence == Presence::Required).count()),
        ("constraints", fields.iter().map(|field| field.limits.count()).sum()),
        ("error codes", count(|operation| operation.errors.len())),
        ("rules beyond single fields", count(|operation| operation.constraints.len())),
        ("examples of requests", count(|operation| usize::from(operation.request_example.is_some()))),
        ("examples of answers", count(|operation| usize::from(operation.response_example.is_some()))),
    ];
    let waivers = all_waivers(&operations, &fields);
    let mut text = String::new();
    for (what, count) in counts.into_iter().chain([("waivers", waivers.len())]) {
        let _ = writeln!(text, "{count:>5} {what}");
    }
    text.push('\n');
    for waiver in waivers {
        text.push_str(&line(waiver));
    }
    text
}

fn line(waiver: &Waiver) -> String {
    let place = waiver.place.path.replace("~1", "/");
    let owner = place.split("/x-feishu-waivers").next().unwrap_or_default().trim_start_matches('/');
    let owner = owner.trim_start_matches("paths//open-apis/").trim_start_matches("components/schemas/");
    let at = waiver.at.as_ref().map(|at| format!(" at {at}")).unwrap_or_default();
    let pages = match waiver.operations.len() {
        0 => String::new(),
        1 => format!(" ({})", waiver.operations[0]),
        count => format!(" ({count} pages)"),
    };
    let reason = waiver.reason.split_whitespace().collect::<Vec<_>>().join(" ");
    format!("{} · {owner} · {}{at}{pages}: {reason}\n", waiver.place.file, waiver.fact)
}

/// Every field once, in the order of the spec.
fn all_fields<'a>(api: &'a Api, operations: &[&'a Operation]) -> Vec<&'a Field> {
    let mut fields: Vec<&Field> = Vec::new();
    for operation in operations {
        fields.extend(operation.request_fields());
        fields.extend(&operation.answer);
    }
    fields.extend(api.structs().flat_map(|definition| &definition.fields));
    fields
}

fn all_waivers<'a>(operations: &[&'a Operation], fields: &[&'a Field]) -> Vec<&'a Waiver> {
    let own = operations.iter().flat_map(|operation| &operation.waivers);
    let mut waivers: Vec<&Waiver> = own.chain(fields.iter().flat_map(|field| &field.waivers)).collect();
    // A shared parameter belongs to many operations, and its waiver counts once.
    waivers.sort_by(|a, b| a.place.cmp(&b.place));
    waivers.dedup_by(|a, b| a.place == b.place);
    waivers
}
