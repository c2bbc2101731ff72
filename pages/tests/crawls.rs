//! Reads the real pages, where they are at hand.

mod support;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use feishu_openapi_pages::{
    Comparison, Fact, Group, Kind, Nesting, OperationFacts, Page, Ty, compare, fits_type, read,
};
use support::{Mutant, docs, item_mutants, mutants, pages};

const NEWEST: &str = "2026-05-markdown";
const RAW: &str = "2026-03-raw";
const FLAT: &str = "2026-02-markdown";

/// What is wrong with pages themselves: page, words of the problem.
const EXPLAINED: [(&str, &str); 4] = [
    // Comments within JSON.
    ("access-token/bytedance-only.md", "read after repairs"),
    ("access-token/get-user-access-token.md", "read after repairs"),
    ("access-token/refresh-user-access-token.md", "read after repairs"),
    // `key=custom_fields"`.
    ("task-v2/task/patch.md", "stray quote"),
];

fn crawl(name: &str) -> Option<Vec<Page>> {
    let folder = docs()?.join(name);
    let pages = pages(&folder);
    Some(pages.iter().map(|(name, text)| read(name, text)).collect())
}

fn counts(pages: &[Page]) -> (usize, usize, usize) {
    let count = |kind| pages.iter().filter(|page| page.kind == kind).count();
    (count(Kind::Operation), count(Kind::Event), count(Kind::Overview))
}

fn operations(pages: &[Page]) -> BTreeMap<(String, String, String), (&Page, &OperationFacts)> {
    let facts = pages.iter().filter(|page| page.kind == Kind::Operation);
    let facts = facts.filter_map(|page| Some((page, page.facts.as_ref()?)));
    // Two pages describe one endpoint with two kinds of grants.
    let key = |facts: &OperationFacts| {
        let grant = facts.request.first().and_then(|item| item.enum_values.first());
        let grant = grant.map(|value| value.value.clone()).unwrap_or_default();
        (facts.method.value.clone(), facts.path.value.clone(), grant)
    };
    facts.map(|(page, facts)| (key(facts), (page, facts))).collect()
}

fn lines(comparison: &Comparison) -> Vec<String> {
    let differences = comparison.differences.iter();
    differences.map(|d| format!("{} {}", d.place, d.fact)).collect()
}

#[test]
fn every_page_is_told_apart() {
    for (name, expect) in [(NEWEST, (86, 3, 35)), (RAW, (85, 3, 35)), (FLAT, (75, 3, 16)), ("seeds", (4, 0, 0))] {
        let Some(pages) = crawl(name) else { return };
        assert_eq!(counts(&pages), expect, "{name}");
    }
}

#[test]
fn no_problem_is_unexplained() {
    for name in [NEWEST, RAW, FLAT, "seeds"] {
        let Some(pages) = crawl(name) else { return };
        for page in &pages {
            for problem in &page.problems {
                let explained =
                    EXPLAINED.iter().any(|(end, words)| page.name.ends_with(end) && problem.what.contains(words));
                assert!(explained, "{name}/{}:{}: {}", page.name, problem.line, problem.what);
            }
        }
    }
}

#[test]
fn every_task_page_yields_its_facts() {
    let Some(pages) = crawl(NEWEST) else { return };
    let (mut seen, mut events) = (0, 0);
    for page in pages.iter().filter(|page| page.name.contains("task-v")) {
        let Some(facts) = &page.facts else { continue };
        if page.kind == Kind::Event {
            events += 1;
            assert!(facts.path.value.starts_with("task.task."), "{}", page.name);
            assert!(!facts.scopes.value.is_empty(), "{}", page.name);
            assert!(!facts.app_types.value.is_empty(), "{}", page.name);
            assert!(!facts.response.is_empty(), "{}", page.name);
            assert!(facts.response_examples[0].json.is_some(), "{}", page.name);
            continue;
        }
        seen += 1;
        assert!(facts.path.value.starts_with("/open-apis/task/v"), "{}", page.name);
        assert!(!facts.method.value.is_empty(), "{}", page.name);
        assert!(!facts.tokens.value.is_empty(), "{}", page.name);
        assert!(!facts.errors.is_empty(), "{}", page.name);
        assert!(!facts.app_types.value.is_empty(), "{}", page.name);
        assert!(!facts.scopes.value.is_empty(), "{}", page.name);
        // One page states no limit.
        let limited = !facts.rate_limits.value.is_empty();
        assert!(limited || page.name.ends_with("task-follower/list.md"), "{}", page.name);
        assert!(facts.response_examples[0].json.is_some(), "{}", page.name);
        assert!(facts.wrapped, "{}", page.name);
    }
    assert_eq!((seen, events), (75, 3));
}

