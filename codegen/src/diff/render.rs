//! Changes as text: for a terminal, for a pull request or a changelog, for tools.

use std::fmt::Write;

use super::table::{PROMISE, TABLE, Verdict};
use super::{Change, Subject, counted};

/// How changes are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// For a person at a terminal, with the name of the row in the table.
    Human,
    /// For a pull request or a changelog.
    Markdown,
    /// For tools.
    Json,
}

/// Writes changes down, the worst first; nothing else is in the text.
pub fn render(changes: &[Change], format: Format) -> String {
    match format {
        Format::Human => human(changes),
        Format::Markdown => markdown(changes),
        Format::Json => json(changes),
    }
}

/// Everything about one subject with one verdict.
struct Group<'a> {
    subject: &'a Subject,
    changes: Vec<&'a Change>,
}

/// The changes with one verdict, those of one subject together, in the order of their first change.
fn groups(changes: &[Change], verdict: Verdict) -> Vec<Group<'_>> {
    let mut groups: Vec<Group<'_>> = Vec::new();
    for change in changes.iter().filter(|change| change.verdict() == verdict) {
        match groups.iter_mut().find(|group| *group.subject == change.subject) {
            Some(group) => group.changes.push(change),
            None => groups.push(Group { subject: &change.subject, changes: vec![change] }),
        }
    }
    groups
}

fn human(changes: &[Change]) -> String {
    if changes.is_empty() {
        return "nothing changes for users\n".to_owned();
    }
    let mut text = String::new();
    let mut totals = Vec::new();
    for verdict in Verdict::ALL {
        let groups = groups(changes, verdict);
        let count: usize = groups.iter().map(|group| group.changes.len()).sum();
        totals.push(format!("{count} {}", verdict.as_str()));
        if groups.is_empty() {
            continue;
        }
        let _ = writeln!(text, "{}", verdict.as_str());
        for group in groups {
            let _ = writeln!(text, "  {}", name(group.subject, ""));
            if verdict == Verdict::Documentation {
                let _ = writeln!(text, "    {}", facts(&group.changes, ""));
                continue;
            }
            for change in group.changes {
                let _ = writeln!(text, "    {} [{}]", line(change, "").replace('`', ""), change.row.kind);
            }
        }
        text.push('\n');
    }
    let _ = writeln!(text, "{}", totals.join(", "));
    text
}

fn markdown(changes: &[Change]) -> String {
    if changes.is_empty() {
        return "Nothing changes for users.\n".to_owned();
    }
    let mut sections = Vec::new();
    for verdict in Verdict::ALL {
        let groups = groups(changes, verdict);
        if groups.is_empty() {
            continue;
        }
        let mut text = format!("### {}\n\n", capital(verdict.as_str()));
        for group in groups {
            let name = name(group.subject, "`");
            match &group.changes[..] {
                changes if verdict == Verdict::Documentation => {
                    let _ = writeln!(text, "- {name}: {}", facts(changes, "`"));
                }
                [change] => {
                    let separator = if change.path.is_empty() { ": " } else { ", " };
                    let _ = writeln!(text, "- {name}{separator}{}", line(change, "`"));
                }
                changes => {
                    let _ = writeln!(text, "- {name}");
                    for change in changes {
                        let _ = writeln!(text, "  - {}", line(change, "`"));
                    }
                }
            }
        }
        sections.push(text);
    }
    sections.join("\n")
}

/// What a group is about, and how many operations a type reaches.
fn name(subject: &Subject, quote: &str) -> String {
    match subject {
        Subject::Module(name) | Subject::Operation(name) | Subject::Event(name) => format!("{quote}{name}{quote}"),
        Subject::Type { path: name, operations } | Subject::Parameter { name, operations } => {
            format!("{quote}{name}{quote} (in {})", counted(*operations, "operation"))
        }
    }
}

fn line(change: &Change, quote: &str) -> String {
    if change.path.is_empty() {
        return change.text.clone();
    }
    format!("{quote}{}{quote}: {}", change.path, change.text)
}

/// Facts and texts on one line: `page; query.page_size: default: 20 → 50; error.1470403: added`.
fn facts(changes: &[&Change], quote: &str) -> String {
    let facts: Vec<String> = changes.iter().map(|change| line(change, quote)).collect();
    if quote.is_empty() { facts.join("; ").replace('`', "") } else { facts.join("; ") }
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

fn json(changes: &[Change]) -> String {
    let list: Vec<serde_json::Value> = changes
        .iter()
        .map(|change| {
            let (subject, name, operations) = match &change.subject {
                Subject::Module(name) => ("module", name, None),
                Subject::Operation(id) => ("operation", id, None),
                Subject::Event(id) => ("event", id, None),
                Subject::Parameter { name, operations } => ("parameter", name, Some(operations)),
                Subject::Type { path, operations } => ("type", path, Some(operations)),
            };
            serde_json::json!({
                "verdict": change.verdict().as_str(),
                "kind": change.row.kind,
                "subject": subject,
                "name": name,
                "path": change.path,
                "operations": operations,
                "before": change.before,
                "after": change.after,
                "text": change.text,
            })
        })
        .collect();
    let list = serde_json::Value::Array(list);
    format!("{list:#}\n")
}

/// The table of verdicts and the promise behind it, in Markdown.
pub fn render_table() -> String {
    let mut text = String::from("# What a change of the spec means for users\n\n");
    text.push_str("`cargo xtask diff` goes by this table, and `cargo xtask diff --table` prints it.\n\n");
    text.push_str(PROMISE);
    text.push_str("\n\nThe column *shows in* says how the tests hold a verdict against the generated Rust.\n");
    text.push_str("\n| change | what | direction | used | verdict | shows in | why |\n");
    text.push_str("| --- | --- | --- | --- | --- | --- | --- |\n");
    for row in TABLE {
        let _ = writeln!(
            text,
            "| `{}` | {} | {} | {} | {} | {} | {} |",
            row.kind,
            row.what,
            row.direction.as_str(),
            row.used.as_str(),
            row.verdict.as_str(),
            row.shown.as_str(),
            row.reason
        );
    }
    text
}
