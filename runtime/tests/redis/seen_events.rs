//! Events that reach several machines.

use feishu_openapi_runtime::RedisStore;
use feishu_openapi_runtime::event::{Claim, SeenEvents};
use libtest_mimic::{Failed, Trial};

use crate::redis_server::RedisServer;
use crate::trial;

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("an_event_is_handled_by_one_machine", an_event_is_handled_by_one_machine),
        trial("an_event_whose_handler_failed_is_free_again", an_event_whose_handler_failed_is_free_again),
        trial("claims_and_memories_end", claims_and_memories_end),
    ]
}

async fn claim(store: &RedisStore, event_id: &str) -> Result<Claim, Failed> {
    store.claim(event_id).await.map_err(|error| error.to_string().into())
}

async fn finish(store: &RedisStore, event_id: &str) -> Result<(), Failed> {
    store.finish(event_id).await.map_err(|error| error.to_string().into())
}

async fn an_event_is_handled_by_one_machine() -> Result<(), Failed> {
    let server = RedisServer::start(&[]);
    let (one, other) = (RedisStore::open(server.url())?, RedisStore::open(server.url())?);
    assert_eq!(claim(&one, "event").await?, Claim::New);
    assert_eq!(claim(&one, "event").await?, Claim::InProgress);
    assert_eq!(claim(&other, "event").await?, Claim::InProgress);
    assert_eq!(claim(&other, "another").await?, Claim::New);
    // Somebody else's claim is not given back.
    other.release("event");
    assert_eq!(claim(&other, "event").await?, Claim::InProgress);
    finish(&one, "event").await?;
    assert_eq!(claim(&one, "event").await?, Claim::Done);
    assert_eq!(claim(&other, "event").await?, Claim::Done);
    Ok(())
}

async fn an_event_whose_handler_failed_is_free_again() -> Result<(), Failed> {
    let server = RedisServer::start(&[]);
    let (one, other) = (RedisStore::open(server.url())?, RedisStore::open(server.url())?);
    assert_eq!(claim(&one, "event").await?, Claim::New);
    one.release("event");
    let mut next = claim(&other, "event").await?;
    while next == Claim::InProgress {
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        next = claim(&other, "event").await?;
    }
    assert_eq!(next, Claim::New);
    Ok(())
}

async fn claims_and_memories_end() -> Result<(), Failed> {
    let server = RedisServer::start(&[]);
    let store = RedisStore::open(server.url())?;
    let left = || server.command("TTL \"feishu-openapi:event event\"")[1..].parse::<i64>().expect("a number");
    claim(&store, "event").await?;
    assert!((50..=60).contains(&left()), "{}", left());
    finish(&store, "event").await?;
    assert!((43_000..=43_200).contains(&left()), "{}", left());
    Ok(())
}
