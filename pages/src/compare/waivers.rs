//! Deviations that the spec declares.

use serde::{Deserialize, Serialize};

use super::{Difference, Group, Waived};
use crate::facts::Fact;

/// A declared deviation: at this place, about this fact, the page says this and is not believed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Waiver {
    /// The place, spelled as in [`Difference::place`].
    pub place: String,
    /// The fact.
    pub fact: Fact,
    /// What the page says: its words, `absent` if it says nothing, `present` if it has an item
    /// that the spec leaves out. A text that ends in `…` is a beginning.
    pub page_says: String,
    /// Why the spec says something else.
    pub reason: String,
}

type Applied = (Vec<Difference>, Vec<Waived>, Vec<usize>);

/// Sorts differences into explained ones and others, and finds the waivers that explain nothing.
pub(crate) fn apply(found: Vec<Difference>, waivers: &[Waiver]) -> Applied {
    let mut bit = vec![false; waivers.len()];
    let mut differences = Vec::new();
    let mut waived = Vec::new();
    for difference in found {
        match waivers.iter().position(|waiver| waiver.bites(&difference)) {
            Some(waiver) => {
                bit[waiver] = true;
                waived.push(Waived { difference, waiver });
            }
            None => differences.push(difference),
        }
    }
    let idle = (0..waivers.len()).filter(|at| !bit[*at]).collect();
    (differences, waived, idle)
}

impl Waiver {
    /// Whether this waiver explains that difference: place, fact and the page's words must agree.
    pub fn bites(&self, difference: &Difference) -> bool {
        self.stands_at(&difference.place)
            && self.fact == difference.fact
            && difference.group != Group::Undecidable
            && self.says(difference)
    }

    /// Where the format lost the nesting, a place knows its list and its name only: `request.?.origin`.
    fn stands_at(&self, place: &str) -> bool {
        self.place == place
            || place.split_once(".?.").is_some_and(|(root, name)| {
                let below = self.place.strip_prefix(root).and_then(|rest| rest.strip_prefix('.'));
                below.is_some_and(|below| below.rsplit('.').next() == Some(name))
            })
    }

    fn says(&self, difference: &Difference) -> bool {
        let Some(page) = &difference.page else {
            return self.page_says == "absent";
        };
        if self.fact == Fact::Presence || (self.page_says == "present" && difference.spec.is_none()) {
            return self.page_says == "present";
        }
        let (said, page) = (plain(&self.page_says), plain(page));
        match said.strip_suffix('…') {
            Some(beginning) => page.starts_with(beginning.trim_end()),
            None => said == page,
        }
    }
}

/// Quotes, backticks and spaces are the page's layout.
fn plain(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(" ").trim_matches(['`', '"', '\'']).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn difference(fact: Fact, page: Option<&str>) -> Difference {
        Difference {
            place: "query.x".to_owned(),
            fact,
            group: Group::Different,
            page: page.map(str::to_owned),
            spec: None,
            page_line: 1,
            spec_line: 1,
            note: None,
        }
    }

    fn waiver(fact: Fact, says: &str) -> Waiver {
        Waiver { place: "query.x".to_owned(), fact, page_says: says.to_owned(), reason: String::new() }
    }

    #[test]
    fn a_waiver_bites_only_what_the_page_says() {
        let found = difference(Fact::Type, Some("`i18n_text`"));
        assert!(waiver(Fact::Type, "i18n_text").bites(&found));
        assert!(!waiver(Fact::Type, "string").bites(&found));
    }

    #[test]
    fn absent_is_said_by_a_silent_page() {
        let found = difference(Fact::Enum, None);
        assert!(waiver(Fact::Enum, "absent").bites(&found));
        assert!(!waiver(Fact::Default, "absent").bites(&found));
    }

    #[test]
    fn present_is_said_by_an_item_too_many() {
        let found = difference(Fact::Presence, Some("string"));
        assert!(waiver(Fact::Presence, "present").bites(&found));
    }

    #[test]
    fn a_place_without_its_parents_is_known_by_its_name() {
        let mut found = difference(Fact::Presence, Some("origin"));
        found.place = "request.?.origin".to_owned();
        let mut waiver = waiver(Fact::Presence, "present");
        waiver.place = "request.task.origin".to_owned();
        assert!(waiver.bites(&found));
        waiver.place = "request.task.href".to_owned();
        assert!(!waiver.bites(&found));
    }

    #[test]
    fn a_beginning_is_enough() {
        let found = difference(Fact::RequestExample, Some("{\"a\": 1}"));
        assert!(waiver(Fact::RequestExample, "{\"a\"…").bites(&found));
    }

    #[test]
    fn a_waiver_that_explains_nothing_is_idle() {
        let (left, waived, idle) = apply(
            vec![difference(Fact::Type, Some("int"))],
            &[waiver(Fact::Type, "int"), waiver(Fact::Enum, "absent")],
        );
        assert_eq!((left.len(), waived.len(), idle), (0, 1, vec![1]));
    }
}
