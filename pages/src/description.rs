//! The description of a field: running text, and labelled lists within it.

use crate::inline::{Cell, Line};
use crate::problems::{Problems, shorten};

/// A label in a description.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Label {
    Prose,
    Example,
    Default,
    Enum,
    Rules,
    Length,
    Fixed,
    FieldScopes,
    ValueFormat,
}

/// A label and the lines behind it.
#[derive(Debug)]
pub(crate) struct Labelled {
    pub(crate) label: Label,
    pub(crate) line: usize,
    pub(crate) lines: Vec<Line>,
}

impl Labelled {
    /// The lines, trimmed, joined.
    pub(crate) fn text(&self) -> String {
        let lines: Vec<&str> = self.lines.iter().map(|line| line.text.trim()).collect();
        lines.join("\n").trim().to_owned()
    }
}

/// Splits a description at its labels; the first part is prose.
pub(crate) fn split(cell: &Cell, problems: &mut Problems) -> Vec<Labelled> {
    let mut parts = vec![Labelled {
        label: Label::Prose,
        line: cell.lines.first().map_or(0, |line| line.number),
        lines: Vec::new(),
    }];
    for line in &cell.lines {
        let mut rest = line.text.as_str();
        while let Some(found) = next_label(rest, line.number, problems) {
            push(&mut parts, line.number, &rest[..found.start]);
            parts.push(Labelled { label: found.label, line: line.number, lines: Vec::new() });
            rest = &rest[found.end..];
        }
        push(&mut parts, line.number, rest);
    }
    parts
}

fn push(parts: &mut [Labelled], number: usize, text: &str) {
    if let Some(part) = parts.last_mut()
        && !text.trim().is_empty()
    {
        part.lines.push(Line { number, text: text.to_owned() });
    }
}

struct Found {
    start: usize,
    end: usize,
    label: Label,
}

/// The next `**label**：` or `**label：**`; a label that nobody knows is a problem, and prose.
fn next_label(text: &str, line: usize, problems: &mut Problems) -> Option<Found> {
    let mut from = 0;
    loop {
        let start = from + text[from..].find("**")?;
        let inner_start = start + 2;
        let inner_end = inner_start + text[inner_start..].find("**")?;
        let inner = text[inner_start..inner_end].trim();
        let after = &text[inner_end + 2..];
        let name = inner.trim_end_matches([':', '：', ' ']);
        let colon = after.trim_start().chars().next();
        let colon = colon.filter(|c| matches!(c, ':' | '：'));
        from = inner_end + 2;
        if (name.len() == inner.len() && colon.is_none()) || name.contains('\n') {
            // Bold prose: go on behind its end.
            continue;
        }
        let end = match colon.filter(|_| name.len() == inner.len()) {
            Some(colon) => text.len() - after.trim_start().len() + colon.len_utf8(),
            None => from,
        };
        let Some(label) = label_of(name) else {
            if !name.starts_with('`') {
                problems.push(line, format!("label not understood: {}", shorten(name)));
            }
            continue;
        };
        return Some(Found { start, end, label });
    }
}

fn label_of(name: &str) -> Option<Label> {
    Some(match name {
        "示例值" | "示例" => Label::Example,
        "默认值" => Label::Default,
        "可选值有" | "可选值" => Label::Enum,
        "数据校验规则" => Label::Rules,
        "长度限制" => Label::Length,
        "固定值" => Label::Fixed,
        "值格式" => Label::ValueFormat,
        "注意" | "注意事项" | "特别注意" | "说明" | "格式要求" | "字符集" | "可用字符集" | "长度" | "" | "Tip"
        | "Info" | "Warning" | "Note" => Label::Prose,
        _ if name.contains("字段权限要求") => Label::FieldScopes,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inline::cell_of_markdown;

    fn check(text: &str, expect: &[(Label, &str)]) {
        let parts = split(&cell_of_markdown(text, 1), &mut Problems::default());
        let parts: Vec<(Label, String)> = parts.iter().map(|part| (part.label, part.text())).collect();
        let parts: Vec<(Label, &str)> = parts.iter().map(|(label, text)| (*label, text.as_str())).collect();
        assert_eq!(parts, expect);
    }

    #[test]
    fn a_colon_may_stand_inside_or_outside() {
        check("text<br>**示例值**：\"a\"", &[(Label::Prose, "text"), (Label::Example, "\"a\"")]);
        check("text **示例值：** \"a\"", &[(Label::Prose, "text"), (Label::Example, "\"a\"")]);
    }

    #[test]
    fn bold_words_are_no_labels() {
        check("go to **here** now", &[(Label::Prose, "go to **here** now")]);
    }

    #[test]
    fn a_label_right_behind_a_label() {
        check("**注意事项**：**示例值**：true", &[(Label::Prose, ""), (Label::Prose, ""), (Label::Example, "true")]);
    }

    #[test]
    fn an_unknown_label_is_a_problem() {
        let mut problems = Problems::default();
        split(&cell_of_markdown("**颜色**：red", 4), &mut problems);
        assert_eq!(problems.into_vec()[0].line, 4);
    }
}
