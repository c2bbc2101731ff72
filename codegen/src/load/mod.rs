//! Reads YAML texts into `openapiv3` documents, after holding them against the dialect's grammar.

mod advice;
mod document;
mod openapi;
mod part;
mod reference;

pub(crate) use document::{Document, Documents};
pub(crate) use reference::Resolved;

use serde::Deserialize;

use crate::diagnostic::{Code, Diagnostic, Diagnostics, Pointer};
use crate::dialect;
use crate::source::Source;
use crate::yaml::{self, Cursor, Step, Tree};

/// Reads all files. Files with mistakes are reported and left out.
pub(crate) fn load<'s>(sources: &'s [Source], diagnostics: &mut Diagnostics) -> Documents<'s> {
    let mut documents = Documents::default();
    for source in sources {
        match read(source, diagnostics) {
            Some(document) => documents.add(document),
            None => documents.add_broken(&source.path),
        }
    }
    documents
}

fn read<'s>(source: &'s Source, diagnostics: &mut Diagnostics) -> Option<Document<'s>> {
    let tree = parse(source, diagnostics)?;
    if !dialect::check(&source.path, &tree, diagnostics) {
        return None;
    }
    let readable = dialect::without_misplaced_keys(&source.path, &tree, diagnostics);
    let read = readable.as_ref().unwrap_or(&tree);
    match openapi::document(read).and_then(|document| Ok((document, openapi::webhooks(read)?))) {
        Ok((openapi, webhooks)) => Some(Document { path: source.path.clone(), tree, openapi, webhooks }),
        Err(error) => {
            let place = Pointer::file(&source.path);
            diagnostics.push(Diagnostic::new(
                Code::NotOpenapi,
                &place,
                format!("this is no OpenAPI 3.0 document: {error}"),
            ));
            None
        }
    }
}

/// A text as each of the two readers of YAML takes it.
pub(crate) fn readings(text: &str) -> [Option<String>; 2] {
    let readings = [yaml::read(text), serde_yaml::from_str(text).ok()];
    readings.map(|tree: Option<Tree<'_>>| tree.map(|tree| format!("{tree:?}")))
}

/// A document read part by part, and at once as `openapiv3` does it by itself.
pub(crate) fn documents(text: &str) -> Option<[openapiv3::OpenAPI; 2]> {
    let tree: Tree<'_> = serde_yaml::from_str(text).ok()?;
    let mut found = Diagnostics::default();
    // `openapiv3` panics at some of what the grammar forbids.
    if !dialect::check("", &tree, &mut found) || dialect::without_misplaced_keys("", &tree, &mut found).is_some() {
        return None;
    }
    let mut at_once = openapiv3::OpenAPI::deserialize(part::Part::whole(&tree)).ok()?;
    // Events are read apart from their document.
    at_once.extensions.shift_remove("x-webhooks");
    Some([openapi::document(&tree).ok()?, at_once])
}

fn parse<'s>(source: &'s Source, diagnostics: &mut Diagnostics) -> Option<Tree<'s>> {
    let text = source.text.strip_prefix('\u{feff}').unwrap_or(&source.text);
    if let Some(tree) = yaml::read(text) {
        return Some(tree);
    }
    if let Some(diagnostic) = unreadable(&source.path, text) {
        diagnostics.push(diagnostic);
        return None;
    }
    match serde_yaml::from_str::<Tree>(text) {
        Ok(tree) => match too_deep(&source.path, &tree) {
            None => Some(tree),
            Some(place) => {
                diagnostics.push(
                    Diagnostic::new(Code::Syntax, &place, format!("this nests more than {MAX_DEPTH} levels deep"))
                        .label("the reader stopped here")
                        .help("write it out flatter; a spec nests two dozen levels"),
                );
                None
            }
        },
        Err(error) => {
            let place = Pointer::file(&source.path);
            let words = error.to_string();
            let message = words.split(" at line ").next().unwrap_or(&words);
            let message = advice::without_jargon(message);
            let mut diagnostic = Diagnostic::new(Code::Syntax, &place, format!("this is not YAML: {message}"))
                .label("the reader stopped here");
            if let Some(location) = error.location() {
                diagnostic = diagnostic.position(location.line(), location.column());
            }
            diagnostic.help = advice::advice(&message, text, error.location()).map(str::to_owned);
            diagnostics.push(diagnostic);
            None
        }
    }
}

/// What the YAML reader would take too long over, or say in words that help nobody.
fn unreadable(file: &str, text: &str) -> Option<Diagnostic> {
    let place = Pointer::file(file);
    let is_blank = |line: &str| line.trim().is_empty() || line.trim_start().starts_with('#');
    if text.lines().all(is_blank) {
        return Some(
            Diagnostic::new(Code::Syntax, &place, "this file is empty")
                .position(1, 1)
                .label("nothing to read")
                .help("begin with `openapi: 3.0.3`, or delete the file"),
        );
    }
    // The reader takes time in the square of the depth of brackets. Those inside of texts count here, too, but no
    // text holds a thousand that are not closed.
    let mut depth = 0_usize;
    for (index, line) in text.lines().enumerate() {
        for (column, letter) in line.chars().enumerate() {
            match letter {
                '[' | '{' => depth += 1,
                ']' | '}' => depth = depth.saturating_sub(1),
                _ => {}
            }
            if depth > 1000 {
                return Some(
                    Diagnostic::new(Code::Syntax, &place, "this opens 1000 brackets and closes none of them")
                        .position(index + 1, column + 1)
                        .label("the reader stopped here")
                        .help("look for brackets that are not closed"),
                );
            }
        }
    }
    None
}

/// Deeper trees could exhaust the stack: `openapiv3` takes several large frames for each level.
const MAX_DEPTH: usize = 48;

/// The first place that is too deep.
fn too_deep(file: &str, tree: &Tree) -> Option<Pointer> {
    fn find<'t>(cursor: &mut Cursor<'t>, tree: &'t Tree<'t>, left: usize) -> Option<Pointer> {
        if left == 0 {
            return Some(cursor.place());
        }
        let mut below = |step: Step<'t>, tree: &'t Tree<'t>| {
            if !matches!(tree, Tree::List(_) | Tree::Map(_)) {
                return None;
            }
            cursor.push(step);
            let found = find(cursor, tree, left - 1);
            cursor.pop();
            found
        };
        match tree {
            Tree::List(list) => list.iter().enumerate().find_map(|(index, tree)| below(Step::Index(index), tree)),
            Tree::Map(entries) => entries.iter().find_map(|(key, tree)| below(Step::Key(key), tree)),
            _ => None,
        }
    }
    find(&mut Cursor::new(file), tree, MAX_DEPTH)
}
