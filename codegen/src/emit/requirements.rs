//! What is checked of demands that concern several fields.

use super::fields::Checks;
use super::print;
use crate::ir::{ConstraintCheck, Field, Operation, Presence, Requirement, Type, UpdateMask, When};

/// The calls that check the rules of an operation, and what they need.
pub(crate) fn calls(operation: &Operation, checks: &Checks) -> (String, String) {
    let stated = operation.constraints.iter().flat_map(|rule| &rule.checks);
    let calls: String = stated.map(|check| call(check, operation, checks)).collect();
    let used: Vec<&str> =
        ["has", "is", "number", "part"].into_iter().filter(|name| calls.contains(&format!(" {name}("))).collect();
    let import = match used[..] {
        [] => String::new(),
        [name] => format!("        use rt::check::{name};\n"),
        _ => format!("        use rt::check::{{{}}};\n", used.join(", ")),
    };
    (import, calls)
}

fn call(check: &ConstraintCheck, operation: &Operation, checks: &Checks) -> String {
    let way = |path: &str| checks.way(operation, path);
    let write = |arguments: &[String]| {
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        print::listed("        ", &format!("check.{}", check.demand.key()), &arguments, ";")
    };
    let two = |value: fn(&[&Field], &str) -> String| {
        let sides = check.fields.iter().flat_map(|field| [format!("{field:?}"), value(&way(field), "self")]);
        write(&sides.collect::<Vec<_>>())
    };
    match check.demand {
        Requirement::Needs | Requirement::Excludes => {
            let Some(when) = &check.when else { return String::new() };
            let given = if check.demand == Requirement::Excludes { is_changed } else { is_given };
            let mut condition = match &when.is {
                Some(value) => is(&way(&when.field), "self", value),
                None => given(&way(&when.field), "self"),
            };
            // What changes is then said by the caller, and may be less than what is given.
            if let Some(mask) = mask_of(operation, &when.field) {
                condition = format!("self.{}.is_none() && {condition}", mask.fields.ident.0);
            }
            let line = |field: &String| {
                let is_given = given(&way(field), "self");
                write(&[words(when), condition.clone(), format!("{field:?}"), is_given])
            };
            check.fields.iter().map(line).collect()
        }
        Requirement::AnyOf => {
            let names = check.fields.iter().map(|field| format!("{field:?}")).collect::<Vec<_>>().join(", ");
            let given = check.fields.iter().map(|field| is_given(&way(field), "self"));
            write(&[format!("&[{names}]"), given.collect::<Vec<_>>().join(" || ")])
        }
        Requirement::Order => two(number),
        Requirement::Equal => two(flag),
        Requirement::NotNegative => {
            check.fields.iter().map(|field| write(&[format!("{field:?}"), number(&way(field), "self")])).collect()
        }
    }
}

/// The update mask that says whether a field is sent at all.
fn mask_of<'a>(operation: &'a Operation, path: &str) -> Option<&'a UpdateMask> {
    let name = path.split('.').next().unwrap_or_default();
    operation.masks().find(|mask| mask.values.iter().any(|value| value.name == name))
}

/// The condition, as messages name it.
fn words(when: &When) -> String {
    match &when.is {
        Some(value) => format!("{:?}", format!("`{}` `{value}`", when.field)),
        None => format!("{:?}", format!("`{}`", when.field)),
    }
}

/// Something about the end of a way, through whatever is absent or a list.
fn about(way: &[&Field], base: &str, end: &dyn Fn(&Field, &str) -> String) -> String {
    let Some((field, rest)) = way.split_first() else { return "true".to_owned() };
    let access = format!("{base}.{}", field.ident.0);
    if rest.is_empty() {
        return end(field, &access);
    }
    let inner = |base: &str| match field.ty {
        Type::List(_) => format!("{base}.iter().all(|it| {})", about(rest, "it", end)),
        _ => about(rest, base, end),
    };
    match field.presence {
        Presence::Required | Presence::Defaulted => inner(&access),
        Presence::Optional | Presence::PatchOptional | Presence::PatchClearable => {
            format!("part(&{access}, |it| {})", inner("it"))
        }
    }
}

/// Empty texts and lists are not given.
fn is_given(way: &[&Field], base: &str) -> String {
    about(way, base, &given)
}

fn given(field: &Field, value: &str) -> String {
    match (&field.ty, field.presence) {
        (Type::String | Type::List(_) | Type::Map(_), _) => format!("has(&{value})"),
        (_, Presence::Required | Presence::Defaulted) => "true".to_owned(),
        (_, Presence::Optional | Presence::PatchOptional) => format!("{value}.is_some()"),
        (_, Presence::PatchClearable) => format!("{value}.as_set().is_some()"),
    }
}

/// Clearing a field excludes others as well as setting it does.
fn is_changed(way: &[&Field], base: &str) -> String {
    about(way, base, &|field, value| match field.presence {
        Presence::PatchClearable => format!("!{value}.is_keep()"),
        _ => given(field, value),
    })
}

fn is(way: &[&Field], base: &str, wanted: &str) -> String {
    about(way, base, &|_, value| format!("is(&{value}, {wanted:?})"))
}

fn number(way: &[&Field], base: &str) -> String {
    about(way, base, &|_, value| format!("number(&{value})"))
}

/// What is true or false, as an option: absent is false if what it belongs to is there.
fn flag(way: &[&Field], base: &str) -> String {
    about(way, base, &|field, value| match field.presence {
        Presence::Required | Presence::Defaulted => format!("Some({value})"),
        Presence::Optional | Presence::PatchOptional => format!("Some({value}.unwrap_or_default())"),
        Presence::PatchClearable => format!("{value}.as_set().copied()"),
    })
}
