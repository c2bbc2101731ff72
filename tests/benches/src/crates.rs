//! Crates that are written below `target/bench/` and compiled there, so that cargo's work on them alone can be measured.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{fs, io};

use feishu_openapi_codegen::{generate, report};

use crate::copies::{sources, stripped};
use crate::generate::progenitor;

/// A crate to compile.
#[derive(Debug)]
pub struct Crate {
    /// Its name in tables.
    pub name: String,
    /// `Cargo.toml`
    pub manifest: String,
    /// Texts by their paths below `src/`.
    pub files: Vec<(String, String)>,
}

/// What cargo has used.
#[derive(Clone, Copy, Debug)]
pub struct Cost {
    /// CPU seconds of cargo and all that it started.
    pub seconds: f64,
    /// The memory of the largest process, in MB.
    pub megabytes: f64,
}

/// The root of the repository.
///
/// # Errors
///
/// If it has been moved since this program was built.
pub fn root() -> io::Result<PathBuf> {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize()
}

impl Crate {
    /// The crate of our client, with the operations of so many copies of the spec.
    ///
    /// # Errors
    ///
    /// If a file cannot be read, or the spec has mistakes.
    pub fn ours(root: &Path, name: &str, copies: usize) -> io::Result<Self> {
        Ok(Crate { name: name.to_owned(), manifest: our_manifest(root, copies)?, files: our_files(root, copies)? })
    }

    /// The crate of progenitor's client in this style.
    pub fn progenitor(name: &str, style: &str, copies: usize) -> Self {
        let files = vec![("lib.rs".to_owned(), progenitor(&stripped(copies), style))];
        Crate { name: name.to_owned(), manifest: PROGENITOR.to_owned(), files }
    }

    /// Lines that are neither empty nor comments.
    pub fn code_lines(&self) -> usize {
        let lines = self.files.iter().flat_map(|(_, text)| text.lines().map(str::trim));
        lines.filter(|line| !line.is_empty() && !line.starts_with("//")).count()
    }

    /// Where the crate is written to.
    pub fn folder(&self, root: &Path) -> PathBuf {
        root.join("target/bench").join(self.name.replace(' ', "-"))
    }

    /// Writes the crate.
    ///
    /// # Errors
    ///
    /// If a file cannot be written.
    pub fn write(&self, root: &Path) -> io::Result<()> {
        let folder = self.folder(root);
        fs::create_dir_all(&folder)?;
        fs::copy(root.join("Cargo.lock"), folder.join("Cargo.lock"))?;
        fs::write(folder.join("Cargo.toml"), &self.manifest)?;
        for (path, text) in &self.files {
            let path = folder.join("src").join(path);
            fs::create_dir_all(path.parent().unwrap_or(&folder))?;
            fs::write(path, text)?;
        }
        Ok(())
    }

    /// The cost of a command of cargo on this crate alone: everything that it depends on is built before.
    ///
    /// # Errors
    ///
    /// If the crate does not compile; the error has what cargo says.
    pub fn cost(&self, root: &Path, command: &[&str]) -> io::Result<Cost> {
        let costs = costs(root, &[(self, command.to_vec())], 2)?;
        costs.first().copied().ok_or_else(|| io::Error::other("nothing was measured"))
    }

    fn touch(&self, root: &Path) -> io::Result<()> {
        for (path, _) in &self.files {
            let path = self.folder(root).join("src").join(path);
            fs::File::options().append(true).open(path)?.set_modified(std::time::SystemTime::now())?;
        }
        Ok(())
    }
}

/// The costs of commands of cargo on crates alone, which take turns: a machine does other things as well, so the
/// cheapest of several runs counts, and none has the quiet time for itself.
///
/// # Errors
///
/// If a crate does not compile; the error has what cargo says.
pub fn costs(root: &Path, commands: &[(&Crate, Vec<&str>)], rounds: usize) -> io::Result<Vec<Cost>> {
    let run = |(subject, command): &(&Crate, Vec<&str>)| cargo(root, &subject.folder(root).join("Cargo.toml"), command);
    let mut best = Vec::new();
    for command in commands {
        best.push(run(command)?);
    }
    for round in 0..rounds {
        for (command, best) in commands.iter().zip(&mut best) {
            command.0.touch(root)?;
            let cost = run(command)?;
            // The first run has built the dependencies.
            if round == 0 || cost.seconds < best.seconds {
                *best = cost;
            }
        }
    }
    Ok(best)
}

/// What progenitor's clients depend on.
pub const PROGENITOR: &str = r#"[package]
name = "client"
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
        "[package]\nname = \"feishu-openapi\"\nversion = \"0.1.0\"\nedition = \"2024\"\n[features]\n{features}\n\
         [dependencies]\nfeishu-openapi-runtime = {{ path = {:?}, default-features = false }}\n[workspace]\n",
        root.join("runtime")
    ))
}

fn our_files(root: &Path, copies: usize) -> io::Result<Vec<(String, String)>> {
    let sources = sources(copies);
    let generated = generate(&sources).map_err(|mistakes| {
        let mistakes: Vec<String> = report::locate(mistakes, &sources).iter().map(report::short).collect();
        io::Error::other(format!("the copies have mistakes\n{}", mistakes.join("\n")))
    })?;
    let mut files: Vec<_> = generated.into_iter().map(|file| (format!("generated/{}", file.path), file.text)).collect();
    for name in ["lib.rs", "client.rs"] {
        files.push((name.to_owned(), fs::read_to_string(root.join("generated/src").join(name))?));
    }
    Ok(files)
}

/// CPU seconds of cargo and what it starts, and the memory of the largest process.
fn cargo(root: &Path, manifest: &Path, command: &[&str]) -> io::Result<Cost> {
    let output = Command::new("/usr/bin/time")
        .args(["-f", "measured %U %S %M", "cargo"])
        .args(command)
        .arg("--quiet")
        .arg("--manifest-path")
        .arg(manifest)
        .env("CARGO_TARGET_DIR", root.join("target/bench/target"))
        .env("CARGO_INCREMENTAL", "0")
        .env("RUSTFLAGS", "-Awarnings")
        .output()?;
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    let measured = text.lines().find_map(|line| line.strip_prefix("measured "));
    let numbers: Vec<f64> = measured.unwrap_or_default().split(' ').filter_map(|word| word.parse().ok()).collect();
    match (&numbers[..], output.status.success()) {
        ([user, system, kilobytes], true) => Ok(Cost { seconds: user + system, megabytes: kilobytes * 1024.0 / 1e6 }),
        _ => Err(io::Error::other(format!("{}: {text}", manifest.display()))),
    }
}
