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

/// Runs all steps and stops at the first failure.
pub(crate) fn run(root: &Path) -> Result<(), String> {
    let started = Instant::now();
    for (step, environment) in STEPS {
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
    println!("--- all {} steps passed in {:.0?}", STEPS.len(), started.elapsed());
    Ok(())
}
