//! What a request looks like on the wire.

use feishu_openapi_runtime::testing::{Received, Reply};
use feishu_openapi_runtime::{Error, Method, Request, Update, serde_json::json};

use crate::sample::*;
use crate::{as_app, as_user, script, scripted};

async fn send<R: Request>(request: R) -> Result<Received, Error> {
    let transport = script([Reply::data(json!({}))]);
    as_app(&scripted(&transport), request).await?;
    Ok(transport.calls().remove(0))
}

async fn send_as_user<R: Request>(request: R) -> Received {
    let transport = script([Reply::data(json!({}))]);
    as_user(&scripted(&transport), request).await.unwrap();
    transport.calls().remove(0)
}

#[tokio::test]
async fn a_request_goes_out_as_documented() {
    let request = RemoveMembers::new("guid", [Member::new("ou_1").role("assignee")]).user_id_type(UserIdType::OpenId);
    let received = send(request).await.unwrap();
    assert_eq!(received.method(), "POST");
    assert_eq!(received.path(), "/open-apis/task/v2/tasks/guid/remove_members");
    assert_eq!(received.query_value("user_id_type"), Some("open_id"));
    assert_eq!(received.token(), Some("t-1"));
    assert_eq!(received.header("content-type"), Some("application/json; charset=utf-8"));
    assert_eq!(received.json(), json!({ "members": [{ "id": "ou_1", "role": "assignee" }] }));
}

#[tokio::test]
async fn a_path_value_is_one_segment() {
    for (value, encoded) in [
        ("a/b", "a%2Fb"),
        ("a b?c#d", "a%20b%3Fc%23d"),
        ("...", "..."),
        ("任务", "%E4%BB%BB%E5%8A%A1"),
        ("%2e%2e", "%252e%252e"),
        ("{task_guid}", "%7Btask_guid%7D"),
    ] {
        let received = send(Delete::new(value)).await.unwrap();
        assert_eq!(received.path(), format!("/open-apis/task/v2/tasks/{encoded}"));
    }
}

#[tokio::test]
async fn paths_to_elsewhere_are_refused_before_sending() {
    for value in ["", ".", ".."] {
        let transport = script([]);
        let error = as_app(&scripted(&transport), Delete::new(value)).await.unwrap_err();
        assert!(error.is_invalid_request(), "{error}");
        assert!(error.to_string().contains("`task_guid`"), "{error}");
        assert!(transport.requests().is_empty());
    }
}

#[tokio::test]
async fn get_and_delete_have_no_body() {
    let deleted = send(Delete::new("guid")).await.unwrap();
    assert_eq!((deleted.body().len(), deleted.header("content-type")), (0, None));
    let listed = send_as_user(List::new()).await;
    assert_eq!((listed.body().len(), listed.query().len()), (0, 0));
}

#[tokio::test]
async fn the_query_says_exactly_what_was_set() {
    let listed = send_as_user(List::new().completed(false).page_token("a+b&c=")).await;
    let expected = [("page_token", "a+b&c="), ("completed", "false")];
    let expected = expected.map(|(name, value)| (name.to_owned(), value.to_owned()));
    assert_eq!(listed.query(), expected);
}

#[tokio::test]
async fn empty_values_are_sent() {
    let mut request = Create::new("");
    request.members = Some(vec![]);
    let received = send(request).await.unwrap();
    let body = received.json();
    assert_eq!(body["summary"], "");
    assert_eq!(body["members"], json!([]));
    assert!(body.get("due").is_none());
}

#[tokio::test]
async fn a_partial_update_names_what_changes() {
    let patch = Patch::new("guid").summary("New").clear_due();
    assert_eq!(
        send(patch).await.unwrap().json(),
        json!({ "task": { "summary": "New" }, "update_fields": ["summary", "due"] }),
    );
}

#[tokio::test]
async fn explicit_names_override() {
    let patch = Patch::new("guid").summary("New").update_fields(["due"]);
    assert_eq!(send(patch).await.unwrap().json(), json!({ "task": { "summary": "New" }, "update_fields": ["due"] }),);
}

#[tokio::test]
async fn an_update_of_nothing_is_refused() {
    for patch in [Patch::new("guid"), Patch::new("guid").update_fields([""; 0])] {
        let error = send(patch).await.unwrap_err();
        assert!(error.is_invalid_request());
        assert!(error.to_string().contains("update of nothing"), "{error}");
    }
}

#[tokio::test]
async fn clearing_sends_an_empty_target() {
    let mut patch = Patch::new("guid");
    patch.due = Update::Clear;
    assert_eq!(send(patch).await.unwrap().json(), json!({ "task": {}, "update_fields": ["due"] }),);
}

#[tokio::test]
async fn a_missing_idempotency_key_is_filled_in() {
    let first = send(Create::new("x")).await.unwrap().json()["client_token"].clone();
    let second = send(Create::new("x")).await.unwrap().json()["client_token"].clone();
    assert_eq!(first.as_str().unwrap().len(), 36);
    assert_ne!(first, second);
    let given = send(Create::new("x").client_token("mine")).await.unwrap();
    assert_eq!(given.json()["client_token"], "mine");
}

