//! Which types are sent, which are received, and which are checked before they are sent; fields of received ones need
//! not be there.

use std::collections::BTreeSet;

use crate::ir::{Api, Field, Module, Operation, Presence, Struct, Type, TypeDef, TypePath, Usage};

/// Marks every struct with its use, and relaxes what only answers hold.
pub(crate) fn settle(api: &mut Api) {
    let owned = |paths: BTreeSet<&TypePath>| -> BTreeSet<TypePath> { paths.into_iter().cloned().collect() };
    let sent = owned(api.reach(api.operations().flat_map(Operation::request_fields)));
    let answers = api.operations().flat_map(|operation| &operation.answer);
    let received = owned(api.reach(answers.chain(api.events().flat_map(|event| &event.fields))));
    let checked = checked(api, &sent);
    for_each_struct(api, |path, definition| {
        definition.usage = Usage { request: sent.contains(path), response: received.contains(path) };
        definition.is_checked = checked.contains(path);
        if !definition.usage.request {
            definition.fields.iter_mut().for_each(relax);
        }
    });
    for version in &mut api.versions {
        for operation in version.resources.iter_mut().flat_map(|resource| &mut resource.operations) {
            operation.answer.iter_mut().for_each(relax);
        }
        for event in version.resources.iter_mut().flat_map(|resource| &mut resource.events) {
            event.fields.iter_mut().for_each(relax);
        }
    }
}

/// In answers, what has a natural empty value is plain, and the rest is optional.
fn relax(field: &mut Field) {
    field.presence = match field.ty {
        Type::String | Type::Millis | Type::Seconds | Type::List(_) | Type::Map(_) => Presence::Defaulted,
        _ => Presence::Optional,
    };
}

/// The sent structs of which something is checked, or that hold such structs.
fn checked(api: &Api, sent: &BTreeSet<TypePath>) -> BTreeSet<TypePath> {
    let mut checked: BTreeSet<TypePath> = BTreeSet::new();
    loop {
        let is_new = |path: &&TypePath| {
            let holds_checked = |field: &Field| field.ty.named().is_some_and(|path| checked.contains(path));
            !checked.contains(*path)
                && api.fields(path).iter().any(|field| holds_checked(field) || field.limits.are_checked(&field.ty))
        };
        let more: Vec<TypePath> = sent.iter().filter(is_new).cloned().collect();
        if more.is_empty() {
            return checked;
        }
        checked.extend(more);
    }
}

fn for_each_struct(api: &mut Api, mut visit: impl FnMut(&TypePath, &mut Struct)) {
    let mut visit_all = |module: Module, types: &mut Vec<TypeDef>| {
        for definition in types {
            if let TypeDef::Struct(definition) = definition {
                let path = TypePath { module: module.clone(), name: definition.name.clone() };
                visit(&path, definition);
            }
        }
    };
    visit_all(Module::Shared, &mut api.shared);
    for version in &mut api.versions {
        let (service, name) = (version.service.clone(), version.version.clone());
        visit_all(Module::Version { service: service.clone(), version: name.clone() }, &mut version.types);
        for resource in &mut version.resources {
            let module =
                Module::Resource { service: service.clone(), version: name.clone(), resource: resource.name.clone() };
            visit_all(module, &mut resource.types);
        }
    }
}
