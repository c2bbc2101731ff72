//! The spec against every crawl: what the check says, as far as it does not depend on the machine.

use super::{NEWEST, api, operations, outcome, pages};
use crate::docs::check::Outcome;
use crate::docs::print::words;

/// Everything that is a difference, a line each.
fn drift(outcome: &Outcome) -> Vec<String> {
    let of_pages = outcome.checked.iter().flat_map(|checked| &checked.comparison.differences);
    let decided = of_pages.filter(|found| found.group != feishu_openapi_pages::Group::Undecidable);
    let mut lines: Vec<String> = decided.map(words).collect();
    lines.extend(outcome.unstated.iter().map(|found| format!("stated nowhere: {}", words(&found.difference))));
    lines.extend(outcome.idle.iter().map(|idle| format!("idle: {} {}", idle.fact, idle.place.path)));
    lines
}

#[test]
fn every_crawl_agrees_with_the_spec() {
    let api = api();
    for (crawl, compared) in [(NEWEST, 78), ("2026-03-raw", 78), ("2026-02-markdown", 78), ("seeds", 4)] {
        let Some(pages) = pages(crawl) else { return };
        let outcome = outcome(&api, &pages);
        assert_eq!(drift(&outcome), Vec::<String>::new(), "{crawl}");
        assert_eq!(outcome.checked.len(), compared, "{crawl}");
        assert!(!outcome.drifted(), "{crawl}");
    }
}

#[test]
fn pages_of_other_services_are_no_drift() {
    let Some(pages) = pages(NEWEST) else { return };
    let outcome = outcome(&api(), &pages);
    let path = |index: &usize| pages[*index].facts.as_ref().map(|facts| facts.path.value.as_str());
    let elsewhere: Vec<_> = outcome.elsewhere.iter().filter_map(path).collect();
    assert!(elsewhere.contains(&"/open-apis/auth/v3/tenant_access_token/internal"), "{elsewhere:?}");
    assert_eq!((elsewhere.len(), outcome.unknown.len()), (11, 0));
}

#[test]
fn a_page_that_is_gone_is_drift_in_a_crawl_and_none_in_a_few_pages() {
    let Some(mut pages) = pages(NEWEST) else { return };
    pages.retain(|page| !page.name.ends_with("task-v2/task/get.md"));
    let api = api();
    let all = outcome(&api, &pages);
    let (operations, _) = operations(&api);
    let orphaned: Vec<&str> = all.orphaned.iter().map(|index| operations[*index].id.as_str()).collect();
    assert_eq!(orphaned, ["task.v2.task.get"]);
    pages.retain(|page| page.name.ends_with("task-v2/task/list.md"));
    let few = outcome(&api, &pages);
    assert_eq!((few.orphaned.len(), few.unchecked, few.drifted()), (0, 77, false));
}
