//! Every operation that the spec and the SDK for Node.js have, compared by what they declare.
//!
//! No call is made, so this takes seconds for the whole platform and works on drafts as well as on `spec/`.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Write;
use std::process::Command;

use clap::ValueEnum;
use clap::builder::PossibleValue;
use feishu_openapi_codegen::ir::{Api, Operation};
use serde::Deserialize;
use serde_json::Value;

use crate::case::operations;
use crate::difference::{Difference, Sort, declared};
use crate::driver;
use crate::fields::{Fields, SdkField, Spec};
use crate::known::{self, Entry};
use crate::sdk::Witness;

/// An operation of the SDK, as `drivers/types.js` lists it.
#[derive(Clone, Debug, Deserialize)]
pub struct SdkOperation {
    /// Its name, written as an `operationId`: `task.v2.task.get`.
    pub id: String,
    /// `GET`; nothing if the SDK made no request.
    #[serde(default)]
    pub method: String,
    /// `/open-apis/task/v2/tasks/{task_guid}`
    #[serde(default)]
    pub path: String,
    /// The declared fields, if they were asked for.
    pub fields: Option<Fields<SdkField>>,
    /// Why no request was made, if none was.
    pub error: Option<String>,
}

/// In what the spec and the SDK differ, by kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// The same request under another name.
    Name,
    /// The fields differ.
    Fields(Sort),
}

/// By the names of [`Kind::as_str`], for the command line.
impl ValueEnum for Kind {
    fn value_variants<'a>() -> &'a [Self] {
        &Self::ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(self.as_str()).help(self.describe()))
    }
}

impl Kind {
    /// All of them, in the order in which they are printed.
    pub const ALL: [Kind; 5] = [
        Kind::Fields(Sort::Type),
        Kind::Fields(Sort::Required),
        Kind::Fields(Sort::OnlySpec),
        Kind::Fields(Sort::OnlySdk),
        Kind::Name,
    ];

    /// As it is written on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Kind::Name => "name",
            Kind::Fields(Sort::Type) => "type",
            Kind::Fields(Sort::Required) => "required",
            Kind::Fields(Sort::OnlySpec) => "only-spec",
            Kind::Fields(Sort::OnlySdk) => "only-sdk",
        }
    }

    /// A sentence for the table.
    fn describe(self) -> &'static str {
        match self {
            Kind::Name => "the SDK gives the operation another name",
            Kind::Fields(Sort::Type) => "the types of a field differ",
            Kind::Fields(Sort::Required) => "a request needs the field on one side only",
            Kind::Fields(Sort::OnlySpec) => "only the spec has the field",
            Kind::Fields(Sort::OnlySdk) => "only the SDK has the field",
        }
    }

    /// Whether a difference of this kind may be a mistake of the spec.
    /// Names are ours to choose, and the SDK is ahead of the pages.
    pub fn is_doubtful(self) -> bool {
        !matches!(self, Kind::Name | Kind::Fields(Sort::OnlySdk))
    }
}

/// What came of the comparison.
#[derive(Clone, Debug, Default)]
pub struct Comparison {
    /// How many operations both have.
    pub both: usize,
    /// How many of these have no doubtful difference.
    pub agreeing: usize,
    /// How many fields of the spec were compared.
    pub fields: usize,
    /// Operations that only the spec has.
    pub only_spec: Vec<String>,
    /// Operations that only the SDK has, in the versions of the spec.
    pub only_sdk: Vec<String>,
    /// All differences by kind. A field of a type is listed once for each operation that uses it.
    pub differences: BTreeMap<Kind, Vec<Difference>>,
    /// Differences that `differences.yaml` explains by the page, counted in the same way.
    pub judged: usize,
}

/// `GET /open-apis/task/v2/tasks/{}`: how operations of both sides are matched.
pub fn key(method: &str, path: &str) -> String {
    let mut key = format!("{method} ");
    let mut rest = path;
    while let Some((before, parameter)) = rest.split_once('{') {
        key.push_str(before);
        key.push_str("{}");
        rest = parameter.split_once('}').map_or("", |(_, after)| after);
    }
    key.push_str(rest);
    key
}

/// Lists all operations of the SDK, with the fields of those that the spec has.
///
/// # Errors
///
/// Fails if the driver does.
pub fn hear(mut command: Command, api: &Api) -> Result<Vec<SdkOperation>, String> {
    let wanted: Value = operations(api).map(operation_key).collect();
    let output = driver::run(&mut command, &wanted)?;
    let read = |line: &str| serde_json::from_str(line).map_err(|error| format!("{error}: {line}"));
    output.lines().map(read).collect()
}

/// The key of an operation of the spec.
fn operation_key(operation: &Operation) -> String {
    key(operation.http.as_str(), &operation.path)
}

