//! Keeping to the documented limits.

use std::collections::VecDeque;
use std::time::Duration;

use feishu_openapi_runtime::testing::{Reply, ScriptedTransport};
use feishu_openapi_runtime::{Core, Method, serde_json::json};
use tokio::time::Instant;

use crate::sample::*;
use crate::{as_app, builder};

fn paced() -> Core {
    let transport = ScriptedTransport::with_handler(|request| match request.is_token_request() {
        true => Reply::tenant_token("t-1"),
        false => Reply::data(json!({})),
    });
    builder().transport(transport).pacing(true).build().unwrap()
}

#[tokio::test(start_paused = true)]
async fn no_window_has_more_calls_than_the_limit() {
    let core = paced();
    let started = Instant::now();
    let mut last_minute = VecDeque::new();
    for _ in 0..400 {
        let call = as_app(&core, RemoveMembers::new("1", []));
        call.deadline(Duration::from_secs(600)).await.unwrap();
        let now = Instant::now();
        last_minute.push_back(now);
        while now - last_minute[0] >= Duration::from_secs(60) {
            last_minute.pop_front();
        }
        assert!(last_minute.len() <= 100, "{}", last_minute.len());
    }
    // 20 at once, then 81 in a minute.
    assert!(started.elapsed() < Duration::from_secs(300), "{:?}", started.elapsed());
}

#[tokio::test(start_paused = true)]
async fn what_has_no_limit_is_not_slowed_down() {
    let core = paced();
    let started = Instant::now();
    for _ in 0..100 {
        as_app(&core, Delete::new("1")).await.unwrap();
        core.request(Method::Get, "/open-apis/x").await.unwrap();
    }
    assert_eq!(started.elapsed(), Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn a_call_whose_turn_comes_after_its_deadline_fails_at_once() {
    let core = paced();
    let started = Instant::now();
    let call = || as_app(&core, RemoveMembers::new("1", [])).deadline(Duration::from_millis(500));
    for _ in 0..20 {
        call().await.unwrap();
    }
    let error = call().await.unwrap_err();
    assert!(error.is_timeout() && !error.may_have_taken_effect());
    assert!(error.to_string().contains("the documented rate limits allow the call only after its deadline of 500ms"));
    assert_eq!(started.elapsed(), Duration::ZERO);
}
