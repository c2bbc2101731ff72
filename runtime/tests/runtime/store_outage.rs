//! What happens while the token store fails.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::Duration;

use feishu_openapi_runtime::testing::{Reply, ScriptedTransport};
use feishu_openapi_runtime::{
    ClientBuilder, Core, MemoryTokenStore, StoreError, StoreOutage, Tenant, TokenStore, serde_json::json,
};

use crate::hooked_store::{HookedStore, Moment};
use crate::sample::Delete;
use crate::{as_app, builder, script, store_with};

/// A store, and the switch that breaks it.
fn breakable() -> (HookedStore, Arc<AtomicBool>) {
    breakable_for(|_| true)
}

fn breakable_for(breaks: impl Fn(Moment) -> bool + Send + Sync + 'static) -> (HookedStore, Arc<AtomicBool>) {
    let is_broken = Arc::new(AtomicBool::new(false));
    let switch = is_broken.clone();
    let hook = move |moment| match switch.load(Relaxed) && breaks(moment) {
        true => Err(StoreError::new("connection refused")),
        false => Ok(()),
    };
    (HookedStore::new(MemoryTokenStore::new(), hook), is_broken)
}

fn client(transport: &ScriptedTransport, store: impl TokenStore, outage: StoreOutage) -> Core {
    builder().transport(transport.clone()).token_store(store).on_store_outage(outage).build().unwrap()
}

#[tokio::test]
async fn calls_fail_and_say_so_by_default() {
    let (store, is_broken) = breakable();
    let transport = script([Reply::data(json!({}))]);
    let core = client(&transport, store, StoreOutage::default());
    is_broken.store(true, Relaxed);
    let error = as_app(&core, Delete::new("1")).await.unwrap_err();
    assert!(error.is_store_failure() && error.is_retryable() && !error.may_have_taken_effect());
    assert_eq!(
        error.to_string(),
        "task.v2.task.delete: the token store failed: tokens can neither be loaded nor saved: connection refused"
    );
    let source = std::error::Error::source(&error).unwrap();
    assert_eq!(source.to_string(), "connection refused");
    assert!(transport.requests().is_empty());
    is_broken.store(false, Relaxed);
    as_app(&core, Delete::new("1")).await.unwrap();
}

#[tokio::test]
async fn tokens_of_the_app_can_do_without_the_store() {
    let (store, is_broken) = breakable();
    let transport = script([Reply::data(json!({})), Reply::data(json!({})), Reply::data(json!({}))]);
    let core = client(&transport, store.clone(), StoreOutage::OwnTokens);
    is_broken.store(true, Relaxed);
    as_app(&core, Delete::new("1")).await.unwrap();
    as_app(&core, Delete::new("2")).await.unwrap();
    is_broken.store(false, Relaxed);
    as_app(&core, Delete::new("3")).await.unwrap();
    let tokens: Vec<_> = transport.calls().iter().map(|call| call.token().unwrap().to_owned()).collect();
    assert_eq!(tokens, ["t-1", "t-1", "t-1"]);
    // Only that of this process: the store has not heard of it.
    let other = client(&transport, store, StoreOutage::OwnTokens);
    assert_eq!(other.tenant_access_token(&Tenant::default()).await.unwrap(), "t-2");
}

#[tokio::test]
async fn a_ticket_that_came_to_this_process_is_enough() {
    let (store, is_broken) = breakable();
    let transport = ScriptedTransport::with_handler(|request| {
        let body = request.json();
        match request.path() {
            "/open-apis/auth/v3/app_access_token" if body["app_ticket"] == "good" => {
                Reply::json(200, &json!({ "code": 0, "app_access_token": "a-1", "expire": 7200 }))
            }
            "/open-apis/auth/v3/app_access_token" => Reply::code(200, 10_012, "bad ticket"),
            "/open-apis/auth/v3/app_ticket/resend" => Reply::code(200, 0, "success"),
            _ => Reply::tenant_token("t-one"),
        }
    });
    let builder: ClientBuilder<Core> = ClientBuilder::new().store_app("cli_isv", "the-app-secret");
    let core = builder.transport(transport).token_store(store.clone()).on_store_outage(StoreOutage::OwnTokens);
    let core = core.build().unwrap();
    is_broken.store(true, Relaxed);
    let token = async || core.tenant_access_token(&Tenant::new("one")).await;
    assert!(token().await.unwrap_err().is_waiting_for_app_ticket());
    core.put_app_ticket("stale").await.unwrap();
    assert!(token().await.unwrap_err().is_waiting_for_app_ticket());
    core.put_app_ticket("good").await.unwrap();
    assert_eq!(token().await.unwrap(), "t-one");
    // By default a ticket that cannot be kept is an error: Feishu then pushes it again.
    let strict: ClientBuilder<Core> = ClientBuilder::new().store_app("cli_isv", "the-app-secret");
    let strict = strict.token_store(store).build().unwrap();
    strict.put_app_ticket("good").await.unwrap_err();
}

