//! Lists of documented values.

use crate::description::Labelled;
use crate::entries::{self, Dress, Entry};
use crate::facts::EnumValue;
use crate::inline::{Line, unescape_markdown};
use crate::problems::{Problems, shorten};

/// Takes the list items "- `value`: text" out of `lines`; the other lines stay.
///
/// Backtick, value, backtick, ASCII colon is how the markup's `<md-enum>` is written down, with
/// and without a label above it, so such an item is a value wherever it stands.
///
/// One conversion joined the lines, so items may begin within one.
pub(crate) fn take_ticked(lines: &mut Vec<Line>) -> Vec<EnumValue> {
    let mut values = Vec::new();
    lines.retain_mut(|line| {
        let text = line.text.trim();
        let start = if ticked_item(text).is_some() { Some(0) } else { next_ticked(text) };
        let Some(start) = start else { return true };
        let mut rest = text[start..].trim_start();
        while let Some((value, after)) = ticked_item(rest) {
            let end = next_ticked(after).unwrap_or(after.len());
            values.push(enum_value(value, &after[..end], line.number));
            rest = after[end..].trim_start();
        }
        line.text = text[..start].to_owned();
        start > 0
    });
    values
}

/// Whether a text lists values in backticks before full-width colons, too: then its list is no `<md-enum>`.
pub(crate) fn mixes(lines: &[Line]) -> bool {
    lines.iter().any(|line| line.text.contains("- `") && line.text.contains("`："))
}

fn enum_value(value: &str, description: &str, line: usize) -> EnumValue {
    EnumValue { value: unescape_markdown(value.trim()), description: description.trim().to_owned(), line }
}

fn ticked_item(text: &str) -> Option<(&str, &str)> {
    let inner = text.strip_prefix("- `")?;
    let (value, after) = inner.split_once('`')?;
    let after = after.strip_prefix(':')?;
    (after.is_empty() || after.starts_with(' ')).then_some((value, after))
}

/// Where the next item begins on the same line.
fn next_ticked(text: &str) -> Option<usize> {
    text.match_indices(" - `").map(|(at, _)| at).find(|at| ticked_item(&text[at + 1..]).is_some())
}

/// Takes the list items `- value：text` out of `lines`: values, or just a list in the prose.
pub(crate) fn take_plain(lines: &mut Vec<Line>) -> Vec<EnumValue> {
    let mut values = Vec::new();
    lines.retain(|line| match plain_item(line.text.trim()) {
        Some((value, description)) => {
            values.push(enum_value(value, description, line.number));
            false
        }
        None => true,
    });
    values
}

/// What a boolean means is no list of values.
fn plain_item(text: &str) -> Option<(&str, &str)> {
    let (value, description) = text.strip_prefix("- ")?.split_once('：')?;
    let word = |c: char| c.is_ascii_graphic() && !matches!(c, '`' | '*');
    let truth = matches!(value, "true" | "false");
    (!value.is_empty() && value.chars().all(word) && !truth).then_some((value, description))
}

/// What a list of values says.
#[derive(Default)]
pub(crate) struct Listed {
    pub(crate) values: Vec<EnumValue>,
    /// Running text before and after the list.
    pub(crate) prose: Vec<String>,
}

/// Reads the list under `可选值有`.
pub(crate) fn read(part: &Labelled, truths: bool, problems: &mut Problems) -> Listed {
    let mut rest = part.lines.clone();
    let mut listed = Listed { values: take_ticked(&mut rest), ..Listed::default() };
    let mut plain = Listed::default();
    let others = list(&part.lines, &mut plain);
    if plain.values.len() > listed.values.len() {
        (listed, rest) = (plain, others);
    }
    if listed.values.is_empty() {
        listed.values = bold_items(&part.lines);
        rest.retain(|line| !line.text.contains("**`"));
    }
    let missing = listed.values.is_empty() && !refers(&rest);
    let before = |line: &&Line| listed.values.first().is_some_and(|first| line.number < first.line && is_item(line));
    if let Some(line) = rest.iter().find(|line| missing || before(line)) {
        problems.push(line.number, format!("value not understood: {}", shorten(&line.text)));
    }
    if missing && rest.is_empty() {
        problems.push(part.line, "a list of values without a value");
    }
    listed.prose.extend(rest.iter().map(|line| line.text.trim().to_owned()));
    if truths && listed.values.iter().all(|value| matches!(value.value.as_str(), "true" | "false")) {
        let texts = listed.values.drain(..).map(|value| format!("{}：{}", value.value, value.description));
        listed.prose.extend(texts);
    }
    listed
}

