//! `spec/docs.lock`: which state of which page the spec was last reviewed against.
//!
//! One line per operation or event, sorted: `operationId document update-time digest`.

use std::collections::BTreeMap;
use std::path::Path;

use feishu_openapi_pages::Page;

use super::check::Outcome;
use super::crawl::{document, is_complete};
use super::spec::SpecOperation;

const FILE: &str = "spec/docs.lock";
const HEADER: &str = "# Written by `cargo xtask docs check DIR --update-lock`: operation or event, page, update time, digest of its facts.\n";

/// The state of one page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    /// The path in the portal.
    document: String,
    /// Milliseconds since 1970.
    updated: i64,
    /// Of the page's facts.
    digest: String,
}

/// The lock, by operation.
pub(crate) type Lock = BTreeMap<String, Entry>;

/// Reads the lock; of a repository that has none, an empty one.
pub(crate) fn read(root: &Path) -> Result<Lock, String> {
    match std::fs::read_to_string(root.join(FILE)) {
        Ok(text) => parse(&text),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Lock::new()),
        Err(error) => Err(format!("{FILE}: {error}")),
    }
}

/// Writes the lock if it changed; says whether it did.
pub(crate) fn write(root: &Path, lock: &Lock) -> Result<bool, String> {
    let (path, text) = (root.join(FILE), print(lock));
    if std::fs::read_to_string(&path).is_ok_and(|present| present == text) {
        return Ok(false);
    }
    std::fs::write(&path, text).map_err(|error| format!("{FILE}: {error}"))?;
    Ok(true)
}

fn parse(text: &str) -> Result<Lock, String> {
    let mut lock = Lock::new();
    for (index, line) in text.lines().enumerate().filter(|(_, line)| !line.is_empty() && !line.starts_with('#')) {
        let words: Vec<&str> = line.split(' ').collect();
        let entry = match words[..] {
            [id, document, updated, digest] => updated.parse().ok().map(|updated| {
                let entry = Entry { document: document.to_owned(), updated, digest: digest.to_owned() };
                (id.to_owned(), entry)
            }),
            _ => None,
        };
        let Some((id, entry)) = entry else {
            return Err(format!("{FILE}:{}: expected operation, page, update time and digest", index + 1));
        };
        lock.insert(id, entry);
    }
    Ok(lock)
}

fn print(lock: &Lock) -> String {
    let lines = lock.iter().map(|(id, entry)| {
        let Entry { document, updated, digest } = entry;
        format!("{id} {document} {updated} {digest}\n")
    });
    HEADER.to_owned() + &lines.collect::<String>()
}

/// The state of the pages that were compared, as far as their format keeps everything.
pub(crate) fn of(pages: &[Page], operations: &[SpecOperation], outcome: &Outcome) -> Lock {
    let entries = outcome.checked.iter().filter_map(|checked| {
        let page = &pages[checked.page];
        let facts = page.facts.as_ref().filter(|_| is_complete(page))?;
        let updated = facts.source.updated.as_ref()?.value;
        let entry = Entry { document: document(facts)?.to_owned(), updated, digest: facts.digest() };
        Some((operations[checked.operation].id.clone(), entry))
    });
    entries.collect()
}

/// The lock after a review: what was compared is new, operations that are gone are left out.
pub(crate) fn updated(old: &Lock, new: &Lock, operations: &[SpecOperation]) -> Lock {
    let entry = |operation: &SpecOperation| {
        let entry = new.get(&operation.id).or_else(|| old.get(&operation.id))?;
        Some((operation.id.clone(), entry.clone()))
    };
    operations.iter().filter_map(entry).collect()
}

/// What moved since the lock, a line for each operation.
pub(crate) fn moved(old: &Lock, new: &Lock) -> Vec<String> {
    let changes = new.iter().filter_map(|(id, now)| {
        let Some(then) = old.get(id) else { return Some(format!("{id}: new")) };
        let mut what = Vec::new();
        if then.document != now.document {
            what.push(format!("its page is `{}`, was `{}`", now.document, then.document));
        }
        if then.updated != now.updated {
            what.push(format!("updated {}, was {}", now.updated, then.updated));
        }
        if then.digest != now.digest {
            what.push("its facts changed".to_owned());
        } else if !what.is_empty() {
            what.push("its facts are the same".to_owned());
        }
        (!what.is_empty()).then(|| format!("{id}: {}", what.join(", ")))
    });
    changes.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lock(updated: i64, digest: &str) -> Lock {
        let entry = Entry { document: "/a/task/get".to_owned(), updated, digest: digest.to_owned() };
        Lock::from([("task.v2.task.get".to_owned(), entry)])
    }

    #[test]
    fn what_is_written_is_read() {
        let lock = lock(1_743_069_625_000, "00000000000000ff");
        assert_eq!(parse(&print(&lock)), Ok(lock));
    }

    #[test]
    fn a_broken_line_is_named() {
        let error = parse("# head\na b c\n").unwrap_err();
        assert!(error.contains("docs.lock:2"), "{error}");
    }

    #[test]
    fn what_moved_is_said() {
        assert_eq!(moved(&lock(1, "a"), &lock(1, "a")), Vec::<String>::new());
        let found = moved(&lock(1, "a"), &lock(2, "a"));
        assert_eq!(found, ["task.v2.task.get: updated 2, was 1, its facts are the same"]);
        let found = moved(&lock(1, "a"), &lock(1, "b"));
        assert_eq!(found, ["task.v2.task.get: its facts changed"]);
        assert_eq!(moved(&Lock::new(), &lock(1, "a")), ["task.v2.task.get: new"]);
    }
}
