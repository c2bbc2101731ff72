//! What generated code costs to compile: ours and progenitor's for the same operations, dependencies built before.

use std::io;
use std::path::Path;

use feishu_openapi_benches::crates::{Crate, costs, root};

/// How a crate is compiled, and the options that say so.
const MODES: [(&str, &[&str]); 3] =
    [("check", &["check"]), ("debug", &["build"]), ("release", &["build", "--release"])];

struct Subject {
    operations: usize,
    features: &'static [&'static str],
    measured: Crate,
}

fn main() -> io::Result<()> {
    let root = root()?;
    println!("| client | operations | lines of code | build | CPU s | peak MB |");
    println!("| --- | --- | --- | --- | --- | --- |");
    let v2: &[&str] = &["--no-default-features", "--features", "reqwest,task-v2"];
    let subject = |operations, features, measured| Subject { operations, features, measured };
    let small = [
        subject(75, &[], Crate::ours(&root, "ours", 1)?),
        subject(52, v2, Crate::ours(&root, "ours v2 only", 1)?),
        subject(74, &[], Crate::progenitor("progenitor positional", "positional", 1)),
        subject(74, &[], Crate::progenitor("progenitor builder", "builder", 1)),
    ];
    compile(&root, &small, 5)?;
    let large = [
        subject(750, &[], Crate::ours(&root, "ours tenfold", 10)?),
        subject(740, &[], Crate::progenitor("progenitor positional tenfold", "positional", 10)),
    ];
    // These take minutes each.
    compile(&root, &large, 2)
}

fn compile(root: &Path, subjects: &[Subject], rounds: usize) -> io::Result<()> {
    for subject in subjects {
        subject.measured.write(root)?;
    }
    for (mode, command) in MODES {
        let commands: Vec<(&Crate, Vec<&str>)> =
            subjects.iter().map(|subject| (&subject.measured, [command, subject.features].concat())).collect();
        for (subject, cost) in subjects.iter().zip(costs(root, &commands, rounds)?) {
            println!(
                "| {} | {} | {} | {mode} | {:.2} | {:.0} |",
                subject.measured.name,
                subject.operations,
                subject.measured.code_lines(),
                cost.seconds,
                cost.megabytes
            );
        }
    }
    Ok(())
}