#[test]
fn raw_and_newest_differ_only_where_pages_changed() {
    let (Some(newest), Some(raw)) = (crawl(NEWEST), crawl(RAW)) else {
        return;
    };
    let (newest, raw) = (operations(&newest), operations(&raw));
    let mut changed = BTreeMap::new();
    for (key, (page, facts)) in &newest {
        let Some((_, older)) = raw.get(key) else {
            continue;
        };
        let found = lines(&compare(facts, older, &[]));
        if !found.is_empty() {
            let name = page.name.rsplit('/').next().unwrap_or_default();
            changed.insert(name.to_owned(), found);
        }
    }
    let expect = [
        ("get-user-access-token.md", vec!["updated updated"]),
        ("obtain-oauth-code.md", vec!["updated updated", "query.prompt presence"]),
        ("refresh-user-access-token.md", vec!["updated updated"]),
    ];
    let expect = expect.map(|(name, found)| (name.to_owned(), found.iter().map(|text| (*text).to_owned()).collect()));
    assert_eq!(changed, BTreeMap::from(expect));
}

#[test]
fn the_same_facts_have_the_same_digest_in_every_format() {
    let (Some(newest), Some(raw)) = (crawl(NEWEST), crawl(RAW)) else {
        return;
    };
    let (newest, raw) = (operations(&newest), operations(&raw));
    for (key, (page, facts)) in &newest {
        let Some((_, older)) = raw.get(key) else {
            continue;
        };
        let changed = page.name.ends_with("obtain-oauth-code.md");
        assert_eq!(facts.digest() != older.digest(), changed, "{}", page.name);
    }
}

#[test]
fn flat_pages_say_the_same_as_far_as_they_go() {
    let (Some(newest), Some(flat)) = (crawl(NEWEST), crawl(FLAT)) else {
        return;
    };
    let (newest, flat) = (operations(&newest), operations(&flat));
    assert_eq!(flat.len(), 75);
    let mut found = Vec::new();
    for (key, (page, facts)) in &flat {
        let (_, newer) = newest[key];
        let comparison = compare(facts, newer, &[]);
        for difference in &comparison.differences {
            if difference.group != Group::Undecidable {
                found.push(format!("{} {} {}", page.name, difference.place, difference.fact));
            }
        }
        let lost = [facts.request_nesting, facts.response_nesting].contains(&Nesting::Lost);
        let undecided = comparison.of(Group::Undecidable).any(|d| d.fact == Fact::Presence);
        assert_eq!(lost, undecided, "{}", page.name);
    }
    assert_eq!(found, [""; 0]);
}

#[test]
fn seeds_agree_with_the_newest_pages() {
    let (Some(newest), Some(seeds)) = (crawl(NEWEST), crawl("seeds")) else {
        return;
    };
    let newest = operations(&newest);
    for (key, (page, facts)) in operations(&seeds) {
        let (_, newer) = newest[&key];
        assert!(!compare(facts, newer, &[]).drifted(), "{}", page.name);
    }
}

#[test]
fn a_page_agrees_with_itself() {
    for name in [NEWEST, RAW, FLAT] {
        let Some(pages) = crawl(name) else { return };
        for page in &pages {
            let Some(facts) = &page.facts else { continue };
            let comparison = compare(facts, facts, &[]);
            assert!(!comparison.drifted(), "{}: {:?}", page.name, comparison.differences);
            assert!(comparison.unstated.is_empty(), "{}", page.name);
        }
    }
}

