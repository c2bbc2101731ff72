//! Schemas from fields.

use serde_json::Value;

use super::yaml::Node;
use crate::compare::named_values;
use crate::facts::{Item, Stated};
use crate::types::Ty;
use crate::value::value_of_text;

/// The named schemas of a draft.
#[derive(Default)]
pub(crate) struct Components {
    named: Vec<(String, Node)>,
    /// Name of the one field whose object stays inline: the target of an update mask.
    pub(crate) inline: Option<String>,
    /// Name of the field that lists what an update changes.
    pub(crate) mask: Option<String>,
}

impl Components {
    /// Sorted by name.
    pub(crate) fn into_map(mut self) -> Vec<(String, Node)> {
        self.named.sort_by(|left, right| left.0.cmp(&right.0));
        self.named
    }

    /// Names an object; the same name with other fields gets a number.
    fn name(&mut self, type_text: &str, schema: Node) -> (String, bool) {
        let base = camel(type_text);
        for number in 1.. {
            let name = if number == 1 { base.clone() } else { format!("{base}{number}") };
            match self.named.iter().find(|(known, _)| *known == name) {
                Some((_, known)) if *known == schema => return (name, number > 1),
                Some(_) => {}
                None => {
                    self.named.push((name.clone(), schema));
                    return (name, number > 1);
                }
            }
        }
        (base, true)
    }

    /// `type: object` with the given fields; `requires` where the table says what must be sent.
    pub(crate) fn object(&mut self, items: &[Item], requires: bool) -> Vec<(String, Node)> {
        let mut entries = vec![entry("type", Node::Text("object".to_owned()))];
        let required: Vec<&str> =
            items.iter().filter(|item| item.required == Some(true)).map(|item| item.name.as_str()).collect();
        if requires && !required.is_empty() {
            entries.push(entry("required", Node::flow(required)));
        }
        let fields: Vec<(String, Node)> =
            items.iter().map(|item| (item.name.clone(), self.field(item, requires))).collect();
        if !fields.is_empty() {
            entries.push(entry("properties", Node::Map(fields)));
        }
        entries
    }

    fn field(&mut self, item: &Item, requires: bool) -> Node {
        let mut entries = Vec::new();
        // An object has a name in our dialect, even one of which the page does not say what it holds.
        let reference = matches!(item.ty, Ty::Object);
        if reference && self.inline.as_ref() == Some(&item.name) {
            self.inline = None;
            let mut entries = self.object(&item.children, requires);
            entries.insert(1, entry("description", describe(&item.prose)));
            return Node::Map(entries);
        }
        if reference {
            let target = self.reference(item, requires);
            entries.push(entry("allOf", Node::List(vec![target])));
        } else {
            entries.extend(self.typed(item, &item.ty, requires));
        }
        entries.push(entry("description", describe(&item.prose)));
        if !reference {
            entries.extend(constraints(item));
        }
        entries.extend(values(item));
        entries.extend(prose(item));
        if item.deprecated.is_some() {
            entries.push(entry("deprecated", Node::Text("true".to_owned())));
        }
        Node::Map(entries)
    }

    fn reference(&mut self, item: &Item, requires: bool) -> Node {
        let schema = Node::Map(self.component(item, requires));
        let text = item.type_text.trim_end_matches("[]");
        let generic = matches!(text, "object" | "" | "-" | "list" | "array");
        let (name, second) = self.name(if generic { &item.name } else { text }, schema);
        let target = Node::Text(format!("\"#/components/schemas/{name}\""));
        let target = if second { target.check("two shapes of one name; name them, or share one") } else { target };
        Node::Map(vec![entry("$ref", target)])
    }

    fn component(&mut self, item: &Item, requires: bool) -> Vec<(String, Node)> {
        let mut entries = self.object(&item.children, requires);
        entries.insert(1, entry("description", Node::gap("say what it is")));
        entries
    }

    fn typed(&mut self, item: &Item, ty: &Ty, requires: bool) -> Vec<(String, Node)> {
        let word = |word: &str| vec![entry("type", Node::Text(word.to_owned()))];
        match ty {
            Ty::String => {
                let mut entries = word("string");
                if looks_like_time(&item.name) {
                    entries.push(entry("format", time_format(&item.prose)));
                }
                entries.extend(enumeration(item));
                entries
            }
            Ty::Int => {
                let mut entries = word("integer");
                entries.extend(enumeration(item));
                entries
            }
            Ty::Number => word("number"),
            Ty::Boolean => word("boolean"),
            Ty::Object => word("object"),
            Ty::File => {
                let mut entries = word("string");
                entries.push(entry("format", Node::Text("binary".to_owned())));
                entries
            }
            Ty::Map => {
                let mut entries = word("object");
                entries.push(entry("additionalProperties", Node::gap("schema of the values")));
                entries
            }
            Ty::Unknown => vec![entry("type", Node::gap("the page does not say"))],
            Ty::List(element) => {
                let mut entries = word("array");
                entries.extend(bound("minItems", &item.min_items));
                entries.extend(bound("maxItems", &item.max_items));
                let element = if matches!(**element, Ty::Object) {
                    self.reference(item, requires)
                } else {
                    let mut inner = self.typed(item, element, requires);
                    if self.mask.as_ref() == Some(&item.name) && item.enum_values.is_empty() {
                        inner.push(entry("enum", Node::gap("the fields that may be named")));
                    }
                    inner.extend(lengths(item));
                    Node::Map(inner)
                };
                entries.push(entry("items", element));
                entries
            }
        }
    }

