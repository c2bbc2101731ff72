//! The official SDKs: which versions are asked, and how they come here.
//!
//! Nothing of theirs is part of the repository; they are installed below `target/`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde::Deserialize;

/// An official SDK.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Witness {
    /// For Node.js.
    Node,
    /// For Python.
    Python,
}

/// A package and the version that is asked.
#[derive(Clone, Copy, Debug)]
pub struct Package {
    /// Its name in the registry of its language.
    pub name: &'static str,
    /// Exactly this one.
    pub version: &'static str,
}

/// The SDK comes first. TypeScript's parser reads its declarations.
const NODE: &[Package] =
    &[Package { name: "@larksuiteoapi/node-sdk", version: "1.74.0" }, Package { name: "typescript", version: "5.9.3" }];
const PYTHON: &[Package] = &[Package { name: "lark-oapi", version: "1.7.5" }];

/// Where something is installed or written, below the root of the repository.
pub const FOLDER: &str = "target/witness";

const DRIVERS: &str = "tests/witness/drivers";

/// Installs the SDK for Node.js if it is not there and gives the command that runs a script of ours with it.
///
/// # Errors
///
/// Fails in one line if Node.js is missing or a package cannot be installed.
pub fn node(root: &Path, script: &str) -> Result<Command, String> {
    let folder = root.join(FOLDER).join(Witness::Node.name());
    let version = version("node").ok_or("`node` is missing")?;
    Witness::Node.install(&folder, &version, npm)?;
    let mut command = Command::new("node");
    command.arg(root.join(DRIVERS).join(script)).env("NODE_PATH", folder.join("node_modules"));
    Ok(command)
}

impl Witness {
    /// All of them.
    pub const ALL: [Witness; 2] = [Witness::Node, Witness::Python];

    /// `node`
    pub fn name(self) -> &'static str {
        match self {
            Witness::Node => "node",
            Witness::Python => "python",
        }
    }

    /// What is installed for it.
    pub fn packages(self) -> &'static [Package] {
        match self {
            Witness::Node => NODE,
            Witness::Python => PYTHON,
        }
    }

    /// Installs the SDK if it is not there and gives the command that makes its calls; or says what is missing.
    ///
    /// # Errors
    ///
    /// Fails in one line if the language is missing or a package cannot be installed.
    pub fn prepare(self, root: &Path) -> Result<Command, String> {
        let folder = root.join(FOLDER).join(self.name());
        match self {
            Witness::Node => node(root, "node.js"),
            Witness::Python => {
                let found = ["python3", "python"].into_iter().find_map(|name| Some((name, version(name)?)));
                let (python, version) = found.ok_or("`python3` is missing")?;
                self.install(&folder, &version, |packages, folder| pip(python, packages, folder))?;
                let mut command = Command::new(python);
                command.arg(root.join(DRIVERS).join("python.py")).env("PYTHONPATH", &folder).env("PYTHONUTF8", "1");
                Ok(command)
            }
        }
    }

    fn install(
        self,
        folder: &Path,
        language: &str,
        installer: impl Fn(&[Package], &Path) -> Command,
    ) -> Result<(), String> {
        let explain = |error: std::io::Error| format!("{}: {error}", folder.display());
        let wanted = record(language, self.packages());
        let record: PathBuf = folder.join("installed.txt");
        if fs::read_to_string(&record).is_ok_and(|installed| installed == wanted) {
            return Ok(());
        }
        if folder.exists() {
            fs::remove_dir_all(folder).map_err(explain)?;
        }
        fs::create_dir_all(folder).map_err(explain)?;
        let mut command = installer(self.packages(), folder);
        let program = command.get_program().to_string_lossy().into_owned();
        eprintln!("{}: installing {}", self.name(), self.packages()[0]);
        let output = command.output().map_err(|_| format!("`{program}` is missing"))?;
        if !output.status.success() {
            let reason = reason(&String::from_utf8_lossy(&output.stderr));
            return Err(format!("`{}` cannot be installed with {program}: {reason}", self.packages()[0]));
        }
        fs::write(record, wanted).map_err(explain)
    }
}

impl std::fmt::Display for Package {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{} {}", self.name, self.version)
    }
}

/// What must be the same for an installation to be used again.
fn record(language: &str, packages: &[Package]) -> String {
    let packages = packages.iter().map(|package| format!("{package}\n"));
    format!("{language}\n{}", packages.collect::<String>())
}

/// The line that says why: the last one, but for npm's hint at where it wrote more.
fn reason(said: &str) -> String {
    let mut lines = said.lines().map(|line| line.trim().trim_start_matches("npm error").trim());
    let reason = lines.rfind(|line| !line.is_empty() && !line.contains("complete log"));
    reason.unwrap_or("it says nothing").to_owned()
}

/// What a program says of itself, if it is there.
fn version(program: &str) -> Option<String> {
    let output = Command::new(program).arg("--version").stderr(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

fn npm(packages: &[Package], folder: &Path) -> Command {
    let mut command = Command::new("npm");
    command.args(["install", "--no-audit", "--no-fund", "--no-save", "--ignore-scripts", "--loglevel=error"]);
    command.arg("--prefix").arg(folder);
    command.args(packages.iter().map(|package| format!("{}@{}", package.name, package.version)));
    command
}

fn pip(python: &str, packages: &[Package], folder: &Path) -> Command {
    let mut command = Command::new(python);
    command.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-compile", "--target"]);
    command.arg(folder);
    command.args(packages.iter().map(|package| format!("{}=={}", package.name, package.version)));
    command
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_version_is_installed_anew() {
        let packages = [Package { name: "sdk", version: "1.0.0" }, Package { name: "tool", version: "2.0.0" }];
        assert_eq!(record("v20.1.0", &packages), "v20.1.0\nsdk 1.0.0\ntool 2.0.0\n");
        assert_ne!(record("v20.1.0", &packages), record("v22.0.0", &packages));
    }

    #[test]
    fn the_reason_is_one_line() {
        let npm =
            "npm error code E404\nnpm error 404 no such version\nnpm error\nnpm error A complete log of this run\n";
        assert_eq!(reason(npm), "404 no such version");
        assert_eq!(reason("WARNING: slow\nERROR: No matching distribution\n\n"), "ERROR: No matching distribution");
        assert_eq!(reason(""), "it says nothing");
    }

    #[test]
    fn exactly_the_pinned_versions_are_asked_for() {
        let arguments = |command: Command| -> Vec<String> {
            command.get_args().map(|argument| argument.to_string_lossy().into_owned()).collect()
        };
        let packages = [Package { name: "@scope/sdk", version: "1.0.0" }];
        assert_eq!(arguments(npm(&packages, Path::new("x"))).last().map(String::as_str), Some("@scope/sdk@1.0.0"));
        let pip = arguments(pip("python3", &packages, Path::new("x")));
        assert_eq!(pip.last().map(String::as_str), Some("@scope/sdk==1.0.0"));
    }
}
