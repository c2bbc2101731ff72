//! Tests out of the pages' examples: each request example, built through the typed client.
//!
//! The expected JSON is not written here; the tests read it from the spec.

use proc_macro2::{Literal, TokenStream};
use quote::{format_ident, quote};

use super::fields::word;
use super::{File, print};
use crate::ir::{
    Api, Body, BodyField, Event, Field, Module, Operation, Presence, Type, TypeDef, TypePath, Value, Values,
};

/// One file of tests for each version of a service, relative to the folder of the tests.
pub(crate) fn emit(api: &Api) -> Vec<File> {
    let mut files = Vec::new();
    let mut modules = print::header("spec") + "\n";
    for version in &api.versions {
        let name = format!("{}_{}", version.service, version.version);
        modules.push_str(&format!("#[rustfmt::skip]\nmod {name};\n"));
        let spec = format!("spec/{}/{}", version.service, version.version);
        let has_events = version.resources.iter().any(|resource| !resource.events.is_empty());
        let mut parts = vec![print::header(&spec), format!("use super::{};\n", checks(has_events))];
        for resource in &version.resources {
            let module = version.module_of(resource);
            for operation in &resource.operations {
                parts.push(print::item(Example { api }.test(&module, operation)));
            }
            parts.extend(resource.events.iter().map(|event| print::item(event_test(&module, event))));
        }
        files.push(File { path: format!("{name}.rs"), text: print::join(parts) });
    }
    let resources = || api.versions.iter().flat_map(|version| &version.resources);
    let checks = checks(resources().any(|resource| !resource.events.is_empty()));
    files.push(File { path: "mod.rs".to_owned(), text: modules + &format!("\nuse super::{checks};\n") });
    files
}

/// What a file of tests takes from its parent.
fn checks(has_events: bool) -> &'static str {
    if has_events { "{check, check_event}" } else { "check" }
}

fn event_test(module: &Module, event: &Event) -> TokenStream {
    let event_type = &event.event_type;
    let name = format_ident!("event_{}", event_type.replace('.', "_"));
    let ty = type_path(&TypePath { module: module.clone(), name: event.name.clone() });
    quote! {
        #[test]
        fn #name() {
            check_event::<#ty>(#event_type);
        }
    }
}

struct Example<'a> {
    api: &'a Api,
}

impl Example<'_> {
    fn test(&self, module: &Module, operation: &Operation) -> TokenStream {
        let name = format_ident!("{}", operation.id.replace('.', "_"));
        let id = &operation.id;
        let mut values: Vec<(&Field, Option<Value>)> = Vec::new();
        let parameters = operation.path_parameters.iter().chain(&operation.query);
        values.extend(parameters.map(|field| (field, field.example.clone())));
        let body = operation.request_example.as_ref();
        match &operation.body {
            Body::None => {}
            Body::Multipart(fields) => values.extend(fields.iter().map(|field| (field, property(body, &field.name)))),
            Body::Json(fields) => fields.iter().for_each(|field| match field {
                BodyField::Plain(field) => values.push((field, property(body, &field.name))),
                BodyField::Masked(mask) => {
                    let target = property(body, &mask.target);
                    let new = mask.values.iter();
                    values.extend(new.map(|field| (field, property(target.as_ref(), &field.name))));
                    values.push((&mask.fields, property(body, &mask.fields.name)));
                }
            }),
        }
        let request = TypePath { module: module.clone(), name: operation.request.clone() };
        let request = self.construct(&request, values);
        quote! {
            #[test]
            fn #name() {
                check(#id, #request);
            }
        }
    }

    /// `Type::new(required…).optional(…)`.
    fn construct(&self, path: &TypePath, values: Vec<(&Field, Option<Value>)>) -> TokenStream {
        let ty = type_path(path);
        let mut required = Vec::new();
        let mut setters = Vec::new();
        for (field, value) in values {
            let ident = word(&field.ident.0);
            if field.presence == Presence::Required {
                required.push(self.value(&field.ty, &value.unwrap_or(Value::Null)));
            } else if let Some(value) = value {
                let value = self.value(&field.ty, &value);
                setters.push(quote!(.#ident(#value)));
            }
        }
        quote!(#ty::new(#(#required),*)#(#setters)*)
    }

    /// A value as a setter takes it.
    fn value(&self, ty: &Type, value: &Value) -> TokenStream {
        match (ty, value) {
            (Type::Struct(path), value) => match self.api.get(path) {
                Some(TypeDef::Struct(definition)) => {
                    let fields = definition.fields.iter();
                    let values = fields.map(|field| (field, property(Some(value), &field.name))).collect();
                    self.construct(path, values)
                }
                _ => quote!(Default::default()),
            },
            (Type::List(item), Value::List(values)) if values.is_empty() => {
                let item = self.empty_item(item);
                quote!(Vec::<#item>::new())
            }
            (Type::List(item), Value::List(values)) => {
                let values = values.iter().map(|value| self.value(item, value));
                quote!([#(#values),*])
            }
            (Type::Map(item), Value::Map(entries)) => {
                let entries = entries.iter().map(|(key, value)| {
                    let value = self.value(item, value);
                    quote!((#key, #value))
                });
                quote!([#(#entries),*])
            }
            (Type::File, _) => quote!(feishu_openapi::File::bytes("example.txt", "example")),
            (Type::Enum(path), Value::Integer(number)) if self.is_integer_enum(path) => {
                let number = Literal::i64_suffixed(*number);
                quote!(#number)
            }
            (Type::Boolean, Value::Boolean(value)) => quote!(#value),
            (Type::Integer, Value::Integer(number)) => {
                let number = Literal::i64_unsuffixed(*number);
                quote!(#number)
            }
            (Type::Number, Value::Integer(number)) => {
                let number = Literal::f64_unsuffixed(*number as f64);
                quote!(#number)
            }
            (Type::Number, Value::Float(number)) => {
                let number = Literal::f64_unsuffixed(*number);
                quote!(#number)
            }
            (_, Value::String(text)) => quote!(#text),
            (_, Value::Null) => quote!(Default::default()),
            (_, value) => {
                let text = value.to_string();
                quote!(#text)
            }
        }
    }

    fn is_integer_enum(&self, path: &TypePath) -> bool {
        matches!(self.api.get(path), Some(TypeDef::Enum(definition)) if matches!(definition.values, Values::Integers(_)))
    }

    fn empty_item(&self, ty: &Type) -> TokenStream {
        match ty {
            Type::Struct(path) => type_path(path),
            Type::Integer => quote!(i64),
            Type::Enum(path) => type_path(path),
            _ => quote!(String),
        }
    }
}

fn property(object: Option<&Value>, name: &str) -> Option<Value> {
    match object? {
        Value::Map(entries) => entries.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone()),
        _ => None,
    }
}

fn type_path(path: &TypePath) -> TokenStream {
    let name = &path.name;
    word(&match &path.module {
        Module::Shared => format!("feishu_openapi::{name}"),
        Module::Version { service, version } => format!("feishu_openapi::{service}::{version}::{name}"),
        Module::Resource { service, version, resource } => {
            format!("feishu_openapi::{service}::{version}::{resource}::{name}")
        }
    })
}
