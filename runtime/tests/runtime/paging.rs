//! Lists as streams.

use feishu_openapi_runtime::testing::{Reply, ScriptedTransport};
use feishu_openapi_runtime::{Items, serde_json::json};

use crate::sample::*;
use crate::{as_user, script, scripted};

fn page(guids: &[&str], next: Option<&str>) -> Reply {
    let items: Vec<_> = guids.iter().map(|guid| json!({ "guid": guid })).collect();
    Reply::data(json!({
        "items": items,
        "has_more": next.is_some(),
        "page_token": next.unwrap_or("leftover"),
    }))
}

fn list(transport: &ScriptedTransport, request: List) -> Items<List> {
    as_user(&scripted(transport), request).stream()
}

async fn collect(mut items: Items<List>) -> Vec<String> {
    let mut guids = Vec::new();
    while let Some(task) = items.try_next().await.unwrap() {
        guids.push(task.guid);
    }
    guids
}

#[tokio::test]
async fn all_pages_are_read_by_has_more_alone() {
    let transport = script([page(&["1", "2"], Some("p2")), page(&[], Some("p3")), page(&["3"], None)]);
    let guids = collect(list(&transport, List::new().completed(false).page_size(2))).await;
    assert_eq!(guids, ["1", "2", "3"]);
    let calls = transport.calls();
    let tokens: Vec<_> = calls.iter().map(|call| call.query_value("page_token")).collect();
    assert_eq!(tokens, [None, Some("p2"), Some("p3")]);
    for call in &calls {
        assert_eq!(call.query_value("completed"), Some("false"));
        assert_eq!(call.query_value("page_size"), Some("2"));
    }
}

#[tokio::test]
async fn pages_are_fetched_only_when_asked_for() {
    let transport = script([page(&["1"], Some("p2")), page(&["2"], None)]);
    let mut items = list(&transport, List::new());
    assert!(transport.calls().is_empty());
    items.try_next().await.unwrap();
    assert_eq!(transport.calls().len(), 1);
}

#[tokio::test]
async fn a_list_begins_at_the_callers_page_token() {
    let transport = script([page(&["9"], None)]);
    assert_eq!(collect(list(&transport, List::new().page_token("p9"))).await, ["9"]);
    assert_eq!(transport.calls()[0].query_value("page_token"), Some("p9"));
}

#[tokio::test]
async fn a_failed_page_is_an_error_and_can_be_resumed() {
    let transport = script([page(&["1"], Some("p2")), Reply::code(400, 1470400, "no")]);
    let mut items = list(&transport, List::new());
    assert_eq!(items.try_next().await.unwrap().unwrap().guid, "1");
    assert_eq!(items.page_token(), None);
    assert_eq!(items.try_next().await.unwrap_err().code(), Some(1470400));
    assert_eq!(items.page_token(), Some("p2"));
    assert!(items.try_next().await.unwrap().is_none());

    let resume = List { page_token: items.page_token().map(str::to_owned), ..List::new() };
    let transport = script([page(&["2"], None)]);
    assert_eq!(collect(list(&transport, resume)).await, ["2"]);
}

#[tokio::test]
async fn a_page_token_that_restarts_or_repeats_is_an_error_after_its_page() {
    for next in ["", "p1"] {
        let transport = script([page(&["1"], Some("p1")), page(&["2"], Some(next))]);
        let mut items = list(&transport, List::new());
        assert_eq!(items.try_next().await.unwrap().unwrap().guid, "1");
        assert_eq!(items.try_next().await.unwrap().unwrap().guid, "2");
        let error = items.try_next().await.unwrap_err();
        assert!(error.is_unexpected_answer(), "{error}");
        assert!(items.try_next().await.unwrap().is_none());
    }
}

#[tokio::test]
async fn pages_can_be_read_whole() {
    let transport = script([page(&["1", "2"], Some("p2")), page(&["3"], None)]);
    let mut pages = as_user(&scripted(&transport), List::new()).pages();
    assert_eq!(pages.try_next().await.unwrap().unwrap().items.len(), 2);
    assert_eq!(pages.page_token(), Some("p2"));
    assert_eq!(pages.try_next().await.unwrap().unwrap().items.len(), 1);
    assert!(pages.try_next().await.unwrap().is_none());
}

#[tokio::test]
async fn lists_are_streams() {
    use std::pin::Pin;

    use futures_core::Stream;

    let transport = script([page(&["1"], None)]);
    let mut items = list(&transport, List::new());
    let next = std::future::poll_fn(|context| Pin::new(&mut items).poll_next(context)).await;
    assert_eq!(next.unwrap().unwrap().guid, "1");
}

#[tokio::test]
async fn a_dropped_wait_loses_nothing() {
    let transport = script([page(&["1"], Some("p2")).delay(std::time::Duration::from_millis(20)), page(&["2"], None)]);
    let mut items = list(&transport, List::new());
    let wait = std::time::Duration::from_millis(1);
    assert!(tokio::time::timeout(wait, items.try_next()).await.is_err());
    assert_eq!(collect(items).await, ["1", "2"]);
    assert_eq!(transport.calls().len(), 2);
}
