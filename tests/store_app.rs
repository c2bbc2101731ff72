//! A store app from its first ticket to calls inside two tenants, as a program writes it.

use std::sync::Arc;
use std::sync::Mutex;

use feishu_openapi::event::{Dispatcher, Receiver};
use feishu_openapi::serde_json::{Value, json};
use feishu_openapi::task::v2::{TaskMember, task};
use feishu_openapi::testing::{Received, Reply, Server};
use feishu_openapi::{Client, Error, MemoryTokenStore};

const TICKET: &str = "dskLLdkasd";

/// Feishu: knows one good ticket, gives each tenant a token of its own, and removes members.
fn answer(request: &Received) -> Reply {
    let body = request.json();
    match request.path() {
        "/open-apis/auth/v3/app_ticket/resend" => Reply::json(200, &json!({ "code": 0, "msg": "success" })),
        "/open-apis/auth/v3/app_access_token" if body["app_ticket"] == TICKET => Reply::json(
            200,
            &json!({ "code": 0, "msg": "success", "app_access_token": "a-6U1SbDiM6XIH2DcTCPyeub", "expire": 7140 }),
        ),
        "/open-apis/auth/v3/tenant_access_token" => {
            let tenant = body["tenant_key"].as_str().unwrap_or_default();
            Reply::tenant_token(&format!("t-{tenant}"))
        }
        path if path.ends_with("/remove_members") => {
            let guid = path.split('/').nth(5).unwrap_or_default();
            Reply::data(json!({ "task": { "guid": guid, "summary": request.token(), "members": [] } }))
        }
        path => Reply::code(404, 404, path),
    }
}

fn client(server: &Server, store: &MemoryTokenStore) -> Result<Client, Error> {
    let builder = Client::builder().store_app("cli_slkdjalasdkjasd", "dskLLdkasdjlasdKK");
    builder.base_url(server.url()).token_store(store.clone()).build()
}

/// The title of the task whose member was removed; the server puts the token there.
async fn remove_members(client: &Client, tenant_key: &str) -> Result<String, Error> {
    let request = task::RemoveMembers::new("83912691", [TaskMember::new("ou_1", "assignee")]);
    let answer = client.for_tenant(tenant_key).task_v2().task().remove_members(request).await?;
    Ok(answer.task.map(|task| task.summary).unwrap_or_default())
}

/// The event as Feishu pushes it to a store app.
async fn push_ticket(dispatcher: &Dispatcher, app_id: &str, ticket: &str) -> u16 {
    let event = json!({
        "uuid": "41b5f371157e3d5341b38b20396e77e3",
        "token": "the-verification-token",
        "ts": "1550038209.428520",
        "type": "event_callback",
        "event": { "type": "app_ticket", "app_id": app_id, "app_ticket": ticket },
    });
    let request = http::Request::post("/webhook/event").body(event.to_string()).unwrap();
    dispatcher.handle(request).await.status().as_u16()
}

#[tokio::test]
async fn from_ticket_to_remove_members_in_two_tenants() {
    let server = Server::with_handler(answer).await.unwrap();
    let store = MemoryTokenStore::new();
    let client = client(&server, &store).unwrap();
    let receiver = Receiver::builder().verification_token("the-verification-token").build().unwrap();
    let heard = Arc::new(Mutex::new(Vec::new()));
    let others = heard.clone();
    let dispatcher = Dispatcher::new(receiver).keep_tickets(client.core().clone()).on_other(
        move |delivery: feishu_openapi::event::Delivery<Value>| {
            others.lock().unwrap().push(delivery.header.event_type);
            async { Ok(()) }
        },
    );

    // Before the first ticket nothing works; Feishu is asked for one.
    let error = remove_members(&client, "one").await.unwrap_err();
    assert!(error.is_waiting_for_app_ticket() && error.is_retryable(), "{error}");
    let asked: Vec<_> = server.requests().iter().map(|request| request.path().to_owned()).collect();
    assert_eq!(asked, ["/open-apis/auth/v3/app_ticket/resend"]);

    // The ticket comes as an event; one for another app is not taken for ours, and Feishu keeps it.
    assert_eq!(push_ticket(&dispatcher, "cli_other", "x").await, 500);
    assert!(remove_members(&client, "one").await.unwrap_err().is_waiting_for_app_ticket());
    assert_eq!(push_ticket(&dispatcher, "cli_slkdjalasdkjasd", TICKET).await, 200);

    // Each tenant has a token of its own.
    assert_eq!(remove_members(&client, "one").await.unwrap(), "t-one");
    assert_eq!(remove_members(&client, "two").await.unwrap(), "t-two");
    assert_eq!(remove_members(&client, "one").await.unwrap(), "t-one");

    // Another machine with the same store asks for nothing.
    let before = server.requests().len();
    let other = self::client(&server, &store).unwrap();
    assert_eq!(remove_members(&other, "two").await.unwrap(), "t-two");
    assert_eq!(server.requests().len(), before + 1);
    let token_requests = server.requests().iter().filter(|request| request.is_token_request()).count();
    // The resent ticket, the app's token, and one for each tenant.
    assert_eq!(token_requests, 4);
    assert!(heard.lock().unwrap().is_empty());
}
