//! Holds what a page says against what our spec says.

mod flat;
mod items;
mod operation;
mod text;
mod waivers;

use serde::{Deserialize, Serialize};

use crate::facts::{Fact, OperationFacts};

pub(crate) use text::named_values;
pub use waivers::Waiver;

/// How page and spec differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Group {
    /// The page says it, the spec does not.
    MissingInSpec,
    /// The spec says it, the page does not.
    ExtraInSpec,
    /// They say different things.
    Different,
    /// The page's format lost what would be needed to tell.
    Undecidable,
}

/// One place where page and spec differ.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Difference {
    /// `request.task.due.timestamp`, `query.page_size`, `error.1470403`, `tokens`.
    pub place: String,
    /// Which fact.
    pub fact: Fact,
    /// How.
    pub group: Group,
    /// What the page says.
    pub page: Option<String>,
    /// What the spec says.
    pub spec: Option<String>,
    /// Line of the page, 0 if it says nothing.
    pub page_line: usize,
    /// Line of the spec, 0 if it says nothing.
    pub spec_line: usize,
    /// More about it, for people.
    pub note: Option<String>,
}

/// A difference that a waiver explains.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Waived {
    /// The difference.
    pub difference: Difference,
    /// Index of the waiver.
    pub waiver: usize,
}

/// What comparing a page with the spec found.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Comparison {
    /// What differs, in page order.
    pub differences: Vec<Difference>,
    /// What differs and is waived.
    pub waived: Vec<Waived>,
    /// Indices of waivers that explain nothing here.
    pub idle_waivers: Vec<usize>,
    /// Facts of the spec on which the page is silent and may be: tables of answers state little, and
    /// what stands in running text (`prose_facts`) may stand on another page that uses the same
    /// type. A fact that no page states anywhere is a difference, but only the caller sees all pages.
    pub unstated: Vec<Difference>,
}

impl Comparison {
    /// Whether something differs that is neither waived nor undecidable.
    pub fn drifted(&self) -> bool {
        let decided = |difference: &Difference| difference.group != Group::Undecidable;
        self.differences.iter().any(decided)
    }

    /// The differences of one group.
    pub fn of(&self, group: Group) -> impl Iterator<Item = &Difference> {
        self.differences.iter().filter(move |difference| difference.group == group)
    }
}

/// Compares one operation.
///
/// The spec's side is filled by hand or from a spec: defaults and examples as JSON text, values of
/// an enum as text, bounds on lists in `min_items`/`max_items`, those of their elements in
/// `min_length`/`max_length` and `enum_values`, `response` as the content of `data`.
///
/// ```
/// use feishu_openapi_pages::{Group, Item, OperationFacts, Ty, compare};
///
/// let page = OperationFacts { query: vec![Item::new("page_size", Ty::Int, 12)], ..Default::default() };
/// let spec = OperationFacts { query: vec![Item::new("page_size", Ty::String, 3)], ..Default::default() };
/// let found = compare(&page, &spec, &[]);
/// assert_eq!(found.differences[0].place, "query.page_size");
/// assert_eq!(found.differences[0].group, Group::Different);
/// ```
pub fn compare(page: &OperationFacts, spec: &OperationFacts, waivers: &[Waiver]) -> Comparison {
    let mut report = Report::default();
    operation::compare(page, spec, &mut report);
    let (differences, waived, idle_waivers) = waivers::apply(report.differences, waivers);
    Comparison { differences, waived, idle_waivers, unstated: report.unstated }
}

fn count_fields(count: usize) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} field{plural}")
}

/// One side of a difference: its words and its line.
pub(crate) type Said = Option<(String, usize)>;

/// Collects differences.
#[derive(Default)]
pub(crate) struct Report {
    differences: Vec<Difference>,
    unstated: Vec<Difference>,
}

impl Report {
    fn add(&mut self, place: &str, fact: Fact, group: Group, page: Said, spec: Said) -> &mut Difference {
        push(&mut self.differences, place, fact, group, page, spec)
    }

    /// Adds a difference whose group follows from who says something.
    fn differ(&mut self, place: &str, fact: Fact, page: Said, spec: Said) -> &mut Difference {
        let group = match (&page, &spec) {
            (Some(_), None) => Group::MissingInSpec,
            (None, Some(_)) => Group::ExtraInSpec,
            _ => Group::Different,
        };
        self.add(place, fact, group, page, spec)
    }

    fn unstated(&mut self, place: &str, fact: Fact, spec: Said) {
        push(&mut self.unstated, place, fact, Group::ExtraInSpec, None, spec);
    }
}

fn push<'a>(
    list: &'a mut Vec<Difference>,
    place: &str,
    fact: Fact,
    group: Group,
    page: Said,
    spec: Said,
) -> &'a mut Difference {
    let line = |said: &Said| said.as_ref().map_or(0, |(_, line)| *line);
    list.push(Difference {
        place: place.to_owned(),
        fact,
        group,
        page_line: line(&page),
        spec_line: line(&spec),
        page: page.map(|(text, _)| text),
        spec: spec.map(|(text, _)| text),
        note: None,
    });
    let last = list.len() - 1;
    &mut list[last]
}
