//! What generated code costs to compile: ours and progenitor's for the same operations, dependencies built before.
//!
//! Writes each client as a crate of its own below `target/bench/`, and measures cargo on that crate alone.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{fs, io};

use feishu_openapi_benches::copies::{sources, stripped};
use feishu_openapi_benches::generate::progenitor;
use feishu_openapi_codegen::{generate, report};

/// How a crate is compiled, and the option that says so.
const MODES: [(&str, &[&str]); 3] =
    [("check", &["check"]), ("debug", &["build"]), ("release", &["build", "--release"])];

struct Subject {
    name: &'static str,
    operations: usize,
    features: &'static [&'static str],
    modes: usize,
    files: Vec<(String, String)>,
    manifest: String,
}

fn main() -> io::Result<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize()?;
    println!("| client | operations | lines of code | build | CPU s | peak MB |");
    println!("| --- | --- | --- | --- | --- | --- |");
    for subject in subjects(&root)? {
        let folder = root.join("target/bench").join(subject.name.replace(' ', "-"));
        let manifest = folder.join("Cargo.toml");
        fs::create_dir_all(&folder)?;
        fs::copy(root.join("Cargo.lock"), folder.join("Cargo.lock"))?;
        fs::write(&manifest, &subject.manifest)?;
        for (path, text) in &subject.files {
            let path = folder.join("src").join(path);
            fs::create_dir_all(path.parent().unwrap_or(&folder))?;
            fs::write(path, text)?;
        }
        let lines: usize = subject.files.iter().map(|(_, text)| code_lines(text)).sum();
        for (mode, command) in &MODES[..subject.modes] {
            let run = || cargo(&root, &manifest, command, subject.features);
            // The first run builds the dependencies too.
            run()?;
            touch(&folder.join("src/lib.rs"))?;
            let (seconds, megabytes) = run()?;
            println!(
                "| {} | {} | {lines} | {mode} | {seconds:.2} | {megabytes:.0} |",
                subject.name, subject.operations
            );
        }
    }
    Ok(())
}

fn subjects(root: &Path) -> io::Result<Vec<Subject>> {
    let both: &[&str] = &["--no-default-features", "--features", "reqwest,task-v1,task-v2"];
    let ours = |name, operations, features, modes, copies| -> io::Result<Subject> {
        Ok(Subject {
            name,
            operations,
            features,
            modes,
            files: our_files(root, copies)?,
            manifest: our_manifest(root, copies)?,
        })
    };
    let theirs = |name, operations, modes, style, copies| Subject {
        name,
        operations,
        features: &[],
        modes,
        files: vec![("lib.rs".to_owned(), progenitor(&stripped(copies), style))],
        manifest: PROGENITOR.to_owned(),
    };
    Ok(vec![
        ours("ours", 75, both, 3, 1)?,
        ours("ours v2 only", 52, &["--no-default-features", "--features", "reqwest,task-v2"], 3, 1)?,
        theirs("progenitor positional", 74, 3, "positional", 1),
        theirs("progenitor builder", 74, 3, "builder", 1),
        ours("ours tenfold", 750, &[], 3, 10)?,
        theirs("progenitor positional tenfold", 740, 1, "positional", 10),
    ])
}

const PROGENITOR: &str = r#"[package]
name = "bench-progenitor"
version = "0.1.0"
edition = "2024"
[dependencies]
chrono = { version = "0.4", default-features = false, features = ["serde"] }
progenitor-client = "0.15.1"
reqwest = { version = "0.13", default-features = false, features = ["json", "query", "rustls"] }
serde = { version = "1", features = ["derive"] }
serde_json = "1"
[workspace]
"#;

/// The features of the real crate, and those of its copies.
fn our_manifest(root: &Path, copies: usize) -> io::Result<String> {
    let real = fs::read_to_string(root.join("generated/Cargo.toml"))?;
    let features = real.split("[features]\n").nth(1).and_then(|rest| rest.split("\n[").next()).unwrap_or_default();
    let names = (1..copies).flat_map(|copy| ["v1", "v2"].map(|version| format!("copy{copy}-{version}")));
    let names: Vec<String> = names.collect();
    let mut features = features.to_owned();
    for name in &names {
        features = features.replace("default = [", &format!("default = [\"{name}\", ")) + &format!("{name} = []\n");
    }
    Ok(format!(
        "[package]\nname = \"bench-ours\"\nversion = \"0.1.0\"\nedition = \"2024\"\n[features]\n{features}\n[dependencies]\n\
         feishu-openapi-runtime = {{ path = {:?}, default-features = false }}\n[workspace]\n",
        root.join("runtime")
    ))
}

fn our_files(root: &Path, copies: usize) -> io::Result<Vec<(String, String)>> {
    let sources = sources(copies);
    let generated = generate(&sources).map_err(|mistakes| {
        let mistakes: Vec<String> = mistakes.locate(&sources).iter().map(report::short).collect();
        io::Error::other(format!("the copies have mistakes\n{}", mistakes.join("\n")))
    })?;
    let mut files: Vec<_> = generated.into_iter().map(|file| (format!("generated/{}", file.path), file.text)).collect();
    for name in ["lib.rs", "client.rs"] {
        files.push((name.to_owned(), fs::read_to_string(root.join("generated/src").join(name))?));
    }
    Ok(files)
}

/// Lines that are neither empty nor comments.
fn code_lines(text: &str) -> usize {
    text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with("//")).count()
}

fn touch(path: &PathBuf) -> io::Result<()> {
    fs::File::options().append(true).open(path)?.set_modified(std::time::SystemTime::now())
}

/// CPU seconds of cargo and what it starts, and the memory of the largest process.
fn cargo(root: &Path, manifest: &Path, command: &[&str], features: &[&str]) -> io::Result<(f64, f64)> {
    let output = Command::new("/usr/bin/time")
        .args(["-f", "measured %U %S %M", "cargo"])
        .args(command)
        .arg("--quiet")
        .arg("--manifest-path")
        .arg(manifest)
        .args(features)
        .env("CARGO_TARGET_DIR", root.join("target/bench/target"))
        .env("CARGO_INCREMENTAL", "0")
        .env("RUSTFLAGS", "-Awarnings")
        .output()?;
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    let measured = text.lines().find_map(|line| line.strip_prefix("measured "));
    let numbers: Vec<f64> = measured.unwrap_or_default().split(' ').filter_map(|word| word.parse().ok()).collect();
    match (&numbers[..], output.status.success()) {
        ([user, system, kilobytes], true) => Ok((user + system, kilobytes * 1024.0 / 1e6)),
        _ => Err(io::Error::other(format!("{}: {text}", manifest.display()))),
    }
}
