//! The API surface as text, for the eyes of a reviewer: one line for each operation, parameter, field and code.

mod summary;

use std::fmt::Write;

pub use summary::summary;

use crate::ir::{
    Api, Body, BodyField, Event, Field, Module, Operation, Presence, Struct, Type, TypeDef, TypePath, Values,
};

/// The surface of one file of the spec: its operations, then its types.
pub fn surface(api: &Api, module: &Module) -> String {
    let mut text = String::new();
    match module {
        Module::Shared => types(&mut text, &api.shared),
        Module::Version { service, version } => {
            let found = api.versions.iter().find(|found| found.service == *service && found.version == *version);
            types(&mut text, found.map_or(&[], |version| &version.types));
        }
        Module::Resource { service, version, resource } => {
            let version = api.versions.iter().find(|found| found.service == *service && found.version == *version);
            let resources = version.map_or(&[][..], |version| &version.resources);
            if let Some(resource) = resources.iter().find(|found| found.name == *resource) {
                resource.operations.iter().for_each(|found| operation(&mut text, found));
                resource.events.iter().for_each(|found| event(&mut text, found));
                types(&mut text, &resource.types);
            }
        }
    }
    text
}

/// The modules that have a surface, in order.
pub fn modules(api: &Api) -> Vec<Module> {
    let mut modules = vec![Module::Shared];
    for version in &api.versions {
        let (service, name) = (version.service.clone(), version.version.clone());
        if !version.types.is_empty() {
            modules.push(Module::Version { service: service.clone(), version: name.clone() });
        }
        modules.extend(version.resources.iter().map(|resource| Module::Resource {
            service: service.clone(),
            version: name.clone(),
            resource: resource.name.clone(),
        }));
    }
    modules
}

fn operation(text: &mut String, operation: &Operation) {
    line(text, 0, &format!("{} = {} {}", operation.id, operation.http.as_str(), operation.path));
    line(text, 1, &format!("page {} {}", operation.page.title, operation.page.updated));
    let mut tokens = Vec::new();
    tokens.extend(operation.tokens.tenant.then_some("tenant"));
    tokens.extend(operation.tokens.user.then_some("user"));
    line(text, 1, &format!("tokens {}", tokens.join(", ")));
    line(text, 1, &format!("apps {}", operation.app_types.join(", ")));
    line(text, 1, &format!("scopes {}", operation.scopes.join(" or ")));
    if !operation.field_scopes.is_empty() {
        line(text, 1, &format!("field scopes {}", operation.field_scopes.join(", ")));
    }
    for limit in &operation.rate_limits {
        let per = limit.per.as_str();
        line(text, 1, &format!("limit {} per {per}", limit.requests));
    }
    behaviour(text, operation);
    operation.path_parameters.iter().for_each(|field| line(text, 1, &format!("path {}", describe(field))));
    operation.query.iter().for_each(|field| line(text, 1, &format!("query {}", describe(field))));
    body(text, &operation.body);
    operation.answer.iter().for_each(|field| line(text, 1, &format!("answer {}", describe(field))));
    for error in &operation.errors {
        let retry = if error.retry { " retry" } else { "" };
        line(text, 1, &format!("error {} {}{retry}", error.code, error.status));
    }
    text.push('\n');
}

fn event(text: &mut String, event: &Event) {
    line(text, 0, &format!("{} = event {}", event.id, event.event_type));
    line(text, 1, &format!("page {} {}", event.page.title, event.page.updated));
    line(text, 1, &format!("apps {}", event.app_types.join(", ")));
    line(text, 1, &format!("scopes {}", event.scopes.join(" or ")));
    if !event.field_scopes.is_empty() {
        line(text, 1, &format!("field scopes {}", event.field_scopes.join(", ")));
    }
    event.fields.iter().for_each(|field| line(text, 1, &format!("event {}", describe(field))));
    text.push('\n');
}

