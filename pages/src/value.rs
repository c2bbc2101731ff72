//! Example and default values as pages write them, and when two of them are the same.

use serde_json::Value;

use crate::description::Labelled;
use crate::inline::unescape_markdown;
use crate::types::Ty;

/// The value behind a label, and the running text that follows it.
pub(crate) fn split_value(part: &Labelled) -> Option<(String, String)> {
    let text = part.text();
    if text.is_empty() {
        return None;
    }
    if let Some(fenced) = text.strip_prefix("```").and_then(|text| text.split_once("```")) {
        let (value, rest) = fenced;
        let value = value.trim().trim_matches('`').trim();
        return (!value.is_empty()).then(|| (value.to_owned(), rest.trim().to_owned()));
    }
    // JSON may span lines, even if it is broken.
    let spans = text.starts_with(['{', '[']) || text.starts_with("\"{") || text.starts_with("\"[");
    if spans || serde_json::from_str::<Value>(&text).is_ok() {
        return Some((text, String::new()));
    }
    let (first, others) = text.split_once('\n').unwrap_or((&text, ""));
    let (value, rest) = split_line(first.trim());
    let prose = format!("{rest}\n{others}").trim().to_owned();
    (!value.is_empty()).then(|| (value.to_owned(), prose))
}

/// A value in backticks or quotes ends with them, anything else with the line.
fn split_line(line: &str) -> (&str, &str) {
    if let Some(inner) = line.strip_prefix('`')
        && let Some(end) = inner.find('`')
    {
        let rest = &inner[end + 1..];
        if rest.is_empty() || !rest.contains('`') || rest.starts_with([' ', '。', '，']) {
            return (&inner[..end], rest);
        }
    }
    if line.starts_with('"') {
        let end = end_of_quotes(line).filter(|end| {
            let rest = &line[*end..];
            // `""x""` and `"a"、"b"` are no value and text.
            rest.is_empty() || rest.starts_with(' ') || rest.starts_with('[')
        });
        if let Some(end) = end {
            return (&line[..end], &line[end..]);
        }
    }
    (line, "")
}

fn end_of_quotes(line: &str) -> Option<usize> {
    let mut escaped = false;
    for (at, c) in line.char_indices().skip(1) {
        match c {
            '"' if !escaped => return Some(at + 1),
            _ => escaped = c == '\\' && !escaped,
        }
    }
    None
}

/// Whether a page's text can be a value of this type at all; `due: 1675742789470` cannot.
pub fn fits_type(text: &str, ty: &Ty) -> bool {
    value_of_text(text, ty).is_some()
}

/// Reads a page's text as a value of a type.
pub fn value_of_text(text: &str, ty: &Ty) -> Option<Value> {
    let text = without_wrapping(text);
    // One conversion puts backticks around braces.
    let bare = text.replace("`{", "{").replace("}`", "}");
    let text = if matches!(ty, Ty::String) { text } else { bare };
    match ty {
        Ty::String => Some(Value::String(string_of_text(&text))),
        Ty::Int => integer_of_text(&text),
        Ty::Number => unquoted(&text).parse::<serde_json::Number>().ok().map(Value::Number),
        Ty::Boolean => match unquoted(&text) {
            "true" => Some(Value::Bool(true)),
            "false" => Some(Value::Bool(false)),
            _ => None,
        },
        Ty::Object | Ty::Map => json(&text).filter(Value::is_object),
        Ty::List(element) => list_of_text(&text, element),
        Ty::File => None,
        Ty::Unknown => Some(json(&text).unwrap_or(Value::String(string_of_text(&text)))),
    }
}

/// Whether the page's text and the spec's (JSON) text are the same value of a type.
pub fn same_value(page: &str, spec: &str, ty: &Ty) -> bool {
    let (Some(left), Some(right)) = (value_of_text(page, ty), value_of_text(spec, ty)) else {
        return page.trim() == spec.trim();
    };
    if left == right || without_backticks(&left) == without_backticks(&right) {
        return true;
    }
    match (&left, &right) {
        (Value::String(left), Value::String(right)) => same_but_for_dropped_tags(left, right),
        _ => false,
    }
}

/// One conversion drops tags such as `<at id=1></at>` from examples; two texts with tags, or with
/// other text, differ.
fn same_but_for_dropped_tags(left: &str, right: &str) -> bool {
    let (less, more) = if left.len() < right.len() { (left, right) } else { (right, left) };
    !less.contains("</") && more.contains("</") && without_tags(more).trim() == less.trim()
}

/// The form in which all formats write a value.
pub(crate) fn normal(value: &Value) -> Value {
    match without_backticks(value) {
        Value::String(text) if text.contains("</") => Value::String(without_tags(&text)),
        other => other,
    }
}

fn without_tags(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, tag)) = rest.split_once('<') {
        out.push_str(before);
        rest = match tag.split_once('>') {
            Some((_, after)) => after,
            None => return text.to_owned(),
        };
    }
    out + rest
}

/// Backticks around the whole text, and spaces, are the page's layout.
fn without_wrapping(text: &str) -> String {
    let text = text.trim();
    let inner = text.strip_prefix('`').and_then(|text| text.strip_suffix('`'));
    inner.unwrap_or(text).trim().to_owned()
}

