//! Answers that are not what the page documents: what is good in them is kept.

use std::time::Duration;

use feishu_openapi_runtime::testing::{Reply, ScriptedTransport};
use feishu_openapi_runtime::transport::{
    BoxFuture, HttpRequest, HttpResponse, ResponseBody, Transport, TransportError,
};
use feishu_openapi_runtime::{Core, Error, Method, RetryPolicy, http, serde_json, serde_json::Value, serde_json::json};
use tokio::time::Instant;

use crate::sample::*;
use crate::tokens::{sharing, tokens_of};
use crate::{as_app, builder, script, scripted, store_with};

const JSON: &str = "application/json; charset=utf-8";

/// Sends a request that has effects once, to a server that gives this answer.
async fn send(reply: Reply) -> Result<TaskResponse, Error> {
    let transport = script([reply]);
    as_app(&scripted(&transport), RemoveMembers::new("guid", [])).retry(RetryPolicy::never()).await
}

async fn fail(reply: Reply) -> Error {
    send(reply).await.unwrap_err()
}

/// Reads an answer whose task has a guid, and beside it the given properties.
async fn task(properties: &[u8]) -> Task {
    let mut body = br#"{"code":0,"msg":"","data":{"task":{"guid":"1","#.to_vec();
    body.extend_from_slice(properties);
    body.extend_from_slice(br#","summary":"Water"}}}"#);
    let shown = String::from_utf8_lossy(&body).into_owned();
    let answer = send(Reply::text(200, JSON, body)).await;
    let task = answer.unwrap_or_else(|error| panic!("{shown}: {error:?}")).task.unwrap();
    assert_eq!(task.guid, "1", "{shown}");
    task
}

#[tokio::test]
async fn a_field_of_an_unforeseen_kind_is_nothing_and_the_rest_is_read() {
    let expected = Task { guid: "1".into(), summary: "Water".into(), ..Task::default() };
    for value in ["true", "7", "1.5", "\"many\"", "[1,[2]]", "{\"a\":{\"b\":1}}", "18446744073709551615", "1e999"] {
        for field in ["members", "due"] {
            let is_it = matches!((field, value.as_bytes()[0]), ("members", b'[') | ("due", b'{'));
            if !is_it {
                assert_eq!(task(format!("\"{field}\":{value}").as_bytes()).await, expected, "{field}: {value}");
            }
        }
    }
    for value in ["1.5", "\"many\"", "[1]", "{\"a\":1}", "18446744073709551615", "1e999", "\"0x10\""] {
        assert_eq!(task(format!("\"mode\":{value}").as_bytes()).await, expected, "{value}");
    }
    let text = task(b"\"description\":{},\"due\":{\"timestamp\":{\"a\":1},\"is_all_day\":\"perhaps\"}").await;
    assert_eq!(text.due, Some(Due::default()));
}

#[tokio::test]
async fn an_element_of_an_unforeseen_kind_does_not_lose_the_list() {
    let task = task(br#""members":[{"id":"a"},"b",7,[1],{"id":{"x":1},"type":"user"},{"id":"c"}]"#).await;
    let ids: Vec<&str> = task.members.iter().map(|member| member.id.as_str()).collect();
    assert_eq!(ids, ["a", "", "", "", "", "c"]);
    assert_eq!(task.members[4].r#type.as_deref(), Some("user"));
}

#[tokio::test]
async fn a_text_that_was_cut_is_read_with_a_replacement() {
    for (text, expected) in [
        (&br"cut \ud83d"[..], "cut \u{fffd}"),
        (br"\ude00 cut", "\u{fffd} cut"),
        (b"cut \xe4\xbb", "cut \u{fffd}"),
        (b"a\tb\x01", "a\tb\u{1}"),
    ] {
        let mut member = br#""members":[{"id":""#.to_vec();
        member.extend_from_slice(text);
        member.extend_from_slice(br#""}]"#);
        assert_eq!(task(&member).await.members[0].id, expected);
        // The same in a key that nobody knows.
        let mut unknown = b"\"".to_vec();
        unknown.extend_from_slice(text);
        unknown.extend_from_slice(b"\":1");
        task(&unknown).await;
    }
}

#[tokio::test]
async fn what_stands_around_an_answer_is_passed_over() {
    let body = json!({ "code": 0, "data": { "task": { "guid": "1" } } });
    for text in [format!("\u{feff}{body}"), format!("{body}\n<!-- served by proxy 7 -->"), format!("{body}\0")] {
        assert_eq!(send(Reply::text(200, JSON, text)).await.unwrap().task.unwrap().guid, "1");
    }
}

#[tokio::test]
async fn raw_calls_are_read_with_replacements_too() {
    let body = br#"{"code":0,"data":{"text":"cut \ud83d"}}"#;
    let core = scripted(&script([Reply::text(200, JSON, &body[..]), Reply::text(200, JSON, &body[..])]));
    let value: Value = core.request(Method::Get, "/open-apis/x").send().await.unwrap();
    assert_eq!(value, json!({ "text": "cut \u{fffd}" }));
    let raw = core.request(Method::Get, "/open-apis/x").raw().await.unwrap();
    assert_eq!(raw.body, &body[..]);
}

#[tokio::test]
async fn a_code_is_read_whatever_stands_beside_it() {
    let deep = format!("{}{}", "[".repeat(200), "]".repeat(200));
    for rest in [
        r#""code":1470404,"msg":"gone \ud83d""#,
        r#""msg":"gone \ud83d","code":1470404"#,
        r#""msg":"gone","error":{"log_id":1e999},"code":1470404"#,
        r#""code":1470404,"msg":"gone","data":{"text"#,
        r#""code":"1470404","msg":"gone""#,
        r#""code":1470404.0,"msg":"gone""#,
        &format!(r#""error":{deep},"code":1470404,"msg":"gone""#),
        &format!(r#""code":1470404,"msg":"gone","error":{deep}"#),
    ] {
        for end in ["}", "} and more", "}}"] {
            let body = format!("{{{rest}{end}");
            let error = fail(Reply::text(404, JSON, body.clone())).await;
            assert_eq!(error.code(), Some(1_470_404), "{body:.200}");
            assert!(error.is_not_found());
        }
    }
    let error = fail(Reply::text(404, JSON, &b"{\"msg\":\"gone \xe4\xbb\",\"code\":1470404}"[..])).await;
    assert_eq!((error.code(), error.message()), (Some(1_470_404), "gone \u{fffd}"));
}

#[tokio::test]
async fn a_code_whose_digits_may_be_cut_is_not_believed() {
    let error = fail(Reply::text(404, JSON, r#"{"msg":"gone","code":1470"#)).await;
    assert_eq!(error.code(), None);
}

#[tokio::test]
async fn a_rejected_token_and_a_rate_limit_are_known_by_broken_answers_too() {
    // The connection broke in the second half, the code stands in the first.
    let cut = format!(r#"{{"code":99991663,"msg":"{}"}}"#, "x".repeat(100));
    for (reply, tokens) in [
        (Reply::text(400, JSON, r#"{"code":99991663,"msg":"\ud83d"}"#), ["t-old", "t-1"]),
        (Reply::text(400, JSON, cut).truncated(), ["t-old", "t-1"]),
        (Reply::text(400, JSON, r#"{"code":99991400,"msg":"cut \ud83d"}"#), ["t-old", "t-old"]),
    ] {
        let transport = script([reply.header("x-ogw-ratelimit-reset", "0"), Reply::data(json!({}))]);
        as_app(&sharing(&transport, store_with("t-old").await), Delete::new("1")).await.unwrap();
        assert_eq!(tokens_of(&transport), tokens);
    }
}

#[tokio::test]
async fn a_strange_value_beside_a_token_does_not_lose_the_token() {
    for body in [
        r#"{"code":0,"tenant_access_token":"t-good","expire":7200.5}"#,
        r#"{"code":0,"tenant_access_token":"t-good","expire":"7200s"}"#,
        r#"{"code":0,"tenant_access_token":"t-good","expire":[]}"#,
        r#"{"code":0,"tenant_access_token":"t-good","expire":18446744073709551615}"#,
        r#"{"code":0,"tenant_access_token":"t-good","expire":1e999,"msg":"\ud83d"}"#,
    ] {
        let transport = ScriptedTransport::with_handler(move |request| match request.is_token_request() {
            true => Reply::text(200, JSON, body),
            false => Reply::data(json!({})),
        });
        as_app(&scripted(&transport), Delete::new("1")).await.unwrap();
        assert_eq!(transport.calls()[0].token(), Some("t-good"), "{body}");
    }
}

#[tokio::test]
async fn an_answer_that_repeats_the_token_does_not_get_it_into_the_sources_of_an_error() {
    use std::error::Error as _;

    for body in [
        r#"{"code":0,"data":"t-1"}"#,
        r#"{"code":0,"data":"t-1, expected t-1"}"#,
        r#"{"code":0,"data":["t-1"]}"#,
        "\"t-1\"",
    ] {
        let core = scripted(&script([Reply::text(200, JSON, body)]));
        let call = core.request(Method::Get, "/open-apis/x").retry(RetryPolicy::never());
        let error = call.send::<Vec<i64>>().await.unwrap_err();
        let source = error.source().unwrap();
        let printed = format!("{error} {error:?} {source} {source:?}");
        assert!(!printed.contains("t-1"), "{printed}");
        assert!(source.to_string().contains("expected") && source.to_string().contains("line 1 column"), "{source}");
    }
}

#[tokio::test]
async fn an_answer_beyond_the_limit_is_not_read_and_not_asked_for_again() {
    let text = |size: usize| Reply::data(json!({ "text": "x".repeat(size) }));
    let core = |transport: &ScriptedTransport| -> Core {
        builder().transport(transport.clone()).max_answer_bytes(1_000).build().unwrap()
    };
    let transport = script([text(900), text(1_000), text(900)]);
    let core = core(&transport);
    core.request(Method::Get, "/open-apis/x").await.unwrap();
    let error = core.request(Method::Post, "/open-apis/x").repeatable().await.unwrap_err();
    assert!(error.is_unexpected_answer() && error.may_have_taken_effect(), "{error:?}");
    assert!(error.to_string().contains("more than 1000 bytes, see `max_answer_bytes`"), "{error}");
    assert_eq!(transport.calls().len(), 2);
}

/// Answers with the same chunk for ever, each of which is ready at once.
struct Endless {
    status: u16,
    headers: http::HeaderMap,
    chunk: &'static [u8],
}

impl Transport for Endless {
    fn send(&self, _: HttpRequest) -> BoxFuture<'_, Result<HttpResponse, TransportError>> {
        let chunk = bytes::Bytes::from_static(self.chunk);
        let body = ResponseBody::from_stream(Chunks(chunk));
        let status = http::StatusCode::from_u16(self.status).unwrap();
        let headers = self.headers.clone();
        Box::pin(async move { Ok(HttpResponse::new(status, headers, body)) })
    }
}

struct Chunks(bytes::Bytes);

impl futures_core::Stream for Chunks {
    type Item = Result<bytes::Bytes, TransportError>;

    fn poll_next(
        self: std::pin::Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Self::Item>> {
        std::task::Poll::Ready(Some(Ok(self.0.clone())))
    }
}

fn endless(status: u16, chunk: &'static [u8]) -> Core {
    let transport = Endless { status, headers: http::HeaderMap::new(), chunk };
    builder().transport(transport).retry(RetryPolicy::never()).build().unwrap()
}

#[tokio::test]
async fn an_endless_answer_ends_at_the_default_limit() {
    static CHUNK: [u8; 1 << 16] = [b' '; 1 << 16];
    let call = endless(200, &CHUNK).request(Method::Get, "/open-apis/x").as_user("u-1");
    let error = call.deadline(Duration::from_secs(600)).await.unwrap_err();
    assert!(error.to_string().contains("more than 67108864 bytes"), "{error}");
}

#[tokio::test]
async fn an_endless_failure_ends_and_keeps_status_and_code() {
    let call = endless(502, b"0,").request(Method::Get, "/open-apis/x").as_user("u-1");
    let error = call.deadline(Duration::from_secs(600)).await.unwrap_err();
    assert!(error.is_server_error() && error.to_string().len() < 1_000, "{error}");
    let call = endless(404, br#"{"code":1470404,"data":1,"#).request(Method::Get, "/open-apis/x").as_user("u-1");
    assert_eq!(call.await.unwrap_err().code(), Some(1_470_404));
}

/// Without a budget for each chunk, the deadline would never be looked at.
#[tokio::test]
async fn a_deadline_holds_while_chunks_are_ready() {
    let core = endless(200, b"");
    let call = core.request(Method::Get, "/open-apis/x").as_user("u-1").deadline(Duration::from_millis(50));
    let error = call.await.unwrap_err();
    assert!(error.is_timeout(), "{error}");
}

#[tokio::test(start_paused = true)]
async fn a_compressed_answer_is_named_and_not_asked_for_again() {
    let gzip = || Reply::text(200, JSON, &b"\x1f\x8b\x08\0\0\0\0\0"[..]).header("content-encoding", "gzip");
    let transport = script([gzip(), gzip()]);
    let error = as_app(&scripted(&transport), Delete::new("1")).await.unwrap_err();
    assert!(error.to_string().contains("compressed (`Content-Encoding: gzip`), which was not asked for"), "{error}");
    assert_eq!((error.body(), transport.calls().len()), (None, 1));
    let failure = fail(Reply::text(502, "text/html", &b"\x1f\x8b"[..]).header("content-encoding", "br")).await;
    assert!(failure.to_string().contains("`Content-Encoding: br`"), "{failure}");
    // What says so and is not compressed is read.
    let plain = Reply::data(json!({ "task": { "guid": "1" } })).header("content-encoding", "gzip");
    assert_eq!(send(plain).await.unwrap().task.unwrap().guid, "1");
}

#[tokio::test]
async fn what_the_server_says_cannot_write_into_terminals_and_logs() {
    let forged = "no\n2026-01-01T00:00:00Z  INFO billing: accepted \u{1b}[2J\u{202e}";
    let error = fail(
        Reply::json(
            400,
            &json!({ "code": 1, "msg": forged, "error": {
                "log_id": forged,
                "field_violations": [{ "field": forged, "value": forged, "description": forged }],
                "permission_violations": [{ "subject": forged }],
                "helps": [{ "url": forged, "description": forged }],
                "troubleshooter": forged,
                "message": forged,
            }}),
        )
        .header("x-tt-logid", ""),
    )
    .await;
    for printed in [error.to_string(), format!("{error:?}"), format!("{:?}", error.details())] {
        assert!(!printed.contains(['\n', '\u{1b}', '\u{202e}']), "{printed}");
        assert!(printed.contains(r"no\n2026"), "{printed}");
    }
    assert_eq!(error.message(), forged, "the accessor gives it as it came");
    assert_eq!(error.log_id(), Some(forged));
    let oauth = fail(Reply::json(400, &json!({ "error": forged, "error_description": forged }))).await;
    assert!(!oauth.to_string().contains(['\n', '\u{1b}']), "{oauth}");
}

#[tokio::test]
async fn what_the_server_says_at_length_is_cut() {
    let long = "x".repeat(100_000);
    let many: Vec<Value> = (0..1_000).map(|_| json!({ "field": "f", "description": "d", "url": "u" })).collect();
    let body = json!({ "code": 1, "msg": long, "error": {
        "log_id": long, "message": long, "field_violations": many, "helps": many,
        "permission_violations": (0..1_000).map(|at| json!({ "subject": at })).collect::<Vec<_>>(),
    }});
    let error = fail(Reply::json(400, &body).header("x-tt-logid", "")).await;
    for printed in [error.to_string(), format!("{error:?}"), format!("{:?}", error.details())] {
        assert!(printed.len() < 20_000, "{}", printed.len());
    }
    assert!(error.to_string().contains("and 980 more"), "{error}");
    let redirect = fail(Reply::text(301, "text/html", "").header("location", &format!("https://a/{long}"))).await;
    assert!(redirect.to_string().len() < 5_000);
    let answer = script([Reply::data(json!({ "text": long })).header("x-long", &long)]);
    let raw = scripted(&answer).request(Method::Get, "/open-apis/x").raw().await.unwrap();
    assert!(format!("{raw:?} {:?}", raw.metadata).len() < 20_000);
}

#[tokio::test]
async fn a_refusal_of_oauth_says_why() {
    let body = json!({ "error": "invalid_grant", "error_description": "The refresh token is not valid." });
    let error = fail(Reply::json(400, &body)).await;
    assert_eq!(error.message(), "invalid_grant: The refresh token is not valid.");
    assert!(error.is_invalid_request() && error.code().is_none());
    assert_eq!(fail(Reply::json(400, &json!({ "error": "invalid_grant" }))).await.message(), "invalid_grant");
}

#[tokio::test(start_paused = true)]
async fn general_codes_that_ask_to_try_again_are_repeated_where_that_is_safe() {
    for code in [1500, 2200, 5000, 10_101, 55_001, 95_001, 105_001, 1_050_002] {
        for status in [200, 400] {
            let transport = script([Reply::code(status, code, "internal error"), Reply::data(json!({}))]);
            scripted(&transport).request(Method::Get, "/open-apis/x").await.unwrap();
            assert_eq!(transport.calls().len(), 2, "{code}");
            let transport = script([Reply::code(status, code, "internal error")]);
            let error = scripted(&transport).request(Method::Post, "/open-apis/x").await.unwrap_err();
            assert!(error.is_retryable() && error.may_have_taken_effect() && !error.is_rate_limited(), "{error:?}");
            assert_eq!(transport.calls().len(), 1, "{code}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_token_is_asked_for_again_when_the_server_is_busy() {
    let asked = std::sync::atomic::AtomicU32::new(0);
    let transport = ScriptedTransport::with_handler(move |request| {
        if !request.is_token_request() {
            return Reply::data(json!({}));
        }
        match asked.fetch_add(1, std::sync::atomic::Ordering::Relaxed) {
            0 => Reply::code(200, 2200, "internal error"),
            _ => Reply::tenant_token("t-1"),
        }
    });
    scripted(&transport).request(Method::Get, "/open-apis/x").await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn rate_limits_of_messages_are_waited_for() {
    for code in [11_232, 11_233, 11_247, 90_217, 1_000_004, 1_000_005] {
        let transport = script([Reply::code(400, code, "rate limit"), Reply::data(json!({}))]);
        let started = Instant::now();
        scripted(&transport).request(Method::Post, "/open-apis/x").await.unwrap();
        assert!(started.elapsed() >= Duration::from_millis(100), "{code}");
    }
}

#[test]
fn numbers_of_any_precision_are_read() {
    // With its feature `arbitrary_precision`, `serde_json` hands numbers out in this form.
    let number = |digits: &str| json!({ "$serde_json::private::Number": digits });
    let member = json!({ "id": number("12345678901234567890123"), "type": number("0.10") });
    let member: Member = serde_json::from_value(member).unwrap();
    assert_eq!((member.id.as_str(), member.r#type.as_deref()), ("12345678901234567890123", Some("0.10")));
    let due: Due = serde_json::from_value(json!({ "is_all_day": number("1.0") })).unwrap();
    assert_eq!(due.is_all_day, Some(true));
    let task: Task = serde_json::from_value(json!({ "mode": number("2.0"), "guid": "1" })).unwrap();
    assert_eq!((task.mode, task.guid.as_str()), (Some(TaskMode::AnyAssignee), "1"));
    let made_up: Task = serde_json::from_value(json!({ "mode": { "$serde_json::private::Number": {} } })).unwrap();
    assert_eq!(made_up.mode, None);
}
