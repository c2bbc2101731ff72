//! Holds a folder of pages against the spec.

use std::collections::{BTreeMap, BTreeSet};

use feishu_openapi_pages::{Comparison, Group, OperationFacts, Page, compare};

use super::crawl::{document, is_complete};
use super::judge::{self, Idle, Unstated};
use super::spec::{Places, SpecOperation};

/// A page and the operation that it is about, compared.
pub(crate) struct Checked {
    /// Index of the operation.
    pub(crate) operation: usize,
    /// Index of the page.
    pub(crate) page: usize,
    pub(crate) comparison: Comparison,
    /// The page's format keeps everything, and the page is no older than what the spec was transcribed from.
    pub(crate) conclusive: bool,
}

/// What was found.
#[derive(Default)]
pub(crate) struct Outcome {
    /// In the order of the spec.
    pub(crate) checked: Vec<Checked>,
    /// Pages of services or versions that the spec does not describe.
    pub(crate) elsewhere: Vec<usize>,
    /// Pages of operations that the spec lacks although it describes their version, or events although it has others
    /// of their service.
    pub(crate) unknown: Vec<usize>,
    /// Operations without a page, in versions of which the folder holds the most.
    pub(crate) orphaned: Vec<usize>,
    /// Operations without a page, of which the folder holds only a few.
    pub(crate) unchecked: usize,
    /// Waivers that explain nothing.
    pub(crate) idle: Vec<Idle>,
    /// Facts that no page states.
    pub(crate) unstated: Vec<Unstated>,
}

impl Outcome {
    /// Whether spec and pages disagree.
    pub(crate) fn drifted(&self) -> bool {
        self.checked.iter().any(|checked| checked.comparison.drifted())
            || !self.unknown.is_empty()
            || !self.orphaned.is_empty()
            || !self.idle.is_empty()
            || !self.unstated.is_empty()
    }

    /// How many differences were decided.
    pub(crate) fn differences(&self) -> usize {
        let decided = |checked: &Checked| {
            checked.comparison.differences.iter().filter(|found| found.group != Group::Undecidable).count()
        };
        self.checked.iter().map(decided).sum::<usize>() + self.unstated.len()
    }

    /// How many differences the waivers explain.
    pub(crate) fn waived(&self) -> usize {
        self.checked.iter().map(|checked| checked.comparison.waived.len()).sum()
    }

    /// How many differences cannot be decided.
    pub(crate) fn undecidable(&self) -> usize {
        self.checked.iter().map(|checked| checked.comparison.of(Group::Undecidable).count()).sum()
    }
}

/// Compares every page with its operation.
pub(crate) fn check(pages: &[Page], operations: &[SpecOperation], places: &Places) -> Outcome {
    let mut outcome = Outcome::default();
    let matched = assign(pages, operations);
    let versions: BTreeSet<&str> = operations.iter().map(|found| version(&found.facts.path.value)).collect();
    for (index, page) in pages.iter().enumerate() {
        let Some(facts) = &page.facts else { continue };
        match matched.get(&index) {
            Some(operation) => outcome.checked.push(checked(*operation, index, page, facts, operations)),
            None if versions.contains(version(&facts.path.value)) => outcome.unknown.push(index),
            None => outcome.elsewhere.push(index),
        }
    }
    outcome.checked.sort_by_key(|checked| (checked.operation, checked.page));
    without_page(operations, &mut outcome);
    let excused = judge::unstated(pages, operations, places, &mut outcome);
    judge::waivers(operations, &excused, &mut outcome);
    outcome
}

fn checked(
    operation: usize,
    index: usize,
    page: &Page,
    facts: &OperationFacts,
    operations: &[SpecOperation],
) -> Checked {
    let spec = &operations[operation];
    let updated = |facts: &OperationFacts| facts.source.updated.as_ref().map(|updated| updated.value);
    let newest = updated(facts) >= updated(&spec.facts);
    Checked {
        operation,
        page: index,
        comparison: compare(facts, &spec.facts, &spec.waivers),
        conclusive: is_complete(page) && newest,
    }
}

/// Which page is about which operation: the path of the document decides, otherwise method and path.
fn assign(pages: &[Page], operations: &[SpecOperation]) -> BTreeMap<usize, usize> {
    let mut documents = BTreeMap::new();
    let mut endpoints = BTreeMap::new();
    for (index, operation) in operations.iter().enumerate() {
        let url = operation.facts.source.url.as_ref().map_or("", |url| url.value.as_str());
        if let Some((_, path)) = url.split_once("/document") {
            documents.insert(path, index);
        }
        endpoints.insert((operation.facts.method.value.as_str(), operation.facts.path.value.as_str()), index);
    }
    let facts = || pages.iter().enumerate().filter_map(|(index, page)| Some((index, page.facts.as_ref()?)));
    let mut matched = BTreeMap::new();
    for (index, facts) in facts() {
        if let Some(operation) = document(facts).and_then(|path| documents.get(path)) {
            matched.insert(index, *operation);
        }
    }
    let taken: BTreeSet<usize> = matched.values().copied().collect();
    for (index, facts) in facts() {
        let endpoint = (facts.method.value.as_str(), facts.path.value.as_str());
        // A page with a document of its own is another one than that which the spec names.
        match endpoints.get(&endpoint) {
            Some(operation) if document(facts).is_none() || !taken.contains(operation) => {
                matched.entry(index).or_insert(*operation);
            }
            _ => {}
        }
    }
    matched
}

/// `/open-apis/task/v2` of `/open-apis/task/v2/tasks/{task_guid}`; `task` of the event `task.task.updated_v1`.
fn version(path: &str) -> &str {
    let end = match path.starts_with('/') {
        true => path.match_indices('/').nth(3).map(|(at, _)| at),
        false => path.find('.'),
    };
    &path[..end.unwrap_or(path.len())]
}

/// A folder with most pages of a version is a crawl of it, and an operation that has none there is no longer
/// documented; a folder with few pages says nothing about the others.
fn without_page(operations: &[SpecOperation], outcome: &mut Outcome) {
    let seen: BTreeSet<usize> = outcome.checked.iter().map(|checked| checked.operation).collect();
    let mut counts: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for (index, operation) in operations.iter().enumerate() {
        let (with, all) = counts.entry(version(&operation.facts.path.value)).or_default();
        *all += 1;
        *with += usize::from(seen.contains(&index));
    }
    for (index, operation) in operations.iter().enumerate().filter(|(index, _)| !seen.contains(index)) {
        let (with, all) = counts[version(&operation.facts.path.value)];
        if with * 2 > all {
            outcome.orphaned.push(index);
        } else {
            outcome.unchecked += 1;
        }
    }
}
