//! Target: the text of a spec file, beside the shared files.

use std::collections::BTreeSet;

use feishu_openapi_codegen::passes::readings;
use feishu_openapi_codegen::{Source, generate, report};
use feishu_openapi_tests::mutate::{self, Random};
use feishu_openapi_tests::{root, spec, yaml_files};

use crate::Target;

pub(crate) struct Spec {
    shared: Vec<Source>,
}

/// The target with its seeds: all files of the real spec and all fixtures.
pub(crate) fn target() -> (Spec, Vec<String>) {
    let spec = spec();
    let mut seeds: Vec<String> = spec.iter().map(|source| source.text.clone()).collect();
    seeds.extend(yaml_files("ui").into_iter().map(|(_, text)| text));
    seeds.extend(yaml_files("fixtures").into_iter().map(|(_, text)| text));
    // Names must agree with the file, or little of an input is read.
    for seed in &mut seeds {
        *seed = as_demo(seed);
    }
    let shared = spec.into_iter().filter(|source| source.path.ends_with("/common.yaml")).collect();
    assert!(root().join("spec").is_dir(), "the fuzzer runs inside the repository");
    (Spec { shared }, seeds)
}

/// The same text with `operationId`s of `spec/task/v2/demo.yaml`.
fn as_demo(text: &str) -> String {
    let line = |line: &str| match line.trim_start().strip_prefix("operationId: ") {
        Some(id) => {
            let method = id.rsplit('.').next().unwrap_or_default();
            format!("{}operationId: task.v2.demo.{method}", &line[..line.len() - line.trim_start().len()])
        }
        None => line.to_owned(),
    };
    text.lines().map(line).collect::<Vec<_>>().join("\n") + "\n"
}

impl Target for Spec {
    fn mutate(&self, corpus: &[String], random: &mut Random) -> String {
        let input = random.pick(corpus).cloned().unwrap_or_default();
        let other = random.pick(corpus).cloned().unwrap_or_default();
        match random.below(3) {
            0 => mutate::text(&input, &other, random),
            _ => mutate::tree(&input, &other, random).unwrap_or_else(|| mutate::text(&input, &other, random)),
        }
    }

    fn run(&self, input: &str) -> Vec<String> {
        let [plain, general] = readings(input);
        assert!(plain.is_none() || plain == general, "the two readers of YAML disagree");
        let mut sources = self.shared.clone();
        sources.push(Source::new("spec/task/v2/demo.yaml", input));
        match generate(&sources) {
            Ok(files) => {
                for file in &files {
                    if let Err(error) = syn::parse_file(&file.text) {
                        panic!("{} is no Rust: {error}", file.path);
                    }
                }
                vec![format!(
                    "rust of {} lines",
                    files.iter().map(|file| file.text.lines().count()).sum::<usize>() / 50
                )]
            }
            Err(diagnostics) => {
                let located = report::locate(diagnostics, &sources);
                assert!(!located.is_empty(), "a failure without a diagnostic");
                let _ = report::json(&located);
                let mut outcomes = BTreeSet::new();
                for located in located.iter().take(50) {
                    let human = report::human(located, &sources, false);
                    assert!(human.contains(&located.diagnostic.place.file), "a diagnostic without a place: {human}");
                    let _ = report::short(located);
                    let words: String = located.diagnostic.message.split('`').step_by(2).collect();
                    outcomes.insert(format!("{} {words}", located.diagnostic.code));
                }
                outcomes.into_iter().collect()
            }
        }
    }
}
