//! Rules about defaults and examples: they are values of the type that they stand beside.

use std::fmt::Display;

use super::context::Context;
use super::fields::kind;
use super::names::is_parameter;
use crate::diagnostic::{Code, Diagnostic, Diagnostics, Pointer, nearest};
use crate::ir::{Body, BodyField, Event, Field, Limits, Operation, Presence, Struct, Type, TypeDef, Value, Values};
use crate::yaml::{Cursor, Step};

/// Which way a value travels. Answers may hold `null`, unknown values of enums, and less or more than limits say.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Direction {
    Sent,
    Received,
}

/// Defaults and examples of an operation's fields, and its examples of whole bodies.
pub(crate) fn of_operation(context: &Context<'_>, operation: &Operation, diagnostics: &mut Diagnostics) {
    for field in operation.request_fields() {
        of_field(context, field, Direction::Sent, diagnostics);
    }
    for field in &operation.answer {
        of_field(context, field, Direction::Received, diagnostics);
    }
    if !context.is_whole(&operation.place) {
        return;
    }
    let mut walk =
        ValueCheck { context, diagnostics, code: Code::Example, direction: Direction::Sent, cursor: Cursor::new("") };
    if let (Some(example), Some(kind)) = (&operation.request_example, body_kind(&operation.body)) {
        walk.cursor = Cursor::at(operation.place.key("requestBody").key("content").key(kind).key("example"));
        walk.body(&operation.body, example);
    }
    if let Some(example) = &operation.response_example {
        let content = operation.place.key("responses").key("200").key("content");
        walk.direction = Direction::Received;
        walk.cursor = Cursor::at(content.key("application/json").key("example"));
        walk.envelope(operation, example);
    }
}

/// Examples of an event's fields, and that of the whole event.
pub(crate) fn of_event(context: &Context<'_>, event: &Event, diagnostics: &mut Diagnostics) {
    for field in &event.fields {
        of_field(context, field, Direction::Received, diagnostics);
    }
    if let (Some(example), true) = (&event.example, context.is_whole(&event.place)) {
        let content = event.place.key("requestBody").key("content").key("application/json");
        let cursor = Cursor::at(content.key("example"));
        let mut walk = ValueCheck { context, diagnostics, code: Code::Example, direction: Direction::Received, cursor };
        walk.event(event, example);
    }
}

/// Defaults and examples of a component's fields.
pub(crate) fn of_struct(context: &Context<'_>, definition: &Struct, diagnostics: &mut Diagnostics) {
    let direction = if definition.usage.request { Direction::Sent } else { Direction::Received };
    for field in &definition.fields {
        of_field(context, field, direction, diagnostics);
    }
}

fn body_kind(body: &Body) -> Option<&'static str> {
    match body {
        Body::None => None,
        Body::Json(_) => Some("application/json"),
        Body::Multipart(_) => Some("multipart/form-data"),
    }
}

fn of_field(context: &Context<'_>, field: &Field, direction: Direction, diagnostics: &mut Diagnostics) {
    let schema = || if is_parameter(field) { field.place.key("schema") } else { field.place.clone() };
    let mut check = |value, code, direction, place| {
        let mut walk = ValueCheck { context, diagnostics, code, direction, cursor: Cursor::at(place) };
        walk.value(&field.name, &field.ty, &field.limits, value);
    };
    if let Some(value) = &field.default {
        check(value, Code::DefaultValue, Direction::Sent, schema().key("default"));
    }
    if let Some(value) = &field.example {
        check(value, Code::Example, direction, example_place(context, field, &schema()));
    }
}

/// The example of a parameter stands beside its schema, or inside.
fn example_place(context: &Context<'_>, field: &Field, schema: &Pointer) -> Pointer {
    let beside = field.place.key("example");
    if context.documents.exists(&beside) { beside } else { schema.key("example") }
}

struct ValueCheck<'a, 'c, 'd> {
    context: &'a Context<'c>,
    diagnostics: &'d mut Diagnostics,
    code: Code,
    direction: Direction,
    cursor: Cursor<'a>,
}

impl<'a> ValueCheck<'a, '_, '_> {
    fn fail(&mut self, message: String, label: String, help: Option<String>) {
        let mut diagnostic = Diagnostic::new(self.code, &self.cursor.place(), message).label(label);
        diagnostic.help = help;
        self.diagnostics.push(diagnostic);
    }

    fn below(&mut self, step: Step<'a>, visit: impl FnOnce(&mut Self)) {
        self.cursor.push(step);
        visit(self);
        self.cursor.pop();
    }

