//! Tokens that are renewed, and rejected, while servers and runtimes hang.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::Duration;

use feishu_openapi_runtime::testing::{Received, Reply, ScriptedTransport};
use feishu_openapi_runtime::{Core, Error, Method, RetryPolicy, serde_json::json};
use tokio::time::{Instant, advance, sleep};

use crate::tokens::{ReadOnlyStore, issuing, sharing, token_requests, tokens_of};
use crate::{builder, scripted, store_with};

const SECOND: Duration = Duration::from_secs(1);

async fn call(core: &Core) -> Result<(), Error> {
    core.request(Method::Get, "/open-apis/x").await.map(drop)
}

/// Gives out `t-1`, and for each later token needs so long.
fn slow_after_the_first(delay: Duration) -> ScriptedTransport {
    let is_first = AtomicBool::new(true);
    ScriptedTransport::with_handler(move |request: &Received| match request.is_token_request() {
        true if is_first.swap(false, Relaxed) => Reply::tenant_token("t-1"),
        true => Reply::tenant_token("t-2").delay(delay),
        false => Reply::data(json!({})),
    })
}

/// A client whose only token is `t-1`, to be renewed and good for another 295 seconds.
async fn with_token_to_renew(transport: &ScriptedTransport) -> Core {
    let core = sharing(transport, ReadOnlyStore { stuck: None });
    call(&core).await.unwrap();
    advance(Duration::from_secs(7200 - 295)).await;
    core
}

#[tokio::test(start_paused = true)]
async fn a_token_endpoint_that_hangs_holds_up_no_call_while_the_token_works() {
    let transport = slow_after_the_first(Duration::from_secs(86_400));
    let core = with_token_to_renew(&transport).await;
    let mut calls = tokio::task::JoinSet::new();
    for _ in 0..290 {
        let core = core.clone();
        calls.spawn(async move {
            let started = Instant::now();
            call(&core).await.map(|()| started.elapsed())
        });
        sleep(SECOND).await;
    }
    for took in calls.join_all().await {
        assert!(took.unwrap() < SECOND);
    }
    // One attempt in 120 seconds, each with its four requests.
    assert!(token_requests(&transport.requests()) <= 1 + 3 * 4, "{}", token_requests(&transport.requests()));
}

#[tokio::test(start_paused = true)]
async fn a_slow_renewal_goes_on_in_the_background() {
    let transport = slow_after_the_first(10 * SECOND);
    let core = with_token_to_renew(&transport).await;
    call(&core).await.unwrap();
    sleep(10 * SECOND).await;
    call(&core).await.unwrap();
    assert_eq!(tokens_of(&transport), ["t-1", "t-1", "t-2"]);
    assert_eq!(token_requests(&transport.requests()), 2);
}

#[tokio::test(start_paused = true)]
async fn calls_without_a_token_wait_for_the_renewal_in_the_background() {
    let transport = slow_after_the_first(20 * SECOND);
    let core = with_token_to_renew(&transport).await;
    advance(290 * SECOND).await;
    call(&core).await.unwrap();
    // By now the old token has expired.
    sleep(5 * SECOND).await;
    call(&core).await.unwrap();
    assert_eq!(tokens_of(&transport), ["t-1", "t-1", "t-2"]);
    assert_eq!(token_requests(&transport.requests()), 2);
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build().unwrap()
}

/// A client shared by two runtimes, of which the first has begun to fetch a token and stands still.
fn half_way_on_another_runtime() -> (tokio::runtime::Runtime, Core) {
    let core = scripted(&issuing_slowly());
    let first = runtime();
    let hasty = core.request(Method::Get, "/open-apis/x").deadline(SECOND / 10);
    assert!(first.block_on(hasty.into_future()).unwrap_err().is_timeout());
    (first, core)
}

fn issuing_slowly() -> ScriptedTransport {
    ScriptedTransport::with_handler(|request| match request.is_token_request() {
        true => Reply::tenant_token("t-1").delay(SECOND / 2),
        false => Reply::data(json!({})),
    })
}

