//! Lets an SDK make the calls.
//!
//! A driver is a small script of ours in `drivers/`, which makes calls by reflection and knows no operation.
//! It reads a JSON list of cases: each is a [`Case`] with `base_url`, `token` and, in `files`, a path for each file.
//! It writes one line of JSON for each case, a [`Testimony`], and at the end `{"operations": […]}`, the ids of all
//! methods that the SDK has in the versions of the cases.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use feishu_openapi_tests::recorder::{Recorded, Recorder};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::case::{Case, FILE};
use crate::fields::{Fields, SdkField};

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
    let mut calls = Vec::new();
    let mut lines = output.lines();
    for ((case, _), recorder) in cases.iter().zip(recorders) {
        let request = recorder.stop();
        let line = lines.next().ok_or_else(|| format!("the driver says nothing about {}", case.id))?;
        let testimony: Testimony = serde_json::from_str(line).map_err(|error| format!("{error}: {line}"))?;
        calls.push((request, testimony));
    }
    let operations = lines.next().and_then(|line| serde_json::from_str::<Value>(line).ok());
    let operations = operations.and_then(|line| serde_json::from_value(line.get("operations")?.clone()).ok());
    Ok(Heard { calls, operations: operations.ok_or("the driver does not say which operations there are")? })
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
        "token": "token-of-the-example",
        "base_url": base_url,
    })
}

fn example_file(folder: &Path) -> Result<std::path::PathBuf, String> {
    let (name, content) = FILE;
    let file = folder.join(name);
    let written = fs::create_dir_all(folder).and_then(|()| fs::write(&file, content));
    written.map(|()| file.clone()).map_err(|error| format!("{}: {error}", file.display()))
}

fn run(command: &mut Command, input: &Value) -> Result<String, String> {
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
