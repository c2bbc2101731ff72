//! Types of fields, setters and constraints.

use std::collections::{BTreeSet, HashMap};

use proc_macro2::TokenStream;

use super::docs;
use crate::ir::{Api, Field, Limits, Number, Operation, Presence, Type, TypeDef, TypePath};

/// An identifier or type, from its text.
pub(crate) fn word(text: &str) -> TokenStream {
    text.parse().unwrap_or_default()
}

/// The type of a value, as text.
pub(crate) fn ty(ty: &Type) -> String {
    match ty {
        Type::String => "String".to_owned(),
        Type::Millis => "rt::Millis".to_owned(),
        Type::Seconds => "rt::Seconds".to_owned(),
        Type::Boolean => "bool".to_owned(),
        Type::Integer => "i64".to_owned(),
        Type::Number => "f64".to_owned(),
        Type::File => "rt::File".to_owned(),
        Type::Enum(path) | Type::Struct(path) => path.name.clone(),
        Type::List(item) => format!("Vec<{}>", self::ty(item)),
        Type::Map(value) => format!("std::collections::BTreeMap<String, {}>", self::ty(value)),
    }
}

/// The type of a field, with what its presence wraps around it.
pub(crate) fn field_ty(field: &Field) -> String {
    let value = ty(&field.ty);
    match field.presence {
        Presence::Required | Presence::Defaulted => value,
        Presence::Optional | Presence::PatchOptional => format!("Option<{value}>"),
        Presence::PatchClearable => format!("rt::Update<{value}>"),
    }
}

/// The declaration of a public field.
pub(crate) fn declaration(field: &Field) -> String {
    let docs = super::print::docs("    ", &docs::field(field));
    format!("{docs}    pub {}: {},\n", field.ident.0, field_ty(field))
}

/// How `builder!` takes a value: `into String`, `each TaskMember`, `i64`.
fn setter_kind(ty: &Type) -> (&'static str, String) {
    match ty {
        Type::String | Type::Millis | Type::Seconds | Type::Enum(_) => ("into", self::ty(ty)),
        Type::List(item) => match **item {
            Type::String | Type::Millis | Type::Seconds | Type::Enum(_) => ("each_into", self::ty(item)),
            _ => ("each", self::ty(item)),
        },
        Type::Map(value) => ("map", self::ty(value)),
        _ => ("", self::ty(ty)),
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

/// The structs that demand something of their fields, or hold such structs.
pub(crate) struct ValidatedTypes<'a> {
    types: BTreeSet<TypePath>,
    /// What is sent.
    structs: HashMap<TypePath, &'a [Field]>,
}

impl<'a> ValidatedTypes<'a> {
    pub(crate) fn of(api: &'a Api) -> Self {
        let structs: HashMap<TypePath, &[Field]> = super::modules::all_types(api)
            .filter_map(|(path, definition)| match definition {
                TypeDef::Struct(definition) if definition.usage.request => Some((path, &definition.fields[..])),
                _ => None,
            })
            .collect();
        let mut validated = ValidatedTypes { types: BTreeSet::new(), structs };
        loop {
            let mut more = BTreeSet::new();
            for (path, fields) in &validated.structs {
                if !validated.has(path) && fields.iter().any(|field| !validated.checks(field).is_empty()) {
                    more.insert(path.clone());
                }
            }
            if more.is_empty() {
                return validated;
            }
            validated.types.extend(more);
        }
    }

    /// The fields on the way to the end of a path.
    pub(crate) fn way<'b>(&'b self, operation: &'b Operation, path: &str) -> Vec<&'b Field> {
        operation.follow(path, |path| self.structs.get(path).copied()).unwrap_or_default()
    }

    pub(crate) fn has(&self, path: &TypePath) -> bool {
        self.types.contains(path)
    }

    /// The calls that check one field.
    fn checks(&self, field: &Field) -> Vec<String> {
        let (name, ident) = (&field.name, &field.ident.0);
        let mut checks = Vec::new();
        let item = match &field.ty {
            Type::List(item) => {
                let limits = &field.limits;
                if let Some(range) = range(limits.min_items, limits.max_items) {
                    checks.push(format!("        check.items({name:?}, &self.{ident}, {range});\n"));
                }
                if limits.unique_items {
                    checks.push(format!("        check.unique({name:?}, &self.{ident});\n"));
                }
                &**item
            }
            other => other,
        };
        for limits in [&field.limits, &field.item_limits] {
            checks.extend(value_checks(item, limits, name, ident));
        }
        if let Type::Struct(path) = item
            && self.has(path)
        {
            checks.push(format!("        check.nested({name:?}, &self.{ident});\n"));
        }
        checks
    }

    /// The implementation of `Constrained` for a type; nothing is demanded of fields that are no part of it.
    pub(crate) fn implementation(&self, name: &str, fields: &[&Field]) -> String {
        self.implementation_around(name, fields, (String::new(), String::new()))
    }

    fn implementation_around(&self, name: &str, fields: &[&Field], (mut checks, after): (String, String)) -> String {
        checks.extend(fields.iter().flat_map(|field| self.checks(field)));
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

fn value_checks(ty: &Type, limits: &Limits, name: &str, ident: &str) -> Vec<String> {
    let mut checks = Vec::new();
    match ty {
        Type::String => {
            if let Some(range) = range(limits.min_length, limits.max_length) {
                checks.push(format!("        check.length({name:?}, &self.{ident}, {range});\n"));
            }
            if let Some(pattern) = &limits.pattern {
                checks.push(format!("        check.pattern({name:?}, &self.{ident}, {pattern:?});\n"));
            }
        }
        Type::Integer => {
            let bound = |number: Number| match number {
                Number::Integer(value) => value,
                Number::Float(value) => value as i64,
            };
            if let Some(range) = range(limits.minimum.map(bound), limits.maximum.map(bound)) {
                checks.push(format!("        check.range({name:?}, &self.{ident}, {range});\n"));
            }
        }
        Type::Number => {
            let bound = |number: Number| match number {
                Number::Integer(value) => value as f64,
                Number::Float(value) => value,
            };
            if let Some(range) = range(limits.minimum.map(bound), limits.maximum.map(bound)) {
                checks.push(format!("        check.range_f64({name:?}, &self.{ident}, {range});\n"));
            }
        }
        Type::File => {
            if let Some(bytes) = limits.max_bytes {
                checks.push(format!("        check.max_bytes({name:?}, &self.{ident}, {bytes}u64);\n"));
            }
        }
        _ => {}
    }
    checks
}

/// `1..=100`, `..=100` or `1..`.
fn range<T: std::fmt::Debug>(min: Option<T>, max: Option<T>) -> Option<String> {
    let text = match (min, max) {
        (None, None) => return None,
        (Some(min), Some(max)) => format!("{min:?}..={max:?}"),
        (Some(min), None) => format!("{min:?}.."),
        (None, Some(max)) => format!("..={max:?}"),
    };
    Some(text)
}
