//! A process that makes one call, for tests of processes that die or share a store.
//!
//! The test program starts itself again with `FEISHU_TEST_CHILD` in the environment.

#![allow(dead_code, missing_docs, unreachable_pub)]

use std::env;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

use feishu_openapi_runtime::transport::{
    BoxFuture, HttpRequest, HttpResponse, ReqwestTransport, Transport, TransportError,
};
use feishu_openapi_runtime::{ClientBuilder, Core, Method, RetryPolicy, TokenStore, User};

use crate::hooked_store::{HookedStore, Moment};

/// Counts the moments of a process, and ends it at one of them as `kill -9` would: nothing is tidied up.
#[derive(Clone)]
pub struct Clock {
    moment: Arc<AtomicU32>,
    dies_at: Option<u32>,
}

impl Clock {
    fn from_environment() -> Self {
        let dies_at = env::var("FEISHU_TEST_DIES_AT").ok().map(|moment| moment.parse().unwrap());
        Clock { moment: Arc::default(), dies_at }
    }

    fn tick(&self, what: Moment) {
        if self.dies_at == Some(self.moment.fetch_add(1, Relaxed)) {
            match what {
                Moment::Before(operation) => print!("before {operation}"),
                Moment::After(operation) => print!("after {operation}"),
            }
            std::io::Write::flush(&mut std::io::stdout()).unwrap();
            std::process::abort();
        }
    }
}

struct DyingTransport {
    transport: ReqwestTransport,
    clock: Clock,
}

impl Transport for DyingTransport {
    fn send(&self, request: HttpRequest) -> BoxFuture<'_, Result<HttpResponse, TransportError>> {
        let what = if request.url.ends_with("/oauth/token") { "refresh" } else { "call" };
        Box::pin(async move {
            self.clock.tick(Moment::Before(what));
            let result = self.transport.send(request).await;
            self.clock.tick(Moment::After(what));
            result
        })
    }
}

/// A client as the children use it.
pub fn client(feishu: &str, store: impl TokenStore, clock: Clock) -> Core {
    let transport = DyingTransport { transport: ReqwestTransport::new(reqwest::Client::new()), clock: clock.clone() };
    let hook = move |moment| {
        clock.tick(moment);
        Ok(())
    };
    ClientBuilder::new()
        .custom_app("cli_app", "the-app-secret")
        .base_url(feishu)
        .transport(transport)
        .retry(RetryPolicy::never())
        .token_store(HookedStore::new(store, hook))
        .build()
        .unwrap()
}

/// What a child does: one call, as the user of the environment or as the app; prints how it ended.
pub async fn run(store: impl TokenStore) {
    let feishu = env::var("FEISHU_TEST_SERVER").unwrap();
    let core = client(&feishu, store, Clock::from_environment());
    let request = core.request(Method::Get, "/open-apis/x");
    let request = match env::var("FEISHU_TEST_USER") {
        Ok(user) => request.identity(&User::session(user)),
        Err(_) => request,
    };
    match request.await {
        Ok(_) => print!("ok"),
        Err(error) if error.is_login_required() => print!("login required"),
        Err(error) => print!("failed: {error}"),
    }
}

/// Starts this program again as a child.
pub fn start(environment: &[(&str, &str)]) -> std::process::Child {
    let mut command = Command::new(env::current_exe().unwrap());
    command.env("FEISHU_TEST_CHILD", "1").envs(environment.iter().copied());
    command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap()
}

/// Whether this process is such a child.
pub fn is_child() -> bool {
    env::var_os("FEISHU_TEST_CHILD").is_some()
}

/// What a child printed, and whether it died.
pub fn end(child: std::process::Child) -> (String, bool) {
    let output = child.wait_with_output().unwrap();
    (String::from_utf8(output.stdout).unwrap(), !output.status.success())
}
