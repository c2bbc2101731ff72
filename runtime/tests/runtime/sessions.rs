//! Keeping users logged in.

use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use feishu_openapi_runtime::session::{SessionChange, UserTokens};
use feishu_openapi_runtime::testing::{Received, Reply, ScriptedTransport, check_token_store};
use feishu_openapi_runtime::{
    Call, ClientBuilder, Core, Error, MemoryTokenStore, Method, RetryPolicy, StoreError, StoredToken, TokenStore, User,
    serde_json::{Value as Json, json},
};

use crate::accounts::Accounts;
use crate::builder;
use crate::hooked_store::{HookedStore, Moment};
use crate::sample::Delete;

pub(crate) const HOUR: Duration = Duration::from_secs(3600);

pub(crate) struct Setup {
    pub(crate) accounts: Accounts,
    pub(crate) transport: ScriptedTransport,
    pub(crate) store: MemoryTokenStore,
    pub(crate) changes: Arc<Mutex<Vec<String>>>,
    pub(crate) core: Core,
}

impl Setup {
    pub(crate) fn new() -> Self {
        let accounts = Accounts::default();
        let answers = accounts.clone();
        let transport = ScriptedTransport::with_handler(move |request| answers.answer(request));
        let store = MemoryTokenStore::new();
        let changes = Arc::new(Mutex::new(Vec::new()));
        let core = client(&transport, store.clone(), &changes);
        Setup { accounts, transport, store, changes, core }
    }

    /// Another client that shares the store.
    pub(crate) fn another(&self) -> Core {
        client(&self.transport, self.store.clone(), &self.changes)
    }

    /// Logs `ou_1` in, with an access token that is good for so long.
    pub(crate) async fn log_in(&self, left: Duration) -> UserTokens {
        let tokens = self.accounts.log_in("ou_1", left);
        self.core.sessions().put("ou_1", &tokens).await.unwrap();
        tokens
    }

    pub(crate) fn changes(&self) -> Vec<String> {
        std::mem::take(&mut self.changes.lock().unwrap())
    }
}

pub(crate) fn client(transport: &ScriptedTransport, store: impl TokenStore, changes: &Arc<Mutex<Vec<String>>>) -> Core {
    let changes = changes.clone();
    let on_change = move |user: &str, change: &SessionChange| {
        let change = match change {
            SessionChange::Refreshed(tokens) => format!("{user} refreshed: {}", tokens.access_token()),
            SessionChange::Unsaved(tokens) => format!("{user} unsaved: {}", tokens.access_token()),
            SessionChange::LoginRequired(error) => format!("{user} over: {}", error.code().unwrap_or_default()),
            other => format!("{user} {other}"),
        };
        changes.lock().unwrap().push(change);
    };
    let builder: ClientBuilder<Core> = builder().transport(transport.clone()).retry(RetryPolicy::never());
    builder.token_store(store).on_session_change(on_change).build().unwrap()
}

/// Calls as `ou_1`; the user that the server saw.
pub(crate) async fn call(core: &Core) -> Result<Json, Error> {
    core.request(Method::Get, "/open-apis/x").identity(&User::session("ou_1")).await
}

fn tokens_of(calls: Vec<Received>) -> Vec<String> {
    calls.iter().map(|call| call.token().unwrap_or_default().to_owned()).collect()
}

#[tokio::test]
async fn a_good_token_is_used_and_one_that_expires_soon_is_refreshed() {
    let setup = Setup::new();
    setup.log_in(HOUR).await;
    assert_eq!(call(&setup.core).await.unwrap(), json!({ "user": "ou_1" }));
    setup.log_in(Duration::from_secs(240)).await;
    call(&setup.core).await.unwrap();
    call(&setup.core).await.unwrap();
    assert_eq!(tokens_of(setup.transport.calls()), ["u-1", "u-3", "u-3"]);
    assert_eq!(setup.changes(), ["ou_1 refreshed: u-3"]);
    let request = setup.transport.requests().remove(1);
    let documented = json!({
        "grant_type": "refresh_token",
        "client_id": "cli_app",
        "client_secret": "the-app-secret",
        "refresh_token": "r-2",
    });
    assert_eq!((request.path(), request.json()), ("/open-apis/authen/v2/oauth/token", documented));
    let stored = setup.core.sessions().get("ou_1").await.unwrap().unwrap();
    assert_eq!((stored.access_token(), stored.refresh_token()), ("u-3", Some("r-3")));
    assert_eq!(stored.scopes().collect::<Vec<_>>(), ["offline_access", "task:task:read"]);
}

