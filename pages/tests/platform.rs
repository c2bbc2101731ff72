//! Reads the pages of the whole platform, where they are at hand.

#[allow(dead_code)] // The other tests of crawls use the rest.
mod support;

use std::collections::{BTreeMap, BTreeSet};

use feishu_openapi_pages::{Kind, Page, compare, read};
use support::{docs, pages};

const NEWEST: &str = "2026-05-markdown";
const RAW: &str = "2026-03-raw";

fn crawl(name: &str) -> Option<Vec<Page>> {
    let folder = docs()?.with_file_name("docs-platform").join(name);
    if !folder.is_dir() {
        println!("no pages at {}: nothing to check", folder.display());
        return None;
    }
    Some(pages(&folder).iter().map(|(name, text)| read(name, text)).collect())
}

fn count(pages: &[Page], kind: Kind) -> usize {
    pages.iter().filter(|page| page.kind == kind).count()
}

/// Page and remark of each known fault.
fn known() -> Vec<(String, String)> {
    let list: serde_json::Value =
        serde_json::from_str(include_str!("../../spec/docs.unread.json")).expect("a list of faults");
    let text = |entry: &serde_json::Value, key: &str| entry[key].as_str().expect("a text").to_owned();
    let entries = list.as_array().expect("a list").iter();
    entries.map(|entry| (text(entry, "page"), text(entry, "remark"))).collect()
}

fn path(page: &Page) -> &str {
    page.source.full_path.as_ref().map_or("", |path| path.value.as_str())
}

#[test]
fn every_page_is_read_but_for_known_faults_and_all_of_these_are_there() {
    let (Some(newest), Some(raw)) = (crawl(NEWEST), crawl(RAW)) else { return };
    assert_eq!((count(&newest, Kind::Operation), count(&newest, Kind::Event)), (1693, 200));
    assert_eq!((count(&raw, Kind::Operation), count(&raw, Kind::Event)), (1592, 198));
    let known = known();
    let mut bit = BTreeSet::new();
    for page in newest.iter().chain(&raw).filter(|page| page.facts.is_some()) {
        for problem in &page.problems {
            let fault = known.iter().position(|(at, remark)| {
                let said = match remark.strip_suffix('…') {
                    Some(beginning) => problem.what.starts_with(beginning),
                    None => problem.what == *remark,
                };
                said && at == path(page)
            });
            assert!(fault.is_some(), "{}:{}: {}", page.name, problem.line, problem.what);
            bit.extend(fault);
        }
    }
    let idle: Vec<_> = (0..known.len()).filter(|at| !bit.contains(at)).map(|at| &known[at]).collect();
    assert!(idle.is_empty(), "{idle:?}");
}

/// Pages of one state whose two formats say different things, all of them for what the conversion lost: tags and
/// brackets in examples, elements of lists, and twice a table.
const LOSSES: usize = 34;

#[test]
fn both_formats_of_a_page_say_the_same() {
    let (Some(newest), Some(raw)) = (crawl(NEWEST), crawl(RAW)) else { return };
    let state = |page: &Page| Some((path(page).to_owned(), page.source.updated.as_ref()?.value));
    let raw: BTreeMap<_, _> = raw.iter().filter(|page| page.facts.is_some()).map(|page| (state(page), page)).collect();
    let mut differ = Vec::new();
    let mut same = 0;
    for page in &newest {
        let (Some(facts), Some(other)) = (&page.facts, raw.get(&state(page))) else { continue };
        if other.facts.as_ref().is_some_and(|other| other.digest() == facts.digest()) {
            same += 1;
        } else {
            differ.push(page.name.as_str());
        }
    }
    assert!(differ.len() <= LOSSES && same > 1_500, "{same} are the same, {}: {differ:#?}", differ.len());
}

#[test]
fn a_page_agrees_with_itself() {
    for name in [NEWEST, RAW] {
        let Some(pages) = crawl(name) else { return };
        for page in &pages {
            let Some(facts) = &page.facts else { continue };
            let found = compare(facts, facts, &[]);
            assert!(!found.drifted(), "{}: {:?}", page.name, found.differences);
        }
    }
}
