//! `cargo xtask diff`: what changed in the spec since a git revision, as users of the client see it.

use std::io::{IsTerminal, Write};
use std::path::Path;
use std::process::{Command, ExitCode};

use clap::ValueEnum;
use feishu_openapi_codegen::diagnostic::Diagnostics;
use feishu_openapi_codegen::diff::{Format, compare, is_breaking, render, render_table};
use feishu_openapi_codegen::ir::Api;
use feishu_openapi_codegen::{Source, read, read_draft, report};

use crate::files;

/// Where the main branch may be found; the first that is not checked out right now counts.
const MAIN: [&str; 4] = ["origin/main", "origin/master", "main", "master"];

/// What `cargo xtask diff` is asked for.
#[derive(clap::Args)]
#[command(after_help = "Exit codes: 0 when nothing breaks, 1 when something does, 2 when one of the two specs cannot \
                        be read (its mistakes are shown) or git does not answer.")]
pub(crate) struct Arguments {
    /// The git revision to compare the working tree with [default: where it branched off the main branch, or HEAD].
    base: Option<String>,
    /// How to write the changes down.
    #[arg(long, value_enum, default_value_t = Style::Human)]
    format: Style,
    /// Short for `--format json`.
    #[arg(long)]
    json: bool,
    /// Print the table of verdicts instead.
    #[arg(long)]
    table: bool,
}

/// How changes are written down.
#[derive(Clone, Copy, PartialEq, ValueEnum)]
enum Style {
    /// For a terminal.
    Human,
    /// For a pull request or CHANGELOG.md.
    Markdown,
    /// For tools.
    Json,
}

/// Compares and prints; the exit code says whether something breaks.
pub(crate) fn run(root: &Path, arguments: &Arguments) -> ExitCode {
    if arguments.table {
        return print(&render_table(), ExitCode::SUCCESS);
    }
    match changes(root, arguments) {
        Ok((text, breaking)) => print(&text, if breaking { ExitCode::from(1) } else { ExitCode::SUCCESS }),
        Err(message) => {
            eprintln!("{message}");
            ExitCode::from(2)
        }
    }
}

/// A closed pipe, as behind `| head`, is no failure of ours.
fn print(text: &str, code: ExitCode) -> ExitCode {
    let _ = std::io::stdout().write_all(text.as_bytes());
    code
}

fn changes(root: &Path, arguments: &Arguments) -> Result<(String, bool), String> {
    let Base { name, commit } = match &arguments.base {
        Some(name) => Base { name: name.clone(), commit: commit(root, name)?.ok_or_else(|| unknown(root, name))? },
        None => default_base(root)?,
    };
    // It satisfied the rules of its day; those of today are no reason not to compare it.
    let old = sources_at(root, &commit)?;
    let old = api(read_draft(&old), &old, &format!("the spec at {name} cannot be read by this generator"))?;
    let sources = files::read_all(root).map_err(|error| error.to_string())?;
    let new = api(read(&sources), &sources, "the spec in the working tree cannot be read")?;
    let changes = compare(&old, &new);
    let format = match arguments.format {
        _ if arguments.json => Format::Json,
        Style::Human => Format::Human,
        Style::Markdown => Format::Markdown,
        Style::Json => Format::Json,
    };
    let mut text = render(&changes, format);
    if format == Format::Human {
        let short = commit.get(..10).unwrap_or(&commit);
        text = format!("from {name} ({short}) to the working tree\n\n{text}");
    }
    Ok((text, is_breaking(&changes)))
}

/// One of the two specs; its mistakes are the error.
fn api(read: Result<Api, Diagnostics>, sources: &[Source], heading: &str) -> Result<Api, String> {
    read.map_err(|diagnostics| {
        let color = std::io::stderr().is_terminal();
        let mistakes = report::locate(diagnostics, sources);
        let text: Vec<String> = mistakes.iter().map(|located| report::human(located, sources, color)).collect();
        format!("{}\n\n{heading}; nothing was compared", text.join("\n\n"))
    })
}

/// What the working tree is compared with.
struct Base {
    /// As a person calls it.
    name: String,
    /// The full id.
    commit: String,
}

/// Where the working tree branched off the main branch; HEAD when it is the main branch.
fn default_base(root: &Path) -> Result<Base, String> {
    let head =
        commit(root, "HEAD")?.ok_or("there is no commit yet to compare with; commit the spec, or name a BASE")?;
    for branch in MAIN {
        if let Some(found) = commit(root, branch)?.filter(|found| *found != head) {
            let base = git(root, &["merge-base", "HEAD", &found]).map_err(|_| {
                format!("HEAD and {branch} have no common commit; name a BASE: `cargo xtask diff {branch}`")
            })?;
            return Ok(Base { name: format!("the merge base with {branch}"), commit: text(base)?.trim().to_owned() });
        }
    }
    Ok(Base { name: "HEAD".to_owned(), commit: head })
}

/// The full id of a revision, if there is such a one.
fn commit(root: &Path, revision: &str) -> Result<Option<String>, String> {
    // Asked first, so that "no git" and "no repository" are told apart from "no such revision".
    git(root, &["rev-parse", "--git-dir"])?;
    let wanted = format!("{revision}^{{commit}}");
    let found = git(root, &["rev-parse", "--verify", "--quiet", "--end-of-options", &wanted]);
    found.ok().map(text).transpose().map(|found| found.map(|id| id.trim().to_owned()).filter(|id| !id.is_empty()))
}

