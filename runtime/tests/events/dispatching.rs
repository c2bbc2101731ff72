//! What handlers see, and what Feishu is answered.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use feishu_openapi_runtime::event::{AppTicket, BoxError, Delivery, Dispatcher, Outcome, TicketKeeper};
use feishu_openapi_runtime::testing::ScriptedTransport;
use feishu_openapi_runtime::transport::BoxFuture;
use feishu_openapi_runtime::{ClientBuilder, Core, Event, Tenant, object};
use http::{HeaderMap, Request, Response};
use serde_json::Value;

use super::{TOKEN, UPDATED, encrypted, plain, sealed};

#[derive(Clone, Debug, Default, PartialEq)]
struct Updated {
    task_id: String,
    obj_type: Option<i64>,
}

object! {
    Updated {
        task_id: "task_id",
        obj_type: "obj_type",
    }
}

impl Event for Updated {
    const TYPE: &'static str = "task.task.updated_v1";
}

/// Counts the calls of a handler.
#[derive(Clone, Default)]
struct Count(Arc<AtomicU32>);

impl Count {
    fn one(&self) -> u32 {
        self.0.fetch_add(1, Ordering::Relaxed) + 1
    }

    fn get(&self) -> u32 {
        self.0.load(Ordering::Relaxed)
    }
}

async fn post(dispatcher: &Dispatcher, body: &str) -> Response<Bytes> {
    dispatcher.handle(Request::post("/events").body(body.to_owned()).unwrap()).await
}

async fn dispatch(dispatcher: &Dispatcher, body: &str) -> Outcome {
    dispatcher.dispatch(&HeaderMap::new(), body.as_bytes()).await.unwrap()
}

#[tokio::test]
async fn a_typed_event_arrives() {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let into = seen.clone();
    let dispatcher = Dispatcher::new(encrypted()).on(move |delivery: Delivery<Updated>| {
        into.lock().unwrap().push(delivery);
        async { Ok(()) }
    });
    let (headers, body) = sealed(UPDATED);
    let mut request = Request::post("/events").body(body).unwrap();
    *request.headers_mut() = headers;
    let response = dispatcher.handle(request).await;
    assert_eq!(response.status(), 200);
    assert_eq!(response.headers()["content-type"], "application/json; charset=utf-8");
    let delivered = seen.lock().unwrap().remove(0);
    assert_eq!(delivered.event.task_id, "626cf808-4c26-4f27-9da8-01f2eb73d717");
    assert_eq!(delivered.event.obj_type, Some(1));
    assert_eq!(delivered.header.tenant_key, "2ca1d211f64f6438");
}

