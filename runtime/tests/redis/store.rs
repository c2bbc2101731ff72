//! What any token store has to do, and what only this one does.

use std::time::{Duration, SystemTime};

use feishu_openapi_runtime::testing::check_token_store;
use feishu_openapi_runtime::{RedisStore, StoredToken, TokenStore};
use libtest_mimic::{Failed, Trial};

use crate::redis_server::RedisServer;
use crate::trial;

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("it_is_a_good_token_store", it_is_a_good_token_store),
        trial("prefixes_keep_programs_apart", prefixes_keep_programs_apart),
        trial("redis_itself_forgets_what_is_over", redis_itself_forgets_what_is_over),
        trial("addresses_that_are_none_are_refused", addresses_that_are_none_are_refused),
        trial("many_at_once_share_a_connection", many_at_once_share_a_connection),
        trial("an_endless_timeout_is_none", an_endless_timeout_is_none),
    ]
}

fn token(secret: &str) -> StoredToken {
    StoredToken::new(secret, SystemTime::now() + Duration::from_secs(3600))
}

async fn it_is_a_good_token_store() -> Result<(), Failed> {
    let server = RedisServer::start(&[]);
    Ok(check_token_store(&RedisStore::open(server.url())?).await?)
}

async fn prefixes_keep_programs_apart() -> Result<(), Failed> {
    let server = RedisServer::start(&[]);
    let one = RedisStore::open(server.url())?;
    let other = RedisStore::builder(server.url()).prefix("other:").build()?;
    one.save("key", token("1")).await?;
    assert_eq!(other.load("key").await?, None);
    assert_eq!(server.command("EXISTS feishu-openapi:key"), ":1");
    assert!(
        other.lock("key", "a", Duration::from_secs(9)).await? && one.lock("key", "b", Duration::from_secs(9)).await?
    );
    Ok(())
}

async fn redis_itself_forgets_what_is_over() -> Result<(), Failed> {
    let server = RedisServer::start(&[]);
    let store = RedisStore::open(server.url())?;
    store.save("key", token("1")).await?;
    store.lock("key", "owner", Duration::from_secs(10)).await?;
    let left = |key: &str| server.command(&format!("PTTL \"{key}\""))[1..].parse::<i64>().expect("a number");
    assert!((3_590_000..=3_600_000).contains(&left("feishu-openapi:key")));
    assert!((9_000..=10_000).contains(&left("feishu-openapi:lock key")));
    // Set by hand and without an end, it is believed for an hour and then looked at again.
    assert_eq!(server.command("SET feishu-openapi:key by-hand"), "+OK");
    let stored = store.load("key").await?.ok_or("nothing there")?;
    assert_eq!(stored.secret(), "by-hand");
    assert!(stored.time_left().is_some_and(|left| left <= Duration::from_secs(3600)));
    // A time beyond what anybody can count is cut.
    let endless = StoredToken::new("1", SystemTime::now() + Duration::from_secs(1 << 40));
    store.save("key", endless).await?;
    assert!(store.load("key").await?.is_some());
    Ok(())
}

async fn addresses_that_are_none_are_refused() -> Result<(), Failed> {
    for url in ["", "127.0.0.1:6379", "http://:very-secret@127.0.0.1/", "redis://:very-secret@:x/"] {
        let error = RedisStore::open(url).err().ok_or(url)?;
        assert!(!format!("{error} {error:?}").contains("very-secret"), "{error:?}");
        assert!(error.to_string().contains("redis://[user:password@]host"), "{error}");
    }
    if cfg!(not(feature = "redis-tls")) {
        let error = RedisStore::open("rediss://127.0.0.1/").err().ok_or("TLS without its feature")?;
        assert!(error.to_string().contains("`redis-tls`"), "{error}");
    }
    let shown = format!("{:?}", RedisStore::open("redis://:very-secret@127.0.0.1/")?);
    assert!(!shown.contains("very-secret"), "{shown}");
    Ok(())
}

async fn many_at_once_share_a_connection() -> Result<(), Failed> {
    let server = RedisServer::start(&[]);
    let store = RedisStore::open(server.url())?;
    let mut tasks = tokio::task::JoinSet::new();
    for number in 0..500 {
        let store = store.clone();
        tasks.spawn(async move {
            let key = number.to_string();
            store.save(&key, token(&key)).await?;
            store.load(&key).await
        });
    }
    for loaded in tasks.join_all().await {
        assert!(loaded?.is_some());
    }
    // One for all, and the one that asks.
    assert_eq!(server.command("CLIENT LIST").lines().count(), 2);
    Ok(())
}

async fn an_endless_timeout_is_none() -> Result<(), Failed> {
    let server = RedisServer::start(&[]);
    let store = RedisStore::builder(server.url()).timeout(Duration::MAX).build()?;
    store.save("key", token("1")).await?;
    assert!(store.load("key").await?.is_some());
    Ok(())
}
