//! Rules about update masks.

use super::context::Context;
use super::names::name_of;
use crate::diagnostic::{Code, Diagnostic, Diagnostics, nearest};
use crate::ir::{Operation, Type, TypeDef, UpdateMask, Values};

/// The mask lists exactly the fields of its target.
///
/// A field that the mask does not know could be set, but never sent. A name without a field could be sent, but
/// nobody knows with which value; where a page lists one, the spec leaves it out and says so in a waiver.
pub(crate) fn update_mask(context: &Context<'_>, operation: &Operation, diagnostics: &mut Diagnostics) {
    for mask in operation.masks() {
        let Type::List(item) = &mask.fields.ty else { continue };
        let Type::Enum(path) = &**item else { continue };
        let Some(TypeDef::Enum(definition)) = context.ty(path) else { continue };
        let Values::Strings(variants) = &definition.values else { continue };
        let names: Vec<&str> = variants.iter().map(|variant| variant.value.as_str()).collect();
        unlisted(mask, &names, diagnostics);
        if context.is_whole(&operation.place) {
            unknown(operation, mask, &definition.place, &names, diagnostics);
        }
    }
}

fn unlisted(mask: &UpdateMask, names: &[&str], diagnostics: &mut Diagnostics) {
    for value in mask.values.iter().filter(|value| !names.contains(&value.name.as_str())) {
        let message = format!("`{}` does not know `{}`", mask.fields.name, value.name);
        diagnostics.push(
            name_of(Code::UpdateMask, value, message)
                .label("could be set, but never sent")
                .help(format!("add `{}` to the `enum` of `{}`, or take the field out", value.name, mask.fields.name)),
        );
    }
}

fn unknown(
    operation: &Operation,
    mask: &UpdateMask,
    place: &crate::diagnostic::Pointer,
    names: &[&str],
    diagnostics: &mut Diagnostics,
) {
    let inline = place.path.starts_with(&operation.place.path);
    for (index, name) in names.iter().enumerate() {
        if mask.values.iter().any(|value| value.name == *name) {
            continue;
        }
        let help = match nearest(name, mask.values.iter().map(|value| value.name.as_str())) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("describe `{name}` in `{}`, or take it out with a waiver", mask.target),
        };
        let place = if inline { &mask.fields.place.key("items") } else { place };
        diagnostics.push(
            Diagnostic::new(
                Code::UpdateMask,
                &place.key("enum").index(index),
                format!("`{}` has no field `{name}`", mask.target),
            )
            .label("could be named, but not set")
            .help(help),
        );
    }
}
