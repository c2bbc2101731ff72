//! Examples: JSON as printed, JSON as meant, multipart bodies, and requests of command lines.

use serde_json::{Map, Value};

use crate::facts::Example;
use crate::problems::Problems;

/// Reads a code block: one value or several. What is no JSON even after repairs is a problem; a program is no example.
pub(crate) fn read(line: usize, text: &str, problems: &mut Problems) -> Vec<Example> {
    let one = |json| vec![Example { line, text: text.to_owned(), json: Some(json), repaired: false }];
    if let Some(fields) = multipart(text) {
        return one(fields);
    }
    if let Some(events) = server_sent(line, text) {
        return events;
    }
    if let Some(body) = sent(text) {
        let Some(body) = body else { return Vec::new() };
        let line = line + text[..text.len() - body.len()].matches('\n').count();
        let body = body.trim_end().trim_end_matches('\'');
        return values(line, body).unwrap_or_default();
    }
    if repair(text).trim().is_empty() {
        return Vec::new();
    }
    values(line, text).unwrap_or_else(|error| {
        problems.push(line + error.line().saturating_sub(1), format!("example is no JSON: {error}"));
        vec![Example { line, text: text.to_owned(), ..Example::default() }]
    })
}

/// The values of a text, one behind the other, as printed or repaired.
fn values(line: usize, text: &str) -> Result<Vec<Example>, serde_json::Error> {
    match stream(line, text, false) {
        Ok(found) if !found.is_empty() => Ok(found),
        Ok(_) => stream(line, &repair(text), true),
        Err(error) => stream(line, &repair(text), true).ok().filter(|found| !found.is_empty()).ok_or(error),
    }
}

fn stream(line: usize, text: &str, repaired: bool) -> Result<Vec<Example>, serde_json::Error> {
    let mut values = serde_json::Deserializer::from_str(text).into_iter::<Value>();
    let mut found = Vec::new();
    let mut start = 0;
    while let Some(value) = values.next() {
        let json = value?;
        let end = values.byte_offset();
        let blank = text[start..end].len() - text[start..end].trim_start().len();
        let line = line + text[..start + blank].matches('\n').count();
        let text = if found.is_empty() && text[end..].trim().is_empty() { text } else { text[start..end].trim() };
        found.push(Example { line, text: text.to_owned(), json: Some(json), repaired });
        start = end;
    }
    Ok(found)
}

/// `data: {…}`, a line each: an answer that arrives in pieces.
fn server_sent(line: usize, text: &str) -> Option<Vec<Example>> {
    let lines = text.lines().enumerate().filter(|(_, text)| !text.trim().is_empty());
    let events = lines.map(|(at, text)| {
        let text = text.trim().strip_prefix("data:")?.trim();
        let json = serde_json::from_str(text).ok()?;
        Some(Example { line: line + at, text: text.to_owned(), json: Some(json), repaired: false })
    });
    events.collect::<Option<Vec<_>>>().filter(|events| !events.is_empty())
}

/// What a command line, a raw HTTP message or a program sends: `Some(None)` if it is one of these and the body cannot
/// be told.
fn sent(text: &str) -> Option<Option<&str>> {
    let remark = |line: &str| line.is_empty() || line.starts_with(['#', '/']);
    let skipped: usize = text.split_inclusive('\n').take_while(|line| remark(line.trim())).map(str::len).sum();
    let code = text[skipped..].trim_start();
    if !code.starts_with(|c: char| c.is_ascii_alphabetic() || c == '<') || code.starts_with("data:") {
        return None;
    }
    let marks = ["--data-raw '", "--data-binary '", "--data '", "-d '"];
    let behind = |mark: &&str| code.split_once(*mark).map(|(_, body)| body);
    let message = || code.split_once("\n\n").map(|(_, body)| body.trim_start());
    let body = marks.iter().find_map(behind).or_else(message);
    Some(body.filter(|body| body.starts_with(['{', '['])))
}

/// What may stand behind a backslash in JSON.
const ESCAPES: &str = "\"\\/bfnrtu";

/// Takes out comments and trailing commas, outside of strings, and writes what may not stand within them as JSON does.
pub(crate) fn repair(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    let mut quoted = false;
    while let Some(c) = chars.next() {
        if quoted {
            match c {
                '\\' => match chars.next_if(|next| ESCAPES.contains(*next)) {
                    Some(next) => out.extend(['\\', next]),
                    None => out.push_str("\\\\"),
                },
                '\n' => out.push_str("\\n"),
                '\t' => out.push_str("\\t"),
                '\r' => {}
                _ => out.push(c),
            }
            quoted = c != '"';
        } else if c == '#' || (c == '/' && chars.peek() == Some(&'/')) {
            while chars.next_if(|c| *c != '\n').is_some() {}
        } else if c == '/' && chars.peek() == Some(&'*') {
            let mut last = ' ';
            while let Some(c) = chars.next().filter(|c| !(last == '*' && *c == '/')) {
                last = c;
            }
        } else {
            if matches!(c, '}' | ']') {
                let kept = out.trim_end().trim_end_matches(',').len();
                out.truncate(kept);
            }
            quoted = c == '"';
            // No-break spaces come from layout.
            out.push(if c == '\u{a0}' { ' ' } else { c });
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
        assert_eq!(read(1, text, &mut found).into_iter().next().and_then(|example| example.json), expect);
        assert_eq!(found.into_vec().len(), problems);
    }

    #[test]
    fn comments_are_repaired() {
        check("{\"a\": 1, // one\n\"b\": \"//\"}", Some(json!({"a": 1, "b": "//"})), 0);
    }

    #[test]
    fn trailing_commas_are_repaired() {
        check("{\"a\": [1, ],\n}", Some(json!({"a": [1]})), 0);
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
