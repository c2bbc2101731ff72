//! Both clients make the documented example call of every operation; the requests must say the same.
//!
//! The calls of our client are those of the examples that the generator writes for the main tests.

mod differences;
#[path = "../examples/mod.rs"]
mod examples;

use std::collections::BTreeSet;
use std::sync::OnceLock;

use feishu_openapi::{Call, Client, Either, Request, User};
use feishu_openapi_codegen::bundle::bundle;
use feishu_openapi_second_reader::second::{Example, send};
use feishu_openapi_second_reader::strip::multipart_operations;
use feishu_openapi_tests::recorder::{Recorded, Recorder};
use feishu_openapi_tests::request::Sent;
use feishu_openapi_tests::spec;
use serde_json::{Map, Value};

#[test]
fn every_operation_that_progenitor_takes_is_compared() {
    let mut documents = documents().clone();
    let removed: Vec<String> = documents.iter_mut().flat_map(multipart_operations).collect();
    assert_eq!(removed, differences::NOT_TAKEN.map(|(operation, _)| operation));
}

/// Makes the example call with both clients. Every difference must be a known one, and every known one must occur.
fn check<R: Request>(id: &str, request: R) {
    let documented = documented(id);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime starts");
    let Some(theirs) = runtime.block_on(second(id, &documented)) else {
        assert!(differences::NOT_TAKEN.iter().any(|(operation, _)| *operation == id), "progenitor lacks {id}");
        return;
    };
    let ours = runtime.block_on(first(request, &documented));
    let ours = Sent::new(&ours, documented.path).expect("our request is one");
    let (theirs, understood) = theirs;
    let theirs = Sent::new(&theirs, documented.path).expect("their request is one");
    let mut found: BTreeSet<String> = ours.differences(&theirs).into_iter().collect();
    found.extend(understood.err().map(|error| format!("answer: understood, {error}")));
    let known = differences::KNOWN.iter().filter(|(operation, ..)| *operation == id);
    let known: BTreeSet<String> = known.map(|(_, difference, _)| (*difference).to_owned()).collect();
    assert_eq!(found, known, "left: what differs in {id} (ours, theirs); right: what is known to differ");
}

/// Events are received, so that there is nothing to agree about.
fn check_event<E>(_event_type: &str) {}

/// What the spec says about one operation.
struct Documented {
    path: &'static str,
    example: Example,
    answer: String,
}

fn documents() -> &'static Vec<Value> {
    static DOCUMENTS: OnceLock<Vec<Value>> = OnceLock::new();
    DOCUMENTS.get_or_init(|| {
        let bundles = bundle(&spec()).expect("the spec has no mistakes");
        bundles.iter().map(|bundle| serde_json::from_str(&bundle.json).expect("a bundle is JSON")).collect()
    })
}

fn documented(id: &str) -> Documented {
    for document in documents() {
        for (path, item) in document["paths"].as_object().expect("paths are a map") {
            for operation in item.as_object().into_iter().flat_map(Map::values) {
                if operation["operationId"] == id {
                    return Documented {
                        path,
                        example: example(document, operation),
                        answer: operation["responses"]["200"]["content"]["application/json"]["example"].to_string(),
                    };
                }
            }
        }
    }
    panic!("the spec has no operation {id}")
}

fn example(document: &Value, operation: &Value) -> Example {
    let mut example = Map::new();
    for parameter in operation["parameters"].as_array().into_iter().flatten() {
        let parameter = match parameter["$ref"].as_str() {
            Some(reference) => document.pointer(&reference[1..]).expect("references lead somewhere"),
            None => parameter,
        };
        if let (Some(name), Some(value)) = (parameter["name"].as_str(), parameter.get("example")) {
            example.insert(name.to_owned(), value.clone());
        }
    }
    if let Some(body) = operation.pointer("/requestBody/content/application~1json") {
        let body = body.get("example").cloned().unwrap_or_else(|| Value::Object(Map::new()));
        example.insert("body".to_owned(), body);
    }
    Example(example)
}

async fn first<R: Request>(request: R, documented: &Documented) -> Recorded {
    let recorder = Recorder::start(documented.answer.clone()).expect("a port is free");
    let client = Client::builder().base_url(recorder.address()).build().expect("the client is complete");
    let call = Call::new(client.core(), Either::User(User::new("u-example")), request).without_idempotency_key();
    call.await.expect("the documented answer is understood");
    recorder.recorded()
}

async fn second(id: &str, documented: &Documented) -> Option<(Recorded, Result<(), String>)> {
    let recorder = Recorder::start(documented.answer.clone()).expect("a port is free");
    let outcome = send(recorder.address(), id, &documented.example).await?;
    Some((recorder.recorded(), outcome))
}