    fn body(&mut self, body: &'a Body, example: &'a Value) {
        let fields: Vec<&Field> = match body {
            Body::None => return,
            Body::Multipart(fields) => fields.iter().collect(),
            Body::Json(fields) => fields
                .iter()
                .filter_map(|field| if let BodyField::Plain(field) = field { Some(field) } else { None })
                .collect(),
        };
        let mask = match body {
            Body::Json(fields) => fields.iter().find_map(|field| match field {
                BodyField::Masked(mask) => Some(mask),
                BodyField::Plain(_) => None,
            }),
            _ => None,
        };
        let Some(mask) = mask else { return self.object(&"the body", &fields, example) };
        // The target of a mask is an object in the body, and fields of their own in the request.
        let mut fields = fields;
        fields.push(&mask.fields);
        let Value::Map(entries) = example else { return self.object(&"the body", &fields, example) };
        let rest = entries.iter().filter(|(key, _)| *key != mask.target);
        self.entries(&"the body", &fields, rest);
        if let Some((key, target)) = entries.iter().find(|(key, _)| *key == mask.target) {
            let values: Vec<&Field> = mask.values.iter().collect();
            self.below(Step::Key(key), |walk| walk.object(&format_args!("`{}`", mask.target), &values, target));
        }
    }

    /// The entries of what has to be a map; none, if it is something else.
    fn map(&mut self, what: &str, value: &'a Value, label: &str, help: &str) -> &'a [(String, Value)] {
        let Value::Map(entries) = value else {
            self.fail(format!("{what} is a map, not {}", found(value)), label.to_owned(), Some(help.to_owned()));
            return &[];
        };
        entries
    }

    fn envelope(&mut self, operation: &'a Operation, example: &'a Value) {
        let help = "write the page's whole example: `code`, `msg` and `data`";
        for (key, value) in self.map("an answer", example, "expected the envelope", help) {
            self.below(Step::Key(key), |walk| match (key.as_str(), value) {
                ("code", Value::Integer(_)) | ("msg", Value::String(_)) | ("data", Value::Null) => {}
                ("code", value) => walk.misfit("code", &Type::Integer, value),
                ("msg", value) => walk.misfit("msg", &Type::String, value),
                ("data", data) => {
                    let fields: Vec<&Field> = operation.answer.iter().collect();
                    walk.object(&"the answer", &fields, data);
                }
                (key, _) => walk.unknown_key(key, &"the envelope", ["code", "msg", "data"].into_iter()),
            });
        }
    }

    fn event(&mut self, event: &'a Event, example: &'a Value) {
        let help = "write the page's whole example: `schema`, `header` and `event`";
        for (key, value) in self.map("an event", example, "expected the envelope", help) {
            self.below(Step::Key(key), |walk| match (key.as_str(), value) {
                ("schema", Value::String(_)) => {}
                ("schema", value) => walk.misfit("schema", &Type::String, value),
                ("header", header) => walk.event_header(event, header),
                ("event", content) => walk.object(&"the event", &event.fields.iter().collect::<Vec<_>>(), content),
                (key, _) => walk.unknown_key(key, &"the envelope", ["schema", "header", "event"].into_iter()),
            });
        }
    }

    fn event_header(&mut self, event: &Event, header: &'a Value) {
        let help = "write the header of the page's example";
        for (key, value) in self.map("the header", header, "expected a map", help) {
            self.below(Step::Key(key), |walk| match value {
                Value::String(text) if key != "event_type" || *text == event.event_type => {}
                Value::String(text) => walk.fail(
                    format!("this is an example of `{text}`"),
                    format!("expected `{}`", event.event_type),
                    Some("take the example of the event's own page".to_owned()),
                ),
                value => walk.misfit(key, &Type::String, value),
            });
        }
    }

    /// An object that is no type of its own.
    fn object(&mut self, what: &dyn Display, fields: &[&'a Field], value: &'a Value) {
        match value {
            Value::Map(entries) => {
                self.entries(what, fields, entries.iter());
                self.required(what, fields, entries);
            }
            Value::Null if self.direction == Direction::Received => {}
            value => self.fail(
                format!("{what} is an object, not {}", found(value)),
                "expected a map".to_owned(),
                Some("write its fields as `name: value`".to_owned()),
            ),
        }
    }

    fn entries(
        &mut self,
        what: &dyn Display,
        fields: &[&'a Field],
        entries: impl Iterator<Item = &'a (String, Value)>,
    ) {
        for (key, value) in entries {
            self.below(Step::Key(key), |walk| match fields.iter().find(|field| field.name == *key) {
                Some(field) => walk.value(&field.name, &field.ty, &field.limits, value),
                None => walk.unknown_key(key, what, fields.iter().map(|field| field.name.as_str())),
            });
        }
    }

    fn required(&mut self, what: &dyn Display, fields: &[&Field], entries: &[(String, Value)]) {
        if self.direction == Direction::Received {
            return;
        }
        let missing = |field: &&&Field| {
            field.presence == Presence::Required && !entries.iter().any(|(key, _)| *key == field.name)
        };
        for field in fields.iter().filter(missing) {
            let mut diagnostic = Diagnostic::new(
                self.code,
                &self.cursor.place(),
                format!("this example of {what} has no `{}`, which is required", field.name),
            )
            .label(format!("`{}` is missing here", field.name))
            .help(format!("add `{}` as on the page, or take it off `required`", field.name))
            .at_key();
            diagnostic.position = None;
            self.diagnostics.push(diagnostic);
        }
    }

    fn unknown_key<'n>(&mut self, key: &str, what: &dyn Display, known: impl Iterator<Item = &'n str>) {
        let help = match nearest(key, known) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("describe `{key}` in the schema, or take it out of the example"),
        };
        self.diagnostics.push(
            Diagnostic::new(self.code, &self.cursor.place(), format!("{what} has no field `{key}`"))
                .at_key()
                .label("not described")
                .help(help),
        );
    }

    fn value(&mut self, name: &str, ty: &'a Type, limits: &'a Limits, value: &'a Value) {
        match (ty, value) {
            (_, Value::Null) if self.direction == Direction::Received => {}
            (Type::String, Value::String(_))
            | (Type::Boolean, Value::Boolean(_))
            | (Type::Integer | Type::Number, Value::Integer(_))
            | (Type::Number, Value::Float(_))
            | (Type::File, _) => {}
            (Type::Millis | Type::Seconds, Value::String(text)) if is_unix_time(text) => {}
            (Type::Enum(path), value) => {
                if let Some(TypeDef::Enum(definition)) = self.context.ty(path) {
                    self.enum_value(name, &definition.values, value);
                }
            }
            (Type::Struct(path), value) => {
                let Some(TypeDef::Struct(definition)) = self.context.ty(path) else { return };
                if self.context.is_whole(&definition.place) {
                    let fields: Vec<&Field> = definition.fields.iter().collect();
                    self.object(&format_args!("`{}`", definition.name), &fields, value);
                }
                return;
            }
            (Type::List(item), Value::List(list)) => {
                for (index, value) in list.iter().enumerate() {
                    self.below(Step::Index(index), |walk| walk.value(name, item, limits.inner(), value));
                }
            }
            (Type::Map(item), Value::Map(entries)) => {
                for (key, value) in entries {
                    self.below(Step::Key(key), |walk| walk.value(name, item, limits.inner(), value));
                }
            }
            (ty, value) => return self.misfit(name, ty, value),
        }
        if self.direction == Direction::Sent {
            self.limits(name, limits, value);
        }
    }

    fn misfit(&mut self, name: &str, ty: &Type, value: &Value) {
        let help = match (ty, value) {
            (Type::String | Type::Millis | Type::Seconds, Value::Integer(_) | Value::Float(_) | Value::Boolean(_)) => {
                Some("put it in quotes".to_owned())
            }
            (Type::Integer | Type::Number, Value::String(text)) if text.parse::<f64>().is_ok() => {
                Some("leave the quotes out".to_owned())
            }
            (Type::Boolean, Value::String(text)) if matches!(text.as_str(), "true" | "false") => {
                Some("leave the quotes out".to_owned())
            }
            (Type::List(_), _) => Some("write it as a list: `[…]`".to_owned()),
            (Type::Map(_), _) => Some("write it as a map: `{key: …}`".to_owned()),
            _ => None,
        };
        self.fail(
            format!("`{name}` is {}, its {} {}", kind(ty), self.subject(), found(value)),
            format!("expected {}", kind(ty)),
            help,
        );
    }

    fn subject(&self) -> &'static str {
        if self.code == Code::DefaultValue { "default" } else { "example" }
    }

