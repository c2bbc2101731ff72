//! `cargo xtask docs`: Feishu's pages and our spec, held against each other.

mod check;
mod crawl;
mod fields;
mod json;
mod judge;
mod lock;
mod print;
mod spec;
mod survey;
#[cfg(test)]
mod tests;
mod time;
mod unread;
mod waivers;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use clap::Subcommand;
use feishu_openapi_codegen::report::LineFinder;

use crate::{codegen, files};
use print::Findings;

/// What to do with pages.
#[derive(Subcommand)]
pub(crate) enum Docs {
    /// Compare the pages in some folders with spec/; fail if they disagree, or if a part of a page could not be read.
    Check {
        /// Folders of pages, or pages. Of several states of a page, the newest counts; of one state in several formats,
        /// the portal's own markup.
        #[arg(required = true)]
        dirs: Vec<PathBuf>,
        /// Print one JSON object, for tools.
        #[arg(long)]
        json: bool,
        /// List what is waived and what is undecidable as well.
        #[arg(long)]
        verbose: bool,
        /// After a review: remember the state of the pages in spec/docs.lock.
        #[arg(long)]
        update_lock: bool,
    },
    /// Print the operation or event of a page in our dialect, with a gap wherever you must write or decide.
    Draft {
        /// A page.
        page: PathBuf,
    },
    /// Count what becomes of the pages in some folders: read without a remark, drafted.
    Survey {
        /// Folders of pages.
        #[arg(required = true)]
        dirs: Vec<PathBuf>,
        /// List what could not be read, the commonest remark first, with so many places of each.
        #[arg(long, num_args = 0..=1, default_missing_value = "3")]
        remarks: Option<usize>,
    },
    /// Download pages from the documentation portal; `fetch --help` lists the options.
    #[command(disable_help_flag = true)]
    Fetch {
        /// Passed on to the downloader, which is a program of its own.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
}

pub(crate) fn run(root: &Path, docs: Docs) -> Result<(), String> {
    match docs {
        Docs::Check { dirs, json, verbose, update_lock } => check(root, &dirs, Output { json, verbose }, update_lock),
        Docs::Draft { page } => draft(&page),
        Docs::Survey { dirs, remarks } => survey::run(root, &dirs, remarks),
        Docs::Fetch { arguments } => fetch(&arguments),
    }
}

/// How findings are printed.
struct Output {
    json: bool,
    verbose: bool,
}

fn check(root: &Path, folders: &[PathBuf], output: Output, update_lock: bool) -> Result<(), String> {
    let sources = files::read_all(root).map_err(|error| error.to_string())?;
    let api = feishu_openapi_codegen::read(&sources).map_err(|found| codegen::explain(found, &sources))?;
    let mut places = spec::Places::default();
    let operations = spec::operations(&api, &mut places);
    let pages = crawl::merged(folders)?;
    let outcome = check::check(&pages, &operations, &places);
    let old = lock::read(root)?;
    let new = lock::of(&pages, &operations, &outcome);
    let moved = lock::moved(&old, &new);
    let findings =
        Findings { pages: &pages, operations: &operations, places: &places, outcome: &outcome, moved: &moved };
    let mut lines = LineFinder::new(&sources);
    if output.json {
        println!("{}", json::report(&findings, &mut lines));
    } else {
        print!("{}", print::report(&findings, &mut lines, output.verbose));
    }
    let known = unread::read(root)?;
    let compared: BTreeSet<usize> = outcome.checked.iter().map(|checked| checked.page).collect();
    let unread = compared.iter().flat_map(|page| unread::unexplained(&pages[*page], &known)).count();
    if unread > 0 && !outcome.drifted() {
        // A page of which a part was not read is not checked.
        return Err(format!(
            "{unread} places of pages could not be read; where the page is broken, say why in spec/docs.unread.json"
        ));
    }
    if outcome.drifted() {
        let kept = if update_lock { "; spec/docs.lock stays as it is" } else { "" };
        return Err(format!("the pages and the spec disagree{kept}"));
    }
    if update_lock && lock::write(root, &lock::updated(&old, &new, &operations))? {
        eprintln!("updated spec/docs.lock");
    }
    Ok(())
}

fn draft(path: &Path) -> Result<(), String> {
    let page = crawl::page(path)?;
    match feishu_openapi_pages::draft(&page) {
        Some(draft) => {
            print!("{draft}");
            Ok(())
        }
        None => Err(format!("{}: this page is about no operation and no event", path.display())),
    }
}

/// Runs the downloader in a process of its own, so that HTTP stays out of what `cargo xtask codegen` builds.
fn fetch(arguments: &[String]) -> Result<(), String> {
    if !crate::files::root().join("target/release/docs-fetch").exists() {
        eprintln!("building docs-fetch, which takes a minute the first time");
    }
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let status = Command::new(cargo)
        .args(["run", "--quiet", "--release", "--package", "docs-fetch", "--"])
        .args(arguments)
        .status()
        .map_err(|error| format!("docs-fetch: {error}"))?;
    if status.success() { Ok(()) } else { Err(format!("docs-fetch failed ({status})")) }
}
