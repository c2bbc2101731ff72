//! A small YAML writer: block style, with comments for the gaps.

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

    /// JSON in block style.
    pub(crate) fn json(value: &Value) -> Node {
        match value {
            Value::Object(map) if !map.is_empty() => Node::Map(
                map.iter()
                    .map(|(key, value)| (scalar(key), Node::json(value)))
                    .collect(),
            ),
            Value::Array(items) if !items.is_empty() => {
                Node::List(items.iter().map(Node::json).collect())
            }
            Value::String(text) => Node::string(text),
            other => Node::Text(other.to_string()),
        }
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

fn scalar(text: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "_-./{}".contains(c);
    let safe = text.chars().all(plain)
        && text.starts_with(|c: char| c.is_alphabetic() || c == '/')
        && !is_other_type(text);
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
        let value = serde_json::json!({"a": [{"b": "x y", "c": 1}], "d": {}});
        assert_eq!(
            Node::json(&value).write(),
            "a:\n  - b: \"x y\"\n    c: 1\nd: {}\n"
        );
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
