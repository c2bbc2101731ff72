//! Makes the documented example call of every operation with our client and writes down what was sent and read.
//!
//! `cargo xtask witness` runs it; the calls are those of the examples that the generator writes for the main tests.

#[path = "../examples/mod.rs"]
mod examples;

use std::path::PathBuf;
use std::sync::OnceLock;

use feishu_openapi::{Call, Client, Either, Request, User};
use feishu_openapi_codegen::ir::Api;
use feishu_openapi_tests::recorder::Recorder;
use feishu_openapi_tests::request::Sent;
use feishu_openapi_tests::spec;
use feishu_openapi_witness::{case, ours};
use serde_json::json;

fn check<R: Request>(id: &str, request: R)
where
    R::Response: serde::Serialize,
{
    static API: OnceLock<Api> = OnceLock::new();
    let api = API.get_or_init(|| feishu_openapi_codegen::read(&spec()).expect("the spec has no mistakes"));
    let operation = case::operations(api).find(|operation| operation.id == id).expect("the spec has the operation");

    let recorder = Recorder::start(case::answer(operation).to_string()).expect("a port is free");
    let client = Client::builder().base_url(recorder.address()).build().expect("the client is complete");
    let call = Call::new(client.core(), Either::User(User::new("u-example")), request).without_idempotency_key();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime starts");
    let answer = runtime.block_on(async { call.await }).expect("the documented answer is understood");
    let sent = Sent::new(&recorder.recorded(), &operation.path).expect("the request is one");

    let folder = std::env::var_os(ours::FOLDER_VARIABLE).expect("`cargo xtask witness` names the folder");
    let path = PathBuf::from(folder).join(format!("{id}.json"));
    let written = json!({ "sent": sent.to_json(), "answer": answer });
    std::fs::write(&path, written.to_string()).expect("the folder can be written to");
}

/// Events are received, so that there is nothing to send.
fn check_event<E>(_event_type: &str) {}
