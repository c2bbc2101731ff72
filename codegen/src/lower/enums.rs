//! Enums: their values get names.

use std::collections::HashSet;

use openapiv3::Schema;

use super::Lower;
use super::extensions::Extensions;
use super::schema::text;
use crate::diagnostic::{Code, Diagnostic, Pointer};
use crate::ir::{Enum, Module, Type, TypeDef, TypePath, Values, Variant};
use crate::names::{is_pascal, pascal};

impl Lower<'_> {
    pub(crate) fn string_enum(
        &mut self,
        module: &Module,
        name: &str,
        place: &Pointer,
        schema: &Schema,
        values: &[Option<String>],
    ) -> Option<Type> {
        let values: Vec<String> = values.iter().map(|value| value.clone().unwrap_or_default()).collect();
        let given = self.variant_names(place, schema, values.len())?;
        let names = given.unwrap_or_else(|| values.iter().map(|value| pascal(value)).collect());
        let descriptions = descriptions(schema, values.iter().map(String::as_str));
        let variants = values.into_iter().zip(names).zip(descriptions);
        let variants = variants.map(|((value, name), description)| Variant { name, value, description }).collect();
        self.define_enum(module, name, place, schema, Values::Strings(variants))
    }

    pub(crate) fn integer_enum(
        &mut self,
        module: &Module,
        name: &str,
        place: &Pointer,
        schema: &Schema,
        values: &[Option<i64>],
    ) -> Option<Type> {
        let values: Vec<i64> = values.iter().map(|value| value.unwrap_or_default()).collect();
        let Some(names) = self.variant_names(place, schema, values.len())? else {
            self.diagnostics.push(
                Diagnostic::new(Code::EnumNames, &place.key("enum"), "the values of this enum have no names")
                    .at_key()
                    .label("integers")
                    .help("add `x-enum-varnames`, one Rust name for each value, in the same order"),
            );
            return None;
        };
        let texts: Vec<String> = values.iter().map(i64::to_string).collect();
        let descriptions = descriptions(schema, texts.iter().map(String::as_str));
        let variants = values.into_iter().zip(names).zip(descriptions);
        let variants = variants.map(|((value, name), description)| Variant { name, value, description }).collect();
        self.define_enum(module, name, place, schema, Values::Integers(variants))
    }

    fn define_enum(
        &mut self,
        module: &Module,
        name: &str,
        place: &Pointer,
        schema: &Schema,
        values: Values,
    ) -> Option<Type> {
        self.type_name(place, name);
        self.enum_values(place, &values);
        let path = TypePath { module: module.clone(), name: name.to_owned() };
        let description = text(schema.schema_data.description.as_deref());
        // What stands beside an inline enum is said by the field that owns it.
        let (limits, prose) = match is_component(place) {
            true => (self.limits(place), Extensions(&schema.schema_data.extensions).texts("x-feishu-prose")),
            false => Default::default(),
        };
        let definition = Enum { name: name.to_owned(), description, values, limits, prose, place: place.clone() };
        self.define(path.clone(), TypeDef::Enum(definition));
        Some(Type::Enum(path))
    }

    /// The given names, if there are any; `None` if they are wrong.
    fn variant_names(&mut self, place: &Pointer, schema: &Schema, count: usize) -> Option<Option<Vec<String>>> {
        let extensions = Extensions(&schema.schema_data.extensions);
        if extensions.get("x-enum-varnames").is_none() {
            return Some(None);
        }
        let names = extensions.texts("x-enum-varnames");
        let place = place.key("x-enum-varnames");
        let before = self.diagnostics.len();
        if names.len() != count {
            let names = if names.len() == 1 { "is 1 name".to_owned() } else { format!("are {} names", names.len()) };
            let values = if count == 1 { "1 value".to_owned() } else { format!("{count} values") };
            let message = format!("there {names} for {values}");
            self.diagnostics.push(
                Diagnostic::new(Code::EnumNames, &place, message)
                    .at_key()
                    .label("expected one name for each value of `enum`")
                    .help("write them in the order of `enum`"),
            );
        }
        for (index, name) in names.iter().enumerate().filter(|(_, name)| !is_pascal(name)) {
            self.diagnostics.push(
                Diagnostic::new(Code::EnumNames, &place.index(index), format!("`{name}` is no name for a variant"))
                    .label("expected a name such as `AllAssignees`"),
            );
        }
        (self.diagnostics.len() == before).then_some(Some(names))
    }

    /// Doubled values, and values whose names collide.
    fn enum_values(&mut self, place: &Pointer, values: &Values) {
        let pairs: Vec<(String, String)> = match values {
            Values::Strings(variants) => {
                variants.iter().map(|variant| (variant.value.clone(), variant.name.clone())).collect()
            }
            Values::Integers(variants) => {
                variants.iter().map(|variant| (variant.value.to_string(), variant.name.clone())).collect()
            }
        };
        let place = place.key("enum");
        let (mut values, mut names) = (HashSet::new(), HashSet::from(["Other"]));
        for (index, (value, name)) in pairs.iter().enumerate() {
            let place = place.index(index);
            if !values.insert(value.as_str()) {
                self.diagnostics.push(
                    Diagnostic::new(Code::EnumValues, &place, format!("`{value}` stands here twice"))
                        .label("the second one")
                        .help("remove one of the two"),
                );
            } else if !names.insert(name.as_str()) {
                let message = format!("the value `{value}` would be called `{name}`, which is taken");
                self.diagnostics.push(
                    Diagnostic::new(Code::EnumValues, &place, message)
                        .label("needs another name")
                        .help("add `x-enum-varnames`, one Rust name for each value, in the same order"),
                );
            }
        }
    }
}

/// Whether a schema is a component of its own: `/components/schemas/Name`.
fn is_component(place: &Pointer) -> bool {
    place.path.starts_with("/components/schemas/") && place.path.matches('/').count() == 3
}

fn descriptions<'a>(schema: &Schema, values: impl Iterator<Item = &'a str>) -> Vec<String> {
    let descriptions = Extensions(&schema.schema_data.extensions).get("x-enumDescriptions");
    values.map(|value| super::extensions::field(descriptions, value)).collect()
}
