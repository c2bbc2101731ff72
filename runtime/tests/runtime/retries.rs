//! What is sent again, when, and what an error says about it.

use std::time::Duration;

use feishu_openapi_runtime::testing::{Reply, ScriptedTransport, Server};
use feishu_openapi_runtime::{Core, Error, Request, RetryPolicy, serde_json::json};
use tokio::time::Instant;

use crate::sample::*;
use crate::{as_app, as_user, builder, script, scripted};

fn ok() -> Reply {
    Reply::data(json!({}))
}

fn bad_gateway() -> Reply {
    Reply::text(502, "text/html", "<html><h1>502 Bad Gateway</h1></html>")
}

fn server_error() -> Reply {
    Reply::code(500, 1470500, "server error")
}

/// Sends `request` as the app to a server with this script; how often was it sent?
async fn run<R: Request>(request: R, replies: impl IntoIterator<Item = Reply>) -> (Result<(), Error>, usize) {
    let transport = script(replies);
    let result = as_app(&scripted(&transport), request).await.map(drop);
    (result, transport.calls().len())
}

fn remove() -> RemoveMembers {
    RemoveMembers::new("guid", [])
}

fn patch() -> Patch {
    Patch::new("guid").summary("x")
}

/// Every failure after which it is not known whether the request was carried out.
fn ambiguous() -> [Reply; 6] {
    [
        bad_gateway(),
        server_error(),
        Reply::text(503, "text/plain", ""),
        Reply::text(504, "text/plain", ""),
        Reply::drop_after_reading(),
        ok().truncated(),
    ]
}

#[tokio::test(start_paused = true)]
async fn repeatable_requests_are_repeated_when_in_doubt() {
    for reply in ambiguous() {
        let (result, sent) = run(remove(), [reply, ok()]).await;
        result.unwrap();
        assert_eq!(sent, 2);
    }
}

#[tokio::test(start_paused = true)]
async fn reads_are_repeated_and_never_in_doubt() {
    for reply in ambiguous() {
        let transport = script([reply.clone(), ok()]);
        as_user(&scripted(&transport), List::new()).await.unwrap();
        let transport = script(vec![reply; 4]);
        let error = as_user(&scripted(&transport), List::new()).await.unwrap_err();
        assert!(!error.may_have_taken_effect(), "{error}");
        assert!(error.is_retryable(), "{error}");
        assert_eq!(error.attempts(), 4);
    }
}

#[tokio::test(start_paused = true)]
async fn other_writes_are_not_repeated_when_in_doubt() {
    for reply in ambiguous() {
        let (result, sent) = run(patch(), [reply, ok()]).await;
        let error = result.unwrap_err();
        assert!(error.may_have_taken_effect(), "{error}");
        assert_eq!(sent, 1);
    }
}

#[tokio::test(start_paused = true)]
async fn keyed_requests_are_repeated_with_the_same_key() {
    for reply in ambiguous() {
        let transport = script([reply, ok()]);
        as_app(&scripted(&transport), Create::new("x")).await.unwrap();
        let calls = transport.calls();
        assert_eq!(calls.len(), 2);
        assert_eq!(calls[0].json()["client_token"], calls[1].json()["client_token"]);
    }
}

