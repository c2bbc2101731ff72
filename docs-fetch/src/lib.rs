//! Downloads pages of Feishu's documentation portal into a folder that `cargo xtask docs check` reads.
//!
//! Politely: one request at a time, a pause after each, an honest User-Agent, and patience when the portal asks for
//! it. Only what changed is downloaded, and an interrupted run goes on where it stopped.

mod index;
mod page;
mod portal;
mod tree;

use std::path::PathBuf;
use std::time::Duration;

use index::Index;
use portal::Portal;

/// What to download, and how.
#[derive(clap::Parser, Clone, Debug)]
#[command(name = "cargo xtask docs fetch", about = "Download pages from Feishu's documentation portal")]
pub struct Options {
    /// The folder for the pages; what is there already is kept if it has not changed.
    #[arg(long)]
    pub out: PathBuf,
    /// Only pages of this service, such as `task`.
    #[arg(long)]
    pub service: Option<String>,
    /// The portal.
    #[arg(long, default_value = "https://open.feishu.cn")]
    pub base_url: String,
    /// Milliseconds to wait after each request.
    #[arg(long, default_value_t = 500)]
    pub pause: u64,
    /// How often a request is sent before the page is given up.
    #[arg(long, default_value_t = 5)]
    pub attempts: u32,
}

/// What a run did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Pages that are new or changed.
    pub written: usize,
    /// Pages that have not changed.
    pub unchanged: usize,
    /// Pages that could not be downloaded, and why.
    pub failed: Vec<String>,
}

/// Downloads everything that changed; `say` hears about every page.
///
/// # Errors
///
/// Fails if the list of pages cannot be read or the folder cannot be written. A single page that fails is listed in
/// the summary, and the others are still downloaded.
pub async fn run(options: &Options, say: &mut dyn FnMut(&str)) -> Result<Summary, String> {
    let portal = Portal::new(&options.base_url, Duration::from_millis(options.pause), options.attempts)?;
    let tree = portal.tree().await?;
    let pages = tree::pages(&tree, options.service.as_deref())?;
    let mut index = Index::open(&options.out)?;
    let mut summary = Summary::default();
    for (at, node) in pages.iter().enumerate() {
        let count = format!("[{}/{}]", at + 1, pages.len());
        if index.has(node) {
            summary.unchanged += 1;
            continue;
        }
        let outcome = match portal.page(&node.full_path).await {
            Ok(answer) => page::write(&options.out, node, &answer),
            Err(error) => Err(error),
        };
        match outcome {
            Ok(()) => {
                index.add(node)?;
                summary.written += 1;
                say(&format!("{count} {}", node.full_path));
            }
            Err(error) => {
                say(&format!("{count} {}: {error}", node.full_path));
                summary.failed.push(format!("{}: {error}", node.full_path));
            }
        }
    }
    index.close()?;
    Ok(summary)
}
