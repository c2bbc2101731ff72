//! Types: structs, enums, their fields, and what fields hold.

use super::{Ident, Value, Waiver};
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
    /// What the value must satisfy.
    pub limits: Limits,
    /// What the elements of a list must satisfy.
    pub item_limits: Limits,
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

/// What a value must satisfy. Lengths count characters.
#[derive(Clone, Debug, Default, PartialEq)]
#[allow(missing_docs)]
pub struct Limits {
    pub min_length: Option<u64>,
    pub max_length: Option<u64>,
    pub pattern: Option<String>,
    pub minimum: Option<Number>,
    pub maximum: Option<Number>,
    pub min_items: Option<u64>,
    pub max_items: Option<u64>,
    pub unique_items: bool,
    pub max_bytes: Option<u64>,
}

impl Limits {
    /// Whether nothing is demanded.
    pub fn is_empty(&self) -> bool {
        *self == Limits::default()
    }
}

/// The bound of a numeric range.
#[derive(Clone, Copy, Debug, PartialEq)]
#[allow(missing_docs)]
pub enum Number {
    Integer(i64),
    Float(f64),
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