    /// The schema of a parameter, whose description and example stand beside it.
    pub(crate) fn parameter(&mut self, item: &Item) -> Node {
        let mut entries = self.typed(item, &item.ty, true);
        entries.extend(constraints(item));
        entries.extend(stated("default", &item.default, &item.ty));
        Node::Map(entries)
    }
}

/// A key and its value.
pub(crate) fn entry(key: &str, value: Node) -> (String, Node) {
    (key.to_owned(), value)
}

/// Limits and values that the page states only in its running text, perhaps.
pub(crate) fn prose(item: &Item) -> Option<(String, Node)> {
    let mut hints = crate::prose::hints(item);
    if crate::prose::forbids_empty(&item.prose) {
        hints.push("it must not be empty".to_owned());
    }
    let named = if item.enum_values.is_empty() { named_values(&item.prose) } else { Vec::new() };
    if named.len() > 1 {
        hints.push(format!("it names {}", named.join(", ")));
    }
    let gap = Node::gap(&format!("does the text state a limit, or the values? {}", hints.join("; ")));
    (!hints.is_empty()).then(|| entry("x-feishu-prose", gap))
}

/// A gap for a text of ours; the page's is shown, so that two drafts differ where it does.
pub(crate) fn describe(page: &str) -> Node {
    let page = page.split_whitespace().collect::<Vec<_>>().join(" ");
    if page.is_empty() {
        return Node::gap("say what it is");
    }
    Node::gap(&format!("in our words: {page}"))
}

fn constraints(item: &Item) -> Vec<(String, Node)> {
    let mut entries = Vec::new();
    if !matches!(item.ty, Ty::List(_)) {
        entries.extend(lengths(item));
    }
    entries.extend(bound("minimum", &item.min));
    entries.extend(bound("maximum", &item.max));
    entries
}

fn lengths(item: &Item) -> Vec<(String, Node)> {
    let mut entries: Vec<(String, Node)> = bound("minLength", &item.min_length).collect();
    entries.extend(bound("maxLength", &item.max_length));
    if let Some(pattern) = &item.pattern {
        let text = Value::String(pattern.value.clone()).to_string();
        entries.push(entry("pattern", Node::Text(text)));
    }
    entries
}

fn bound(key: &str, bound: &Option<Stated<f64>>) -> impl Iterator<Item = (String, Node)> {
    // No fewer than none says nothing.
    let zero_says_nothing = key.ends_with("Length") || key.ends_with("Items");
    let value = bound.as_ref().map(|bound| bound.value);
    let value = value.filter(|value| !(zero_says_nothing && *value == 0.0));
    value.map(|value| entry(key, Node::Text(value.to_string()))).into_iter()
}

fn enumeration(item: &Item) -> Vec<(String, Node)> {
    if item.enum_values.is_empty() {
        return Vec::new();
    }
    let numbers = matches!(&item.ty, Ty::Int) || item.ty == Ty::List(Box::new(Ty::Int));
    let values: Vec<&str> = item.enum_values.iter().map(|value| value.value.as_str()).collect();
    let list =
        if numbers { Node::Text(format!("[{}]", values.join(", "))) } else { Node::flow(values.iter().copied()) };
    let texts = item.enum_values.iter().map(|value| {
        let (value, text) = (&value.value, &value.description);
        let key = if numbers { format!("\"{value}\"") } else { value.clone() };
        (key, describe(text))
    });
    let mut entries = vec![entry("enum", list), entry("x-enumDescriptions", Node::Map(texts.collect()))];
    let mut names: Vec<String> = values.iter().map(|value| camel(value).to_lowercase()).collect();
    names.sort();
    if numbers || names.windows(2).any(|pair| pair[0] == pair[1]) {
        entries.push(entry("x-enum-varnames", Node::gap("a name for each value")));
    }
    entries
}

/// Default and example as values of the field's type.
fn values(item: &Item) -> Vec<(String, Node)> {
    let mut entries: Vec<(String, Node)> = stated("default", &item.default, &item.ty).collect();
    entries.extend(stated("example", &item.example, &item.ty));
    entries
}

pub(crate) fn stated(key: &str, stated: &Option<Stated<String>>, ty: &Ty) -> impl Iterator<Item = (String, Node)> {
    let value = stated.as_ref().and_then(|stated| value_of_text(&stated.value, ty));
    value.map(|value| entry(key, Node::json(&value))).into_iter()
}

/// What the page says of the unit; a human looks at it all the same.
fn time_format(prose: &str) -> Node {
    let format = match (prose.contains("毫秒"), prose.contains('秒')) {
        (true, _) => "unix-millis",
        (false, true) => "unix-seconds",
        _ => return Node::gap("unix-millis, unix-seconds or nothing"),
    };
    Node::string(format).check("is it a time?")
}

fn looks_like_time(name: &str) -> bool {
    name.ends_with("_at") || name.ends_with("time") || name.ends_with("timestamp")
}

/// `task_in_tasklist_info` as `TaskInTasklistInfo`.
fn camel(text: &str) -> String {
    let words = text.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let name: String = words
        .map(|word| {
            let (first, rest) = word.split_at(1);
            first.to_ascii_uppercase() + rest
        })
        .collect();
    if name.is_empty() { "Object".to_owned() } else { name }
}
