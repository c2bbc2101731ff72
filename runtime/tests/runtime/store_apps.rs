//! Store apps: ticket, app access token, one tenant access token for each tenant.

use std::sync::Mutex;
use std::time::Duration;

use feishu_openapi_runtime::testing::{Received, Reply, ScriptedTransport};
use feishu_openapi_runtime::{Call, ClientBuilder, Core, Error, Tenant, serde_json::json};

use crate::sample::*;

/// Answers as the pages document; a ticket is good if `good_ticket` says so.
fn feishu(good_ticket: &'static str, first_app_token_is_bad: bool) -> ScriptedTransport {
    let app_tokens = Mutex::new(0);
    ScriptedTransport::with_handler(move |request| {
        let body = request.json();
        match request.path() {
            "/open-apis/auth/v3/app_ticket/resend" => Reply::json(200, &json!({ "code": 0 })),
            "/open-apis/auth/v3/app_access_token" => {
                if body["app_ticket"] != good_ticket {
                    return Reply::code(200, 10_012, "get app access token fail");
                }
                let mut number = app_tokens.lock().unwrap();
                *number += 1;
                let token = format!("a-{number}");
                Reply::json(200, &json!({ "code": 0, "app_access_token": token, "expire": 7200 }))
            }
            "/open-apis/auth/v3/tenant_access_token" => {
                if first_app_token_is_bad && body["app_access_token"] == "a-1" {
                    return Reply::code(400, 99_991_664, "invalid app token");
                }
                let tenant = body["tenant_key"].as_str().unwrap();
                Reply::tenant_token(&format!("t-{tenant}"))
            }
            _ => Reply::data(json!({})),
        }
    })
}

fn client(transport: &ScriptedTransport) -> Core {
    let builder = ClientBuilder::new().store_app("cli_isv", "the-app-secret");
    builder.transport(transport.clone()).build().unwrap()
}

async fn remove_members(core: &Core, tenant: Tenant) -> Result<(), Error> {
    Call::new(core, tenant.into(), RemoveMembers::new("1", [])).await.map(drop)
}

fn sent(transport: &ScriptedTransport, path: &str) -> usize {
    let ends = |request: &&Received| request.path().ends_with(path);
    transport.requests().iter().filter(ends).count()
}

#[tokio::test]
async fn from_a_ticket_to_calls_for_two_tenants() {
    let transport = feishu("ticket", false);
    let core = client(&transport);
    core.put_app_ticket("ticket").await.unwrap();
    for tenant in ["one", "two", "one"] {
        remove_members(&core, Tenant::new(tenant)).await.unwrap();
    }
    let calls = transport.calls();
    let tokens: Vec<_> = calls.iter().map(|call| call.token().unwrap()).collect();
    assert_eq!(tokens, ["t-one", "t-two", "t-one"]);
    assert_eq!(sent(&transport, "/app_access_token"), 1);
    assert_eq!(sent(&transport, "/tenant_access_token"), 2);
    let first = transport.requests().remove(0).json();
    let expected = json!({
        "app_id": "cli_isv", "app_secret": "the-app-secret", "app_ticket": "ticket",
    });
    assert_eq!(first, expected);
}

#[tokio::test]
async fn a_missing_ticket_is_asked_for_once() {
    let transport = feishu("ticket", false);
    let core = client(&transport);
    for _ in 0..3 {
        let error = remove_members(&core, Tenant::new("one")).await.unwrap_err();
        assert!(error.is_waiting_for_app_ticket(), "{error}");
        assert!(error.is_retryable() && !error.may_have_taken_effect());
    }
    assert_eq!(sent(&transport, "/app_ticket/resend"), 1);
    core.put_app_ticket("ticket").await.unwrap();
    remove_members(&core, Tenant::new("one")).await.unwrap();
}

#[tokio::test]
async fn a_stale_ticket_is_asked_for_anew() {
    let transport = feishu("new", false);
    let core = client(&transport);
    core.put_app_ticket("very-stale").await.unwrap();
    let error = remove_members(&core, Tenant::new("one")).await.unwrap_err();
    assert!(error.is_waiting_for_app_ticket());
    assert!(!format!("{error:?}").contains("very-stale"));
    assert_eq!(sent(&transport, "/app_ticket/resend"), 1);
    core.put_app_ticket("new").await.unwrap();
    remove_members(&core, Tenant::new("one")).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_rejected_app_token_is_replaced_unless_it_is_seconds_old() {
    let transport = feishu("ticket", true);
    let core = client(&transport);
    core.put_app_ticket("ticket").await.unwrap();
    for _ in 0..3 {
        let error = remove_members(&core, Tenant::new("one")).await.unwrap_err();
        assert_eq!(error.code(), Some(99_991_664));
    }
    assert_eq!(sent(&transport, "/app_access_token"), 1);
    tokio::time::advance(Duration::from_secs(60)).await;
    remove_members(&core, Tenant::new("one")).await.unwrap();
    assert_eq!(sent(&transport, "/app_access_token"), 2);
    assert_eq!(sent(&transport, "/tenant_access_token"), 5);
}

#[tokio::test]
async fn what_cannot_be_a_ticket_or_a_tenant_key_is_refused() {
    let transport = feishu("ticket", false);
    let core = client(&transport);
    for ticket in ["ticket\n", " ticket", "tic ket"] {
        let error = core.put_app_ticket(ticket).await.unwrap_err();
        assert!(error.is_invalid_request() && error.to_string().contains("trim what comes from a file"), "{error}");
    }
    core.put_app_ticket(String::from("ticket")).await.unwrap();
    for key in ["", "one\n", "o ne"] {
        let error = remove_members(&core, Tenant::new(key)).await.unwrap_err();
        assert!(error.is_invalid_request() && error.to_string().contains("trim what comes from a file"), "{error}");
    }
    assert!(transport.requests().is_empty());
}

#[tokio::test]
async fn a_store_app_needs_a_tenant_and_a_custom_app_has_none() {
    let transport = feishu("ticket", false);
    let error = remove_members(&client(&transport), Tenant::default()).await.unwrap_err();
    assert!(error.to_string().contains("for_tenant"), "{error}");
    let custom = crate::scripted(&transport);
    let error = remove_members(&custom, Tenant::new("one")).await.unwrap_err();
    assert!(error.to_string().contains("only one tenant"), "{error}");
    assert!(transport.requests().is_empty());
}

#[tokio::test]
async fn a_request_for_the_ticket_that_failed_is_made_again() {
    let resent = Mutex::new(0);
    let transport = ScriptedTransport::with_handler(move |_| {
        let mut resent = resent.lock().unwrap();
        *resent += 1;
        match *resent {
            1 => Reply::code(400, 10_015, "app secret invalid"),
            _ => Reply::json(200, &json!({ "code": 0 })),
        }
    });
    let core = client(&transport);
    let error = remove_members(&core, Tenant::new("one")).await.unwrap_err();
    assert_eq!(error.code(), Some(10_015));
    // Feishu was not asked, so it must not be said.
    let error = remove_members(&core, Tenant::new("one")).await.unwrap_err();
    assert!(error.is_waiting_for_app_ticket(), "{error}");
    assert_eq!(sent(&transport, "/app_ticket/resend"), 2);
}

#[tokio::test]
async fn an_empty_ticket_replaces_no_good_one() {
    let transport = feishu("ticket", false);
    let core = client(&transport);
    core.put_app_ticket("ticket").await.unwrap();
    assert!(core.put_app_ticket("").await.is_err_and(|error| error.is_invalid_request()));
    remove_members(&core, Tenant::new("one")).await.unwrap();
}
