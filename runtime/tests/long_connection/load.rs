//! Much at a time, for a long time.

use std::collections::{HashMap, VecDeque};
use std::sync::Mutex;

use feishu_openapi_runtime::testing::Push;

use super::*;

/// 10,000 events over 200 forced disconnects, where a twentieth of the handlers fails: every event is handled at least
/// once, none twice, and nothing is left open.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_event_is_lost_or_handled_twice_over_many_disconnects() {
    const EVENTS: usize = 10_000;
    const DISCONNECTS: u64 = 200;
    let platform = platform().ack_timeout(200 * MILLISECOND).parts(2).start().await.unwrap();
    let handled: Arc<Mutex<HashMap<String, usize>>> = Arc::default();
    let attempts = Arc::new(AtomicUsize::new(0));
    let (record, counter) = (handled.clone(), attempts.clone());
    let dispatcher = Dispatcher::without_webhook().on_other(move |delivery: Delivery<Value>| {
        let (record, attempt) = (record.clone(), counter.fetch_add(1, Ordering::Relaxed));
        async move {
            if attempt % 7 == 0 {
                tokio::time::sleep(5 * MILLISECOND).await;
            }
            if attempt % 20 == 0 {
                return Err("one of twenty fails".into());
            }
            *record.lock().unwrap().entry(delivery.header.event_id).or_default() += 1;
            Ok(())
        }
    });
    let running = Running::start(connection(&platform, dispatcher));
    let handle = running.handle.clone();
    let mut pushes = VecDeque::new();
    let mut next_id = 0;
    for round in 1..=DISCONNECTS {
        running.state(|state| state.is_connected() && state.connections >= round).await;
        // The platform may learn of the connection a little later than the client.
        platform.wait_for_connections(1).await;
        for _ in 0..EVENTS / DISCONNECTS as usize {
            pushes.push_back(platform.push(&event(&next_id.to_string(), "some.event_v1")));
            next_id += 1;
        }
        // What is on its way is bounded, or a slow machine would drown in events that come again.
        while pushes.len() > 500 {
            is_answered(&pushes.pop_front().unwrap()).await;
        }
        // Some of the events are in handlers now, some on their way, some not sent.
        tokio::time::sleep(2 * MILLISECOND).await;
        if round % 3 == 0 { platform.drop_connections() } else { platform.kick() }
    }
    for push in &pushes {
        is_answered(push).await;
    }
    assert!(handle.state().connections > DISCONNECTS, "{:?}", handle.state());
    running.stop().await;
    assert_eq!((platform.open_connections(), handle.state().unreadable), (0, 0));
    let handled = handled.lock().unwrap();
    assert_eq!(handled.len(), EVENTS);
    let twice: Vec<_> = handled.iter().filter(|(_, times)| **times > 1).collect();
    assert!(twice.is_empty(), "{twice:?}");
    assert!(attempts.load(Ordering::Relaxed) > EVENTS, "some handlers failed");
}

async fn is_answered(push: &Push) {
    let answer = tokio::time::timeout(Duration::from_secs(60), push.answer()).await;
    assert_eq!(answer.map(|answer| answer.code).ok(), Some(200), "{push:?}");
}

#[tokio::test]
async fn more_events_than_may_be_handled_are_refused_and_come_again() {
    let platform = platform().start().await.unwrap();
    let (dispatcher, count) = counting(1500 * MILLISECOND);
    let running = Running::start(connection(&platform, dispatcher).max_in_flight(10));
    let pushes: Vec<_> = (0..30).map(|id| platform.push(&event(&id.to_string(), "some.event_v1"))).collect();
    let mut refused = 0;
    for push in pushes {
        let answer = push.answer().await;
        assert_eq!(answer.code, 200);
        refused += usize::from(answer.deliveries > 1);
    }
    assert_eq!(count.load(Ordering::SeqCst), 30);
    let state = running.handle.state();
    assert!(refused > 0 && state.overloaded > 0, "{refused} {state:?}");
    assert_eq!(state.connections, 1);
    running.stop().await;
}

#[tokio::test]
async fn a_burst_of_quick_events_is_not_refused() {
    let platform = platform().start().await.unwrap();
    let (dispatcher, count) = counting(MILLISECOND);
    let running = Running::start(connection(&platform, dispatcher).max_in_flight(8));
    let pushes: Vec<_> = (0..1000).map(|id| platform.push(&event(&id.to_string(), "some.event_v1"))).collect();
    for push in pushes {
        assert_eq!(push.answer().await.deliveries, 1);
    }
    assert_eq!((count.load(Ordering::SeqCst), running.handle.state().overloaded), (1000, 0));
    running.stop().await;
}
