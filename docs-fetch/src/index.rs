//! `index.tsv`: which state of which page is in the folder.
//!
//! A line is added as soon as its page is written, so that an interrupted run loses nothing; of two lines about one
//! page the later one counts. A finished run sorts the file.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

use crate::page;
use crate::tree::Node;

/// What is in the folder.
pub(crate) struct Index {
    folder: PathBuf,
    /// Update times by path.
    pages: BTreeMap<String, String>,
    log: File,
}

impl Index {
    /// Reads the index of a folder; makes both if they are not there.
    pub(crate) fn open(folder: &Path) -> Result<Self, String> {
        let path = folder.join("index.tsv");
        let explain = |error: std::io::Error| format!("{}: {error}", path.display());
        fs::create_dir_all(folder).map_err(explain)?;
        let text = if path.exists() { fs::read_to_string(&path).map_err(explain)? } else { String::new() };
        // A line without its end was cut off, and its page is fetched again.
        let whole = text.rfind('\n').map_or("", |end| &text[..end]);
        let lines = whole.lines().filter_map(|line| line.split_once('\t'));
        let pages = lines.map(|(path, updated)| (path.to_owned(), updated.to_owned())).collect();
        let mut log = OpenOptions::new().create(true).append(true).open(&path).map_err(explain)?;
        if !text.is_empty() && !text.ends_with('\n') {
            log.write_all(b"\n").map_err(explain)?;
        }
        Ok(Index { folder: folder.to_path_buf(), pages, log })
    }

    /// Whether this state of the page is in the folder.
    pub(crate) fn has(&self, node: &Node) -> bool {
        let known = self.pages.get(&node.full_path).is_some_and(|updated| *updated == node.updated);
        known && page::file(&self.folder, &node.full_path).is_ok_and(|path| path.is_file())
    }

    /// Remembers a page that was just written.
    pub(crate) fn add(&mut self, node: &Node) -> Result<(), String> {
        let line = format!("{}\t{}\n", node.full_path, node.updated);
        self.log.write_all(line.as_bytes()).map_err(|error| format!("index.tsv: {error}"))?;
        self.pages.insert(node.full_path.clone(), node.updated.clone());
        Ok(())
    }

    /// Sorts the file, once everything is there.
    pub(crate) fn close(self) -> Result<(), String> {
        let lines = self.pages.iter().map(|(path, updated)| format!("{path}\t{updated}\n"));
        let text: String = lines.collect();
        let (path, unfinished) = (self.folder.join("index.tsv"), self.folder.join("index.tsv.part"));
        let outcome = fs::write(&unfinished, text).and_then(|()| fs::rename(&unfinished, &path));
        outcome.map_err(|error| format!("{}: {error}", path.display()))
    }
}
