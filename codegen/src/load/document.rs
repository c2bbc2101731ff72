//! The documents of a spec, found by path.

use std::collections::{BTreeMap, BTreeSet};

use indexmap::IndexMap;

use crate::diagnostic::Pointer;
use crate::yaml::Tree;

/// One file that passed the grammar.
pub(crate) struct Document<'s> {
    pub(crate) path: String,
    /// The file as it stands, for examples and for the order of keys.
    pub(crate) tree: Tree<'s>,
    pub(crate) openapi: openapiv3::OpenAPI,
    /// The events of `x-webhooks`, for which OpenAPI 3.0 has no place.
    pub(crate) webhooks: IndexMap<String, openapiv3::Operation>,
}

/// All files of a spec, sorted by path.
#[derive(Default)]
pub(crate) struct Documents<'s> {
    documents: BTreeMap<String, Document<'s>>,
    broken: BTreeSet<String>,
}

impl<'s> Documents<'s> {
    pub(crate) fn add(&mut self, document: Document<'s>) {
        self.documents.insert(document.path.clone(), document);
    }

    /// Remembers a file whose mistakes are reported already, so that references into it stay silent.
    pub(crate) fn add_broken(&mut self, path: &str) {
        self.broken.insert(path.to_owned());
    }

    pub(crate) fn get(&self, path: &str) -> Option<&Document<'s>> {
        self.documents.get(path)
    }

    pub(crate) fn is_broken(&self, path: &str) -> bool {
        self.broken.contains(path)
    }

    /// The tree at a place.
    pub(crate) fn at(&self, place: &Pointer) -> Option<&Tree<'s>> {
        self.get(&place.file)?.tree.at(place)
    }

    /// Whether anything stands at a place.
    pub(crate) fn exists(&self, place: &Pointer) -> bool {
        self.at(place).is_some()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Document<'s>> {
        self.documents.values()
    }
}
