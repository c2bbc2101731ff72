//! What a change of the spec means for users: two APIs in, a list of changes with their verdicts out.
//!
//! Two readings of the spec are compared, not two texts: what the generator does not read does not count, and
//! a shared type is said once, however many operations use it.
//! New types are not listed by themselves, since the field or operation that brings them is.

mod event;
mod fields;
mod index;
mod limits;
mod operation;
mod render;
pub mod table;
mod types;

use std::collections::BTreeMap;

pub use render::{Format, render, render_table};
pub use table::{Row, Verdict};

use crate::ir::{Api, Resource, Type, TypePath, Version};
use index::Index;

/// One difference that users can notice.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// What it is about.
    pub subject: Subject,
    /// The place below that: `query.page_size`, `request.due`, `response.items`, `due`; empty for the whole.
    pub path: String,
    /// What kind of change it is, and what that means.
    pub row: &'static Row,
    /// What was there.
    pub before: Option<String>,
    /// What is there now.
    pub after: Option<String>,
    /// In words, without the subject.
    pub text: String,
}

impl Change {
    /// What the change means for users.
    pub fn verdict(&self) -> Verdict {
        self.row.verdict
    }
}

/// What a change is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Subject {
    /// A version of a service, or a resource: `task.v2`, `task.v2.task`.
    Module(String),
    /// An operation, by its id.
    Operation(String),
    /// An event, by its id.
    Event(String),
    /// A parameter that operations share, such as `query.user_id_type`.
    Parameter {
        /// Its place in a request and its name.
        name: String,
        /// How many operations take it.
        operations: usize,
    },
    /// A type.
    Type {
        /// As users write it, `task::v2::Member`.
        path: String,
        /// How many operations use it.
        operations: usize,
    },
}

/// Whether any of the changes breaks a program.
pub fn is_breaking(changes: &[Change]) -> bool {
    changes.iter().any(|change| change.verdict() == Verdict::Breaking)
}

/// All changes from `old` to `new`: modules and operations in the order of the API, then types.
pub fn compare(old: &Api, new: &Api) -> Vec<Change> {
    let (before, after) = (Index::of(old), Index::of(new));
    let renamed = index::renamed(&before, &after);
    let mut comparison = Comparison { old: before, new: after, renamed, changes: Vec::new() };
    comparison.versions(&old.versions, &new.versions);
    comparison.types();
    comparison.changes
}

/// A comparison while it runs.
struct Comparison<'a> {
    old: Index<'a>,
    new: Index<'a>,
    renamed: BTreeMap<TypePath, TypePath>,
    changes: Vec<Change>,
}

/// Where a change stands.
#[derive(Clone)]
struct At {
    subject: Subject,
    path: String,
}

impl At {
    fn whole(subject: Subject) -> Self {
        At { subject, path: String::new() }
    }

    fn below(&self, path: impl Into<String>) -> Self {
        At { subject: self.subject.clone(), path: path.into() }
    }
}

impl<'a> Comparison<'a> {
    fn versions(&mut self, old: &'a [Version], new: &'a [Version]) {
        let name = |version: &Version| format!("{}.{}", version.service, version.version);
        for version in old {
            match new.iter().find(|found| name(found) == name(version)) {
                Some(found) => self.resources(&name(version), &version.resources, &found.resources),
                None => {
                    let operations = version.resources.iter().map(|resource| resource.operations.len()).sum();
                    self.module(&table::MODULE_REMOVED, name(version), operations);
                }
            }
        }
        for version in new.iter().filter(|version| !old.iter().any(|found| name(found) == name(version))) {
            let operations = version.resources.iter().map(|resource| resource.operations.len()).sum();
            self.module(&table::MODULE_ADDED, name(version), operations);
        }
    }

    fn resources(&mut self, version: &str, old: &'a [Resource], new: &'a [Resource]) {
        for resource in old {
            let name = format!("{version}.{}", resource.name);
            match new.iter().find(|found| found.name == resource.name) {
                Some(found) => {
                    let at = At::whole(Subject::Module(name));
                    self.text(&at, "description", &resource.description, &found.description);
                    self.operations(&resource.operations, &found.operations);
                    self.events(&resource.events, &found.events);
                }
                None => self.module(&table::MODULE_REMOVED, name, resource.operations.len()),
            }
        }
        for resource in new.iter().filter(|resource| !old.iter().any(|found| found.name == resource.name)) {
            self.module(&table::MODULE_ADDED, format!("{version}.{}", resource.name), resource.operations.len());
        }
    }

    fn module(&mut self, row: &'static Row, name: String, operations: usize) {
        let direction = row.direction.as_str();
        let text = format!("{direction} with {}", counted(operations, "operation"));
        let (before, after) = match row.direction {
            table::Direction::Removed => (Some(name.clone()), None),
            _ => (None, Some(name.clone())),
        };
        self.push(&At::whole(Subject::Module(name)), row, before, after, text);
    }

    fn push(&mut self, at: &At, row: &'static Row, before: Option<String>, after: Option<String>, text: String) {
        let At { subject, path } = at.clone();
        let change = Change { subject, path, row, before, after, text };
        let is_known = matches!(change.subject, Subject::Parameter { .. }) && self.changes.contains(&change);
        if !is_known {
            self.changes.push(change);
        }
    }

    /// A fact that has another value, if it has.
    fn fact(&mut self, at: &At, row: &'static Row, what: &str, before: &str, after: &str) {
        if before != after {
            let text = match (before, after) {
                ("", after) => format!("{what}: {after}"),
                (before, "") => format!("{what} dropped ({before})"),
                (before, after) => format!("{what}: {before} → {after}"),
            };
            self.push(at, row, some(before), some(after), text);
        }
    }

    /// A text that was reworded, if it was; the words themselves are too long for a line.
    fn text(&mut self, at: &At, what: &str, before: &str, after: &str) {
        if before != after {
            self.push(at, &table::DESCRIPTION, some(before), some(after), what.to_owned());
        }
    }

    /// Whether a field still holds the same, renamed types being the same.
    fn same_type(&self, old: &Type, new: &Type) -> bool {
        match (old, new) {
            (Type::List(old), Type::List(new)) | (Type::Map(old), Type::Map(new)) => self.same_type(old, new),
            // Whether an enum became a struct is said once, where the type stands.
            (Type::Enum(old) | Type::Struct(old), Type::Enum(new) | Type::Struct(new)) => {
                old == new || self.renamed.get(old) == Some(new)
            }
            _ => old == new,
        }
    }
}

fn some(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

/// `1 operation`, `2 operations`.
fn counted(count: usize, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}
