//! Where a walk through a tree stands; the place is written out only when there is something to report.

use std::fmt::Write;

use crate::diagnostic::{Pointer, push_key};

/// One step down.
#[derive(Clone, Copy)]
pub(crate) enum Step<'a> {
    Key(&'a str),
    Index(usize),
}

/// The way from where a walk began to where it stands.
#[derive(Clone)]
pub(crate) struct Cursor<'a> {
    base: Pointer,
    path: Vec<Step<'a>>,
}

impl<'a> Cursor<'a> {
    /// At the root of a file.
    pub(crate) fn new(file: &str) -> Self {
        Cursor::at(Pointer::file(file))
    }

    /// At a place inside a file.
    pub(crate) fn at(base: Pointer) -> Self {
        Cursor { base, path: Vec::new() }
    }

    /// The place where the walk stands.
    pub(crate) fn place(&self) -> Pointer {
        let mut place = self.base.clone();
        for step in &self.path {
            match step {
                Step::Key(key) => push_key(&mut place.path, key),
                Step::Index(index) => {
                    // Writing to a text cannot fail.
                    let _ = write!(place.path, "/[{index}]");
                }
            }
        }
        place
    }

    pub(crate) fn push(&mut self, step: Step<'a>) {
        self.path.push(step);
    }

    pub(crate) fn pop(&mut self) {
        self.path.pop();
    }

    pub(crate) fn last(&self) -> Option<Step<'a>> {
        self.path.last().copied()
    }
}
