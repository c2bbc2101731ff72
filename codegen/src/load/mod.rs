//! Reads YAML texts into `openapiv3` documents, after holding them against the dialect's grammar.

mod cursor;
mod document;
mod grammar;
mod keys;
mod misplaced;
mod positions;
mod reference;
mod schema;
mod tree;
pub(crate) mod walk;

pub(crate) use cursor::{Cursor, Step};
pub(crate) use document::{Document, Documents};
pub(crate) use keys::nearest;
pub(crate) use positions::Positions;
pub(crate) use reference::{Resolved, Section};
pub(crate) use tree::Tree;

use serde::Deserialize;

use crate::diagnostic::{Diagnostic, Diagnostics, Place};
use crate::rules::Rule;
use crate::source::Source;

/// Reads all files. Files with mistakes are reported and left out.
pub(crate) fn load(sources: &[Source], diagnostics: &mut Diagnostics) -> Documents {
    let mut documents = Documents::default();
    for source in sources {
        match read(source, diagnostics) {
            Some(document) => documents.add(document),
            None => documents.add_broken(&source.path),
        }
    }
    documents
}

fn read(source: &Source, diagnostics: &mut Diagnostics) -> Option<Document> {
    let tree = parse(source, diagnostics)?;
    if !keys::check(&source.path, &tree, diagnostics) {
        return None;
    }
    let readable = misplaced::without_misplaced_keys(&source.path, &tree, diagnostics);
    match openapiv3::OpenAPI::deserialize(readable.as_ref().unwrap_or(&tree)) {
        Ok(openapi) => Some(Document { path: source.path.clone(), tree, openapi }),
        Err(error) => {
            let place = Place::file(&source.path);
            diagnostics.push(Diagnostic::new(
                Rule::NotOpenapi,
                &place,
                format!("this is no OpenAPI 3.0 document: {error}"),
            ));
            None
        }
    }
}

fn parse(source: &Source, diagnostics: &mut Diagnostics) -> Option<Tree> {
    let text = source.text.strip_prefix('\u{feff}').unwrap_or(&source.text);
    match serde_yaml::from_str::<Tree>(text) {
        Ok(tree) => Some(tree),
        Err(error) => {
            let place = Place::file(&source.path);
            let words = error.to_string();
            let message = words.split(" at line ").next().unwrap_or(&words).to_owned();
            let mut diagnostic = Diagnostic::new(Rule::Syntax, &place, format!("this is not YAML: {message}"))
                .label("the reader stopped here");
            if let Some(location) = error.location() {
                diagnostic = diagnostic.position(location.line(), location.column());
            }
            diagnostic.help = advice(&message, text, error.location()).map(str::to_owned);
            diagnostics.push(diagnostic);
            None
        }
    }
}

/// What to do about a mistake in YAML itself.
fn advice(message: &str, text: &str, location: Option<serde_yaml::Location>) -> Option<&'static str> {
    let line = location.and_then(|location| text.lines().nth(location.line().saturating_sub(1))).unwrap_or("");
    let has = |words: &str| message.contains(words);
    Some(if line.trim_start_matches(' ').starts_with('\t') {
        "indent with spaces; YAML allows no tabs there"
    } else if has("mapping values are not allowed") {
        "put a text that holds `: ` in quotes; otherwise look at the indentation"
    } else if has("more than one document") {
        "one file is one document; remove `---`, or move the rest to a file of its own"
    } else if has("unknown anchor") || has("undefined alias") {
        "put a text that begins with `*` in quotes"
    } else if has("cannot start any token") {
        "put a text that begins with `@`, `` ` `` or `%` in quotes"
    } else if has("repetition limit") || has("recursion limit") {
        "write it out flatter; a spec nests a dozen levels"
    } else if has("tag") {
        "leave YAML tags out; put a text that begins with `!` in quotes"
    } else if has("a key must be a string") {
        "put a text that begins with `{` or `[` in quotes"
    } else if has("end of stream") || has("expected ',' or") || has("quoted scalar") {
        "look for a bracket or quotation mark that is not closed"
    } else {
        return None;
    })
}