#[tokio::test(start_paused = true)]
async fn a_lock_that_cannot_be_given_back_holds_nobody_up_for_long() {
    let (store, is_broken) = breakable_for(|moment| moment == Moment::Before("unlock"));
    let transport = script([]);
    is_broken.store(true, Relaxed);
    let core = client(&transport, store.clone(), StoreOutage::Fail);
    let started = tokio::time::Instant::now();
    assert_eq!(core.tenant_access_token(&Tenant::default()).await.unwrap(), "t-1");
    // What was saved is found without the lock.
    let other = client(&transport, store.clone(), StoreOutage::Fail);
    assert_eq!(other.tenant_access_token(&Tenant::default()).await.unwrap(), "t-1");
    assert_eq!(started.elapsed(), Duration::ZERO);
    // And where nothing was saved, others wait for some seconds, and then fetch without it.
    let (store, is_broken) = breakable_for(|moment| moment == Moment::Before("save"));
    is_broken.store(true, Relaxed);
    let key = "https://open.feishu.cn tenant_access_token cli_app ";
    assert!(store.lock(key, "somebody who died", Duration::from_secs(60)).await.unwrap());
    let core = client(&transport, store, StoreOutage::Fail);
    assert_eq!(core.tenant_access_token(&Tenant::default()).await.unwrap(), "t-2");
    assert!((5..=6).contains(&started.elapsed().as_secs()), "{:?}", started.elapsed());
}

#[tokio::test]
async fn a_ticket_that_came_while_the_store_failed_outlives_the_failure() {
    for kept_before in [None, Some("stale")] {
        let (store, is_broken) = breakable();
        let transport = ScriptedTransport::with_handler(|request| match request.path() {
            "/open-apis/auth/v3/app_access_token" if request.json()["app_ticket"] == "good" => {
                Reply::json(200, &json!({ "code": 0, "app_access_token": "a-1", "expire": 7200 }))
            }
            "/open-apis/auth/v3/app_access_token" => Reply::code(200, 10_012, "bad ticket"),
            "/open-apis/auth/v3/app_ticket/resend" => Reply::code(200, 0, "success"),
            _ => Reply::tenant_token("t-one"),
        });
        let builder: ClientBuilder<Core> = ClientBuilder::new().store_app("cli_isv", "the-app-secret");
        let core = builder.transport(transport.clone()).token_store(store).on_store_outage(StoreOutage::OwnTokens);
        let core = core.build().unwrap();
        if let Some(ticket) = kept_before {
            core.put_app_ticket(ticket).await.unwrap();
        }
        is_broken.store(true, Relaxed);
        // Feishu is told that the ticket arrived, and does not send it again.
        core.put_app_ticket("good").await.unwrap();
        is_broken.store(false, Relaxed);
        let token = core.tenant_access_token(&Tenant::new("one")).await;
        assert_eq!(token.unwrap(), "t-one", "{kept_before:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_store_that_hangs_while_a_token_is_dropped_keeps_the_deadline() {
    let forever = |moment| match moment == Moment::Before("remove") {
        true => Duration::from_secs(3600),
        false => Duration::ZERO,
    };
    let store = HookedStore::new(store_with("t-old").await, |_| Ok(())).pausing(forever);
    let transport = script([Reply::code(400, 99_991_663, "invalid token"), Reply::data(json!({}))]);
    let core = client(&transport, store, StoreOutage::default());
    let started = tokio::time::Instant::now();
    assert!(as_app(&core, Delete::new("1")).await.unwrap_err().is_timeout());
    assert!(started.elapsed() <= Duration::from_secs(120), "{:?}", started.elapsed());
}
