//! Lists of documented values.

use crate::description::Labelled;
use crate::facts::EnumValue;
use crate::inline::{Line, unescape_markdown};
use crate::problems::{Problems, shorten};

/// Takes the list items "- `value`: text" out of `lines`; the other lines stay.
///
/// Backtick, value, backtick, ASCII colon is how the markup's `<md-enum>` is written down, with
/// and without a label above it, so such an item is a value wherever it stands.
pub(crate) fn take_ticked(lines: &mut Vec<Line>) -> Vec<EnumValue> {
    let mut values = Vec::new();
    lines.retain(|line| {
        let text = line.text.trim();
        if ticked_item(text).is_none() {
            return true;
        }
        let mut rest = text;
        while let Some((value, after)) = ticked_item(rest) {
            let end = next_ticked(after).unwrap_or(after.len());
            values.push(enum_value(value, &after[..end], line.number));
            rest = after[end..].trim_start();
        }
        false
    });
    values
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

/// Reads the list under `可选值有`.
pub(crate) fn read(part: &Labelled, problems: &mut Problems) -> Vec<EnumValue> {
    let mut lines = part.lines.clone();
    let mut values = take_ticked(&mut lines);
    if values.is_empty() {
        values = plain_list(&lines);
    }
    if values.is_empty() {
        values = bold_items(&lines);
    }
    let last = values.last().map_or(0, |value| value.line);
    let before = |line: &&Line| values.is_empty() || line.number < values[0].line;
    if let Some(line) = lines.iter().find(before)
        && last != line.number
    {
        let what = format!("value not understood: {}", shorten(&line.text));
        problems.push(line.number, what);
    }
    if values.is_empty() && lines.is_empty() {
        problems.push(part.line, "a list of values without a value");
    }
    values
}

/// `- value：text`, one a line; other lines go on with the text.
fn plain_list(lines: &[Line]) -> Vec<EnumValue> {
    let mut values: Vec<EnumValue> = Vec::new();
    for line in lines {
        match (plain_item(line.text.trim()), values.last_mut()) {
            (Some((value, text)), _) => values.push(enum_value(value, text, line.number)),
            (None, Some(last)) => {
                last.description.push(' ');
                last.description.push_str(line.text.trim());
            }
            (None, None) => {}
        }
    }
    values
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
        let values = read(&part, &mut problems);
        (values, problems.into_vec().len())
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
