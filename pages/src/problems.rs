//! What could not be read.

use serde::{Deserialize, Serialize};

/// A place of a page that should hold facts and could not be read, or not fully.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Problem {
    /// Line of the page, 1-based.
    pub line: usize,
    /// What is there, and why it could not be read.
    pub what: String,
}

/// Collects problems while a page is read.
#[derive(Debug, Default)]
pub(crate) struct Problems(Vec<Problem>);

impl Problems {
    pub(crate) fn push(&mut self, line: usize, what: impl Into<String>) {
        self.0.push(Problem { line, what: what.into() });
    }

    pub(crate) fn into_vec(mut self) -> Vec<Problem> {
        self.0.sort();
        self.0.dedup();
        self.0
    }
}

/// The beginning of a text, to be shown in a problem.
pub(crate) fn shorten(text: &str) -> String {
    let line = text.split('\n').map(str::trim).find(|line| !line.is_empty());
    let line = line.unwrap_or_default();
    match line.char_indices().nth(60) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line.to_owned(),
    }
}