#[tokio::test]
async fn the_idempotency_key_can_be_left_out() {
    let transport = script([Reply::data(json!({}))]);
    let call = as_app(&scripted(&transport), Create::new("x")).without_idempotency_key();
    call.await.unwrap();
    assert!(transport.calls()[0].json().get("client_token").is_none());
}

#[tokio::test]
async fn limits_are_checked_if_asked_for() {
    let transport = script([Reply::data(json!({}))]);
    let core = scripted(&transport);
    let request = RemoveMembers::new("guid", []);
    let error = as_app(&core, request.clone()).validate(true).await.unwrap_err();
    assert!(error.is_invalid_request());
    assert_eq!(error.violations().unwrap().iter().next().unwrap().path(), "members");
    assert!(transport.requests().is_empty());
    as_app(&core, request).await.unwrap();
}

#[tokio::test]
async fn headers_and_request_id_can_be_added() {
    let transport = script([Reply::data(json!({}))]);
    let core = scripted(&transport);
    let call = as_app(&core, Delete::new("1")).header("X-Trace", "7").request_id("mine");
    let response = call.with_response().await.unwrap();
    let received = transport.calls().remove(0);
    assert_eq!(received.header("x-trace"), Some("7"));
    assert_eq!(received.header("x-request-id"), Some("mine"));
    assert_eq!(response.metadata.request_id(), Some("mine"));
    assert_eq!(response.metadata.log_id(), Some("20260101000000TESTLOGID"));
    assert_eq!((response.metadata.status(), response.metadata.attempts()), (200, 1));
}

#[tokio::test]
async fn the_authorization_header_cannot_be_overridden() {
    let transport = script([]);
    let call = as_app(&scripted(&transport), Delete::new("1")).header("authorization", "Bearer x");
    assert!(call.await.unwrap_err().is_invalid_request());
}

#[tokio::test]
async fn raw_calls_read_any_data() {
    let data = json!({ "user_list": [{ "email": "a@example.com", "user_id": "ou_1" }] });
    let transport = script([Reply::data(data.clone())]);
    let answer = scripted(&transport)
        .request(Method::Post, "/open-apis/contact/v3/users/batch_get_id")
        .query("user_id_type", "open_id")
        .json(&json!({ "emails": ["a@example.com"] }))
        .await
        .unwrap();
    assert_eq!(answer, data);
    let received = transport.calls().remove(0);
    assert_eq!(received.json()["emails"][0], "a@example.com");
    assert_eq!(received.token(), Some("t-1"));
}

#[tokio::test]
async fn raw_paths_stay_on_the_server() {
    let transport = script([]);
    let core = scripted(&transport);
    for path in ["open-apis", "//evil.example", "/a/../b", "/a?b=1", "/a b", "https://evil.example", "@evil/"] {
        let error = core.request(Method::Get, path).await.unwrap_err();
        assert!(error.is_invalid_request(), "{path}");
    }
    let error = core.request(Method::Get, "/open-apis/{id}").path("id", "..").await.unwrap_err();
    assert!(error.is_invalid_request());
    assert!(core.request(Method::Get, "/open-apis/{id}").await.is_err());
    assert!(transport.requests().is_empty());
}

#[tokio::test]
async fn raw_paths_do_not_climb_in_any_spelling_of_dots() {
    let transport = script([]);
    let core = scripted(&transport);
    for path in ["/a/%2e%2e/b", "/a/%2E%2e", "/a/.%2e/b", "/a/%2E./b", "/a/./b", "/a/%2e/b"] {
        let error = core.request(Method::Get, path).await.unwrap_err();
        assert!(error.is_invalid_request(), "{path}");
    }
    // Dots only once it is filled in.
    let request = core.request(Method::Get, "/a/.%2{one}/b");
    assert!(request.path("one", "E").await.unwrap_err().is_invalid_request());
    assert!(transport.requests().is_empty());
}

#[tokio::test]
async fn dots_that_lead_nowhere_stay_in_raw_paths() {
    for path in ["/a/...", "/a/%2e%2e%2e/b", "/a/v1.0", "/a/%252e%252e"] {
        let transport = script([Reply::data(json!({}))]);
        scripted(&transport).request(Method::Get, path).await.unwrap();
        assert_eq!(transport.calls().remove(0).path(), path);
    }
}

#[tokio::test]
async fn an_identity_that_is_not_accepted_fails_before_sending() {
    let transport = script([]);
    let error = as_app(&scripted(&transport), List::new()).await.unwrap_err();
    assert!(error.to_string().contains("accepts a user access token"), "{error}");
    assert_eq!(error.operation(), Some("task.v2.task.list"));
    assert!(transport.requests().is_empty());
}

#[tokio::test]
async fn the_whole_answer_is_there_if_asked_for() {
    let transport = script([Reply::data(json!({ "new": 1 }))]);
    let raw = as_app(&scripted(&transport), Delete::new("1")).raw().await.unwrap();
    let body: feishu_openapi_runtime::serde_json::Value =
        feishu_openapi_runtime::serde_json::from_slice(&raw.body).unwrap();
    assert_eq!(body["data"]["new"], 1);
}
