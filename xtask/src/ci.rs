//! `cargo xtask ci`: everything that must pass, in the order in which it is quickest to fail.

use std::path::Path;
use std::process::Command;
use std::time::Instant;

/// The steps, as a contributor would type them.
const STEPS: &[(&str, &[(&str, &str)])] = &[
    ("cargo fmt --all --check", &[]),
    ("cargo xtask codegen --check", &[]),
    ("cargo clippy --workspace --all-targets -- -D warnings", &[]),
    ("cargo test --workspace", &[("INSTA_UPDATE", "no")]),
    ("cargo doc --workspace --no-deps", &[("RUSTDOCFLAGS", "-D warnings")]),
    // What is published must build from what is packaged.
    ("cargo package --allow-dirty --package feishu-openapi-runtime --package feishu-openapi", &[]),
];

/// Checks of all dependencies by `deny.toml`, for which cargo-deny must be installed.
const DEPENDENCIES: &str = "cargo deny check licenses bans sources";

/// The crate that users depend on; the others have the same features.
const CLIENT: &str = "feishu-openapi";

/// Runs all steps and stops at the first failure.
pub(crate) fn run(root: &Path) -> Result<(), String> {
    let started = Instant::now();
    let mut steps: Vec<(String, &[(&str, &str)])> =
        STEPS.iter().map(|(step, environment)| ((*step).to_owned(), *environment)).collect();
    let lint =
        |features: &str| format!("cargo clippy --package {CLIENT} --no-default-features{features} -- -D warnings");
    steps.push((lint(""), &[]));
    for feature in features(root)? {
        steps.push((lint(&format!(" --features {feature}")), &[]));
    }
    let mut left_out = Vec::new();
    if succeeds(root, "cargo deny --version") {
        steps.push((DEPENDENCIES.to_owned(), &[]));
        if succeeds(root, "cargo deny fetch db") {
            steps.push(("cargo deny check advisories".to_owned(), &[]));
        } else {
            left_out.push("`cargo deny check advisories`: the database of advisories cannot be reached".to_owned());
        }
    } else {
        left_out.push(format!("`{DEPENDENCIES}`: install it with `cargo install --locked cargo-deny`"));
    }
    for (step, environment) in &steps {
        println!("--- {step}");
        let begun = Instant::now();
        let status = command(root, step)
            .envs(environment.iter().copied())
            .status()
            .map_err(|error| format!("`{step}`: {error}"))?;
        if !status.success() {
            return Err(format!("`{step}` failed ({status})"));
        }
        println!("--- {step}: {:.0?}", begun.elapsed());
    }
    for step in left_out {
        println!("--- left out: {step}");
    }
    println!("--- all {} steps passed in {:.0?}", steps.len(), started.elapsed());
    Ok(())
}

/// A step as a process that can be started.
fn command(root: &Path, step: &str) -> Command {
    let mut words = step.split(' ');
    let mut command = Command::new(words.next().unwrap_or_default());
    command.args(words).current_dir(root);
    command
}

/// Runs a command without showing what it prints.
fn succeeds(root: &Path, step: &str) -> bool {
    command(root, step).output().is_ok_and(|output| output.status.success())
}

/// The features of the client, each of which must do without the others.
fn features(root: &Path) -> Result<Vec<String>, String> {
    let output = Command::new("cargo")
        .args(["metadata", "--no-deps", "--format-version", "1"])
        .current_dir(root)
        .output()
        .map_err(|error| format!("cargo metadata: {error}"))?;
    let metadata: serde_json::Value =
        serde_json::from_slice(&output.stdout).map_err(|error| format!("cargo metadata: {error}"))?;
    let packages = metadata["packages"].as_array().into_iter().flatten();
    let client = packages.into_iter().find(|package| package["name"] == CLIENT);
    let features = client.and_then(|client| client["features"].as_object());
    let features = features.ok_or_else(|| format!("cargo metadata: no features of {CLIENT}"))?;
    Ok(features.keys().filter(|feature| *feature != "default").cloned().collect())
}