/// Changes to the spec that no comparison can see, with the reason.
fn invisible(facts: &OperationFacts, what: &str) -> bool {
    // One page has no row for the kinds of apps, and proves nothing about them.
    if what == "app types added" && facts.app_types.line == 0 {
        return true;
    }
    let item = |place: &str| {
        let mut items = match place.split('.').next() {
            Some("path") => &facts.path_parameters,
            Some("query") => &facts.query,
            Some("request") => &facts.request,
            _ => &facts.response,
        };
        let mut found = None;
        for name in place.split('.').skip(1) {
            found = items.iter().find(|item| item.name == name);
            items = found.map_or(items, |item| &item.children);
        }
        found
    };
    // One page has a table without types.
    if let Some(place) = what.strip_suffix(" type") {
        return item(place).is_some_and(|item| item.ty == Ty::Unknown);
    }
    // An example that is no value of its type cannot stand in a spec; its absence is no fault.
    let example = what.strip_suffix(" example dropped").and_then(item);
    let example = example.and_then(|item| Some((item.example.as_ref()?, &item.ty)));
    example.is_some_and(|(example, ty)| !fits_type(&example.value, ty))
}

/// Every change of one page that nobody would see, and how many were tried.
fn unseen(page: &Page) -> (Vec<String>, usize) {
    let Some(facts) = &page.facts else {
        return (Vec::new(), 0);
    };
    let mut unseen = Vec::new();
    let mut tried = 0;
    let mut check = |facts: &OperationFacts, mutants: Vec<Mutant>| {
        for (what, changed) in mutants {
            if invisible(facts, &what) {
                continue;
            }
            tried += 1;
            if !compare(facts, &changed, &[]).drifted() {
                unseen.push(format!("{}: {what}", page.name));
            }
        }
    };
    check(facts, mutants(facts));
    for (alone, mutants) in item_mutants(facts) {
        check(&alone, mutants);
    }
    (unseen, tried)
}

#[test]
fn every_change_of_a_fact_is_seen() {
    let Some(pages) = crawl(NEWEST) else { return };
    let next = AtomicUsize::new(0);
    let work = || {
        let mut tried = 0;
        while let Some(page) = pages.get(next.fetch_add(1, Ordering::Relaxed)) {
            let (unseen, more) = unseen(page);
            assert_eq!(unseen, [""; 0]);
            tried += more;
        }
        tried
    };
    let tried: usize = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..4).map(|_| scope.spawn(work)).collect();
        let counts = threads.into_iter().map(|thread| thread.join().expect("no panic"));
        counts.sum()
    });
    println!("{tried} changes, all seen");
    assert!(tried > 10_000);
}

/// Rows of the request, its parameters, the answer and the errors; not of code.
fn rows(text: &str) -> Vec<usize> {
    let lines = text.lines().enumerate();
    let rows = lines.filter(|(_, line)| line.starts_with("| ") && !line.starts_with("| ---"));
    // `data` of an empty answer says nothing; neither do the usual content type and no scopes.
    let nothing = ["| `data`", "| Content-Type"];
    let says = |line: &str| !(nothing.iter().any(|start| line.starts_with(start)) || line.ends_with("| 无 |"));
    rows.filter(|(_, line)| says(line)).map(|(at, _)| at).collect()
}

#[test]
fn no_row_vanishes_unseen() {
    let Some(docs) = docs() else { return };
    let pages = pages(&docs.join(NEWEST));
    for (name, text) in pages.iter().filter(|(_, text)| text.len() < 6_000) {
        let whole = read(name, text);
        let Some(facts) = &whole.facts else { continue };
        let lines: Vec<&str> = text.lines().collect();
        for row in rows(text) {
            let mut cut = lines.clone();
            cut.remove(row);
            let cut = read(name, &cut.join("\n"));
            let same = cut.facts.as_ref().is_some_and(|cut| cut.digest() == facts.digest());
            let silent = cut.problems.len() <= whole.problems.len();
            assert!(!(same && silent), "{name}:{}: {}", row + 1, lines[row]);
        }
    }
}

#[test]
fn reading_is_fast() {
    let Some(docs) = docs() else { return };
    let pages = pages(&docs.join(NEWEST));
    let start = Instant::now();
    let lines: usize = pages.iter().map(|(name, text)| read(name, text).problems.len()).sum();
    // No bar here, tests run unoptimized; `cargo test --release -- --nocapture` shows the number.
    println!("{} pages read in {:?} ({lines} problems)", pages.len(), start.elapsed());
}
