//! Rules about components as a whole: those that nothing uses, and references that nothing else follows.

use std::collections::BTreeSet;

use super::context::Context;
use crate::diagnostic::{Code, Diagnostic, Diagnostics, Pointer, nearest};
use crate::dialect::Section;
use crate::load::{Document, Resolved};
use crate::yaml::Tree;

/// References that lowering does not follow: security schemes, and components of components.
pub(crate) fn references(context: &Context<'_>, document: &Document, diagnostics: &mut Diagnostics) {
    let Some(components) = document.tree.get("components") else { return };
    for section in [Section::SecuritySchemes, Section::Responses, Section::Parameters] {
        let place = Pointer::file(&document.path).key("components").key(section.name());
        for (name, tree) in components.get(section.name()).map_or(&[][..], Tree::entries) {
            let Some(reference) = tree.get("$ref").and_then(Tree::text) else { continue };
            let place = place.key(name);
            match context.documents.resolve(&place, reference, section) {
                Err(Some(diagnostic)) => diagnostics.push(*diagnostic),
                // Security schemes are repeated in every file, so that it stands on its own.
                _ if section == Section::SecuritySchemes => {}
                _ => diagnostics.push(
                    Diagnostic::new(Code::Component, &place.key("$ref"), "a component is a thing of its own")
                        .label("refers to another one")
                        .help("refer to the other one where it is used"),
                ),
            }
        }
    }
    if let Some(security) = components.get("securitySchemes") {
        const TOKENS: [&str; 2] = ["tenant_access_token", "user_access_token"];
        let place = Pointer::file(&document.path).key("components").key("securitySchemes");
        for (name, _) in security.entries().iter().filter(|(name, _)| !TOKENS.contains(&&**name)) {
            let mut diagnostic = Diagnostic::new(Code::Tokens, &place.key(name), format!("`{name}` is no token"))
                .at_key()
                .label("expected `tenant_access_token` or `user_access_token`");
            if let Some(near) = nearest(name, TOKENS.into_iter()) {
                diagnostic = diagnostic.help(format!("did you mean `{near}`?"));
            }
            diagnostics.push(diagnostic);
        }
    }
}

/// Components that no operation leads to.
///
/// `spec/common.yaml` is left out: it offers what any service may use, and is read beside parts of the spec, too.
pub(crate) fn components(context: &Context<'_>, diagnostics: &mut Diagnostics) {
    let mut used: BTreeSet<(Section, Resolved)> = BTreeSet::new();
    for document in context.documents.iter() {
        for start in ["paths", "x-webhooks"].into_iter().filter_map(|key| document.tree.get(key)) {
            follow(context, &document.path, start, &mut used);
        }
    }
    for document in context.documents.iter().filter(|document| !is_shared(&document.path)) {
        for section in [Section::Schemas, Section::Parameters, Section::Responses] {
            for name in document.names(section) {
                let component = Resolved { file: document.path.clone(), name: name.to_owned() };
                let place = component.place(section);
                if !used.contains(&(section, component)) {
                    diagnostics.push(
                        Diagnostic::new(Code::UnusedComponent, &place, format!("nothing uses `{name}`"))
                            .at_key()
                            .label("no operation leads here")
                            .help("remove it, or refer to it"),
                    );
                }
            }
        }
    }
}

fn is_shared(file: &str) -> bool {
    matches!(file, "spec/common.yaml" | "common.yaml")
}

/// Follows every `$ref` below a tree, and below what it leads to.
fn follow<'a>(context: &Context<'a>, file: &'a str, tree: &'a Tree, used: &mut BTreeSet<(Section, Resolved)>) {
    let mut open: Vec<(&str, &Tree)> = vec![(file, tree)];
    while let Some((file, tree)) = open.pop() {
        match tree {
            Tree::List(list) => open.extend(list.iter().filter(|tree| is_branch(tree)).map(|tree| (file, tree))),
            Tree::Map(entries) => {
                for (key, value) in entries {
                    if let ("$ref", Tree::Text(reference)) = (&**key, value) {
                        let Some((section, resolved)) = resolve(context, file, reference) else { continue };
                        let Some(document) = context.documents.get(&resolved.file) else { continue };
                        let Some(component) = context.documents.component(&resolved, section) else { continue };
                        if used.insert((section, resolved)) {
                            open.push((&document.path, component));
                        }
                    } else if is_branch(value) {
                        open.push((file, value));
                    }
                }
            }
            _ => {}
        }
    }
}

fn is_branch(tree: &Tree) -> bool {
    matches!(tree, Tree::Map(_) | Tree::List(_))
}

fn resolve(context: &Context<'_>, file: &str, reference: &str) -> Option<(Section, Resolved)> {
    let place = Pointer::file(file);
    [Section::Schemas, Section::Parameters, Section::Responses]
        .into_iter()
        .find(|section| reference.split('/').any(|part| part == section.name()))
        .and_then(|section| Some((section, context.documents.resolve(&place, reference, section).ok()?)))
}