#[test]
fn a_renewal_on_a_runtime_that_stands_still_holds_others_up_for_seconds_only() {
    let (first, core) = half_way_on_another_runtime();
    runtime().block_on(async {
        let started = Instant::now();
        call(&core).await.unwrap();
        assert!(started.elapsed() < 2 * SECOND, "{:?}", started.elapsed());
        call(&core).await.unwrap();
    });
    first.block_on(call(&core)).unwrap();
}

#[test]
fn a_renewal_on_a_runtime_that_is_gone_holds_nobody_up() {
    let (first, core) = half_way_on_another_runtime();
    drop(first);
    runtime().block_on(async {
        let started = Instant::now();
        call(&core).await.unwrap();
        assert!(started.elapsed() < SECOND, "{:?}", started.elapsed());
    });
}

#[test]
fn a_runtime_that_is_set_going_again_goes_on_with_its_renewal() {
    let transport = issuing_slowly();
    let core = scripted(&transport);
    let runtime = runtime();
    let hasty = core.request(Method::Get, "/open-apis/x").deadline(SECOND / 10);
    assert!(runtime.block_on(hasty.into_future()).unwrap_err().is_timeout());
    runtime.block_on(async {
        advance(20 * SECOND).await;
        call(&core).await.unwrap();
    });
    assert_eq!(token_requests(&transport.requests()), 1);
}

#[tokio::test(start_paused = true)]
async fn a_rejected_token_that_is_seconds_old_is_not_replaced() {
    let transport = issuing(|_| false);
    let core = sharing(&transport, ReadOnlyStore { stuck: None });
    for _ in 0..100 {
        let error = call(&core).await.unwrap_err();
        assert!(error.is_unauthenticated());
        assert_eq!((error.code(), error.attempts()), (Some(99_991_663), 1));
    }
    assert_eq!(token_requests(&transport.requests()), 1);
    // Later it may have been revoked; what takes its place is seconds old again.
    advance(60 * SECOND).await;
    for _ in 0..100 {
        call(&core).await.unwrap_err();
    }
    assert_eq!(token_requests(&transport.requests()), 2);
    assert_eq!(transport.calls().len(), 201);
}

#[tokio::test(start_paused = true)]
async fn a_call_is_not_repeated_with_the_token_that_was_rejected() {
    let transport = ScriptedTransport::with_handler(|request| match request.is_token_request() {
        true => Reply::tenant_token("t-old"),
        false => Reply::code(400, 99_991_663, "Invalid access token"),
    });
    let core = sharing(&transport, store_with("t-old").await);
    for _ in 0..100 {
        let error = call(&core).await.unwrap_err();
        assert_eq!((error.code(), error.attempts()), (Some(99_991_663), 1));
    }
    assert_eq!(transport.calls().len(), 100);
    assert_eq!(token_requests(&transport.requests()), 1);
}

#[tokio::test]
async fn a_lifetime_without_sense_is_taken_as_ten_minutes() {
    for expire in [json!(0), json!(-1), json!("7200s"), json!([]), json!({}), json!(null), json!(true)] {
        let answer = json!({ "code": 0, "tenant_access_token": "t-1", "expire": expire });
        let transport = ScriptedTransport::with_handler(move |request| match request.is_token_request() {
            true => Reply::json(200, &answer),
            false => Reply::data(json!({})),
        });
        let core = sharing(&transport, ReadOnlyStore { stuck: None });
        for _ in 0..20 {
            call(&core).await.unwrap();
        }
        assert_eq!(token_requests(&transport.requests()), 1, "{expire}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_panic_in_the_transport_fails_the_calls_that_wait_and_no_others() {
    let panics = Arc::new(AtomicBool::new(true));
    let switch = panics.clone();
    let transport = ScriptedTransport::with_handler(move |request| match request.is_token_request() {
        true if switch.swap(false, Relaxed) => panic!("a bug of the program"),
        true => Reply::tenant_token("t-1"),
        false => Reply::data(json!({})),
    });
    let core: Core = builder().transport(transport).retry(RetryPolicy::never()).build().unwrap();
    assert!(call(&core).await.unwrap_err().to_string().contains("cut short"));
    call(&core).await.unwrap();
}
