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
mod proxies;
mod renewal;
mod retries;
mod sample;
mod session_races;
mod session_refresh;
mod sessions;
mod store_apps;
mod store_outage;
mod strange;
mod tokens;
mod upload;
mod wire;

use std::time::{Duration, SystemTime};

use feishu_openapi_runtime::testing::{Reply, ScriptedTransport, Server};
use feishu_openapi_runtime::{
    Call, ClientBuilder, Core, Either, FEISHU, MemoryTokenStore, Request, StoredToken, Tenant, TokenStore, User,
};

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

/// A store with a token of the app that another client has saved, some time ago.
async fn store_with(token: &str) -> MemoryTokenStore {
    store_with_token_of(FEISHU, token).await
}

async fn store_with_token_of(base_url: &str, token: &str) -> MemoryTokenStore {
    let store = MemoryTokenStore::new();
    let later = SystemTime::now() + Duration::from_secs(3600);
    let key = format!("{base_url} tenant_access_token cli_app ");
    store.save(&key, StoredToken::new(token, later)).await.unwrap();
    store
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
