//! One API, arranged so that two of them can be held side by side.

use std::collections::{BTreeMap, BTreeSet};

use crate::diagnostic::Pointer;
use crate::ir::{Api, Module, Operation, Struct, TypeDef, TypePath, Values};

/// What a comparison looks up.
pub(super) struct Index<'a> {
    pub(super) types: BTreeMap<TypePath, &'a TypeDef>,
    pub(super) operations: BTreeMap<&'a str, &'a Operation>,
    /// The operations and events that send or receive a type, directly or inside others.
    pub(super) users: BTreeMap<TypePath, BTreeSet<&'a str>>,
    /// How many operations take a shared parameter, by where it stands.
    pub(super) parameters: BTreeMap<&'a Pointer, usize>,
}

impl<'a> Index<'a> {
    pub(super) fn of(api: &'a Api) -> Self {
        let operations: BTreeMap<&str, &Operation> =
            api.operations().map(|operation| (operation.id.as_str(), operation)).collect();
        let mut index =
            Index { types: api.types().collect(), operations, users: BTreeMap::new(), parameters: BTreeMap::new() };
        let operations: Vec<&Operation> = index.operations.values().copied().collect();
        for operation in operations {
            index.mark(api.reach(operation.request_fields().chain(&operation.answer)), &operation.id);
            let parameters = operation.path_parameters.iter().chain(&operation.query).map(|field| &field.place);
            for place in parameters.filter(|place| place.path.starts_with("/components/parameters/")) {
                *index.parameters.entry(place).or_default() += 1;
            }
        }
        for event in api.events() {
            index.mark(api.reach(&event.fields), &event.id);
        }
        index
    }

    fn mark(&mut self, types: BTreeSet<&TypePath>, user: &'a str) {
        for path in types {
            self.users.entry(path.clone()).or_default().insert(user);
        }
    }

    /// How many operations use a type.
    pub(super) fn count(&self, path: &TypePath) -> usize {
        self.users.get(path).map_or(0, BTreeSet::len)
    }
}

/// Which type of the new API continues which one of the old, where the path is another.
pub(super) fn renamed(old: &Index<'_>, new: &Index<'_>) -> BTreeMap<TypePath, TypePath> {
    let gone: Vec<_> = old.types.iter().filter(|(path, _)| !new.types.contains_key(path)).collect();
    let mut fresh: Vec<_> = new.types.iter().filter(|(path, _)| !old.types.contains_key(path)).collect();
    let mut renamed = BTreeMap::new();
    // A type that keeps its name has moved; only then are shapes compared.
    let same_name = |a: (&TypePath, &TypeDef), b: (&TypePath, &TypeDef)| a.0.name == b.0.name && kind(a.1) == kind(b.1);
    let same_shape =
        |a: (&TypePath, &TypeDef), b: (&TypePath, &TypeDef)| shape(a.1).is_some_and(|found| Some(found) == shape(b.1));
    for (path, definition) in &gone {
        let found = fresh.iter().position(|(other, candidate)| same_name((path, definition), (other, candidate)));
        if let Some(found) = found {
            renamed.insert((*path).clone(), fresh.remove(found).0.clone());
        }
    }
    for (path, definition) in &gone {
        if renamed.contains_key(*path) {
            continue;
        }
        let found = fresh.iter().position(|(other, candidate)| same_shape((path, definition), (other, candidate)));
        if let Some(found) = found {
            renamed.insert((*path).clone(), fresh.remove(found).0.clone());
        }
    }
    renamed
}

/// What a type is, in a word.
pub(super) fn kind(definition: &TypeDef) -> &'static str {
    match definition {
        TypeDef::Struct(_) => "object",
        TypeDef::Enum(definition) => match definition.values {
            Values::Strings(_) => "enum of texts",
            Values::Integers(_) => "enum of numbers",
        },
    }
}

/// What a type holds, without its name; `None` if that says too little to recognize it by.
fn shape(definition: &TypeDef) -> Option<Vec<String>> {
    let parts: Vec<String> = match definition {
        TypeDef::Struct(Struct { fields, .. }) => {
            fields.iter().map(|field| format!("{} {}", field.name, field.ty.rust())).collect()
        }
        TypeDef::Enum(definition) => match &definition.values {
            Values::Strings(variants) => variants.iter().map(|variant| format!("text {}", variant.value)).collect(),
            Values::Integers(variants) => variants.iter().map(|variant| format!("number {}", variant.value)).collect(),
        },
    };
    (parts.len() > 1).then_some(parts)
}

/// A type as users write it: `task::v2::Member`.
pub(super) fn rust_path(path: &TypePath) -> String {
    let name = &path.name;
    match &path.module {
        Module::Shared => name.clone(),
        Module::Version { service, version } => format!("{service}::{version}::{name}"),
        Module::Resource { service, version, resource } => format!("{service}::{version}::{resource}::{name}"),
    }
}