    fn enum_value(&mut self, name: &str, values: &Values, value: &Value) {
        let known: Vec<String> = match (values, value) {
            (Values::Strings(variants), Value::String(text)) => {
                if self.direction == Direction::Received || variants.iter().any(|variant| variant.value == *text) {
                    return;
                }
                variants.iter().map(|variant| variant.value.clone()).collect()
            }
            (Values::Integers(variants), Value::Integer(number)) => {
                if self.direction == Direction::Received || variants.iter().any(|variant| variant.value == *number) {
                    return;
                }
                variants.iter().map(|variant| variant.value.to_string()).collect()
            }
            (Values::Strings(_), value) => return self.misfit(name, &Type::String, value),
            (Values::Integers(_), value) => return self.misfit(name, &Type::Integer, value),
        };
        let text = value.to_string();
        let help = match nearest(text.trim_matches('"'), known.iter().map(String::as_str)) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("write one of its values, or add {text} to `enum` if the page lists it"),
        };
        let listed = known.iter().take(12).map(|value| format!("`{value}`")).collect::<Vec<_>>().join(", ");
        self.fail(
            format!("the {} of `{name}` is none of its values", self.subject()),
            format!("expected one of {listed}{}", if known.len() > 12 { ", …" } else { "" }),
            Some(help),
        );
    }

    fn limits(&mut self, name: &str, limits: &Limits, value: &Value) {
        let Some(broken) = limits.own.iter().find_map(|limit| limit.broken_by(value)) else { return };
        self.fail(
            format!("the {} of `{name}` breaks its limits", self.subject()),
            broken,
            Some("look at the page: either the value or the limit is wrong".to_owned()),
        );
    }
}

fn found(value: &Value) -> &'static str {
    match value {
        Value::Null => "nothing",
        Value::Boolean(_) => "a boolean",
        Value::Integer(_) => "an integer",
        Value::Float(_) => "a number",
        Value::String(_) => "a string",
        Value::List(_) => "a list",
        Value::Map(_) => "a map",
    }
}

/// A whole number as text; empty means that there is no time.
fn is_unix_time(text: &str) -> bool {
    text.is_empty() || text.parse::<i64>().is_ok()
}
