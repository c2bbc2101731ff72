//! Types: structs, enums, their fields, and what fields hold.

use super::{Ident, Limits, Value, Waiver};
use crate::diagnostic::Pointer;

/// A type of the generated crate.
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs)]
pub enum TypeDef {
    Struct(Struct),
    Enum(Enum),
}

impl TypeDef {
    /// The name in Rust.
    pub fn name(&self) -> &str {
        match self {
            TypeDef::Struct(definition) => &definition.name,
            TypeDef::Enum(definition) => &definition.name,
        }
    }

    /// Where it stands in the spec.
    pub fn place(&self) -> &Pointer {
        match self {
            TypeDef::Struct(definition) => &definition.place,
            TypeDef::Enum(definition) => &definition.place,
        }
    }
}

/// An object that has a name.
#[derive(Clone, Debug, PartialEq)]
pub struct Struct {
    /// The name in Rust and in the spec.
    pub name: String,
    /// What it is.
    pub description: String,
    /// In the order of the file.
    pub fields: Vec<Field>,
    /// Where it is used.
    pub usage: Usage,
    /// Whether it is sent, and something in it is checked before.
    pub is_checked: bool,
    /// Where it stands.
    pub place: Pointer,
}

/// Where a type is used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// In something that we send.
    pub request: bool,
    /// In something that we receive.
    pub response: bool,
}

/// A set of known values, open for new ones.
#[derive(Clone, Debug, PartialEq)]
pub struct Enum {
    /// The name in Rust.
    pub name: String,
    /// What it is.
    pub description: String,
    /// The known values.
    pub values: Values,
    /// What the page demands of them besides.
    pub limits: Limits,
    /// Facts that the pages state only in running text.
    pub prose: Vec<String>,
    /// Where it stands.
    pub place: Pointer,
}

/// The values of an enum.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Values {
    Strings(Vec<Variant<String>>),
    Integers(Vec<Variant<i64>>),
}

/// One known value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Variant<T> {
    /// The name in Rust.
    pub name: String,
    /// The value on the wire.
    pub value: T,
    /// What it means, or empty.
    pub description: String,
}

/// A parameter, or a property of an object.
#[derive(Clone, Debug, PartialEq)]
pub struct Field {
    /// The name on the wire.
    pub name: String,
    /// The name in Rust.
    pub ident: Ident,
    /// What it holds.
    pub ty: Type,
    /// Whether it must be there.
    pub presence: Presence,
    /// What it means.
    pub description: String,
    /// Whether the page calls it outdated.
    pub deprecated: bool,
    /// What the server assumes.
    pub default: Option<Value>,
    /// The page's example.
    pub example: Option<Value>,
    /// What the value must satisfy, and what it holds.
    pub limits: Limits,
    /// Facts that the page states only in running text.
    pub prose: Vec<String>,
    /// Deviations from the pages.
    pub waivers: Vec<Waiver>,
    /// Where it stands.
    pub place: Pointer,
}

/// Whether a field must be there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    /// It must be given: `T`.
    Required,
    /// It may be left out: `Option<T>`.
    Optional,
    /// In answers: `T`, empty when absent.
    Defaulted,
    /// In an update mask: `Option<T>`, kept when absent.
    PatchOptional,
    /// In an update mask: `Update<T>`, may be kept, set or cleared.
    PatchClearable,
}

/// What a field holds.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Type {
    /// Text.
    String,
    /// A point in time, milliseconds since 1970 as text.
    Millis,
    /// A point in time, seconds since 1970 as text.
    Seconds,
    /// `true` or `false`.
    Boolean,
    /// A whole number.
    Integer,
    /// Any number.
    Number,
    /// The content of a file.
    File,
    /// An enum of ours.
    Enum(TypePath),
    /// A struct of ours.
    Struct(TypePath),
    /// A list.
    List(Box<Type>),
    /// A map from strings.
    Map(Box<Type>),
}

impl Type {
    /// What a list or a map holds.
    pub fn inner(&self) -> Option<&Type> {
        match self {
            Type::List(inner) | Type::Map(inner) => Some(inner),
            _ => None,
        }
    }

    /// What is left when all lists and maps are opened.
    pub fn innermost(&self) -> &Type {
        self.inner().map_or(self, Type::innermost)
    }

    /// The type of ours that a value is, or holds in lists and maps.
    pub fn named(&self) -> Option<&TypePath> {
        match self.innermost() {
            Type::Enum(path) | Type::Struct(path) => Some(path),
            _ => None,
        }
    }

    /// In Rust.
    pub(crate) fn rust(&self) -> String {
        match self {
            Type::String => "String".to_owned(),
            Type::Millis => "rt::Millis".to_owned(),
            Type::Seconds => "rt::Seconds".to_owned(),
            Type::Boolean => "bool".to_owned(),
            Type::Integer => "i64".to_owned(),
            Type::Number => "f64".to_owned(),
            Type::File => "rt::File".to_owned(),
            Type::Enum(path) | Type::Struct(path) => path.name.clone(),
            Type::List(item) => format!("Vec<{}>", item.rust()),
            Type::Map(value) => format!("std::collections::BTreeMap<String, {}>", value.rust()),
        }
    }
}

impl Field {
    /// The type in Rust, with what the presence wraps around it.
    pub(crate) fn rust_type(&self) -> String {
        let value = self.ty.rust();
        match self.presence {
            Presence::Required | Presence::Defaulted => value,
            Presence::Optional | Presence::PatchOptional => format!("Option<{value}>"),
            Presence::PatchClearable => format!("rt::Update<{value}>"),
        }
    }
}

/// Whether values of these fields can be compared: files are streams.
pub(crate) fn are_comparable<'a>(mut fields: impl Iterator<Item = &'a Field>) -> bool {
    !fields.any(|field| *field.ty.innermost() == Type::File)
}

/// Where a type is defined.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TypePath {
    /// Its module.
    pub module: Module,
    /// Its name.
    pub name: String,
}

/// A module of the generated crate.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs)]
pub enum Module {
    Shared,
    Version { service: String, version: String },
    Resource { service: String, version: String, resource: String },
}
