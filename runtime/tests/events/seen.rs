//! Events that are delivered again while, or after, they are handled.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use feishu_openapi_runtime::event::{BoxError, Claim, Delivery, Dispatcher, MemorySeenEvents, SeenEvents};
use feishu_openapi_runtime::transport::BoxFuture;
use http::HeaderMap;
use serde_json::Value;
use tokio::sync::Semaphore;

use super::{UPDATED, plain};

/// A handler that waits until it is let go.
fn waiting() -> (Arc<Dispatcher>, Arc<Semaphore>) {
    let gate = Arc::new(Semaphore::new(0));
    let pass = gate.clone();
    let dispatcher = Dispatcher::new(plain()).on_other(move |_: Delivery<Value>| {
        let pass = pass.clone();
        async move {
            pass.acquire().await?.forget();
            Ok(())
        }
    });
    (Arc::new(dispatcher), gate)
}

async fn deliver(dispatcher: &Dispatcher) -> Result<(), String> {
    let outcome = dispatcher.dispatch(&HeaderMap::new(), UPDATED.as_bytes()).await;
    match outcome {
        Ok(_) => Ok(()),
        Err(error) => Err(format!("{} {error}", error.status().as_u16())),
    }
}

#[tokio::test]
async fn an_event_that_is_being_handled_comes_again_later() {
    let (dispatcher, gate) = waiting();
    let first = tokio::spawn({
        let dispatcher = dispatcher.clone();
        async move { deliver(&dispatcher).await }
    });
    tokio::task::yield_now().await;
    let again = deliver(&dispatcher).await;
    assert_eq!(again, Err("503 the event is being handled".to_owned()));
    gate.add_permits(1);
    assert_eq!(first.await.unwrap(), Ok(()));
    assert_eq!(deliver(&dispatcher).await, Ok(()));
}

#[tokio::test]
async fn a_handler_that_is_dropped_half_way_runs_again() {
    let (dispatcher, gate) = waiting();
    // As a web framework does when the connection is gone.
    tokio::select! {
        biased;
        _ = deliver(&dispatcher) => unreachable!("nobody lets it go"),
        () = tokio::task::yield_now() => {}
    }
    gate.add_permits(1);
    assert_eq!(deliver(&dispatcher).await, Ok(()));
    assert_eq!(gate.available_permits(), 0);
}

#[tokio::test]
async fn a_handler_that_panics_runs_again() {
    let failed = Err("500 the handler of the event failed".to_owned());
    let calls = Arc::new(AtomicU32::new(0));
    let counted = calls.clone();
    let dispatcher = Dispatcher::new(plain()).on_other(move |_: Delivery<Value>| {
        let call = counted.fetch_add(1, Ordering::Relaxed);
        // Before there is a future, and in it.
        assert_ne!(call, 0, "a mistake in a handler");
        async move {
            assert_ne!(call, 1, "a mistake in a handler");
            Ok(())
        }
    });
    assert_eq!(deliver(&dispatcher).await, failed);
    assert_eq!(deliver(&dispatcher).await, failed);
    assert_eq!(deliver(&dispatcher).await, Ok(()));
}

#[tokio::test(start_paused = true)]
async fn a_slow_handler_keeps_its_event_and_one_that_never_ends_loses_it() {
    let (dispatcher, gate) = waiting();
    let first = tokio::spawn({
        let dispatcher = dispatcher.clone();
        async move { deliver(&dispatcher).await }
    });
    for minutes in [1, 5, 20] {
        tokio::time::sleep(Duration::from_secs(60 * minutes)).await;
        assert_eq!(deliver(&dispatcher).await, Err("503 the event is being handled".to_owned()), "{minutes}");
    }
    tokio::time::sleep(Duration::from_secs(60 * 6)).await;
    gate.add_permits(2);
    assert_eq!(deliver(&dispatcher).await, Ok(()));
    assert_eq!(first.await.unwrap(), Ok(()));
}

