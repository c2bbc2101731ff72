//! Rules about names once they are Rust.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::context::Context;
use crate::diagnostic::{Code, Diagnostic, Diagnostics, Pointer};
use crate::ir::{Field, Module, Operation, Presence, Struct, TypeDef, TypePath};

/// A diagnostic that underlines the name of a field.
pub(crate) fn name_of(code: Code, field: &Field, message: impl Into<String>) -> Diagnostic {
    if is_parameter(field) {
        Diagnostic::new(code, &field.place.key("name"), message)
    } else {
        Diagnostic::new(code, &field.place, message).at_key()
    }
}

/// Whether a field is a parameter: its place is an element of `parameters`, not an entry of `properties`.
pub(crate) fn is_parameter(field: &Field) -> bool {
    let pointer = field.place.path.as_str();
    pointer.rsplit_once('/').is_some_and(|(parent, _)| parent.ends_with("/parameters")) && !pointer.contains("/schema/")
}

/// Fields of a request: path, query and body share one struct.
pub(crate) fn request_fields(operation: &Operation, diagnostics: &mut Diagnostics) {
    different(
        &|| format!("the request of `{}`", operation.id),
        &operation.request_fields().collect::<Vec<_>>(),
        diagnostics,
    );
}

/// Fields of an answer.
pub(crate) fn answer_fields(operation: &Operation, diagnostics: &mut Diagnostics) {
    different(
        &|| format!("the answer of `{}`", operation.id),
        &operation.answer.iter().collect::<Vec<_>>(),
        diagnostics,
    );
}

/// Fields of a component.
pub(crate) fn struct_fields(definition: &Struct, diagnostics: &mut Diagnostics) {
    different(&|| format!("`{}`", definition.name), &definition.fields.iter().collect::<Vec<_>>(), diagnostics);
}

/// Names of fields, and of the setters that clear fields.
fn different(what: &dyn Fn() -> String, fields: &[&Field], diagnostics: &mut Diagnostics) {
    let mut seen: HashMap<Cow<'_, str>, &Field> = HashMap::with_capacity(fields.len());
    let clearing = fields.iter().copied().filter(|field| field.presence == Presence::PatchClearable);
    for field in clearing {
        seen.insert(Cow::Owned(format!("clear_{}", field.ident.0.trim_start_matches("r#"))), field);
    }
    for field in fields.iter().copied() {
        let Some(earlier) = seen.insert(Cow::Borrowed(field.ident.0.as_str()), field) else { continue };
        let (message, help) = if earlier.ident == field.ident {
            let message = format!("{} would have two fields `{}`", what(), field.ident.0);
            let help = "names on the wire cannot change; leave one of the two out".to_owned();
            (message, help)
        } else {
            let message = format!("`{}` is also the method that clears `{}`", field.ident.0, earlier.name);
            (message, format!("take `{}` off `clearable`", earlier.name))
        };
        let other = name_of(Code::NameCollision, earlier, "").place;
        diagnostics
            .push(name_of(Code::NameCollision, field, message).label("the name is taken").help(help).other(&other));
    }
}

/// The types of a module: where their names come from, and which operation it is, if it is one.
type Names<'a> = BTreeMap<String, (&'a Pointer, Option<&'a str>)>;

/// Types of one module: components, enums of fields, requests, answers, and what is imported.
pub(crate) fn types(context: &Context<'_>, diagnostics: &mut Diagnostics) {
    let mut modules: BTreeMap<Module, Names<'_>> = BTreeMap::new();
    let mut used: BTreeMap<Module, BTreeSet<&TypePath>> = BTreeMap::new();
    for (path, definition) in context.api.types() {
        let place = definition.place();
        if let TypeDef::Struct(definition) = definition {
            let used = used.entry(path.module.clone()).or_default();
            used.extend(definition.fields.iter().filter_map(|field| field.ty.named()));
        }
        modules.entry(path.module).or_default().insert(path.name, (place, None));
    }
    for (version, resource) in context.api.resources() {
        let module = version.module_of(resource);
        let used = used.entry(module.clone()).or_default();
        let names = modules.entry(module).or_default();
        for operation in &resource.operations {
            let fields = operation.request_fields().chain(&operation.answer);
            used.extend(fields.filter_map(|field| field.ty.named()));
            request_and_answer(operation, names, diagnostics);
        }
    }
    for (module, used) in used {
        let Some(names) = modules.get(&module) else { continue };
        imports(context, names, used.into_iter().filter(|path| path.module != module), diagnostics);
    }
}

