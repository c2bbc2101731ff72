//! Events, and what the platform is told about them.

use std::sync::Mutex;
use std::time::Instant;

use feishu_openapi_runtime::long_connection::Ack;

use super::*;

#[tokio::test]
async fn an_event_reaches_its_handler_and_is_acknowledged_once() {
    let platform = platform().start().await.unwrap();
    let seen = Arc::new(Mutex::new(Vec::new()));
    let record = seen.clone();
    let dispatcher = Dispatcher::without_webhook().on_other(move |delivery: Delivery<Value>| {
        record.lock().unwrap().push((delivery.header.event_type, delivery.event["text"].clone()));
        async { Ok(()) }
    });
    let running = Running::start(connection(&platform, dispatcher));
    let answer = platform.push(&event("1", "some.event_v1")).answer().await;
    assert_eq!((answer.code, answer.data, answer.deliveries), (200, None, 1));
    assert_eq!(*seen.lock().unwrap(), [("some.event_v1".to_owned(), json!("event 1"))]);
    running.stop().await;
    assert_eq!((platform.open_connections(), platform.strange_messages()), (0, 0));
}

#[tokio::test]
async fn messages_in_parts_are_put_together_and_answered_once() {
    let platform = platform().parts(7).start().await.unwrap();
    let (dispatcher, count) = counting(Duration::ZERO);
    let running = Running::start(connection(&platform, dispatcher));
    let pushes: Vec<_> = (0..50).map(|id| platform.push(&event(&id.to_string(), "some.event_v1"))).collect();
    for push in pushes {
        let answer = push.answer().await;
        assert_eq!((answer.code, answer.deliveries), (200, 1));
    }
    assert_eq!(count.load(Ordering::SeqCst), 50);
    assert_eq!(platform.strange_messages(), 0);
    running.stop().await;
}

#[tokio::test]
async fn an_event_without_a_handler_is_acknowledged() {
    let platform = platform().start().await.unwrap();
    let running = Running::start(connection(&platform, Dispatcher::without_webhook()));
    let answer = platform.push(&event("1", "nobody.wants_v1")).answer().await;
    assert_eq!((answer.code, answer.data, answer.deliveries), (200, None, 1));
    running.stop().await;
}

#[tokio::test]
async fn an_event_whose_handler_fails_comes_again() {
    let platform = platform().start().await.unwrap();
    let count = Arc::new(AtomicUsize::new(0));
    let counter = count.clone();
    let dispatcher = Dispatcher::without_webhook().on_other(move |_: Delivery<Value>| {
        let attempt = counter.fetch_add(1, Ordering::SeqCst);
        async move { if attempt < 2 { Err("not yet".into()) } else { Ok(()) } }
    });
    let running = Running::start(connection(&platform, dispatcher));
    let answer = platform.push(&event("1", "some.event_v1")).answer().await;
    assert_eq!((answer.code, answer.deliveries, count.load(Ordering::SeqCst)), (200, 3, 3));
    running.stop().await;
}

#[tokio::test]
async fn an_event_whose_handler_panics_comes_again_and_others_go_on() {
    let platform = platform().start().await.unwrap();
    let count = Arc::new(AtomicUsize::new(0));
    let counter = count.clone();
    let dispatcher = Dispatcher::without_webhook().on_other(move |_: Delivery<Value>| {
        let attempt = counter.fetch_add(1, Ordering::SeqCst);
        async move {
            assert!(attempt > 0, "the handler panics");
            Ok(())
        }
    });
    let running = Running::start(connection(&platform, dispatcher));
    let answer = platform.push(&event("1", "some.event_v1")).answer().await;
    assert_eq!((answer.code, answer.deliveries, count.load(Ordering::SeqCst)), (200, 2, 2));
    assert_eq!(running.handle.state().connections, 1);
    running.stop().await;
}

#[tokio::test]
async fn an_event_that_comes_again_is_not_handled_again() {
    let platform = platform().start().await.unwrap();
    let (dispatcher, count) = counting(Duration::ZERO);
    let running = Running::start(connection(&platform, dispatcher));
    for _ in 0..3 {
        assert_eq!(platform.push(&event("1", "some.event_v1")).answer().await.code, 200);
    }
    assert_eq!(count.load(Ordering::SeqCst), 1);
    running.stop().await;
}

