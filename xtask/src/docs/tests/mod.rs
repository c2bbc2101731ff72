//! Tests against the real spec and, where they are at hand, the real pages.

mod crawls;
mod drafts;
mod mutants;
mod mutation;

use std::io::Write;
use std::path::PathBuf;

use feishu_openapi_codegen::{Source, ir};
use feishu_openapi_pages::Page;

use super::check::{self, Outcome};
use super::spec::{self, Places, SpecOperation};
use crate::files;

const NEWEST: &str = "2026-05-markdown";

/// A folder of pages: below `FEISHU_DOCS`, or beside the repository.
fn folder(crawl: &str) -> Option<PathBuf> {
    let given = std::env::var_os("FEISHU_DOCS").map(PathBuf::from);
    let folder = given.unwrap_or_else(|| files::root().join("../shared/docs")).join(crawl);
    if folder.is_dir() {
        return Some(folder);
    }
    // The harness would keep what `println!` writes to itself, and the test would look as if it had checked something.
    let test = std::thread::current().name().unwrap_or("a test").to_owned();
    let _ = writeln!(std::io::stderr(), "left out, as there are no pages at {}: {test}", folder.display());
    None
}

fn pages(crawl: &str) -> Option<Vec<Page>> {
    Some(super::crawl::pages(&folder(crawl)?).expect("readable pages"))
}

fn sources() -> Vec<Source> {
    files::read_all(&files::root()).expect("a readable spec")
}

fn api() -> ir::Api {
    feishu_openapi_codegen::read(&sources()).expect("a spec without mistakes")
}

/// The whole spec, ready to be compared.
fn operations(api: &ir::Api) -> (Vec<SpecOperation>, Places) {
    let mut places = Places::default();
    (spec::operations(api, &mut places), places)
}

fn outcome(api: &ir::Api, pages: &[Page]) -> Outcome {
    let (operations, places) = operations(api);
    check::check(pages, &operations, &places)
}
