//! `cargo xtask bench`: runs the benches, which are programs of a package of their own, so that nothing of what they
//! need is built for the other tasks.

use std::path::Path;
use std::process::Command;

use clap::ValueEnum;

/// What to measure.
#[derive(Clone, Copy, ValueEnum)]
pub(crate) enum Bench {
    /// From YAML to Rust, against progenitor, and how both grow; writes the plots.
    Generation,
    /// What the generated code costs to compile, against progenitor's.
    Compile,
    /// A program with three operations: what it costs to compile, and how large it is.
    Size,
    /// One call over loopback, against progenitor's client and hand-written code.
    Call,
}

impl Bench {
    fn name_and_feature(self) -> (&'static str, &'static str) {
        match self {
            Bench::Generation => ("generation", "generation"),
            Bench::Compile => ("compile", "generation"),
            Bench::Size => ("size", "generation"),
            Bench::Call => ("call", "call"),
        }
    }
}

/// Builds the program with optimization and runs it; it prints a Markdown table.
pub(crate) fn run(root: &Path, bench: Bench) -> Result<(), String> {
    let (name, feature) = bench.name_and_feature();
    let status = Command::new("cargo")
        .args([
            "run",
            "--quiet",
            "--release",
            "--package",
            "feishu-openapi-benches",
            "--features",
            feature,
            "--bin",
            name,
        ])
        .current_dir(root)
        .status()
        .map_err(|error| format!("cargo: {error}"))?;
    if status.success() { Ok(()) } else { Err(format!("the bench `{name}` failed ({status})")) }
}
