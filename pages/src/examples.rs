//! Examples: JSON as printed, JSON as meant, and multipart bodies.

use serde_json::{Map, Value};

use crate::facts::Example;
use crate::problems::Problems;

/// Reads a code block; what is no JSON is a problem, even if it can be repaired.
pub(crate) fn read(line: usize, text: &str, problems: &mut Problems) -> Example {
    let mut example = Example { line, text: text.to_owned(), ..Example::default() };
    if let Some(fields) = multipart(text) {
        example.json = Some(fields);
        return example;
    }
    match serde_json::from_str(text) {
        Ok(json) => example.json = Some(json),
        Err(error) => {
            example.json = serde_json::from_str(&repair(text)).ok();
            example.repaired = example.json.is_some();
            let read = if example.repaired { "read after repairs" } else { "unreadable" };
            let at = line + error.line().saturating_sub(1);
            problems.push(at, format!("example is no JSON ({read}): {error}"));
        }
    }
    example
}

/// Takes out comments and trailing commas, outside of strings.
pub(crate) fn repair(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    let (mut quoted, mut escaped) = (false, false);
    while let Some(c) = chars.next() {
        if quoted {
            quoted = escaped || c != '"';
            escaped = c == '\\' && !escaped;
            out.push(c);
        } else if c == '/' && chars.peek() == Some(&'/') {
            while chars.next_if(|c| *c != '\n').is_some() {}
        } else {
            if matches!(c, '}' | ']') {
                let kept = out.trim_end().trim_end_matches(',').len();
                out.truncate(kept);
            }
            quoted = c == '"';
            out.push(c);
        }
    }
    out
}

/// A multipart body as an object: each part's name and text.
fn multipart(text: &str) -> Option<Value> {
    let boundary = text.lines().next()?.trim();
    if !boundary.starts_with("--") {
        return None;
    }
    let mut fields = Map::new();
    for part in text.split(boundary).skip(1) {
        let (head, body) = part.split_once("\n\n").unwrap_or((part, ""));
        let Some((_, name)) = head.split_once("name=\"") else {
            continue;
        };
        let name = name.split('"').next().unwrap_or_default();
        fields.insert(name.to_owned(), Value::String(body.trim().to_owned()));
    }
    (!fields.is_empty()).then_some(Value::Object(fields))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn check(text: &str, expect: Option<Value>, problems: usize) {
        let mut found = Problems::default();
        assert_eq!(read(1, text, &mut found).json, expect);
        assert_eq!(found.into_vec().len(), problems);
    }

    #[test]
    fn comments_are_repaired() {
        check("{\"a\": 1, // one\n\"b\": \"//\"}", Some(json!({"a": 1, "b": "//"})), 1);
    }

    #[test]
    fn trailing_commas_are_repaired() {
        check("{\"a\": [1, ],\n}", Some(json!({"a": [1]})), 1);
    }

    #[test]
    fn beyond_repair_is_none() {
        check("{\"a\"", None, 1);
    }

    #[test]
    fn multipart_is_an_object() {
        let text = "---b\nContent-Disposition: form-data; name=\"id\";\n\nx\n---b\nContent-Disposition: form-data; name=\"file\";\nContent-Type: y\n\n\n---b\n";
        check(text, Some(json!({"id": "x", "file": ""})), 0);
    }
}
