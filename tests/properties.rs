//! Specs changed at random: each gives diagnostics or Rust that parses, and the same whatever the circumstances.

use feishu_openapi_codegen::diagnostic::Diagnostics;
use feishu_openapi_codegen::{File, Source, generate, report};
use feishu_openapi_tests::mutate::{self, Random};
use feishu_openapi_tests::{common, spec, yaml_files};
use proptest::prelude::*;

/// A spec with some of its files changed: often a fixture beside the shared file, sometimes the real spec.
fn changed(seed: u64) -> Vec<Source> {
    let mut random = Random(seed);
    let mut sources = if random.below(6) == 0 { spec() } else { small(&mut random) };
    for _ in 0..=random.below(3) {
        let (at, from) = (random.below(sources.len()), random.below(sources.len()));
        let (text, other) = (&sources[at].text, &sources[from].text);
        let changed = match random.below(3) {
            0 => mutate::text(text, other, &mut random),
            _ => mutate::tree(text, other, &mut random).unwrap_or_else(|| text.clone()),
        };
        sources[at].text = changed;
    }
    sources
}

fn small(random: &mut Random) -> Vec<Source> {
    let folder = *random.pick(&["fixtures", "ui"]).expect("the list is not empty");
    let mut sources = vec![common()];
    let files = yaml_files(folder);
    for (name, text) in random.pick(&files).into_iter().chain(random.pick(&files)) {
        let name = name.replace(['-', '.'], "_");
        sources.retain(|source| !source.path.ends_with(&format!("/{name}.yaml")));
        sources.push(Source::new(format!("spec/demo/v1/{name}.yaml"), text.as_str()));
    }
    sources
}

/// What comes out, as text that can be compared.
fn outcome(result: Result<Vec<File>, Diagnostics>, sources: &[Source]) -> Vec<String> {
    match result {
        Ok(files) => files.into_iter().map(|file| format!("{}\n{}", file.path, file.text)).collect(),
        Err(diagnostics) => {
            let located = report::locate(diagnostics, sources);
            located.iter().map(|located| report::human(located, sources, false) + &report::short(located)).collect()
        }
    }
}

proptest! {
    // The fuzzer runs for longer.
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_changed_spec_gives_diagnostics_or_rust(seed: u64) {
        let sources = changed(seed);
        match generate(&sources) {
            Ok(files) => {
                for file in files {
                    prop_assert!(syn::parse_file(&file.text).is_ok(), "{} is no Rust", file.path);
                }
            }
            Err(diagnostics) => {
                let located = report::locate(diagnostics, &sources);
                prop_assert!(!located.is_empty());
                for located in located {
                    let text = &sources.iter().find(|source| source.path == located.diagnostic.place.file).unwrap().text;
                    prop_assert!(text.get(located.span.clone()).is_some(), "{located:?}");
                    prop_assert!(!located.diagnostic.message.ends_with('.'), "{}", located.diagnostic.message);
                    prop_assert!(!located.diagnostic.label.is_empty(), "{}", located.diagnostic.message);
                }
            }
        }
    }

    #[test]
    fn the_order_of_files_makes_no_difference(seed: u64, rotation in 0_usize..16, reversed: bool) {
        let sources = changed(seed);
        let mut other = sources.clone();
        let by = rotation % other.len();
        other.rotate_left(by);
        if reversed {
            other.reverse();
        }
        prop_assert_eq!(outcome(generate(&sources), &sources), outcome(generate(&other), &other));
    }

    #[test]
    fn the_same_spec_gives_the_same_bytes(seed: u64) {
        let sources = changed(seed);
        prop_assert_eq!(outcome(generate(&sources), &sources), outcome(generate(&sources), &sources));
    }
}
