//! Validation rules: `- 长度范围：`1` ～ `50` 字符`, and the prose form `最短 43 字符，最长 128 字符`.

use crate::description::{Label, Labelled};
use crate::facts::{Item, Stated};
use crate::problems::{Problems, shorten};
use crate::types::Ty;

#[derive(Clone, Copy)]
enum Rule {
    Length(Ends),
    Value(Ends),
    Pattern,
    /// A rule in words.
    Words,
}

#[derive(Clone, Copy)]
enum Ends {
    Both,
    Low,
    High,
}

const RULES: [(&str, Rule); 17] = [
    ("长度范围", Rule::Length(Ends::Both)),
    ("最小长度", Rule::Length(Ends::Low)),
    ("最大长度", Rule::Length(Ends::High)),
    ("最短", Rule::Length(Ends::Low)),
    ("最长", Rule::Length(Ends::High)),
    ("列表长度不能大于", Rule::Length(Ends::High)),
    ("选项值的个数不可超过", Rule::Length(Ends::High)),
    ("取值范围", Rule::Value(Ends::Both)),
    ("int32 范围", Rule::Value(Ends::Both)),
    ("最小值", Rule::Value(Ends::Low)),
    ("最大值", Rule::Value(Ends::High)),
    ("正则校验", Rule::Pattern),
    ("正则表达式", Rule::Pattern),
    ("正则", Rule::Pattern),
    ("校验规则", Rule::Words),
    ("单个值", Rule::Words),
    ("附件", Rule::Words),
];

/// What stands around rules and between them.
const LAYOUT: &str = "-,，;；、。*)）";

/// Reads all rules of a list into `item`; rules in words are returned.
pub(crate) fn read(part: &Labelled, item: &mut Item, problems: &mut Problems) -> Vec<String> {
    if part.lines.is_empty() {
        problems.push(part.line, "a list of rules without a rule");
    }
    let mut words = Vec::new();
    for line in &part.lines {
        let named = match part.label {
            Label::Rule(name) => format!("{name}：{}", line.text.trim()),
            _ => line.text.clone(),
        };
        let mut rest = named.as_str();
        loop {
            rest = rest.trim_start_matches(|c: char| c.is_whitespace() || LAYOUT.contains(c));
            if rest.is_empty() {
                break;
            }
            if let Some(after) = rule(rest, item, line.number) {
                rest = after;
                continue;
            }
            let (sentence, after) = sentence(rest);
            match in_words(sentence) {
                true => words.push(sentence.to_owned()),
                false => problems.push(line.number, format!("rule not understood: {}", shorten(sentence))),
            }
            rest = after;
        }
    }
    words
}

/// Up to the next rule.
fn sentence(text: &str) -> (&str, &str) {
    match text.find(" - ") {
        Some(end) => (&text[..end], &text[end..]),
        None => (text, ""),
    }
}

/// A sentence, not a fact of an unknown form.
fn in_words(text: &str) -> bool {
    let named = |words: fn(&Rule) -> bool| RULES.iter().any(|(name, rule)| text.starts_with(name) && words(rule));
    let words = named(|rule| matches!(rule, Rule::Words));
    let bytes = text.contains("字节") || text.contains("UTF-16");
    let told = !named(|rule| !matches!(rule, Rule::Words)) && !text.contains(['：', ':']);
    words || bytes || (told && text.chars().filter(|c| !c.is_ascii()).count() > 5)
}

/// Reads one rule and returns what follows.
fn rule<'a>(text: &'a str, item: &mut Item, line: usize) -> Option<&'a str> {
    let bare = (text, &Rule::Length(Ends::Both));
    let named = RULES.iter().find_map(|(name, rule)| Some((text.strip_prefix(name)?, rule)));
    let (rest, rule) = match named {
        Some((rest, rule)) => (rest, rule),
        // `1 ～ 100 个字符`, `0 ～ 100`: a range without a name.
        None if text.starts_with(|c: char| c.is_ascii_digit() || c == '`') => bare,
        None => return None,
    };
    let rest = rest.trim_start_matches([':', '：', ' ', '为', '（', '(']);
    match rule {
        Rule::Words => None,
        Rule::Pattern => {
            let (pattern, rest) = pattern(rest)?;
            item.pattern = Some(Stated::new(pattern, line));
            Some(rest)
        }
        Rule::Length(ends) => {
            let (low, high, rest) = bounds(rest, *ends)?;
            let (unit, rest) = unit(rest)?;
            let list = matches!(item.ty, Ty::List(_));
            let (min, max) = match unit {
                None if named.is_none() => (&mut item.min, &mut item.max),
                Some(Unit::Characters) => (&mut item.min_length, &mut item.max_length),
                None if !list => (&mut item.min_length, &mut item.max_length),
                _ => (&mut item.min_items, &mut item.max_items),
            };
            set(min, low, line);
            set(max, high, line);
            Some(rest)
        }
        Rule::Value(ends) => {
            // `最大值：`1 ～ 100``
            let both = bounds(rest, Ends::Both);
            let (low, high, rest) = both.or_else(|| bounds(rest, *ends))?;
            set(&mut item.min, low, line);
            set(&mut item.max, high, line);
            let rest = rest.trim_start_matches(['）', ')']);
            Some(rest.strip_prefix("内的正整数").unwrap_or(rest))
        }
    }
}

enum Unit {
    Characters,
    Elements,
}

/// What a length counts; `None` if it is bytes, which no limit of ours does.
fn unit(text: &str) -> Option<(Option<Unit>, &str)> {
    let rest = text.trim_start();
    let counted = rest.strip_prefix('个').unwrap_or(rest).trim_start();
    if counted.starts_with("字节") || counted.contains("UTF-16") {
        return None;
    }
    if let Some(rest) = counted.strip_prefix("字符") {
        return Some((Some(Unit::Characters), rest));
    }
    Some(if counted.len() < rest.len() { (Some(Unit::Elements), counted) } else { (None, text) })
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
            // `1 字符 ～ 50 字符`
            let rest = rest.trim_start();
            let rest = rest.strip_prefix("字符").unwrap_or(rest).trim_start();
            let rest = rest.strip_prefix(['～', '~', '-', '—'])?;
            let (second, rest) = number(rest)?;
            (Some(first), Some(second), rest)
        }
    })
}

/// A number, perhaps in backticks, perhaps with commas; the backticks may stand around a whole range.
fn number(text: &str) -> Option<(f64, &str)> {
    let text = text.trim_start();
    let digits = text.strip_prefix('`').unwrap_or(text).trim_start();
    let length = digits
        .char_indices()
        .find(|(at, c)| !(c.is_ascii_digit() || matches!(c, '.' | ',') || (*at == 0 && *c == '-')))
        .map_or(digits.len(), |(at, _)| at);
    let plain = digits[..length].trim_end_matches(',');
    let value = plain.replace(',', "").parse().ok()?;
    let rest = &digits[plain.len()..];
    let closed = rest.trim_start().strip_prefix('`');
    Some((value, closed.unwrap_or(rest)))
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