/// The values stand elsewhere: on another page, or in the text of another field.
fn refers(lines: &[Line]) -> bool {
    let words = ["](", "参见", "参考", "详见", "见下", "取值", "查看"];
    !lines.is_empty() && lines.iter().any(|line| words.iter().any(|word| line.text.contains(word)))
}

fn is_item(line: &Line) -> bool {
    Entry::read(line.text.trim()).is_some()
}

/// One item a line or several; an indented line goes on with the text, another one ends the list. Returns what is
/// not in the list.
fn list(lines: &[Line], listed: &mut Listed) -> Vec<Line> {
    let mut rest = Vec::new();
    let mut style: Option<(bool, Dress, usize)> = None;
    for line in lines {
        let text = line.text.trim();
        let depth = line.text.len() - line.text.trim_start().len();
        let entry = Entry::read(text).filter(|entry| match style {
            Some((bullet, dress, first)) => entry.bullet == bullet && entry.dress == dress && depth <= first + 1,
            None => true,
        });
        match (entry, style) {
            (Some(_), _) => {
                for part in entries::split(text) {
                    if let Some(Entry { bullet, dress, value, text, .. }) = Entry::read(part) {
                        style.get_or_insert((bullet, dress, depth));
                        listed.values.push(enum_value(value, text, line.number));
                    }
                }
            }
            (None, Some((_, _, first))) if depth > first || ["- ", "* "].iter().any(|mark| text.starts_with(mark)) => {
                if let Some(last) = listed.values.last_mut() {
                    last.description.push(' ');
                    last.description.push_str(text);
                }
            }
            _ => rest.push(line.clone()),
        }
    }
    rest
}

/// "1. **`value`**（…）：text", anywhere in a line.
fn bold_items(lines: &[Line]) -> Vec<EnumValue> {
    let mut values = Vec::new();
    for line in lines {
        for part in line.text.split("**`").skip(1) {
            if let Some((value, text)) = part.split_once("`**") {
                values.push(enum_value(value, text, line.number));
            }
        }
    }
    values
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::description::Label;

    fn line(text: &str) -> Vec<Line> {
        vec![Line { number: 1, text: text.to_owned() }]
    }

    fn names(values: &[EnumValue]) -> Vec<&str> {
        values.iter().map(|value| value.value.as_str()).collect()
    }

    fn labelled(text: &str) -> (Vec<EnumValue>, usize) {
        let part = Labelled { label: Label::Enum, line: 1, lines: line(text) };
        let mut problems = Problems::default();
        let listed = read(&part, false, &mut problems);
        (listed.values, problems.into_vec().len())
    }

    #[test]
    fn items_on_one_line() {
        let (values, problems) = labelled("- `prev`: before - `next`: after - that");
        assert_eq!(names(&values), ["prev", "next"]);
        assert_eq!(values[1].description, "after - that");
        assert_eq!(problems, 0);
    }

    #[test]
    fn items_without_backticks() {
        let (values, problems) = labelled("- open_id：of an app");
        assert_eq!(names(&values), ["open_id"]);
        assert_eq!(problems, 0);
    }

    #[test]
    fn bold_items() {
        let (values, _) = labelled("1. **`S256`**（best）：x 2. **`plain`**：y");
        assert_eq!(names(&values), ["S256", "plain"]);
    }

    #[test]
    fn a_value_without_text() {
        assert_eq!(names(&labelled("- `a`: ").0), ["a"]);
    }

    #[test]
    fn values_that_nobody_understands_are_a_problem() {
        assert_eq!(labelled("red or green").1, 1);
        assert_eq!(labelled("").1, 1);
    }

    #[test]
    fn a_list_of_remarks_is_no_list_of_values() {
        let mut lines = line("- `a` is gone");
        assert!(take_ticked(&mut lines).is_empty());
        assert_eq!(lines.len(), 1);
    }
}
