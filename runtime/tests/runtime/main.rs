//! Tests of the runtime against scripted servers.

#[path = "../support/accounts.rs"]
mod accounts;
mod contract;
mod download;
mod encode;
mod errors;
#[path = "../support/hooked_store.rs"]
mod hooked_store;
mod login;
mod pacing;
mod paging;
mod retries;
mod sample;
mod session_races;
mod sessions;
mod store_apps;
mod store_outage;
mod tokens;
mod upload;
mod wire;

use feishu_openapi_runtime::testing::{Reply, ScriptedTransport, Server};
use feishu_openapi_runtime::{Call, ClientBuilder, Core, Either, Request, Tenant, User};

/// A client of a custom app that sends to `server`.
fn client(server: &Server) -> Core {
    builder().base_url(server.url()).build().unwrap()
}

/// A client of a custom app without a network; good with paused time.
fn scripted(transport: &ScriptedTransport) -> Core {
    builder().transport(transport.clone()).build().unwrap()
}

fn builder() -> ClientBuilder<Core> {
    ClientBuilder::new().custom_app("cli_app", "the-app-secret")
}

fn script(replies: impl IntoIterator<Item = Reply>) -> ScriptedTransport {
    ScriptedTransport::new(replies)
}

fn as_app<R: Request>(core: &Core, request: R) -> Call<R> {
    Call::new(core, Tenant::default().into(), request)
}

fn as_user<R: Request>(core: &Core, request: R) -> Call<R> {
    let user: Either = User::new("u-token").into();
    Call::new(core, user, request)
}
