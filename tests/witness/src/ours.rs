//! Our half of the calls: `ours.rs` beside this folder makes them, as tests out of the generated examples.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use feishu_openapi_tests::request::Sent;
use serde_json::Value;

/// Names the folder that the tests write to.
pub const FOLDER_VARIABLE: &str = "FEISHU_OPENAPI_WITNESS_FOLDER";

/// What our client did.
#[derive(Clone, Debug)]
pub struct OurCall {
    /// The request.
    pub sent: Sent,
    /// What was read from `data`, written as JSON again.
    pub answer: Value,
}

/// Makes all calls; the results by operation.
///
/// # Errors
///
/// Fails if one of them does.
pub fn hear(root: &Path, folder: &Path) -> Result<BTreeMap<String, OurCall>, String> {
    let explain = |error: std::io::Error| format!("{}: {error}", folder.display());
    if folder.exists() {
        fs::remove_dir_all(folder).map_err(explain)?;
    }
    fs::create_dir_all(folder).map_err(explain)?;
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args(["test", "--quiet", "--package", "feishu-openapi-witness", "--features", "ours", "--test", "ours"])
        .env(FOLDER_VARIABLE, folder)
        .current_dir(root)
        .output()
        .map_err(|error| format!("cargo: {error}"))?;
    if !output.status.success() {
        let said = [output.stdout, output.stderr].concat();
        return Err(format!("the calls of our client failed\n{}", String::from_utf8_lossy(&said)));
    }
    let mut calls = BTreeMap::new();
    for entry in fs::read_dir(folder).map_err(explain)? {
        let path = entry.map_err(explain)?.path();
        let text = fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        let call: Value = serde_json::from_str(&text).map_err(|error| format!("{}: {error}", path.display()))?;
        let id = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        calls.insert(id, OurCall { sent: Sent::from_json(&call["sent"])?, answer: call["answer"].clone() });
    }
    Ok(calls)
}
