//! Limits: tighter, looser, or documentation only.

use super::table::{self, Row};
use crate::ir::{Effect, Field, Limit, LimitChange, Type};

/// One limit that differs.
pub(super) struct Moved {
    pub(super) row: &'static Row,
    pub(super) what: String,
    pub(super) before: String,
    pub(super) after: String,
}

/// What differs between the limits of a field, at any depth; `checked` says whether `validate()` reaches it.
pub(super) fn compare(old: &Field, new: &Field, checked: bool) -> Vec<Moved> {
    let mut moved = Vec::new();
    let (mut ty, mut before, mut after) = (Some(&new.ty), &old.limits, &new.limits);
    let mut part = String::new();
    while let Some(level) = ty {
        moved.extend(after.changes(before).map(|change| self::moved(&part, level, change, checked)));
        part.push_str("each ");
        (ty, before, after) = (level.inner(), before.inner(), after.inner());
    }
    moved
}

fn moved(part: &str, ty: &Type, change: LimitChange<'_>, checked: bool) -> Moved {
    let LimitChange { before, after, effect } = change;
    let is_checked = |limit: Option<&Limit>| limit.is_some_and(|limit| limit.is_checked(ty));
    let row = match effect {
        _ if !checked || !(is_checked(before) || is_checked(after)) => &table::LIMIT_DOCUMENTED,
        Effect::Tighter => &table::LIMIT_TIGHTENED,
        Effect::Looser => &table::LIMIT_LOOSENED,
        Effect::None => &table::LIMIT_DOCUMENTED,
    };
    let key = after.or(before).map_or("", |limit| limit.key().name());
    let shown = |limit: Option<&Limit>| limit.map(Limit::to_string).unwrap_or_default();
    Moved { row, what: format!("{part}{key}"), before: shown(before), after: shown(after) }
}
