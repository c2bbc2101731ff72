//! The findings, for a person.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use feishu_openapi_codegen::diagnostic::Pointer;
use feishu_openapi_codegen::report::LineFinder;
use feishu_openapi_pages::{Difference, EVENT_METHOD, Group, Kind, Page};

use super::check::{Checked, Outcome};
use super::spec::{Places, SpecOperation};

/// What the printer looks things up in.
pub(crate) struct Findings<'a> {
    pub(crate) pages: &'a [Page],
    pub(crate) operations: &'a [SpecOperation],
    pub(crate) places: &'a Places,
    pub(crate) outcome: &'a Outcome,
    /// LineFinder about pages that moved since the lock.
    pub(crate) moved: &'a [String],
}

/// The whole report. Writing to a string cannot fail, so its results are dropped.
pub(crate) fn report(findings: &Findings<'_>, lines: &mut LineFinder<'_>, verbose: bool) -> String {
    let mut out = String::new();
    for checked in &findings.outcome.checked {
        operation(&mut out, findings, checked, lines, verbose);
    }
    whole(&mut out, findings, lines, verbose);
    if verbose {
        waived(&mut out, findings);
    } else {
        undecidable(&mut out, findings);
    }
    problems(&mut out, findings, verbose);
    summary(&mut out, findings);
    out
}

fn operation(out: &mut String, findings: &Findings<'_>, checked: &Checked, lines: &mut LineFinder<'_>, verbose: bool) {
    let shown = |difference: &&Difference| verbose || difference.group != Group::Undecidable;
    let differences: Vec<&Difference> = checked.comparison.differences.iter().filter(shown).collect();
    if differences.is_empty() {
        return;
    }
    let spec = &findings.operations[checked.operation];
    let facts = &spec.facts;
    let page = &findings.pages[checked.page].name;
    let _ = writeln!(out, "{}  {} {}", spec.id, facts.method.value, facts.path.value);
    for group in [Group::MissingInSpec, Group::ExtraInSpec, Group::Different, Group::Undecidable] {
        let mut of_group = differences.iter().filter(|difference| difference.group == group).peekable();
        if of_group.peek().is_some() {
            let _ = writeln!(out, "  {}", heading(group));
        }
        for difference in of_group {
            let place = findings.places.place(difference.spec_line).unwrap_or(&spec.place);
            let spec = spot(place, lines);
            let _ = writeln!(out, "    {}", words(difference));
            let _ = writeln!(out, "      {spec}");
            let _ = writeln!(out, "      {page}:{}", difference.page_line.max(1));
        }
    }
    out.push('\n');
}

fn heading(group: Group) -> &'static str {
    match group {
        Group::MissingInSpec => "missing in the spec",
        Group::ExtraInSpec => "only in the spec",
        Group::Different => "different",
        Group::Undecidable => "undecidable",
    }
}

/// `spec/task/v2/task.yaml:12`.
fn spot(place: &Pointer, lines: &mut LineFinder<'_>) -> String {
    format!("{}:{}", place.file, lines.line(place))
}

/// One difference on one line.
pub(crate) fn words(difference: &Difference) -> String {
    let mut text = difference.place.clone();
    if difference.place != difference.fact.as_str() {
        let _ = write!(text, " {}", difference.fact);
    }
    let said =
        |side: &str, words: &Option<String>| words.as_ref().map(|words| format!("{side} says `{}`", shorten(words)));
    let both = [said("page", &difference.page), said("spec", &difference.spec)];
    let both: Vec<String> = both.into_iter().flatten().collect();
    if !both.is_empty() {
        let _ = write!(text, ": {}", both.join(", "));
    }
    if let Some(note) = &difference.note {
        let _ = write!(text, " ({note})");
    }
    text
}

/// Examples are long, and the note says where they differ.
fn shorten(words: &str) -> String {
    let words = words.replace('\n', " ");
    match words.char_indices().nth(100) {
        Some((end, _)) => format!("{}…", &words[..end]),
        None => words,
    }
}

