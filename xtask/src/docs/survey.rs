//! Counts what becomes of pages on their way into the client: read, drafted, lint-clean.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::PathBuf;

use feishu_openapi_pages::{Kind, Page, draft};

use super::crawl;

/// Reads the folders and prints a table of each; with `remarks`, every kind of remark below it with so many places.
pub(crate) fn run(folders: &[PathBuf], remarks: Option<usize>) -> Result<(), String> {
    for folder in folders {
        let pages = crawl::pages(folder)?;
        print!("{}", report(&folder.display().to_string(), &pages, remarks));
    }
    Ok(())
}

fn report(name: &str, pages: &[Page], remarks: Option<usize>) -> String {
    let mut out = format!("{name}\n  {:<24}{:>10}{:>10}\n", "", "operations", "events");
    let count = |kind: Kind, counts: &dyn Fn(&Page) -> bool| {
        pages.iter().filter(|page| page.kind == kind && counts(page)).count()
    };
    let mut line = |title: &str, counts: &dyn Fn(&Page) -> bool| {
        let (operations, events) = (count(Kind::Operation, counts), count(Kind::Event, counts));
        let _ = writeln!(out, "  {title:<24}{operations:>10}{events:>10}");
    };
    line("pages", &|_| true);
    line("read without a remark", &|page| page.problems.is_empty());
    line("drafted", &|page| draft(page).is_some());
    let others = pages.iter().filter(|page| page.facts.is_none()).count();
    let _ = writeln!(out, "  {others} other pages");
    if let Some(places) = remarks {
        out.push_str(&kinds(pages, places));
    }
    out
}

/// Remarks of one wording, the commonest first.
fn kinds(pages: &[Page], places: usize) -> String {
    let mut kinds: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for page in pages.iter().filter(|page| page.facts.is_some()) {
        for problem in &page.problems {
            let spot = format!("{}:{}", page.name, problem.line);
            kinds.entry(problem.what.as_str()).or_default().push(spot);
        }
    }
    let mut kinds: Vec<(&str, Vec<String>)> = kinds.into_iter().collect();
    kinds.sort_by_key(|(_, spots)| std::cmp::Reverse(spots.len()));
    let mut out = String::new();
    for (what, spots) in kinds {
        let _ = writeln!(out, "  {:>6}  {what}", spots.len());
        for spot in spots.iter().take(places) {
            let _ = writeln!(out, "          {spot}");
        }
    }
    out
}
