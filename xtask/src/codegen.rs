//! `cargo xtask codegen`: spec in, Rust out. Files that would not change are not touched.

use std::collections::BTreeMap;
use std::fs;
use std::io::IsTerminal;
use std::path::Path;
use std::time::Instant;

use feishu_openapi_codegen::diagnostic::Diagnostics;
use feishu_openapi_codegen::ir::Api;
use feishu_openapi_codegen::{Source, emit, emit_examples, report};

use crate::files;

/// The folders that the generator owns: the client, and tests of it.
const CLIENT: &str = "generated/src/generated";
const EXAMPLES: &str = "tests/examples";

/// The page that holds the table of rules, and the lines between which it stands.
const RULES: (&str, &str, &str) =
    ("spec/README.md", "<!-- rules: written by cargo xtask codegen -->\n", "<!-- end of rules -->");

/// Writes what changed, or with `check` says what would.
pub(crate) fn run(root: &Path, check: bool) -> Result<(), String> {
    let started = Instant::now();
    let sources = files::read_all(root).map_err(|error| error.to_string())?;
    let api = feishu_openapi_codegen::read_described(&sources)
        .map_err(|diagnostics| explain(diagnostics, &sources) + "; nothing was written")?;
    let client = emit(&api).into_iter().map(|file| (format!("{CLIENT}/{}", file.path), file.text));
    let examples = emit_examples(&api).into_iter().map(|file| (format!("{EXAMPLES}/{}", file.path), file.text));
    let mut wanted: BTreeMap<String, String> = client.chain(examples).collect();
    wanted.extend(rules(root, &api)?);
    let changes = compare(root, &wanted)?;
    if check {
        return report_stale(&changes, wanted.len());
    }
    for change in &changes {
        apply(root, change, &wanted)?;
        println!("{:>8} {}", change.kind.done(), change.path);
    }
    println!(
        "{} files from {} spec files, {} changed, in {:.0?}",
        wanted.len(),
        sources.len(),
        changes.len(),
        started.elapsed()
    );
    Ok(())
}

/// The README of the spec with its table of rules up to date.
fn rules(root: &Path, api: &Api) -> Result<Option<(String, String)>, String> {
    let (path, begin, end) = RULES;
    let text = fs::read_to_string(root.join(path)).map_err(|error| format!("{path}: {error}"))?;
    let Some((before, rest)) = text.split_once(begin) else { return Ok(None) };
    let Some((_, after)) = rest.split_once(end) else { return Ok(None) };
    let table = feishu_openapi_codegen::rules(api);
    Ok(Some((path.to_owned(), format!("{before}{begin}{table}{end}{after}"))))
}

/// All diagnostics as text for a person.
pub(crate) fn explain(diagnostics: Diagnostics, sources: &[Source]) -> String {
    let located = report::locate(diagnostics, sources);
    let color = std::io::stderr().is_terminal();
    let mut text = String::new();
    for located in &located {
        text.push_str(&report::human(located, sources, color));
        text.push_str("\n\n");
    }
    let mistakes = if located.len() == 1 { "1 mistake".to_owned() } else { format!("{} mistakes", located.len()) };
    text + &format!("{mistakes} in the spec")
}

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Missing,
    Different,
    Orphaned,
}

impl Kind {
    fn done(self) -> &'static str {
        match self {
            Kind::Missing => "created",
            Kind::Different => "updated",
            Kind::Orphaned => "deleted",
        }
    }

    fn stale(self) -> &'static str {
        match self {
            Kind::Missing => "missing",
            Kind::Different => "out of date",
            Kind::Orphaned => "left over",
        }
    }
}

struct Change {
    kind: Kind,
    path: String,
}

/// What differs between the disk and what is wanted.
fn compare(root: &Path, wanted: &BTreeMap<String, String>) -> Result<Vec<Change>, String> {
    let mut present = BTreeMap::new();
    let (rules, ..) = RULES;
    present.extend(fs::read(root.join(rules)).ok().map(|bytes| (rules.to_owned(), bytes)));
    for owned in [CLIENT, EXAMPLES] {
        let folder = root.join(owned);
        if folder.is_dir() {
            let mut read = |path: &Path| {
                present.insert(files::relative(root, path), fs::read(path).unwrap_or_default());
            };
            files::walk(&folder, &mut read).map_err(|error| format!("{owned}: {error}"))?;
        }
    }
    let mut changes = Vec::new();
    for (path, text) in wanted {
        match present.remove(path) {
            None => changes.push(Change { kind: Kind::Missing, path: path.clone() }),
            Some(bytes) if bytes != text.as_bytes() => {
                changes.push(Change { kind: Kind::Different, path: path.clone() });
            }
            Some(_) => {}
        }
    }
    changes.extend(present.into_keys().filter(|path| path != rules).map(|path| Change { kind: Kind::Orphaned, path }));
    Ok(changes)
}

fn apply(root: &Path, change: &Change, wanted: &BTreeMap<String, String>) -> Result<(), String> {
    let path = root.join(&change.path);
    let outcome = match wanted.get(&change.path) {
        None => fs::remove_file(&path),
        Some(text) => path.parent().map_or(Ok(()), fs::create_dir_all).and_then(|()| fs::write(&path, text)),
    };
    outcome.map_err(|error| format!("{}: {error}", change.path))
}

fn report_stale(changes: &[Change], files: usize) -> Result<(), String> {
    if changes.is_empty() {
        println!("all {files} generated files are up to date");
        return Ok(());
    }
    let mut message = String::from("the generated client does not match the spec:\n");
    for change in changes {
        message.push_str(&format!("  {:<11}  {}\n", change.kind.stale(), change.path));
    }
    Err(message + "run `cargo xtask codegen` and commit the result")
}
