//! Tickets of store apps: none is lost, and none replaces a newer one.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use feishu_openapi_runtime::event::Dispatcher;
use feishu_openapi_runtime::testing::{Reply, ScriptedTransport};
use feishu_openapi_runtime::{ClientBuilder, Core, MemoryTokenStore, Tenant, TokenStore};
use http::HeaderMap;
use serde_json::json;

use super::seen::Away;
use super::{TOKEN, plain};

/// A client of a store app whose access tokens are named after the ticket.
fn client(store: impl TokenStore) -> Core {
    let transport = ScriptedTransport::with_handler(|request| {
        let body = request.json();
        match request.path() {
            "/open-apis/auth/v3/app_access_token" => {
                let token = format!("a-{}", body["app_ticket"].as_str().unwrap_or_default());
                Reply::json(200, &json!({ "code": 0, "app_access_token": token, "expire": 7200 }))
            }
            "/open-apis/auth/v3/app_ticket/resend" => Reply::code(200, 0, "success"),
            _ => {
                let token = body["app_access_token"].as_str().unwrap_or_default().replace("a-", "t-");
                Reply::json(200, &json!({ "code": 0, "tenant_access_token": token, "expire": 7200 }))
            }
        }
    });
    ClientBuilder::new().store_app("cli_isv", "the-app-secret").transport(transport).token_store(store).build().unwrap()
}

async fn deliver(dispatcher: &Dispatcher, ticket: &str, sent: SystemTime) -> Result<(), String> {
    let seconds = sent.duration_since(UNIX_EPOCH).unwrap().as_secs();
    let body = json!({
        "ts": format!("{seconds}.5"),
        "uuid": format!("event of {ticket}"),
        "token": TOKEN,
        "type": "event_callback",
        "event": { "type": "app_ticket", "app_id": "cli_isv", "app_ticket": ticket },
    });
    let outcome = dispatcher.dispatch(&HeaderMap::new(), body.to_string().as_bytes()).await;
    outcome.map(drop).map_err(|error| error.to_string())
}

async fn token(core: &Core) -> String {
    core.tenant_access_token(&Tenant::new("tenant")).await.unwrap()
}

#[tokio::test]
async fn a_ticket_is_kept_although_handled_events_cannot_be_remembered() {
    let core = client(MemoryTokenStore::new());
    let dispatcher = Dispatcher::new(plain()).keep_tickets(core.clone()).seen_events(Away);
    assert_eq!(deliver(&dispatcher, "new", SystemTime::now()).await, Ok(()));
    assert_eq!(token(&core).await, "t-new");
}

#[tokio::test]
async fn an_older_ticket_replaces_no_newer_one() {
    let now = SystemTime::now();
    let hours = |hours: u64| now - Duration::from_secs(60 * 60 * hours);
    for (kept, late, used) in [(0, 1, "t-kept"), (1, 7, "t-kept"), (0, 30, "t-kept"), (1, 0, "t-late")] {
        // The later delivery reaches the same process, or another one.
        for is_shared in [false, true] {
            let store = MemoryTokenStore::new();
            let (core, other) = (client(store.clone()), client(store));
            let [one, two] = [&core, if is_shared { &other } else { &core }]
                .map(|core| Dispatcher::new(plain()).keep_tickets(core.clone()));
            assert_eq!(deliver(&one, "kept", hours(kept)).await, Ok(()));
            assert_eq!(deliver(&two, "late", hours(late)).await, Ok(()));
            assert_eq!(token(&core).await, used, "{kept} {late} {is_shared}");
        }
    }
}

#[tokio::test]
async fn a_ticket_from_a_clock_that_is_wrong_works_all_the_same() {
    let years = Duration::from_secs(60 * 60 * 24 * 365 * 10);
    for sent in [SystemTime::now() - years, SystemTime::now() + years] {
        let core = client(MemoryTokenStore::new());
        let dispatcher = Dispatcher::new(plain()).keep_tickets(core.clone());
        assert_eq!(deliver(&dispatcher, "odd", sent).await, Ok(()));
        assert_eq!(token(&core).await, "t-odd");
    }
}
