//! The fields of a partial update, and the names of those that change.

use serde::Serialize;

use super::json::write_property;
use crate::error::Error;
use crate::update::Update;

/// The target of a partial update, while it is written.
#[derive(Debug)]
pub struct Masked<'a> {
    pub(super) json: &'a mut Vec<u8>,
    pub(super) is_first: bool,
    pub(super) names: Vec<&'static str>,
    pub(super) failure: Option<Error>,
}

impl Masked<'_> {
    /// Writes a field that is set, and notes its name unless it is kept.
    pub fn field<C: Change>(&mut self, name: &'static str, change: &C) {
        if change.is_keep() {
            return;
        }
        self.names.push(name);
        if let Some(value) = change.new_value() {
            let written = write_property(self.json, self.is_first, name, value);
            self.is_first = false;
            self.failure = self.failure.take().or(written.err());
        }
    }
}

/// A field of a partial update: [`Update`], or an `Option` where `None` keeps.
pub trait Change {
    /// What it can be set to.
    type Value: Serialize;

    /// Whether the field stays as it is.
    fn is_keep(&self) -> bool;

    /// The new value, if there is one.
    fn new_value(&self) -> Option<&Self::Value>;
}

impl<T: Serialize> Change for Option<T> {
    type Value = T;

    fn is_keep(&self) -> bool {
        self.is_none()
    }

    fn new_value(&self) -> Option<&T> {
        self.as_ref()
    }
}

impl<T: Serialize> Change for Update<T> {
    type Value = T;

    fn is_keep(&self) -> bool {
        Update::is_keep(self)
    }

    fn new_value(&self) -> Option<&T> {
        self.as_set()
    }
}
