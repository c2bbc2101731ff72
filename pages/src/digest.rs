//! A digest of facts: the same facts have the same digest, whatever format and line they stand in.

use std::fmt::Write;

use serde_json::Value;

use crate::facts::{Item, OperationFacts, Stated};
use crate::types::Ty;
use crate::value::{normal, value_of_text};

/// FNV-1a, 64 bits: told apart are changes of a page, not attacks.
fn fnv(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

impl OperationFacts {
    /// 16 hexadecimal digits over everything that [`crate::compare`] compares, but for the address,
    /// title and update time of the page. Running text, meanings and hints are left out.
    pub fn digest(&self) -> String {
        format!("{:016x}", fnv(&self.canonical()))
    }

    fn canonical(&self) -> String {
        let mut out = format!("{} {}\n", self.method.value, self.path.value);
        let limits = self.rate_limits.value.iter();
        let limits = limits.map(|limit| format!("{}/{}", limit.requests, limit.per)).collect();
        let lists: [(&str, Vec<String>); 5] = [
            ("tokens", self.tokens.value.clone()),
            ("limits", limits),
            ("apps", self.app_types.value.clone()),
            ("scopes", self.scopes.value.clone()),
            ("field scopes", self.field_scopes.value.clone()),
        ];
        for (name, mut words) in lists {
            words.sort();
            line(&mut out, name, &words.join(" "));
        }
        line(&mut out, "type", text(&self.content_type));
        line(&mut out, "wrapped", &self.wrapped.to_string());
        if self.answers_file {
            line(&mut out, "answer", "file");
        }
        let lists = [
            ("header", &self.header),
            ("path", &self.path_parameters),
            ("query", &self.query),
            ("request", &self.request),
            ("response", &self.response),
        ];
        for (root, items) in lists {
            for item in items {
                item_lines(&mut out, root, item);
            }
        }
        for examples in [&self.request_examples, &self.response_examples] {
            if let Some(example) = examples.first() {
                let json = example.json.as_ref().map(sorted);
                let json = json.map_or(example.text.clone(), |json| json.to_string());
                line(&mut out, "example", &json);
            }
        }
        let mut errors: Vec<(i64, u16)> = self.errors.iter().map(|row| (row.code, row.status)).collect();
        errors.sort_unstable();
        for (code, status) in errors {
            line(&mut out, "error", &format!("{code} {status}"));
        }
        out
    }
}

fn line(out: &mut String, name: &str, value: &str) {
    // Writing to a string cannot fail.
    let _ = writeln!(out, "{name}: {value}");
}

fn text(stated: &Option<Stated<String>>) -> &str {
    stated.as_ref().map_or("", |stated| stated.value.as_str())
}

fn item_lines(out: &mut String, parent: &str, item: &Item) {
    let place = format!("{parent}.{}", item.name);
    let mut values: Vec<&str> = item.enum_values.iter().map(|v| v.value.as_str()).collect();
    values.sort_unstable();
    line(out, &place, &format!("{} {:?} {values:?}", item.ty, item.required));
    line(out, "default", &value(&item.default, &item.ty));
    line(out, "example", &value(&item.example, &item.ty));
    line(out, "pattern", text(&item.pattern));
    let bounds = [&item.min, &item.max, &item.min_length, &item.max_length, &item.min_items, &item.max_items];
    let bounds = bounds.map(|bound| bound.as_ref().map(|bound| bound.value));
    line(out, "bounds", &format!("{bounds:?} {}", item.deprecated.is_some()));
    for child in &item.children {
        item_lines(out, &place, child);
    }
}

fn value(stated: &Option<Stated<String>>, ty: &Ty) -> String {
    let Some(stated) = stated else {
        return String::new();
    };
    let value = value_of_text(&stated.value, ty).map(|value| normal(&value));
    value.map_or_else(|| stated.value.clone(), |value| value.to_string())
}

/// The order of keys says nothing.
fn sorted(value: &Value) -> Value {
    match value {
        Value::Object(map) => {
            let mut entries: Vec<(String, Value)> =
                map.iter().map(|(key, value)| (key.clone(), sorted(value))).collect();
            entries.sort_by(|left, right| left.0.cmp(&right.0));
            entries.into_iter().collect()
        }
        Value::Array(items) => items.iter().map(sorted).collect(),
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::ErrorRow;

    #[test]
    fn lines_and_words_do_not_matter() {
        let mut facts = OperationFacts::default();
        facts.errors.push(ErrorRow { code: 1, status: 400, ..ErrorRow::default() });
        let before = facts.digest();
        facts.errors[0].line = 9;
        facts.errors[0].hint = "other words".to_owned();
        assert_eq!(facts.digest(), before);
        assert_eq!(before.len(), 16);
    }

    #[test]
    fn facts_matter() {
        let facts = OperationFacts::default();
        let mut other = facts.clone();
        other.errors.push(ErrorRow::default());
        assert_ne!(facts.digest(), other.digest());
        let mut other = facts.clone();
        other.wrapped = true;
        assert_ne!(facts.digest(), other.digest());
    }
}
