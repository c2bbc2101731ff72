//! The tasks of this repository; `cargo xtask help` lists them.

mod ci;
mod codegen;
mod docs;
mod files;

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
    /// Hold Feishu's documentation pages against spec/.
    #[command(subcommand)]
    Docs(docs::Docs),
    /// Run everything that continuous integration runs.
    Ci,
}

fn main() -> ExitCode {
    let root = files::root();
    let outcome = match Arguments::parse().task {
        Task::Codegen { check } => codegen::run(&root, check),
        Task::Docs(docs) => docs::run(&root, docs),
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
