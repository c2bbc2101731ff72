//! Reads a folder of pages.

use std::path::Path;

use feishu_openapi_pages::{Format, OperationFacts, Page, read};

use crate::files;

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
