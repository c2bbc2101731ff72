//! Generation from YAML: our generator and progenitor on the same operations, and how both grow.
//!
//! `generation` measures all and writes `tests/benches/plots/*.svg`; `generation one <who> <copies>` makes one run in
//! a process of its own, so that its peak memory is its own; `generation input <copies> [json]` prints what progenitor
//! reads. `<who>` is `ours`, `positional`, `builder`, or one of these two with `-json`.

use std::path::Path;
use std::process::Command;
use std::time::Duration;
use std::{env, fs};

use feishu_openapi_benches::copies::{operations, sources, stripped, stripped_json};
use feishu_openapi_benches::generate::{progenitor, read};
use feishu_openapi_benches::measure::{Times, milliseconds, peak_memory, times};
use feishu_openapi_benches::plot::{Series, lines};
use feishu_openapi_codegen::{emit, generate, passes};

const GROWTH: [usize; 3] = [1, 10, 30];
const WHO: [&str; 3] = ["ours", "positional", "builder"];

fn main() {
    let arguments: Vec<String> = env::args().skip(1).collect();
    match &arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["one", who, copies] => one(who, copies.parse().unwrap_or(1)),
        ["input", copies] => print!("{}", stripped(copies.parse().unwrap_or(1))),
        ["input", copies, "json"] => print!("{}", stripped_json(copies.parse().unwrap_or(1))),
        _ => {
            let runs = arguments.first().and_then(|runs| runs.parse().ok()).unwrap_or(15);
            phases(runs);
            growth();
        }
    }
}

fn phases(runs: usize) {
    let ours = sources(1);
    let count = operations(&ours);
    let text = stripped(1);
    let document = read(&text);
    let theirs = document.operations().count();
    println!("| generator | pass | best ms | median ms | operations/s (best) |");
    println!("| --- | --- | --- | --- | --- |");
    let loaded = passes::load(&ours);
    let api = passes::lower(&loaded);
    row("ours", "load", times(runs, || passes::load(&ours)), count);
    row("ours", "lower", times(runs, || passes::lower(&loaded)), count);
    row("ours", "lint", times(runs, || passes::lint(&loaded, &api)), count);
    row("ours", "emit", times(runs, || emit(&api)), count);
    row("ours", "all, from YAML", times(runs, || generate(&ours)), count);
    let json = stripped_json(1);
    for (text, from) in [(&text, "YAML"), (&json, "JSON")] {
        row("progenitor", &format!("read {from}"), times(runs, || read(text)), theirs);
        for who in &WHO[1..] {
            let pass = format!("all, from {from}");
            row(&format!("progenitor {who}"), &pass, times(runs, || progenitor(text, who)), theirs);
        }
    }
}

fn row(who: &str, pass: &str, times: Times, operations: usize) {
    let rate = operations as f64 / times.best.as_secs_f64();
    println!("| {who} | {pass} | {} | {} | {rate:.0} |", milliseconds(times.best), milliseconds(times.median));
}

fn growth() {
    println!("\n| generator | copies | operations | ms | ms per operation | peak memory MB |");
    println!("| --- | --- | --- | --- | --- | --- |");
    let mut time = Vec::new();
    let mut memory = Vec::new();
    for who in WHO {
        let mut times = Vec::new();
        let mut peaks = Vec::new();
        for copies in GROWTH {
            let Some((operations, seconds, bytes)) = child(who, copies) else { continue };
            let (ms, megabytes) = (seconds * 1000.0, bytes / 1e6);
            println!("| {who} | {copies} | {operations} | {ms:.0} | {:.3} | {megabytes:.0} |", ms / operations);
            times.push((operations, ms));
            peaks.push((operations, megabytes));
        }
        time.push(Series { name: who.to_owned(), points: times });
        memory.push(Series { name: who.to_owned(), points: peaks });
    }
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("plots");
    let plots = [
        ("generation-time.svg", lines("Generation from YAML", "operations", "milliseconds", &time)),
        ("generation-memory.svg", lines("Peak memory of generation", "operations", "MB", &memory)),
    ];
    for (name, svg) in plots {
        let written = fs::create_dir_all(&folder).and_then(|()| fs::write(folder.join(name), svg));
        if let Err(error) = written {
            eprintln!("{name}: {error}");
        }
    }
}

/// Operations, seconds and bytes of one run in a process of its own.
fn child(who: &str, copies: usize) -> Option<(f64, f64, f64)> {
    let program = env::current_exe().ok()?;
    let output = Command::new(program).args(["one", who, &copies.to_string()]).output().ok()?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let mut numbers = text.split_whitespace().filter_map(|word| word.parse::<f64>().ok());
    Some((numbers.next()?, numbers.next()?, numbers.next()?))
}

fn one(who: &str, copies: usize) {
    let runs = if copies == 1 { 5 } else { 1 };
    let (count, best) = if who == "ours" {
        let input = sources(copies);
        (operations(&input), times(runs, || generate(&input)).best)
    } else {
        let (style, format) = who.split_once('-').unwrap_or((who, "yaml"));
        let text = prepared(copies, format);
        (text.matches("operationId").count(), times(runs, || progenitor(&text, style)).best)
    };
    println!("{count} {} {}", Duration::as_secs_f64(&best), peak_memory());
}

/// Makes the input in another process, whose memory is not ours.
fn prepared(copies: usize, format: &str) -> String {
    let copies = copies.to_string();
    let arguments = ["input", &copies, format];
    let arguments = if format == "json" { &arguments[..] } else { &arguments[..2] };
    let output = env::current_exe().and_then(|program| Command::new(program).args(arguments).output());
    output.map(|output| String::from_utf8_lossy(&output.stdout).into_owned()).unwrap_or_default()
}
