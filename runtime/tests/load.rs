//! 10,000 calls at concurrency 256 over real sockets, one in twenty with a fault.
//!
//! Each call ends in a result or in an error that says whether it may have taken
//! effect, and what it says is true; no write without a key is carried out twice.
//! `cargo test --test load -- --nocapture` prints the table.

#[path = "runtime/sample.rs"]
mod sample;

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use feishu_openapi_runtime::testing::{Received, Reply, Server};
use feishu_openapi_runtime::{Call, ClientBuilder, Core, Error, Request, RetryPolicy, Tenant, User, serde_json::json};
use sample::*;
use tokio::sync::Semaphore;

const CALLS: usize = 10_000;
const CONCURRENCY: usize = 256;
const ONE_IN: u32 = 20;

/// A fault, and whether the server carries the request out all the same.
const FAULTS: [(&str, bool); 10] = [
    ("500 with code 1470500", false),
    ("502 in HTML, carried out", true),
    ("503 without a body", false),
    ("429 with reset", false),
    ("connection dropped", false),
    ("connection dropped, carried out", true),
    ("body truncated, carried out", true),
    ("body too slow, carried out", true),
    ("HTML with status 200, carried out", true),
    ("token rejected", false),
];

fn ok() -> Reply {
    Reply::data(json!({}))
}

fn fault(number: usize) -> Reply {
    match number {
        0 => Reply::code(500, 1470500, "server error"),
        1 => Reply::text(502, "text/html", "<html>bad gateway</html>"),
        2 => Reply::text(503, "text/plain", ""),
        3 => Reply::rate_limited("0"),
        4 | 5 => Reply::drop_after_reading(),
        6 => ok().truncated(),
        7 => ok().slow_body(Duration::from_secs(30)),
        8 => Reply::text(200, "text/html", "<html>welcome</html>"),
        _ => Reply::code(400, 99_991_663, "Invalid access token"),
    }
}

/// What the server did, by the name that each call carries.
#[derive(Default)]
struct Ledger {
    requests: AtomicU32,
    tokens: AtomicU32,
    injected: [AtomicU32; FAULTS.len()],
    carried_out: Mutex<HashMap<String, u32>>,
    keys: Mutex<HashMap<String, String>>,
}

impl Ledger {
    fn answer(&self, request: &Received) -> Reply {
        if request.is_token_request() {
            return Reply::tenant_token(&format!("t-{}", self.tokens.fetch_add(1, Relaxed)));
        }
        let number = self.requests.fetch_add(1, Relaxed);
        if !number.is_multiple_of(ONE_IN) {
            self.carry_out(request);
            return ok();
        }
        let kind = (number / ONE_IN) as usize % FAULTS.len();
        self.injected[kind].fetch_add(1, Relaxed);
        if FAULTS[kind].1 {
            self.carry_out(request);
        }
        fault(kind)
    }

    fn carry_out(&self, request: &Received) {
        let body = request.json();
        let key = body["client_token"].as_str().unwrap_or_default().to_owned();
        let name = match body["summary"].as_str() {
            Some(summary) => summary.to_owned(),
            None => request.path().to_owned(),
        };
        if !key.is_empty() && self.keys.lock().unwrap().insert(key, name.clone()).is_some() {
            // The server knows the key: nothing is done twice.
            return;
        }
        *self.carried_out.lock().unwrap().entry(name).or_default() += 1;
    }

    fn count(&self, name: &str) -> u32 {
        self.carried_out.lock().unwrap().get(name).copied().unwrap_or(0)
    }
}

/// Sends one of four kinds of call; its kind, the name that the server files it
/// under, and how it ended.
async fn call(core: &Core, number: usize) -> (&'static str, String, Result<(), Error>) {
    fn as_app<R: Request>(core: &Core, request: R) -> Call<R> {
        Call::new(core, Tenant::default().into(), request)
    }
    let guid = format!("g{number}");
    let path = format!("/open-apis/task/v2/tasks/{guid}");
    match number % 4 {
        0 => {
            let result = as_app(core, Patch::new(&*guid).summary("x")).await;
            ("write without key", path, result.map(drop))
        }
        1 => {
            let result = as_app(core, Create::new(&*guid)).await;
            ("write with key", guid, result.map(drop))
        }
        2 => {
            let result = as_app(core, RemoveMembers::new(guid, [])).await;
            ("repeatable write", format!("{path}/remove_members"), result.map(drop))
        }
        _ => {
            let user = User::new("u-token").into();
            let result = Call::new(core, user, List::new().page_token(guid)).await;
            ("read", "/open-apis/task/v2/tasks".to_owned(), result.map(drop))
        }
    }
}

#[derive(Debug, Default)]
struct Row {
    calls: u32,
    succeeded: u32,
    failed_without_effect: u32,
    failed_in_doubt: u32,
    in_doubt_and_carried_out: u32,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn calls_survive_faults_and_errors_tell_the_truth() {
    let ledger = Arc::new(Ledger::default());
    let handler = ledger.clone();
    let server = Server::with_handler(move |request| handler.answer(request)).await.unwrap();
    let backoff = (Duration::from_millis(5), Duration::from_millis(50));
    let core: Core = ClientBuilder::new()
        .custom_app("cli_app", "secret")
        .base_url(server.url())
        .timeout(Duration::from_secs(5))
        .retry(RetryPolicy::default().backoff(backoff.0, backoff.1))
        .build()
        .unwrap();

    let started = std::time::Instant::now();
    let permits = Arc::new(Semaphore::new(CONCURRENCY));
    let mut tasks = tokio::task::JoinSet::new();
    for number in 0..CALLS {
        let permit = permits.clone().acquire_owned().await.unwrap();
        let core = core.clone();
        tasks.spawn(async move {
            let _permit = permit;
            call(&core, number).await
        });
    }
    let mut table: BTreeMap<&str, Row> = BTreeMap::new();
    for (kind, name, result) in tasks.join_all().await {
        let carried_out = ledger.count(&name);
        let row = table.entry(kind).or_default();
        row.calls += 1;
        check(kind, carried_out, &result, row);
    }

    println!("{CALLS} calls, concurrency {CONCURRENCY}, {:?}", started.elapsed());
    println!("{} requests, {} for tokens", ledger.requests.load(Relaxed), ledger.tokens.load(Relaxed));
    for ((name, _), count) in FAULTS.iter().zip(&ledger.injected) {
        println!("{:4} × {name}", count.load(Relaxed));
        assert!(count.load(Relaxed) > 0);
    }
    for (kind, row) in &table {
        println!("{kind}: {row:?}");
    }
    let succeeded: u32 = table.values().map(|row| row.succeeded).sum();
    assert!(succeeded > 9_800, "{succeeded}");
}

/// Compares what the caller was told with what the server did.
fn check(kind: &str, carried_out: u32, result: &Result<(), Error>, row: &mut Row) {
    match (kind, result) {
        ("write without key" | "write with key", _) => {
            assert!(carried_out <= 1, "{kind} carried out {carried_out} times");
        }
        _ => assert!(carried_out >= 1 || result.is_err()),
    }
    match result {
        Ok(()) => {
            assert!(carried_out >= 1, "{kind}: a success that was not carried out");
            row.succeeded += 1;
        }
        Err(error) if error.may_have_taken_effect() => {
            assert_ne!(kind, "read");
            row.failed_in_doubt += 1;
            row.in_doubt_and_carried_out += u32::from(carried_out > 0);
        }
        Err(error) => {
            assert!(kind == "read" || carried_out == 0, "{kind}: {error}");
            row.failed_without_effect += 1;
        }
    }
}
