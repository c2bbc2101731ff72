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
    /// One rule of this name.
    Rule(&'static str),
    Fixed,
    Required,
    FieldScopes,
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
            // `**true**：…` is a value in a list, `**ABC**：…` explains a word.
            if !(name.starts_with('`') || name.is_ascii()) {
                problems.push(line, format!("label not understood: {}", shorten(name)));
            }
            continue;
        };
        return Some(Found { start, end, label });
    }
}

const LABELS: [(Label, &[&str]); 12] = [
    (Label::Example, &["示例值", "示例"]),
    (Label::Default, &["默认值"]),
    (Label::Enum, &["可选值有", "可选值", "可能值有", "可能值", "枚举值有", "枚举值", "可选项有", "取值", "类型"]),
    (Label::Rules, &["数据校验规则", "数据范围", "附件校验规则"]),
    (Label::Length, &["长度限制"]),
    (Label::Rule("最小值"), &["最小值"]),
    (Label::Rule("最大值"), &["最大值"]),
    (Label::Rule("最小长度"), &["最小长度"]),
    (Label::Rule("最大长度"), &["最大长度"]),
    (Label::Fixed, &["固定值"]),
    (Label::Required, &["必填"]),
    (
        Label::Prose,
        &[
            "",
            "Tip",
            "Info",
            "Warning",
            "Note",
            "注意",
            "注意事项",
            "特别注意",
            "请注意",
            "注",
            "备注",
            "提示",
            "说明",
            "使用说明",
            "特殊说明",
            "值格式",
            "格式要求",
            "字符集",
            "可用字符集",
            "长度",
            "版本区分",
            "事件聚合策略",
            "JSON 内参数说明",
            "不同类型数据格式如下",
            "可选的筛选条件有",
            "不传该参数（默认）",
            "以下字段适用于在用户操作时",
            "以下字段适用于在部门操作时",
        ],
    ),
];

fn label_of(name: &str) -> Option<Label> {
    let known = LABELS.iter().find(|(_, names)| names.contains(&name)).map(|(label, _)| *label);
    let scopes =
        || (name.contains("字段权限要求") || name.starts_with("仅当开通以下权限")).then_some(Label::FieldScopes);
    // `**传入 `x`**：…` and `**x 可选值有**：…` speak of parts of a value.
    let part = || (name.starts_with("传入 ") || name.ends_with(" 可选值有")).then_some(Label::Prose);
    known.or_else(scopes).or_else(part)
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
