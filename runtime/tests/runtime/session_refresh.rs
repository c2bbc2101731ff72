//! Refreshes with strange answers, short lives, and bugs in what the program gave the client.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering::Relaxed};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use feishu_openapi_runtime::session::{SessionChange, UserTokens};
use feishu_openapi_runtime::testing::{Received, Reply, ScriptedTransport};
use feishu_openapi_runtime::{Core, MemoryTokenStore, RetryPolicy, serde_json::json};

use crate::builder;
use crate::hooked_store::{HookedStore, Moment};
use crate::sessions::{HOUR, Setup, call, client, failing};

fn refreshes(transport: &ScriptedTransport) -> usize {
    transport.requests().iter().filter(|request| request.is_token_request()).count()
}

/// Answers the first refresh with this text, and others as a server that knows that `r-old` is used up.
fn refreshing_once(text: Vec<u8>) -> ScriptedTransport {
    let is_first = AtomicBool::new(true);
    ScriptedTransport::with_handler(move |request: &Received| match request.is_token_request() {
        true if is_first.swap(false, Relaxed) => Reply::text(200, "application/json", text.clone()),
        true => Reply::json(400, &json!({ "code": 20_073, "error": "invalid_grant" })),
        false => Reply::data(json!({})),
    })
}

#[tokio::test]
async fn a_strange_value_beside_the_tokens_loses_no_session() {
    let strange: [&[u8]; 12] = [
        br#""expires_in":7200.5"#,
        br#""expires_in":"7200s""#,
        br#""expires_in":{"seconds":7200}"#,
        br#""expires_in":1e999"#,
        br#""expires_in":99999999999999999999"#,
        br#""expires_in":0,"refresh_token_expires_in":-1"#,
        br#""refresh_token_expires_in":"a week""#,
        br#""scope":["a","b"]"#,
        br#""scope":"\ud83d""#,
        b"\"scope\":\"\xff\"",
        br#""name":{"\ud83d":[true]}"#,
        br#""code":"0","token_type":null"#,
    ];
    for value in strange {
        let shown = String::from_utf8_lossy(value);
        let text = [br#"{"access_token":"u-new","refresh_token":"r-new","#, value, b"}"].concat();
        let transport = refreshing_once(text);
        let core = client(&transport, MemoryTokenStore::new(), &Arc::default());
        let soon = SystemTime::now() + Duration::from_secs(1);
        let old = UserTokens::new("u-old", soon).with_refresh_token("r-old", soon + HOUR);
        core.sessions().put("ou_1", &old).await.unwrap();
        call(&core).await.unwrap_or_else(|error| panic!("{shown}: {error}"));
        call(&core).await.unwrap();
        assert_eq!((refreshes(&transport), transport.calls()[1].token()), (1, Some("u-new")), "{shown}");
        let kept = core.sessions().get("ou_1").await.unwrap().unwrap();
        assert_eq!(kept.refresh_token(), Some("r-new"), "{shown}");
        assert!(kept.refresh_expires_at().unwrap() > SystemTime::now() + HOUR, "{shown}");
    }
}

#[tokio::test(start_paused = true)]
async fn tokens_of_five_minutes_or_less_are_not_refreshed_for_each_call() {
    for seconds in [300, 120, 10] {
        let setup = Setup::new();
        setup.log_in(Duration::ZERO).await;
        setup.accounts.lifetime(seconds);
        for _ in 0..50 {
            call(&setup.core).await.unwrap();
            // Another client finds the tokens in the store.
            call(&setup.another()).await.unwrap();
        }
        assert_eq!(setup.accounts.refreshes(), 1, "{seconds}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_session_whose_tokens_are_all_rejected_is_not_refreshed_for_each_call() {
    let accounts = Setup::new().accounts;
    let answers = accounts.clone();
    let transport = ScriptedTransport::with_handler(move |request| match request.is_token_request() {
        true => answers.answer(request),
        // As an operation answers that takes no user_access_token.
        false => Reply::code(400, 99_991_668, "not supported"),
    });
    let store = MemoryTokenStore::new();
    let clients = [0; 3].map(|_| client(&transport, store.clone(), &Arc::default()));
    clients[0].sessions().put("ou_1", &accounts.log_in("ou_1", HOUR)).await.unwrap();
    for _ in 0..100 {
        for core in &clients {
            assert_eq!(call(core).await.unwrap_err().code(), Some(99_991_668));
        }
    }
    assert_eq!(accounts.refreshes(), 1);
    assert!(transport.calls().len() <= 303, "{}", transport.calls().len());
}

fn with_panicking_callback(setup: &Setup, store: HookedStore, told: &Arc<Mutex<Vec<String>>>) -> Core {
    let told = told.clone();
    let on_change = move |_: &str, change: &SessionChange| {
        told.lock().unwrap().push(change.to_string());
        panic!("a bug of the program");
    };
    let builder = builder().transport(setup.transport.clone()).token_store(store).on_session_change(on_change);
    builder.retry(RetryPolicy::never()).build().unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_callback_that_panics_changes_nothing() {
    let setup = Setup::new();
    let told = Arc::default();
    let (store, is_broken) = failing(&setup.store, &["replace"]);
    let core = with_panicking_callback(&setup, store, &told);

    setup.log_in(Duration::ZERO).await;
    call(&core).await.unwrap();
    // What was not saved is saved later all the same.
    is_broken.store(false, Relaxed);
    tokio::time::sleep(Duration::from_secs(60)).await;
    let stored = setup.another().sessions().get("ou_1").await.unwrap().unwrap();
    assert_eq!(stored.refresh_token(), setup.accounts.live_refresh_token("ou_1").as_deref());

    setup.log_in(Duration::ZERO).await;
    core.sessions().refresh("ou_1").await.unwrap();
    setup.accounts.refuse((400, 20_064));
    let error = core.sessions().refresh("ou_1").await.unwrap_err();
    assert_eq!((error.is_login_required(), error.code()), (true, Some(20_064)));
    let told = told.lock().unwrap();
    let [unsaved, saved, refreshed, over] = &told[..] else { panic!("{told:?}") };
    assert_eq!(unsaved, "the session was refreshed and could not be saved");
    assert_eq!((&**saved, &**refreshed), ("the session was refreshed", "the session was refreshed"));
    assert!(over.starts_with("the session is over"), "{over}");
}

#[tokio::test(start_paused = true)]
async fn a_store_that_panics_loses_no_new_tokens() {
    for at in [Moment::Before("replace"), Moment::After("replace")] {
        let setup = Setup::new();
        setup.log_in(Duration::ZERO).await;
        let panics = AtomicU32::new(0);
        let store = HookedStore::new(setup.store.clone(), move |moment| {
            assert!(moment != at || panics.fetch_add(1, Relaxed) > 0, "a bug of the program");
            Ok(())
        });
        call(&client(&setup.transport, store, &setup.changes)).await.unwrap();
        let stored = setup.core.sessions().get("ou_1").await.unwrap().unwrap();
        assert_eq!(stored.refresh_token(), setup.accounts.live_refresh_token("ou_1").as_deref(), "{at:?}");
        assert_eq!(setup.accounts.refreshes(), 1);
    }
}

#[tokio::test]
async fn a_store_that_panics_is_a_store_that_fails() {
    let setup = Setup::new();
    for name in ["load", "save", "lock"] {
        setup.log_in(Duration::ZERO).await;
        let hook = move |moment| match moment == Moment::Before(name) {
            true => panic!("a bug of the program"),
            false => Ok(()),
        };
        let core = client(&setup.transport, HookedStore::new(setup.store.clone(), hook), &setup.changes);
        let error = match name {
            "save" => core.sessions().put("ou_1", &setup.accounts.log_in("ou_1", HOUR)).await.unwrap_err(),
            _ => call(&core).await.unwrap_err(),
        };
        assert!(error.is_store_failure() && error.to_string().contains("the token store panicked"), "{name}: {error}");
    }
}
