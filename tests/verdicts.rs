//! The verdicts of `cargo xtask diff`, held against the Rust that comes out.
//!
//! Each pair of specs is compared in both directions; the changes must be those of the named rows and no others.
//! What the compiler can see, it is asked: a program that compiles with the old crate still compiles with the new
//! one unless a row calls the change breaking.
//! What it cannot see is looked up in the generated Rust.

#[path = "verdicts/crates.rs"]
mod crates;
#[path = "verdicts/edit.rs"]
mod edit;
#[path = "verdicts/pairs.rs"]
mod pairs;
#[path = "verdicts/parts.rs"]
mod parts;
#[path = "verdicts/silent.rs"]
mod silent;

use std::collections::BTreeSet;

use feishu_openapi_codegen::diff::table::{Shown, TABLE};
use feishu_openapi_codegen::diff::{Format, Row, Verdict, compare, is_breaking, render, render_table};
use feishu_openapi_codegen::ir::Api;
use feishu_openapi_tests::root;

use crates::Crates;
use edit::api;
use pairs::{COMPILED, Pair, Step};
use parts::Parts;
use silent::SILENT;

#[test]
fn every_edit_is_what_the_table_calls_it() {
    let base = api(&[]);
    for pair in COMPILED {
        let other = api(pair.edits);
        assert_rows(&format!("{} there", pair.name), &base, &other, pair.there.rows);
        assert_rows(&format!("{} back", pair.name), &other, &base, pair.back.rows);
    }
    for pair in SILENT {
        let other = api(pair.edits);
        assert_rows(&format!("{} there", pair.name), &base, &other, pair.there);
        assert_rows(&format!("{} back", pair.name), &other, &base, pair.back);
    }
}

#[test]
fn programs_compile_unless_a_change_breaks_them() {
    let base = api(&[]);
    let mut crates = Crates::new();
    crates.add("base", &base);
    let mut broken = BTreeSet::new();
    for pair in COMPILED {
        crates.add(pair.name, &api(pair.edits));
        let Pair { name, there, back, .. } = pair;
        for (step, old, new, way) in [(there, "base", *name, "there"), (back, *name, "base", "back")] {
            if step.caller.is_empty() {
                continue;
            }
            let program = format!("{name}_{way}");
            crates.program(old, &program, step.caller);
            crates.program(new, &program, step.caller);
            if rows(step.rows).any(|row| row.verdict == Verdict::Breaking) {
                broken.insert(format!("{new}/{program}"));
            }
        }
    }
    let (failed, errors) = crates.check();
    let surprising: Vec<_> = failed.difference(&broken).collect();
    assert!(surprising.is_empty(), "these do not compile: {surprising:#?}\n{errors}");
    let unbroken: Vec<_> = broken.difference(&failed).collect();
    assert!(unbroken.is_empty(), "these are called breaking, and compile: {unbroken:#?}");
}

#[test]
fn what_the_compiler_does_not_see_stands_in_the_generated_rust() {
    let base = Parts::of(&api(&[]));
    let key = COMPILED
        .iter()
        .filter(|pair| pair.there.caller.is_empty())
        .map(|pair| (pair.name, pair.edits, pair.there.rows));
    for (name, edits, there) in SILENT.iter().map(|pair| (pair.name, pair.edits, pair.there)).chain(key) {
        let other = Parts::of(&api(edits));
        let shown: Vec<Shown> = rows(there).map(|row| row.shown).collect();
        if shown.contains(&Shown::Wire) {
            assert_ne!(base.wire, other.wire, "{name}: the wire stays the same");
            continue;
        }
        assert_eq!(base.wire, other.wire, "{name}");
        assert_eq!(base.interface, other.interface, "{name}");
        let validated = shown.contains(&Shown::Validation);
        assert_eq!(base.validation != other.validation, validated, "{name}: validation");
    }
}

#[test]
fn every_row_of_the_table_has_a_pair_that_shows_it() {
    let of = |step: &Step, compiled: bool| -> Vec<(&'static str, bool)> {
        step.rows.iter().map(|row| (*row, compiled && !step.caller.is_empty())).collect()
    };
    let mut shown: BTreeSet<(&str, bool)> = BTreeSet::new();
    for pair in COMPILED {
        shown.extend(of(&pair.there, true));
        shown.extend(of(&pair.back, true));
    }
    for pair in SILENT {
        shown.extend(pair.there.iter().chain(pair.back).map(|row| (*row, false)));
    }
    for row in TABLE {
        let wanted = (row.kind, row.shown == Shown::Compiler);
        assert!(shown.contains(&wanted), "no pair shows `{}` by {}", row.kind, row.shown.as_str());
    }
}

