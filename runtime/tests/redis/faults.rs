//! Redis that is down, hangs, restarts, forgets, refuses.

use std::sync::atomic::Ordering::Relaxed;
use std::time::{Duration, Instant};

use feishu_openapi_runtime::serde_json::Value as Json;
use feishu_openapi_runtime::{Core, Error, Method, RedisStore, StoreOutage, TokenStore, User};
use libtest_mimic::{Failed, Trial};

use crate::processes::{Setup, client};
use crate::redis_server::{RedisServer, free_port};
use crate::{row, trial};

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("redis_that_is_down", redis_that_is_down),
        trial("redis_that_hangs", redis_that_hangs),
        trial("redis_that_restarts", redis_that_restarts),
        trial("redis_that_dies_between_refresh_and_save", redis_that_dies_between_refresh_and_save),
        trial("redis_that_lost_its_data", redis_that_lost_its_data),
        trial("redis_that_is_full", redis_that_is_full),
        trial("redis_that_is_a_replica", redis_that_is_a_replica),
        trial("redis_that_wants_a_password", redis_that_wants_a_password),
        trial("redis_that_closes_connections", redis_that_closes_connections),
        trial("redis_that_closes_connections_under_load", redis_that_closes_connections_under_load),
        trial("something_else_under_the_key", something_else_under_the_key),
    ]
}

async fn call(core: &Core) -> Result<Json, Error> {
    core.request(Method::Get, "/open-apis/x").await
}

async fn call_as(core: &Core, user: &str) -> Result<Json, Error> {
    core.request(Method::Get, "/open-apis/x").identity(&User::session(user)).await
}

/// The call fails as one that needs a store which fails.
fn store_failure(result: Result<Json, Error>) -> Result<String, Failed> {
    let error = result.err().ok_or("the call has succeeded")?;
    assert!(error.is_retryable() && !error.may_have_taken_effect() && !error.is_login_required(), "{error}");
    let text = error.to_string();
    assert!(text.contains("the token store failed"), "{text}");
    Ok(text)
}

async fn redis_that_is_down() -> Result<(), Failed> {
    let mut setup = Setup::new().await?;
    setup.redis.kill();
    let text = store_failure(call(&setup.core).await)?;
    row("down", &format!("calls that need it fail: {text}"));
    let own = client(&setup.feishu, &setup.redis)?.on_store_outage(StoreOutage::OwnTokens).build()?;
    call(&own).await?;
    call(&own).await?;
    assert_eq!(setup.app_tokens.load(Relaxed), 1);
    store_failure(call_as(&own, "ou_1").await)?;
    row("down, `OwnTokens`", "the app calls with tokens of its process; sessions fail as above");
    let nowhere = RedisStore::open(format!("redis://127.0.0.1:{}/", free_port()))?;
    let error = nowhere.load("key").await.err().ok_or("nobody is there")?;
    assert!(text.contains("refused") && error.to_string().contains("refused"));
    Ok(())
}

async fn redis_that_hangs() -> Result<(), Failed> {
    let setup = Setup::new().await?;
    setup.log_in("ou_1").await?;
    setup.redis.signal("STOP");
    let started = Instant::now();
    let text = store_failure(call(&setup.core).await)?;
    let waited = started.elapsed();
    assert!((400..2_000).contains(&waited.as_millis()), "{waited:?}");
    assert!(text.contains("within 500ms"), "{text}");
    store_failure(call_as(&setup.core, "ou_1").await)?;
    assert_eq!(setup.accounts.refreshes(), 0, "nothing may be used up that cannot be saved");
    setup.redis.signal("CONT");
    call(&setup.core).await?;
    call_as(&setup.core, "ou_1").await?;
    row("hangs", &format!("calls that need it fail after the timeout: {text}"));
    Ok(())
}

async fn redis_that_restarts() -> Result<(), Failed> {
    let mut setup = Setup::new().await?;
    setup.log_in("ou_1").await?;
    call(&setup.core).await?;
    setup.redis.kill();
    // Tokens that are at hand need no store.
    call(&setup.core).await?;
    setup.redis.start_again();
    call_as(&setup.core, "ou_1").await?;
    let other = client(&setup.feishu, &setup.redis)?.build()?;
    call(&other).await?;
    assert_eq!(setup.app_tokens.load(Relaxed), 1);
    row("restarts", "nobody notices; connections are made again");
    Ok(())
}

