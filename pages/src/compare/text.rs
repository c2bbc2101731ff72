//! Facts that the running text seems to state and the spec does not have.
//!
//! Tables are facts, running text is a guess; so only what reads like a limit or a value of a known
//! list counts. A guess that is wrong is answered with a waiver.

use super::Report;
use crate::facts::{Fact, Item};
use crate::prose::{forbids_empty, limits_in_text};
use crate::types::Ty;

/// Values that the running text of `page` names beside those of `spec`, which come from there.
pub(crate) fn values(place: &str, page: &Item, spec: &Item, report: &mut Report) {
    if page.enum_values.is_empty() && spec.prose_facts.contains(&Fact::Enum) {
        let known = |word: &String| spec.enum_values.iter().any(|value| value.value == *word);
        let more: Vec<String> = named_values(&page.prose).into_iter().filter(|word| !known(word)).collect();
        if !more.is_empty() {
            let values: Vec<&str> = spec.enum_values.iter().map(|value| value.value.as_str()).collect();
            let spec_said = Some((values.join(", "), spec.enum_values.first().map_or(spec.line, |value| value.line)));
            report.differ(place, Fact::Enum, Some((more.join(", "), page.line)), spec_said).note =
                Some("in the running text".to_owned());
        }
    }
}

/// Limits that the running text of a request states and `spec` does not.
pub(crate) fn limits(place: &str, page: &Item, spec: &Item, report: &mut Report) {
    if not_empty(page, spec) {
        let said = Some(("not empty".to_owned(), page.line));
        report.differ(place, Fact::Min, said, None).note = Some("in the running text".to_owned());
    }
    let bounds = [&spec.min, &spec.max, &spec.min_length, &spec.max_length, &spec.min_items, &spec.max_items];
    // The other side may be a page as well.
    let text = limits_in_text(spec).into_iter().map(|(number, _)| number);
    let known: Vec<f64> = bounds.into_iter().flatten().map(|bound| bound.value).chain(text).collect();
    for (number, words) in limits_in_text(page) {
        if !known.contains(&number) {
            let least = ["最少", "最小", "最短", "至少", "大于", "下限"].iter().any(|word| words.contains(word));
            let fact = if least { Fact::Min } else { Fact::Max };
            report.differ(place, fact, Some((words, page.line)), None).note = Some("in the running text".to_owned());
        }
    }
}

/// The text says that the value must not be empty, and the spec does not.
fn not_empty(page: &Item, spec: &Item) -> bool {
    let counted = matches!(page.ty, Ty::String | Ty::List(_));
    let bounds = [&spec.min_length, &spec.min_items].into_iter().flatten();
    let demanded = bounds.into_iter().any(|bound| bound.value >= 1.0);
    counted && !demanded && forbids_empty(&page.prose) && !forbids_empty(&spec.prose)
}

/// `"tasklist"`, `- user:`, `* app`, `（1：…，2：…）`: how running text names values.
pub(crate) fn named_values(text: &str) -> Vec<String> {
    // `不可以是"chat"` names what is no value.
    let affirmed = text.split('。').filter(|sentence| !sentence.contains('不'));
    let quoted = affirmed.flat_map(|sentence| sentence.split('"').skip(1).step_by(2)).map(str::to_owned);
    let listed = text.split([' ', '\n']).zip(text.split([' ', '\n']).skip(1));
    let listed = listed.filter(|(mark, _)| matches!(*mark, "-" | "*")).map(|(_, word)| {
        word.trim_matches('`').split([':', '：']).next().unwrap_or_default().trim_matches('`').to_owned()
    });
    let numbered = text.split(['（', '，', '(', ',']).filter_map(|part| part.split_once(['：', ':']));
    let numbered = numbered.map(|(number, _)| number.trim()).filter(|number| number.parse::<u32>().is_ok());
    let word =
        |word: &String| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    let mut values: Vec<String> = quoted.chain(listed).chain(numbered.map(str::to_owned)).filter(word).collect();
    values.dedup();
    values
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_quoted_or_listed() {
        assert_eq!(named_values("支持\"tasklist\"（清单）或者\"my_tasks\""), ["tasklist", "my_tasks"]);
        assert_eq!(named_values("支持： - 100: 加入 - 101: 移除"), ["100", "101"]);
        assert_eq!(named_values("类型（1：加入，2：移除）"), ["1", "2"]);
        assert_eq!(named_values("时间（格式：12:30）"), [""; 0]);
        assert_eq!(named_values("可选值 * user * app"), ["user", "app"]);
        assert_eq!(named_values("可以是\"user\"。不可以是\"chat\"。"), ["user"]);
        assert_eq!(named_values("没有"), [""; 0]);
    }

    #[test]
    fn a_limit_in_the_text_is_missed() {
        let page = Item { prose: "最大50个字符".to_owned(), ..Item::new("a", Ty::String, 3) };
        let mut report = Report::default();
        limits("request.a", &page, &Item::new("a", Ty::String, 1), &mut report);
        let found: Vec<(Fact, usize)> = report.differences.iter().map(|found| (found.fact, found.page_line)).collect();
        assert_eq!(found, [(Fact::Max, 3)]);
        let mut spec = Item::new("a", Ty::String, 1);
        spec.max_length = Some(crate::Stated::new(50.0, 1));
        let mut report = Report::default();
        limits("request.a", &page, &spec, &mut report);
        assert_eq!(report.differences, []);
    }
}
