//! The written list: in what the witnesses differ from us, with the page as judge.

use serde::Deserialize;

use crate::difference::Difference;
use crate::sdk::Witness;

/// Differences with one reason.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// Who differs; each of them must.
    pub witnesses: Vec<Witness>,
    /// Where; each of them must differ. Nothing means wherever it occurs.
    #[serde(default)]
    pub operations: Vec<String>,
    /// `place: ours, theirs`; each of them must occur.
    pub differences: Vec<String>,
    /// The page that was asked, or nothing where no page is about it.
    pub page: Option<String>,
    /// What it says.
    pub page_says: String,
    /// Why we differ.
    pub reason: String,
}

/// What the list makes of the differences that were found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// Found, and not on the list.
    pub unknown: Vec<(Witness, Difference)>,
    /// On the list, and not found.
    pub idle: Vec<String>,
}

/// Reads the list.
///
/// # Errors
///
/// Fails if it is no list of entries.
pub fn read(text: &str) -> Result<Vec<Entry>, String> {
    serde_yaml::from_str(text).map_err(|error| format!("differences.yaml: {error}"))
}

/// Whether the list has this difference of this witness.
pub fn lists(list: &[Entry], witness: Witness, difference: &Difference) -> bool {
    list.iter().any(|entry| {
        let somewhere = entry.operations.is_empty() || entry.operations.contains(&difference.operation);
        somewhere && entry.witnesses.contains(&witness) && entry.differences.contains(&difference.text)
    })
}

/// Holds what was found against the list. Idle entries are looked for only among the witnesses that were heard.
pub fn judge(list: &[Entry], heard: &[Witness], found: &[(Witness, Difference)]) -> Outcome {
    let unknown = found.iter().filter(|(witness, difference)| !lists(list, *witness, difference)).cloned().collect();
    let mut idle = Vec::new();
    for entry in list {
        for witness in entry.witnesses.iter().filter(|witness| heard.contains(witness)) {
            for text in &entry.differences {
                let occurs = |operation: Option<&String>| {
                    found.iter().any(|(who, difference)| {
                        let there = operation.is_none_or(|operation| *operation == difference.operation);
                        there && who == witness && difference.text == *text
                    })
                };
                let missing = entry.operations.iter().filter(|operation| !occurs(Some(operation)));
                idle.extend(missing.map(|operation| format!("{}, {operation}: {text}", witness.name())));
                if entry.operations.is_empty() && !occurs(None) {
                    idle.push(format!("{}: {text}", witness.name()));
                }
            }
        }
    }
    Outcome { unknown, idle }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIST: &str = r"
- witnesses: [node, python]
  differences: ['Task.source: nothing, declared']
  page_says: Nothing.
  reason: Not documented.
- witnesses: [python]
  operations: [task.v2.task.list, task.v2.tasklist.list]
  differences: ['query.completed[0]: true, True']
  page: https://open.feishu.cn/document/task/list
  page_says: '`true`'
  reason: As Python writes it.
";

    fn found(witness: Witness, operation: &str, text: &str) -> (Witness, Difference) {
        (witness, Difference { text: text.to_owned(), operation: operation.to_owned() })
    }

    #[test]
    fn what_is_listed_and_found_is_known() {
        let found = [
            found(Witness::Node, "task.v2.task.get", "Task.source: nothing, declared"),
            found(Witness::Python, "task.v2.task.get", "Task.source: nothing, declared"),
            found(Witness::Python, "task.v2.task.patch", "Task.source: nothing, declared"),
            found(Witness::Python, "task.v2.task.list", "query.completed[0]: true, True"),
            found(Witness::Python, "task.v2.tasklist.list", "query.completed[0]: true, True"),
        ];
        let list = read(LIST).expect("a list");
        assert_eq!(judge(&list, &Witness::ALL, &found), Outcome::default());
    }

    #[test]
    fn what_is_not_listed_is_told() {
        let list = read(LIST).expect("a list");
        let found = [
            // Listed for another witness, for another operation, with another value.
            found(Witness::Node, "task.v2.task.list", "query.completed[0]: true, True"),
            found(Witness::Python, "task.v2.task.get", "query.completed[0]: true, True"),
            found(Witness::Python, "task.v2.task.list", "query.completed[0]: false, False"),
        ];
        assert_eq!(judge(&list, &[], &found).unknown, found);
    }

    #[test]
    fn what_no_longer_occurs_is_told_for_those_who_were_heard() {
        let list = read(LIST).expect("a list");
        let found = [found(Witness::Python, "task.v2.task.list", "query.completed[0]: true, True")];
        assert_eq!(judge(&list, &[Witness::Node], &found).idle, ["node: Task.source: nothing, declared"]);
        assert_eq!(
            judge(&list, &[Witness::Python], &found).idle,
            ["python: Task.source: nothing, declared", "python, task.v2.tasklist.list: query.completed[0]: true, True",]
        );
        assert_eq!(judge(&list, &[], &found).idle, [""; 0]);
    }

    /// Without the SDKs, no test can say whether the list is true; that its operations exist, it can.
    #[test]
    fn the_list_names_operations_and_pages() {
        let list = read(include_str!("../differences.yaml")).expect("a list");
        let api = feishu_openapi_codegen::read(&feishu_openapi_tests::spec()).expect("the spec has no mistakes");
        let ours: Vec<&str> = crate::case::operations(&api).map(|operation| operation.id.as_str()).collect();
        for entry in &list {
            let theirs_alone = entry.differences.iter().any(|text| text == "operation: nothing, declared");
            for operation in &entry.operations {
                assert_eq!(ours.contains(&operation.as_str()), !theirs_alone, "{operation}");
            }
            let page = entry.page.as_deref().unwrap_or("https://open.feishu.cn/document/");
            assert!(page.starts_with("https://open.feishu.cn/document/"), "{page}");
            assert!(!entry.witnesses.is_empty() && !entry.differences.is_empty(), "{entry:?}");
        }
    }

    #[test]
    fn a_misspelt_key_is_a_mistake() {
        assert!(read(&LIST.replace("operations:", "operation:")).is_err());
        assert!(read(&LIST.replace("[python]", "[perl]")).is_err());
    }
}
