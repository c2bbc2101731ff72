//! Whether running text states a fact.

use crate::facts::{Fact, Item};

/// A fact that running text may state.
#[derive(Debug, Clone, PartialEq)]
pub enum Claim {
    /// A number of characters.
    Characters(f64),
    /// A number: of elements, or a bound of a value.
    Number(f64),
    /// It must not be empty.
    NotEmpty,
    /// All of these values.
    Values(Vec<String>),
    /// A default.
    Default(String),
    /// A word as it stands: a pattern, an example.
    Word(String),
    /// It must be sent.
    Required,
    /// It is outdated.
    Deprecated,
}

/// Whether `text` states `claim`.
///
/// A number counts as stated only as a whole number, and as a number of characters only right
/// before 字符, 字 or 字节, as another limit only near a word such as 最多; a value only as a whole
/// word.
pub fn states(text: &str, claim: &Claim) -> bool {
    match claim {
        Claim::Characters(number) => numbers(text, *number).any(|(_, after)| counts_characters(after)),
        Claim::Number(number) => numbers(text, *number).any(|(before, after)| limits(before, after)),
        Claim::NotEmpty => {
            forbids_empty(text)
                || ["至少1", "至少 1", "至少一", "最少1", "1个或多个"].iter().any(|word| text.contains(word))
        }
        Claim::Values(values) => !values.is_empty() && values.iter().all(|v| has_word(text, v)),
        Claim::Default(value) => {
            text.split(['。', '\n', '；']).any(|sentence| sentence.contains("默认") && has_word(sentence, value))
        }
        Claim::Word(word) => has_word(text, word),
        Claim::Required => ["必填", "必须", "必传", "不能为空", "required"].iter().any(|word| text.contains(word)),
        Claim::Deprecated => ["废弃", "弃用", "不推荐", "deprecated"].iter().any(|word| text.contains(word)),
    }
}

/// `不能为空`, `不可将标题设为空`; `不能同时为空` concerns two fields.
pub(crate) fn forbids_empty(text: &str) -> bool {
    ["不能", "不允许", "不可", "不得"].iter().any(|not| {
        text.match_indices(not).any(|(at, _)| {
            let near = text[at..].chars().take_while(|c| !"，。；、".contains(*c));
            let near: String = near.take(14).collect();
            near.contains("为空") && !near.contains("同时")
        })
    })
}

/// Whether the page's running text, of the item or of the page's head, states what the spec says
/// about `fact`. `false` also where the spec says nothing.
pub fn prose_states(page: &Item, head: &str, fact: Fact, spec: &Item) -> bool {
    let claims = claims(fact, spec);
    let text = item_prose(page);
    !claims.is_empty() && claims.iter().all(|claim| states(&text, claim) || states(head, claim))
}

/// Limits that an item's running text seems to state and its lists do not: `最大3000个utf8字符`.
///
/// A guess for people who transcribe a page, no fact.
pub fn hints(item: &Item) -> Vec<String> {
    limits_in_text(item).into_iter().map(|(_, words)| words).collect()
}

/// The same with the numbers.
pub(crate) fn limits_in_text(item: &Item) -> Vec<(f64, String)> {
    let listed = [&item.min, &item.max, &item.min_length, &item.max_length, &item.min_items, &item.max_items];
    let listed: Vec<f64> = listed.into_iter().flatten().map(|bound| bound.value).collect();
    let text = item.prose.as_str();
    let mut hints = Vec::new();
    let mut rest = 0;
    while let Some(start) = text[rest..].find(|c: char| c.is_ascii_digit()) {
        let start = rest + start;
        let length = text[start..].bytes().take_while(u8::is_ascii_digit).count();
        rest = start + length;
        let number: f64 = text[start..rest].parse().unwrap_or(f64::NAN);
        let before = last_chars(&text[..start], 6);
        if before.ends_with(|c: char| c.is_ascii_alphanumeric()) {
            // `utf8` is no number.
            continue;
        }
        let limit = limits(&text[..start], &text[rest..]);
        if (limit || counts_characters(&text[rest..])) && !listed.contains(&number) {
            let after: String = text[rest..].chars().take(8).collect();
            hints.push((number, format!("{before}{}{after}", &text[start..rest]).replace('\n', " ")));
        }
    }
    hints
}

