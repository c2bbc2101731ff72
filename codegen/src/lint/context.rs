//! What rules look things up in.

use std::collections::{BTreeSet, HashMap};

use crate::diagnostic::{Diagnostics, Pointer};
use crate::ir::{Api, Event, Module, Operation, Resource, Struct, Type, TypeDef, TypePath, Version};
use crate::load::Documents;

/// The API, what it was read from, and what is missing in it.
pub(crate) struct Context<'a> {
    pub(crate) documents: &'a Documents<'a>,
    pub(crate) api: &'a Api,
    types: HashMap<TypePath, &'a TypeDef>,
    broken: BTreeSet<(String, String)>,
}

impl<'a> Context<'a> {
    pub(crate) fn new(documents: &'a Documents<'a>, api: &'a Api, found: &Diagnostics) -> Self {
        let broken = found.broken_places().map(|place| (place.file.clone(), place.path.clone())).collect();
        Context { documents, api, types: types(api).collect(), broken }
    }

    /// Whether everything at and below a place could be read.
    pub(crate) fn is_whole(&self, place: &Pointer) -> bool {
        if self.broken.is_empty() {
            return true;
        }
        let below = format!("{}/", place.path);
        let first = self.broken.range((place.file.clone(), below.clone())..).next();
        let broken_below = first.is_some_and(|(file, pointer)| *file == place.file && pointer.starts_with(&below));
        !broken_below && !self.broken.contains(&(place.file.clone(), place.path.clone()))
    }

    pub(crate) fn ty(&self, path: &TypePath) -> Option<&'a TypeDef> {
        self.types.get(path).copied()
    }

    pub(crate) fn types(&self) -> impl Iterator<Item = (TypePath, &'a TypeDef)> + use<'a> {
        types(self.api)
    }

    pub(crate) fn structs(&self) -> impl Iterator<Item = &'a Struct> + use<'a> {
        types(self.api).filter_map(|(_, definition)| match definition {
            TypeDef::Struct(definition) => Some(definition),
            TypeDef::Enum(_) => None,
        })
    }

    pub(crate) fn resources(&self) -> impl Iterator<Item = (&'a Version, &'a Resource)> + use<'a> {
        let api = self.api;
        api.versions.iter().flat_map(|version| version.resources.iter().map(move |resource| (version, resource)))
    }

    pub(crate) fn operations(&self) -> impl Iterator<Item = &'a Operation> + use<'a> {
        self.resources().flat_map(|(_, resource)| &resource.operations)
    }

    pub(crate) fn events(&self) -> impl Iterator<Item = &'a Event> + use<'a> {
        self.resources().flat_map(|(_, resource)| &resource.events)
    }

    /// The places of all structs and enums that an operation sends or receives.
    pub(crate) fn reach(&self, operation: &'a Operation) -> BTreeSet<&'a Pointer> {
        let mut reached = BTreeSet::new();
        let fields = operation.request_fields().chain(&operation.answer);
        let mut open: Vec<&Type> = fields.map(|field| &field.ty).collect();
        while let Some(ty) = open.pop() {
            match ty {
                Type::List(item) | Type::Map(item) => open.push(item),
                Type::Struct(path) | Type::Enum(path) => match self.ty(path) {
                    Some(TypeDef::Struct(definition)) if reached.insert(&definition.place) => {
                        open.extend(definition.fields.iter().map(|field| &field.ty));
                    }
                    Some(TypeDef::Enum(definition)) => {
                        reached.insert(&definition.place);
                    }
                    _ => {}
                },
                _ => {}
            }
        }
        reached
    }
}

/// The module of a resource.
pub(crate) fn module_of_resource(version: &Version, resource: &Resource) -> Module {
    Module::Resource {
        service: version.service.clone(),
        version: version.version.clone(),
        resource: resource.name.clone(),
    }
}

fn types(api: &Api) -> impl Iterator<Item = (TypePath, &TypeDef)> {
    let shared = api.shared.iter().map(|definition| (Module::Shared, definition));
    let versions = api.versions.iter().flat_map(|version| {
        let module = Module::Version { service: version.service.clone(), version: version.version.clone() };
        let own = version.types.iter().map(move |definition| (module.clone(), definition));
        let resources = version.resources.iter().flat_map(|resource| {
            let module = module_of_resource(version, resource);
            resource.types.iter().map(move |definition| (module.clone(), definition))
        });
        own.chain(resources)
    });
    shared.chain(versions).map(|(module, definition)| {
        let path = TypePath { module, name: definition.name().to_owned() };
        (path, definition)
    })
}
