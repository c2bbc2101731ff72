//! A draft is the page in our dialect: once its gaps are filled, it is a spec that agrees with the page, and that
//! differs from the finished spec only in those gaps, in shared models and in waivers.

use std::collections::BTreeMap;

use feishu_openapi_codegen::{Source, ir};
use feishu_openapi_pages::{Fact, Group, compare, draft};

use super::super::spec::{self, Documented, Places};
use super::{NEWEST, api, operations, pages, sources};

const HEAD: &str = "openapi: 3.0.3\ninfo: {title: draft, version: \"1\"}\n";
const SCHEMES: &str = "  securitySchemes:\n    tenant_access_token: {$ref: \"../../common.yaml#/components/securitySchemes/tenant_access_token\"}\n    user_access_token: {$ref: \"../../common.yaml#/components/securitySchemes/user_access_token\"}\n";

#[test]
fn the_draft_of_every_page_is_the_finished_spec_but_for_gaps_and_waivers() {
    let Some(pages) = pages(NEWEST) else { return };
    let api = api();
    let (operations, places) = operations(&api);
    let outcome = super::check::check(&pages, &operations, &places);
    let common = sources().into_iter().find(|source| source.path == "spec/common.yaml").expect("the shared file");
    let finished: BTreeMap<&str, &ir::Operation> = all(&api).map(|found| (found.id.as_str(), found)).collect();
    let mut wrong = Vec::new();
    for checked in &outcome.checked {
        let page = &pages[checked.page];
        let wanted = &operations[checked.operation];
        let text = fill(&draft(page).expect("an operation or event"), &wanted.id);
        let drafted = match feishu_openapi_codegen::read_draft(&[
            common.clone(),
            Source::new(wanted.place.file.as_str(), text),
        ]) {
            Ok(drafted) => drafted,
            Err(found) => {
                let first = found.iter().next().map(|found| format!("{} at {}", found.message, found.place.path));
                wrong.push(format!("{}: no spec: {}", wanted.id, first.unwrap_or_default()));
                continue;
            }
        };
        let own = spec::documented(&drafted).next().expect("the operation or event");
        let facts = own.read(&drafted, &mut Places::default()).facts;
        let stated = page.facts.as_ref().expect("facts");
        let of_page = compare(stated, &facts, &[]);
        let of_spec = compare(&facts, &wanted.facts, &wanted.waivers);
        for found in of_page.differences.iter().chain(&of_spec.differences) {
            // Gaps: which fields a mask may name, unless the page lists them, and what only the text says.
            let gap = (found.fact == Fact::Enum && found.place == "request.update_fields")
                || found.note.as_deref() == Some("in the running text");
            if found.group != Group::Undecidable && !gap {
                wrong.push(format!(
                    "{}: {} {} page {:?} spec {:?}",
                    wanted.id, found.place, found.fact, found.page, found.spec
                ));
            }
        }
        if let Documented::Operation(own) = own {
            wrong.extend(conventions(own, finished[wanted.id.as_str()]).map(|what| format!("{}: {what}", wanted.id)));
        }
    }
    assert_eq!(wrong, Vec::<String>::new(), "{} differences", wrong.len());
}

fn all(api: &ir::Api) -> impl Iterator<Item = &ir::Operation> {
    api.versions.iter().flat_map(|version| &version.resources).flat_map(|resource| &resource.operations)
}

/// What no page states and the draft concludes from names.
fn conventions(draft: &ir::Operation, spec: &ir::Operation) -> impl Iterator<Item = &'static str> {
    let paging =
        |operation: &ir::Operation| operation.paging.as_ref().map(|paging| (paging.by.clone(), paging.items.clone()));
    let mask = |operation: &ir::Operation| match &operation.body {
        ir::Body::Json(fields) => fields.iter().find_map(|field| match field {
            ir::BodyField::Masked(mask) => Some((mask.target.clone(), mask.fields.name.clone())),
            ir::BodyField::Plain(_) => None,
        }),
        _ => None,
    };
    let checks = [
        ("paging", paging(draft) == paging(spec)),
        ("update mask", mask(draft) == mask(spec)),
        ("idempotency key", draft.idempotency_key == spec.idempotency_key),
    ];
    checks.into_iter().filter(|(_, same)| !same).map(|(what, _)| what)
}

/// Fills the gaps of a draft with the least that makes it a spec.
fn fill(draft: &str, id: &str) -> String {
    let mut out = String::from(HEAD);
    let mut values = 0;
    for line in draft.lines() {
        let (text, gap) = match line.split_once("# TODO(you):") {
            Some((text, _)) => (text.trim_end(), text.trim_end().ends_with(':')),
            None => (line, false),
        };
        let key = text.trim().trim_start_matches("- ");
        let indent = &text[..text.len() - text.trim_start().len()];
        if let Some(list) = key.strip_prefix("enum: [") {
            values = list.split(',').count();
        }
        if key.starts_with("operationId:") {
            out.push_str(&format!("{indent}operationId: {id}\n"));
        } else if text == "components:" {
            out.push_str(&format!("components:\n{SCHEMES}"));
        } else if gap && text.trim() != "schemas:" {
            out.push_str(&filled(text, key, values));
        } else if !text.is_empty() {
            out.push_str(&format!("{text}\n"));
        }
    }
    if !out.contains("\npaths:") {
        out.push_str("paths: {}\n");
    }
    if !out.contains("\ncomponents:") {
        out.push_str(&format!("components:\n{SCHEMES}"));
    }
    out
}

fn filled(text: &str, key: &str, values: usize) -> String {
    let value = match key {
        "x-feishu-repeatable:" | "hint:" | "x-feishu-prose:" | "format:" => return String::new(),
        "clearable:" => "[]".to_owned(),
        "enum:" => "[gap]".to_owned(),
        "additionalProperties:" => "{type: string}".to_owned(),
        "type:" => "string".to_owned(),
        "x-enum-varnames:" => {
            let names: Vec<String> = (0..values).map(|at| format!("V{at}")).collect();
            format!("[{}]", names.join(", "))
        }
        _ => "Text.".to_owned(),
    };
    format!("{text} {value}\n")
}
