//! Holds a YAML tree against the grammar: unknown, doubled and missing keys, and values of the wrong kind.

use std::collections::HashSet;

use super::grammar::{DOCUMENT, OUTSIDE, Object, Shape};
use super::tree::Tree;
use crate::diagnostic::{Diagnostic, Diagnostics, Place};
use crate::rules::Rule;

/// Reports everything in `tree` that the grammar does not know.
pub(crate) fn check(file: &str, tree: &Tree, diagnostics: &mut Diagnostics) {
    let mut walk = Walk { diagnostics, path: Vec::new(), file };
    walk.object(tree, &DOCUMENT);
}

enum Step<'a> {
    Key(&'a str),
    Index(usize),
}

struct Walk<'a, 'd> {
    diagnostics: &'d mut Diagnostics,
    path: Vec<Step<'a>>,
    file: &'a str,
}

impl<'a> Walk<'a, '_> {
    fn place(&self) -> Place {
        self.path.iter().fold(Place::file(self.file), |place, step| match step {
            Step::Key(key) => place.key(key),
            Step::Index(index) => place.index(*index),
        })
    }

    fn shape(&mut self, tree: &'a Tree, shape: &'static Shape) {
        match (shape, tree) {
            (Shape::Any, _) => self.doubled_keys_below(tree),
            (Shape::Text, Tree::Text(_))
            | (Shape::Boolean, Tree::Bool(_))
            | (Shape::Integer | Shape::Number, Tree::Integer(_))
            | (Shape::Number, Tree::Float(_)) => {}
            (Shape::List(item), Tree::List(list)) => {
                for (index, tree) in list.iter().enumerate() {
                    self.below(Step::Index(index), |walk| walk.shape(tree, item));
                }
            }
            (Shape::Map(value), Tree::Map(entries)) => {
                self.doubled_keys(entries);
                for (key, tree) in entries {
                    self.below(Step::Key(key), |walk| walk.shape(tree, value));
                }
            }
            (Shape::OrReference(_), Tree::Map(entries)) if tree.get("$ref").is_some() => self.reference(entries),
            (Shape::Object(object) | Shape::OrReference(object), Tree::Map(_)) => self.object(tree, object),
            (shape, tree) => self.wrong_kind(shape, tree),
        }
    }

    fn below(&mut self, step: Step<'a>, visit: impl FnOnce(&mut Self)) {
        self.path.push(step);
        visit(self);
        self.path.pop();
    }

    fn object(&mut self, tree: &'a Tree, object: &'static Object) {
        let Tree::Map(entries) = tree else { return self.wrong_kind(&Shape::Object(object), tree) };
        self.doubled_keys(entries);
        for (key, value) in entries {
            match object.keys.iter().find(|(name, _)| name == key) {
                Some((_, shape)) => self.below(Step::Key(key), |walk| walk.shape(value, shape)),
                None => self.unknown_key(key, object),
            }
        }
        for key in object.required {
            if tree.get(key).is_none() {
                let place = self.place();
                self.diagnostics.push(
                    Diagnostic::new(Rule::MissingKey, &place, format!("{} has no `{key}`", object.name))
                        .at_key()
                        .label(format!("`{key}` is missing here")),
                );
            }
        }
    }

    fn reference(&mut self, entries: &'a [(String, Tree)]) {
        self.doubled_keys(entries);
        for (key, value) in entries {
            let place = self.place().key(key);
            if key != "$ref" {
                self.diagnostics.push(
                    Diagnostic::new(Rule::ReferenceSibling, &place, format!("`{key}` beside `$ref` has no effect"))
                        .at_key()
                        .label("OpenAPI 3.0 ignores this")
                        .help("write `allOf: [{$ref: …}]` and put the other keys beside `allOf`"),
                );
            } else if value.text().is_none() {
                self.diagnostics.push(
                    Diagnostic::new(Rule::WrongKind, &place, format!("`$ref` must be a string, not {}", value.kind()))
                        .label("expected a string"),
                );
            }
        }
    }

    fn unknown_key(&mut self, key: &str, object: &Object) {
        let place = self.place().key(key);
        if let Some((_, advice)) = OUTSIDE.iter().find(|(name, _)| *name == key) {
            self.diagnostics.push(
                Diagnostic::new(Rule::OutsideDialect, &place, format!("`{key}` is no part of our dialect"))
                    .at_key()
                    .label(format!("not allowed in {}", object.name))
                    .help(*advice),
            );
            return;
        }
        let known = object.keys.iter().map(|(name, _)| *name);
        let help = match nearest(key, known.clone()) {
            Some(name) => format!("did you mean `{name}`?"),
            None => format!("known keys are {}", known.map(|key| format!("`{key}`")).collect::<Vec<_>>().join(", ")),
        };
        self.diagnostics.push(
            Diagnostic::new(Rule::UnknownKey, &place, format!("unknown key `{key}` in {}", object.name))
                .at_key()
                .label("nothing reads this")
                .help(help),
        );
    }

    fn wrong_kind(&mut self, shape: &Shape, tree: &Tree) {
        let expected = match shape {
            Shape::Text => "a string",
            Shape::Boolean => "`true` or `false`",
            Shape::Integer => "an integer",
            Shape::Number => "a number",
            Shape::Any => "a value",
            Shape::List(_) => "a list",
            Shape::Map(_) | Shape::Object(_) | Shape::OrReference(_) => "a map",
        };
        let name = match self.path.last() {
            Some(Step::Key(key)) => format!("`{key}`"),
            Some(Step::Index(index)) => format!("element {index}"),
            None => "the document".to_owned(),
        };
        let help = match (shape, tree) {
            (Shape::Text, Tree::Integer(_) | Tree::Float(_) | Tree::Bool(_)) => Some("put it in quotes"),
            _ => None,
        };
        let place = self.place();
        let mut diagnostic =
            Diagnostic::new(Rule::WrongKind, &place, format!("{name} must be {expected}, not {}", tree.kind()))
                .label(format!("expected {expected}"));
        diagnostic.help = help.map(str::to_owned);
        self.diagnostics.push(diagnostic);
    }

    fn doubled_keys(&mut self, entries: &[(String, Tree)]) {
        let mut seen = HashSet::with_capacity(entries.len());
        for (index, (key, _)) in entries.iter().enumerate() {
            if !seen.insert(key.as_str()) {
                let place = self.place().index(index);
                self.diagnostics.push(
                    Diagnostic::new(Rule::DoubledKey, &place, format!("`{key}` stands here twice"))
                        .at_key()
                        .label("the second one")
                        .help("remove one of the two, or rename it"),
                );
            }
        }
    }

    /// Examples may hold anything, but not the same key twice.
    fn doubled_keys_below(&mut self, tree: &'a Tree) {
        match tree {
            Tree::Map(entries) => {
                self.doubled_keys(entries);
                for (key, tree) in entries {
                    self.below(Step::Key(key), |walk| walk.doubled_keys_below(tree));
                }
            }
            Tree::List(list) => {
                for (index, tree) in list.iter().enumerate() {
                    self.below(Step::Index(index), |walk| walk.doubled_keys_below(tree));
                }
            }
            _ => {}
        }
    }
}

/// The known name that a misspelt one most likely means.
pub(crate) fn nearest<'n>(name: &str, known: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    known
        .map(|candidate| (strsim::damerau_levenshtein(name, candidate), candidate))
        .filter(|(distance, candidate)| *distance <= 1 + candidate.len() / 4)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}
