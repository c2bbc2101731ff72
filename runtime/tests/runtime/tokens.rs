//! Tenant access tokens.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering::Relaxed};
use std::time::{Duration, SystemTime};

use feishu_openapi_runtime::testing::{Received, Reply, ScriptedTransport, Server};
use feishu_openapi_runtime::transport::BoxFuture;
use feishu_openapi_runtime::{
    ClientBuilder, Core, Error, MemoryTokenStore, Method, RetryPolicy, StoreError, StoredToken, Tenant, TokenStore,
    serde_json::json,
};

use crate::hooked_store::{HookedStore, Moment};
use crate::sample::*;
use crate::{as_app, as_user, builder, client, script, scripted, store_with, store_with_token_of};

pub(crate) fn token_requests(requests: &[Received]) -> usize {
    requests.iter().filter(|request| request.is_token_request()).count()
}

/// The tokens that calls came with.
pub(crate) fn tokens_of(transport: &ScriptedTransport) -> Vec<String> {
    transport.calls().iter().map(|call| call.token().unwrap_or_default().to_owned()).collect()
}

/// A client that keeps its tokens in this store.
pub(crate) fn sharing(transport: &ScriptedTransport, store: impl TokenStore) -> Core {
    builder().transport(transport.clone()).token_store(store).build().unwrap()
}

/// Gives out `t-1`, `t-2`, …; a call is accepted with the token that `accepts` likes.
pub(crate) fn issuing(accepts: impl Fn(&str) -> bool + Send + Sync + 'static) -> ScriptedTransport {
    let issued = AtomicU32::new(0);
    ScriptedTransport::with_handler(move |request| {
        if request.is_token_request() {
            let number = issued.fetch_add(1, Relaxed) + 1;
            return Reply::tenant_token(&format!("t-{number}"));
        }
        if accepts(request.token().unwrap_or_default()) {
            return Reply::data(json!({}));
        }
        Reply::code(400, 99_991_663, "Invalid access token")
    })
}

/// Keeps nothing, but always has `stuck`; its lock is everybody's.
pub(crate) struct ReadOnlyStore {
    pub(crate) stuck: Option<StoredToken>,
}

impl TokenStore for ReadOnlyStore {
    fn load<'a>(&'a self, _: &'a str) -> BoxFuture<'a, Result<Option<StoredToken>, StoreError>> {
        Box::pin(async { Ok(self.stuck.clone()) })
    }

    fn save<'a>(&'a self, _: &'a str, _: StoredToken) -> BoxFuture<'a, Result<(), StoreError>> {
        Box::pin(async { Err(StoreError::new("read-only")) })
    }

    fn replace<'a>(
        &'a self,
        _: &'a str,
        _: &'a StoredToken,
        _: StoredToken,
    ) -> BoxFuture<'a, Result<bool, StoreError>> {
        Box::pin(async { Err(StoreError::new("read-only")) })
    }

    fn remove<'a>(&'a self, _: &'a str, _: &'a StoredToken) -> BoxFuture<'a, Result<(), StoreError>> {
        Box::pin(async { Err(StoreError::new("read-only")) })
    }

    fn lock<'a>(&'a self, _: &'a str, _: &'a str, _: Duration) -> BoxFuture<'a, Result<bool, StoreError>> {
        Box::pin(async { Ok(true) })
    }

    fn unlock<'a>(&'a self, _: &'a str, _: &'a str) -> BoxFuture<'a, Result<(), StoreError>> {
        Box::pin(async { Ok(()) })
    }
}

#[tokio::test]
async fn a_rejected_token_that_stays_in_the_store_is_passed_over() {
    let transport = issuing(|token| token == "t-1");
    let later = SystemTime::now() + Duration::from_secs(3600);
    let store = ReadOnlyStore { stuck: Some(StoredToken::new("t-old", later)) };
    let core = builder().transport(transport.clone()).token_store(store);
    let core: Core = core.build().unwrap();
    as_app(&core, Delete::new("1")).await.unwrap();
    let calls = transport.calls();
    let tokens: Vec<_> = calls.iter().map(|call| call.token().unwrap()).collect();
    assert_eq!(tokens, ["t-old", "t-1"]);
}