#[tokio::test]
async fn typed_calls_take_sessions_too() {
    let setup = Setup::new();
    setup.log_in(HOUR).await;
    Call::new(&setup.core, User::session("ou_1").into(), Delete::new("1")).await.unwrap();
    assert_eq!(tokens_of(setup.transport.calls()), ["u-1"]);
    assert_eq!(setup.core.sessions().access_token("ou_1").await.unwrap(), "u-1");
}

#[tokio::test(start_paused = true)]
async fn many_calls_and_clients_refresh_once() {
    let setup = Setup::new();
    setup.log_in(Duration::ZERO).await;
    setup.accounts.delay(Duration::from_secs(3));
    let clients = [setup.core.clone(), setup.another(), setup.another()];
    let mut calls = tokio::task::JoinSet::new();
    for number in 0..300 {
        let core = clients[number % clients.len()].clone();
        calls.spawn(async move { call(&core).await });
    }
    for result in calls.join_all().await {
        result.unwrap();
    }
    assert_eq!(setup.accounts.refreshes(), 1);
    assert!(tokens_of(setup.transport.calls()).iter().all(|token| token == "u-2"));
}

#[tokio::test(start_paused = true)]
async fn a_slow_refresh_keeps_its_lock() {
    let setup = Setup::new();
    setup.log_in(Duration::ZERO).await;
    // Longer than the lease of a lock, and shorter than others wait.
    setup.accounts.delay(Duration::from_secs(25));
    let (first, second) = (setup.core.clone(), setup.another());
    let (first, second) = tokio::join!(call(&first), call(&second));
    first.unwrap();
    second.unwrap();
    assert_eq!(setup.accounts.refreshes(), 1);
}

#[tokio::test(start_paused = true)]
async fn nobody_waits_for_ever_for_another_client() {
    let setup = Setup::new();
    setup.log_in(Duration::ZERO).await;
    let key = "https://open.feishu.cn user_session cli_app ou_1";
    assert!(setup.store.lock(key, "somebody", HOUR).await.unwrap());
    let error = call(&setup.core).await.unwrap_err();
    assert!(error.is_timeout() && error.is_retryable(), "{error}");
    assert!(!error.is_login_required() && !error.may_have_taken_effect());
    setup.store.unlock(key, "somebody").await.unwrap();
    call(&setup.core).await.unwrap();
}

#[tokio::test]
async fn a_rejected_token_is_refreshed_and_the_call_repeated_once() {
    let setup = Setup::new();
    setup.log_in(HOUR).await;
    setup.accounts.revoke("u-1");
    call(&setup.core).await.unwrap();
    assert_eq!(tokens_of(setup.transport.calls()), ["u-1", "u-2"]);
    // Another client has not heard of it, and finds the new one in the store.
    call(&setup.another()).await.unwrap();
    assert_eq!(setup.accounts.refreshes(), 1);
}

#[tokio::test]
async fn a_session_that_is_over_says_so_and_asks_no_more() {
    for code in [20_026, 20_037, 20_064, 20_073] {
        let setup = Setup::new();
        setup.log_in(Duration::ZERO).await;
        setup.accounts.refuse((400, code));
        for _ in 0..3 {
            let error = call(&setup.core).await.unwrap_err();
            assert!(error.is_login_required() && error.is_unauthenticated(), "{error}");
            assert!(!error.is_retryable() && !error.is_invalid_request() && !error.may_have_taken_effect());
            assert_eq!((error.code(), error.status()), (Some(code), Some(400)));
            assert_eq!(error.hint(), Some("Let the user log in again."));
            assert!(error.log_id().is_some());
        }
        assert_eq!(setup.accounts.refreshes(), 1);
        assert_eq!(setup.changes(), [format!("ou_1 over: {code}")]);
        // A new login makes it good.
        setup.accounts.refuse(None);
        setup.log_in(HOUR).await;
        call(&setup.core).await.unwrap();
    }
}

