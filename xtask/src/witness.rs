//! `cargo xtask witness`: runs a program of a package of its own, so that nothing of what it needs is built for the
//! other tasks.

use std::path::Path;
use std::process::Command;

/// Builds the program and runs it with these arguments; it prints what it found.
pub(crate) fn run(root: &Path, arguments: &[String]) -> Result<(), String> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let status = Command::new(cargo)
        .args(["run", "--quiet", "--package", "feishu-openapi-witness", "--bin", "witness", "--"])
        .args(arguments)
        .current_dir(root)
        .status()
        .map_err(|error| format!("the witnesses: {error}"))?;
    if status.success() { Ok(()) } else { Err(format!("the witnesses failed ({status})")) }
}