#[tokio::test]
async fn the_token_request_is_as_documented() {
    let transport = script([Reply::data(json!({}))]);
    as_app(&scripted(&transport), Delete::new("1")).await.unwrap();
    let request = transport.requests().remove(0);
    assert_eq!(request.path(), "/open-apis/auth/v3/tenant_access_token/internal");
    assert_eq!(request.method(), "POST");
    assert_eq!(request.token(), None);
    assert_eq!(request.json(), json!({ "app_id": "cli_app", "app_secret": "the-app-secret" }));
}

#[tokio::test]
async fn a_thousand_cold_calls_make_one_token_request() {
    let server = Server::with_handler(|request| match request.is_token_request() {
        true => Reply::tenant_token("t-1").delay(Duration::from_millis(50)),
        false => Reply::data(json!({})),
    });
    let server = server.await.unwrap();
    let core = client(&server);
    let mut calls = tokio::task::JoinSet::new();
    for _ in 0..1000 {
        let core = core.clone();
        calls.spawn(async move { core.tenant_access_token(&Tenant::default()).await });
    }
    for token in calls.join_all().await {
        assert_eq!(token.unwrap(), "t-1");
    }
    as_app(&core, Delete::new("1")).await.unwrap();
    assert_eq!(token_requests(&server.requests()), 1);
}