/// What concerns no single page.
fn whole(out: &mut String, findings: &Findings<'_>, lines: &mut LineFinder<'_>, verbose: bool) {
    let outcome = findings.outcome;
    let mut section = |title: &str, entries: Vec<String>| {
        if !entries.is_empty() {
            let _ = writeln!(out, "{title}\n  {}\n", entries.join("\n  "));
        }
    };
    let endpoint = |page: &usize| {
        let page = &findings.pages[*page];
        let facts = page.facts.as_ref();
        facts.map_or_else(String::new, |facts| {
            format!("{} {}\n    {}:1", facts.method.value, facts.path.value, page.name)
        })
    };
    section("operations and events that the spec lacks", outcome.unknown.iter().map(endpoint).collect());
    let id = |operation: &usize| {
        let operation = &findings.operations[*operation];
        format!("{}\n    {}", operation.id, spot(&operation.place, lines))
    };
    section(
        "operations and events that have no page here, though their siblings have (if the documentation dropped them, take them out of the spec)",
        outcome.orphaned.iter().map(id).collect(),
    );
    let unstated = outcome.unstated.iter().map(|unstated| {
        let first = findings.operations.get(unstated.operations.first().copied().unwrap_or(usize::MAX));
        let first = first.map_or("", |operation| operation.id.as_str());
        let count = unstated.operations.len();
        let on = format!("on {first}, {count} in all");
        format!("{} ({on})\n    {}", words(&unstated.difference), spot(&unstated.place, lines))
    });
    section("facts that no page states", unstated.collect());
    let idle = outcome.idle.iter().map(|idle| {
        let page = idle.operation.and_then(|index| findings.operations.get(index));
        let page = page.map_or("no page".to_owned(), |operation| format!("not the page of {}", operation.id));
        format!("{}: {page} says `{}`\n    {}", idle.fact, idle.page_says, spot(&idle.place, lines))
    });
    section("waivers that explain nothing", idle.collect());
    if verbose {
        let elsewhere = outcome.elsewhere.iter().map(endpoint).collect();
        section("in the pages, and not in the spec (another service)", elsewhere);
    }
    section("pages that moved since spec/docs.lock", findings.moved.to_vec());
}

/// Differences that waivers explain, with their reasons.
fn waived(out: &mut String, findings: &Findings<'_>) {
    for checked in &findings.outcome.checked {
        let spec = &findings.operations[checked.operation];
        for waived in &checked.comparison.waived {
            let reason = &spec.waivers[waived.waiver].reason;
            let _ = writeln!(out, "waived: {} {}\n    {reason}", spec.id, words(&waived.difference));
        }
    }
}

/// Undecidable differences, counted by their kind.
fn undecidable(out: &mut String, findings: &Findings<'_>) {
    let mut counts: BTreeMap<(String, String), (usize, usize)> = BTreeMap::new();
    for (index, checked) in findings.outcome.checked.iter().enumerate() {
        for difference in checked.comparison.of(Group::Undecidable) {
            let note = difference.note.clone().unwrap_or_else(|| "the page's format does not say".to_owned());
            let (count, last) = counts.entry((difference.fact.to_string(), note)).or_insert((0, usize::MAX));
            *count += usize::from(*last != index || difference.fact.as_str() != "presence");
            *last = index;
        }
    }
    if counts.is_empty() {
        return;
    }
    let _ = writeln!(out, "undecidable (`--verbose` lists each)");
    for ((fact, note), (count, _)) in counts {
        let _ = writeln!(out, "  {count:>4} {fact}: {note}");
    }
    out.push('\n');
}

/// What could not be read; of other services only if asked for.
fn problems(out: &mut String, findings: &Findings<'_>, verbose: bool) {
    let elsewhere = &findings.outcome.elsewhere;
    for (_, page) in findings.pages.iter().enumerate().filter(|(index, _)| verbose || !elsewhere.contains(index)) {
        for problem in &page.problems {
            let _ = writeln!(out, "could not be read: {}:{}: {}", page.name, problem.line, problem.what);
        }
    }
}

fn summary(out: &mut String, findings: &Findings<'_>) {
    let outcome = findings.outcome;
    let count = |kind: Kind| findings.pages.iter().filter(|page| page.kind == kind).count();
    let problems: usize = findings.pages.iter().map(|page| page.problems.len()).sum();
    let _ = writeln!(
        out,
        "{} pages: {} operations, {} events, {} overviews, {} unknown; {problems} places could not be read",
        findings.pages.len(),
        count(Kind::Operation),
        count(Kind::Event),
        count(Kind::Overview),
        count(Kind::Unknown),
    );
    let is_event = |operation: usize| findings.operations[operation].facts.method.value == EVENT_METHOD;
    let all = findings.operations.len();
    let events = (0..all).filter(|index| is_event(*index)).count();
    let compared: BTreeSet<usize> = outcome.checked.iter().map(|checked| checked.operation).collect();
    let compared_events = compared.iter().filter(|index| is_event(**index)).count();
    let _ = writeln!(
        out,
        "{} of {} operations and {compared_events} of {events} events of the spec compared; {} pages are not in the spec (`--verbose` lists them)",
        compared.len() - compared_events,
        all - events,
        outcome.elsewhere.len() + outcome.unknown.len(),
    );
    let _ = writeln!(
        out,
        "{} differences, {} pages missing, {} waived, {} undecidable, {} idle waivers, {} pages moved since the lock",
        outcome.differences(),
        outcome.orphaned.len(),
        outcome.waived(),
        outcome.undecidable(),
        outcome.idle.len(),
        findings.moved.len(),
    );
}
