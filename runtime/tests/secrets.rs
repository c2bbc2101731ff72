//! Nothing secret is printed: not in errors, not by `Debug`, not at any log level.

#[path = "runtime/sample.rs"]
mod sample;

use std::io;
use std::sync::{Arc, Mutex};

use feishu_openapi_runtime::testing::{Received, Reply, ScriptedTransport, Server};
use feishu_openapi_runtime::{Call, ClientBuilder, Core, Request, RetryPolicy, Tenant, User, serde_json::json};
use sample::Delete;

fn builder() -> ClientBuilder<Core> {
    ClientBuilder::new().custom_app("cli_app", "the-app-secret").retry(RetryPolicy::never())
}

fn as_app<R: Request>(core: &Core, request: R) -> Call<R> {
    Call::new(core, Tenant::default().into(), request)
}

fn as_user<R: Request>(core: &Core, request: R) -> Call<R> {
    Call::new(core, User::new("u-token").into(), request)
}

/// Everything that was logged.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

const SECRETS: [&str; 3] = ["the-app-secret", "t-very-secret", "u-token"];

/// A server that repeats every secret it hears, in every way.
fn chatty(request: &Received, calls: u32) -> Reply {
    if request.is_token_request() && calls.is_multiple_of(2) {
        return Reply::tenant_token("t-very-secret");
    }
    let heard =
        format!("{} {}", request.header("authorization").unwrap_or_default(), String::from_utf8_lossy(request.body()),);
    match calls % 5 {
        0 => Reply::code(400, 99_991_663, &heard),
        1 => Reply::text(502, "text/html", heard),
        2 => Reply::json(
            400,
            &json!({ "code": 99_992_402, "msg": "x", "error": {
                "field_violations": [{ "field": "token", "value": heard, "description": heard }],
                "message": heard,
            }}),
        ),
        3 => Reply::text(200, "application/json", heard),
        _ => Reply::code(400, 10_015, &heard).truncated(),
    }
}

#[tokio::test]
async fn nothing_secret_is_ever_printed() {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing_subscriber::filter::LevelFilter::TRACE)
        .with_ansi(false)
        .with_span_events(tracing_subscriber::fmt::format::FmtSpan::CLOSE)
        .with_writer(move || writer.clone())
        .finish();
    tracing::subscriber::set_global_default(subscriber).unwrap();

    let number = Mutex::new(0);
    let transport = ScriptedTransport::with_handler(move |request| {
        let mut number = number.lock().unwrap();
        *number += 1;
        chatty(request, *number)
    });
    let core: Core = builder().transport(transport.clone()).retry(RetryPolicy::never()).build().unwrap();
    let server = Server::start([Reply::data(json!({})), Reply::text(502, "text/html", "t-1 u-token")]);
    let server = server.await.unwrap();
    let over_socket: Core = builder().base_url(server.url()).build().unwrap();
    let mut printed = format!("{core:?} {over_socket:?} {:?} {transport:?}", builder());
    as_app(&over_socket, Delete::new("1")).await.unwrap();
    let error = as_user(&over_socket, Delete::new("1")).await.unwrap_err();
    printed += &format!("{error} {error:?}");
    for _ in 0..40 {
        let call = as_app(&core, Delete::new("1"));
        printed += &format!("{call:?}");
        let error = call.await.map(drop);
        let user_call = as_user(&core, Delete::new("1"));
        printed += &format!("{user_call:?}");
        for error in [error, user_call.await.map(drop)].into_iter().filter_map(Result::err) {
            printed += &format!("{error} {error:?} {error:#?} {:?}", error.details());
            let mut source = std::error::Error::source(&error);
            while let Some(error) = source {
                printed += &format!("{error} {error:?}");
                source = error.source();
            }
        }
    }
    printed += &String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    let span = "feishu.call{operation=\"task.v2.task.delete\" status=200 code=0 \
                attempts=1 log_id=\"20260101000000TESTLOGID\"}";
    assert!(printed.contains("feishu.call"), "the log is empty");
    assert!(printed.contains(span), "no span of a call with all its fields");
    assert!(printed.contains("***"));
    for secret in SECRETS {
        assert!(!printed.contains(secret), "{secret} in {printed}");
    }
}