#[tokio::test(start_paused = true)]
async fn a_failed_fetch_fails_for_all_who_wait_and_is_not_repeated_for_each() {
    let transport = ScriptedTransport::with_handler(|_| {
        Reply::code(400, 10_015, "wrong app secret").delay(Duration::from_millis(50))
    });
    let core = scripted(&transport);
    let mut calls = tokio::task::JoinSet::new();
    for _ in 0..100 {
        calls.spawn(as_app(&core, Delete::new("1")).into_future());
    }
    for result in calls.join_all().await {
        let error = result.unwrap_err();
        assert!(error.is_unauthenticated(), "{error}");
        assert_eq!(error.code(), Some(10_015));
    }
    assert_eq!(transport.requests().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_caller_that_gives_up_does_not_fail_the_others() {
    let transport = ScriptedTransport::with_handler(|request| match request.is_token_request() {
        true => Reply::tenant_token("t-1").delay(Duration::from_secs(5)),
        false => Reply::data(json!({})),
    });
    let core = scripted(&transport);
    let hasty = as_app(&core, Delete::new("1")).deadline(Duration::from_secs(1));
    let hasty = tokio::spawn(hasty.into_future());
    tokio::task::yield_now().await;
    let patient = as_app(&core, Delete::new("2")).await;
    assert!(hasty.await.unwrap().unwrap_err().is_timeout());
    patient.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_token_is_renewed_shortly_before_it_expires() {
    let transport = issuing(|_| true);
    let core = builder().transport(transport.clone()).token_store(ReadOnlyStore { stuck: None });
    let core: Core = core.build().unwrap();
    as_app(&core, Delete::new("1")).await.unwrap();
    tokio::time::advance(Duration::from_secs(7200 - 301)).await;
    as_app(&core, Delete::new("2")).await.unwrap();
    assert_eq!(transport.calls()[1].token(), Some("t-1"));
    tokio::time::advance(Duration::from_secs(2)).await;
    as_app(&core, Delete::new("3")).await.unwrap();
    assert_eq!(transport.calls()[2].token(), Some("t-2"));
}

#[tokio::test]
async fn a_token_that_cannot_be_renewed_is_used_while_it_works() {
    let issued = AtomicU32::new(0);
    let transport = ScriptedTransport::with_handler(move |request| {
        if !request.is_token_request() {
            return Reply::data(json!({}));
        }
        match issued.fetch_add(1, Relaxed) {
            0 => Reply::json(200, &json!({ "code": 0, "tenant_access_token": "t-1", "expire": 1 })),
            _ => Reply::text(502, "text/html", "<html>"),
        }
    });
    let core: Core = builder().transport(transport.clone()).retry(RetryPolicy::never()).build().unwrap();
    as_app(&core, Delete::new("1")).await.unwrap();
    tokio::time::sleep(Duration::from_millis(920)).await;
    as_app(&core, Delete::new("2")).await.unwrap();
    as_app(&core, Delete::new("3")).await.unwrap();
    assert_eq!(token_requests(&transport.requests()), 2);
    tokio::time::sleep(Duration::from_millis(100)).await;
    let error = as_app(&core, Delete::new("4")).await.unwrap_err();
    assert_eq!(error.status(), Some(502));
    assert!(!error.may_have_taken_effect());
}

#[tokio::test]
async fn a_rejected_token_is_replaced_once() {
    for (status, code) in [(400, 99_991_663), (401, 99_991_663), (401, 99_991_661), (400, 99_991_671)] {
        let transport = script([Reply::code(status, code, "Invalid access token"), Reply::data(json!({}))]);
        as_app(&sharing(&transport, store_with("t-old").await), Delete::new("1")).await.unwrap();
        assert_eq!(tokens_of(&transport), ["t-old", "t-1"]);
    }
}

#[tokio::test]
async fn a_token_is_replaced_once_and_never_in_a_loop() {
    let transport = issuing(|_| false);
    let core = sharing(&transport, store_with("t-old").await);
    let error = as_app(&core, Delete::new("1")).await.unwrap_err();
    assert!(error.is_unauthenticated());
    assert!(!error.may_have_taken_effect());
    assert_eq!(error.attempts(), 2);
    assert_eq!(tokens_of(&transport), ["t-old", "t-1"]);
}

#[tokio::test]
async fn a_rejected_token_is_replaced_once_for_all() {
    let server = Server::with_handler(|request| {
        if request.is_token_request() {
            return Reply::tenant_token("t-1").delay(Duration::from_millis(30));
        }
        match request.token() {
            Some("t-1") => Reply::data(json!({})),
            _ => Reply::code(401, 99_991_663, "Invalid access token"),
        }
    });
    let server = server.await.unwrap();
    let store = store_with_token_of(&server.url(), "t-old").await;
    let core: Core = builder().base_url(server.url()).token_store(store).build().unwrap();
    let mut calls = tokio::task::JoinSet::new();
    for number in 0..100 {
        calls.spawn(as_app(&core, Delete::new(number.to_string())).into_future());
    }
    for result in calls.join_all().await {
        result.unwrap();
    }
    assert_eq!(token_requests(&server.requests()), 1);
    // Those who came after the new token needed only one call.
    assert!(server.calls().len() <= 200);
}

#[tokio::test]
async fn no_permission_with_401_is_no_token_rejection() {
    let transport = script([Reply::code(401, 1470403, "no permission")]);
    let error = as_app(&scripted(&transport), Delete::new("1")).await.unwrap_err();
    assert!(error.is_permission_denied());
    assert!(!error.is_unauthenticated());
    assert_eq!(transport.requests().len(), 2);
}

#[tokio::test]
async fn an_explicit_user_token_is_never_replaced() {
    let transport = script([Reply::code(400, 99_991_677, "token expire")]);
    let error = as_user(&scripted(&transport), List::new()).await.unwrap_err();
    assert!(error.is_unauthenticated());
    assert_eq!(transport.requests().len(), 1);
    assert_eq!(transport.requests()[0].token(), Some("u-token"));
}

#[tokio::test]
async fn a_token_that_no_header_can_hold_is_refused_before_sending() {
    let transport = script([]);
    let core = scripted(&transport);
    for token in ["", "a\nb", "a b", "令牌"] {
        let call = core.request(Method::Get, "/open-apis/x").as_user(token);
        assert!(call.await.unwrap_err().is_invalid_request(), "{token:?}");
    }
    assert!(transport.requests().is_empty());
}

#[tokio::test]
async fn a_long_user_token_works() {
    let token = format!("eyJ.{}.x-_", "a".repeat(4096));
    let transport = script([Reply::data(json!(1))]);
    scripted(&transport).request(Method::Get, "/open-apis/x").as_user(&token).await.unwrap();
    assert_eq!(transport.requests()[0].token(), Some(&*token));
}

#[tokio::test]
async fn clients_share_a_store() {
    let transport = issuing(|_| true);
    let store = MemoryTokenStore::new();
    for _ in 0..2 {
        let builder: ClientBuilder<Core> = builder();
        let core = builder.transport(transport.clone()).token_store(store.clone());
        as_app(&core.build().unwrap(), Delete::new("1")).await.unwrap();
    }
    assert_eq!(token_requests(&transport.requests()), 1);
}

#[tokio::test]
async fn a_rejected_token_leaves_the_store() {
    let transport = issuing(|token| token == "t-1");
    let store = store_with("t-old").await;
    for _ in 0..2 {
        as_app(&sharing(&transport, store.clone()), Delete::new("1")).await.unwrap();
    }
    assert_eq!(tokens_of(&transport), ["t-old", "t-1", "t-1"]);
}

#[tokio::test]
async fn a_client_without_an_app_calls_as_people_only() {
    let transport = script([Reply::data(json!({}))]);
    let core: Core = ClientBuilder::new().transport(transport.clone()).build().unwrap();
    let error = as_app(&core, Delete::new("1")).await.unwrap_err();
    assert!(error.is_configuration() && error.to_string().contains("custom_app"), "{error}");
    as_user(&core, Delete::new("1")).await.unwrap();
}

#[tokio::test]
async fn a_token_answer_without_a_token_is_an_error() {
    let transport = ScriptedTransport::with_handler(|_| Reply::data(json!({})));
    let error = as_app(&scripted(&transport), Delete::new("1")).await.unwrap_err();
    assert!(error.is_unexpected_answer(), "{error}");
    assert!(error.log_id().is_some());
}

#[test]
fn settings_that_cannot_work_are_refused() {
    fn check(builder: ClientBuilder<Core>) -> Error {
        builder.build().unwrap_err()
    }
    check(ClientBuilder::new().custom_app("", "x"));
    check(ClientBuilder::new().custom_app("x", ""));
    for (id, secret) in [("cli_1\n", "secret"), ("cli_1", "secret\r\n"), ("cli 1", "secret")] {
        let error = check(ClientBuilder::new().custom_app(id, secret));
        assert!(error.is_configuration() && error.to_string().contains("trim"), "{error}");
    }
    for url in ["https://open.feishu.cn/open-apis", "https://open.feishu.cn/open-apis/"] {
        let error = check(ClientBuilder::new().base_url(url));
        assert!(error.to_string().contains("leave `/open-apis` out"), "{error}");
    }
    for url in ["", "open.feishu.cn", "ftp://x", "https://", "https://u@x", "https://x y"] {
        check(ClientBuilder::new().base_url(url));
    }
    for url in ["https://user:the-password@x", "https://x?key=the-password", "ftp://u:the-password@x/open-apis"] {
        let builder: ClientBuilder<Core> = ClientBuilder::new().base_url(url);
        let mut printed = format!("{builder:?}");
        let error = check(builder);
        printed += &format!("{error} {error:?}");
        assert!(!printed.contains("the-password"), "{printed}");
    }
    check(ClientBuilder::new().user_agent("a\nb"));
    let _: Core = ClientBuilder::new().base_url("HTTPS://open.feishu.cn").build().unwrap();
    let built: Core = ClientBuilder::new().base_url("https://open.feishu.cn/").build().unwrap();
    assert_eq!(built.base_url(), "https://open.feishu.cn");
    let _ = Arc::new(built);
}

#[tokio::test]
async fn an_endless_lifetime_is_taken_as_a_day() {
    let transport = ScriptedTransport::with_handler(|request| match request.is_token_request() {
        true => Reply::json(200, &json!({ "code": 0, "tenant_access_token": "t-1", "expire": i64::MAX })),
        false => Reply::data(json!({})),
    });
    as_app(&scripted(&transport), Delete::new("1")).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn callers_that_give_up_leave_one_fetch_behind() {
    let transport = ScriptedTransport::with_handler(|request| match request.is_token_request() {
        true => Reply::tenant_token("t-1").delay(Duration::from_secs(20)),
        false => Reply::data(json!({})),
    });
    let core = scripted(&transport);
    for _ in 0..3 {
        let mut calls = tokio::task::JoinSet::new();
        for _ in 0..20 {
            calls.spawn(as_app(&core, Delete::new("1")).deadline(Duration::from_secs(1)).into_future());
        }
        for result in calls.join_all().await {
            assert!(result.unwrap_err().is_timeout());
        }
    }
    as_app(&core, Delete::new("1")).await.unwrap();
    assert_eq!(token_requests(&transport.requests()), 1);
}

#[tokio::test(start_paused = true)]
async fn a_renewal_that_hangs_does_not_stop_others_for_ever() {
    let was_asked = AtomicBool::new(false);
    let store = HookedStore::new(MemoryTokenStore::new(), |_| Ok(()));
    let store = store.pausing(move |moment| match moment == Moment::Before("load") && !was_asked.swap(true, Relaxed) {
        true => Duration::from_secs(86_400),
        false => Duration::ZERO,
    });
    let core: Core = builder().transport(issuing(|_| true)).token_store(store).build().unwrap();
    let hasty = as_app(&core, Delete::new("1")).deadline(Duration::from_secs(1));
    assert!(hasty.await.unwrap_err().is_timeout());
    as_app(&core, Delete::new("2")).await.unwrap();
}
