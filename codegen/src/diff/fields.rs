//! Fields of requests, answers and types.

use super::table::{self, Row, Used};
use super::{At, Comparison, Subject, limits};
use crate::ir::{Body, BodyField, Field, Operation, Presence, Type, TypeDef, Value, Values};

/// Where a field travels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Location {
    Path,
    Query,
    Body,
    Form,
    /// In the target of an update.
    Update,
    /// The names of what an update changes; `validate()` passes over them.
    Mask,
    Answer,
    Property,
}

impl Location {
    fn prefix(self) -> &'static str {
        match self {
            Location::Path => "path.",
            Location::Query => "query.",
            Location::Body | Location::Form | Location::Update | Location::Mask => "request.",
            Location::Answer => "response.",
            Location::Property => "",
        }
    }

    /// In words; places that are the same on the wire have the same name.
    fn as_str(self) -> &'static str {
        match self {
            Location::Path => "path",
            Location::Query => "query",
            Location::Body | Location::Mask => "body",
            Location::Form => "form",
            Location::Update => "target of the update",
            Location::Answer | Location::Property => "object",
        }
    }
}

/// A field and where it travels.
#[derive(Clone, Copy)]
pub(super) struct Placed<'a> {
    pub(super) field: &'a Field,
    pub(super) location: Location,
}

impl Placed<'_> {
    fn path(&self) -> String {
        format!("{}{}", self.location.prefix(), self.field.name)
    }

    fn is_required(&self) -> bool {
        self.field.presence == Presence::Required
    }
}

/// Fields that all travel the same way.
pub(super) fn placed(fields: &[Field], location: Location) -> Vec<Placed<'_>> {
    fields.iter().map(|field| Placed { field, location }).collect()
}

/// All fields of a request.
pub(super) fn request(operation: &Operation) -> Vec<Placed<'_>> {
    let mut fields = placed(&operation.path_parameters, Location::Path);
    fields.extend(placed(&operation.query, Location::Query));
    match &operation.body {
        Body::None => {}
        Body::Multipart(parts) => fields.extend(placed(parts, Location::Form)),
        Body::Json(properties) => {
            for property in properties {
                match property {
                    BodyField::Plain(field) => fields.push(Placed { field, location: Location::Body }),
                    BodyField::Masked(mask) => {
                        fields.extend(placed(&mask.values, Location::Update));
                        fields.push(Placed { field: &mask.fields, location: Location::Mask });
                    }
                }
            }
        }
    }
    fields
}

/// How two lists of fields are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    /// Both are sent, or both are only received.
    Same(Used),
    /// They belong to a type whose use changed; `Option`s are said there.
    UseChanged(Used),
}

impl Mode {
    fn used(self) -> Used {
        match self {
            Mode::Same(used) | Mode::UseChanged(used) => used,
        }
    }
}

impl<'a> Comparison<'a> {
    pub(super) fn fields(&mut self, at: &At, mode: Mode, old: &[Placed<'a>], new: &[Placed<'a>]) {
        for before in old {
            match find(new, before) {
                Some(after) => self.field(at, mode, before, after),
                None => self.removed(at, mode, before, old, new),
            }
        }
        for after in new.iter().filter(|after| find(old, after).is_none()) {
            let row = match (mode.used(), after.is_required()) {
                (Used::Received, _) => &table::RECEIVED_ADDED,
                (_, true) => &table::REQUIRED_ADDED,
                (_, false) => &table::OPTIONAL_ADDED,
            };
            let ty = shown(after.field);
            let text =
                if after.is_required() { format!("added and required, `{ty}`") } else { format!("added, `{ty}`") };
            self.push(&at.below(after.path()), row, None, Some(ty), text);
        }
        if mode == Mode::Same(Used::Sent) {
            self.order(at, old, new);
        }
    }

    fn removed(&mut self, at: &At, mode: Mode, before: &Placed<'a>, old: &[Placed<'a>], new: &[Placed<'a>]) {
        let row = match mode.used() {
            Used::Received => &table::RECEIVED_REMOVED,
            _ => &table::SENT_REMOVED,
        };
        let mut text = "removed".to_owned();
        let successor = new.iter().find(|after| {
            let same = self.same_type(&before.field.ty, &after.field.ty);
            let described = !after.field.description.is_empty() && after.field.description == before.field.description;
            same && described && find(old, after).is_none()
        });
        if let Some(successor) = successor {
            text.push_str(&format!("; renamed to `{}`?", successor.field.name));
        }
        self.push(&at.below(before.path()), row, Some(shown(before.field)), None, text);
    }

