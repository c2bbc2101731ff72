//! Reads a folder of pages.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use feishu_openapi_pages::{Format, OperationFacts, Page, read};

use crate::files;

/// The pages of several folders; of pages about one document, the newest, and of these the one that keeps most.
pub(crate) fn merged(folders: &[PathBuf]) -> Result<Vec<Page>, String> {
    let mut all = Vec::new();
    for folder in folders {
        let pages = pages(folder)?;
        all = if all.is_empty() { pages } else { merge(all, pages) };
    }
    Ok(all)
}

/// `pages`, each replaced by the page of `more` about the same document if that is better, and the others of `more`.
fn merge(mut pages: Vec<Page>, more: Vec<Page>) -> Vec<Page> {
    let path = |page: &Page| page.source.full_path.as_ref().map(|path| path.value.clone());
    let places: HashMap<String, usize> =
        pages.iter().enumerate().filter_map(|(at, page)| Some((path(page)?, at))).collect();
    for page in more {
        match path(&page).and_then(|path| places.get(&path)) {
            Some(at) if rank(&page) > rank(&pages[*at]) => pages[*at] = page,
            Some(_) => {}
            None => pages.push(page),
        }
    }
    pages
}

/// A newer page is better; of one state, the portal's own markup is: conversions join lines and drop tags.
fn rank(page: &Page) -> (Option<i64>, u8) {
    let keeps = match page.format {
        Format::Markup => 3,
        Format::Markdown => 2,
        Format::FlatMarkdown => 1,
        Format::Digest => 0,
    };
    (page.source.updated.as_ref().map(|updated| updated.value), keeps)
}

/// All pages of a folder, sorted by name; a name is the path as a person would open it.
pub(crate) fn pages(folder: &Path) -> Result<Vec<Page>, String> {
    let mut paths = Vec::new();
    let mut visit = |path: &Path| {
        if path.extension().is_some_and(|extension| extension == "md") {
            paths.push(path.to_path_buf());
        }
    };
    if folder.is_file() {
        paths.push(folder.to_path_buf());
    } else {
        files::walk(folder, &mut visit).map_err(|error| format!("{}: {error}", folder.display()))?;
    }
    paths.sort();
    if paths.is_empty() {
        return Err(format!("{}: there are no pages (`*.md`) here", folder.display()));
    }
    paths.iter().map(|path| page(path)).collect()
}

/// One page. Bytes that are no UTF-8 become a problem of the page, not the end of the run.
pub(crate) fn page(path: &Path) -> Result<Page, String> {
    let bytes = std::fs::read(path).map_err(|error| format!("{}: {error}", path.display()))?;
    Ok(read(&path.display().to_string(), &String::from_utf8_lossy(&bytes)))
}

/// The path of a page in the portal, without `/document`; `None` if its format does not know it.
pub(crate) fn document(facts: &OperationFacts) -> Option<&str> {
    facts.source.full_path.as_ref().map(|path| path.value.as_str())
}

/// Whether the format of a page keeps everything that pages say.
pub(crate) fn is_complete(page: &Page) -> bool {
    matches!(page.format, Format::Markup | Format::Markdown)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A page of one document in Markdown or markup.
    fn page(name: &str, updated: i64, markup: bool) -> Page {
        let body = if markup { ":::html\n:::\n" } else { "# t\n" };
        read(name, &format!("---\nfullPath: /a/pond/{}\nupdateTime: {updated}\n---\n{body}", &name[..1]))
    }

    fn names(pages: Vec<Page>) -> Vec<String> {
        pages.into_iter().map(|page| page.name).collect()
    }

    #[test]
    fn of_one_state_the_markup_wins() {
        assert_eq!(names(merge(vec![page("a1", 5, false)], vec![page("a2", 5, true)])), ["a2"]);
        assert_eq!(names(merge(vec![page("a1", 5, true)], vec![page("a2", 5, false)])), ["a1"]);
    }

    #[test]
    fn a_newer_state_wins_in_any_format() {
        assert_eq!(names(merge(vec![page("a1", 6, false)], vec![page("a2", 5, true)])), ["a1"]);
        assert_eq!(names(merge(vec![page("a1", 5, true)], vec![page("a2", 6, false)])), ["a2"]);
    }

    #[test]
    fn other_pages_are_added() {
        assert_eq!(names(merge(vec![page("a1", 5, false)], vec![page("b1", 5, true)])), ["a1", "b1"]);
    }
}