#[tokio::test]
async fn a_slow_handler_is_acknowledged_at_the_deadline_and_goes_on() {
    let platform = platform().start().await.unwrap();
    let (dispatcher, count) = counting(500 * MILLISECOND);
    let running = Running::start(connection(&platform, dispatcher).ack(Ack::AtDeadline(20 * MILLISECOND)));
    let answer = platform.push(&event("1", "some.event_v1")).answer().await;
    assert_eq!((answer.code, answer.deliveries, count.load(Ordering::SeqCst)), (200, 1, 0));
    running.stop().await;
    assert_eq!(count.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_slow_handler_without_a_deadline_is_acknowledged_when_it_is_through() {
    let platform = platform().ack_timeout(50 * MILLISECOND).start().await.unwrap();
    let (dispatcher, count) = counting(300 * MILLISECOND);
    let running = Running::start(connection(&platform, dispatcher).ack(Ack::AfterHandler));
    let push = platform.push(&event("1", "some.event_v1"));
    let answer = push.answer().await;
    // It came again meanwhile, and was not handled again.
    assert_eq!((answer.code, count.load(Ordering::SeqCst)), (200, 1));
    assert!(answer.deliveries > 1, "{answer:?}");
    running.stop().await;
}

#[derive(serde::Deserialize)]
struct CardAction {
    token: String,
}

impl feishu_openapi_runtime::Event for CardAction {
    const TYPE: &'static str = "card.action.trigger";
}

fn card_action() -> Value {
    let mut event = event("c1", "card.action.trigger");
    event["event"]["token"] = json!("c-1");
    event
}

#[tokio::test]
async fn a_callback_is_answered_with_what_its_handler_returns_each_time() {
    let platform = platform().start().await.unwrap();
    let dispatcher = Dispatcher::without_webhook().on_callback(|delivery: Delivery<CardAction>| async move {
        Ok(json!({ "toast": { "type": "info", "content": delivery.event.token } }))
    });
    let running = Running::start(connection(&platform, dispatcher));
    for _ in 0..2 {
        let answer = platform.push(&card_action()).answer().await;
        assert_eq!(answer.data, Some(json!({ "toast": { "type": "info", "content": "c-1" } })));
        assert_eq!((answer.code, answer.deliveries), (200, 1));
    }
    running.stop().await;
}

#[tokio::test]
async fn a_callback_with_nothing_to_say_or_a_slow_handler_is_answered_with_an_empty_object() {
    let platform = platform().start().await.unwrap();
    let dispatcher = Dispatcher::without_webhook().on_callback(|_: Delivery<CardAction>| async { Ok(()) });
    let running = Running::start(connection(&platform, dispatcher));
    assert_eq!(platform.push(&card_action()).answer().await.data, Some(json!({})));
    running.stop().await;
    let dispatcher = Dispatcher::without_webhook().on_callback(|_: Delivery<CardAction>| async {
        tokio::time::sleep(200 * MILLISECOND).await;
        Ok(json!({ "toast": {} }))
    });
    let running = Running::start(connection(&platform, dispatcher).ack(Ack::AtDeadline(20 * MILLISECOND)));
    assert_eq!(platform.push(&card_action()).answer().await.data, Some(json!({})));
    running.stop().await;
}

#[tokio::test]
async fn a_callback_whose_handler_fails_is_answered_with_an_error() {
    let platform = platform().max_deliveries(1).start().await.unwrap();
    let dispatcher = Dispatcher::without_webhook()
        .on_callback(|_: Delivery<CardAction>| async { Err::<(), _>("no such card".into()) });
    let running = Running::start(connection(&platform, dispatcher));
    let answer = platform.push(&card_action()).answer().await;
    assert_eq!((answer.code, answer.data), (500, None));
    running.stop().await;
}

#[tokio::test]
async fn what_cannot_be_handled_is_counted_and_does_no_harm() {
    let platform = platform().ack_timeout(50 * MILLISECOND).max_deliveries(1).start().await.unwrap();
    let (dispatcher, count) = counting(Duration::ZERO);
    let running = Running::start(connection(&platform, dispatcher));
    platform.wait_for_connections(1).await;
    // Not a frame, a frame of an unknown kind, and messages of unknown types.
    platform.send(&b"\x08"[..]);
    platform.send(&b"\x20\x07"[..]);
    let card = platform.push_as("card", &json!({ "open_id": "ou_1", "action": { "value": {} } }));
    let other = platform.push_as("news", &json!({}));
    assert_eq!((card.answer().await.code, other.answer().await.code), (0, 0));
    let state = running.state(|state| state.unreadable == 4).await;
    assert!(state.is_connected());
    // An event that is not JSON may be understood by a later version of the program.
    assert_eq!(platform.push(&json!("not an event")).answer().await.code, 500);
    assert_eq!(platform.push(&event("1", "some.event_v1")).answer().await.code, 200);
    assert_eq!((count.load(Ordering::SeqCst), running.handle.state().connections), (1, 1));
    running.stop().await;
}

#[tokio::test]
async fn several_connections_live_in_one_process_and_share_the_events() {
    let platform = platform().start().await.unwrap();
    let counts: Vec<_> = (0..3)
        .map(|_| {
            let (dispatcher, count) = counting(Duration::ZERO);
            (Running::start(connection(&platform, dispatcher)), count)
        })
        .collect();
    platform.wait_for_connections(3).await;
    for id in 0..60 {
        platform.push(&event(&id.to_string(), "some.event_v1")).answer().await;
    }
    let numbers: Vec<_> = counts.iter().map(|(_, count)| count.load(Ordering::SeqCst)).collect();
    assert_eq!(numbers.iter().sum::<usize>(), 60, "{numbers:?}");
    assert!(numbers.iter().all(|number| *number > 0), "{numbers:?}");
    for (running, _) in counts {
        running.stop().await;
    }
    assert_eq!(platform.open_connections(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_works_in_a_runtime_of_several_threads() {
    let platform = platform().start().await.unwrap();
    let (dispatcher, count) = counting(MILLISECOND);
    let running = Running::start(connection(&platform, dispatcher));
    let pushes: Vec<_> = (0..200).map(|id| platform.push(&event(&id.to_string(), "some.event_v1"))).collect();
    let began = Instant::now();
    for push in pushes {
        assert_eq!(push.answer().await.code, 200);
    }
    assert_eq!(count.load(Ordering::SeqCst), 200, "after {:?}", began.elapsed());
    running.stop().await;
}
