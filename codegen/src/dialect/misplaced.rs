//! Keys that do not go with the type of their schema: `openapiv3` gives up on such a schema without a word.

use super::grammar::{goes_with_all, is_of_elements, keys_of};
use super::visit::{self, Role};
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::yaml::{Cursor, Tree};

/// Reports misplaced keys. Gives the tree without them, if there are any, so that the rest can be read.
pub(crate) fn without_misplaced_keys<'s>(
    file: &str,
    tree: &Tree<'s>,
    diagnostics: &mut Diagnostics,
) -> Option<Tree<'s>> {
    let mut found = Vec::new();
    visit::schemas(file, tree, &mut |cursor, tree, role| misplaced_keys(cursor, tree, role, &mut found));
    if found.is_empty() {
        return None;
    }
    let mut tree = tree.clone();
    for diagnostic in found {
        tree.remove(&diagnostic.place);
        diagnostics.push(diagnostic);
    }
    Some(tree)
}

/// Keys that do not go with the type, or that nothing reads where they stand.
fn misplaced_keys(cursor: &Cursor<'_>, tree: &Tree, role: Role, found: &mut Vec<Diagnostic>) {
    let ty = if tree.get("allOf").is_some() { "allOf" } else { tree.get("type").and_then(Tree::text).unwrap_or("") };
    for (key, _) in tree.entries() {
        let unread = matches!(role, Role::Element) && !is_of_elements(key);
        let (message, help) = if unread {
            (format!("`{key}` of an element is not read"), "write it beside the list or map itself".to_owned())
        } else if ty == "allOf" && key == "type" {
            (
                "`type` beside `allOf` has no effect".to_owned(),
                "remove it; the type is that of the component".to_owned(),
            )
        } else if goes_with_all(key) || keys_of(ty).any(|known| known == key) {
            continue;
        } else {
            let known: Vec<String> = keys_of(ty).map(|key| format!("`{key}`")).collect();
            let help = match &known[..] {
                [] => "remove it, or write another `type`".to_owned(),
                known => {
                    format!("remove it, or write another `type`; keys that go with this one: {}", known.join(", "))
                }
            };
            let what = match ty {
                "allOf" => "a schema with `allOf`".to_owned(),
                ty => format!("a schema of type `{ty}`"),
            };
            (format!("`{key}` says nothing about {what}"), help)
        };
        found.push(
            Diagnostic::new(Code::MisplacedKey, &cursor.place().key(key), message)
                .at_key()
                .label("has no effect here")
                .help(help),
        );
    }
    if tree.get("properties").is_some() && tree.get("additionalProperties").is_some() {
        found.push(
            Diagnostic::new(
                Code::MisplacedKey,
                &cursor.place().key("additionalProperties"),
                "`additionalProperties` beside `properties`",
            )
            .at_key()
            .label("an object is a struct or a map, not both")
            .help("remove one of the two; unknown fields of answers are ignored anyway"),
        );
    }
}