#[test]
fn the_documented_table_is_the_one_in_force() {
    let documented = feishu_openapi_tests::read(&root().join("spec/verdicts.md"));
    assert!(documented == render_table(), "run `cargo xtask diff --table > spec/verdicts.md`");
}

#[test]
fn nothing_changes_between_a_spec_and_itself() {
    let spec = feishu_openapi_codegen::read(&feishu_openapi_tests::spec()).expect("the spec has no mistakes");
    assert_eq!(compare(&spec, &spec), []);
}

#[test]
fn a_change_of_a_shared_type_is_said_once() {
    const MORE: &[&str] = &["        more: {type: string, description: More.}\n        guid: {type"];
    let other = api(&[edit::Edit::Replace("v1/common.yaml", &["        guid: {type"], MORE)]);
    let changes = compare(&api(&[]), &other);
    assert!(!is_breaking(&changes));
    let expected = "### Additive\n\n- `demo::v1::Thing` (in 4 operations), `more`: added, `String`\n";
    assert_eq!(render(&changes, Format::Markdown), expected);
}

#[test]
fn a_change_of_a_shared_parameter_is_said_once() {
    let mut sources = feishu_openapi_tests::spec();
    let before = feishu_openapi_codegen::read(&sources).expect("the spec has no mistakes");
    let common = sources.iter_mut().find(|source| source.path == "spec/common.yaml").expect("it exists");
    common.text = common.text.replace("default: open_id", "default: union_id");
    let after = feishu_openapi_codegen::read(&sources).expect("the spec has no mistakes");
    let changes = compare(&before, &after);
    assert_eq!(changes.len(), 1);
    let text = render(&changes, Format::Markdown);
    assert!(text.ends_with("default: `\"open_id\"` → `\"union_id\"`\n"), "{text}");
}

#[test]
fn what_was_removed_is_looked_for_under_another_name() {
    const FIELD: (&[&str], &[&str]) = (&["{name: size, in: query"], &["{name: count, in: query"]);
    const OPERATION: (&[&str], &[&str]) =
        (&["operationId: demo.v1.thing.move"], &["operationId: demo.v1.thing.relocate"]);
    let edits = [FIELD, OPERATION].map(|(old, new)| edit::Edit::Replace("v1/thing.yaml", old, new));
    let text = render(&compare(&api(&[]), &api(&edits)), Format::Human);
    let expected = "\
breaking
  demo.v1.thing.list
    query.size: removed; renamed to count? [sent-field-removed]
  demo.v1.thing.move
    removed (POST /open-apis/demo/v1/things/{thing_guid}/move); renamed to demo.v1.thing.relocate? [operation-removed]

additive
  demo.v1.thing.list
    query.count: added, Option<i64> [optional-field-added]
  demo.v1.thing.relocate
    added (POST /open-apis/demo/v1/things/{thing_guid}/move) [operation-added]

2 breaking, 2 additive, 0 documentation
";
    assert_eq!(text, expected);
}

#[test]
fn tools_get_every_change_with_its_verdict() {
    let other =
        api(&[edit::Edit::Replace("v1/common.yaml", &["The person., maxLength: 20"], &["The person., maxLength: 10"])]);
    let text = render(&compare(&api(&[]), &other), Format::Json);
    let json: serde_json::Value = serde_json::from_str(&text).expect("it is JSON");
    let expected = serde_json::json!([{
        "verdict": "breaking",
        "kind": "limit-tightened",
        "subject": "type",
        "name": "demo::v1::Member",
        "path": "id",
        "operations": 4,
        "before": "20",
        "after": "10",
        "text": "maxLength: 20 → 10",
    }]);
    assert_eq!(json, expected);
}

fn assert_rows(name: &str, old: &Api, new: &Api, expected: &[&str]) {
    let changes = compare(old, new);
    let mut found: Vec<&str> = changes.iter().map(|change| change.row.kind).collect();
    let mut expected = expected.to_vec();
    found.sort_unstable();
    expected.sort_unstable();
    assert_eq!(found, expected, "{name}\n{}", render(&changes, Format::Human));
}

fn rows(names: &'static [&'static str]) -> impl Iterator<Item = &'static Row> {
    names.iter().map(|name| {
        let found = TABLE.iter().find(|row| row.kind == *name);
        *found.unwrap_or_else(|| panic!("the table has no row `{name}`"))
    })
}