fn behaviour(text: &mut String, operation: &Operation) {
    if operation.repeatable.is_some() {
        line(text, 1, "repeatable");
    }
    if let Some(key) = &operation.idempotency_key {
        line(text, 1, &format!("idempotency key {}", key.0));
    }
    if let Some(paging) = &operation.paging {
        line(text, 1, &format!("paged {}", paging.items.0));
    }
    if let Some(today) = &operation.superseded_by {
        line(text, 1, &format!("superseded by {today}"));
    }
}

fn body(text: &mut String, body: &Body) {
    match body {
        Body::None => {}
        Body::Multipart(fields) => {
            fields.iter().for_each(|field| line(text, 1, &format!("part {}", describe(field))));
        }
        Body::Json(fields) => {
            for field in fields {
                match field {
                    BodyField::Plain(field) => line(text, 1, &format!("body {}", describe(field))),
                    BodyField::Masked(mask) => {
                        line(text, 1, &format!("body {}: named in {}", mask.target, describe(&mask.fields)));
                        for value in &mask.values {
                            line(text, 1, &format!("body {}.{}", mask.target, describe(value)));
                        }
                    }
                }
            }
        }
    }
}

fn types(text: &mut String, definitions: &[TypeDef]) {
    for definition in definitions {
        match definition {
            TypeDef::Struct(definition) => structure(text, definition),
            TypeDef::Enum(definition) => {
                line(text, 0, &format!("enum {}", definition.name));
                match &definition.values {
                    Values::Strings(variants) => {
                        variants
                            .iter()
                            .for_each(|variant| line(text, 1, &format!("{} = {}", variant.value, variant.name)));
                    }
                    Values::Integers(variants) => {
                        variants
                            .iter()
                            .for_each(|variant| line(text, 1, &format!("{} = {}", variant.value, variant.name)));
                    }
                }
                text.push('\n');
            }
        }
    }
}

fn structure(text: &mut String, definition: &Struct) {
    let usage = match (definition.usage.request, definition.usage.response) {
        (true, true) => "sent and received",
        (true, false) => "sent",
        (false, _) => "received",
    };
    line(text, 0, &format!("struct {} ({usage})", definition.name));
    definition.fields.iter().for_each(|field| line(text, 1, &describe(field)));
    text.push('\n');
}

/// One field on one line: type, presence, default, limits.
fn describe(field: &Field) -> String {
    let mut text = format!("{}: {}", field.name, ty(&field.ty));
    match field.presence {
        Presence::Required => text.push_str(", required"),
        Presence::PatchClearable => text.push_str(", clearable"),
        Presence::Optional | Presence::Defaulted | Presence::PatchOptional => {}
    }
    if field.deprecated {
        text.push_str(", outdated");
    }
    if let Some(default) = &field.default {
        let _ = write!(text, ", default {default}");
    }
    for (part, sentence) in field.limits.sentences(&field.ty, |code| format!("`{code}`")) {
        let limit = if part.is_empty() { sentence } else { format!("{part} {sentence}") };
        let _ = write!(text, ", {}", limit.trim_end_matches('.').to_lowercase());
    }
    text
}

fn ty(ty: &Type) -> String {
    match ty {
        Type::String => "string".to_owned(),
        Type::Millis => "milliseconds".to_owned(),
        Type::Seconds => "seconds".to_owned(),
        Type::Boolean => "boolean".to_owned(),
        Type::Integer => "integer".to_owned(),
        Type::Number => "number".to_owned(),
        Type::File => "file".to_owned(),
        Type::Enum(TypePath { name, .. }) | Type::Struct(TypePath { name, .. }) => name.clone(),
        Type::List(item) => format!("[{}]", self::ty(item)),
        Type::Map(value) => format!("{{string: {}}}", self::ty(value)),
    }
}

fn line(text: &mut String, depth: usize, content: &str) {
    for _ in 0..depth {
        text.push_str("  ");
    }
    text.push_str(content.trim_end());
    text.push('\n');
}