/// `"a"` and `a` are one string; so are `""a""`, and `\[` and `[` (Markdown's backslash).
fn string_of_text(text: &str) -> String {
    if let Some(Value::String(text)) = json(text) {
        return text;
    }
    let plain = unescape_markdown(text);
    if let Some(Value::String(text)) = json(&plain) {
        return text;
    }
    let mut inner = plain.as_str();
    while let Some(text) = inner.strip_prefix('"').and_then(|text| text.strip_suffix('"')) {
        inner = text;
    }
    inner.to_owned()
}

/// One conversion puts backticks around braces within strings.
fn without_backticks(value: &Value) -> Value {
    match value {
        Value::String(text) => Value::String(text.replace("`{", "{").replace("}`", "}")),
        Value::Array(items) => items.iter().map(without_backticks).collect(),
        other => other.clone(),
    }
}

fn unquoted(text: &str) -> &str {
    text.trim_matches(['"', '`'])
}

/// `1` and `"1"` are one integer.
fn integer_of_text(text: &str) -> Option<Value> {
    unquoted(text).parse::<i64>().ok().map(Value::from)
}

/// `["a"]`, and `[a]` where somebody forgot the quotes.
fn list_of_text(text: &str, element: &Ty) -> Option<Value> {
    if let Some(Value::Array(items)) = json(text) {
        let fits = |item: &Value| match (element, item) {
            (Ty::Object | Ty::Map, item) => item.is_object(),
            (Ty::Int, item) => item.is_i64(),
            _ => true,
        };
        return items.iter().all(fits).then_some(Value::Array(items));
    }
    let plain = unescape_markdown(text);
    let inner = plain.strip_prefix('[')?.strip_suffix(']')?;
    let items = inner.split(',').map(|item| value_of_word(item.trim(), element));
    items.collect::<Option<Vec<Value>>>().map(Value::Array)
}

fn value_of_word(word: &str, ty: &Ty) -> Option<Value> {
    match ty {
        Ty::String => Some(Value::String(string_of_text(word))),
        Ty::Int => integer_of_text(word),
        _ => json(word),
    }
}

fn json(text: &str) -> Option<Value> {
    serde_json::from_str(text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::description::{Label, Labelled};
    use crate::inline::Line;

    fn strings() -> Ty {
        Ty::List(Box::new(Ty::String))
    }

    #[track_caller]
    fn same(page: &str, spec: &str, ty: &Ty) {
        assert!(same_value(page, spec, ty), "{page} = {spec}");
    }

    #[track_caller]
    fn differ(page: &str, spec: &str, ty: &Ty) {
        assert!(!same_value(page, spec, ty), "{page} = {spec}");
    }

    #[test]
    fn quotes_of_strings_do_not_matter() {
        same("open_id", "\"open_id\"", &Ty::String);
        same("`task`", "\"task\"", &Ty::String);
        same("\"\"8391\"\"", "\"8391\"", &Ty::String);
    }

    #[test]
    fn other_strings_differ() {
        differ("open_id", "\"union_id\"", &Ty::String);
        differ("a", "\"A\"", &Ty::String);
    }

    #[test]
    fn timestamps_may_be_written_as_numbers() {
        same("1675742789470", "\"1675742789470\"", &Ty::String);
        differ("1675742789470", "\"1675742789471\"", &Ty::String);
    }

    #[test]
    fn escapes_of_markdown_do_not_matter() {
        same(r#""x\[y](https://open.feishu.cn/)""#, r#""x[y](https://open.feishu.cn/)""#, &Ty::String);
    }

    #[test]
    fn backticks_around_braces_do_not_matter() {
        same(r#""`{\"zh_cn\": \"IT\"}`""#, r#""{\"zh_cn\": \"IT\"}""#, &Ty::String);
    }

    #[test]
    fn a_tag_may_be_dropped() {
        same("\"hi\"", "\"hi<at id=1></at>\"", &Ty::String);
        differ("\"hi\"", "\"ho<at id=1></at>\"", &Ty::String);
        differ("\"a<at id=2></at>\"", "\"a<at id=1></at>\"", &Ty::String);
    }

    #[test]
    fn bare_words_in_a_list_are_strings() {
        same("[ou_1]", "[\"ou_1\"]", &strings());
        differ("[ou_1]", "[\"ou_2\"]", &strings());
    }

    #[test]
    fn integers_are_compared_as_numbers() {
        same("50", "50", &Ty::Int);
        differ("50", "5", &Ty::Int);
    }

    #[test]
    fn some_examples_are_no_value_of_their_type() {
        assert!(!fits_type("1675742789470", &Ty::Object));
        assert!(!fits_type("[ou_1]", &Ty::List(Box::new(Ty::Object))));
        assert!(!fits_type("[\"ou_1\"]", &Ty::List(Box::new(Ty::Object))));
        assert!(!fits_type("file binary", &Ty::File));
        assert!(fits_type("[100]", &Ty::List(Box::new(Ty::Int))));
    }

    fn split(text: &str) -> Option<(String, String)> {
        split_value(&Labelled {
            label: Label::Example,
            line: 1,
            lines: vec![Line { number: 1, text: text.to_owned() }],
        })
    }

    #[test]
    fn prose_behind_a_value_is_no_value() {
        let value = split(" `E9M` 。see there").map(|(value, _)| value);
        assert_eq!(value.as_deref(), Some("E9M"));
        let value = split("\"a b\" [more](x)").map(|(value, _)| value);
        assert_eq!(value.as_deref(), Some("\"a b\""));
    }

    #[test]
    fn no_value_is_none() {
        assert_eq!(split("  "), None);
    }
}
