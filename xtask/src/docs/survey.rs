//! Counts what becomes of pages on their way into the client: read without a remark, drafted.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::{Path, PathBuf};

use feishu_openapi_pages::{Kind, Page, draft};

use super::crawl;
use super::unread::{self, Known};

/// Reads the folders and prints a table of each; with `remarks`, every kind of remark below it with so many places.
pub(crate) fn run(root: &Path, folders: &[PathBuf], remarks: Option<usize>) -> Result<(), String> {
    let known = unread::read(root)?;
    for folder in folders {
        let pages = crawl::pages(folder)?;
        print!("{}", report(&folder.display().to_string(), &pages, &known, remarks));
    }
    Ok(())
}

fn report(name: &str, pages: &[Page], known: &[Known], remarks: Option<usize>) -> String {
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
    line("only known faults", &|page| !page.problems.is_empty() && unread::unexplained(page, known).next().is_none());
    line("drafted", &|page| draft(page).is_some());
    let others = pages.iter().filter(|page| page.facts.is_none()).count();
    let _ = writeln!(out, "  {others} other pages");
    out.push_str(&twice(pages));
    if let Some(places) = remarks {
        out.push_str(&kinds(pages, known, places));
    }
    out
}

/// Pages that describe one operation; a spec can name only one of them.
fn twice(pages: &[Page]) -> String {
    let mut endpoints: BTreeMap<(&str, &str), Vec<String>> = BTreeMap::new();
    for page in pages {
        let Some(facts) = &page.facts else { continue };
        let spot = format!("{}:{}", page.name, facts.path.line.max(1));
        endpoints.entry((&facts.path.value, &facts.method.value)).or_default().push(spot);
    }
    let mut out = String::new();
    for ((path, method), spots) in endpoints.into_iter().filter(|(_, spots)| spots.len() > 1) {
        let _ = writeln!(out, "  {} pages for {method} {path}", spots.len());
        for spot in spots {
            let _ = writeln!(out, "          {spot}");
        }
    }
    out
}

/// Remarks that no known fault of a page explains, by their wording, the commonest first.
fn kinds(pages: &[Page], known: &[Known], places: usize) -> String {
    let mut kinds: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for page in pages.iter().filter(|page| page.facts.is_some()) {
        for problem in unread::unexplained(page, known) {
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

#[cfg(test)]
mod tests {
    use super::*;

    fn page(name: &str, path: &str) -> Page {
        let head = "## 请求\n\n| 项目 | 值 |\n| --- | --- |\n";
        let url = format!("| HTTP URL | https://open.feishu.cn/open-apis/pond/v1/{path} |\n| HTTP Method | GET |\n");
        feishu_openapi_pages::read(name, &format!("{head}{url}"))
    }

    #[test]
    fn two_pages_for_one_operation_are_named_with_their_lines() {
        let found = twice(&[page("a.md", "fish"), page("b.md", "fish"), page("c.md", "water")]);
        assert_eq!(found, "  2 pages for GET /open-apis/pond/v1/fish\n          a.md:5\n          b.md:5\n");
    }
}
