//! Visits every `$ref` of a tree. The grammar says where one may stand: inside examples there are none.

use std::borrow::Cow;

use super::grammar::{COMPONENTS, DOCUMENT, Object, Section, Shape};
use crate::yaml::Tree;

/// Visits the references of a whole document.
pub(crate) fn in_document(tree: &mut Tree, visit: &mut impl FnMut(&mut Cow<'_, str>)) {
    object(tree, &DOCUMENT, visit);
}

/// Visits the references of one component.
pub(crate) fn in_component(tree: &mut Tree, section: Section, visit: &mut impl FnMut(&mut Cow<'_, str>)) {
    if let Some(Shape::Map(component)) = COMPONENTS.shape(section.name()) {
        shaped(tree, component, visit);
    }
}

fn object(tree: &mut Tree, grammar: &'static Object, visit: &mut impl FnMut(&mut Cow<'_, str>)) {
    let Tree::Map(entries) = tree else { return };
    for (key, value) in entries {
        if let Some(shape) = grammar.shape(key) {
            shaped(value, shape, visit);
        }
    }
}

fn shaped(tree: &mut Tree, shape: &'static Shape, visit: &mut impl FnMut(&mut Cow<'_, str>)) {
    // No arm for all the rest: a new shape must say whether references may stand in it.
    match shape {
        Shape::List(item) => {
            if let Tree::List(list) = tree {
                list.iter_mut().for_each(|tree| shaped(tree, item, visit));
            }
        }
        Shape::Map(value) | Shape::Responses(value) => {
            if let Tree::Map(entries) = tree {
                entries.iter_mut().for_each(|(_, tree)| shaped(tree, value, visit));
            }
        }
        Shape::Object(grammar) => object(tree, grammar, visit),
        Shape::OrReference(grammar) => match reference(tree) {
            Some(reference) => visit(reference),
            None => object(tree, grammar, visit),
        },
        Shape::Text | Shape::Word(_) | Shape::Boolean | Shape::Integer | Shape::Count | Shape::Number | Shape::Any => {}
    }
}

/// The target, if the tree is a reference and nothing else.
fn reference<'t, 's>(tree: &'t mut Tree<'s>) -> Option<&'t mut Cow<'s, str>> {
    let is_reference = tree.get("$ref").is_some();
    match tree {
        Tree::Map(entries) if is_reference => entries.iter_mut().find_map(|(key, value)| match value {
            Tree::Text(text) if key == "$ref" => Some(text),
            _ => None,
        }),
        _ => None,
    }
}
