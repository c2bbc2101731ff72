//! Files and the modules they become.

use std::collections::{BTreeMap, BTreeSet};

use super::fields::Checks;
use super::{File, docs, event, operation, print, types, words};
use crate::ir::{Api, Field, Module, Resource, TypeDef, TypePath, Version};
use crate::names::pascal;

/// `mod.rs` of the whole and of each service.
pub(crate) fn tree(api: &Api) -> Vec<File> {
    let mut services: BTreeMap<&str, Vec<&Version>> = BTreeMap::new();
    for version in &api.versions {
        services.entry(&version.service).or_default().push(version);
    }
    let mut root = print::header("spec") + "\nmod common;\n\n";
    for service in services.keys() {
        root.push_str(&format!("pub mod {service};\n"));
    }
    root.push_str("\npub use common::*;\n");
    let mut files = vec![File { path: "mod.rs".to_owned(), text: root }];
    for (service, versions) in services {
        let title = pascal(service);
        let mut text = print::header(&format!("spec/{service}"));
        text.push_str(&format!("\n//! {title}: one module for each version of its API.\n\n"));
        for version in versions {
            let name = &version.version;
            text.push_str(&format!("#[cfg(feature = \"{service}-{name}\")]\npub mod {name};\n"));
        }
        files.push(File { path: format!("{service}/mod.rs"), text });
    }
    files
}

/// The types at the root of the crate.
pub(crate) fn shared(api: &Api, checks: &Checks) -> File {
    File { path: "common.rs".to_owned(), text: types_file("spec/common.yaml", &Module::Shared, &api.shared, checks) }
}

/// The files of one version.
pub(crate) fn version(version: &Version, checks: &Checks) -> Vec<File> {
    let (service, name) = (&version.service, &version.version);
    let folder = format!("{service}/{name}");
    let mut files = vec![File { path: format!("{folder}/mod.rs"), text: version_module(version) }];
    if !version.types.is_empty() {
        let spec = format!("spec/{folder}/common.yaml");
        let text = types_file(&spec, &version.module(), &version.types, checks);
        files.push(File { path: format!("{folder}/common.rs"), text });
    }
    for resource in &version.resources {
        let text = resource_file(version, resource, checks);
        files.push(File { path: format!("{folder}/{}.rs", resource.name), text });
    }
    files
}

fn types_file(spec: &str, module: &Module, definitions: &[TypeDef], checks: &Checks) -> String {
    let mut used = BTreeSet::new();
    for definition in definitions {
        if let TypeDef::Struct(definition) = definition {
            collect(&definition.fields, &mut used);
        }
    }
    let mut parts = vec![print::header(spec), imports(module, &used)];
    for definition in definitions {
        parts.extend(types::definition(definition, checks));
    }
    print::join(parts)
}

fn version_module(version: &Version) -> String {
    let (service, name) = (&version.service, &version.version);
    let title = format!("{} {name}", pascal(service));
    let mut modules = String::new();
    if !version.types.is_empty() {
        modules.push_str("mod common;\n\n");
    }
    for resource in &version.resources {
        modules.push_str(&format!("pub mod {};\n", resource.name));
    }
    let mut uses = String::new();
    if !version.types.is_empty() {
        uses.push_str("pub use common::*;\n");
    }
    print::join([
        print::header(&format!("spec/{service}/{name}")),
        docs::inner(&format!(
            "{title}: types that its resources share, and one module for each resource.\n\n\
             Available with the feature `{service}-{name}`."
        )),
        modules,
        "use crate::{Client, rt};\n".to_owned(),
        uses,
        format!(
            "/// The resources of {title}; from [`Client::{service}_{name}`].\n#[derive(Clone, Copy, Debug)]\n\
             pub struct Service<'a, I>(&'a Client<I>);\n"
        ),
        implementation("impl<'a, I: rt::Identity> Service<'a, I>", version.resources.iter().map(accessor)),
        print::laid_out(format!(
            "impl<I: rt::Identity> Client<I> {{\n    /// The calls of {title}.\n    \
             pub fn {service}_{name}(&self) -> Service<'_, I> {{\n        Service(self)\n    }}\n}}\n"
        )),
    ])
}

