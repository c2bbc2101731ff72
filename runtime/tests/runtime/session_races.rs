//! Sessions that are changed, given up or cut short at the worst moment.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering::Relaxed};
use std::time::{Duration, SystemTime};

use feishu_openapi_runtime::session::UserTokens;
use feishu_openapi_runtime::testing::{Reply, ScriptedTransport};
use feishu_openapi_runtime::transport::BoxFuture;
use feishu_openapi_runtime::{Core, MemoryTokenStore, StoreError, StoredToken, TokenStore, serde_json::json};
use tokio::time::{Instant, sleep, timeout};

use crate::hooked_store::{HookedStore, Moment};
use crate::sessions::{HOUR, Setup, call, client, failing};

const SECOND: Duration = Duration::from_secs(1);

/// A client whose store waits at this moment: the first time, and for so long.
fn held_up_once(setup: &Setup, at: Moment, pause: Duration) -> Core {
    let was_held_up = AtomicBool::new(false);
    let store = HookedStore::new(setup.store.clone(), |_| Ok(()));
    let store = store.pausing(move |moment| match moment == at && !was_held_up.swap(true, Relaxed) {
        true => pause,
        false => Duration::ZERO,
    });
    client(&setup.transport, store, &setup.changes)
}

#[tokio::test(start_paused = true)]
async fn a_logout_is_not_undone_by_a_call_that_began_before() {
    for at in [Moment::After("load"), Moment::After("replace")] {
        let setup = Setup::new();
        setup.log_in(if at == Moment::After("load") { HOUR } else { Duration::ZERO }).await;
        let core = held_up_once(&setup, at, SECOND);
        let same = core.clone();
        let early = tokio::spawn(async move { call(&same).await });
        sleep(SECOND / 2).await;
        core.sessions().remove("ou_1").await.unwrap();
        early.await.unwrap().unwrap();
        let error = call(&core).await.unwrap_err();
        assert!(error.is_login_required(), "{at:?}: {error}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_logout_is_not_undone_by_a_refresh_that_was_asked_for_before() {
    let setup = Setup::new();
    setup.log_in(HOUR).await;
    let core = held_up_once(&setup, Moment::After("replace"), SECOND);
    let same = core.clone();
    let early = tokio::spawn(async move { same.sessions().refresh("ou_1").await });
    sleep(SECOND / 2).await;
    core.sessions().remove("ou_1").await.unwrap();
    assert!(early.await.unwrap().unwrap_err().is_login_required());
    assert!(call(&core).await.unwrap_err().is_login_required());
}

#[tokio::test(start_paused = true)]
async fn a_change_that_is_given_up_half_way_is_noticed() {
    let setup = Setup::new();
    setup.log_in(HOUR).await;
    let core = held_up_once(&setup, Moment::After("save"), HOUR);
    call(&core).await.unwrap();
    let next = setup.accounts.log_in("ou_2", HOUR);
    timeout(SECOND, core.sessions().put("ou_1", &next)).await.unwrap_err();
    // It was saved all the same.
    assert_eq!(call(&core).await.unwrap()["user"], "ou_2");

    let core = held_up_once(&setup, Moment::After("remove"), HOUR);
    call(&core).await.unwrap();
    timeout(SECOND, core.sessions().remove("ou_1")).await.unwrap_err();
    assert!(call(&core).await.unwrap_err().is_login_required());
}

#[tokio::test(start_paused = true)]
async fn after_a_login_nobody_waits_for_the_refresh_of_the_old_session() {
    let setup = Setup::new();
    setup.log_in(Duration::ZERO).await;
    setup.accounts.delay(25 * SECOND);
    let core = setup.core.clone();
    let early = tokio::spawn(async move { call(&core).await });
    sleep(SECOND).await;
    setup.log_in(HOUR).await;
    let started = Instant::now();
    call(&setup.core).await.unwrap();
    assert!(started.elapsed() < SECOND, "{:?}", started.elapsed());
    early.await.unwrap().unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_login_does_not_fail_because_nobody_was_logged_in_before() {
    let setup = Setup::new();
    // Somebody calls too early and finds nothing; the answer of the store takes a second.
    let core = held_up_once(&setup, Moment::After("load"), SECOND);
    let same = core.clone();
    let early = tokio::spawn(async move { call(&same).await });
    sleep(SECOND / 2).await;
    // Their token is soon renewed, so that the next call asks the store.
    let tokens = setup.accounts.log_in("ou_1", Duration::ZERO);
    core.sessions().put("ou_1", &tokens).await.unwrap();
    call(&core).await.unwrap();
    // Nor does the early call: there is a token by now.
    early.await.unwrap().unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_late_save_does_not_forget_newer_tokens_that_are_not_saved() {
    let setup = Setup::new();
    setup.log_in(Duration::ZERO).await;
    let (saves, is_broken) = (Arc::new(AtomicU32::new(0)), Arc::new(AtomicBool::new(true)));
    let (number, switch) = (saves.clone(), is_broken.clone());
    let hook = move |moment| match moment == Moment::Before("replace") && switch.load(Relaxed) {
        true => Err(StoreError::new("no answer")),
        false => Ok(()),
    };
    // The first that is done later takes so long that the store works again when it arrives.
    let pauses = move |moment| match moment == Moment::Before("replace") && number.fetch_add(1, Relaxed) == 3 {
        true => 20 * SECOND,
        false => Duration::ZERO,
    };
    let core = client(&setup.transport, HookedStore::new(setup.store.clone(), hook).pausing(pauses), &setup.changes);
    call(&core).await.unwrap();
    while saves.load(Relaxed) < 4 {
        sleep(SECOND / 10).await;
    }
    tokio::spawn(async move {
        sleep(19 * SECOND).await;
        is_broken.store(false, Relaxed);
    });
    core.sessions().refresh("ou_1").await.unwrap();
    sleep(120 * SECOND).await;
    let stored = setup.another().sessions().get("ou_1").await.unwrap().unwrap();
    assert_eq!(stored.refresh_token(), setup.accounts.live_refresh_token("ou_1").as_deref());
}

#[tokio::test(start_paused = true)]
async fn tokens_without_a_refresh_token_are_saved_later_too() {
    let setup = Setup::new();
    setup.log_in(Duration::ZERO).await;
    let (store, is_broken) = failing(&setup.store, &["replace"]);
    let transport = ScriptedTransport::with_handler(|request| match request.is_token_request() {
        true => Reply::json(200, &json!({ "code": 0, "access_token": "u-2", "expires_in": 7200 })),
        false => Reply::data(json!({})),
    });
    call(&client(&transport, store, &setup.changes)).await.unwrap();
    is_broken.store(false, Relaxed);
    sleep(60 * SECOND).await;
    assert_eq!(setup.changes(), ["ou_1 unsaved: u-2", "ou_1 refreshed: u-2"]);
}

#[tokio::test]
async fn the_end_of_a_session_is_told_even_if_the_store_fails_then() {
    let setup = Setup::new();
    setup.log_in(Duration::ZERO).await;
    setup.accounts.refuse((400, 20_064));
    // Load, lock, load; the third load asks whether somebody has changed the session.
    let loads = AtomicU32::new(0);
    let store = HookedStore::new(setup.store.clone(), move |moment| match moment == Moment::Before("load") {
        true if loads.fetch_add(1, Relaxed) == 2 => Err(StoreError::new("no answer")),
        _ => Ok(()),
    });
    let core = client(&setup.transport, store, &setup.changes);
    let error = call(&core).await.unwrap_err();
    assert!(!error.is_login_required(), "{error}");
    assert!(call(&core).await.unwrap_err().is_login_required());
    assert_eq!(setup.changes(), ["ou_1 over: 20064"]);
}

#[tokio::test]
async fn a_refresh_token_that_expires_during_its_last_refresh_is_replaced() {
    let setup = Setup::new();
    let given = setup.accounts.log_in("ou_1", Duration::ZERO);
    let end = SystemTime::now() + Duration::from_millis(200);
    let last = UserTokens::new(given.access_token(), SystemTime::now());
    let last = last.with_refresh_token(given.refresh_token().unwrap(), end);
    setup.core.sessions().put("ou_1", &last).await.unwrap();
    setup.accounts.delay(Duration::from_millis(400));
    call(&setup.core).await.unwrap();
    let stored = setup.core.sessions().get("ou_1").await.unwrap().unwrap();
    assert_eq!(stored.refresh_token(), setup.accounts.live_refresh_token("ou_1").as_deref());
}

/// Neither replaces nor removes what it says is there; how often it was asked to.
struct Contradicting(MemoryTokenStore, AtomicU32);

impl Contradicting {
    fn count(&self) {
        assert!(self.1.fetch_add(1, Relaxed) < 100, "it is asked in a loop");
    }
}

#[tokio::test(start_paused = true)]
async fn a_store_that_contradicts_itself_is_not_asked_in_a_loop() {
    let setup = Setup::new();
    setup.log_in(Duration::ZERO).await;
    let core = client(&setup.transport, Contradicting(setup.store.clone(), AtomicU32::new(0)), &setup.changes);
    call(&core).await.unwrap();
    assert_eq!(setup.changes(), ["ou_1 unsaved: u-2"]);
    assert!(core.sessions().remove("ou_1").await.unwrap_err().to_string().contains("the token store failed"));
}

impl TokenStore for Contradicting {
    fn load<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<Option<StoredToken>, StoreError>> {
        self.0.load(key)
    }

    fn save<'a>(&'a self, key: &'a str, token: StoredToken) -> BoxFuture<'a, Result<(), StoreError>> {
        self.0.save(key, token)
    }

    fn replace<'a>(
        &'a self,
        _: &'a str,
        _: &'a StoredToken,
        _: StoredToken,
    ) -> BoxFuture<'a, Result<bool, StoreError>> {
        self.count();
        Box::pin(async { Ok(false) })
    }

    fn remove<'a>(&'a self, _: &'a str, _: &'a StoredToken) -> BoxFuture<'a, Result<(), StoreError>> {
        self.count();
        Box::pin(async { Ok(()) })
    }

    fn lock<'a>(&'a self, key: &'a str, owner: &'a str, lease: Duration) -> BoxFuture<'a, Result<bool, StoreError>> {
        self.0.lock(key, owner, lease)
    }

    fn unlock<'a>(&'a self, key: &'a str, owner: &'a str) -> BoxFuture<'a, Result<(), StoreError>> {
        self.0.unlock(key, owner)
    }
}
