//! Events that reach several machines.

use std::future::poll_fn;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::Poll;
use std::time::Duration;

use feishu_openapi_runtime::RedisStore;
use feishu_openapi_runtime::event::{Claim, Delivery, Dispatcher, Receiver, SeenEvents};
use feishu_openapi_runtime::http::HeaderMap;
use feishu_openapi_runtime::serde_json::{Value, json};
use libtest_mimic::{Failed, Trial};

use crate::redis_server::RedisServer;
use crate::trial;

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("an_event_is_handled_by_one_machine", an_event_is_handled_by_one_machine),
        trial("an_event_whose_handler_failed_is_free_again", an_event_whose_handler_failed_is_free_again),
        trial("claims_and_memories_end", claims_and_memories_end),
        trial("a_claim_that_has_ended_takes_no_later_one_with_it", a_claim_that_has_ended_takes_no_later_one_with_it),
        trial("a_handled_event_is_remembered_though_the_request_is_gone", the_request_is_gone),
    ]
}

async fn claim(store: &RedisStore, event_id: &str, owner: &str) -> Result<Claim, Failed> {
    store.claim(event_id, owner).await.map_err(|error| error.to_string().into())
}

async fn finish(store: &RedisStore, event_id: &str) -> Result<(), Failed> {
    store.finish(event_id).await.map_err(|error| error.to_string().into())
}

async fn an_event_is_handled_by_one_machine() -> Result<(), Failed> {
    let server = RedisServer::start(&[]);
    let (one, other) = (RedisStore::open(server.url())?, RedisStore::open(server.url())?);
    assert_eq!(claim(&one, "event", "a").await?, Claim::New);
    assert_eq!(claim(&one, "event", "a").await?, Claim::New);
    assert_eq!(claim(&one, "event", "b").await?, Claim::InProgress);
    assert_eq!(claim(&other, "event", "c").await?, Claim::InProgress);
    assert_eq!(claim(&other, "another", "c").await?, Claim::New);
    // Somebody else's claim is not given back.
    other.release("event", "c");
    assert_eq!(claim(&other, "event", "c").await?, Claim::InProgress);
    finish(&one, "event").await?;
    assert_eq!(claim(&one, "event", "a").await?, Claim::Done);
    assert_eq!(claim(&other, "event", "c").await?, Claim::Done);
    Ok(())
}

async fn an_event_whose_handler_failed_is_free_again() -> Result<(), Failed> {
    let server = RedisServer::start(&[]);
    let (one, other) = (RedisStore::open(server.url())?, RedisStore::open(server.url())?);
    assert_eq!(claim(&one, "event", "a").await?, Claim::New);
    one.release("event", "a");
    let mut next = claim(&other, "event", "c").await?;
    while next == Claim::InProgress {
        tokio::time::sleep(Duration::from_millis(10)).await;
        next = claim(&other, "event", "c").await?;
    }
    assert_eq!(next, Claim::New);
    Ok(())
}

async fn claims_and_memories_end() -> Result<(), Failed> {
    let server = RedisServer::start(&[]);
    let store = RedisStore::open(server.url())?;
    let left = || server.command("TTL \"feishu-openapi:event event\"")[1..].parse::<i64>().expect("a number");
    claim(&store, "event", "a").await?;
    assert!((50..=60).contains(&left()), "{}", left());
    finish(&store, "event").await?;
    assert!((43_000..=43_200).contains(&left()), "{}", left());
    Ok(())
}

async fn a_claim_that_has_ended_takes_no_later_one_with_it() -> Result<(), Failed> {
    let server = RedisServer::start(&[]);
    let store = RedisStore::open(server.url())?;
    claim(&store, "event", "a").await?;
    claim(&store, "mark", "a").await?;
    server.command("DEL \"feishu-openapi:event event\"");
    assert_eq!(claim(&store, "event", "b").await?, Claim::New);
    store.release("event", "a");
    // The release runs by itself, and so does this one behind it.
    store.release("mark", "a");
    while server.command("EXISTS \"feishu-openapi:event mark\"") != ":0" {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert_eq!(claim(&store, "event", "c").await?, Claim::InProgress);
    // Nor is a handled event forgotten by a handler that failed later.
    finish(&store, "event").await?;
    store.release("event", "b");
    claim(&store, "mark", "a").await?;
    store.release("mark", "a");
    while server.command("EXISTS \"feishu-openapi:event mark\"") != ":0" {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert_eq!(claim(&store, "event", "c").await?, Claim::Done);
    Ok(())
}

async fn the_request_is_gone() -> Result<(), Failed> {
    let server = RedisServer::start(&[]);
    let is_handled = Arc::new(AtomicBool::new(false));
    let handled = is_handled.clone();
    let receiver = Receiver::builder().verification_token("token").build()?;
    let dispatcher =
        Dispatcher::new(receiver).seen_events(RedisStore::open(server.url())?).on_other(move |_: Delivery<Value>| {
            handled.store(true, Ordering::Relaxed);
            async { Ok(()) }
        });
    let header = json!({ "event_id": "event", "event_type": "any", "token": "token" });
    let body = json!({ "schema": "2.0", "header": header, "event": {} }).to_string();
    let headers = HeaderMap::new();
    let mut request = Box::pin(dispatcher.dispatch(&headers, body.as_bytes()));
    // The handler ends in the same step in which the dispatcher begins to remember the event.
    poll_fn(|context| {
        let is_over = request.as_mut().poll(context).is_ready() || is_handled.load(Ordering::Relaxed);
        if is_over { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
    drop(request);
    for _ in 0..200 {
        if server.command("GET \"feishu-openapi:event event\"") == "done" {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    Err("the event was handled and is not remembered".into())
}
