//! Limits: tighter, looser, or documentation only.

use std::cmp::Ordering;

use super::table::{self, Row};
use crate::emit::number;
use crate::ir::{Field, Limits, Number, Type};

/// One limit that differs.
pub(super) struct LimitChange {
    pub(super) row: &'static Row,
    pub(super) what: String,
    pub(super) before: String,
    pub(super) after: String,
}

/// What differs between the limits of a field; `checked` says whether `validate()` reaches it.
pub(super) fn compare(old: &Field, new: &Field, checked: bool) -> Vec<LimitChange> {
    let mut changes = Vec::new();
    let (own, item) = match &new.ty {
        Type::List(item) => (&new.ty, &**item),
        ty => (ty, ty),
    };
    let mut add = |prefix: &str, ty: &Type, old: &Limits, new: &Limits| {
        for mut change in differences(old, new) {
            if !(checked && is_checked(ty, &change.what)) {
                change.row = &table::LIMIT_DOCUMENTED;
            }
            change.what.insert_str(0, prefix);
            changes.push(change);
        }
    };
    add("", own, &old.limits, &new.limits);
    add("each ", item, &old.item_limits, &new.item_limits);
    changes
}

/// Whether the client checks this limit on this type; the same choice as `emit` makes.
fn is_checked(ty: &Type, what: &str) -> bool {
    match ty {
        Type::String => matches!(what, "minLength" | "maxLength" | "pattern"),
        Type::Integer | Type::Number => matches!(what, "minimum" | "maximum"),
        Type::List(_) => matches!(what, "minItems" | "maxItems" | "uniqueItems"),
        Type::File => what == "x-feishu-max-bytes",
        _ => false,
    }
}

fn differences(old: &Limits, new: &Limits) -> Vec<LimitChange> {
    let mut changes = Vec::new();
    let count = |limit: Option<u64>| {
        (limit.map(|limit| limit as f64), limit.map(|limit| limit.to_string()).unwrap_or_default())
    };
    let range = |limit: Option<Number>| (limit.map(float), limit.map(number).unwrap_or_default());
    let floors = [
        ("minLength", count(old.min_length), count(new.min_length)),
        ("minimum", range(old.minimum), range(new.minimum)),
        ("minItems", count(old.min_items), count(new.min_items)),
    ];
    for (what, old, new) in floors {
        changes.extend(bound(what, old.0, new.0, [old.1, new.1], Ordering::Greater));
    }
    let ceilings = [
        ("maxLength", count(old.max_length), count(new.max_length)),
        ("maximum", range(old.maximum), range(new.maximum)),
        ("maxItems", count(old.max_items), count(new.max_items)),
        ("x-feishu-max-bytes", count(old.max_bytes), count(new.max_bytes)),
    ];
    for (what, old, new) in ceilings {
        changes.extend(bound(what, old.0, new.0, [old.1, new.1], Ordering::Less));
    }
    let pattern = |limits: &Limits| limits.pattern.as_ref().map(|pattern| format!("`{pattern}`")).unwrap_or_default();
    // Which of two patterns allows more cannot be told; it counts as less.
    changes.extend(other("pattern", pattern(old), pattern(new)));
    let unique = |limits: &Limits| if limits.unique_items { "true".to_owned() } else { String::new() };
    changes.extend(other("uniqueItems", unique(old), unique(new)));
    changes
}

/// A bound that moved; `tighter` is how the new one compares to the old one when less is allowed.
fn bound(what: &str, old: Option<f64>, new: Option<f64>, shown: [String; 2], tighter: Ordering) -> Option<LimitChange> {
    let is_tighter = match (old, new) {
        (None, None) => return None,
        (Some(old), Some(new)) if old == new => return None,
        (Some(old), Some(new)) => new.partial_cmp(&old) == Some(tighter),
        (None, Some(_)) => true,
        (Some(_), None) => false,
    };
    let [before, after] = shown;
    Some(LimitChange { row: row(is_tighter), what: what.to_owned(), before, after })
}

fn other(what: &str, before: String, after: String) -> Option<LimitChange> {
    (before != after).then(|| LimitChange { row: row(!after.is_empty()), what: what.to_owned(), before, after })
}

fn row(tighter: bool) -> &'static Row {
    if tighter { &table::LIMIT_TIGHTENED } else { &table::LIMIT_LOOSENED }
}

fn float(number: Number) -> f64 {
    match number {
        Number::Integer(value) => value as f64,
        Number::Float(value) => value,
    }
}
