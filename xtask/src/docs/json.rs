//! The findings, for tools.

use feishu_openapi_codegen::diagnostic::Pointer;
use feishu_openapi_codegen::report::LineFinder;
use feishu_openapi_pages::{Difference, OperationFacts};
use serde_json::{Value, json};

use super::check::Checked;
use super::print::Findings;

/// The whole report as one JSON object.
pub(crate) fn report(findings: &Findings<'_>, lines: &mut LineFinder<'_>) -> String {
    let outcome = findings.outcome;
    let operations: Vec<Value> = outcome.checked.iter().map(|checked| operation(findings, checked, lines)).collect();
    let page = |index: &usize| {
        let page = &findings.pages[*index];
        let endpoint = |facts: &OperationFacts| format!("{} {}", facts.method.value, facts.path.value);
        json!({"page": page.name, "operation": page.facts.as_ref().map(endpoint)})
    };
    let unstated: Vec<Value> = outcome
        .unstated
        .iter()
        .map(|found| {
            json!({
                "difference": found.difference.fact.as_str(),
                "place": found.difference.place,
                "spec": found.difference.spec,
                "at": spot(&found.place, lines),
            })
        })
        .collect();
    let idle: Vec<Value> = outcome
        .idle
        .iter()
        .map(|idle| {
            let operation = idle.operation.map(|index| findings.operations[index].id.as_str());
            let at = spot(&idle.place, lines);
            json!({"fact": idle.fact.as_str(), "page": idle.page_says, "operation": operation, "at": at})
        })
        .collect();
    let problems: Vec<Value> = findings
        .pages
        .iter()
        .flat_map(|page| page.problems.iter().map(move |problem| (page, problem)))
        .map(|(page, problem)| json!({"page": page.name, "line": problem.line, "what": problem.what}))
        .collect();
    let ids = outcome.orphaned.iter().map(|index| findings.operations[*index].id.as_str());
    json!({
        "drifted": outcome.drifted(),
        "operations": operations,
        "missing_in_spec": outcome.unknown.iter().map(page).collect::<Vec<_>>(),
        "not_in_spec": outcome.elsewhere.iter().map(page).collect::<Vec<_>>(),
        "without_page": ids.collect::<Vec<_>>(),
        "unstated": unstated,
        "idle_waivers": idle,
        "problems": problems,
        "moved": findings.moved,
    })
    .to_string()
}

fn operation(findings: &Findings<'_>, checked: &Checked, lines: &mut LineFinder<'_>) -> Value {
    let spec = &findings.operations[checked.operation];
    let mut entry = |difference: &Difference, reason: Option<&str>| {
        let place = findings.places.place(difference.spec_line).unwrap_or(&spec.place);
        json!({
            "place": difference.place,
            "fact": difference.fact.as_str(),
            "group": difference.group,
            "page": difference.page,
            "spec": difference.spec,
            "note": difference.note,
            "page_line": difference.page_line,
            "spec_at": spot(place, lines),
            "waived": reason,
        })
    };
    let comparison = &checked.comparison;
    let mut differences: Vec<Value> = comparison.differences.iter().map(|found| entry(found, None)).collect();
    for waived in &comparison.waived {
        differences.push(entry(&waived.difference, Some(&spec.waivers[waived.waiver].reason)));
    }
    json!({"id": spec.id, "page": findings.pages[checked.page].name, "differences": differences})
}

fn spot(place: &Pointer, lines: &mut LineFinder<'_>) -> String {
    format!("{}:{}", place.file, lines.line(place))
}
