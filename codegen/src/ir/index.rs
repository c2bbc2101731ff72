//! Ways through an API: its types, operations and events, and which types lead to which.

use std::collections::BTreeSet;

use super::{Api, Event, Field, Module, Operation, Resource, Struct, TypeDef, TypePath, Version};

impl Version {
    /// The module of its own types.
    pub fn module(&self) -> Module {
        Module::Version { service: self.service.clone(), version: self.version.clone() }
    }

    /// The module of one of its resources.
    pub fn module_of(&self, resource: &Resource) -> Module {
        let (service, version) = (self.service.clone(), self.version.clone());
        Module::Resource { service, version, resource: resource.name.clone() }
    }
}

impl Api {
    /// All resources with the versions that they belong to.
    pub fn resources(&self) -> impl Iterator<Item = (&Version, &Resource)> {
        self.versions.iter().flat_map(|version| version.resources.iter().map(move |resource| (version, resource)))
    }

    /// All operations.
    pub fn operations(&self) -> impl Iterator<Item = &Operation> {
        self.resources().flat_map(|(_, resource)| &resource.operations)
    }

    /// All events.
    pub fn events(&self) -> impl Iterator<Item = &Event> {
        self.resources().flat_map(|(_, resource)| &resource.events)
    }

    /// All types with their paths: those at the root, then those of each version and its resources.
    pub fn types(&self) -> impl Iterator<Item = (TypePath, &TypeDef)> {
        let versions = self.versions.iter().flat_map(|version| {
            let resources = version.resources.iter();
            let resources = resources.map(move |resource| (version.module_of(resource), &resource.types));
            std::iter::once((version.module(), &version.types)).chain(resources)
        });
        let modules = std::iter::once((Module::Shared, &self.shared)).chain(versions);
        modules.flat_map(|(module, types)| {
            types.iter().map(move |definition| {
                (TypePath { module: module.clone(), name: definition.name().to_owned() }, definition)
            })
        })
    }

    /// All structs.
    pub fn structs(&self) -> impl Iterator<Item = &Struct> {
        self.types().filter_map(|(_, definition)| match definition {
            TypeDef::Struct(definition) => Some(definition),
            TypeDef::Enum(_) => None,
        })
    }

    /// The type at a path.
    pub fn get(&self, path: &TypePath) -> Option<&TypeDef> {
        let find_version = |service: &str, version: &str| {
            self.versions.iter().find(|found| found.service == service && found.version == version)
        };
        let types = match &path.module {
            Module::Shared => &self.shared,
            Module::Version { service, version } => &find_version(service, version)?.types,
            Module::Resource { service, version, resource } => {
                let resources = &find_version(service, version)?.resources;
                &resources.iter().find(|found| found.name == *resource)?.types
            }
        };
        // Types are sorted by name.
        let index = types.binary_search_by(|definition| definition.name().cmp(&path.name)).ok()?;
        types.get(index)
    }

    /// The fields of the struct at a path; none if there is no such struct.
    pub fn fields(&self, path: &TypePath) -> &[Field] {
        match self.get(path) {
            Some(TypeDef::Struct(definition)) => &definition.fields,
            _ => &[],
        }
    }

    /// The types that fields hold, directly or in others.
    pub fn reach<'a>(&'a self, fields: impl IntoIterator<Item = &'a Field>) -> BTreeSet<&'a TypePath> {
        let mut reached = BTreeSet::new();
        let mut open: Vec<&Field> = fields.into_iter().collect();
        while let Some(field) = open.pop() {
            if let Some(path) = field.ty.named()
                && reached.insert(path)
            {
                open.extend(self.fields(path));
            }
        }
        reached
    }
}