fn request_and_answer<'a>(operation: &'a Operation, names: &mut Names<'a>, diagnostics: &mut Diagnostics) {
    for (name, what) in [(&operation.request, "request"), (&operation.response, "answer")] {
        let Some((earlier, id)) = names.insert(name.clone(), (&operation.place, Some(operation.id.as_str()))) else {
            continue;
        };
        // Two operations of one name have a rule of their own.
        if id == Some(operation.id.as_str()) {
            continue;
        }
        diagnostics.push(
            Diagnostic::new(
                Code::NameCollision,
                &operation.place.key("operationId"),
                format!("the {what} of this operation would be called `{name}`, which is taken"),
            )
            .label(format!("becomes the type `{name}`"))
            .help("rename the other one")
            .other(&name_place(earlier)),
        );
    }
}

fn imports<'a>(
    context: &Context<'_>,
    names: &Names<'_>,
    imported: impl Iterator<Item = &'a TypePath>,
    diagnostics: &mut Diagnostics,
) {
    let mut seen: BTreeMap<&str, &TypePath> = BTreeMap::new();
    for path in imported {
        let Some(from) = context.ty(path).map(TypeDef::place) else { continue };
        let own = names.get(&path.name).map(|(place, _)| *place);
        let other = seen.insert(&path.name, path).and_then(|earlier| context.ty(earlier)).map(TypeDef::place);
        let Some(place) = own.or(other) else { continue };
        diagnostics.push(
            Diagnostic::new(
                Code::NameCollision,
                &name_place(place),
                format!("`{}` is also the name of a type of `{}` that is used here", path.name, from.file),
            )
            .at_key()
            .label("two types of one name in one module")
            .help("rename this one, or use the other one in its place"),
        );
    }
}

/// Where the name of a type comes from: for requests and answers, the `operationId`.
fn name_place(place: &Pointer) -> Pointer {
    let is_operation = place.path.starts_with("/paths/") && place.path.split('/').count() == 4;
    if is_operation { place.key("operationId") } else { place.clone() }
}

/// Names that generated code and its macros use without a path.
const PRELUDE: &[&str] = &[
    "AsMut",
    "AsRef",
    "Box",
    "Clone",
    "Copy",
    "Debug",
    "Default",
    "Drop",
    "Eq",
    "Err",
    "Extend",
    "Fn",
    "FnMut",
    "FnOnce",
    "From",
    "FromIterator",
    "Hash",
    "Into",
    "IntoFuture",
    "IntoIterator",
    "Iterator",
    "None",
    "Ok",
    "Option",
    "Ord",
    "PartialEq",
    "PartialOrd",
    "Result",
    "Self",
    "Self_",
    "Send",
    "Sized",
    "Some",
    "String",
    "Sync",
    "ToOwned",
    "ToString",
    "TryFrom",
    "TryInto",
    "Unpin",
    "Vec",
];

/// Names of the client itself, in every module.
const OURS: &[&str] = &["Client", "Resource", "Service"];

/// Names at the root of the crate, where those of `spec/common.yaml` stand.
const ROOT: &[&str] = &[
    "Accepts",
    "Call",
    "ClientBuilder",
    "Core",
    "Either",
    "Error",
    "File",
    "Identity",
    "Metadata",
    "Method",
    "Millis",
    "Operation",
    "Options",
    "Page",
    "Pages",
    "RateLimit",
    "Raw",
    "Request",
    "Response",
    "Retry",
    "Seconds",
    "Stream",
    "Tenant",
    "TokenStore",
    "Tokens",
    "Transport",
    "Update",
    "User",
];

/// Types called like something that the generated code uses.
pub(crate) fn reserved(context: &Context<'_>, diagnostics: &mut Diagnostics) {
    let taken = |name: &str| PRELUDE.contains(&name) || OURS.contains(&name);
    for (path, definition) in context.api.types() {
        let name = definition.name();
        let taken = taken(name) || path.module == Module::Shared && ROOT.contains(&name);
        if !taken {
            continue;
        }
        let (place, inline) = match definition {
            TypeDef::Struct(definition) => (&definition.place, false),
            TypeDef::Enum(definition) => {
                (&definition.place, !definition.place.path.starts_with("/components/schemas/"))
            }
        };
        let help = if inline { "move the enum to a component with another name" } else { "give it another name" };
        diagnostics.push(
            Diagnostic::new(Code::ReservedName, place, format!("no type can be called `{name}`"))
                .at_key()
                .label("the generated code uses this name")
                .help(help),
        );
    }
    for operation in context.api.operations() {
        for name in [&operation.request, &operation.response].into_iter().filter(|name| taken(name)) {
            diagnostics.push(
                Diagnostic::new(
                    Code::ReservedName,
                    &operation.place.key("operationId"),
                    format!("no request can be called `{name}`"),
                )
                .label(format!("becomes the type `{name}`"))
                .help(format!("add a word, as in `{}_{}`", operation.id, "all")),
            );
        }
    }
}
