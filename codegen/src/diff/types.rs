//! Types: where they are, what they are, where they are used, what they hold.

use super::fields::{self, Location, Mode, shown};
use super::index::{kind, rust_path};
use super::table::{self, Used};
use super::{At, Comparison, Subject, some};
use crate::ir::{Enum, Struct, TypeDef, TypePath, Values, Variant};

impl<'a> Comparison<'a> {
    pub(super) fn types(&mut self) {
        let old: Vec<(TypePath, &'a TypeDef)> =
            self.old.types.iter().map(|(path, found)| (path.clone(), *found)).collect();
        for (path, before) in old {
            let now = self.renamed.get(&path).unwrap_or(&path).clone();
            let Some(after) = self.new.types.get(&now).copied() else {
                self.type_removed(&path);
                continue;
            };
            let at = self.type_at(&now);
            if now != path && self.outlives(&path) {
                let row = if now.name == path.name { &table::TYPE_MOVED } else { &table::TYPE_RENAMED };
                let (before, after) = (rust_path(&path), rust_path(&now));
                let text = format!("was `{before}`");
                self.push(&at, row, Some(before), Some(after), text);
            }
            match (before, after) {
                _ if kind(before) != kind(after) => {
                    self.fact(&at, &table::TYPE_KIND, "kind", kind(before), kind(after));
                }
                (TypeDef::Struct(before), TypeDef::Struct(after)) => self.structure(&at, before, after),
                (TypeDef::Enum(before), TypeDef::Enum(after)) => self.enumeration(&at, before, after),
                _ => {}
            }
        }
    }

    fn type_at(&self, path: &TypePath) -> At {
        At::whole(Subject::Type { path: rust_path(path), operations: self.new.count(path) })
    }

    /// A type that goes with the operations that used it is said there.
    fn type_removed(&mut self, path: &TypePath) {
        if self.outlives(path) {
            let name = rust_path(path);
            let subject = Subject::Type { path: name.clone(), operations: self.old.count(path) };
            self.push(&At::whole(subject), &table::TYPE_REMOVED, Some(name), None, "removed".to_owned());
        }
    }

    /// Whether an operation that used a type is still there.
    fn outlives(&self, path: &TypePath) -> bool {
        let users = self.old.users.get(path);
        users.into_iter().flatten().any(|operation| self.new.operations.contains_key(operation))
    }

    fn structure(&mut self, at: &At, old: &'a Struct, new: &'a Struct) {
        let used = if old.usage.request { Used::Sent } else { Used::Received };
        let mode = if old.usage.request == new.usage.request { Mode::Same(used) } else { Mode::UseChanged(used) };
        match (old.usage.request, new.usage.request) {
            (false, true) => {
                self.push(at, &table::NOW_SENT, None, None, "is sent now: `new` and setters".to_owned());
            }
            (true, false) => {
                let text = "is no longer sent: no `new`, no setters".to_owned();
                self.push(at, &table::NO_LONGER_SENT, None, None, text);
            }
            _ => {}
        }
        if matches!(mode, Mode::UseChanged(_)) {
            self.options(at, old, new);
        }
        let (before, after) =
            (fields::placed(&old.fields, Location::Property), fields::placed(&new.fields, Location::Property));
        self.fields(at, mode, &before, &after);
        self.text(at, "description", &old.description, &new.description);
    }

    /// The fields that become an `Option`, or cease to be one, since the type is used otherwise.
    fn options(&mut self, at: &At, old: &'a Struct, new: &'a Struct) {
        for before in &old.fields {
            let Some(after) = new.fields.iter().find(|after| after.ident == before.ident) else { continue };
            let (from, to) = (shown(before), shown(after));
            if self.same_type(&before.ty, &after.ty) && from.starts_with("Option<") != to.starts_with("Option<") {
                let text = format!("`{from}` → `{to}`");
                self.push(&at.below(after.name.clone()), &table::READ_AS, Some(from), Some(to), text);
            }
        }
    }

    fn enumeration(&mut self, at: &At, old: &Enum, new: &Enum) {
        match (&old.values, &new.values) {
            (Values::Strings(old), Values::Strings(new)) => self.values(at, old, new),
            (Values::Integers(old), Values::Integers(new)) => self.values(at, old, new),
            _ => {}
        }
        self.text(at, "description", &old.description, &new.description);
    }

    fn values<T: PartialEq + ToString>(&mut self, at: &At, old: &[Variant<T>], new: &[Variant<T>]) {
        for before in old {
            let (value, name) = (before.value.to_string(), &before.name);
            let at = at.below(value.clone());
            let same_value = new.iter().find(|after| after.value == before.value);
            let same_name = new.iter().find(|after| after.name == before.name);
            match (same_value, same_name) {
                (Some(after), _) => {
                    let names = (format!("`{name}`"), format!("`{}`", after.name));
                    self.fact(&at, &table::VARIANT_RENAMED, "variant", &names.0, &names.1);
                    self.text(&at, "description", &before.description, &after.description);
                }
                (None, Some(after)) => {
                    let after = after.value.to_string();
                    self.fact(&at, &table::VALUE_CHANGED, &format!("value of `{name}`"), &value, &after);
                }
                (None, None) => {
                    let text = format!("removed (`{name}`)");
                    self.push(&at, &table::VALUE_REMOVED, some(name), None, text);
                }
            }
        }
        for after in new {
            let known = old.iter().any(|before| before.value == after.value || before.name == after.name);
            if !known {
                let text = format!("added (`{}`)", after.name);
                self.push(&at.below(after.value.to_string()), &table::VALUE_ADDED, None, some(&after.name), text);
            }
        }
    }
}
