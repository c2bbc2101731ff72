//! What only the view of all pages can tell: waivers that explain nothing, and facts that no page states.
//!
//! Both concern shared items, so they are judged only where every page that could speak was read in a format that
//! keeps everything.

use std::collections::{BTreeMap, BTreeSet};

use feishu_openapi_codegen::diagnostic::Pointer;
use feishu_openapi_pages::{Difference, Fact, Item, OperationFacts, Page};

use super::check::Outcome;
use super::spec::{Places, SpecOperation};
use super::waivers::Origin;

/// A waiver that explains nothing.
pub(crate) struct Idle {
    /// Where it stands.
    pub(crate) place: Pointer,
    pub(crate) fact: Fact,
    /// What it says that the page says.
    pub(crate) page_says: String,
    /// The operation that it names and is not needed for; `None` if it names none.
    pub(crate) operation: Option<usize>,
}

/// A fact of the spec that no page states.
pub(crate) struct Unstated {
    /// Where it stands.
    pub(crate) place: Pointer,
    /// One of the differences; the others are about the same item.
    pub(crate) difference: Difference,
    /// The operations whose pages have the item.
    pub(crate) operations: Vec<usize>,
}

/// Waivers of facts that no page states: operation, index of the waiver.
pub(crate) type Excused = BTreeSet<(usize, usize)>;

/// Which waivers explain nothing: a waiver that names operations on any of their pages, another one on all pages.
pub(crate) fn waivers(operations: &[SpecOperation], excused: &Excused, outcome: &mut Outcome) {
    let conclusive = conclusive(outcome);
    let mut bit = BTreeSet::new();
    for checked in &outcome.checked {
        let operation = &operations[checked.operation];
        for waived in &checked.comparison.waived {
            bit.insert(use_of(&operation.origins[waived.waiver], checked.operation));
        }
    }
    for (operation, waiver) in excused {
        bit.insert(use_of(&operations[*operation].origins[*waiver], *operation));
    }
    let mut idle: BTreeMap<_, Option<Idle>> = BTreeMap::new();
    for (index, operation) in operations.iter().enumerate() {
        for (waiver, origin) in operation.waivers.iter().zip(&operation.origins) {
            let key = use_of(origin, index);
            let found = idle.entry(key).or_insert_with(|| {
                Some(Idle {
                    place: origin.place.clone(),
                    fact: waiver.fact,
                    page_says: waiver.page_says.clone(),
                    operation: origin.limited.then_some(index),
                })
            });
            if bit.contains(&key) || !conclusive.contains(&index) {
                *found = None;
            }
        }
    }
    outcome.idle = idle.into_values().flatten().collect();
}

/// What a waiver is needed for: one operation, or any.
fn use_of(origin: &Origin, operation: usize) -> (&Pointer, Option<usize>) {
    (&origin.place, origin.limited.then_some(operation))
}

/// Which facts stand on none of the pages that show their item.
///
/// The table of an answer states little, and shared types carry facts from requests, so silence on one page is no
/// difference; silence on all of them is.
pub(crate) fn unstated(
    pages: &[Page],
    operations: &[SpecOperation],
    places: &Places,
    outcome: &mut Outcome,
) -> Excused {
    let mut silent: BTreeMap<(&Pointer, Fact), Vec<(usize, &Difference)>> = BTreeMap::new();
    for (at, checked) in outcome.checked.iter().enumerate() {
        for difference in &checked.comparison.unstated {
            if let Some(owner) = places.owner(difference.spec_line) {
                silent.entry((owner, difference.fact)).or_default().push((at, difference));
            }
        }
    }
    let mut excused = Excused::new();
    if silent.is_empty() {
        return excused;
    }
    let uses = uses(operations, places);
    let conclusive = conclusive(outcome);
    let mut found = Vec::new();
    for ((owner, _), differences) in &silent {
        let all = uses.get(owner).map_or(&[][..], Vec::as_slice);
        let shown = all.iter().filter(|(operation, place)| {
            outcome.checked.iter().any(|checked| checked.operation == *operation && shows(pages, checked.page, place))
        });
        // More than one fact of an item may be of one kind: a list and its elements both have a maximum.
        let silent: BTreeSet<(usize, &str)> =
            differences.iter().map(|(at, difference)| (*at, difference.place.as_str())).collect();
        if !all.iter().all(|(operation, _)| conclusive.contains(operation)) || shown.count() != silent.len() {
            continue;
        }
        let waivers: Vec<(usize, usize)> = differences
            .iter()
            .flat_map(|(at, difference)| {
                let operation = outcome.checked[*at].operation;
                let waivers = operations[operation].waivers.iter().enumerate();
                let bite = waivers.filter(|(_, waiver)| waiver.bites(difference));
                bite.map(move |(waiver, _)| (operation, waiver))
            })
            .collect();
        if waivers.is_empty() {
            let (_, first) = differences[0];
            let place = places.place(first.spec_line).unwrap_or(owner);
            let operations = differences.iter().map(|(at, _)| outcome.checked[*at].operation).collect();
            found.push(Unstated { place: place.clone(), difference: (*first).clone(), operations });
        }
        excused.extend(waivers);
    }
    outcome.unstated = found;
    excused
}

/// Operations whose page was read in full and is no older than the spec.
fn conclusive(outcome: &Outcome) -> BTreeSet<usize> {
    outcome.checked.iter().filter(|checked| checked.conclusive).map(|checked| checked.operation).collect()
}

pub(crate) type Uses<'a> = BTreeMap<&'a Pointer, Vec<(usize, String)>>;

/// Where each item of the spec is used: operation, place.
pub(crate) fn uses<'a>(operations: &[SpecOperation], places: &'a Places) -> Uses<'a> {
    let mut uses = BTreeMap::new();
    for (index, operation) in operations.iter().enumerate() {
        for (root, items) in lists(&operation.facts) {
            collect(index, root, items, places, &mut uses);
        }
    }
    uses
}

fn collect<'a>(operation: usize, root: &str, items: &[Item], places: &'a Places, uses: &mut Uses<'a>) {
    for item in items {
        let place = format!("{root}.{}", item.name);
        collect(operation, &place, &item.children, places, uses);
        let enumeration = item.enum_values.first().map(|value| value.line);
        let bounds = [&item.min, &item.max, &item.min_length, &item.max_length].into_iter().flatten();
        // What the type of an enum says belongs to the type, wherever it is used.
        let lines = [item.line].into_iter().chain(enumeration).chain(bounds.map(|bound| bound.line));
        let owners: BTreeSet<&Pointer> = lines.filter_map(|line| places.owner(line)).collect();
        for owner in owners {
            uses.entry(owner).or_default().push((operation, place.clone()));
        }
    }
}

fn lists(facts: &OperationFacts) -> [(&'static str, &[Item]); 4] {
    [
        ("path", &facts.path_parameters),
        ("query", &facts.query),
        ("request", &facts.request),
        ("response", &facts.response),
    ]
}

/// Whether a page has an item.
fn shows(pages: &[Page], page: usize, place: &str) -> bool {
    let mut names = place.split('.');
    let root = names.next().unwrap_or_default();
    let facts = pages[page].facts.as_ref();
    let list = facts.and_then(|facts| lists(facts).into_iter().find(|(name, _)| *name == root));
    let mut items = list.map_or(&[][..], |(_, items)| items);
    names.all(|name| match items.iter().find(|item| item.name == name) {
        Some(item) => {
            items = &item.children;
            true
        }
        None => false,
    })
}
