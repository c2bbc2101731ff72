//! `cargo xtask docs fetch`.

use std::process::ExitCode;

use clap::Parser;
use docs_fetch::{Options, run};

fn main() -> ExitCode {
    let options = Options::parse();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let outcome = runtime
        .map_err(|error| error.to_string())
        .and_then(|runtime| runtime.block_on(run(&options, &mut |line| eprintln!("{line}"))));
    match outcome {
        Ok(summary) => {
            let (written, unchanged) = (summary.written, summary.unchanged);
            println!("{written} pages new or changed, {unchanged} unchanged, {} failed", summary.failed.len());
            if summary.failed.is_empty() {
                return ExitCode::SUCCESS;
            }
            println!("run it again to fetch what failed");
            ExitCode::FAILURE
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
