//! Whatever users read about has a description.

use super::context::Context;
use super::names::name_of;
use crate::diagnostic::{Code, Diagnostic, Diagnostics, Pointer};
use crate::ir::{Enum, Field, TypeDef, Values};

/// Resources, fields and values of enums without one.
pub(crate) fn all(context: &Context<'_>, diagnostics: &mut Diagnostics) {
    for (_, resource) in context.api.resources() {
        if resource.description.trim().is_empty() {
            let place = Pointer::file(&resource.file).key("info");
            diagnostics.push(
                Diagnostic::new(Code::Undescribed, &place, format!("nothing says what `{}` is", resource.name))
                    .at_key()
                    .label("becomes the first words of the module")
                    .help("add `description: …`: what the resource is, in your own words"),
            );
        }
    }
    for operation in context.api.operations() {
        fields(operation.request_fields().chain(&operation.answer), diagnostics);
    }
    for event in context.api.events() {
        fields(&event.fields, diagnostics);
    }
    for (_, definition) in context.api.types() {
        match definition {
            TypeDef::Struct(definition) => fields(&definition.fields, diagnostics),
            TypeDef::Enum(definition) => values(definition, diagnostics),
        }
    }
}

fn fields<'a>(fields: impl IntoIterator<Item = &'a Field>, diagnostics: &mut Diagnostics) {
    for field in fields.into_iter().filter(|field| field.description.is_empty()) {
        diagnostics.push(
            name_of(Code::Undescribed, field, format!("`{}` has no description", field.name))
                .label("says nothing to whoever uses it")
                .help("add `description: …`: what it means, in your own words, with its unit"),
        );
    }
}

fn values(definition: &Enum, diagnostics: &mut Diagnostics) {
    let silent: Vec<String> = match &definition.values {
        Values::Strings(variants) => variants
            .iter()
            .filter(|variant| variant.description.is_empty())
            .map(|variant| variant.value.clone())
            .collect(),
        Values::Integers(variants) => variants
            .iter()
            .filter(|variant| variant.description.is_empty())
            .map(|variant| variant.value.to_string())
            .collect(),
    };
    if !silent.is_empty() {
        let message = format!("nothing says what `{}` means", silent.join("`, `"));
        diagnostics.push(
            Diagnostic::new(Code::Undescribed, &definition.place.key("enum"), message)
                .label("the values")
                .help("add a line for each value to `x-enumDescriptions`"),
        );
    }
}
