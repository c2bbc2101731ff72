//! Holds a YAML tree against the grammar: unknown, doubled and missing keys, and values of the wrong kind.

use std::collections::HashSet;

use super::grammar::{DOCUMENT, OUTSIDE, Object, SCHEMA, Shape, Words};
use crate::diagnostic::{Code, Diagnostic, Diagnostics, Pointer, nearest};
use crate::yaml::{Cursor, Entry, Step, Tree};

/// Reports everything in `tree` that the grammar does not know. Says whether the rest can be read all the same.
pub(crate) fn check(file: &str, tree: &Tree, diagnostics: &mut Diagnostics) -> bool {
    let mut walk = Checker { diagnostics, cursor: Cursor::new(file), readable: true };
    walk.object(tree, &DOCUMENT);
    walk.readable
}

pub(super) struct Checker<'a, 'd> {
    diagnostics: &'d mut Diagnostics,
    cursor: Cursor<'a>,
    readable: bool,
}

impl<'a> Checker<'a, '_> {
    pub(super) fn place(&self) -> Pointer {
        self.cursor.place()
    }

    /// Reports something without which the file cannot be read.
    pub(super) fn fail(&mut self, diagnostic: Diagnostic) {
        self.readable = false;
        self.diagnostics.push(diagnostic);
    }

    fn shape(&mut self, tree: &'a Tree, shape: &'static Shape) {
        match (shape, tree) {
            (Shape::Any, _) => self.doubled_keys_below(tree),
            (Shape::Text, Tree::Text(text)) if text.trim().is_empty() => self.empty_text(),
            (Shape::Word(words), Tree::Text(text)) if !words.known.contains(&&**text) => {
                self.unknown_word(text, words);
            }
            (Shape::Count, Tree::Integer(..0)) => self.wrong_kind(shape, tree),
            (Shape::Text | Shape::Word(_), Tree::Text(_))
            | (Shape::Count, Tree::Integer(_))
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
            (Shape::Responses(response), Tree::Map(entries)) => {
                self.doubled_keys(entries);
                for (key, tree) in entries {
                    self.response_status(key);
                    self.below(Step::Key(key), |walk| walk.shape(tree, response));
                }
            }
            (Shape::OrReference(_), Tree::Map(entries)) if tree.get("$ref").is_some() => self.reference(entries),
            (Shape::Object(object) | Shape::OrReference(object), Tree::Map(_)) => self.object(tree, object),
            (shape, tree) => self.wrong_kind(shape, tree),
        }
    }

    fn empty_text(&mut self) {
        let (what, place) = (self.name(), self.place());
        let diagnostic = Diagnostic::new(Code::EmptyText, &place, format!("{what} is empty"))
            .at_key()
            .label("says nothing")
            .help("write a sentence, or leave the key out where it is optional");
        self.diagnostics.push(diagnostic);
    }

    fn response_status(&mut self, status: &str) {
        if !matches!(status, "200" | "default") {
            let place = self.place().key(status);
            self.fail(
                Diagnostic::new(Code::Responses, &place, format!("unexpected response `{status}`"))
                    .at_key()
                    .label("expected `\"200\"` or `default`")
                    .help("describe the answer under `\"200\"`, and the codes of failures in `x-feishu-errors`"),
            );
        }
    }

    fn unknown_word(&mut self, word: &str, words: &'static Words) {
        let help = match nearest(word, words.known.iter().copied()) {
            Some(near) if words.known.len() > 1 => format!("did you mean `{near}`?"),
            _ => words.help.to_owned(),
        };
        let known: Vec<String> = words.known.iter().map(|word| format!("`{word}`")).collect();
        let known = match &known[..] {
            [first @ .., last] if !first.is_empty() => format!("{} or {last}", first.join(", ")),
            known => known.concat(),
        };
        let place = self.place();
        self.fail(
            Diagnostic::new(words.code, &place, format!("`{word}` is no {}", words.what))
                .label(format!("expected {known}"))
                .help(help),
        );
    }

    pub(super) fn below(&mut self, step: Step<'a>, visit: impl FnOnce(&mut Self)) {
        self.cursor.push(step);
        visit(self);
        self.cursor.pop();
    }

    fn object(&mut self, tree: &'a Tree, object: &'static Object) {
        let Tree::Map(entries) = tree else { return self.wrong_kind(&Shape::Object(object), tree) };
        self.doubled_keys(entries);
        for (key, value) in entries {
            match object.shape(key) {
                Some(Shape::Any) if matches!(value, Tree::Null) && key != "page" => self.nothing(key),
                Some(shape) => self.below(Step::Key(key), |walk| walk.shape(value, shape)),
                None => self.unknown_key(key, value, object),
            }
        }
        if std::ptr::eq(object, &SCHEMA) {
            self.schema(tree);
        }
        for key in object.required {
            if tree.get(key).is_none() {
                let place = self.place();
                self.fail(
                    Diagnostic::new(Code::MissingKey, &place, format!("{} has no `{key}`", object.name))
                        .at_key()
                        .label(format!("`{key}` is missing here"))
                        .help(format!("add `{key}: …`")),
                );
            }
        }
    }

    /// A default or an example without a value.
    fn nothing(&mut self, key: &str) {
        let code = if key == "default" { Code::DefaultValue } else { Code::Example };
        let diagnostic = Diagnostic::new(code, &self.place().key(key), format!("the {key} is nothing"))
            .at_key()
            .label("`null` is not a value that can be sent")
            .help("give a value, or leave the key out");
        self.diagnostics.push(diagnostic);
    }

    fn reference(&mut self, entries: &'a [Entry<'a>]) {
        self.doubled_keys(entries);
        for (key, value) in entries {
            if key != "$ref" {
                let place = self.place().key(key);
                self.fail(
                    Diagnostic::new(Code::ReferenceSibling, &place, format!("`{key}` beside `$ref` has no effect"))
                        .at_key()
                        .label("OpenAPI 3.0 ignores this")
                        .help("write `allOf: [{$ref: …}]` and put the other keys beside `allOf`"),
                );
            } else if value.text().is_none() {
                let place = self.place().key(key);
                self.fail(
                    Diagnostic::new(Code::WrongKind, &place, format!("`$ref` must be a string, not {}", value.kind()))
                        .label("expected a string"),
                );
            }
        }
    }

    fn unknown_key(&mut self, key: &str, value: &Tree<'_>, object: &Object) {
        let place = self.place().key(key);
        if let Some((_, advice)) = OUTSIDE.iter().find(|(name, _)| *name == key) {
            self.fail(
                Diagnostic::new(Code::OutsideDialect, &place, format!("`{key}` is no part of our dialect"))
                    .at_key()
                    .label(format!("not allowed in {}", object.name))
                    .help(*advice),
            );
            return;
        }
        let known = object.names();
        let help = match nearest(key, known.iter().copied()) {
            Some(name) => format!("did you mean `{name}`?"),
            // `{description: First, second one.}`
            None if matches!(value, Tree::Null) => {
                "this has no value; inside of braces, a text that holds a comma needs quotes".to_owned()
            }
            None => {
                format!("known keys are {}", known.iter().map(|key| format!("`{key}`")).collect::<Vec<_>>().join(", "))
            }
        };
        self.fail(
            Diagnostic::new(Code::UnknownKey, &place, format!("unknown key `{key}` in {}", object.name))
                .at_key()
                .label("nothing reads this")
                .help(help),
        );
    }

    fn wrong_kind(&mut self, shape: &Shape, tree: &Tree) {
        let expected = match shape {
            Shape::Text | Shape::Word(_) => "a string",
            Shape::Boolean => "`true` or `false`",
            Shape::Integer => "an integer",
            Shape::Count => "an integer from 0 on",
            Shape::Number => "a number",
            Shape::Any => "a value",
            Shape::List(_) => "a list",
            Shape::Map(_) | Shape::Responses(_) | Shape::Object(_) | Shape::OrReference(_) => "a map",
        };
        let name = self.name();
        let found = match tree {
            Tree::Integer(value) => value.to_string(),
            tree => tree.kind().to_owned(),
        };
        let help = match (shape, tree) {
            (Shape::Text | Shape::Word(_), Tree::Integer(_) | Tree::Float(_) | Tree::Bool(_)) => {
                Some("put it in quotes")
            }
            (Shape::Integer | Shape::Count | Shape::Number, Tree::Text(text))
                if text.starts_with('0') && text.len() > 1 && text.bytes().all(|byte| byte.is_ascii_digit()) =>
            {
                Some("write the number without a zero at its beginning, and without quotes")
            }
            (Shape::Integer | Shape::Count | Shape::Number, Tree::Text(text)) if text.parse::<f64>().is_ok() => {
                Some("leave the quotes out")
            }
            (Shape::Boolean, Tree::Text(text)) if matches!(&**text, "true" | "false") => Some("leave the quotes out"),
            _ => None,
        };
        let place = self.place();
        let mut diagnostic =
            Diagnostic::new(Code::WrongKind, &place, format!("{name} must be {expected}, not {found}"))
                .label(format!("expected {expected}"));
        diagnostic.help = help.map(str::to_owned);
        self.fail(diagnostic);
    }

    /// How messages call what stands here.
    fn name(&self) -> String {
        match self.cursor.last() {
            Some(Step::Key(key)) => format!("`{key}`"),
            Some(Step::Index(index)) => format!("element {}", index + 1),
            None => "the document".to_owned(),
        }
    }

    fn doubled_keys(&mut self, entries: &[Entry<'_>]) {
        // Most maps are so small that looking through them takes less time than a table.
        let mut seen = HashSet::with_capacity(if entries.len() > FEW { entries.len() } else { 0 });
        for (index, (key, _)) in entries.iter().enumerate() {
            let is_doubled = if entries.len() > FEW {
                !seen.insert(&**key)
            } else {
                entries[..index].iter().any(|(earlier, _)| earlier == key)
            };
            if is_doubled {
                let place = self.place().index(index);
                self.fail(
                    Diagnostic::new(Code::DoubledKey, &place, format!("`{key}` stands here twice"))
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

/// So many keys are compared with each other.
const FEW: usize = 12;
