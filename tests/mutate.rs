//! Changes specs at random: for property tests and for the fuzzer. The same seed makes the same changes.

use serde_yaml::{Mapping, Value};

/// A small generator of random numbers (SplitMix64), so that a seed means the same on every machine.
#[derive(Clone, Debug)]
pub struct Random(pub u64);

impl Random {
    /// The next number.
    pub fn number(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `end`; 0 if there is none.
    pub fn below(&mut self, end: usize) -> usize {
        if end == 0 { 0 } else { (self.number() % end as u64) as usize }
    }

    /// One of some values.
    pub fn pick<'t, T>(&mut self, list: &'t [T]) -> Option<&'t T> {
        list.get(self.below(list.len()))
    }
}

/// Words that mean something to the generator, and values at the edge of what YAML can say.
const WORDS: &[&str] = &[
    "$ref",
    "type",
    "string",
    "integer",
    "number",
    "boolean",
    "array",
    "object",
    "allOf",
    "oneOf",
    "items",
    "enum",
    "format",
    "binary",
    "unix-millis",
    "date-time",
    "properties",
    "additionalProperties",
    "required",
    "default",
    "example",
    "minLength",
    "maxLength",
    "minItems",
    "maxItems",
    "minimum",
    "maximum",
    "pattern",
    "uniqueItems",
    "x-enum-varnames",
    "x-enumDescriptions",
    "x-feishu-prose",
    "x-feishu-waivers",
    "x-feishu-paging",
    "x-feishu-update-mask",
    "x-feishu-idempotency-key",
    "x-feishu-errors",
    "x-feishu-rules",
    "clearable",
    "target",
    "fields",
    "page_token",
    "has_more",
    "operationId",
    "parameters",
    "requestBody",
    "responses",
    "200",
    "content",
    "application/json",
    "multipart/form-data",
    "in",
    "path",
    "query",
    "header",
    "name",
    "schema",
    "components",
    "schemas",
    "data",
    "self",
    "Self",
    "crate",
    "new",
    "type",
    "move",
    "r#try",
    "_",
    "Option",
    "Other",
    "任务",
    "·",
    "٣",
    "é",
    "a-b",
    "a b",
    "[0]",
    "~1",
    "<<",
    "",
    " ",
    "null",
    "~",
    "true",
    "no",
    "-1",
    "0",
    "1.5",
    "1e400",
    ".nan",
    "9223372036854775808",
    "-9223372036854775809",
    "0x1F",
    "0o17",
    "12:30:45",
    "2024-01-02",
    "!!binary aGk=",
    "!tag x",
    "&a",
    "*a",
    "#/components/schemas/Task",
    "#/components/parameters/UserIdType",
    "#",
    "../../common.yaml#/components/schemas/Envelope",
    "../../common.yaml#/components/schemas/UserIdType",
    "common.yaml#/components/schemas/Task",
    "../../../../../common.yaml#/components/schemas/Envelope",
    "{",
    "}",
    "{task_guid}",
    "/open-apis/{a}/{a}",
    "\u{feff}",
    "\r\n",
    "\t",
    "\u{0}",
    "\u{85}",
    "\u{2028}",
    "\"",
    "'",
    "|",
    ">",
    "- ",
    ": ",
    "? ",
    "---",
    "...",
    "%YAML 1.2",
    "\\",
    "*/",
    "//",
    "```",
    "]]>",
    "(?=a)",
    "(a+)+$",
];

/// Changes a text in some places: bytes, lines, words.
pub fn text(text: &str, other: &str, random: &mut Random) -> String {
    let mut letters: Vec<char> = text.chars().collect();
    for _ in 0..=random.below(4) {
        match random.below(8) {
            0 => drop(letters.splice(span(letters.len(), 1, random), [])),
            1 => drop(letters.splice(span(letters.len(), 40, random), [])),
            2 => {
                let word = random.pick(WORDS).copied().unwrap_or_default();
                let at = random.below(letters.len() + 1);
                drop(letters.splice(at..at, word.chars()));
            }
            3 => {
                let copy: Vec<char> = letters[span(letters.len(), 80, random)].to_vec();
                let at = random.below(letters.len() + 1);
                drop(letters.splice(at..at, copy));
            }
            4 => {
                let strange =
                    random.pick(&['\t', '\r', '\u{feff}', '*', '&', '!', '{', '[', '"', '\'', '#', '|', '任']);
                let at = random.below(letters.len() + 1);
                letters.splice(at..at, strange.copied()).for_each(drop);
            }
            _ => lines(&mut letters, other, random),
        }
    }
    letters.into_iter().collect()
}

