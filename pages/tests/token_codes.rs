//! The codes of the token endpoint, which stand in the runtime by hand, against its pages.

#[allow(dead_code)]
mod support;

use std::collections::BTreeSet;
use std::path::Path;

use feishu_openapi_runtime::Operation;
use feishu_openapi_runtime::session::operations;

/// HTTP status, code, and whether the page says to try again.
type Codes = BTreeSet<(u16, i64, bool)>;

fn check(crawl: &Path, page: &str, operation: &Operation) {
    let path = crawl.join("authentication-management/access-token").join(page);
    let text = std::fs::read_to_string(&path).expect("the page is readable");
    let facts = feishu_openapi_pages::read(page, &text).facts.expect("the page describes an operation");
    assert_eq!((facts.method.value.as_str(), facts.path.value.as_str()), ("POST", operation.path));
    let documented: Codes =
        facts.errors.iter().map(|row| (row.status, row.code, row.meaning.contains("retry your request"))).collect();
    let ours: Codes = operation.errors.iter().map(|error| (error.status, error.code, error.retry)).collect();
    assert_eq!(ours, documented, "{}", path.display());
    assert!(documented.len() > 15);
    assert!(operation.page.ends_with(page.trim_end_matches(".md")));
}

#[test]
fn the_tables_of_codes_are_those_of_the_pages() {
    let Some(docs) = support::docs() else { return };
    let [exchange, refresh] = operations();
    for crawl in ["2026-03-raw", "2026-05-markdown"] {
        check(&docs.join(crawl), "get-user-access-token.md", &exchange);
        check(&docs.join(crawl), "refresh-user-access-token.md", &refresh);
    }
}

#[test]
fn the_tables_have_each_code_once() {
    for operation in operations() {
        let codes: BTreeSet<i64> = operation.errors.iter().map(|error| error.code).collect();
        assert_eq!(codes.len(), operation.errors.len());
    }
}
