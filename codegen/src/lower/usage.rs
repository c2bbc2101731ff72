//! Which types are sent, which are received; fields of received ones need not be there.

use std::collections::{BTreeSet, HashMap};

use crate::ir::{Api, Field, Module, Operation, Presence, Struct, Type, TypeDef, TypePath, Usage};

/// Marks every struct with its use, and relaxes what only answers hold.
pub(crate) fn settle(api: &mut Api) {
    let types = types_in_structs(api);
    let operations =
        || api.versions.iter().flat_map(|version| &version.resources).flat_map(|resource| &resource.operations);
    let sent = reach(&types, operations().flat_map(Operation::request_fields));
    let events = || api.versions.iter().flat_map(|version| &version.resources).flat_map(|resource| &resource.events);
    let answers = operations().flat_map(|operation| &operation.answer);
    let received = reach(&types, answers.chain(events().flat_map(|event| &event.fields)));
    for_each_struct(api, |path, definition| {
        definition.usage = Usage { request: sent.contains(path), response: received.contains(path) };
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

fn reach<'a>(structs: &'a HashMap<TypePath, Vec<Type>>, roots: impl Iterator<Item = &'a Field>) -> BTreeSet<TypePath> {
    let mut reached = BTreeSet::new();
    let mut open: Vec<&Type> = roots.map(|field| &field.ty).collect();
    while let Some(ty) = open.pop() {
        match ty {
            Type::List(item) | Type::Map(item) => open.push(item),
            Type::Struct(path) if reached.insert(path.clone()) => {
                open.extend(structs.get(path).into_iter().flatten());
            }
            _ => {}
        }
    }
    reached
}

fn types_in_structs(api: &mut Api) -> HashMap<TypePath, Vec<Type>> {
    let mut types = HashMap::new();
    for_each_struct(api, |path, definition| {
        types.insert(path.clone(), definition.fields.iter().map(|field| field.ty.clone()).collect());
    });
    types
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