#[tokio::test]
async fn one_strange_value_loses_no_event() {
    let id = br#""626cf808-4c26-4f27-9da8-01f2eb73d717""#;
    let at = UPDATED.as_bytes().windows(id.len()).position(|window| window == id).unwrap();
    let strange: [(&[u8], &str); 8] = [
        (br#""cut \ud83d""#, "cut \u{fffd}"),
        (b"\"cut \xe4\xb8\"", "cut \u{fffd}"),
        (b"\"tab\there\"", "tab\there"),
        (br#""\ud83d", "\udc00 key": 1, "more": "x""#, "\u{fffd}"),
        (b"1e999", ""),
        (b"7", "7"),
        (b"[1]", ""),
        (br#"{"a": "b"}"#, ""),
    ];
    for (value, expected) in strange {
        let body = [&UPDATED.as_bytes()[..at], value, &UPDATED.as_bytes()[at + id.len()..]].concat();
        let seen = Arc::new(Mutex::new(Vec::new()));
        for receiver in [plain(), encrypted()] {
            let into = seen.clone();
            let dispatcher = Dispatcher::new(receiver).on(move |delivery: Delivery<Updated>| {
                into.lock().unwrap().push(delivery.event);
                async { Ok(()) }
            });
            let (headers, sealed) = sealed(&body);
            let is_plain = format!("{dispatcher:?}").contains("encrypt_key: None");
            let body = if is_plain { &body[..] } else { sealed.as_bytes() };
            assert!(matches!(dispatcher.dispatch(&headers, body).await, Ok(Outcome::Handled(_))), "{value:?}");
        }
        let event = Updated { task_id: expected.to_owned(), obj_type: Some(1) };
        assert_eq!(*seen.lock().unwrap(), [event.clone(), event]);
    }
}

#[tokio::test]
async fn a_challenge_is_answered() {
    let body = format!(r#"{{"challenge": "ajls384kdjxxxx", "token": "{TOKEN}", "type": "url_verification"}}"#);
    let response = post(&Dispatcher::new(plain()), &body).await;
    assert_eq!(response.status(), 200);
    assert_eq!(&response.body()[..], br#"{"challenge":"ajls384kdjxxxx"}"#);
}

#[tokio::test]
async fn an_event_without_type_arrives_as_it_came() {
    let count = Count::default();
    let calls = count.clone();
    let dispatcher = Dispatcher::new(plain()).on_other(move |delivery: Delivery<Value>| {
        calls.one();
        async move {
            assert_eq!(delivery.header.event_type, "task.task.updated_v1");
            assert_eq!(delivery.event["obj_type"], 1);
            Ok(())
        }
    });
    let outcome = dispatch(&dispatcher, UPDATED).await;
    assert!(matches!(outcome, Outcome::Handled(_)));
    assert_eq!(count.get(), 1);
}

#[tokio::test]
async fn an_event_that_nobody_wants_is_ignored() {
    let dispatcher = Dispatcher::new(plain());
    assert!(matches!(dispatch(&dispatcher, UPDATED).await, Outcome::Ignored(_)));
    assert_eq!(post(&dispatcher, UPDATED).await.status(), 200);
}

#[tokio::test]
async fn an_event_that_arrives_twice_is_handled_once() {
    let count = Count::default();
    let calls = count.clone();
    let dispatcher = Dispatcher::new(plain()).on(move |_: Delivery<Updated>| {
        calls.one();
        async { Ok(()) }
    });
    let first = dispatch(&dispatcher, UPDATED).await;
    assert!(matches!(first, Outcome::Handled(_)));
    let second = dispatch(&dispatcher, UPDATED).await;
    assert!(matches!(second, Outcome::Repeated(_)));
    assert_eq!(post(&dispatcher, UPDATED).await.status(), 200);
    let other = UPDATED.replace("5e3702a8", "5e3702a9");
    assert!(matches!(dispatch(&dispatcher, &other).await, Outcome::Handled(_)));
    assert_eq!(count.get(), 2);
}

#[tokio::test]
async fn without_a_memory_every_delivery_is_handled() {
    let count = Count::default();
    let calls = count.clone();
    let dispatcher = Dispatcher::new(plain()).without_seen_events().on(move |_: Delivery<Updated>| {
        calls.one();
        async { Ok(()) }
    });
    dispatch(&dispatcher, UPDATED).await;
    dispatch(&dispatcher, UPDATED).await;
    assert_eq!(count.get(), 2);
}

#[tokio::test]
async fn a_handler_that_fails_sees_the_event_again() {
    let count = Count::default();
    let calls = count.clone();
    let dispatcher = Dispatcher::new(plain()).on(move |_: Delivery<Updated>| {
        let call = calls.one();
        async move {
            if call == 1 {
                return Err(BoxError::from("the database is away"));
            }
            Ok(())
        }
    });
    let response = post(&dispatcher, UPDATED).await;
    assert_eq!(response.status(), 500);
    assert_eq!(&response.body()[..], br#"{"msg":"not handled, try again later"}"#);
    assert_eq!(post(&dispatcher, UPDATED).await.status(), 200);
    assert_eq!(count.get(), 2);
}

#[tokio::test]
async fn a_callback_whose_handler_panics_is_a_failure() {
    let dispatcher = Dispatcher::new(plain()).on_callback(|delivery: Delivery<Updated>| async move {
        assert_eq!(delivery.event.task_id, "", "a mistake in a handler");
        Ok(())
    });
    let response = post(&dispatcher, UPDATED).await;
    assert_eq!(response.status(), 500);
    let good = UPDATED.replace("626cf808-4c26-4f27-9da8-01f2eb73d717", "");
    assert_eq!(post(&dispatcher, &good).await.body().as_ref(), b"{}");
}

#[tokio::test]
async fn the_error_of_a_handler_is_the_source() {
    let dispatcher = Dispatcher::new(plain()).on(|_: Delivery<Updated>| async { Err("the database is away".into()) });
    let error = dispatcher.dispatch(&HeaderMap::new(), UPDATED.as_bytes()).await.unwrap_err();
    assert!(error.is_handler_failure());
    assert_eq!(error.to_string(), "the handler of the event failed");
    let source = std::error::Error::source(&error).unwrap();
    assert_eq!(source.to_string(), "the database is away");
}

#[tokio::test]
async fn a_content_of_another_shape_is_an_error() {
    let mut body: serde_json::Value = serde_json::from_str(UPDATED).unwrap();
    body["event"] = serde_json::json!([1]);
    let body = body.to_string();
    let dispatcher = Dispatcher::new(plain()).on(|_: Delivery<Updated>| async { Ok(()) });
    let error = dispatcher.dispatch(&HeaderMap::new(), body.as_bytes()).await.unwrap_err();
    assert!(error.is_undecodable());
    assert_eq!(error.status(), 500);
}

const TICKET: &str = r#"{
    "ts": "1502199207.7171419",
    "uuid": "bc447199585340d1f3728d26b1c0297a",
    "token": "rvaYgkND1GOiu5MM0E1rncYC6PLtF7JV",
    "type": "event_callback",
    "event": {"type": "app_ticket", "app_id": "cli_9c8609450f78d102", "app_ticket": "the-ticket"}
}"#;

#[derive(Clone, Default)]
struct Keeper(Arc<Mutex<Vec<(String, String)>>>);

impl TicketKeeper for Keeper {
    fn keep(&self, ticket: Delivery<AppTicket>) -> BoxFuture<'_, Result<(), BoxError>> {
        let ticket = ticket.event;
        let mut kept = self.0.lock().unwrap();
        kept.push((ticket.app_id, ticket.app_ticket));
        Box::pin(std::future::ready(Ok(())))
    }
}

#[tokio::test]
async fn a_ticket_goes_to_its_keeper() {
    let keeper = Keeper::default();
    let dispatcher = Dispatcher::new(plain()).keep_tickets(keeper.clone());
    assert_eq!(post(&dispatcher, TICKET).await.status(), 200);
    let kept = keeper.0.lock().unwrap().clone();
    let ticket = ("cli_9c8609450f78d102".to_owned(), "the-ticket".to_owned());
    assert_eq!(kept, [ticket]);
}

#[tokio::test]
async fn a_client_keeps_the_tickets_of_its_app_alone() {
    for (app_id, status) in [("cli_9c8609450f78d102", 200), ("cli_other", 500)] {
        let core: Core = ClientBuilder::new()
            .store_app(app_id, "the-app-secret")
            .transport(ScriptedTransport::new([]))
            .build()
            .unwrap();
        let dispatcher = Dispatcher::new(plain()).keep_tickets(core.clone());
        assert_eq!(post(&dispatcher, TICKET).await.status(), status);
        // With a ticket the client asks for a token; without one it asks for a ticket.
        let error = core.tenant_access_token(&Tenant::new("t")).await.unwrap_err();
        assert_eq!(error.is_waiting_for_app_ticket(), status == 500);
    }
}

#[tokio::test]
async fn an_empty_ticket_replaces_none() {
    let keeper = Keeper::default();
    let dispatcher = Dispatcher::new(plain()).keep_tickets(keeper.clone());
    let empty = TICKET.replace("the-ticket", "");
    assert_eq!(post(&dispatcher, &empty).await.status(), 500);
    assert!(keeper.0.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_ticket_is_not_shown() {
    let incoming = plain().receive(&HeaderMap::new(), TICKET.as_bytes()).unwrap();
    assert!(!format!("{incoming:?}").contains("the-ticket"));
    let delivery = super::event(incoming).decode::<AppTicket>().unwrap();
    let shown = format!("{delivery:?} {:?}", delivery.event);
    assert!(!shown.contains("the-ticket"), "{shown}");

    // Nor is it in the error when it has another shape.
    let incoming = plain().receive(&HeaderMap::new(), TICKET.as_bytes()).unwrap();
    let mut odd = super::event(incoming);
    odd.event = serde_json::json!(["the-ticket"]);
    let error = odd.decode::<AppTicket>().unwrap_err();
    assert!(!format!("{error:?}").contains("the-ticket"));
}

#[derive(serde::Deserialize)]
struct CardAction {
    tag: String,
}

impl Event for CardAction {
    const TYPE: &'static str = "card.action.trigger";
}

fn card_action() -> String {
    let header = format!(r#"{{"event_id":"c1","event_type":"card.action.trigger","token":"{TOKEN}"}}"#);
    format!(r#"{{"schema":"2.0","header":{header},"event":{{"tag":"button"}}}}"#)
}

#[tokio::test]
async fn a_callback_is_answered_with_what_its_handler_returns_and_is_not_remembered() {
    let count = Count::default();
    let counter = count.clone();
    let dispatcher = Dispatcher::new(plain()).on_callback(move |delivery: Delivery<CardAction>| {
        counter.one();
        async move { Ok(serde_json::json!({ "toast": { "content": delivery.event.tag } })) }
    });
    for calls in 1..=2 {
        let response = post(&dispatcher, &card_action()).await;
        assert_eq!(
            (response.status().as_u16(), &response.body()[..]),
            (200, &br#"{"toast":{"content":"button"}}"#[..])
        );
        assert_eq!(count.get(), calls);
    }
}

#[tokio::test]
async fn a_callback_with_nothing_to_say_is_answered_with_an_empty_object_and_a_failed_one_with_500() {
    let dispatcher = Dispatcher::new(plain()).on_callback(|_: Delivery<CardAction>| async { Ok(()) });
    let response = post(&dispatcher, &card_action()).await;
    assert_eq!((response.status().as_u16(), &response.body()[..]), (200, &b"{}"[..]));
    let dispatcher =
        Dispatcher::new(plain()).on_callback(|_: Delivery<CardAction>| async { Err::<(), BoxError>("no".into()) });
    assert_eq!(post(&dispatcher, &card_action()).await.status(), 500);
}

#[tokio::test]
async fn a_dispatcher_without_a_receiver_refuses_every_request() {
    let dispatcher = Dispatcher::without_webhook().on(|_: Delivery<CardAction>| async { Ok(()) });
    for body in
        [card_action(), r#"{"encrypt":"x"}"#.to_owned(), r#"{"type":"url_verification","challenge":"x"}"#.to_owned()]
    {
        let error = dispatcher.dispatch(&HeaderMap::new(), body.as_bytes()).await.unwrap_err();
        assert!(error.is_configuration(), "{error}");
    }
}
