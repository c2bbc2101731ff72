//! Nothing secret is printed: not in errors, not by `Debug`, not at any log level.

#[path = "runtime/sample.rs"]
mod sample;

use std::io;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use feishu_openapi_runtime::session::{AuthorizationCode, PendingAuthorization, UserTokens};
use feishu_openapi_runtime::testing::{Received, Reply, ScriptedTransport, Server};
use feishu_openapi_runtime::{
    Call, ClientBuilder, Core, Error, RedisStore, Request, RetryPolicy, Tenant, TokenStore, User, serde_json,
    serde_json::json,
};
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

const SECRETS: [&str; 8] = [
    "the-app-secret",
    "t-very-secret",
    "u-token",
    "u-very-secret",
    "r-very-secret",
    "the-code",
    "the-verifier",
    "the-password",
];

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
            printed += &everything_about(&error);
        }
    }
    printed += &sessions().await;
    printed += &String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    let span = "feishu.call{operation=\"task.v2.task.delete\" status=200 code=0 \
                attempts=1 log_id=\"20260101000000TESTLOGID\"}";
    assert!(printed.contains("feishu.call"), "the log is empty");
    assert!(printed.contains(span), "no span of a call with all its fields");
    assert!(printed.contains("***") && printed.contains("a session is over"));
    for secret in SECRETS {
        assert!(!printed.contains(secret), "{secret} in {printed}");
    }
}

fn everything_about(error: &Error) -> String {
    let mut printed = format!("{error} {error:?} {error:#?} {:?}", error.details());
    let mut source = std::error::Error::source(error);
    while let Some(error) = source {
        printed += &format!("{error} {error:?}");
        source = error.source();
    }
    printed
}

/// Logs in and refreshes at a server that repeats what it hears, and gives out tokens in answers of all shapes.
async fn sessions() -> String {
    let number = Mutex::new(0);
    let transport = ScriptedTransport::with_handler(move |request| {
        let mut number = number.lock().unwrap();
        *number += 1;
        let heard = String::from_utf8_lossy(request.body()).into_owned();
        match *number % 7 {
            0 => Reply::json(400, &json!({ "code": 20_073, "error": heard, "error_description": heard })),
            1 => Reply::text(502, "text/html", heard),
            2 => Reply::json(
                200,
                &json!({ "code": 0, "access_token": ["u-very-secret"], "refresh_token": "r-very-secret" }),
            ),
            3 => Reply::json(200, &json!({ "code": 0, "refresh_token": "r-very-secret" })),
            4 => Reply::text(200, "application/json", "{\"access_token\": \"u-very-secret\", \"refresh_token\""),
            5 => Reply::json(200, &json!({ "access_token": "u-very-secret", "expires_in": "r-very-secret" })),
            _ => Reply::user_tokens("u-very-secret", "r-very-secret"),
        }
    });
    let core: Core = builder().transport(transport.clone()).build().unwrap();
    let code = || AuthorizationCode::new("the-code").code_verifier("the-verifier");
    let store = RedisStore::open("redis://user:the-password@127.0.0.1:1/").unwrap();
    let begun = core.sessions().authorize("https://example.com/callback").begin().unwrap();
    let pending: PendingAuthorization = serde_json::from_value(json!({
        "state": "the-code", "code_verifier": "the-verifier", "redirect_uri": "https://example.com/callback",
    }))
    .unwrap();
    let mut printed = format!("{:?} {store:?} {:?} {pending:?} {begun:?}", code(), core.sessions());
    printed += &format!("{:?}", RedisStore::builder("redis://user:the-password@127.0.0.1:1/"));
    printed += &format!("{:?}", store.load("key").await.unwrap_err());
    let later = SystemTime::now() + Duration::from_secs(600);
    let over = UserTokens::new("u-very-secret", SystemTime::now()).with_refresh_token("r-very-secret", later);
    printed += &format!("{over:?}");
    for _ in 0..21 {
        match core.sessions().exchange(code()).await {
            Ok(tokens) => printed += &format!("{tokens:?}"),
            Err(error) => printed += &everything_about(&error),
        }
        core.sessions().put("ou_1", &over).await.unwrap();
        let call = Call::new(&core, User::session("ou_1").into(), Delete::new("1"));
        printed += &format!("{call:?}");
        if let Err(error) = call.await {
            printed += &everything_about(&error);
        }
        if let Err(error) = core.sessions().refresh("ou_1").await {
            printed += &everything_about(&error);
        }
    }
    printed + &format!("{transport:?}")
}
