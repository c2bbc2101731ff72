//! What errors say, and what they never say.

use feishu_openapi_runtime::testing::Reply;
use feishu_openapi_runtime::{Error, RetryPolicy, serde_json::json};

use crate::sample::*;
use crate::{as_app, script, scripted};

async fn fail(reply: Reply) -> Error {
    let transport = script([reply]);
    let call = as_app(&scripted(&transport), RemoveMembers::new("guid", []));
    call.retry(RetryPolicy::never()).await.unwrap_err()
}

#[tokio::test]
async fn an_error_tells_what_why_and_what_to_do() {
    let error = fail(Reply::code(400, 1470400, "members is empty")).await;
    assert_eq!(error.operation(), Some("task.v2.task.remove_members"));
    assert_eq!(error.status(), Some(400));
    assert_eq!(error.code(), Some(1470400));
    assert_eq!(error.message(), "members is empty");
    assert_eq!(error.log_id(), Some("20260101000000TESTLOGID"));
    assert_eq!(error.meaning(), Some("A parameter is wrong."));
    assert_eq!(error.hint(), Some("Read `msg`."));
    assert!(error.is_invalid_request());
    assert_eq!(
        error.to_string(),
        "task.v2.task.remove_members: members is empty (code 1470400, HTTP 400, \
         log id 20260101000000TESTLOGID); A parameter is wrong. Read `msg`.",
    );
}

#[tokio::test]
async fn the_first_shape_of_details_is_read() {
    let error = fail(
        Reply::json(
            400,
            &json!({
                "code": 99_991_672,
                "msg": "Access denied.",
                "error": {
                    "logid": "from-the-body",
                    "permission_violations": [
                        { "scope": "task:task:write", "url": "https://open.feishu.cn/x" },
                        { "scope": "task:task", "url": "" },
                    ],
                },
            }),
        )
        .header("x-tt-logid", ""),
    )
    .await;
    assert!(error.is_permission_denied() && !error.is_invalid_request());
    assert_eq!(error.missing_scopes(), ["task:task:write", "task:task"]);
    assert_eq!(error.log_id(), Some("from-the-body"));
    assert!(error.to_string().contains("missing scopes: task:task:write, task:task"), "{error}");
}

#[tokio::test]
async fn the_second_shape_of_details_is_read() {
    let body = json!({
        "code": 99_992_402,
        "msg": "field validation failed",
        "error": {
            "log_id": "from-the-body",
            "permission_violations": [{ "type": "action_scope", "subject": "task:task" }],
            "field_violations": [
                { "field": "members", "value": [1, 2], "description": "too short" },
                { "field": "x", "value": null, "description": "missing" },
            ],
            "helps": [{ "url": "https://open.feishu.cn/help", "description": "Help" }],
            "troubleshooter": "https://open.feishu.cn/search?code=1",
            "message": "more",
        },
    });
    let error = fail(Reply::json(400, &body)).await;
    let details = error.details().unwrap();
    assert_eq!(details.missing_scopes, ["task:task"]);
    assert_eq!(details.field_violations[0].value, "[1,2]");
    assert_eq!(details.field_violations[1].description, "missing");
    assert_eq!(details.help_links[0].url, "https://open.feishu.cn/help");
    assert_eq!(details.troubleshooter, "https://open.feishu.cn/search?code=1");
    assert_eq!(details.message, "more");
    assert_eq!(error.log_id(), Some("20260101000000TESTLOGID"));
    assert!(error.to_string().contains("field `members`: too short"), "{error}");
}

#[tokio::test]
async fn strange_details_do_not_hide_the_error() {
    for details in [json!(7), json!("x"), json!([]), json!({ "field_violations": {}, "helps": [3] })] {
        let body = json!({ "code": 1470404, "msg": "gone", "error": details });
        let error = fail(Reply::json(404, &body)).await;
        assert!(error.is_not_found());
        assert_eq!(error.message(), "gone");
    }
}

#[tokio::test]
async fn answers_that_are_no_envelope_keep_what_is_known() {
    let html = "<html><h1>502 Bad Gateway</h1></html>";
    for (reply, status, beginning) in [
        (Reply::text(502, "text/html", html), 502, Some(html)),
        (Reply::text(502, "text/html", ""), 502, None),
        (Reply::text(200, "application/json", ""), 200, None),
        (Reply::text(200, "application/json", "{\"code\":0,"), 200, Some("{\"code\":0,")),
        (Reply::text(200, "application/json", "{\"error\":1}"), 200, Some("{\"error\":1}")),
        (Reply::text(404, "text/plain", "no route"), 404, Some("no route")),
        (Reply::json(200, &json!({ "code": "x" })), 200, Some("{\"code\":\"x\"}")),
    ] {
        let error = fail(reply).await;
        assert!(error.is_unexpected_answer(), "{error:?}");
        assert_eq!(error.status(), Some(status));
        assert_eq!(error.log_id(), Some("20260101000000TESTLOGID"));
        assert_eq!(error.body(), beginning);
    }
}

