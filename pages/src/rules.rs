//! Validation rules: `- 长度范围：`1` ～ `50` 字符`, and the prose form `最短 43 字符，最长 128 字符`.

use crate::description::Labelled;
use crate::facts::{Item, Stated};
use crate::problems::{Problems, shorten};
use crate::types::Ty;

#[derive(Clone, Copy)]
enum Rule {
    Length(Ends),
    Value(Ends),
    Pattern,
}

#[derive(Clone, Copy)]
enum Ends {
    Both,
    Low,
    High,
}

const RULES: [(&str, Rule); 11] = [
    ("长度范围", Rule::Length(Ends::Both)),
    ("最小长度", Rule::Length(Ends::Low)),
    ("最大长度", Rule::Length(Ends::High)),
    ("最短", Rule::Length(Ends::Low)),
    ("最长", Rule::Length(Ends::High)),
    ("取值范围", Rule::Value(Ends::Both)),
    ("最小值", Rule::Value(Ends::Low)),
    ("最大值", Rule::Value(Ends::High)),
    ("正则校验", Rule::Pattern),
    ("正则表达式", Rule::Pattern),
    ("正则", Rule::Pattern),
];

/// Reads all rules of a list into `item`.
pub(crate) fn read(part: &Labelled, item: &mut Item, problems: &mut Problems) {
    if part.lines.is_empty() {
        problems.push(part.line, "a list of rules without a rule");
    }
    for line in &part.lines {
        let mut rest = line.text.as_str();
        loop {
            rest = rest.trim_start_matches(|c: char| c.is_whitespace() || "-,，;；、".contains(c));
            if rest.is_empty() {
                break;
            }
            let Some(after) = rule(rest, item, line.number) else {
                problems.push(line.number, format!("rule not understood: {}", shorten(rest)));
                break;
            };
            rest = after;
        }
    }
}

/// Reads one rule and returns what follows.
fn rule<'a>(text: &'a str, item: &mut Item, line: usize) -> Option<&'a str> {
    let (name, rule) = RULES.iter().find(|(name, _)| text.starts_with(name))?;
    let rest = text[name.len()..].trim_start_matches([':', '：', ' ']);
    match rule {
        Rule::Pattern => {
            let (pattern, rest) = pattern(rest)?;
            item.pattern = Some(Stated::new(pattern, line));
            Some(rest)
        }
        Rule::Length(ends) => {
            let (low, high, rest) = bounds(rest, *ends)?;
            let trimmed = rest.trim_start();
            let after = trimmed.strip_prefix("字符");
            let characters = after.is_some() || !matches!(item.ty, Ty::List(_));
            let (min, max) = if characters {
                (&mut item.min_length, &mut item.max_length)
            } else {
                (&mut item.min_items, &mut item.max_items)
            };
            set(min, low, line);
            set(max, high, line);
            Some(after.unwrap_or(rest))
        }
        Rule::Value(ends) => {
            let (low, high, rest) = bounds(rest, *ends)?;
            set(&mut item.min, low, line);
            set(&mut item.max, high, line);
            Some(rest)
        }
    }
}

fn set(place: &mut Option<Stated<f64>>, value: Option<f64>, line: usize) {
    if let Some(value) = value {
        *place = Some(Stated::new(value, line));
    }
}

type Bounds<'a> = (Option<f64>, Option<f64>, &'a str);

fn bounds(text: &str, ends: Ends) -> Option<Bounds<'_>> {
    let (first, rest) = number(text)?;
    Some(match ends {
        Ends::Low => (Some(first), None, rest),
        Ends::High => (None, Some(first), rest),
        Ends::Both => {
            let rest = rest.trim_start().strip_prefix(['～', '~', '-', '—'])?;
            let (second, rest) = number(rest)?;
            (Some(first), Some(second), rest)
        }
    })
}

/// A number, perhaps in backticks.
fn number(text: &str) -> Option<(f64, &str)> {
    let text = text.trim_start();
    let ticked = text.strip_prefix('`');
    let digits = ticked.unwrap_or(text).trim_start();
    let length = digits
        .char_indices()
        .find(|(at, c)| !(c.is_ascii_digit() || *c == '.' || (*at == 0 && *c == '-')))
        .map_or(digits.len(), |(at, _)| at);
    let value = digits[..length].parse().ok()?;
    let rest = &digits[length..];
    match ticked {
        Some(_) => Some((value, rest.trim_start().strip_prefix('`')?)),
        None => Some((value, rest)),
    }
}

/// A regular expression in backticks; it may hold backticks itself, so the last one before the
/// next rule ends it.
fn pattern(text: &str) -> Option<(&str, &str)> {
    let inner = text.strip_prefix('`')?;
    let next = RULES.iter().filter_map(|(name, _)| inner.find(&format!("` - {name}"))).min();
    let end = next.or_else(|| inner.rfind('`'))?;
    Some((&inner[..end], &inner[end + 1..]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::description::Label;
    use crate::inline::Line;

    fn item(ty: Ty, text: &str) -> (Item, usize) {
        let mut item = Item { ty, ..Item::default() };
        let part = Labelled { label: Label::Rules, line: 1, lines: vec![Line { number: 1, text: text.to_owned() }] };
        let mut problems = Problems::default();
        read(&part, &mut item, &mut problems);
        (item, problems.into_vec().len())
    }

    fn value(bound: Option<Stated<f64>>) -> Option<f64> {
        bound.map(|bound| bound.value)
    }

    #[test]
    fn a_length_in_characters() {
        let (item, problems) = item(Ty::String, "- 长度范围：`0` ～ `65536` 字符");
        assert_eq!(value(item.min_length), Some(0.0));
        assert_eq!(value(item.max_length), Some(65536.0));
        assert_eq!(problems, 0);
    }

    #[test]
    fn the_length_of_a_list_counts_elements() {
        let (item, _) = item(Ty::List(Box::new(Ty::Object)), "- 最大长度：`500`");
        assert_eq!(value(item.max_items), Some(500.0));
        assert_eq!(item.max_length, None);
    }

    #[test]
    fn characters_of_a_list_belong_to_its_elements() {
        let (item, _) = item(Ty::List(Box::new(Ty::String)), "- 最大长度：`20` 字符");
        assert_eq!(value(item.max_length), Some(20.0));
    }

    #[test]
    fn a_range_of_values() {
        let (item, _) = item(Ty::Int, "- 取值范围：`1` ～ `100`");
        assert_eq!((value(item.min), value(item.max)), (Some(1.0), Some(100.0)));
    }

    #[test]
    fn two_rules_on_one_line() {
        let (item, problems) = item(Ty::String, "- 长度范围：`27` ～ `27` 字符 - 正则校验：`[a-z]{27}`");
        assert_eq!(item.pattern.map(|p| p.value).as_deref(), Some("[a-z]{27}"));
        assert_eq!(value(item.max_length), Some(27.0));
        assert_eq!(problems, 0);
    }

    #[test]
    fn rules_run_together() {
        let (item, problems) = item(Ty::List(Box::new(Ty::Object)), "最大长度: 500最小长度: 1");
        assert_eq!((value(item.min_items), value(item.max_items)), (Some(1.0), Some(500.0)));
        assert_eq!(problems, 0);
    }

    #[test]
    fn lengths_in_prose() {
        let (item, _) = item(Ty::String, " 最短 43 字符，最长 128 字符");
        assert_eq!(value(item.min_length), Some(43.0));
        assert_eq!(value(item.max_length), Some(128.0));
    }

    #[test]
    fn an_unknown_rule_is_a_problem() {
        assert_eq!(item(Ty::String, "- 必须押韵").1, 1);
    }
}