/// Compares the spec with all operations of the SDK; what the written list explains is counted and left out.
pub fn compare(api: &Api, sdk: &[SdkOperation], list: &[Entry]) -> Comparison {
    let spec = Spec::new(api);
    let mut by_key: HashMap<String, Vec<&SdkOperation>> = HashMap::new();
    for operation in sdk {
        by_key.entry(key(&operation.method, &operation.path)).or_default().push(operation);
    }
    let mut comparison = Comparison::default();
    let mut versions: Vec<&str> = Vec::new();
    for operation in operations(api) {
        versions.push(version(&operation.id));
        let found = by_key.remove(&operation_key(operation)).unwrap_or_default();
        // One request may have several names there; ours decides.
        let Some(theirs) = found.iter().find(|theirs| theirs.id == operation.id).or(found.first()) else {
            comparison.only_spec.push(operation.id.clone());
            continue;
        };
        comparison.both += 1;
        let mut add = |kind: Kind, text: String| {
            let difference = Difference { text, operation: operation.id.clone() };
            if known::lists(list, Witness::Node, &difference) {
                comparison.judged += 1;
                return false;
            }
            comparison.differences.entry(kind).or_default().push(difference);
            kind.is_doubtful()
        };
        let mut doubtful = false;
        if theirs.id != operation.id {
            doubtful |= add(Kind::Name, format!("{}, {}", operation.id, theirs.id));
        }
        let fields = spec.fields(operation);
        let differences = theirs.fields.as_ref().map(|theirs| declared(&fields, theirs)).unwrap_or_default();
        // The SDK's types let some parts of the path be left out, and its calls then fail.
        let is_path = |(sort, text): &(Sort, String)| *sort == Sort::Required && text.starts_with("path.");
        for (sort, text) in differences.into_iter().filter(|difference| !is_path(difference)) {
            doubtful |= add(Kind::Fields(sort), text);
        }
        comparison.fields += fields.len();
        comparison.agreeing += usize::from(!doubtful);
    }
    versions.sort_unstable();
    let rest = by_key.into_values().flatten().map(|operation| operation.id.clone());
    comparison.only_sdk = rest.filter(|id| versions.binary_search(&version(id)).is_ok()).collect();
    comparison.only_sdk.sort();
    comparison
}

/// `task.v2` of `task.v2.task.get`
fn version(id: &str) -> &str {
    let end = id.match_indices('.').nth(1).map_or(id.len(), |(end, _)| end);
    &id[..end]
}

/// The table of kinds, and below it the differences of the kinds that are wanted, each with the pages that judge.
pub fn report(comparison: &Comparison, wanted: &[Kind], page: impl Fn(&str) -> Option<String>) -> String {
    let Comparison { both, agreeing, fields, only_spec, only_sdk, differences, judged } = comparison;
    let mut text = format!(
        "{both} operations are in the spec and in the SDK, with {fields} fields; {agreeing} of them agree\n\
         {} only in the spec, {} only in the SDK; {judged} differences are explained by their pages\n\n| kind | differences | operations | what |\n| --- | --- | --- | --- |\n",
        only_spec.len(),
        only_sdk.len(),
    );
    for kind in Kind::ALL {
        let found = differences.get(&kind).map(Vec::as_slice).unwrap_or_default();
        let mut operations: Vec<&str> = found.iter().map(|difference| difference.operation.as_str()).collect();
        operations.dedup();
        let distinct = texts(found).len();
        let _ = writeln!(text, "| {} | {distinct} | {} | {} |", kind.as_str(), operations.len(), kind.describe());
    }
    for kind in wanted {
        let found = differences.get(kind).map(Vec::as_slice).unwrap_or_default();
        if !found.is_empty() {
            let _ = writeln!(text, "\n{}: {}", kind.as_str(), kind.describe());
        }
        for (difference, operations) in texts(found) {
            let page = page(operations[0]).unwrap_or_else(|| "no page".to_owned());
            let more = if operations.len() > 1 { format!(" and {} more", operations.len() - 1) } else { String::new() };
            let _ = writeln!(text, "  {difference}\n    {}{more} ({page})", operations[0]);
        }
    }
    for (what, ids) in [("only in the spec", only_spec), ("only in the SDK", only_sdk)] {
        if !wanted.is_empty() && !ids.is_empty() {
            let _ = writeln!(text, "\noperations {what}\n  {}", ids.join("\n  "));
        }
    }
    text
}

/// Each difference once, with the operations in which it occurs.
fn texts(found: &[Difference]) -> BTreeMap<&str, Vec<&str>> {
    let mut texts: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for difference in found {
        texts.entry(&difference.text).or_default().push(&difference.operation);
    }
    texts
}

#[cfg(test)]
mod tests {
    use feishu_openapi_tests::spec;

