//! Schemas become fields, structs and enums.

use std::collections::HashSet;

use openapiv3::{
    AdditionalProperties, IntegerFormat, ObjectType, ReferenceOr, Schema, SchemaData, SchemaKind, StringFormat,
    StringType, Type as SchemaType, VariantOrUnknownOrEmpty as Format,
};

use super::Lower;
use super::extensions::{Extensions, value};
use crate::diagnostic::{Code, Diagnostic, Pointer, nearest};
use crate::dialect::Section;
use crate::ir::{Field, Module, Presence, Struct, Type, TypeDef, TypePath, Usage, Value, Waiver};
use crate::load::Resolved;
use crate::names::{ident, is_pascal, pascal};

/// A schema as it stands somewhere: a reference or the thing itself.
#[derive(Clone, Copy)]
pub(crate) enum View<'a> {
    Reference(&'a str),
    Schema(&'a Schema),
}

impl<'a> From<&'a ReferenceOr<Schema>> for View<'a> {
    fn from(schema: &'a ReferenceOr<Schema>) -> Self {
        match schema {
            ReferenceOr::Reference { reference } => View::Reference(reference),
            ReferenceOr::Item(schema) => View::Schema(schema),
        }
    }
}

impl<'a> From<&'a ReferenceOr<Box<Schema>>> for View<'a> {
    fn from(schema: &'a ReferenceOr<Box<Schema>>) -> Self {
        match schema {
            ReferenceOr::Reference { reference } => View::Reference(reference),
            ReferenceOr::Item(schema) => View::Schema(schema),
        }
    }
}

/// Who owns a field: inline enums are called after owner and field.
#[derive(Clone, Copy)]
pub(crate) struct Owner<'a> {
    pub(crate) module: &'a Module,
    pub(crate) name: &'a str,
}

