//! Structs and enums.

use super::fields::{Checks, builder, declaration, object};
use super::{print, words};
use crate::ir::{Enum, Field, Operation, Struct, TypeDef, Values, Variant};

const DERIVES: &str = "derive(Clone, Debug, Default, PartialEq)";

/// The parts of a file that define one type.
pub(crate) fn definition(definition: &TypeDef, checks: &Checks) -> Vec<String> {
    match definition {
        TypeDef::Struct(definition) => structure(definition, checks),
        TypeDef::Enum(definition) => vec![enumeration(definition)],
    }
}

fn structure(definition: &Struct, checks: &Checks) -> Vec<String> {
    let docs = described(&definition.description, &definition.name);
    let fields: String = definition.fields.iter().map(declaration).collect();
    let mut attributes = vec![DERIVES.to_owned()];
    if !definition.usage.request {
        attributes.push("non_exhaustive".to_owned());
    }
    let mut parts = vec![
        print::structure(&docs, &attributes, &definition.name, &fields),
        object(&definition.name, &definition.fields),
    ];
    if definition.usage.request {
        let fields: Vec<&Field> = definition.fields.iter().collect();
        parts.push(builder(&definition.name, &fields));
        if definition.is_checked {
            parts.push(checks.implementation(&definition.name, &fields));
        }
    }
    parts
}

/// A struct that only one operation answers.
pub(crate) fn answer(operation: &Operation) -> Vec<String> {
    let (name, fields) = (&operation.response, &operation.answer);
    let declarations: String = fields.iter().map(declaration).collect();
    let attributes = [DERIVES.to_owned(), "non_exhaustive".to_owned()];
    let docs =
        described(&operation.answer_description, name) + &format!("\n\nThe answer to [`{}`].", operation.request);
    vec![print::structure(&docs, &attributes, name, &declarations), object(name, fields)]
}

fn described(description: &str, name: &str) -> String {
    if description.is_empty() { words::code(name) } else { words::prose(description) }
}

fn enumeration(definition: &Enum) -> String {
    let mut text = String::from("rt::open_enum! {\n");
    text.push_str(&print::docs("    ", &described(&definition.description, &definition.name)));
    match &definition.values {
        Values::Strings(variants) => {
            text.push_str(&format!("    pub enum {} {{\n", definition.name));
            variants.iter().for_each(|variant| text.push_str(&self::variant(variant)));
        }
        Values::Integers(variants) => {
            text.push_str(&format!("    pub enum {}: i64 {{\n", definition.name));
            variants.iter().for_each(|variant| text.push_str(&self::variant(variant)));
        }
    }
    text.push_str("    }\n}\n");
    text
}

fn variant<T: std::fmt::Debug + ToString>(variant: &Variant<T>) -> String {
    let on_the_wire = words::code(&variant.value.to_string());
    let documentation = if variant.description.is_empty() {
        on_the_wire
    } else {
        format!("{}\n\nOn the wire: {on_the_wire}.", words::prose(&variant.description))
    };
    let docs = print::docs("        ", &documentation);
    format!("{docs}        {} = {:?},\n", variant.name, variant.value)
}
