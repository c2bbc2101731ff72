//! Compares parameters and fields.

use std::collections::{HashMap, VecDeque};

use super::{Group, Report, Said, text};
use crate::facts::{Fact, Item, Stated};
use crate::prose::prose_states;
use crate::types::Ty;
use crate::value::{fits_type, same_value};

/// Which list an item stands in; pages state less about some.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    /// Always required, and no page says so.
    Path,
    /// Query, headers, body.
    Request,
    /// Nothing about required fields, little about constraints.
    Response,
}

/// What comparing items needs to know about the page.
pub(crate) struct Context<'a> {
    pub(crate) side: Side,
    /// The page's running text.
    pub(crate) head: &'a str,
    /// Facts that the format never states.
    pub(crate) silent: &'a [Fact],
    /// Scopes that the spec lists for the whole operation.
    pub(crate) field_scopes: &'a [String],
}

impl Context<'_> {
    /// Compares two lists of items and everything below them.
    pub(crate) fn lists(&self, root: &str, page: &[Item], spec: &[Item], report: &mut Report) {
        for (item, other) in pairs(page, spec) {
            let place = format!("{root}.{}", item.name);
            match other {
                Some(other) => {
                    self.item(&place, item, other, report);
                    self.lists(&place, &item.children, &other.children, report);
                }
                None => {
                    // Nothing stands in the spec, and its place is below its siblings.
                    let sibling = spec.last().map_or(0, |sibling| sibling.line);
                    report.differ(&place, Fact::Presence, presence(item), None).spec_line = sibling;
                }
            }
        }
        for (item, other) in pairs(spec, page) {
            if other.is_none() {
                let place = format!("{root}.{}", item.name);
                report.differ(&place, Fact::Presence, None, presence(item));
            }
        }
    }

    /// Compares everything about one item but its children.
    pub(crate) fn item(&self, place: &str, page: &Item, spec: &Item, report: &mut Report) {
        self.types(place, page, spec, report);
        self.required(place, page, spec, report);
        for fact in [Fact::Default, Fact::Example, Fact::Pattern] {
            self.stated(place, fact, page, spec, report);
        }
        self.bounds(place, page, spec, report);
        self.enums(place, page, spec, report);
        if page.deprecated.is_some() != spec.deprecated.is_some() {
            let said = |item: &Item| item.deprecated.as_ref().map(|d| ("true".to_owned(), d.line));
            self.one_sided(place, Fact::Deprecated, page, spec, said(page), said(spec), report);
        }
        text::values(place, page, spec, report);
        if self.side == Side::Request {
            text::limits(place, page, spec, report);
        }
        for scope in &page.field_scopes {
            let own = spec.field_scopes.iter().any(|known| known.value == scope.value);
            if !own && !self.field_scopes.contains(&scope.value) {
                let said = Some((scope.value.clone(), scope.line));
                report.differ(place, Fact::FieldScopes, said, None);
            }
        }
    }

    fn types(&self, place: &str, page: &Item, spec: &Item, report: &mut Report) {
        if page.ty == spec.ty {
            return;
        }
        let said = |item: &Item| {
            let text = if item.type_text.is_empty() { item.ty.to_string() } else { item.type_text.clone() };
            Some((text, item.line))
        };
        let vague = matches!((&page.ty, &spec.ty), (Ty::List(left), Ty::List(_)) if **left == Ty::Unknown);
        if page.ty == Ty::Unknown || vague {
            report.add(place, Fact::Type, Group::Undecidable, None, said(spec));
        } else {
            report.differ(place, Fact::Type, said(page), said(spec));
        }
    }

    fn required(&self, place: &str, page: &Item, spec: &Item, report: &mut Report) {
        if self.side != Side::Request {
            return;
        }
        let wanted = spec.required.unwrap_or(false);
        let spec_said = Some((wanted.to_string(), spec.line));
        match page.required {
            Some(required) if required == wanted => {}
            Some(required) => {
                let said = Some((required.to_string(), page.line));
                report.differ(place, Fact::Required, said, spec_said);
            }
            None if spec.prose_facts.contains(&Fact::Required)
                && prose_states(page, self.head, Fact::Required, spec) => {}
            None if page.bare || wanted => {
                report.add(place, Fact::Required, Group::Undecidable, None, spec_said);
            }
            None => {}
        }
    }

    fn stated(&self, place: &str, fact: Fact, page: &Item, spec: &Item, report: &mut Report) {
        let of = |item: &Item| match fact {
            Fact::Default => item.default.clone(),
            Fact::Example => item.example.clone(),
            _ => item.pattern.clone(),
        };
        let said = |stated: Stated<String>| (stated.value, stated.line);
        match (of(page), of(spec)) {
            (Some(left), Some(right)) => {
                let same = match fact {
                    Fact::Pattern => left.value == right.value,
                    _ => same_value(&left.value, &right.value, &page.ty),
                };
                if !same {
                    report.differ(place, fact, Some(said(left)), Some(said(right)));
                }
            }
            // A spec cannot give an example that is no value of its type.
            (Some(left), None) if fact == Fact::Example && !fits_type(&left.value, &page.ty) => {}
            (None, None) => {}
            (left, right) => {
                self.one_sided(place, fact, page, spec, left.map(said), right.map(said), report);
            }
        }
    }

    fn bounds(&self, place: &str, page: &Item, spec: &Item, report: &mut Report) {
        type Bound = Option<Stated<f64>>;
        let pairs: [(Fact, &Bound, &Bound, &str); 6] = [
            (Fact::Min, &page.min, &spec.min, ""),
            (Fact::Max, &page.max, &spec.max, ""),
            (Fact::Min, &page.min_length, &spec.min_length, " characters"),
            (Fact::Max, &page.max_length, &spec.max_length, " characters"),
            (Fact::Min, &page.min_items, &spec.min_items, " elements"),
            (Fact::Max, &page.max_items, &spec.max_items, " elements"),
        ];
        for (fact, left, right, unit) in pairs {
            let value = |bound: &Bound| bound.as_ref().map(|bound| bound.value);
            let counted = !unit.is_empty() && fact == Fact::Min;
            if value(left) == value(right) || (counted && both_unbounded(left, right)) {
                continue;
            }
            let said = |bound: &Bound| {
                let bound = bound.as_ref()?;
                Some((format!("{}{unit}", bound.value), bound.line))
            };
            self.one_sided(place, fact, page, spec, said(left), said(right), report);
        }
    }

    fn enums(&self, place: &str, page: &Item, spec: &Item, report: &mut Report) {
        let names = |item: &Item| {
            let mut names: Vec<String> = item.enum_values.iter().map(|value| value.value.clone()).collect();
            names.sort();
            names.dedup();
            names
        };
        let (left, right) = (names(page), names(spec));
        if left == right || (page.enum_loose && right.is_empty()) {
            return;
        }
        let said = |item: &Item| {
            let first = item.enum_values.first()?;
            let values: Vec<&str> = item.enum_values.iter().map(|v| v.value.as_str()).collect();
            Some((values.join(", "), first.line))
        };
        if page.enum_loose {
            report.add(place, Fact::Enum, Group::Undecidable, said(page), said(spec));
        } else {
            self.one_sided(place, Fact::Enum, page, spec, said(page), said(spec), report);
            let missing = |of: &[String], other: &[String]| {
                let names = of.iter().filter(|name| !other.contains(name));
                names.cloned().collect::<Vec<_>>().join(", ")
            };
            if let Some(last) = report.differences.last_mut()
                && last.group == Group::Different
                && last.place == place
            {
                let note = format!(
                    "only on the page: {}; only in the spec: {}",
                    missing(&left, &right),
                    missing(&right, &left)
                );
                last.note = Some(note);
            }
        }
    }

    /// Files a difference, unless the side that is silent has a reason to be.
    #[allow(clippy::too_many_arguments)]
    fn one_sided(
        &self,
        place: &str,
        fact: Fact,
        page: &Item,
        spec: &Item,
        page_said: Said,
        spec_said: Said,
        report: &mut Report,
    ) {
        if page_said.is_some() {
            report.differ(place, fact, page_said, spec_said);
            return;
        }
        let in_prose = spec.prose_facts.contains(&fact);
        if in_prose && prose_states(page, self.head, fact, spec) {
            return;
        }
        if page.bare || self.silent.contains(&fact) {
            report.add(place, fact, Group::Undecidable, None, spec_said);
        } else if self.side == Side::Response || in_prose {
            // What stands in running text may stand on another page that uses the same item.
            report.unstated(place, fact, spec_said);
        } else {
            report.differ(place, fact, None, spec_said);
        }
    }
}

/// Each item with its namesake on the other side; a page may name a field twice by mistake, then
/// the second goes with the second.
fn pairs<'a>(items: &'a [Item], others: &'a [Item]) -> Vec<(&'a Item, Option<&'a Item>)> {
    let mut named: HashMap<&str, VecDeque<&Item>> = HashMap::new();
    for other in others {
        named.entry(&other.name).or_default().push_back(other);
    }
    let mut take = |name: &str| named.get_mut(name).and_then(VecDeque::pop_front);
    items.iter().map(|item| (item, take(&item.name))).collect()
}

/// A list or a text has no fewer than no elements: saying so says nothing.
fn both_unbounded(left: &Option<Stated<f64>>, right: &Option<Stated<f64>>) -> bool {
    let unbounded = |bound: &Option<Stated<f64>>| match bound {
        Some(bound) => bound.value == 0.0,
        None => true,
    };
    unbounded(left) && unbounded(right)
}

pub(crate) fn presence(item: &Item) -> Said {
    let text = match item.type_text.as_str() {
        "" => item.ty.to_string(),
        text => text.to_owned(),
    };
    Some((text, item.line))
}
