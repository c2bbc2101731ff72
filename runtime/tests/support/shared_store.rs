//! A token store that processes share: one keeps it, the others ask over HTTP.

#![allow(dead_code, missing_docs, unreachable_pub)]

use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use feishu_openapi_runtime::serde_json::{Value as Json, json};
use feishu_openapi_runtime::testing::{Received, Reply};
use feishu_openapi_runtime::transport::BoxFuture;
use feishu_openapi_runtime::{MemoryTokenStore, StoreError, StoredToken, TokenStore};

/// Leases end so much sooner than they are asked for, so that nobody has to wait for the locks of the dead.
pub const HASTE: u32 = 50;

/// Answers a request of a [`RemoteStore`].
pub fn answer(store: &MemoryTokenStore, request: &Received) -> Reply {
    let body = request.json();
    let text = |name: &str| body[name].as_str().unwrap().to_owned();
    let key = text("key");
    let result = match request.path().rsplit('/').next().unwrap() {
        "load" => {
            let token = at_once(store.load(&key));
            json!(token.map(|token| json!({ "secret": token.secret(), "ends": millis(token.expires_at()) })))
        }
        "save" => json!(at_once(store.save(&key, token(&body["new"])))),
        "replace" => json!(at_once(store.replace(&key, &token(&body["old"]), token(&body["new"])))),
        "remove" => json!(at_once(store.remove(&key, &token(&body["old"])))),
        "lock" => {
            let lease = Duration::from_millis(body["lease"].as_u64().unwrap()) / HASTE;
            json!(at_once(store.lock(&key, &text("owner"), lease)))
        }
        "unlock" => json!(at_once(store.unlock(&key, &text("owner")))),
        other => panic!("the store has no operation `{other}`"),
    };
    Reply::json(200, &result)
}

/// Memory never waits.
fn at_once<T>(future: BoxFuture<'_, Result<T, StoreError>>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(result) => result.unwrap(),
        Poll::Pending => panic!("the store in memory waits"),
    }
}

fn token(json: &Json) -> StoredToken {
    let ends = Duration::from_millis(json["ends"].as_u64().unwrap());
    StoredToken::new(json["secret"].as_str().unwrap(), UNIX_EPOCH + ends)
}

fn millis(time: SystemTime) -> u64 {
    time.duration_since(UNIX_EPOCH).unwrap().as_millis().try_into().unwrap()
}

/// The store that another process keeps.
#[derive(Clone)]
pub struct RemoteStore {
    url: String,
    client: reqwest::Client,
}

impl RemoteStore {
    pub fn new(url: &str) -> Self {
        RemoteStore { url: format!("{url}/store"), client: reqwest::Client::new() }
    }

    fn ask<'a, T: Send + 'a>(
        &'a self,
        operation: &'static str,
        body: Json,
        read: impl FnOnce(Json) -> T + Send + 'a,
    ) -> BoxFuture<'a, Result<T, StoreError>> {
        Box::pin(async move {
            let request = self.client.post(format!("{}/{operation}", self.url)).json(&body);
            let answer = request.send().await.map_err(StoreError::new)?;
            Ok(read(answer.json().await.map_err(StoreError::new)?))
        })
    }
}

fn to_json(token: &StoredToken) -> Json {
    json!({ "secret": token.secret(), "ends": millis(token.expires_at()) })
}

impl TokenStore for RemoteStore {
    fn load<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<Option<StoredToken>, StoreError>> {
        self.ask("load", json!({ "key": key }), |json| (!json.is_null()).then(|| token(&json)))
    }

    fn save<'a>(&'a self, key: &'a str, new: StoredToken) -> BoxFuture<'a, Result<(), StoreError>> {
        self.ask("save", json!({ "key": key, "new": to_json(&new) }), |_| ())
    }

    fn replace<'a>(
        &'a self,
        key: &'a str,
        old: &'a StoredToken,
        new: StoredToken,
    ) -> BoxFuture<'a, Result<bool, StoreError>> {
        let body = json!({ "key": key, "old": to_json(old), "new": to_json(&new) });
        self.ask("replace", body, |json| json == true)
    }

    fn remove<'a>(&'a self, key: &'a str, old: &'a StoredToken) -> BoxFuture<'a, Result<(), StoreError>> {
        self.ask("remove", json!({ "key": key, "old": to_json(old) }), |_| ())
    }

    fn lock<'a>(&'a self, key: &'a str, owner: &'a str, lease: Duration) -> BoxFuture<'a, Result<bool, StoreError>> {
        let lease = u64::try_from(lease.as_millis()).unwrap();
        self.ask("lock", json!({ "key": key, "owner": owner, "lease": lease }), |json| json == true)
    }

    fn unlock<'a>(&'a self, key: &'a str, owner: &'a str) -> BoxFuture<'a, Result<(), StoreError>> {
        self.ask("unlock", json!({ "key": key, "owner": owner }), |_| ())
    }
}
