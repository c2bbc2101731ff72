//! What generated code costs to compile: ours and progenitor's for the same operations, dependencies built before.

use std::io;

use feishu_openapi_benches::crates::{Crate, root};

/// How a crate is compiled, and the options that say so.
const MODES: [(&str, &[&str]); 3] =
    [("check", &["check"]), ("debug", &["build"]), ("release", &["build", "--release"])];

struct Subject {
    operations: usize,
    features: &'static [&'static str],
    /// How many of the modes are measured; the big ones take minutes each.
    modes: usize,
    measured: Crate,
}

fn main() -> io::Result<()> {
    let root = root()?;
    println!("| client | operations | lines of code | build | CPU s | peak MB |");
    println!("| --- | --- | --- | --- | --- | --- |");
    let v2: &[&str] = &["--no-default-features", "--features", "reqwest,task-v2"];
    let subject = |operations, features, modes, measured| Subject { operations, features, modes, measured };
    let subjects = [
        subject(75, &[], 3, Crate::ours(&root, "ours", 1)?),
        subject(52, v2, 3, Crate::ours(&root, "ours v2 only", 1)?),
        subject(74, &[], 3, Crate::progenitor("progenitor positional", "positional", 1)),
        subject(74, &[], 3, Crate::progenitor("progenitor builder", "builder", 1)),
        subject(750, &[], 3, Crate::ours(&root, "ours tenfold", 10)?),
        subject(740, &[], 3, Crate::progenitor("progenitor positional tenfold", "positional", 10)),
    ];
    for Subject { operations, features, modes, measured } in subjects {
        measured.write(&root)?;
        let lines = measured.code_lines();
        for (mode, command) in &MODES[..modes] {
            let cost = measured.cost(&root, &[*command, features].concat())?;
            println!(
                "| {} | {operations} | {lines} | {mode} | {:.2} | {:.0} |",
                measured.name, cost.seconds, cost.megabytes
            );
        }
    }
    Ok(())
}
