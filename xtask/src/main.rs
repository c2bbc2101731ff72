//! The tasks of this repository; `cargo xtask help` lists them.

mod bench;
mod bundle;
mod ci;
mod codegen;
mod diff;
mod docs;
mod files;
mod lint;
mod witness;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// The tasks of this repository.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Turn spec/ into the Rust client in generated/src/generated/.
    Codegen {
        /// Write nothing; list what is out of date and fail if anything is.
        #[arg(long)]
        check: bool,
    },
    /// Write one self-contained OpenAPI document for each service version, as JSON and YAML.
    Bundle {
        /// Where to; made if it does not exist.
        #[arg(long, default_value = "target/bundle")]
        out: PathBuf,
    },
    /// List everything that is wrong in spec/, and fail if anything is.
    Lint(lint::Options),
    /// Say what changed in spec/ for users of the client: breaking, additive, documentation.
    Diff(diff::Arguments),
    /// Measure, and print a table for BENCHMARKS.md.
    Bench {
        /// What to measure.
        what: bench::Bench,
    },
    /// Hold Feishu's documentation pages against spec/.
    #[command(subcommand)]
    Docs(docs::Docs),
    /// Let the official SDKs make the documented calls, and list in what they and our client differ.
    #[command(disable_help_flag = true)]
    Witness {
        /// Passed on to a program of its own; `witness --help` lists the options.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
    /// Run everything that continuous integration runs.
    Ci,
}

fn main() -> ExitCode {
    let root = files::root();
    let outcome = match Arguments::parse().task {
        Task::Codegen { check } => codegen::run(&root, check),
        Task::Bundle { out } => bundle::run(&root, &out),
        Task::Lint(options) => lint::run(&root, &options),
        Task::Diff(arguments) => return diff::run(&root, &arguments),
        Task::Bench { what } => bench::run(&root, what),
        Task::Docs(docs) => docs::run(&root, docs),
        Task::Witness { arguments } => witness::run(&root, &arguments),
        Task::Ci => ci::run(&root),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("{message}");
            ExitCode::FAILURE
        }
    }
}