    use super::*;

    const PATH: &str = "/open-apis/task/v2/tasklists/{list}/activity_subscriptions/{subscription}";
    const ID: &str = "task.v2.tasklist_activity_subscription.delete";

    fn sdk(line: serde_json::Value) -> SdkOperation {
        serde_json::from_value(line).expect("a line of the driver")
    }

    /// Compares the spec with an SDK that has this one operation.
    fn check(theirs: SdkOperation, expected: &[(Kind, &str)]) {
        let api = feishu_openapi_codegen::read(&spec()).expect("the spec has no mistakes");
        let comparison = compare(&api, &[theirs], &[]);
        assert_eq!(comparison.both, 1);
        let found = comparison.differences.iter();
        let found = found.flat_map(|(kind, all)| all.iter().map(move |difference| (*kind, difference.text.as_str())));
        assert_eq!(found.collect::<Vec<_>>(), expected);
        let doubtful = expected.iter().any(|(kind, _)| kind.is_doubtful());
        assert_eq!(comparison.agreeing, usize::from(!doubtful));
        assert_eq!(comparison.only_spec.len() + 1, operations(&api).count());
    }

    #[test]
    fn names_of_parameters_do_not_keep_an_operation_from_being_found() {
        let fields = serde_json::json!({
            "path.tasklist_guid": { "kind": "string", "required": true },
            "path.activity_subscription_guid": { "kind": "string", "required": true },
        });
        check(sdk(serde_json::json!({ "id": ID, "method": "DELETE", "path": PATH, "fields": fields })), &[]);
    }

    #[test]
    fn each_difference_has_its_kind() {
        let fields = serde_json::json!({
            "path.tasklist_guid": { "kind": "number", "required": true },
            "query.force": { "kind": "boolean", "required": false },
        });
        let theirs = sdk(serde_json::json!({ "id": "a.v1.b.c", "method": "DELETE", "path": PATH, "fields": fields }));
        let expected = [
            (Kind::Name, "task.v2.tasklist_activity_subscription.delete, a.v1.b.c"),
            (Kind::Fields(Sort::Type), "path.tasklist_guid: string, number"),
            (Kind::Fields(Sort::OnlySpec), "path.activity_subscription_guid: declared, nothing"),
            (Kind::Fields(Sort::OnlySdk), "query.force: nothing, declared"),
        ];
        check(theirs, &expected);
    }

    #[test]
    fn what_a_page_has_judged_is_no_doubt() {
        let api = feishu_openapi_codegen::read(&spec()).expect("the spec has no mistakes");
        let fields = serde_json::json!({ "path.tasklist_guid": { "kind": "number" } });
        let theirs = sdk(serde_json::json!({ "id": ID, "method": "DELETE", "path": PATH, "fields": fields }));
        let differences =
            "['path.tasklist_guid: string, number', 'path.activity_subscription_guid: declared, nothing']";
        let list = format!("[{{ witnesses: [node], differences: {differences}, page_says: Text., reason: It is. }}]");
        let comparison = compare(&api, &[theirs], &known::read(&list).expect("a list"));
        assert_eq!((comparison.judged, comparison.agreeing, comparison.differences.len()), (2, 1, 0));
    }

    #[test]
    fn operations_of_the_sdk_count_in_the_versions_of_the_spec() {
        let api = feishu_openapi_codegen::read(&spec()).expect("the spec has no mistakes");
        let operation = |id: &str| sdk(serde_json::json!({ "id": id, "method": "GET", "path": format!("/{id}") }));
        let comparison = compare(&api, &[operation("task.v2.task.search"), operation("im.v1.message.create")], &[]);
        assert_eq!(comparison.only_sdk, ["task.v2.task.search"]);
    }

    #[test]
    fn the_table_counts_a_difference_once() {
        let difference =
            |operation: &str| Difference { text: "T.a: string, list".to_owned(), operation: operation.to_owned() };
        let mut comparison = Comparison { both: 2, fields: 9, ..Comparison::default() };
        comparison.differences.insert(Kind::Fields(Sort::Type), vec![difference("a.v1.b.c"), difference("a.v1.b.d")]);
        let text = report(&comparison, &[Kind::Fields(Sort::Type)], |id| (id == "a.v1.b.c").then(|| "page".to_owned()));
        assert!(text.contains("| type | 1 | 2 | the types of a field differ |"), "{text}");
        assert!(text.contains("  T.a: string, list\n    a.v1.b.c and 1 more (page)\n"), "{text}");
    }

    #[test]
    fn a_key_has_no_names_of_parameters() {
        assert_eq!(key("GET", "/a/{b}/c/{d}"), "GET /a/{}/c/{}");
        assert_eq!(key("GET", "/a/{b"), "GET /a/{}");
    }
}