#[tokio::test(start_paused = true)]
async fn a_claim_that_has_ended_takes_no_later_one_with_it() {
    let seen = MemorySeenEvents::default();
    assert_eq!(seen.claim("event", "one").await.unwrap(), Claim::New);
    tokio::time::sleep(Duration::from_secs(59)).await;
    assert_eq!(seen.claim("event", "two").await.unwrap(), Claim::InProgress);
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(seen.claim("event", "two").await.unwrap(), Claim::New);
    seen.release("event", "one");
    assert_eq!(seen.claim("event", "three").await.unwrap(), Claim::InProgress);
    // The first was slow, not wrong: the event is handled.
    seen.finish("event").await.unwrap();
    seen.release("event", "two");
    assert_eq!(seen.claim("event", "three").await.unwrap(), Claim::Done);
}

#[tokio::test(start_paused = true)]
async fn a_handled_event_is_remembered_for_twelve_hours() {
    let seen = MemorySeenEvents::default();
    seen.finish("event").await.unwrap();
    for other in 0..20_000 {
        seen.finish(&other.to_string()).await.unwrap();
    }
    tokio::time::sleep(Duration::from_secs(12 * 60 * 60 - 1)).await;
    assert_eq!(seen.claim("event", "later").await.unwrap(), Claim::Done);
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(seen.claim("event", "later").await.unwrap(), Claim::New);
    assert!(format!("{seen:?}").contains("done: 0"), "{seen:?}");
}

/// A store that takes its time to remember.
#[derive(Clone, Default)]
struct Slow(Arc<Mutex<Vec<&'static str>>>);

impl SeenEvents for Slow {
    fn claim<'a>(&'a self, _: &'a str, _: &'a str) -> BoxFuture<'a, Result<Claim, BoxError>> {
        Box::pin(async { Ok(Claim::New) })
    }

    fn finish<'a>(&'a self, _: &'a str) -> BoxFuture<'a, Result<(), BoxError>> {
        Box::pin(async {
            tokio::time::sleep(Duration::from_secs(1)).await;
            self.0.lock().unwrap().push("finish");
            Ok(())
        })
    }

    fn release(&self, _: &str, _: &str) {
        self.0.lock().unwrap().push("release");
    }
}

#[tokio::test(start_paused = true)]
async fn a_handled_event_is_remembered_though_the_request_is_gone() {
    let seen = Slow::default();
    let is_handled = Arc::new(AtomicBool::new(false));
    let handled = is_handled.clone();
    let dispatcher = Dispatcher::new(plain()).seen_events(seen.clone()).on_other(move |_: Delivery<Value>| {
        handled.store(true, Ordering::Relaxed);
        async { Ok(()) }
    });
    let gone = tokio::time::timeout(Duration::from_millis(10), deliver(&dispatcher)).await;
    assert!(gone.is_err() && is_handled.load(Ordering::Relaxed));
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert_eq!(*seen.0.lock().unwrap(), ["finish"]);
}

#[tokio::test]
async fn the_memory_is_bounded() {
    let seen = MemorySeenEvents::new(2);
    for event_id in ["a", "b", "c"] {
        assert_eq!(seen.claim(event_id, "one").await.unwrap(), Claim::New);
        seen.finish(event_id).await.unwrap();
    }
    assert_eq!(seen.claim("b", "two").await.unwrap(), Claim::Done);
    assert_eq!(seen.claim("c", "two").await.unwrap(), Claim::Done);
    assert_eq!(seen.claim("a", "one").await.unwrap(), Claim::New);
    assert_eq!(seen.claim("a", "two").await.unwrap(), Claim::InProgress);
    seen.release("a", "one");
    assert_eq!(seen.claim("a", "two").await.unwrap(), Claim::New);
}

/// A store on a machine that cannot be reached.
pub(super) struct Away;

impl SeenEvents for Away {
    fn claim<'a>(&'a self, _: &'a str, _: &'a str) -> BoxFuture<'a, Result<Claim, BoxError>> {
        Box::pin(async { Err("no connection".into()) })
    }

    fn finish<'a>(&'a self, _: &'a str) -> BoxFuture<'a, Result<(), BoxError>> {
        Box::pin(async { Err("no connection".into()) })
    }

    fn release(&self, _: &str, _: &str) {}
}

#[tokio::test]
async fn without_its_memory_a_dispatcher_handles_nothing() {
    let dispatcher = Dispatcher::new(plain())
        .seen_events(Away)
        .on_other(|_: Delivery<Value>| async { panic!("it may have been handled already") });
    let outcome = deliver(&dispatcher).await;
    assert_eq!(outcome, Err("500 what remembers events failed".to_owned()));
}
