//! Walks over the trees of documents, for rules about what the IR does not keep.

use crate::yaml::{Cursor, Step, Tree};

/// What a schema is for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    /// A named component.
    Component,
    /// A field of an object, or the schema of a parameter.
    Field,
    /// The elements of a list, or the values of a map.
    Element,
    /// A body, an envelope, or what `allOf` joins.
    Frame,
}

/// Visits every schema that is no `$ref`.
pub(crate) fn schemas<'t>(file: &str, document: &'t Tree, visit: &mut dyn FnMut(&Cursor<'t>, &'t Tree, Role)) {
    let mut cursor = Cursor::new(file);
    below(&mut cursor, document, "components", &mut |cursor, components| {
        each(cursor, components, "schemas", &mut |cursor, tree| schema(cursor, tree, Role::Component, visit));
        each(cursor, components, "parameters", &mut |cursor, tree| {
            below(cursor, tree, "schema", &mut |cursor, tree| schema(cursor, tree, Role::Field, visit));
        });
        each(cursor, components, "responses", &mut |cursor, tree| content(cursor, tree, visit));
    });
    operations(file, document, &mut |cursor, tree| {
        let mut cursor = cursor.clone();
        each(&mut cursor, tree, "parameters", &mut |cursor, tree| {
            below(cursor, tree, "schema", &mut |cursor, tree| schema(cursor, tree, Role::Field, visit));
        });
        below(&mut cursor, tree, "requestBody", &mut |cursor, tree| content(cursor, tree, visit));
        each(&mut cursor, tree, "responses", &mut |cursor, tree| content(cursor, tree, visit));
    });
}

/// Visits every parameter that is no `$ref`.
pub(crate) fn parameters<'t>(file: &str, document: &'t Tree, visit: &mut dyn FnMut(&Cursor<'t>, &'t Tree)) {
    let mut cursor = Cursor::new(file);
    below(&mut cursor, document, "components", &mut |cursor, components| {
        each(cursor, components, "parameters", &mut |cursor, tree| visit(cursor, tree));
    });
    operations(file, document, &mut |cursor, tree| {
        each(&mut cursor.clone(), tree, "parameters", &mut |cursor, tree| visit(cursor, tree));
    });
}

/// Visits every operation.
pub(crate) fn operations<'t>(file: &str, document: &'t Tree, visit: &mut dyn FnMut(&Cursor<'t>, &'t Tree)) {
    let mut cursor = Cursor::new(file);
    each(&mut cursor, document, "paths", &mut |cursor, item| {
        for (verb, operation) in item.entries() {
            cursor.push(Step::Key(verb));
            visit(cursor, operation);
            cursor.pop();
        }
    });
}

fn content<'t>(cursor: &mut Cursor<'t>, tree: &'t Tree, visit: &mut dyn FnMut(&Cursor<'t>, &'t Tree, Role)) {
    each(cursor, tree, "content", &mut |cursor, media| {
        below(cursor, media, "schema", &mut |cursor, tree| schema(cursor, tree, Role::Frame, visit));
    });
}

fn schema<'t>(cursor: &mut Cursor<'t>, tree: &'t Tree, role: Role, visit: &mut dyn FnMut(&Cursor<'t>, &'t Tree, Role)) {
    if tree.get("$ref").is_some() {
        return;
    }
    visit(cursor, tree, role);
    each(cursor, tree, "properties", &mut |cursor, tree| schema(cursor, tree, Role::Field, visit));
    for key in ["items", "additionalProperties"] {
        below(cursor, tree, key, &mut |cursor, tree| schema(cursor, tree, Role::Element, visit));
    }
    each(cursor, tree, "allOf", &mut |cursor, tree| schema(cursor, tree, Role::Frame, visit));
}

/// Visits the value of a key.
fn below<'t>(cursor: &mut Cursor<'t>, tree: &'t Tree, key: &'t str, visit: &mut dyn FnMut(&mut Cursor<'t>, &'t Tree)) {
    if let Some(tree) = tree.get(key) {
        cursor.push(Step::Key(key));
        visit(cursor, tree);
        cursor.pop();
    }
}

/// Visits the entries or elements of the value of a key.
fn each<'t>(cursor: &mut Cursor<'t>, tree: &'t Tree, key: &'t str, visit: &mut dyn FnMut(&mut Cursor<'t>, &'t Tree)) {
    below(cursor, tree, key, &mut |cursor, tree| match tree {
        Tree::Map(entries) => entries.iter().for_each(|(key, tree)| {
            cursor.push(Step::Key(key));
            visit(cursor, tree);
            cursor.pop();
        }),
        Tree::List(list) => list.iter().enumerate().for_each(|(index, tree)| {
            cursor.push(Step::Index(index));
            visit(cursor, tree);
            cursor.pop();
        }),
        _ => {}
    });
}