fn unknown(root: &Path, base: &str) -> String {
    let shallow = git(root, &["rev-parse", "--is-shallow-repository"]).is_ok_and(|answer| answer.starts_with(b"true"));
    let help = if shallow {
        "this clone is shallow; fetch more history with `git fetch --unshallow`"
    } else {
        "name a branch, a tag or a commit that this clone has, or fetch it first"
    };
    format!("there is no revision `{base}`\nhelp: {help}")
}

/// The spec files of a commit.
fn sources_at(root: &Path, commit: &str) -> Result<Vec<Source>, String> {
    let list = text(git(root, &["ls-tree", "-r", "-z", "--name-only", commit, "--", "spec"])?)?;
    let mut sources = Vec::new();
    for path in list.split('\0').filter(|path| path.ends_with(".yaml")) {
        let bytes = git(root, &["show", &format!("{commit}:./{path}")])?;
        let text = String::from_utf8(bytes).map_err(|_| format!("{path} at {commit} is not UTF-8"))?;
        sources.push(Source::new(path, text));
    }
    sources.sort_by(|a, b| a.path.cmp(&b.path));
    if sources.is_empty() {
        return Err(format!("there is no spec at {commit}; name a later BASE"));
    }
    Ok(sources)
}

/// Runs git in the repository and returns what it prints.
fn git(root: &Path, arguments: &[&str]) -> Result<Vec<u8>, String> {
    let output = Command::new("git").arg("-C").arg(root).args(arguments).output().map_err(|error| {
        format!("git cannot be run: {error}\nhelp: `cargo xtask diff` reads the old spec from git; install it and put it on the PATH")
    })?;
    if output.status.success() {
        return Ok(output.stdout);
    }
    let reason = String::from_utf8_lossy(&output.stderr);
    Err(format!("`git {}` failed: {}", arguments.join(" "), reason.trim()))
}

fn text(bytes: Vec<u8>) -> Result<String, String> {
    String::from_utf8(bytes).map_err(|_| "git printed a name that is not UTF-8".to_owned())
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::PathBuf;

    use super::*;

    /// A repository of its own, with one commit on `main`.
    fn repository(name: &str) -> PathBuf {
        let root = std::env::temp_dir().join(format!("feishu-openapi-diff-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&root);
        fs::create_dir_all(root.join("spec/demo/v1")).unwrap();
        git(&root, &["init", "--quiet", "--initial-branch=main"]).unwrap();
        write(&root, "spec/demo/v1/thing.yaml", "one");
        root
    }

    fn write(root: &Path, path: &str, text: &str) {
        fs::write(root.join(path), text).unwrap();
        git(root, &["add", "--all"]).unwrap();
        let identity = ["-c", "user.name=Test", "-c", "user.email=test@localhost", "-c", "commit.gpgsign=false"];
        git(root, &[&identity[..], &["commit", "--quiet", "--message", text]].concat()).unwrap();
    }

    /// The generator grows stricter, and what it took before is still there to be compared with.
    #[test]
    fn the_rules_of_today_are_not_held_against_the_base() {
        let root = repository("rules");
        fs::remove_dir_all(root.join("spec")).unwrap();
        let wanted = "          check: [{if: reminders, needs: [due]}]\n";
        let sources = files::read_all(&files::root()).unwrap();
        for (state, kept) in [("without", ""), ("with", wanted)] {
            for source in &sources {
                let path = root.join(&source.path);
                fs::create_dir_all(path.parent().unwrap()).unwrap();
                fs::write(path, source.text.replace(wanted, kept)).unwrap();
            }
            git(&root, &["add", "--all"]).unwrap();
            write(&root, "state", state);
        }
        let arguments = Arguments { base: Some("HEAD~1".to_owned()), format: Style::Human, json: false, table: false };
        let (text, is_breaking) = changes(&root, &arguments).unwrap();
        assert!(is_breaking && text.contains("checked: if reminders: needs due [check-added]"), "{text}");
        fs::remove_dir_all(root).unwrap();
    }

    #[test]
    fn a_branch_is_compared_with_where_it_left_the_main_branch() {
        let root = repository("branch");
        let start = commit(&root, "HEAD").unwrap().unwrap();
        assert_eq!(default_base(&root).unwrap().name, "HEAD");
        git(&root, &["switch", "--quiet", "--create", "change"]).unwrap();
        write(&root, "spec/demo/v1/thing.yaml", "two");
        git(&root, &["switch", "--quiet", "main"]).unwrap();
        write(&root, "README.md", "later");
        git(&root, &["switch", "--quiet", "change"]).unwrap();
        let base = default_base(&root).unwrap();
        assert_eq!((base.name.as_str(), base.commit), ("the merge base with main", start));
        fs::remove_dir_all(root).unwrap();
    }

    #[test]
    fn the_spec_of_a_commit_is_read_without_touching_the_working_tree() {
        let root = repository("commit");
        fs::write(root.join("spec/demo/v1/thing.yaml"), "edited").unwrap();
        fs::write(root.join("spec/notes.md"), "no spec").unwrap();
        let head = commit(&root, "HEAD").unwrap().unwrap();
        assert_eq!(sources_at(&root, &head).unwrap(), [Source::new("spec/demo/v1/thing.yaml", "one")]);
        fs::remove_dir_all(root).unwrap();
    }

    #[test]
    fn what_git_does_not_know_is_said_plainly() {
        let root = repository("unknown");
        assert_eq!(commit(&root, "nowhere"), Ok(None));
        assert!(unknown(&root, "nowhere").starts_with("there is no revision `nowhere`\nhelp: "));
        fs::remove_dir_all(root.join(".git")).unwrap();
        assert!(commit(&root, "HEAD").unwrap_err().contains("not a git repository"));
        fs::remove_dir_all(root).unwrap();
    }
}