fn last_chars(text: &str, count: usize) -> String {
    let mut last: Vec<char> = text.chars().rev().take(count).collect();
    last.reverse();
    last.into_iter().collect()
}

/// The item's own text, with what is said about its values.
fn item_prose(item: &Item) -> String {
    let mut text = item.prose.clone();
    for value in &item.enum_values {
        text.push('\n');
        text.push_str(&value.description);
    }
    text
}

fn claims(fact: Fact, spec: &Item) -> Vec<Claim> {
    let bound = |value: &Option<crate::Stated<f64>>| value.as_ref().map(|bound| bound.value);
    let bounds = |value, length, items| {
        let numbers = [bound(value), bound(items)].into_iter().flatten();
        let mut claims: Vec<Claim> = numbers.map(Claim::Number).collect();
        claims.extend(bound(length).map(Claim::Characters));
        claims
    };
    let at_least_one = |length: &Option<crate::Stated<f64>>| bound(length) == Some(1.0);
    let word = |text: &str| text.trim_matches('"').to_owned();
    match fact {
        Fact::Min if at_least_one(&spec.min_length) || at_least_one(&spec.min_items) => {
            vec![Claim::NotEmpty]
        }
        Fact::Min => bounds(&spec.min, &spec.min_length, &spec.min_items),
        Fact::Max => bounds(&spec.max, &spec.max_length, &spec.max_items),
        Fact::Enum => vec![Claim::Values(spec.enum_values.iter().map(|value| value.value.clone()).collect())],
        Fact::Default => one(&spec.default, |text| Claim::Default(word(text))),
        Fact::Example => one(&spec.example, |text| Claim::Word(word(text))),
        Fact::Pattern => one(&spec.pattern, |text| Claim::Word(text.to_owned())),
        Fact::Required => vec![Claim::Required],
        Fact::Deprecated => vec![Claim::Deprecated],
        _ => Vec::new(),
    }
}

fn one(stated: &Option<crate::Stated<String>>, claim: impl Fn(&str) -> Claim) -> Vec<Claim> {
    stated.iter().map(|stated| claim(&stated.value)).collect()
}

/// What stands before and behind each place where the number stands as a whole number.
fn numbers(text: &str, number: f64) -> impl Iterator<Item = (&str, &str)> {
    let plain = number.to_string();
    let grouped = grouped(&plain);
    let mut found = Vec::new();
    for spelled in [plain, grouped] {
        for (at, _) in text.match_indices(spelled.as_str()) {
            let before = &text[..at];
            let after = &text[at + spelled.len()..];
            let digit = |c: char| c.is_ascii_digit() || c == '.';
            let goes_on = after.starts_with(|c: char| c.is_ascii_digit())
                || (after.starts_with('.') && after[1..].starts_with(|c: char| c.is_ascii_digit()));
            if !before.ends_with(digit) && !goes_on {
                found.push((before, after));
            }
        }
    }
    found.into_iter()
}

