//! Where a walk through a tree stands; the place is written out only when there is something to report.

use crate::diagnostic::Place;

/// One step down.
#[derive(Clone, Copy)]
pub(crate) enum Step<'a> {
    Key(&'a str),
    Index(usize),
}

/// The way from where a walk began to where it stands.
#[derive(Clone)]
pub(crate) struct Cursor<'a> {
    base: Place,
    path: Vec<Step<'a>>,
}

impl<'a> Cursor<'a> {
    /// At the root of a file.
    pub(crate) fn new(file: &str) -> Self {
        Cursor::at(Place::file(file))
    }

    /// At a place inside a file.
    pub(crate) fn at(base: Place) -> Self {
        Cursor { base, path: Vec::new() }
    }

    /// The place where the walk stands.
    pub(crate) fn place(&self) -> Place {
        self.path.iter().fold(self.base.clone(), |place, step| match step {
            Step::Key(key) => place.key(key),
            Step::Index(index) => place.index(*index),
        })
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
