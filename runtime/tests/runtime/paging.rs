//! Lists as streams.

use feishu_openapi_runtime::serde_json::{Value, json};
use feishu_openapi_runtime::testing::{Reply, ScriptedTransport};
use feishu_openapi_runtime::{Checker, Constrained, Encoder, Items, Next, Operation, Paged, Request, object, paged};

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

/// A list that goes by counting; `$next` is what `paged!` is told.
macro_rules! counted {
    ($name:ident, $response:ident, { $($field:ident: $ty:ty),* }, { $($next:tt)* }) => {
        #[derive(Clone, Debug, Default)]
        struct $name {
            $($field: $ty),*
        }

        impl Constrained for $name {
            fn constraints(&self, _: &mut Checker<'_>) {}
        }

        impl Request for $name {
            const OPERATION: &'static Operation =
                &Operation { id: "demo.v1.thing.list", path: "/open-apis/demo/v1/things", ..Operation::DEFAULT };
            type Response = $response;

            fn encode(&self, out: &mut Encoder) {
                $(out.query(stringify!($field), &self.$field);)*
            }
        }

        #[derive(Clone, Debug, Default, PartialEq)]
        struct $response {
            items: Vec<String>,
            total: Option<i64>,
            page_token: String,
        }

        object! {
            $response {
                items: "items",
                total: "total",
                page_token: "page_token",
            }
        }

        paged! { $name => String { $($next)* } }
    };
}

counted!(WithoutMore, WithoutMoreResponse, { page_token: Option<String> }, {
    page_token, WithoutMoreResponse { items, page_token }
});
counted!(ByOffset, ByOffsetResponse, { offset: Option<i64>, limit: Option<i64> }, {
    offset: offset, ByOffsetResponse { items, total }
});
counted!(ByOffsetBlindly, ByOffsetBlindlyResponse, { offset: i64 }, {
    offset: offset, ByOffsetBlindlyResponse { items }
});
counted!(ByNumber, ByNumberResponse, { page: Option<i64>, page_size: Option<i64> }, {
    number: page from 1 by page_size, ByNumberResponse { items, total }
});
counted!(ByNumberBlindly, ByNumberBlindlyResponse, { page: i64 }, {
    number: page from 0, ByNumberBlindlyResponse { items }
});

/// Reads all pages with these items; gives the items and the parameter that says where each page begins.
async fn pages_of<R: Paged<Item = String>>(
    request: R,
    parameter: &str,
    pages: &[(&[&str], Value)],
) -> (Vec<String>, Vec<Option<String>>) {
    let replies = pages.iter().map(|(items, rest)| {
        let mut data = rest.clone();
        data["items"] = json!(items);
        Reply::data(data)
    });
    let transport = script(replies);
    let mut items = as_user(&scripted(&transport), request).stream();
    let mut found = Vec::new();
    while let Some(item) = items.try_next().await.unwrap() {
        found.push(item);
    }
    let positions = transport.calls().iter().map(|call| call.query_value(parameter).map(str::to_owned)).collect();
    (found, positions)
}

fn texts(texts: &[&str]) -> Vec<Option<String>> {
    texts.iter().map(|text| (!text.is_empty()).then(|| (*text).to_owned())).collect()
}

#[tokio::test]
async fn without_has_more_the_last_page_has_no_token() {
    let pages: [(&[&str], _); 2] = [(&["a"], json!({ "page_token": "p2" })), (&["b"], json!({ "page_token": "" }))];
    let (items, positions) = pages_of(WithoutMore::default(), "page_token", &pages).await;
    assert_eq!(items, ["a", "b"]);
    assert_eq!(positions, texts(&["", "p2"]));
}

#[tokio::test]
async fn an_offset_counts_items_up_to_the_total() {
    let total = json!({ "total": 3 });
    let pages: [(&[&str], _); 2] = [(&["a", "b"], total.clone()), (&["c"], total.clone())];
    let (items, positions) = pages_of(ByOffset::default(), "offset", &pages).await;
    assert_eq!(items, ["a", "b", "c"]);
    assert_eq!(positions, texts(&["", "2"]));
    // It may begin anywhere, and the total may be wrong.
    let pages: [(&[&str], _); 2] = [(&["b"], json!({ "total": 9 })), (&[], json!({ "total": 9 }))];
    let (items, positions) = pages_of(ByOffset { offset: Some(1), limit: None }, "offset", &pages).await;
    assert_eq!(items, ["b"]);
    assert_eq!(positions, texts(&["1", "2"]));
}

#[tokio::test]
async fn without_a_total_a_page_without_items_is_the_end() {
    let pages: [(&[&str], _); 2] = [(&["a"], json!({})), (&[], json!({}))];
    let (items, positions) = pages_of(ByOffsetBlindly { offset: 0 }, "offset", &pages).await;
    assert_eq!((items.len(), positions), (1, texts(&["0", "1"])));
    let (items, positions) = pages_of(ByNumberBlindly { page: 0 }, "page", &pages).await;
    assert_eq!((items.len(), positions), (1, texts(&["0", "1"])));
}

#[tokio::test]
async fn numbers_of_pages_end_with_the_total() {
    let total = json!({ "total": 3 });
    let pages: [(&[&str], _); 2] = [(&["a", "b"], total.clone()), (&["c"], total.clone())];
    let request = ByNumber { page: None, page_size: Some(2) };
    let (items, positions) = pages_of(request, "page", &pages).await;
    assert_eq!(items, ["a", "b", "c"]);
    assert_eq!(positions, texts(&["", "2"]));
    // Begun at the last page, and without a size.
    let pages: [(&[&str], _); 1] = [(&["b"], json!({ "total": 2 }))];
    let (items, positions) = pages_of(ByNumber { page: Some(2), page_size: None }, "page", &pages).await;
    assert_eq!((items.len(), positions), (1, texts(&["2"])));
}

#[test]
fn numbers_at_the_end_of_their_range_end_the_list() {
    assert_eq!(Next::by_count(i64::MAX, 1, i64::MAX, 1, None), Next::End);
}