#[tokio::test]
async fn other_refusals_leave_the_session_alone() {
    for (status, code) in [(400, 20_074), (400, 20_010), (400, 20_002), (503, 20_072)] {
        let setup = Setup::new();
        setup.log_in(Duration::ZERO).await;
        setup.accounts.refuse((status, code));
        let error = call(&setup.core).await.unwrap_err();
        assert!(!error.is_login_required(), "{error}");
        assert_eq!(error.code(), Some(code));
        assert!(error.meaning().is_some());
        setup.accounts.refuse(None);
        call(&setup.core).await.unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn a_token_that_cannot_be_refreshed_is_used_while_it_works() {
    let setup = Setup::new();
    setup.log_in(Duration::from_secs(240)).await;
    setup.accounts.refuse((503, 20_072));
    for _ in 0..3 {
        call(&setup.core).await.unwrap();
    }
    assert_eq!(setup.accounts.refreshes(), 1);
    tokio::time::advance(Duration::from_secs(11)).await;
    setup.accounts.refuse(None);
    call(&setup.core).await.unwrap();
    assert_eq!(tokens_of(setup.transport.calls()), ["u-1", "u-1", "u-1", "u-2"]);
}

#[tokio::test]
async fn nobody_logged_in_is_told_apart() {
    let setup = Setup::new();
    let error = call(&setup.core).await.unwrap_err();
    assert!(error.is_login_required() && error.to_string().contains("nobody is logged in as \"ou_1\""), "{error}");
    assert!(setup.core.sessions().get("ou_1").await.unwrap().is_none());
    assert!(setup.core.sessions().refresh("ou_1").await.unwrap_err().is_login_required());
    setup.log_in(HOUR).await;
    call(&setup.core).await.unwrap();
    setup.core.sessions().remove("ou_1").await.unwrap();
    assert!(call(&setup.core).await.unwrap_err().is_login_required());
    assert!(setup.transport.requests().len() == 1);
}

#[tokio::test]
async fn without_a_refresh_token_the_session_ends_with_its_token() {
    let setup = Setup::new();
    let given = setup.accounts.log_in("ou_1", HOUR);
    let sessions = setup.core.sessions();
    let now = SystemTime::now();
    sessions.put("ou_1", &UserTokens::new(given.access_token(), now + Duration::from_secs(30))).await.unwrap();
    call(&setup.core).await.unwrap();
    setup.accounts.revoke("u-1");
    let error = call(&setup.core).await.unwrap_err();
    assert!(error.is_login_required() && error.to_string().contains("no refresh token"), "{error}");
    // And a refresh token whose time is over is none.
    let late = UserTokens::new("u-9", now + HOUR).with_refresh_token("r-9", now);
    sessions.put("ou_1", &late).await.unwrap();
    assert!(sessions.refresh("ou_1").await.unwrap_err().is_login_required());
    assert_eq!(setup.accounts.refreshes(), 0);
    for dead in [UserTokens::new("u-9", now), UserTokens::new("", now + HOUR), UserTokens::new("a b", now + HOUR)] {
        assert!(sessions.put("ou_1", &dead).await.unwrap_err().is_invalid_request());
    }
}

#[tokio::test(start_paused = true)]
async fn a_caller_that_gives_up_loses_no_tokens() {
    let setup = Setup::new();
    setup.log_in(Duration::ZERO).await;
    setup.accounts.delay(Duration::from_secs(5));
    let request = setup.core.request(Method::Get, "/open-apis/x").identity(&User::session("ou_1"));
    let error = request.deadline(Duration::from_secs(1)).send::<Json>().await.unwrap_err();
    assert!(error.is_timeout());
    // Its refresh goes on, and the next caller waits for that.
    call(&setup.core).await.unwrap();
    assert_eq!(setup.accounts.refreshes(), 1);
    let stored = setup.core.sessions().get("ou_1").await.unwrap().unwrap();
    assert_eq!(stored.refresh_token(), setup.accounts.live_refresh_token("ou_1").as_deref());
}

#[tokio::test]
async fn a_refresh_can_be_asked_for() {
    let setup = Setup::new();
    setup.log_in(HOUR).await;
    let tokens = setup.core.sessions().refresh("ou_1").await.unwrap();
    assert_eq!((tokens.access_token(), tokens.refresh_token()), ("u-2", Some("r-2")));
    call(&setup.core).await.unwrap();
    assert_eq!(tokens_of(setup.transport.calls()), ["u-2"]);
    // Another client has the old token at hand, which still works.
    assert_eq!(setup.accounts.refreshes(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_login_during_a_refresh_wins_and_a_logout_ends_it() {
    let setup = Setup::new();
    setup.log_in(Duration::ZERO).await;
    setup.accounts.delay(Duration::from_secs(5));
    let core = setup.core.clone();
    let waiting = tokio::spawn(async move { call(&core).await });
    tokio::time::sleep(Duration::from_secs(1)).await;
    let fresh = setup.accounts.log_in("ou_1", HOUR);
    setup.another().sessions().put("ou_1", &fresh).await.unwrap();
    waiting.await.unwrap().unwrap();
    assert_eq!(tokens_of(setup.transport.calls()), [fresh.access_token()]);
    assert_eq!(setup.core.sessions().get("ou_1").await.unwrap(), Some(rounded(fresh)));

    setup.log_in(Duration::ZERO).await;
    let core = setup.core.clone();
    let waiting = tokio::spawn(async move { call(&core).await });
    tokio::time::sleep(Duration::from_secs(1)).await;
    setup.another().sessions().remove("ou_1").await.unwrap();
    assert!(waiting.await.unwrap().unwrap_err().is_login_required());
    assert!(setup.core.sessions().get("ou_1").await.unwrap().is_none());
}

/// The store counts in milliseconds.
fn rounded(tokens: UserTokens) -> UserTokens {
    let round = |time: SystemTime| {
        let since = time.duration_since(SystemTime::UNIX_EPOCH).unwrap().as_millis();
        SystemTime::UNIX_EPOCH + Duration::from_millis(since.try_into().unwrap())
    };
    let rounded = UserTokens::new(tokens.access_token(), round(tokens.expires_at()));
    let refresh_expires_at = round(tokens.refresh_expires_at().unwrap());
    rounded.with_refresh_token(tokens.refresh_token().unwrap(), refresh_expires_at)
}

#[tokio::test]
async fn sessions_of_users_apps_and_servers_do_not_mix() {
    let setup = Setup::new();
    setup.log_in(HOUR).await;
    let others =
        [ClientBuilder::new().custom_app("cli_other", "secret"), builder().base_url("https://open.larksuite.com")];
    for other in others {
        let core: Core = other.transport(setup.transport.clone()).token_store(setup.store.clone()).build().unwrap();
        assert!(call(&core).await.unwrap_err().is_login_required());
    }
    let request = setup.core.request(Method::Get, "/open-apis/x").identity(&User::session("ou_2"));
    assert!(request.await.unwrap_err().is_login_required());
}

#[tokio::test]
async fn what_is_no_session_is_not_taken_for_one_and_not_quoted() {
    let setup = Setup::new();
    let key = "https://open.feishu.cn user_session cli_app ou_1";
    for text in ["very-secret", "{}", "null", r#"{"access_token":"very-secret"}"#, r#"{"expires_at":1}"#] {
        setup.store.save(key, StoredToken::new(text, SystemTime::now() + HOUR)).await.unwrap();
        let error = call(&setup.core).await.unwrap_err();
        assert!(error.to_string().contains("token store") && !error.is_login_required(), "{text}: {error}");
        assert!(!format!("{error:?}").contains("very-secret"));
        assert!(setup.core.sessions().get("ou_1").await.is_err());
    }
    // Logging out or in mends it.
    setup.core.sessions().remove("ou_1").await.unwrap();
    assert!(call(&setup.core).await.unwrap_err().is_login_required());
}

#[tokio::test]
async fn failures_of_the_server_are_no_end_of_a_session() {
    let accounts = Accounts::default();
    let tokens = accounts.log_in("ou_1", Duration::ZERO);
    let answers = Arc::new(Mutex::new(vec![
        Reply::text(502, "text/html", "<html>"),
        Reply::drop_after_reading(),
        Reply::no_connection(),
        Reply::code(429, 99_991_400, "slow down"),
    ]));
    let transport = ScriptedTransport::with_handler(move |request| match request.is_token_request() {
        true => answers.lock().unwrap().pop().unwrap_or_else(|| accounts.answer(request)),
        false => accounts.answer(request),
    });
    let core = client(&transport, MemoryTokenStore::new(), &Arc::default());
    core.sessions().put("ou_1", &tokens).await.unwrap();
    for _ in 0..4 {
        let error = call(&core).await.unwrap_err();
        assert!(!error.is_login_required() && error.is_retryable(), "{error}");
        assert!(!error.may_have_taken_effect());
    }
    call(&core).await.unwrap();
}

/// A store whose operations of these names fail for as long as the switch is on.
pub(crate) fn failing(store: &MemoryTokenStore, names: &'static [&'static str]) -> (HookedStore, Arc<AtomicBool>) {
    let is_broken = Arc::new(AtomicBool::new(true));
    let switch = is_broken.clone();
    let hook = move |moment| match moment {
        Moment::Before(name) if switch.load(Relaxed) && names.contains(&name) => Err(StoreError::new("no answer")),
        _ => Ok(()),
    };
    (HookedStore::new(store.clone(), hook), is_broken)
}

#[tokio::test(start_paused = true)]
async fn new_tokens_that_cannot_be_saved_are_used_and_saved_later() {
    let setup = Setup::new();
    setup.log_in(Duration::ZERO).await;
    let (store, is_broken) = failing(&setup.store, &["replace"]);
    let core = client(&setup.transport, store, &setup.changes);
    setup.accounts.lifetime(240);
    call(&core).await.unwrap();
    assert_eq!(setup.changes(), ["ou_1 unsaved: u-2"]);
    // They are what the session is, although the store knows nothing of them.
    assert_eq!(core.sessions().get("ou_1").await.unwrap().unwrap().access_token(), "u-2");
    let tokens = core.sessions().refresh("ou_1").await.unwrap();
    assert_eq!((tokens.access_token(), tokens.refresh_token()), ("u-3", Some("r-3")));
    assert_eq!(setup.changes(), ["ou_1 unsaved: u-3"]);
    is_broken.store(false, Relaxed);
    tokio::time::sleep(Duration::from_secs(60)).await;
    assert_eq!(setup.changes(), ["ou_1 refreshed: u-3"]);
    let stored = setup.another().sessions().get("ou_1").await.unwrap().unwrap();
    assert_eq!(stored.refresh_token(), setup.accounts.live_refresh_token("ou_1").as_deref());
}

#[tokio::test(start_paused = true)]
async fn a_late_save_and_the_next_refresh_do_not_lose_each_other() {
    let setup = Setup::new();
    setup.log_in(Duration::ZERO).await;
    let (store, is_broken) = failing(&setup.store, &["replace"]);
    let core = client(&setup.transport, store, &setup.changes);
    setup.accounts.lifetime(240);
    call(&core).await.unwrap();
    is_broken.store(false, Relaxed);
    // While the next refresh waits for its answer, the tokens that it uses up are saved.
    setup.accounts.delay(Duration::from_secs(20));
    let tokens = core.sessions().refresh("ou_1").await.unwrap();
    assert_eq!(setup.changes(), ["ou_1 unsaved: u-2", "ou_1 refreshed: u-2", "ou_1 refreshed: u-3"]);
    assert_eq!(tokens.refresh_token(), setup.accounts.live_refresh_token("ou_1").as_deref());
}

#[tokio::test(start_paused = true)]
async fn a_client_that_lost_its_lock_spoils_nothing() {
    let setup = Setup::new();
    setup.log_in(Duration::ZERO).await;
    // One client is so slow, and its lock ends: it cannot be held for longer.
    let held = Arc::new(AtomicBool::new(false));
    let hook = move |moment| match moment {
        Moment::Before("lock") if held.swap(true, Relaxed) => Err(StoreError::new("no answer")),
        _ => Ok(()),
    };
    let slow = client(&setup.transport, HookedStore::new(setup.store.clone(), hook), &setup.changes);
    setup.accounts.delay(Duration::from_secs(25));
    let waiting = tokio::spawn(async move { call(&slow).await });
    tokio::time::sleep(Duration::from_secs(1)).await;
    setup.accounts.delay(Duration::ZERO);
    // The other finds the refresh token used up, and says so; it can know no better.
    let error = call(&setup.core).await.unwrap_err();
    assert_eq!((error.is_login_required(), error.code()), (true, Some(20_073)));
    // Once the slow one is through, the session is alive for both.
    waiting.await.unwrap().unwrap();
    call(&setup.core).await.unwrap();
    assert_eq!(setup.accounts.refreshes(), 2);
    let stored = setup.core.sessions().get("ou_1").await.unwrap().unwrap();
    assert_eq!(stored.refresh_token(), setup.accounts.live_refresh_token("ou_1").as_deref());
}

#[tokio::test]
async fn a_session_needs_its_store() {
    let setup = Setup::new();
    setup.log_in(Duration::ZERO).await;
    for name in ["load", "lock"] {
        let (store, is_broken) = failing(&setup.store, if name == "load" { &["load"] } else { &["lock"] });
        let core = client(&setup.transport, store, &setup.changes);
        let error = call(&core).await.unwrap_err();
        assert!(error.is_retryable() && !error.is_login_required(), "{name}: {error}");
        assert!(error.to_string().contains("the token store failed"), "{error}");
        assert_eq!(setup.accounts.refreshes(), 0, "nothing may be used up that cannot be saved");
        is_broken.store(false, Relaxed);
        drop(core);
    }
    call(&setup.core).await.unwrap();
}

#[tokio::test]
async fn the_store_in_memory_is_a_good_one() {
    check_token_store(&MemoryTokenStore::new()).await.unwrap();
}
