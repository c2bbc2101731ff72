//! Every example on a page is a test: requests, built through the typed client, encode to it; answers decode from it,
//! and nothing in them is lost.
//!
//! The calls are generated (`examples/`), what is expected comes from the spec.

#[path = "examples/mod.rs"]
mod examples;

use std::collections::BTreeMap;
use std::sync::OnceLock;

use feishu_openapi::event::{Event, Incoming, Receiver};
use feishu_openapi::testing::{Received, Reply, ScriptedTransport};
use feishu_openapi::{Call, Client, Either, Request, User};
use feishu_openapi_codegen::ir::{Api, Body, Operation, Value};
use serde_json::{Value as Json, json};

fn api() -> &'static Api {
    static API: OnceLock<Api> = OnceLock::new();
    API.get_or_init(|| feishu_openapi_codegen::read(&feishu_openapi_tests::spec()).expect("the spec has no mistakes"))
}

fn operation(id: &str) -> &'static Operation {
    let resources = api().versions.iter().flat_map(|version| &version.resources);
    let found = resources.flat_map(|resource| &resource.operations).find(|operation| operation.id == id);
    found.unwrap_or_else(|| panic!("the spec has no operation {id}"))
}

/// What pages demand and their own examples, which show every field, do not keep.
const CONTRADICTIONS: &[(&str, &str)] = &[(
    "task.v2.task.create",
    "`extra` must have no value with `docx_source`, found both; \
     `origin` must have no value with `docx_source`, found both; \
     `custom_complete` must have no value with `docx_source`, found both",
)];

/// Makes the call of a page's example against a transport that answers as the page does.
fn check<R: Request>(id: &str, request: R)
where
    R::Response: serde::Serialize,
{
    let operation = operation(id);
    let answer = operation.response_example.as_ref().map_or_else(|| json!({"code": 0, "msg": "success"}), to_json);
    let transport = ScriptedTransport::new([Reply::json(200, &answer)]);
    let client = Client::builder().transport(transport.clone()).build().expect("a client");
    let violations = request.validate().err().map(|violations| violations.to_string()).unwrap_or_default();
    let known = CONTRADICTIONS.iter().find(|(operation, _)| *operation == id).map_or("", |(_, known)| known);
    assert_eq!(violations, known, "{id}: the page's example breaks the page's rules");
    let call = Call::new(client.core(), Either::User(User::new("u-example")), request);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let decoded = runtime.block_on(async { call.await }).unwrap_or_else(|error| panic!("{id}: {error:?}"));
    let [sent]: [Received; 1] = transport.requests().try_into().expect("one request");

    assert_eq!(sent.method(), operation.http.as_str(), "{id}");
    assert_eq!(sent.path(), path(operation), "{id}");
    let sent_query: BTreeMap<String, String> = sent.query().iter().cloned().collect();
    assert_eq!(sent_query, query(operation), "{id}");
    match (&operation.body, &operation.request_example) {
        (Body::None, _) => assert!(sent.body().is_empty(), "{id}: a body that the page does not have"),
        (Body::Json(_), Some(example)) => {
            assert_eq!(sent.json(), to_json(example), "{id}");
        }
        (Body::Multipart(_), Some(example)) => parts(id, &sent, example),
        (_, None) => panic!("{id}: the spec has no example of the body"),
    }

    let decoded = serde_json::to_value(&decoded).expect("an answer is JSON");
    let mut lost = Vec::new();
    missing(&answer["data"], &decoded, "response", &mut lost);
    lost.retain(|place| !is_waived(operation, place));
    assert!(lost.is_empty(), "{id}: the answer lost {lost:?}");
}

/// Receives a page's example of an event.
fn check_event<E: Event + serde::Serialize>(event_type: &str) {
    let resources = api().versions.iter().flat_map(|version| &version.resources);
    let event = resources.flat_map(|resource| &resource.events).find(|event| event.event_type == event_type);
    let event = event.unwrap_or_else(|| panic!("the spec has no event {event_type}"));
    let example = to_json(event.example.as_ref().expect("the spec has an example"));
    let token = example["header"]["token"].as_str().expect("a token in the example");

    let receiver = Receiver::builder().verification_token(token).build().expect("a receiver");
    let incoming = receiver.receive(&Default::default(), example.to_string().as_bytes());
    let Ok(Incoming::Event(delivery)) = incoming else { panic!("{event_type}: {incoming:?}") };
    assert_eq!(E::TYPE, event_type);
    assert_eq!(delivery.header.event_type, event_type);
    assert_eq!(delivery.header.event_id, example["header"]["event_id"]);
    assert_eq!(delivery.header.app_id, example["header"]["app_id"]);
    assert_eq!(delivery.header.tenant_key, example["header"]["tenant_key"]);
    assert_eq!(delivery.header.create_time, example["header"]["create_time"]);

    let decoded = delivery.decode::<E>().unwrap_or_else(|error| panic!("{event_type}: {error:?}"));
    let decoded = serde_json::to_value(&decoded.event).expect("an event is JSON");
    let mut lost = Vec::new();
    missing(&example["event"], &decoded, "event", &mut lost);
    assert!(lost.is_empty(), "{event_type}: the event lost {lost:?}");
}

/// The path with the pages' examples in it.
fn path(operation: &Operation) -> String {
    let mut path = operation.path.clone();
    for field in &operation.path_parameters {
        let example = text(field.example.as_ref().expect("an example of each path parameter"));
        path = path.replace(&format!("{{{}}}", field.name), &example);
    }
    path
}

fn query(operation: &Operation) -> BTreeMap<String, String> {
    let examples = operation.query.iter().filter_map(|field| Some((field.name.clone(), text(field.example.as_ref()?))));
    examples.collect()
}

fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// The parts of a form: each field with its value, and at least one file with a name.
fn parts(id: &str, sent: &Received, example: &Value) {
    let body = String::from_utf8_lossy(sent.body());
    let Value::Map(fields) = example else { panic!("{id}: the example is no object") };
    for (name, value) in fields {
        let disposition = format!("form-data; name=\"{name}\"");
        assert!(body.contains(&disposition), "{id}: no part `{name}` in {body}");
        match value {
            Value::List(_) => assert!(body.contains("filename=\"example.txt\""), "{id}: no file name in {body}"),
            value => assert!(body.contains(&format!("\r\n\r\n{}\r\n", text(value))), "{id}: no `{name}` in {body}"),
        }
    }
}

/// The leaves of `expected` that `found` does not have.
fn missing(expected: &Json, found: &Json, place: &str, lost: &mut Vec<String>) {
    match (expected, found) {
        (Json::Object(expected), Json::Object(found)) => {
            for (key, value) in expected {
                missing(value, found.get(key).unwrap_or(&Json::Null), &format!("{place}.{key}"), lost);
            }
        }
        (Json::Array(expected), Json::Array(found)) if expected.len() == found.len() => {
            expected.iter().zip(found).for_each(|(expected, found)| missing(expected, found, place, lost));
        }
        (Json::Object(expected), Json::Null) if expected.is_empty() => {}
        (expected, found) if expected == found => {}
        (expected, found) => lost.push(format!("{place}: {expected} became {found}")),
    }
}

fn is_waived(operation: &Operation, place: &str) -> bool {
    let place = place.split(": ").next().unwrap_or(place);
    operation.waivers.iter().any(|waiver| waiver.fact == "presence" && waiver.at.as_deref() == Some(place))
}

fn to_json(value: &Value) -> Json {
    serde_json::from_str(&value.to_string()).expect("a value is JSON")
}