    fn field(&mut self, at: &At, mode: Mode, before: &Placed<'a>, after: &Placed<'a>) {
        let at = self.parameter_at(before, after).unwrap_or_else(|| at.below(after.path()));
        let (old, new) = (before.field, after.field);
        let same_type = self.same_type(&old.ty, &new.ty);
        if mode.used() == Used::Sent && before.location.as_str() != after.location.as_str() {
            let (from, to) = (before.location.as_str(), after.location.as_str());
            self.fact(&at, &table::FIELD_MOVED, "sent in another place", from, to);
        }
        self.fact(&at, &table::WIRE_NAME, "name on the wire", &old.name, &new.name);
        if let Some(row) = self.type_row(mode, old, new) {
            let mut text = format!("`{}` → `{}`", shown(old), shown(new));
            match row.kind {
                "field-now-required" => text = format!("must be given now: {text}"),
                "field-now-optional" => text = format!("may be left out now: {text}"),
                "sent-type-changed" if self.takes_text(&old.ty) && self.takes_text(&new.ty) => {
                    text.push_str(" (setters still take a `&str`)");
                }
                _ => {}
            }
            self.push(&at, row, Some(shown(old)), Some(shown(new)), text);
        }
        if same_type {
            let checked = mode == Mode::Same(Used::Sent) && after.location != Location::Mask;
            for change in limits::compare(old, new, checked) {
                self.fact(&at, change.row, &change.what, &change.before, &change.after);
            }
        }
        self.field_facts(&at, old, new);
    }

    /// Where changes of a shared parameter stand: they are said once, not for each of its operations.
    fn parameter_at(&self, before: &Placed<'a>, after: &Placed<'a>) -> Option<At> {
        let operations = *self.new.parameters.get(&after.field.place)?;
        let stays = before.field.place == after.field.place && before.location == after.location;
        stays.then(|| At::whole(Subject::Parameter { name: after.path(), operations }))
    }

    /// Which row says that a field has another type in Rust, if it has.
    fn type_row(&self, mode: Mode, old: &Field, new: &Field) -> Option<&'static Row> {
        if !self.same_type(&old.ty, &new.ty) {
            let received = mode.used() == Used::Received;
            return Some(if received { &table::RECEIVED_TYPE } else { &table::SENT_TYPE });
        }
        if mode != Mode::Same(Used::Sent) {
            return None;
        }
        use Presence::{PatchClearable, Required};
        match (old.presence, new.presence) {
            (old, new) if old == new => None,
            (Required, _) => Some(&table::NOW_OPTIONAL),
            (_, Required) => Some(&table::NOW_REQUIRED),
            (_, PatchClearable) => Some(&table::CLEARABLE_ADDED),
            (PatchClearable, _) => Some(&table::CLEARABLE_REMOVED),
            _ => None,
        }
    }

    fn field_facts(&mut self, at: &At, old: &Field, new: &Field) {
        let value = |value: &Option<Value>| value.as_ref().map(|value| format!("`{value}`")).unwrap_or_default();
        self.fact(at, &table::DEFAULT_CHANGED, "default", &value(&old.default), &value(&new.default));
        if old.example != new.example {
            let (before, after) = (value(&old.example), value(&new.example));
            self.push(at, &table::EXAMPLE, super::some(&before), super::some(&after), "example".to_owned());
        }
        match (old.deprecated, new.deprecated) {
            (false, true) => self.push(at, &table::DEPRECATED, None, None, "outdated".to_owned()),
            (true, false) => self.push(at, &table::DEPRECATED, None, None, "no longer outdated".to_owned()),
            _ => {}
        }
        self.text(at, "description", &old.description, &new.description);
    }

    /// Required fields that stay, in another order.
    fn order(&mut self, at: &At, old: &[Placed<'a>], new: &[Placed<'a>]) {
        let order = |fields: &[Placed<'a>], others: &[Placed<'a>]| -> Vec<&'a str> {
            let stays = |field: &Placed<'a>| find(others, field).is_some_and(|other| other.is_required());
            let required = fields.iter().filter(|field| field.is_required() && stays(field));
            required.map(|field| field.field.name.as_str()).collect()
        };
        let (before, after) = (order(old, new).join(", "), order(new, old).join(", "));
        self.fact(at, &table::ORDER_CHANGED, "arguments of `new`", &before, &after);
    }

    /// Whether the setter of a field takes a `&str`.
    fn takes_text(&self, ty: &Type) -> bool {
        match ty {
            Type::String | Type::Millis | Type::Seconds => true,
            Type::List(item) => !matches!(**item, Type::List(_)) && self.takes_text(item),
            Type::Enum(path) => [&self.old, &self.new].iter().any(|index| {
                let definition = index.types.get(path);
                matches!(definition, Some(TypeDef::Enum(found)) if matches!(found.values, Values::Strings(_)))
            }),
            _ => false,
        }
    }
}

fn find<'p, 'a>(fields: &'p [Placed<'a>], wanted: &Placed<'_>) -> Option<&'p Placed<'a>> {
    fields.iter().find(|field| field.field.ident == wanted.field.ident)
}

/// The type of a field as users know it.
pub(super) fn shown(field: &Field) -> String {
    field.rust_type().replace("rt::", "").replace("std::collections::", "")
}
