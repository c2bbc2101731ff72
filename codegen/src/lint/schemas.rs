//! Rules about single schemas: keys, limits, texts of enums, facts from running text.

use std::borrow::Cow;

use super::context::Context;
use crate::diagnostic::{Code, Diagnostic, Diagnostics, nearest};
use crate::dialect::Section;
use crate::ir::LimitKey;
use crate::yaml::{Cursor, Tree};

/// Texts for values that the enum does not have.
pub(crate) fn enum_descriptions(cursor: &Cursor<'_>, tree: &Tree, diagnostics: &mut Diagnostics) {
    let Some(Tree::List(values)) = tree.get("enum") else { return };
    let values: Vec<Cow<'_, str>> = values
        .iter()
        .map(|value| match value {
            Tree::Text(text) => Cow::Borrowed(&**text),
            Tree::Integer(number) => Cow::Owned(number.to_string()),
            _ => Cow::Borrowed(""),
        })
        .collect();
    for (key, _) in tree.get("x-enumDescriptions").map_or(&[][..], Tree::entries) {
        if values.contains(key) {
            continue;
        }
        let help = match nearest(key, values.iter().map(|value| &**value)) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "add it to `enum`, or remove the text".to_owned(),
        };
        diagnostics.push(
            Diagnostic::new(
                Code::EnumNames,
                &cursor.place().key("x-enumDescriptions").key(key),
                format!("the enum has no value `{key}`"),
            )
            .at_key()
            .label("describes nothing")
            .help(help),
        );
    }
}

/// Limits that nothing can satisfy.
pub(crate) fn limits(cursor: &Cursor<'_>, tree: &Tree, diagnostics: &mut Diagnostics) {
    let limits = crate::lower::limits(tree);
    for (low, high) in limits.contradictions() {
        let (low, high, least, most) = (low.key().name(), high.key().name(), low, high);
        let message = format!("`{low}` is {least}, `{high}` is {most}: no value satisfies both");
        diagnostics.push(
            Diagnostic::new(Code::Limits, &cursor.place().key(low), message)
                .label(format!("more than `{high}`"))
                .help("look at the page; perhaps the two are swapped"),
        );
    }
    for limit in limits.own.iter().filter(|limit| limit.allows_nothing()) {
        let key = limit.key().name();
        diagnostics.push(
            Diagnostic::new(Code::Limits, &cursor.place().key(key), format!("`{key}` of 0 allows nothing"))
                .label("only the empty value would do")
                .help("look at the page; leave the limit out when it states none"),
        );
    }
    let Some(pattern) = tree.get("pattern").and_then(Tree::text) else { return };
    if let Err(error) = regex_lite::Regex::new(pattern) {
        diagnostics.push(
            Diagnostic::new(Code::Limits, &cursor.place().key("pattern"), "this pattern is no regular expression")
                .label(error.to_string())
                .help("write it in the syntax of Rust's `regex`; look-around and back references are not known"),
        );
    }
}

/// Facts of `x-feishu-prose` that do not stand beside it.
pub(crate) fn prose(context: &Context<'_>, cursor: &Cursor<'_>, tree: &Tree, diagnostics: &mut Diagnostics) {
    const OTHERS: [&str; 4] = ["enum", "default", "required", "format"];
    let known = || LimitKey::ALL.into_iter().map(LimitKey::name).chain(OTHERS);
    let Some(Tree::List(facts)) = tree.get("x-feishu-prose") else { return };
    for (index, fact) in facts.iter().enumerate() {
        let Some(fact) = fact.text() else { continue };
        let (message, help) = if !known().any(|name| name == fact) {
            let help = match nearest(fact, known()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("known facts are {}", known().collect::<Vec<_>>().join(", ")),
            };
            (format!("`{fact}` is no fact that a page could state"), help)
        } else if facts[..index].iter().any(|earlier| earlier.text() == Some(fact)) {
            (format!("`{fact}` stands here twice"), "remove one of the two".to_owned())
        } else if !has_fact(context, cursor, tree, fact) {
            (format!("there is no `{fact}` beside this"), format!("add `{fact}`, or take it off the list"))
        } else {
            continue;
        };
        let place = cursor.place().key("x-feishu-prose").index(index);
        diagnostics.push(Diagnostic::new(Code::Prose, &place, message).label("names nothing").help(help));
    }
}

fn has_fact(context: &Context<'_>, cursor: &Cursor<'_>, tree: &Tree, fact: &str) -> bool {
    // Whether a property is required stands in the object around it, and is held against the page elsewhere.
    if fact == "required" || tree.get(fact).is_some() {
        return true;
    }
    let of_component = |tree: &Tree| {
        let reference = tree.get("$ref").and_then(Tree::text)?;
        let resolved = context.documents.resolve(&cursor.place(), reference, Section::Schemas).ok()?;
        let component = context.documents.component(&resolved, Section::Schemas)?;
        Some(component.get(fact).is_some())
    };
    let joined = match tree.get("allOf") {
        Some(Tree::List(list)) => &list[..],
        _ => &[],
    };
    joined.iter().any(|tree| of_component(tree) == Some(true))
        || ["schema", "items", "additionalProperties"].iter().any(|key| {
            tree.get(key).is_some_and(|tree| of_component(tree) == Some(true) || has_fact(context, cursor, tree, fact))
        })
}
