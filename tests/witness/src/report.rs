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
    /// Of these, how many requests are the same.
    pub requests: usize,
    /// Of how many answers our client reads everything that the SDK does.
    pub answers: usize,
    /// Declared fields that were compared.
    pub fields: usize,
    /// Differences of all kinds, a type's once for each operation that uses it.
    pub differences: usize,
}

impl Counts {
    /// Counts what was compared.
    pub fn of<'a>(compared: impl IntoIterator<Item = &'a Compared>) -> Self {
        let mut counts = Counts::default();
        for compared in compared {
            counts.differences += compared.all().len();
            if compared.lacks {
                continue;
            }
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
        "| witness | of {operations} operations | same request | answer read | fields declared | differences |\n\
         | --- | --- | --- | --- | --- | --- |\n"
    );
    for (witness, counts) in rows {
        let Counts { operations, requests, answers, fields, differences } = counts;
        let sdk = witness.packages()[0];
        let _ = writeln!(text, "| {sdk} | {operations} | {requests} | {answers} | {fields} | {differences} |");
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
            let _ = writeln!(text, "  and {} more", places.len() - 3);
        }
    }
    for idle in &outcome.idle {
        let _ = writeln!(text, "no longer so: {idle}");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn compared(request: &[&str], fields: usize) -> Compared {
        Compared { request: request.iter().map(|&text| text.to_owned()).collect(), fields, ..Compared::default() }
    }

    #[test]
    fn the_table_counts_what_the_sdk_has() {
        let missing =
            Compared { lacks: true, declared: vec!["operation: declared, nothing".to_owned()], ..compared(&[], 0) };
        let all = [compared(&[], 3), compared(&["body: nothing, {}"], 4), missing];
        let counts = Counts::of(&all);
        assert_eq!(counts, Counts { operations: 2, requests: 1, answers: 2, fields: 7, differences: 2 });
        let row = format!("| {} | 2 | 1 | 2 | 7 | 2 |", Witness::Node.packages()[0]);
        assert_eq!(table(&[(Witness::Node, counts)], 3).lines().last(), Some(row.as_str()));
    }

    #[test]
    fn a_difference_is_told_once_with_its_pages() {
        let difference = |operation: &str| {
            let text = "Task.source: nothing, declared".to_owned();
            (Witness::Python, Difference { text, operation: operation.to_owned() })
        };
        let outcome = Outcome {
            unknown: ["task.a", "task.b", "task.c", "task.d"].map(difference).to_vec(),
            idle: vec!["node: body: nothing, {}".to_owned()],
        };
        let page = |id: &str| (id != "task.b").then(|| format!("page of {id}"));
        assert_eq!(
            explain(&outcome, page),
            "python: Task.source: nothing, declared\n  task.a (page of task.a)\n  task.b (no page)\n  \
             task.c (page of task.c)\n  and 1 more\nno longer so: node: body: nothing, {}\n"
        );
    }
}
