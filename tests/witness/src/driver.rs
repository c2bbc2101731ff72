//! Lets an SDK make the calls.
//!
//! A driver is a small script of ours in `drivers/`, which makes calls by reflection and knows no operation.
//! It reads a JSON list of cases: each is a [`Case`] with `base_url`, `token` and, in `files`, a path for each file.
//! It writes one line of JSON for each case, a [`Testimony`], and at the end `{"operations": […]}`, the ids of all
//! methods that the SDK has in the versions of the cases.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use feishu_openapi_tests::recorder::{Recorded, Recorder};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::case::{Case, FILE};
use crate::fields::{Fields, SdkField};

/// What the calls have to carry.
pub const TOKEN: &str = "token-of-the-example";

/// What an SDK says about an operation.
#[derive(Clone, Debug, Deserialize)]
pub struct Testimony {
    /// `task.v2.task.add_members`
    pub id: String,
    /// Whether the SDK has no such operation.
    #[serde(default)]
    pub lacks: bool,
    /// Why the call failed, if it did.
    pub error: Option<String>,
    /// What was read from the `data` of the answer.
    #[serde(default)]
    pub answer: Value,
    /// What the SDK declares.
    pub declared: Option<Declared>,
}

/// What an SDK declares for an operation.
#[derive(Clone, Debug, Deserialize)]
pub struct Declared {
    /// All fields, as [`Spec::fields`](crate::fields::Spec::fields) has them.
    pub fields: Fields<SdkField>,
    /// `tenant`, `user`: the tokens that it may be called with; nothing if the SDK does not say.
    pub tokens: Option<Vec<String>>,
}

/// What an SDK did.
#[derive(Debug)]
pub struct Heard {
    /// For each case the request, if one came, and the testimony.
    pub calls: Vec<(Option<Recorded>, Testimony)>,
    /// The ids of all operations that the SDK has.
    pub operations: Vec<String>,
}

/// Makes all calls, each against a server of its own that gives the answer beside it.
///
/// # Errors
///
/// Fails if the driver does; a call that fails is a testimony.
pub fn hear(mut command: Command, cases: &[(Case, Value)], folder: &Path) -> Result<Heard, String> {
    let file = example_file(folder)?;
    let mut recorders = Vec::new();
    let mut input = Vec::new();
    for (case, answer) in cases {
        let recorder = Recorder::start(answer.to_string()).map_err(|error| format!("no port is free: {error}"))?;
        input.push(for_driver(case, recorder.address(), &file));
        recorders.push(recorder);
    }
    let output = run(&mut command, &Value::from(input))?;
    // Whoever sent nothing until now never will.
    let requests = recorders.into_iter().map(Recorder::stop);
    let ids = cases.iter().map(|(case, _)| case.id.as_str());
    let (testimonies, operations) = understand(&output, ids)?;
    Ok(Heard { calls: requests.zip(testimonies).collect(), operations })
}

/// Takes apart what a driver writes about the operations `ids`.
fn understand<'a>(
    output: &str,
    ids: impl IntoIterator<Item = &'a str>,
) -> Result<(Vec<Testimony>, Vec<String>), String> {
    let mut lines = output.lines();
    let mut testimonies = Vec::new();
    for id in ids {
        let line = lines.next().ok_or_else(|| format!("the driver says nothing about {id}"))?;
        let testimony: Testimony = serde_json::from_str(line).map_err(|error| format!("{error}: {line}"))?;
        if testimony.id != id {
            return Err(format!("the driver speaks of {} instead of {id}", testimony.id));
        }
        testimonies.push(testimony);
    }
    let last: Value = lines.next().and_then(|line| serde_json::from_str(line).ok()).unwrap_or_default();
    let operations = last.get("operations").and_then(|ids| serde_json::from_value(ids.clone()).ok());
    Ok((testimonies, operations.ok_or("the driver does not say which operations there are")?))
}

fn for_driver(case: &Case, base_url: &str, file: &Path) -> Value {
    let files = case.files.iter().map(|name| (name.clone(), Value::from(file.to_string_lossy())));
    json!({
        "id": case.id,
        "path": case.path,
        "query": case.query,
        "body": case.body,
        "files": files.collect::<Map<_, _>>(),
        "token_type": case.token_type,
        "token": TOKEN,
        "base_url": base_url,
    })
}

fn example_file(folder: &Path) -> Result<PathBuf, String> {
    let (name, content) = FILE;
    let file = folder.join(name);
    let written = fs::create_dir_all(folder).and_then(|()| fs::write(&file, content));
    written.map_err(|error| format!("{}: {error}", file.display()))?;
    Ok(file)
}

/// Runs a driver and gives what it writes.
pub(crate) fn run(command: &mut Command, input: &Value) -> Result<String, String> {
    let explain = |error: std::io::Error| format!("the driver: {error}");
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().map_err(explain)?;
    // Drivers read everything before they write anything. One that ends early says why on its own.
    if let Some(mut stdin) = child.stdin.take() {
        let _ = stdin.write_all(input.to_string().as_bytes());
    }
    let output = child.wait_with_output().map_err(explain)?;
    if !output.status.success() {
        return Err(format!("the driver failed ({})\n{}", output.status, String::from_utf8_lossy(&output.stderr)));
    }
    String::from_utf8(output.stdout).map_err(|error| format!("the driver: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fields::Kind;

    const LINES: &str = r#"{"id": "a.v1.b.get", "lacks": true}
{"id": "a.v1.b.list", "answer": {"items": []}, "declared": {"fields": {"query.size": {"kind": "integer"}}}}
{"operations": ["a.v1.b.list", "a.v1.b.search"]}"#;

    #[test]
    fn lines_are_understood_in_their_order() {
        let (testimonies, operations) = understand(LINES, ["a.v1.b.get", "a.v1.b.list"]).expect("two testimonies");
        assert_eq!(operations, ["a.v1.b.list", "a.v1.b.search"]);
        let [get, list] = &testimonies[..] else { panic!("{testimonies:?}") };
        assert!(get.lacks && get.declared.is_none());
        assert_eq!(list.answer, json!({ "items": [] }));
        let size = list.declared.as_ref().and_then(|declared| declared.fields.get("query.size"));
        assert_eq!(size, Some(&SdkField { kind: Kind::Integer, required: None }));
    }

    #[test]
    fn a_driver_that_stops_or_strays_is_not_believed() {
        let error = |ids: &[&'static str]| understand(LINES, ids.iter().copied()).map(drop).unwrap_err();
        assert_eq!(error(&["a.v1.b.list"]), "the driver speaks of a.v1.b.get instead of a.v1.b.list");
        assert_eq!(error(&["a.v1.b.get"]), "the driver does not say which operations there are");
        assert!(understand("", ["a.v1.b.get"]).is_err());
        assert!(understand("Traceback", ["a.v1.b.get"]).is_err());
    }
}