/// The method of a version that leads to a resource.
fn accessor(resource: &Resource) -> String {
    let name = &resource.name;
    let docs = print::docs("    ", &docs::first_sentence(&resource.description));
    let result = format!(" -> {name}::Resource<'a, I> {{");
    let signature = print::listed("    ", &format!("pub fn {name}"), &["&self"], &result);
    format!("{docs}{signature}        {name}::Resource(self.0)\n    }}\n")
}

/// An `impl` with some methods; a resource may have none.
fn implementation(head: &str, methods: impl Iterator<Item = String>) -> String {
    let methods: String = methods.collect();
    let line_end = if methods.is_empty() { "" } else { "\n" };
    print::laid_out(format!("{head} {{{line_end}{methods}}}\n"))
}

fn resource_file(version: &Version, resource: &Resource, checks: &Checks) -> String {
    let module = version.module_of(resource);
    let mut used = BTreeSet::new();
    for operation in &resource.operations {
        collect(operation.request_fields(), &mut used);
        collect(&operation.answer, &mut used);
    }
    resource.events.iter().for_each(|event| collect(&event.fields, &mut used));
    for definition in &resource.types {
        if let TypeDef::Struct(definition) = definition {
            collect(&definition.fields, &mut used);
        }
    }
    let mut parts =
        vec![print::header(&resource.file), docs::inner(&words::prose(&resource.description)), imports(&module, &used)];
    parts.extend(handle(resource));
    for operation in &resource.operations {
        parts.extend(operation::definition(operation, checks));
    }
    parts.extend(resource.events.iter().flat_map(event::definition));
    for definition in &resource.types {
        parts.extend(types::definition(definition, checks));
    }
    print::join(parts)
}

/// The type whose methods make the calls.
fn handle(resource: &Resource) -> [String; 2] {
    let name = &resource.name;
    [
        format!(
            "/// The calls of `{name}`; from [`Service::{name}`](super::Service::{name}).\n\
             #[derive(Clone, Copy, Debug)]\npub struct Resource<'a, I>(pub(super) &'a Client<I>);\n"
        ),
        implementation("impl<I: rt::Identity> Resource<'_, I>", resource.operations.iter().map(operation::method)),
    ]
}

fn collect<'a>(fields: impl IntoIterator<Item = &'a Field>, used: &mut BTreeSet<TypePath>) {
    used.extend(fields.into_iter().filter_map(|field| field.ty.named()).cloned());
}

/// The `use` lines of a file: what it takes from other modules.
fn imports(module: &Module, used: &BTreeSet<TypePath>) -> String {
    let mut by_module: BTreeMap<&Module, Vec<&str>> = BTreeMap::new();
    for path in used.iter().filter(|path| path.module != *module) {
        by_module.entry(&path.module).or_default().push(&path.name);
    }
    let mut own: Vec<&str> = by_module.remove(&Module::Shared).unwrap_or_default();
    if matches!(module, Module::Resource { .. }) {
        own.push("Client");
    }
    own.sort_unstable();
    own.push("rt");
    let mut lines = Vec::new();
    for (other, names) in by_module {
        let path = match other {
            Module::Shared => "crate".to_owned(),
            Module::Version { service, version } => format!("crate::{service}::{version}"),
            Module::Resource { service, version, resource } => format!("crate::{service}::{version}::{resource}"),
        };
        lines.push(use_line(&path, &names));
    }
    lines.push(use_line("crate", &own));
    lines.concat()
}

fn use_line(path: &str, names: &[&str]) -> String {
    match names {
        [name] => print::laid_out(format!("use {path}::{name};\n")),
        names => print::laid_out(format!("use {path}::{{{}}};\n", names.join(", "))),
    }
}