impl Lower<'_> {
    /// A property or parameter. `None` when its mistakes are reported.
    pub(crate) fn field(
        &mut self,
        owner: Owner<'_>,
        place: &Pointer,
        name: &str,
        view: View<'_>,
        required: bool,
    ) -> Option<Field> {
        let schema_place = place.clone();
        let type_name = format!("{}{}", owner.name, pascal(name));
        let Some(ty) = self.ty(owner.module, &type_name, &schema_place, view) else {
            self.diagnostics.left_out(place);
            return None;
        };
        let no_data = SchemaData::default();
        let data = match view {
            View::Reference(_) => &no_data,
            View::Schema(schema) => &schema.schema_data,
        };
        let extensions = Extensions(&data.extensions);
        let mut prose = extensions.texts("x-feishu-prose");
        let mut waivers = extensions.waivers(place);
        if let View::Schema(schema) = view {
            of_elements(&place.key("items"), schema, &mut prose, &mut waivers);
        }
        Some(Field {
            name: name.to_owned(),
            ident: ident(name),
            ty,
            presence: if required { Presence::Required } else { Presence::Optional },
            description: text(data.description.as_deref()),
            deprecated: data.deprecated,
            default: data.default.as_ref().map(value),
            example: data.example.as_ref().map(value),
            limits: self.limits(place),
            prose,
            waivers,
            place: place.clone(),
        })
    }

    /// The properties of an inline or named object, in order.
    pub(crate) fn fields(&mut self, owner: Owner<'_>, place: &Pointer, object: &ObjectType) -> Vec<Field> {
        let properties = place.key("properties");
        let mut required = HashSet::new();
        for (index, name) in object.required.iter().enumerate() {
            let place = place.key("required").index(index);
            let twice = !required.insert(name.as_str());
            if twice {
                self.diagnostics.push(
                    Diagnostic::new(Code::RequiredProperty, &place, format!("`{name}` stands here twice"))
                        .label("the second one")
                        .help("remove one of the two"),
                );
            } else if !object.properties.contains_key(name) {
                let help = match nearest(name, object.properties.keys().map(String::as_str)) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => "describe it under `properties`, or take it off the list".to_owned(),
                };
                self.diagnostics.push(
                    Diagnostic::new(Code::RequiredProperty, &place, format!("there is no property `{name}`"))
                        .label("required, but not described")
                        .help(help),
                );
            }
        }
        let fields = object.properties.iter();
        fields
            .filter_map(|(name, schema)| {
                let required = required.contains(name.as_str());
                self.field(owner, &properties.key(name), name, schema.into(), required)
            })
            .collect()
    }

    fn ty(&mut self, module: &Module, name: &str, place: &Pointer, view: View<'_>) -> Option<Type> {
        let schema = match view {
            View::Reference(reference) => return self.reference(place, reference),
            View::Schema(schema) => schema,
        };
        match &schema.schema_kind {
            SchemaKind::Type(SchemaType::String(string)) => self.string(module, name, place, schema, string),
            SchemaKind::Type(SchemaType::Integer(integer)) => {
                if !matches!(integer.format, Format::Empty | Format::Item(IntegerFormat::Int64)) {
                    self.format_error(place, "an integer", "`int64`, or none");
                    return None;
                }
                if integer.enumeration.is_empty() {
                    return Some(Type::Integer);
                }
                self.integer_enum(module, name, place, schema, &integer.enumeration)
            }
            SchemaKind::Type(SchemaType::Number(_)) => Some(Type::Number),
            SchemaKind::Type(SchemaType::Boolean(_)) => Some(Type::Boolean),
            SchemaKind::Type(SchemaType::Array(array)) => match &array.items {
                Some(items) => {
                    let item = self.ty(module, name, &place.key("items"), items.into())?;
                    Some(Type::List(Box::new(item)))
                }
                None => self.refuse(
                    Code::SchemaType,
                    place,
                    "a list needs `items`",
                    "what its elements are is not said",
                    "add `items: {type: string}`, or what the page says",
                ),
            },
            SchemaKind::Type(SchemaType::Object(object)) => self.inline_object(module, name, place, object),
            SchemaKind::AllOf { all_of } => match &all_of[..] {
                [ReferenceOr::Reference { reference }] => self.reference(&place.key("allOf").index(0), reference),
                _ => self.refuse(
                    Code::AllOf,
                    place,
                    "`allOf` holds one `$ref` here",
                    "something else than one reference",
                    "write the properties out in one named component",
                ),
            },
            _ => self.refuse(
                Code::SchemaType,
                place,
                "this schema has no `type`, or keys that do not belong to it",
                "what its values are is not said",
                "write `type`, and only keys that go with it",
            ),
        }
    }

    fn inline_object(&mut self, module: &Module, name: &str, place: &Pointer, object: &ObjectType) -> Option<Type> {
        match &object.additional_properties {
            Some(AdditionalProperties::Schema(values)) if object.properties.is_empty() => {
                let view = View::from(&**values);
                let value = self.ty(module, name, &place.key("additionalProperties"), view)?;
                Some(Type::Map(Box::new(value)))
            }
            _ if object.properties.is_empty() => self.refuse(
                Code::InlineObject,
                place,
                "what this object holds is not said",
                "no fields and no values",
                "describe it as a component with `properties`, or as a map by `additionalProperties: {type: …}`",
            ),
            _ => self.refuse(
                Code::InlineObject,
                place,
                "this object has no name",
                "a type of its own, written out here",
                "move it to `components.schemas` and refer to it by `$ref`",
            ),
        }
    }

    fn string(
        &mut self,
        module: &Module,
        name: &str,
        place: &Pointer,
        schema: &Schema,
        string: &StringType,
    ) -> Option<Type> {
        match &string.format {
            Format::Empty if string.enumeration.is_empty() => Some(Type::String),
            Format::Empty => self.string_enum(module, name, place, schema, &string.enumeration),
            Format::Item(StringFormat::Binary) => Some(Type::File),
            Format::Unknown(format) if format == "unix-millis" => Some(Type::Millis),
            Format::Unknown(format) if format == "unix-seconds" => Some(Type::Seconds),
            _ => {
                self.format_error(place, "a string", "`unix-millis`, `unix-seconds`, `binary`, or none");
                None
            }
        }
    }

    fn format_error(&mut self, place: &Pointer, what: &str, known: &str) {
        self.diagnostics.push(
            Diagnostic::new(Code::Format, &place.key("format"), format!("{what} has no such format in our dialect"))
                .label(format!("expected {known}"))
                .help("leave `format` out, or use `pattern`"),
        );
    }

    fn refuse<T>(&mut self, code: Code, place: &Pointer, message: &str, label: &str, help: &str) -> Option<T> {
        self.diagnostics.push(Diagnostic::new(code, place, message).at_key().label(label).help(help));
        None
    }

    /// The type behind a `$ref`; its definition is lowered once.
    fn reference(&mut self, place: &Pointer, reference: &str) -> Option<Type> {
        let resolved = self.resolve(place, reference, Section::Schemas)?;
        if let Some(known) = self.known.get(&resolved) {
            return known.clone();
        }
        let Some(module) = self.module(&resolved.file) else {
            self.known.insert(resolved, None);
            return None;
        };
        let path = TypePath { module, name: resolved.name.clone() };
        let documents = self.documents;
        let ty = match documents.schema(&resolved)? {
            ReferenceOr::Reference { .. } => {
                let place = resolved.place(Section::Schemas);
                self.refuse(
                    Code::Component,
                    &place,
                    "a component is a schema of its own",
                    "refers to another one",
                    "refer to the other one directly",
                )
            }
            ReferenceOr::Item(schema) => match &schema.schema_kind {
                SchemaKind::Type(SchemaType::Object(object))
                    if object.additional_properties.is_none() || !object.properties.is_empty() =>
                {
                    // Known before its fields are, so that a type may hold itself.
                    self.known.insert(resolved.clone(), Some(Type::Struct(path.clone())));
                    self.define_struct(&resolved, &path, schema, object);
                    Some(Type::Struct(path))
                }
                SchemaKind::Type(SchemaType::String(string)) if !string.enumeration.is_empty() => {
                    let place = resolved.place(Section::Schemas);
                    self.string_enum(&path.module, &path.name, &place, schema, &string.enumeration)
                }
                SchemaKind::Type(SchemaType::Integer(integer)) if !integer.enumeration.is_empty() => {
                    let place = resolved.place(Section::Schemas);
                    self.integer_enum(&path.module, &path.name, &place, schema, &integer.enumeration)
                }
                _ => {
                    let place = resolved.place(Section::Schemas);
                    let help = "write the type where it is used";
                    let label = "neither an object nor an enum";
                    self.refuse(
                        Code::Component,
                        &place,
                        "a named schema is an object with properties or an enum",
                        label,
                        help,
                    )
                }
            },
        };
        self.known.insert(resolved, ty.clone());
        ty
    }

    fn define_struct(&mut self, resolved: &Resolved, path: &TypePath, schema: &Schema, object: &ObjectType) {
        let place = resolved.place(Section::Schemas);
        self.type_name(&place, &path.name);
        let owner = Owner { module: &path.module, name: &path.name };
        let fields = self.fields(owner, &place, object);
        let definition = Struct {
            name: path.name.clone(),
            description: text(schema.schema_data.description.as_deref()),
            fields,
            usage: Usage::default(),
            is_checked: false,
            place,
        };
        self.define(path.clone(), TypeDef::Struct(definition));
    }

    /// Reports a component whose name is no name for a type.
    pub(crate) fn type_name(&mut self, place: &Pointer, name: &str) {
        if !is_pascal(name) {
            self.diagnostics.push(
                Diagnostic::new(Code::ComponentName, place, format!("`{name}` is no name for a type"))
                    .at_key()
                    .label("becomes a type in Rust")
                    .help(format!("call it `{}`", pascal(name))),
            );
        }
    }
}

/// A description without the line break that YAML leaves at its end.
pub(crate) fn text(description: Option<&str>) -> String {
    description.unwrap_or_default().trim().to_owned()
}

/// What the elements of a list say about their page is said about the list: pages have one row for both.
fn of_elements(place: &Pointer, schema: &Schema, prose: &mut Vec<String>, waivers: &mut Vec<Waiver>) {
    if let SchemaKind::Type(SchemaType::Array(array)) = &schema.schema_kind
        && let Some(ReferenceOr::Item(items)) = &array.items
    {
        let extensions = Extensions(&items.schema_data.extensions);
        prose.extend(extensions.texts("x-feishu-prose"));
        waivers.extend(extensions.waivers(place));
    }
}

/// A default or example as plain data.
pub(crate) fn plain(json: Option<&serde_json::Value>) -> Option<Value> {
    json.map(value)
}