#[tokio::test]
async fn data_of_another_shape_keeps_what_is_known() {
    let error = fail(Reply::data(json!(["many"]))).await;
    assert!(error.is_unexpected_answer());
    assert_eq!(error.code(), Some(0));
    assert!(error.body().unwrap().contains("many"));
    let source = std::error::Error::source(&error).unwrap();
    assert!(source.to_string().contains("expected an object"), "{source}");
}

#[tokio::test]
async fn a_refusal_before_its_data_is_not_lost() {
    let body = r#"{"data":{"task":7},"msg":"no","code":1470404}"#;
    let error = fail(Reply::text(200, "application/json", body)).await;
    assert_eq!((error.code(), error.message()), (Some(1470404), "no"));
}

#[tokio::test]
async fn only_the_beginning_of_a_body_is_kept() {
    let error = fail(Reply::text(502, "text/html", "错".repeat(100_000))).await;
    assert!(error.body().unwrap().chars().count() <= 301);
}

#[tokio::test]
async fn missing_data_is_the_default() {
    for body in [json!({ "code": 0 }), json!({ "code": "0", "data": null }), json!({ "code": 0, "data": "" })] {
        let transport = script([Reply::json(200, &body)]);
        let answer = as_app(&scripted(&transport), RemoveMembers::new("1", [])).await.unwrap();
        assert_eq!(answer, TaskResponse::default());
    }
}

#[tokio::test]
async fn the_code_decides_and_not_the_status() {
    assert!(fail(Reply::code(200, 1470404, "gone")).await.is_not_found());
    assert!(fail(Reply::code(400, 1470404, "gone")).await.is_not_found());
    assert!(fail(Reply::code(401, 1470403, "no")).await.is_permission_denied());
    assert!(fail(Reply::code(400, 99_991_400, "fast")).await.is_rate_limited());
    let error = fail(Reply::code(500, 1470500, "server")).await;
    assert!(error.is_server_error() && error.is_retryable());
}

#[test]
fn errors_are_small_and_cross_threads() {
    fn check<T: Send + Sync + Clone + 'static>() {}
    check::<Error>();
    assert_eq!(size_of::<Error>(), size_of::<usize>());
}

#[tokio::test]
async fn a_redirect_says_where_to() {
    for reply in [Reply::text(301, "text/html", ""), Reply::text(308, "text/html", "<html>Moved</html>")] {
        let error = fail(reply.header("location", "https://open.feishu.cn/open-apis/x?secret=1")).await;
        assert!(error.is_unexpected_answer(), "{error:?}");
        let text = error.to_string();
        assert!(text.contains("a redirect to https://open.feishu.cn/open-apis/x, which is not followed"), "{text}");
        assert!(text.contains("look at the base URL"), "{text}");
    }
}

#[tokio::test]
async fn codes_that_all_operations_share_are_explained() {
    let error = fail(Reply::code(400, 99_991_679, "Unauthorized.")).await;
    assert_eq!(error.meaning(), Some("The person has not agreed to a scope."));
    assert_eq!(error.hint(), Some("Let the person log in again, with the missing scopes."));
    assert!(error.to_string().ends_with("with the missing scopes."), "{error}");
}

/// Tests have short tokens; they must not hide what happened.
#[tokio::test]
async fn a_token_that_occurs_in_names_does_not_change_what_an_error_means() {
    for token in ["1", "c", "code", "msg"] {
        let transport = script([Reply::code(404, 1_470_404, "no such task")]);
        let user = feishu_openapi_runtime::User::new(token);
        let call = scripted(&transport).request(feishu_openapi_runtime::Method::Get, "/open-apis/x").identity(&user);
        let error = call.await.unwrap_err();
        assert!(error.is_not_found(), "{token}: {error}");
        assert_eq!(error.code(), Some(1_470_404), "{token}");
    }
}

#[tokio::test]
async fn a_token_with_its_scheme_is_refused_with_a_word_about_it() {
    let core = scripted(&script([]));
    let user = feishu_openapi_runtime::User::new("Bearer u-1");
    let call = core.request(feishu_openapi_runtime::Method::Get, "/open-apis/x").identity(&user);
    let error = call.await.unwrap_err();
    assert!(error.is_invalid_request() && error.to_string().contains("`Bearer`"), "{error}");
}

#[tokio::test]
async fn only_store_apps_take_tickets() {
    let error = scripted(&script([])).put_app_ticket("ticket").await.unwrap_err();
    assert!(error.is_configuration() && error.to_string().contains("`store_app`"), "{error}");
}

#[tokio::test]
async fn a_code_is_read_beside_bytes_that_are_no_utf_8() {
    let body = b"{\"code\": 1470404, \"msg\": \"\xc8\xce\xce\xf1\"}";
    let error = fail(Reply::text(404, "application/json", &body[..])).await;
    assert!(error.is_not_found() && error.code() == Some(1_470_404), "{error}");
}