/// `10000` as `10,000`.
fn grouped(plain: &str) -> String {
    if plain.len() < 4 || !plain.bytes().all(|b| b.is_ascii_digit()) {
        return plain.to_owned();
    }
    let mut out = String::new();
    for (at, c) in plain.chars().enumerate() {
        if at > 0 && (plain.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(c);
    }
    out
}

/// A number is a limit near a word that says so.
fn limits(before: &str, after: &str) -> bool {
    let words = [
        "最多",
        "最大",
        "最长",
        "最少",
        "最小",
        "最短",
        "至少",
        "至多",
        "超过",
        "上限",
        "下限",
        "只能",
        "只支持",
        "只允许",
        "仅支持",
        "大于",
        "小于",
        "范围",
    ];
    let before = last_chars(before, 10);
    let after: String = after.chars().take(5).collect();
    // `0～54`
    let range = before.ends_with('～') || after.starts_with('～');
    range || words.iter().any(|word| before.contains(word)) || after.contains("以内") || after.contains("之内")
}

/// `个utf8字符`, ` 个字符`, `字`: the unit stands right behind the number.
fn counts_characters(after: &str) -> bool {
    let near: String = after.chars().take(10).collect();
    let unit = near.trim_start_matches(|c: char| {
        c.is_whitespace() || c == '个' || c.is_ascii_alphanumeric() || c == '-' || c == '`'
    });
    unit.starts_with('字')
}

/// A value as a whole word: an ASCII value must not be a part of a longer one.
fn has_word(text: &str, word: &str) -> bool {
    let part = |c: char| c.is_ascii_alphanumeric() || c == '_';
    !word.is_empty()
        && text.match_indices(word).any(|(at, _)| {
            let before = text[..at].chars().next_back();
            let after = text[at + word.len()..].chars().next();
            let joined = |own: Option<char>, other: Option<char>| own.is_some_and(part) && other.is_some_and(part);
            !joined(word.chars().next(), before) && !joined(word.chars().next_back(), after)
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, claim: Claim, expect: bool) {
        assert_eq!(states(text, &claim), expect, "{text}: {claim:?}");
    }

    #[test]
    fn characters_need_their_unit() {
        check("支持最大3000个utf8字符", Claim::Characters(3000.0), true);
        check("最大 100 字符", Claim::Characters(100.0), true);
        check("最多3000个成员", Claim::Characters(3000.0), false);
    }

    #[test]
    fn a_number_is_no_part_of_a_number() {
        check("最大3000个字符", Claim::Characters(300.0), false);
        check("最大13000个字符", Claim::Characters(3000.0), false);
        check("最多10.5 倍", Claim::Number(10.0), false);
        check("最多50个。", Claim::Number(50.0), true);
    }

    #[test]
    fn a_number_is_a_limit_near_a_word_that_says_so() {
        check("目前1个任务", Claim::Number(1.0), false);
        check("一个任务最多只能设置1个提醒", Claim::Number(1.0), true);
        check("50个以内", Claim::Number(50.0), true);
        check("支持0～54中的一个数字", Claim::Number(0.0), true);
        check("支持0～54中的一个数字", Claim::Number(54.0), true);
        check("支持0～54中的一个数字", Claim::Number(4.0), false);
    }

    #[test]
    fn not_empty_is_at_least_one() {
        let spec = Item { min_length: Some(crate::Stated::new(1.0, 1)), ..Item::default() };
        let page = |prose: &str| Item { prose: prose.to_owned(), ..Item::default() };
        assert!(prose_states(&page("不能为空"), "", Fact::Min, &spec));
        assert!(prose_states(&page("如要更新，不能设为空。"), "", Fact::Min, &spec));
        assert!(prose_states(&page("不可将任务标题设为空。"), "", Fact::Min, &spec));
        assert!(prose_states(&page("可以包含1个或多个订阅者"), "", Fact::Min, &spec));
        assert!(!prose_states(&page("不能重复，可以为空。"), "", Fact::Min, &spec));
        assert!(!prose_states(&page("可以为空"), "", Fact::Min, &spec));
    }

    #[test]
    fn thousands_may_be_grouped() {
        check("最多10,000个", Claim::Number(10000.0), true);
    }

    #[test]
    fn all_values_must_be_named() {
        let values = |values: &[&str]| Claim::Values(values.iter().map(|value| (*value).to_owned()).collect());
        check("可以是\"user\"或者\"app\"", values(&["user", "app"]), true);
        check("可以是user或者app", values(&["user", "chat"]), false);
        check("user_id", values(&["user"]), false);
    }

    #[test]
    fn a_default_needs_the_word() {
        check("默认为\"none\"。", Claim::Default("none".to_owned()), true);
        check("设为\"none\"。默认为空", Claim::Default("none".to_owned()), false);
    }

    #[test]
    fn the_head_of_a_page_counts() {
        let spec = Item { max_items: Some(crate::Stated::new(5.0, 1)), ..Item::default() };
        let page = Item::default();
        assert!(prose_states(&page, "最多5个。", Fact::Max, &spec));
        assert!(!prose_states(&page, "最多6个。", Fact::Max, &spec));
    }

    #[test]
    fn limits_in_the_text_are_hinted_at() {
        let mut item =
            Item { prose: "标题，支持最大3000个utf8字符。见第2章".to_owned(), ..Item::default() };
        assert_eq!(hints(&item), ["题，支持最大3000个utf8字符。"]);
        item.max_length = Some(crate::Stated::new(3000.0, 1));
        assert_eq!(hints(&item), [""; 0]);
    }

    #[test]
    fn nothing_claimed_is_nothing_stated() {
        let item = Item::default();
        assert!(!prose_states(&item, "", Fact::Max, &item));
    }
}
