//! What is printed.

use std::collections::BTreeMap;
use std::fmt::Write;

use crate::compare::Compared;
use crate::difference::Difference;
use crate::known::Outcome;
use crate::sdk::Witness;

/// The row of a witness in the table at the end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Operations that the spec and the SDK have.
    pub operations: usize,
    /// Of these, how many requests agree as they are.
    pub requests: usize,
    /// And of how many answers we read everything.
    pub answers: usize,
    /// Declared fields that were compared.
    pub fields: usize,
}

impl Counts {
    /// Counts what was compared.
    pub fn of<'a>(compared: impl IntoIterator<Item = &'a Compared>) -> Self {
        let mut counts = Counts::default();
        for compared in compared.into_iter().filter(|compared| compared.fields > 0) {
            counts.operations += 1;
            counts.requests += usize::from(compared.request.is_empty());
            counts.answers += usize::from(compared.answer.is_empty());
            counts.fields += compared.fields;
        }
        counts
    }
}

/// A Markdown table.
pub fn table(rows: &[(Witness, Counts)], operations: usize) -> String {
    let mut text = format!(
        "| witness | of {operations} operations | requests that agree | answers read in full | declared fields |\n\
         | --- | --- | --- | --- | --- |\n"
    );
    for (witness, counts) in rows {
        let Counts { operations, requests, answers, fields } = counts;
        let _ = writeln!(text, "| {} | {operations} | {requests} | {answers} | {fields} |", witness.packages()[0]);
    }
    text
}

/// What is wrong, each difference with the pages that may judge it; `page` knows the page of an operation.
pub fn explain(outcome: &Outcome, page: impl Fn(&str) -> Option<String>) -> String {
    let mut differences: BTreeMap<(Witness, &str), Vec<&Difference>> = BTreeMap::new();
    for (witness, difference) in &outcome.unknown {
        differences.entry((*witness, &difference.text)).or_default().push(difference);
    }
    let mut text = String::new();
    for ((witness, difference), places) in differences {
        let _ = writeln!(text, "{}: {difference}", witness.name());
        for place in &places[..places.len().min(3)] {
            let page = page(&place.operation).unwrap_or_else(|| "no page".to_owned());
            let _ = writeln!(text, "  {} ({page})", place.operation);
        }
        if places.len() > 3 {
            let _ = writeln!(text, "  and {} more operations", places.len() - 3);
        }
    }
    for idle in &outcome.idle {
        let _ = writeln!(text, "no longer so: {idle}");
    }
    text
}
