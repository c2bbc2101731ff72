//! Every rule has a spec that breaks it, and the words in which that is said.
//!
//! `ui/<rule>.yaml`, or `ui/<rule>.<case>.yaml`, is read as `spec/demo/v1/<rule>.yaml` (with `_` for `-` and `.`)
//! beside the real `spec/common.yaml`. A fixture of several files begins each with a line `#= <path>`.
//! `UPDATE=1 cargo test -p feishu-openapi-tests --test ui` writes what is said now into `ui/*.stderr`.

use std::collections::BTreeSet;

use feishu_openapi_codegen::diagnostic::Code;
use feishu_openapi_codegen::diagnostic::Diagnostics;
use feishu_openapi_codegen::ir::Api;
use feishu_openapi_codegen::{Source, read, read_described, report};
use feishu_openapi_tests::{common, root, yaml_files};

#[test]
fn every_rule_says_what_was_reviewed() {
    let update = std::env::var_os("UPDATE").is_some();
    let mut different = Vec::new();
    for (name, text) in yaml_files("ui") {
        let rule = name.split('.').next().unwrap_or_default();
        // Other fixtures describe no more than they need.
        let read = if rule == Code::Undescribed.name() { read_described } else { read };
        let (rules, found) = lint(&sources(&name, &text), read);
        if rules != BTreeSet::from([rule.to_owned()]) {
            different.push(format!("{name} breaks {rules:?}, not its rule alone:\n{found}"));
            continue;
        }
        let path = root().join(format!("tests/ui/{name}.stderr"));
        if update {
            std::fs::write(&path, &found).expect("the folder of the fixture can be written to");
        } else if std::fs::read_to_string(&path).unwrap_or_default() != found {
            different.push(format!("{name}:\n{found}"));
        }
    }
    assert!(
        different.is_empty(),
        "{}\nthis differs from tests/ui/*.stderr; if it is meant, run `UPDATE=1 cargo test -p feishu-openapi-tests --test ui`",
        different.join("\n")
    );
}

#[test]
fn every_rule_has_a_fixture() {
    let fixtures: BTreeSet<String> =
        yaml_files("ui").into_iter().filter_map(|(name, _)| Some(name.split('.').next()?.to_owned())).collect();
    let rules: BTreeSet<String> = Code::ALL.iter().map(|rule| rule.name().to_owned()).collect();
    assert_eq!(rules, fixtures, "tests/ui/<rule>.yaml");
}

#[test]
fn every_expectation_has_a_fixture() {
    let fixtures: BTreeSet<String> = yaml_files("ui").into_iter().map(|(name, _)| name).collect();
    let folder = std::fs::read_dir(root().join("tests/ui")).expect("the folder is there");
    for path in folder.filter_map(|entry| Some(entry.ok()?.path())) {
        let stem = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        assert!(fixtures.contains(&stem), "{} belongs to no fixture", path.display());
    }
}

/// `spec/common.yaml` is exempt from the rule about unused components, since fixtures are read beside it.
#[test]
fn everything_in_the_shared_file_is_used() {
    let spec = feishu_openapi_tests::spec();
    let shared = common();
    for line in shared.text.lines() {
        let Some(name) = line.strip_prefix("    ").and_then(|name| name.strip_suffix(':')) else { continue };
        if !name.starts_with(|first: char| first.is_ascii_uppercase()) {
            continue;
        }
        let reference = format!("/{name}\"");
        assert!(spec.iter().any(|source| source.text.contains(&reference)), "nothing uses `{name}`");
    }
}

/// The files of a fixture.
fn sources(name: &str, text: &str) -> Vec<Source> {
    if !text.starts_with("#= ") {
        let path = format!("spec/demo/v1/{}.yaml", name.replace(['-', '.'], "_"));
        return vec![common(), Source::new(path, text)];
    }
    let mut sources = vec![common()];
    for part in format!("\n{text}").split("\n#= ").skip(1) {
        let (path, text) = part.split_once('\n').unwrap_or((part, ""));
        sources.retain(|source| source.path != path);
        sources.push(Source::new(path, format!("{text}\n")));
    }
    sources
}

/// The rules that are broken, and what is said.
fn lint(sources: &[Source], read: fn(&[Source]) -> Result<Api, Diagnostics>) -> (BTreeSet<String>, String) {
    let Err(diagnostics) = read(sources) else { return (BTreeSet::new(), String::new()) };
    let located = report::locate(diagnostics, sources);
    let rules = located.iter().map(|located| located.diagnostic.code.name().to_owned()).collect();
    let said: Vec<String> = located.iter().map(|located| report::human(located, sources, false)).collect();
    (rules, said.join("\n\n") + "\n")
}