#[tokio::test(start_paused = true)]
async fn an_error_in_doubt_tells_the_key() {
    let (result, sent) = run(Create::new("x").client_token("mine"), vec![bad_gateway(); 4]).await;
    let error = result.unwrap_err();
    assert_eq!(sent, 4);
    assert!(error.may_have_taken_effect());
    assert_eq!(error.idempotency_key(), Some("mine"));
    assert!(error.to_string().contains("may have taken effect"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn without_a_key_nothing_is_repeated_in_doubt() {
    let transport = script([bad_gateway(), ok()]);
    let call = as_app(&scripted(&transport), Create::new("x")).without_idempotency_key();
    assert!(call.await.unwrap_err().may_have_taken_effect());
    assert_eq!(transport.calls().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn the_same_key_in_flight_is_waited_for() {
    let in_flight = Reply::code(422, 1470422, "same token");
    let (result, sent) = run(Create::new("x"), [bad_gateway(), in_flight, ok()]).await;
    result.unwrap();
    assert_eq!(sent, 3);
}

#[tokio::test(start_paused = true)]
async fn doubt_about_the_first_attempt_stays() {
    let refused = Reply::code(400, 1470400, "no");
    let (result, _) = run(Create::new("x"), [bad_gateway(), refused]).await;
    let error = result.unwrap_err();
    assert_eq!(error.code(), Some(1470400));
    assert!(error.may_have_taken_effect(), "{error}");
}

#[tokio::test(start_paused = true)]
async fn keys_are_not_used_after_the_server_forgot_them() {
    let transport = script([bad_gateway().delay(Duration::from_secs(271)), ok()]);
    let call = as_app(&scripted(&transport), Create::new("x"))
        .timeout(Duration::from_secs(600))
        .deadline(Duration::from_secs(600));
    assert!(call.await.unwrap_err().may_have_taken_effect());
    assert_eq!(transport.calls().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn without_a_connection_everything_is_repeated() {
    let (result, sent) = run(patch(), [Reply::no_connection(), ok()]).await;
    result.unwrap();
    assert_eq!(sent, 2);
    let (result, _) = run(patch(), vec![Reply::no_connection(); 4]).await;
    let error = result.unwrap_err();
    assert!(error.is_connect() && error.is_retryable() && !error.may_have_taken_effect());
}

#[tokio::test]
async fn a_refused_connection_is_known_as_one() {
    let server = Server::start([]).await.unwrap();
    let url = server.url();
    drop(server);
    tokio::time::sleep(Duration::from_millis(20)).await;
    let policy = RetryPolicy::default().backoff(Duration::from_millis(1), Duration::from_millis(2));
    let core: Core = builder().base_url(&url).retry(policy).build().unwrap();
    let error = as_user(&core, patch()).await.unwrap_err();
    assert!(error.is_connect(), "{error:?}");
    let text = error.to_string();
    assert!(text.contains(&format!("no connection: {url} was not reached: Connection refused")), "{text}");
    assert!(!error.may_have_taken_effect());
    assert_eq!(error.attempts(), 4);
}

#[tokio::test(start_paused = true)]
async fn rate_limits_are_waited_for_with_every_method() {
    for limited in
        [Reply::rate_limited("7"), Reply::code(400, 99_991_400, "too fast").header("x-ogw-ratelimit-reset", "7")]
    {
        let started = Instant::now();
        let (result, sent) = run(patch(), [limited.clone(), limited, ok()]).await;
        result.unwrap();
        assert_eq!(sent, 3);
        let waited = started.elapsed();
        assert!(waited >= Duration::from_secs(14), "{waited:?}");
        assert!(waited < Duration::from_secs(15), "{waited:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn rate_limits_without_a_reset_use_backoff() {
    for code in [1470450, 1470451] {
        let started = Instant::now();
        let (result, sent) = run(patch(), [Reply::code(400, code, "too fast"), ok()]).await;
        result.unwrap();
        assert_eq!(sent, 2);
        assert!(started.elapsed() >= Duration::from_millis(100));
    }
}

#[tokio::test(start_paused = true)]
async fn a_reset_after_the_deadline_is_not_waited_for() {
    let started = Instant::now();
    let (result, sent) = run(patch(), [Reply::rate_limited("121"), ok()]).await;
    let error = result.unwrap_err();
    assert!(error.is_rate_limited() && error.is_retryable() && !error.may_have_taken_effect());
    assert_eq!(error.retry_after(), Some(Duration::from_secs(121)));
    assert_eq!((sent, started.elapsed()), (1, Duration::ZERO));
}

#[tokio::test(start_paused = true)]
async fn the_monthly_quota_is_not_waited_for() {
    let (result, sent) = run(remove(), [Reply::code(429, 99_991_403, "quota"), ok()]).await;
    let error = result.unwrap_err();
    assert!(error.is_rate_limited() && !error.is_retryable());
    assert_eq!(sent, 1);
}

#[tokio::test(start_paused = true)]
async fn refusals_are_final() {
    for (status, code) in [(400, 1470400), (403, 1470403), (404, 1470404), (200, 1470400)] {
        let (result, sent) = run(remove(), [Reply::code(status, code, "no"), ok()]).await;
        let error = result.unwrap_err();
        assert_eq!((error.code(), sent), (Some(code), 1));
        assert!(!error.is_retryable() && !error.may_have_taken_effect());
    }
}

#[tokio::test(start_paused = true)]
async fn a_mixed_sequence_ends_well() {
    let replies = [Reply::rate_limited("1"), server_error(), Reply::no_connection(), ok()];
    let (result, sent) = run(remove(), replies).await;
    result.unwrap();
    assert_eq!(sent, 4);
}

#[tokio::test(start_paused = true)]
async fn one_attempt_has_its_timeout() {
    let slow = || ok().delay(Duration::from_secs(31));
    let (result, sent) = run(remove(), [slow(), ok()]).await;
    result.unwrap();
    assert_eq!(sent, 2);
    let (result, sent) = run(patch(), [slow(), ok()]).await;
    let error = result.unwrap_err();
    assert!(error.is_timeout() && error.may_have_taken_effect(), "{error}");
    assert_eq!(sent, 1);
}

#[tokio::test(start_paused = true)]
async fn a_slow_body_counts_for_the_timeout() {
    let slow = ok().slow_body(Duration::from_secs(31));
    let (result, sent) = run(remove(), [slow, ok()]).await;
    result.unwrap();
    assert_eq!(sent, 2);
}

#[tokio::test(start_paused = true)]
async fn the_deadline_ends_everything() {
    let started = Instant::now();
    let transport = script(vec![ok().delay(Duration::from_secs(31)); 9]);
    let call = as_app(&scripted(&transport), remove()).deadline(Duration::from_secs(40));
    let error = call.await.unwrap_err();
    assert!(error.is_timeout() && error.may_have_taken_effect());
    assert_eq!(error.attempts(), 2);
    assert_eq!(started.elapsed(), Duration::from_secs(40));
    assert!(error.to_string().contains("deadline of 40s"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn a_deadline_before_anything_was_sent_leaves_no_doubt() {
    let transport = ScriptedTransport::with_handler(|_| ok().delay(Duration::from_secs(60)));
    let call = as_app(&scripted(&transport), patch()).deadline(Duration::from_secs(1));
    let error = call.await.unwrap_err();
    assert!(error.is_timeout() && !error.may_have_taken_effect(), "{error}");
}

#[tokio::test(start_paused = true)]
async fn the_policy_can_be_changed() {
    let transport = script(vec![bad_gateway(); 9]);
    let core: Core =
        builder().transport(transport.clone()).retry(RetryPolicy::default().max_attempts(6)).build().unwrap();
    assert_eq!(as_app(&core, remove()).await.unwrap_err().attempts(), 6);
    let once = as_app(&core, remove()).retry(RetryPolicy::never());
    assert_eq!(once.await.unwrap_err().attempts(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_server_in_trouble_gets_no_multiple_of_its_load() {
    let transport = ScriptedTransport::with_handler(|request| match request.is_token_request() {
        true => Reply::tenant_token("t-1"),
        false => bad_gateway(),
    });
    let core = scripted(&transport);
    for _ in 0..1000 {
        as_app(&core, remove()).await.unwrap_err();
    }
    let sent = transport.calls().len();
    assert!((1000..1200).contains(&sent), "{sent}");
}

#[tokio::test(start_paused = true)]
async fn a_success_that_cannot_be_read_was_carried_out() {
    let strange = Reply::text(200, "text/html", "<html>welcome</html>");
    let (result, sent) = run(patch(), [strange]).await;
    let error = result.unwrap_err();
    assert!(error.is_unexpected_answer() && error.may_have_taken_effect(), "{error}");
    assert_eq!(sent, 1);
}

#[tokio::test(start_paused = true)]
async fn raw_calls_follow_the_same_rules() {
    use feishu_openapi_runtime::Method;

    let transport = script([bad_gateway(), ok()]);
    let call = scripted(&transport).request(Method::Post, "/open-apis/x");
    assert!(call.await.unwrap_err().may_have_taken_effect());
    let transport = script([bad_gateway(), ok()]);
    scripted(&transport).request(Method::Post, "/open-apis/x").repeatable().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_raw_call_with_an_idempotency_key_is_repeated_when_in_doubt() {
    use feishu_openapi_runtime::Method;

    let transport = script([bad_gateway(), ok()]);
    let call = scripted(&transport).request(Method::Post, "/open-apis/x").query("uuid", "key-1");
    call.idempotency_key("key-1").await.unwrap();
    assert_eq!(transport.calls().len(), 2);

    let transport = script(vec![bad_gateway(); 4]);
    let call = scripted(&transport).request(Method::Post, "/open-apis/x").query("uuid", "key-1");
    let error = call.idempotency_key("key-1").await.unwrap_err();
    assert_eq!(error.idempotency_key(), Some("key-1"));
    assert!(error.may_have_taken_effect());

    // An empty key makes nothing idempotent.
    let transport = script([bad_gateway(), ok()]);
    let call = scripted(&transport).request(Method::Post, "/open-apis/x").idempotency_key("");
    assert!(call.await.unwrap_err().may_have_taken_effect());
}

#[tokio::test(start_paused = true)]
async fn limits_beyond_all_clocks_are_none() {
    let transport = script([bad_gateway(), Reply::rate_limited("1e300"), ok()]);
    let policy = RetryPolicy::default().backoff(Duration::MAX, Duration::MAX);
    let call = as_app(&scripted(&transport), remove()).timeout(Duration::MAX).deadline(Duration::MAX).retry(policy);
    call.await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn an_answer_of_another_shape_is_not_asked_for_again() {
    let strange = || Reply::data(json!(["many"]));
    let (result, sent) = run(remove(), vec![strange(); 4]).await;
    let error = result.unwrap_err();
    assert!(error.is_unexpected_answer() && error.may_have_taken_effect(), "{error}");
    assert_eq!(sent, 1);
}

#[tokio::test(start_paused = true)]
async fn the_budget_can_be_changed() {
    let transport = script(vec![bad_gateway(); 9]);
    let core: Core = builder().transport(transport.clone()).retry(RetryPolicy::default().budget(2)).build().unwrap();
    assert_eq!(as_app(&core, remove()).await.unwrap_err().attempts(), 3);
    assert_eq!(as_app(&core, remove()).await.unwrap_err().attempts(), 1);
}

#[tokio::test(start_paused = true)]
async fn no_key_is_used_once_feishu_has_forgotten_it() {
    for second in [Reply::rate_limited("600"), Reply::rate_limited("271")] {
        let transport = script([bad_gateway(), second, ok()]);
        let call = as_app(&scripted(&transport), Create::new("x")).deadline(Duration::from_secs(3600));
        let error = call.await.unwrap_err();
        assert!(error.is_rate_limited() && error.may_have_taken_effect(), "{error}");
        assert_eq!(transport.calls().len(), 2);
    }
    // What was surely not carried out can wait for as long as it may.
    let transport = script([Reply::rate_limited("600"), ok()]);
    as_app(&scripted(&transport), Create::new("x")).deadline(Duration::from_secs(3600)).await.unwrap();
}
