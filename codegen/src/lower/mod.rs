//! Turns documents into the IR: resolves references, names things, settles the order.

mod body;
mod enums;
mod event;
mod extensions;
mod limits;
mod operation;
mod paging;
mod schema;
mod usage;

pub(crate) use limits::limits;

use std::collections::{BTreeMap, HashMap};

use openapiv3::ReferenceOr;

use crate::diagnostic::{Code, Diagnostic, Diagnostics, Pointer};
use crate::dialect::Section;
use crate::ir::{Api, Module, Resource, Type, TypeDef, TypePath, Version};
use crate::load::{Document, Documents, Resolved};
use crate::names::{is_reserved, is_snake};

/// What lowering knows while it runs.
pub(crate) struct Lower<'a> {
    documents: &'a Documents<'a>,
    diagnostics: &'a mut Diagnostics,
    types: BTreeMap<TypePath, TypeDef>,
    /// Components that were referred to, and what became of them.
    known: HashMap<Resolved, Option<Type>>,
    /// Where each event stands.
    event_types: HashMap<String, Pointer>,
}

/// Builds the API that the documents describe. What has mistakes is reported and left out.
pub(crate) fn lower(documents: &Documents, diagnostics: &mut Diagnostics) -> Api {
    let mut lower =
        Lower { documents, diagnostics, types: BTreeMap::new(), known: HashMap::new(), event_types: HashMap::new() };
    let mut versions: BTreeMap<(String, String), Vec<Resource>> = BTreeMap::new();
    for document in documents.iter() {
        match lower.module(&document.path) {
            Some(Module::Resource { service, version, resource }) => {
                let resource = lower.resource(document, &service, &version, resource);
                versions.entry((service, version)).or_default().push(resource);
            }
            Some(_) => lower.no_operations(document),
            None => {}
        }
    }
    let types = lower.types;
    let mut api = assemble(versions, types);
    usage::settle(&mut api);
    api
}

impl Lower<'_> {
    /// The module that a file becomes, from its path.
    pub(crate) fn module(&mut self, file: &str) -> Option<Module> {
        let path = file.strip_prefix("spec/").unwrap_or(file);
        let stem = path.strip_suffix(".yaml").unwrap_or(path);
        let parts: Vec<&str> = stem.split('/').collect();
        match parts[..] {
            ["common"] => Some(Module::Shared),
            [service, version, resource] if parts.iter().all(|part| is_snake(part) && !is_reserved(part)) => {
                let (service, version) = (service.to_owned(), version.to_owned());
                Some(match resource {
                    "common" => Module::Version { service, version },
                    resource => Module::Resource { service, version, resource: resource.to_owned() },
                })
            }
            _ => {
                let place = Pointer::file(file);
                let (message, help) = match parts.iter().find(|part| is_reserved(part)) {
                    Some(word) => (
                        format!("`{word}` is a word of Rust, and no module can be called so"),
                        "give the file or folder another name",
                    ),
                    None => (
                        "this file stands where no resource is looked for".to_owned(),
                        "call it `spec/<service>/<version>/<resource>.yaml`, in snake case",
                    ),
                };
                self.diagnostics
                    .push(Diagnostic::new(Code::FileName, &place, message).label("this document").help(help));
                None
            }
        }
    }

    /// Follows a reference; `None` when its mistakes are reported.
    pub(crate) fn resolve(&mut self, place: &Pointer, reference: &str, section: Section) -> Option<Resolved> {
        match self.documents.resolve(place, reference, section) {
            Ok(resolved) => Some(resolved),
            Err(diagnostic) => {
                match diagnostic {
                    Some(diagnostic) => self.diagnostics.push(*diagnostic),
                    None => self.diagnostics.left_out(place),
                }
                None
            }
        }
    }

    /// Adds a type to its module.
    pub(crate) fn define(&mut self, path: TypePath, definition: TypeDef) {
        let place = definition.place().clone();
        if let Some(earlier) = self.types.get(&path) {
            let earlier = earlier.place();
            if *earlier != place {
                let message = format!("the type `{}` exists already", path.name);
                self.diagnostics.push(
                    Diagnostic::new(Code::NameCollision, &place, message)
                        .at_key()
                        .label("becomes a type of the same name")
                        .help("rename one of the two")
                        .other(earlier),
                );
            }
            return;
        }
        self.types.insert(path, definition);
    }

    fn resource(&mut self, document: &Document, service: &str, version: &str, name: String) -> Resource {
        let module =
            Module::Resource { service: service.to_owned(), version: version.to_owned(), resource: name.clone() };
        let paths = Pointer::file(&document.path).key("paths");
        let mut operations = Vec::new();
        for (path, item) in document.openapi.paths.iter() {
            let ReferenceOr::Item(item) = item else { continue };
            let place = paths.key(path);
            // In the order of the file, which `openapiv3` forgets.
            let item_tree = document.tree.get("paths").and_then(|paths| paths.get(path));
            for (verb, _) in item_tree.map_or(&[][..], |tree| tree.entries()) {
                let found = item.iter().find(|(name, _)| name == verb);
                if let Some((_, operation)) = found {
                    operations.extend(self.operation(&module, &place.key(verb), path, verb, operation));
                }
            }
        }
        Resource {
            name,
            description: schema::text(document.openapi.info.description.as_deref()),
            file: document.path.clone(),
            operations,
            events: self.events(&module, document),
            types: Vec::new(),
        }
    }

    fn no_operations(&mut self, document: &Document) {
        for (path, _) in document.openapi.paths.iter() {
            let place = Pointer::file(&document.path).key("paths").key(path);
            self.diagnostics.push(
                Diagnostic::new(Code::FileName, &place, "`common.yaml` holds components, no operations")
                    .at_key()
                    .label("an operation")
                    .help("move it to the file of its resource"),
            );
        }
    }
}

/// Hands every type to its module. All lists are sorted by name here, once and for all.
fn assemble(versions: BTreeMap<(String, String), Vec<Resource>>, types: BTreeMap<TypePath, TypeDef>) -> Api {
    let mut api = Api::default();
    for ((service, version), resources) in versions {
        api.versions.push(Version { service, version, types: Vec::new(), resources });
    }
    for (path, definition) in types {
        let owner = match &path.module {
            Module::Shared => Some(&mut api.shared),
            Module::Version { service, version } => {
                find_version(&mut api.versions, service, version).map(|version| &mut version.types)
            }
            Module::Resource { service, version, resource } => find_version(&mut api.versions, service, version)
                .and_then(|version| version.resources.iter_mut().find(|found| found.name == *resource))
                .map(|resource| &mut resource.types),
        };
        if let Some(owner) = owner {
            owner.push(definition);
        }
    }
    api
}

fn find_version<'v>(versions: &'v mut [Version], service: &str, version: &str) -> Option<&'v mut Version> {
    versions.iter_mut().find(|found| found.service == service && found.version == version)
}
