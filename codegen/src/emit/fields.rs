//! Types of fields, setters and constraints.

use std::collections::BTreeSet;

use proc_macro2::TokenStream;

use super::docs;
use crate::ir::{Api, Field, Limits, Operation, Presence, Type, TypeDef, TypePath};

/// An identifier or type, from its text.
pub(crate) fn word(text: &str) -> TokenStream {
    text.parse().unwrap_or_default()
}

/// The declaration of a public field.
pub(crate) fn declaration(field: &Field) -> String {
    let docs = super::print::docs("    ", &docs::field(field));
    format!("{docs}    pub {}: {},\n", field.ident.0, field.rust_type())
}

/// How `builder!` takes a value: `into String`, `each TaskMember`, `i64`.
fn setter_kind(ty: &Type) -> (&'static str, String) {
    match ty {
        Type::String | Type::Millis | Type::Seconds | Type::Enum(_) => ("into", ty.rust()),
        Type::List(item) => match **item {
            Type::String | Type::Millis | Type::Seconds | Type::Enum(_) => ("each_into", item.rust()),
            _ => ("each", item.rust()),
        },
        Type::Map(value) => ("map", value.rust()),
        _ => ("", ty.rust()),
    }
}

fn kind_and_type(kind: &str, ty: &str) -> String {
    if kind.is_empty() { ty.to_owned() } else { format!("{kind} {ty}") }
}

/// The `builder!` invocation of a type: its constructor and its setters.
pub(crate) fn builder(name: &str, fields: &[&Field]) -> String {
    let required = fields.iter().filter(|field| field.presence == Presence::Required).map(|field| {
        let (kind, ty) = setter_kind(&field.ty);
        format!("{}: {}", field.ident.0, kind_and_type(kind, &ty))
    });
    let head = format!("{name}({})", required.collect::<Vec<_>>().join(", "));
    let optional = fields.iter().filter(|field| field.presence != Presence::Required).map(|field| {
        let (kind, ty) = setter_kind(&field.ty);
        let ident = &field.ident.0;
        if field.presence == Presence::PatchClearable {
            let kind = if kind.is_empty() { "update".to_owned() } else { format!("update_{kind}") };
            let clear = format!("clear_{}", ident.trim_start_matches("r#"));
            format!("{ident}: {kind}({clear}) {ty},")
        } else {
            format!("{ident}: {},", kind_and_type(kind, &ty))
        }
    });
    super::print::invocation("builder", &head, optional)
}

/// The `object!` invocation of a type: names in Rust and on the wire.
pub(crate) fn object<'a>(name: &str, fields: impl IntoIterator<Item = &'a Field>) -> String {
    let lines = fields.into_iter().map(|field| format!("{}: {:?},", field.ident.0, field.name));
    super::print::invocation("object", name, lines)
}

/// Writes the checks of what is sent.
pub(crate) struct Checks<'a> {
    api: &'a Api,
}

impl<'a> Checks<'a> {
    pub(crate) fn of(api: &'a Api) -> Self {
        Checks { api }
    }

    /// The fields on the way to the end of a path.
    pub(crate) fn way<'b>(&'b self, operation: &'b Operation, path: &str) -> Vec<&'b Field> {
        operation.follow(path, |path| Some(self.api.fields(path))).unwrap_or_default()
    }

    fn is_checked(&self, path: &TypePath) -> bool {
        matches!(self.api.get(path), Some(TypeDef::Struct(definition)) if definition.is_checked)
    }

    /// The calls that check one field.
    fn checks(&self, field: &Field) -> String {
        let mut calls = String::new();
        let value = format!("&self.{}", field.ident.0);
        self.value("        ", &format!("{:?}", field.name), &value, &field.ty, &field.limits, &mut calls);
        calls
    }

    /// The calls that check a value and what it holds.
    fn value(&self, indent: &str, name: &str, value: &str, ty: &Type, limits: &Limits, calls: &mut String) {
        demands(indent, name, value, ty, limits, calls);
        let nested = |calls: &mut String| calls.push_str(&format!("{indent}check.nested({name}, {value});\n"));
        match (ty, ty.inner()) {
            // The checker knows lists of these by itself.
            (Type::List(_), Some(inner @ (Type::String | Type::File))) => {
                demands(indent, name, value, inner, limits.inner(), calls);
            }
            (_, Some(Type::Struct(path))) | (Type::Struct(path), None) => {
                if self.is_checked(path) {
                    nested(calls);
                }
            }
            (_, Some(inner)) => {
                let mut each = String::new();
                self.value(&format!("{indent}    "), "\"\"", "it", inner, limits.inner(), &mut each);
                if !each.is_empty() {
                    calls
                        .push_str(&format!("{indent}check.each({name}, {value}, |check, it| {{\n{each}{indent}}});\n"));
                }
            }
            (_, None) => {}
        }
    }

    /// The implementation of `Constrained` for a type; nothing is demanded of fields that are no part of it.
    pub(crate) fn implementation(&self, name: &str, fields: &[&Field]) -> String {
        self.implementation_around(name, fields, (String::new(), String::new()))
    }

    fn implementation_around(&self, name: &str, fields: &[&Field], (mut checks, after): (String, String)) -> String {
        checks.extend(fields.iter().map(|field| self.checks(field)));
        checks.push_str(&after);
        if checks.is_empty() {
            return format!("impl rt::Constrained for {name} {{}}\n");
        }
        super::print::laid_out(format!(
            "impl rt::Constrained for {name} {{\n    \
             #[inline]\n    fn constraints(&self, check: &mut rt::Checker) {{\n{checks}    }}\n}}\n"
        ))
    }

    /// The checks of a request, with what goes before and after those of its fields: the names in an update mask are
    /// ours.
    pub(crate) fn request(&self, operation: &Operation, rules: (String, String)) -> String {
        let masks: BTreeSet<&str> = operation.masks().map(|mask| mask.fields.name.as_str()).collect();
        let fields: Vec<&Field> =
            operation.request_fields().filter(|field| !masks.contains(field.name.as_str())).collect();
        self.implementation_around(&operation.request, &fields, rules)
    }
}

fn demands(indent: &str, name: &str, value: &str, ty: &Type, limits: &Limits, calls: &mut String) {
    for (method, argument) in limits.checks(ty) {
        let argument = argument.map(|argument| format!(", {argument}")).unwrap_or_default();
        calls.push_str(&format!("{indent}check.{method}({name}, {value}{argument});\n"));
    }
}
