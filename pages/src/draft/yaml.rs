//! A small YAML writer: block style, with comments for the gaps.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

/// A piece of YAML.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Node {
    /// Text that is YAML already.
    Text(String),
    /// Nothing yet: a human writes it.
    Gap(String),
    /// A value, and something for a human to check.
    Check(Box<Node>, String),
    /// Keys and values, in order.
    Map(Vec<(String, Node)>),
    /// Items.
    List(Vec<Node>),
}

impl Node {
    /// A string, quoted where it must be.
    pub(crate) fn string(text: &str) -> Node {
        Node::Text(scalar(text))
    }

    /// A gap that says what to write.
    pub(crate) fn gap(what: &str) -> Node {
        Node::Gap(what.to_owned())
    }

    /// The same with a remark.
    pub(crate) fn check(self, what: &str) -> Node {
        Node::Check(Box::new(self), what.to_owned())
    }

    /// `[a, b]`.
    pub(crate) fn flow<'a>(words: impl IntoIterator<Item = &'a str>) -> Node {
        let words: Vec<String> = words.into_iter().map(flow_scalar).collect();
        Node::Text(format!("[{}]", words.join(", ")))
    }

    /// A JSON value in block style.
    pub(crate) fn json(value: &Value) -> Node {
        Node::json_text(&value.to_string()).unwrap_or_else(|| Node::Text(value.to_string()))
    }

    /// JSON text in block style, its keys in their order.
    pub(crate) fn json_text(text: &str) -> Option<Node> {
        serde_json::from_str(text).ok()
    }

    /// The text, ending in a line break.
    pub(crate) fn write(&self) -> String {
        let mut out = String::new();
        self.below(0, &mut out);
        out
    }

    fn below(&self, indent: usize, out: &mut String) {
        match self {
            Node::Map(entries) => {
                for (key, value) in entries {
                    out.push_str(&" ".repeat(indent));
                    out.push_str(key);
                    out.push(':');
                    value.after_key(indent, out);
                }
            }
            Node::List(items) => {
                for item in items {
                    let mut text = String::new();
                    item.below(indent + 2, &mut text);
                    out.push_str(&" ".repeat(indent));
                    out.push_str("- ");
                    out.push_str(text.trim_start());
                }
            }
            other => {
                out.push_str(&" ".repeat(indent));
                out.push_str(&other.inline());
                out.push('\n');
            }
        }
    }

    fn after_key(&self, indent: usize, out: &mut String) {
        match self {
            Node::Map(_) | Node::List(_) => {
                out.push('\n');
                self.below(indent + 2, out);
            }
            Node::Check(inner, what) if matches!(**inner, Node::Map(_) | Node::List(_)) => {
                out.push_str(&format!(" # TODO(you): {what}\n"));
                inner.below(indent + 2, out);
            }
            other => {
                out.push(' ');
                out.push_str(&other.inline());
                out.push('\n');
            }
        }
    }

    fn inline(&self) -> String {
        match self {
            Node::Text(text) => text.clone(),
            Node::Gap(what) => format!("# TODO(you): {what}"),
            Node::Check(inner, what) => format!("{} # TODO(you): {what}", inner.inline()),
            Node::Map(_) | Node::List(_) => String::new(),
        }
    }
}

/// Reads JSON; `serde_json`'s own values sort their keys, unless a feature changes that for every
/// crate around.
impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(JsonVisitor)
    }
}

struct JsonVisitor;

impl<'de> Visitor<'de> for JsonVisitor {
    type Value = Node;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Node, E> {
        Ok(Node::Text(value.to_string()))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Node, E> {
        Ok(Node::Text(value.to_string()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Node, E> {
        Ok(Node::Text(value.to_string()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Node, E> {
        Ok(Node::Text(Value::from(value).to_string()))
    }

    fn visit_str<E>(self, text: &str) -> Result<Node, E> {
        Ok(Node::string(text))
    }

    fn visit_unit<E>(self) -> Result<Node, E> {
        Ok(Node::Text("null".to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Node, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(match list.is_empty() {
            true => Node::Text("[]".to_owned()),
            false => Node::List(list),
        })
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Node, A::Error> {
        let mut map = Vec::new();
        while let Some((key, value)) = entries.next_entry::<String, Node>()? {
            map.push((scalar(&key), value));
        }
        Ok(match map.is_empty() {
            true => Node::Text("{}".to_owned()),
            false => Node::Map(map),
        })
    }
}

fn scalar(text: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "_-./{}".contains(c);
    let safe =
        text.chars().all(plain) && text.starts_with(|c: char| c.is_alphabetic() || c == '/') && !is_other_type(text);
    if safe { text.to_owned() } else { quoted(text) }
}

/// Within brackets, braces would be maps.
fn flow_scalar(text: &str) -> String {
    if text.contains(['{', '}']) {
        return quoted(text);
    }
    // A colon in a word (`task:task:write`) separates nothing.
    if !text.is_empty() && text.split(':').all(|part| scalar(part) == part) {
        return text.to_owned();
    }
    scalar(text)
}

fn quoted(text: &str) -> String {
    Value::String(text.to_owned()).to_string()
}

/// Words that YAML readers take for something else.
fn is_other_type(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    ["true", "false", "null", "yes", "no", "on", "off", "y", "n"].contains(&lower.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn maps_and_lists_are_blocks() {
        let node = Node::json_text(r#"{"d": {}, "a": [{"c": 1, "b": "x y"}]}"#);
        assert_eq!(node.map(|node| node.write()).as_deref(), Some("d: {}\na:\n  - c: 1\n    b: \"x y\"\n"));
    }

    #[test]
    fn gaps_are_comments() {
        let node = Node::Map(vec![("summary".to_owned(), Node::gap("say it"))]);
        assert_eq!(node.write(), "summary: # TODO(you): say it\n");
    }

    #[test]
    fn words_that_look_like_other_types_are_quoted() {
        assert_eq!(scalar("no"), "\"no\"");
        assert_eq!(scalar("123"), "\"123\"");
        assert_eq!(scalar("open_id"), "open_id");
    }
}
