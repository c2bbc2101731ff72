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
];

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
    for (step, environment) in &steps {
        println!("--- {step}");
        let begun = Instant::now();
        let mut words = step.split(' ');
        let program = words.next().unwrap_or_default();
        let status = Command::new(program)
            .args(words)
            .envs(environment.iter().copied())
            .current_dir(root)
            .status()
            .map_err(|error| format!("`{step}`: {error}"))?;
        if !status.success() {
            return Err(format!("`{step}` failed ({status})"));
        }
        println!("--- {step}: {:.0?}", begun.elapsed());
    }
    println!("--- all {} steps passed in {:.0?}", steps.len(), started.elapsed());
    Ok(())
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
