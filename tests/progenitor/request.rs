//! Requests as what they say, free of how it is written.

use std::collections::BTreeMap;

use feishu_openapi_second_reader::recorder::Recorded;
use percent_encoding::percent_decode_str;
use serde_json::Value;

/// A request, decoded.
#[derive(Debug)]
pub(crate) struct Sent {
    method: String,
    /// The segments of the path, decoded.
    path: Vec<String>,
    /// Sorted by name; values of one name in the order sent.
    query: BTreeMap<String, Vec<String>>,
    body: Value,
}

impl Sent {
    /// Takes a recorded request apart. `documented` is the path of the operation, for the number of its segments.
    pub(crate) fn new(recorded: Recorded, documented: &str) -> Self {
        let (path, query) = recorded.target.split_once('?').unwrap_or((&recorded.target, ""));
        assert_eq!(path.split('/').count(), documented.split('/').count(), "{path} is no {documented}");
        let mut parameters: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            parameters.entry(form_decoded(name)).or_default().push(form_decoded(value));
        }
        let body = match &recorded.body[..] {
            [] => Value::Null,
            body => serde_json::from_slice(body).expect("bodies are JSON"),
        };
        Sent { method: recorded.method, path: path.split('/').map(decoded).collect(), query: parameters, body }
    }

    /// Where two requests differ, as `place: ours, theirs`.
    pub(crate) fn differences(&self, other: &Self) -> Vec<String> {
        let mut found = Vec::new();
        if self.method != other.method {
            found.push(format!("method: {}, {}", self.method, other.method));
        }
        if self.path != other.path {
            found.push(format!("path: {}, {}", self.path.join("/"), other.path.join("/")));
        }
        let query = |sent: &Sent| serde_json::to_value(&sent.query).unwrap_or_default();
        compare("query", &query(self), &query(other), &mut found);
        compare("body", &self.body, &other.body, &mut found);
        found
    }
}

fn compare(place: &str, ours: &Value, theirs: &Value, found: &mut Vec<String>) {
    match (ours, theirs) {
        (Value::Object(a), Value::Object(b)) => {
            for key in a.keys().chain(b.keys().filter(|key| !a.contains_key(*key))) {
                match (a.get(key), b.get(key)) {
                    (Some(ours), Some(theirs)) => compare(&format!("{place}.{key}"), ours, theirs, found),
                    (Some(ours), None) => found.push(format!("{place}.{key}: {ours}, nothing")),
                    (None, Some(theirs)) => found.push(format!("{place}.{key}: nothing, {theirs}")),
                    (None, None) => {}
                }
            }
        }
        (Value::Array(a), Value::Array(b)) if a.len() == b.len() => {
            for (index, (ours, theirs)) in a.iter().zip(b).enumerate() {
                compare(&format!("{place}[{index}]"), ours, theirs, found);
            }
        }
        _ if ours == theirs => {}
        _ => found.push(format!("{place}: {ours}, {theirs}")),
    }
}

fn decoded(text: &str) -> String {
    percent_decode_str(text).decode_utf8().expect("paths are UTF-8").into_owned()
}

fn form_decoded(text: &str) -> String {
    decoded(&text.replace('+', " "))
}