async fn redis_that_dies_between_refresh_and_save() -> Result<(), Failed> {
    let mut setup = Setup::new().await?;
    setup.log_in("ou_1").await?;
    setup.accounts.delay(Duration::from_secs(1));
    let core = setup.core.clone();
    let waiting = tokio::spawn(async move { call_as(&core, "ou_1").await });
    while setup.accounts.refreshes() == 0 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    setup.redis.kill();
    waiting.await??;
    setup.redis.start_again();
    setup.accounts.delay(Duration::ZERO);
    let started = Instant::now();
    while !setup.is_whole("ou_1").await? {
        assert!(started.elapsed() < Duration::from_secs(20));
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let other = client(&setup.feishu, &setup.redis)?.build()?;
    // Fresh in the store, so that it asks for nothing.
    while other.sessions().get("ou_1").await?.and_then(|tokens| tokens.refresh_token().map(str::to_owned))
        != setup.accounts.live_refresh_token("ou_1")
    {
        assert!(started.elapsed() < Duration::from_secs(20));
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    call_as(&other, "ou_1").await?;
    assert_eq!(setup.accounts.refreshes(), 1);
    row("dies between a refresh and its save", "the call succeeds; the new tokens are saved when it is back");
    Ok(())
}

async fn redis_that_lost_its_data() -> Result<(), Failed> {
    let setup = Setup::new().await?;
    setup.log_in("ou_1").await?;
    call(&setup.core).await?;
    assert_eq!(setup.redis.command("FLUSHALL"), "+OK");
    let other = client(&setup.feishu, &setup.redis)?.build()?;
    call(&other).await?;
    assert_eq!(setup.app_tokens.load(Relaxed), 2);
    let error = call_as(&other, "ou_1").await.err().ok_or("there is no session")?;
    assert!(error.is_login_required(), "{error}");
    row("loses its data", "tokens of the app are fetched again; users have to log in");
    Ok(())
}

/// Commands that write are refused.
async fn refuses_writing(setup: &Setup, fault: &str, says: &str) -> Result<(), Failed> {
    let text = store_failure(call(&setup.core).await)?;
    assert!(text.contains(says), "{text}");
    let text = store_failure(call_as(&setup.core, "ou_1").await)?;
    assert_eq!(setup.accounts.refreshes(), 0, "nothing may be used up that cannot be saved");
    let own = client(&setup.feishu, &setup.redis)?.on_store_outage(StoreOutage::OwnTokens).build()?;
    call(&own).await?;
    row(fault, &format!("calls that need to write fail: {text}"));
    Ok(())
}

async fn redis_that_is_full() -> Result<(), Failed> {
    let setup = Setup::new().await?;
    setup.log_in("ou_1").await?;
    assert_eq!(setup.redis.command("CONFIG SET maxmemory 1"), "+OK");
    refuses_writing(&setup, "is full", "OOM").await?;
    assert_eq!(setup.redis.command("CONFIG SET maxmemory 0"), "+OK");
    Ok(call_as(&setup.core, "ou_1").await.map(drop)?)
}

async fn redis_that_is_a_replica() -> Result<(), Failed> {
    let setup = Setup::new().await?;
    setup.log_in("ou_1").await?;
    assert_eq!(setup.redis.command(&format!("REPLICAOF 127.0.0.1 {}", free_port())), "+OK");
    refuses_writing(&setup, "is a read-only replica", "ReadOnly").await?;
    assert_eq!(setup.redis.command("REPLICAOF NO ONE"), "+OK");
    Ok(call_as(&setup.core, "ou_1").await.map(drop)?)
}

async fn redis_that_wants_a_password() -> Result<(), Failed> {
    let server = RedisServer::start(&["--requirepass", "the-right-password"]);
    let load = async |url: String| RedisStore::open(url)?.load("key").await;
    let address = server.url().replace("redis://", "");
    let error = load(server.url()).await.err().ok_or("no password was asked for")?;
    row("wants a password", &error.to_string());
    assert!(error.to_string().to_lowercase().contains("authentication"), "{}", error.to_string());
    let wrong = load(format!("redis://:very-secret@{address}")).await.err().ok_or("any password will do")?;
    row("has another password", &wrong.to_string());
    let shown = format!("{} {wrong:?}", wrong);
    assert!(shown.contains("assword") && !shown.contains("very-secret"), "{shown}");
    load(format!("redis://:the-right-password@{address}")).await?;
    Ok(())
}

async fn redis_that_closes_connections() -> Result<(), Failed> {
    let setup = Setup::new().await?;
    for _ in 0..3 {
        setup.log_in("ou_1").await?;
        assert!(setup.redis.command("CLIENT KILL TYPE normal SKIPME yes").starts_with(':'));
        call_as(&setup.core, "ou_1").await?;
    }
    row("closes connections", "nobody notices");
    Ok(())
}

async fn redis_that_closes_connections_under_load() -> Result<(), Failed> {
    let server = RedisServer::start(&[]);
    let store = RedisStore::open(server.url())?;
    for _ in 0..50 {
        let load = || {
            let store = store.clone();
            tokio::spawn(async move { store.load("key").await })
        };
        let mut before: Vec<_> = (0..20).map(|_| load()).collect();
        assert!(server.command("CLIENT KILL TYPE normal SKIPME yes").starts_with(':'));
        before.extend((0..100).map(|_| load()));
        for load in before {
            load.await??;
        }
    }
    Ok(())
}

async fn something_else_under_the_key() -> Result<(), Failed> {
    let setup = Setup::new().await?;
    let key = format!("feishu-openapi:{} tenant_access_token cli_app ", setup.feishu.url());
    assert_eq!(setup.redis.command(&format!("RPUSH \"{key}\" a")), ":1");
    let text = store_failure(call(&setup.core).await)?;
    assert!(text.contains("WRONGTYPE"), "{text}");
    row("has something else under the key", &text);
    assert_eq!(setup.redis.command(&format!("DEL \"{key}\"")), ":1");
    call(&setup.core).await?;
    Ok(())
}
