//! Events that are delivered again while, or after, they are handled.

use std::sync::Arc;

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
    let seen = MemorySeenEvents::default();
    let broken = Dispatcher::new(plain())
        .seen_events(seen.clone())
        .on_other(|_: Delivery<Value>| async { panic!("a mistake in a handler") });
    let broken = Arc::new(broken);
    let crashed = tokio::spawn(async move { deliver(&broken).await });
    assert!(crashed.await.is_err());
    let claim = seen.claim("5e3702a84e847582be8db7fb73283c02").await;
    assert_eq!(claim.unwrap(), Claim::New);
}

#[tokio::test]
async fn the_memory_is_bounded() {
    let seen = MemorySeenEvents::new(2);
    for event_id in ["a", "b", "c"] {
        assert_eq!(seen.claim(event_id).await.unwrap(), Claim::New);
        seen.finish(event_id).await.unwrap();
    }
    assert_eq!(seen.claim("b").await.unwrap(), Claim::Done);
    assert_eq!(seen.claim("c").await.unwrap(), Claim::Done);
    assert_eq!(seen.claim("a").await.unwrap(), Claim::New);
    assert_eq!(seen.claim("a").await.unwrap(), Claim::InProgress);
    seen.release("a");
    assert_eq!(seen.claim("a").await.unwrap(), Claim::New);
}

/// A store on a machine that cannot be reached.
struct Away;

impl SeenEvents for Away {
    fn claim<'a>(&'a self, _: &'a str) -> BoxFuture<'a, Result<Claim, BoxError>> {
        Box::pin(async { Err("no connection".into()) })
    }

    fn finish<'a>(&'a self, _: &'a str) -> BoxFuture<'a, Result<(), BoxError>> {
        Box::pin(async { Err("no connection".into()) })
    }

    fn release(&self, _: &str) {}
}

#[tokio::test]
async fn without_its_memory_a_dispatcher_handles_nothing() {
    let dispatcher = Dispatcher::new(plain())
        .seen_events(Away)
        .on_other(|_: Delivery<Value>| async { panic!("it may have been handled already") });
    let outcome = deliver(&dispatcher).await;
    assert_eq!(outcome, Err("500 what remembers events failed".to_owned()));
}
