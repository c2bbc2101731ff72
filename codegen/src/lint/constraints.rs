//! Rules about the checks of rules.

use super::context::Context;
use crate::diagnostic::{Code, Diagnostic, Diagnostics, Pointer, nearest};
use crate::ir::{ConstraintCheck, Enum, Event, Field, NoField, Operation, Requirement, Type, TypeDef, Values, When};

/// Every check names fields of the request that fit what it demands of them.
pub(crate) fn checks(context: &Context<'_>, operation: &Operation, diagnostics: &mut Diagnostics) {
    // What could not be read is missing in the request.
    if !context.is_whole(&operation.place) {
        return;
    }
    let place = operation.place.key("x-feishu-rules");
    for (index, rule) in operation.constraints.iter().enumerate() {
        let place = place.index(index).key("check");
        for (index, check) in rule.checks.iter().enumerate() {
            check_fields(context, operation, &place.index(index), check, diagnostics);
        }
    }
}

/// An event is received, so nothing of it can be checked before it is sent.
pub(crate) fn of_event(event: &Event, diagnostics: &mut Diagnostics) {
    for (index, rule) in event.constraints.iter().enumerate() {
        if !rule.checks.is_empty() {
            let place = event.place.key("x-feishu-rules").index(index).key("check");
            diagnostics.push(
                Diagnostic::new(Code::RuleCheck, &place, "an event is not checked")
                    .label("this client receives it")
                    .help("take the `check` away, and write `enforced: server`"),
            );
        }
    }
}

fn check_fields(
    context: &Context<'_>,
    operation: &Operation,
    place: &Pointer,
    check: &ConstraintCheck,
    diagnostics: &mut Diagnostics,
) {
    let fields_of = |path: &_| match context.ty(path) {
        Some(TypeDef::Struct(definition)) => Some(&definition.fields[..]),
        _ => None,
    };
    let follow = |place: &Pointer, path: &str, diagnostics: &mut Diagnostics| {
        let led_nowhere = |no_field| diagnostics.push(leads_nowhere(place, no_field));
        operation.follow(path, fields_of).map_err(led_nowhere).ok()
    };
    let refuse = |place: &Pointer, path: &str, misfit: Option<Misfit>, diagnostics: &mut Diagnostics| {
        if let Some((message, help)) = misfit {
            let message = format!("`{path}` {message}");
            diagnostics.push(Diagnostic::new(Code::RuleCheck, place, message).label("does not fit").help(help));
        }
    };
    if let Some(When { field, is }) = &check.when {
        let way = follow(&place.key("if"), field, diagnostics);
        if let (Some([.., last]), Some(is)) = (way.as_deref(), is) {
            refuse(&place.key("is"), field, has_value(context, last, is), diagnostics);
        }
    }
    for (index, path) in check.fields.iter().enumerate() {
        let place = place.key(check.demand.key()).index(index);
        if let Some(way) = follow(&place, path, diagnostics) {
            refuse(&place, path, fits(check.demand, &way), diagnostics);
        }
    }
}

fn leads_nowhere(place: &Pointer, no_field: NoField<'_>) -> Diagnostic {
    let help = match nearest(&no_field.name, no_field.known.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "a path begins with a field of the request, and goes on below it: `due.timestamp`".to_owned(),
    };
    let message = format!("there is no field `{}`", no_field.name);
    Diagnostic::new(Code::RuleCheck, place, message).label("leads nowhere").help(help)
}

/// What is wrong, and what to do.
type Misfit = (String, String);

fn fits(demand: Requirement, way: &[&Field]) -> Option<Misfit> {
    let (last, before) = way.split_last()?;
    let (wanted, is_right) = match demand {
        Requirement::Needs | Requirement::Excludes | Requirement::AnyOf => return None,
        Requirement::Order | Requirement::NotNegative => {
            ("a number or a point in time", matches!(last.ty, Type::Integer | Type::Millis | Type::Seconds))
        }
        Requirement::Equal => ("`true` or `false`", last.ty == Type::Boolean),
    };
    let help = format!("`{}` is for fields that stand in no list and hold {wanted}", demand.key());
    if !is_right {
        return Some((format!("does not hold {wanted}"), help));
    }
    let in_list = before.iter().any(|field| matches!(field.ty, Type::List(_)));
    in_list.then(|| ("stands in a list".to_owned(), help))
}

/// Whether a field can have a value.
fn has_value(context: &Context<'_>, field: &Field, value: &str) -> Option<Misfit> {
    let no_text = |what: &str| Some((what.to_owned(), "`is` takes a text, or a value of an enum of texts".to_owned()));
    let variants = match &field.ty {
        Type::String => return None,
        Type::Enum(path) => match context.ty(path) {
            Some(TypeDef::Enum(Enum { values: Values::Strings(variants), .. })) => variants,
            Some(TypeDef::Enum(_)) => return no_text("is a number"),
            _ => return None,
        },
        _ => return no_text("is no text"),
    };
    let known = || variants.iter().map(|variant| variant.value.as_str());
    if known().any(|known| known == value) {
        return None;
    }
    let help = match nearest(value, known()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("its values are `{}`", known().collect::<Vec<_>>().join("`, `")),
    };
    Some((format!("is never `{value}`"), help))
}