fn span(length: usize, most: usize, random: &mut Random) -> std::ops::Range<usize> {
    let start = random.below(length);
    start..(start + 1 + random.below(most)).min(length)
}

/// Removes, doubles, indents or swaps lines, or takes some from elsewhere.
fn lines(letters: &mut Vec<char>, other: &str, random: &mut Random) {
    let text: String = letters.iter().collect();
    let mut lines: Vec<String> = text.split('\n').map(str::to_owned).collect();
    let at = random.below(lines.len());
    match random.below(5) {
        0 => drop(lines.remove(at)),
        1 => lines.insert(at, lines[at].clone()),
        2 => lines[at].insert_str(0, "  "),
        3 => {
            let to = random.below(lines.len());
            lines.swap(at, to);
        }
        _ => {
            let from: Vec<&str> = other.split('\n').collect();
            let taken = from[span(from.len(), 6, random)].iter().map(|line| (*line).to_owned());
            drop(lines.splice(at..at, taken));
        }
    }
    *letters = lines.join("\n").chars().collect();
}

/// Changes a spec in some nodes: removes, doubles, renames, replaces. `None` if the text is no YAML.
pub fn tree(text: &str, other: &str, random: &mut Random) -> Option<String> {
    let mut root: Value = serde_yaml::from_str(text).ok()?;
    let donor: Value = serde_yaml::from_str(other).ok()?;
    for _ in 0..=random.below(3) {
        let at = random.below(count(&root));
        let with = pick(&donor, &mut random.below(count(&donor))).cloned().unwrap_or(Value::Null);
        change(&mut root, &mut { at }, &with, random);
    }
    serde_yaml::to_string(&root).ok()
}

fn count(value: &Value) -> usize {
    1 + match value {
        Value::Sequence(list) => list.iter().map(count).sum(),
        Value::Mapping(map) => map.values().map(count).sum(),
        _ => 0,
    }
}

fn pick<'v>(value: &'v Value, left: &mut usize) -> Option<&'v Value> {
    if *left == 0 {
        return Some(value);
    }
    *left -= 1;
    match value {
        Value::Sequence(list) => list.iter().find_map(|value| pick(value, left)),
        Value::Mapping(map) => map.values().find_map(|value| pick(value, left)),
        _ => None,
    }
}

/// Goes to a node, in the order of the file, and changes it.
fn change(value: &mut Value, left: &mut usize, with: &Value, random: &mut Random) -> bool {
    if *left == 0 {
        *value = replacement(value, with, random);
        return true;
    }
    *left -= 1;
    match value {
        Value::Sequence(list) => list.iter_mut().any(|value| change(value, left, with, random)),
        Value::Mapping(map) => map.values_mut().any(|value| change(value, left, with, random)),
        _ => false,
    }
}

fn replacement(value: &Value, with: &Value, random: &mut Random) -> Value {
    let word = Value::String(random.pick(WORDS).copied().unwrap_or_default().to_owned());
    match (random.below(4), value) {
        (0, _) => with.clone(),
        (1, Value::Mapping(_) | Value::Sequence(_)) | (2 | 3, Value::Mapping(_)) => inside(value, with, word, random),
        (1, _) => word,
        (2, _) => Value::Number((random.number() as i64 >> random.below(64)).into()),
        _ => random
            .pick(&[Value::Null, Value::Bool(true), Value::Number(1.5.into()), "1".into()])
            .cloned()
            .unwrap_or_default(),
    }
}

/// Removes, renames or adds an entry of a map or list.
fn inside(value: &Value, with: &Value, word: Value, random: &mut Random) -> Value {
    match value {
        Value::Mapping(map) => {
            let mut entries: Vec<(Value, Value)> = map.clone().into_iter().collect();
            let at = random.below(entries.len());
            match random.below(4) {
                0 if !entries.is_empty() => drop(entries.remove(at)),
                1 if !entries.is_empty() => entries[at].0 = word,
                2 if !entries.is_empty() => {
                    let to = random.below(entries.len());
                    entries.swap(at, to);
                }
                _ => entries.insert(at, (word, with.clone())),
            }
            Value::Mapping(entries.into_iter().collect::<Mapping>())
        }
        Value::Sequence(list) => {
            let mut list = list.clone();
            let at = random.below(list.len());
            match random.below(3) {
                0 if !list.is_empty() => drop(list.remove(at)),
                1 if !list.is_empty() => list.insert(at, list[at].clone()),
                _ => list.insert(at, with.clone()),
            }
            Value::Sequence(list)
        }
        other => other.clone(),
    }
}
