//! Type names, normalised.

use serde::{Deserialize, Serialize};

/// A type, whatever the page calls it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ty {
    /// `string`.
    String,
    /// `int`, `integer`, `int64`.
    Int,
    /// `number`, `float`, `double`.
    Number,
    /// `boolean`, `bool`.
    Boolean,
    /// A named or nameless object.
    Object,
    /// `x[]`.
    List(Box<Ty>),
    /// A file to upload.
    File,
    /// A map with free keys.
    Map,
    /// The page says nothing.
    #[default]
    Unknown,
}

impl std::fmt::Display for Ty {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Ty::String => "string",
            Ty::Int => "integer",
            Ty::Number => "number",
            Ty::Boolean => "boolean",
            Ty::Object => "object",
            Ty::File => "file",
            Ty::Map => "map",
            Ty::Unknown => "unknown",
            Ty::List(inner) => return write!(f, "list of {inner}"),
        })
    }
}

/// The type behind a page's word for it; a name that is no primitive is an object.
///
/// Lists are read one level deep and once more (`string[][]`); more is no type that pages know.
pub fn type_of_text(text: &str) -> Ty {
    let text = text.trim();
    if let Some(inner) = text.strip_suffix("[]").or_else(|| text.strip_prefix("[]")) {
        let inner = inner.trim();
        let element = match inner.strip_suffix("[]") {
            Some(innermost) => Ty::List(Box::new(type_of_name(innermost.trim()))),
            None => type_of_name(inner),
        };
        return Ty::List(Box::new(element));
    }
    type_of_name(text)
}

fn type_of_name(name: &str) -> Ty {
    let lower = name.to_ascii_lowercase();
    // `number(float)`: the word in parentheses is the narrower one.
    let lower = lower.split_once('(').map_or(lower.as_str(), |(wide, _)| wide.trim());
    match lower {
        "" | "-" | "/" => Ty::Unknown,
        "string" | "str" => Ty::String,
        "int" | "integer" | "int32" | "int64" | "long" => Ty::Int,
        "number" | "float" | "double" => Ty::Number,
        "boolean" | "bool" => Ty::Boolean,
        "file" => Ty::File,
        "map" => Ty::Map,
        "list" | "array" => Ty::List(Box::new(Ty::Unknown)),
        // One conversion drops `<array<x>` out of `array<array<x>>`.
        "array>" => Ty::List(Box::new(Ty::List(Box::new(Ty::Unknown)))),
        _ if lower.starts_with("list<") || lower.starts_with("array<") => Ty::List(Box::new(element_of(name, 1))),
        _ if lower.starts_with("map<") || lower.starts_with("map[") => Ty::Map,
        _ => Ty::Object,
    }
}

/// What `array<x>` is a list of; lists in lists in lists are no type that pages know.
fn element_of(name: &str, depth: usize) -> Ty {
    let inner = name.split_once('<').map_or("", |(_, inner)| inner).trim();
    let inner = inner.strip_suffix('>').unwrap_or(inner);
    match inner.contains('<') {
        true if depth < 2 => Ty::List(Box::new(element_of(inner, depth + 1))),
        true => Ty::Unknown,
        false => type_of_name(inner),
    }
}

/// A word that can be a type: a name, perhaps a list, perhaps a map.
pub(crate) fn is_type_text(text: &str) -> bool {
    let text = text.trim();
    matches!(text, "" | "-" | "/") || text.chars().all(|c| c.is_ascii_alphanumeric() || "_-.[]<>, /()".contains(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expect: Ty) {
        assert_eq!(type_of_text(text), expect, "{text}");
    }

    #[test]
    fn int_and_integer_are_one_type() {
        check("int", Ty::Int);
        check("integer", Ty::Int);
        check("int64", Ty::Int);
    }

    #[test]
    fn numbers_are_no_integers() {
        check("float", Ty::Number);
        check("number", Ty::Number);
        check("number(float)", Ty::Number);
        check("number(float)[]", Ty::List(Box::new(Ty::Number)));
    }

    #[test]
    fn lists_keep_their_element() {
        check("string[]", Ty::List(Box::new(Ty::String)));
        check("member[]", Ty::List(Box::new(Ty::Object)));
        check("string[][]", Ty::List(Box::new(Ty::List(Box::new(Ty::String)))));
        check("array<int64>", Ty::List(Box::new(Ty::Int)));
        check("array<array<string>>", Ty::List(Box::new(Ty::List(Box::new(Ty::String)))));
    }

    #[test]
    fn unknown_names_are_objects() {
        check("i18n_text", Ty::Object);
        check("object", Ty::Object);
    }

    #[test]
    fn a_dash_is_no_type() {
        check("-", Ty::Unknown);
    }

    #[test]
    fn maps_are_maps() {
        check("map<string, string>", Ty::Map);
    }

    #[test]
    fn prose_is_no_type() {
        assert!(!is_type_text("见下文"));
        assert!(is_type_text("task_in_tasklist_info[]"));
    }
}
