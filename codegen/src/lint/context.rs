//! What rules look things up in.

use std::collections::BTreeSet;

use crate::diagnostic::{Diagnostics, Pointer};
use crate::ir::{Api, Operation, TypeDef, TypePath};
use crate::load::Documents;

/// The API, what it was read from, and what is missing in it.
pub(crate) struct Context<'a> {
    pub(crate) documents: &'a Documents<'a>,
    pub(crate) api: &'a Api,
    broken: BTreeSet<(String, String)>,
}

impl<'a> Context<'a> {
    pub(crate) fn new(documents: &'a Documents<'a>, api: &'a Api, found: &Diagnostics) -> Self {
        let broken = found.broken_places().map(|place| (place.file.clone(), place.path.clone())).collect();
        Context { documents, api, broken }
    }

    /// Whether everything at and below a place could be read.
    pub(crate) fn is_whole(&self, place: &Pointer) -> bool {
        if self.broken.is_empty() {
            return true;
        }
        let below = format!("{}/", place.path);
        let first = self.broken.range((place.file.clone(), below.clone())..).next();
        let broken_below = first.is_some_and(|(file, pointer)| *file == place.file && pointer.starts_with(&below));
        !broken_below && !self.broken.contains(&(place.file.clone(), place.path.clone()))
    }

    pub(crate) fn ty(&self, path: &TypePath) -> Option<&'a TypeDef> {
        self.api.get(path)
    }

    /// The places of all structs and enums that an operation sends or receives.
    pub(crate) fn reach(&self, operation: &'a Operation) -> BTreeSet<&'a Pointer> {
        let reached = self.api.reach(operation.request_fields().chain(&operation.answer));
        reached.into_iter().filter_map(|path| self.ty(path)).map(TypeDef::place).collect()
    }
}
