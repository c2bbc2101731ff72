//! Receiving events: what pages document, what is refused, what handlers see.

mod arbitrary;
mod dispatching;
mod documented;
mod refused;
mod seen;
mod tickets;

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use cbc::cipher::block_padding::Pkcs7;
use cbc::cipher::{BlockModeEncrypt, KeyIvInit};
use feishu_openapi_runtime::event::{Delivery, Incoming, Receiver, ReceiverBuilder};
use http::{HeaderMap, HeaderValue};
use serde_json::Value;
use sha2::{Digest, Sha256};

const KEY: &str = "test key";
const TOKEN: &str = "rvaYgkND1GOiu5MM0E1rncYC6PLtF7JV";

/// The moment at which all tests take place.
const NOW: u64 = 1_608_725_990;

fn now() -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(NOW)
}

/// With the verification token alone.
fn plain() -> Receiver {
    Receiver::builder().verification_token(TOKEN).build().unwrap()
}

/// With both secrets.
fn encrypted() -> Receiver {
    builder().build().unwrap()
}

fn builder() -> ReceiverBuilder {
    Receiver::builder().verification_token(TOKEN).encrypt_key(KEY).clock(now)
}

/// What Feishu makes of a body when the app has an encrypt key.
fn encrypt(key: &str, text: impl AsRef<[u8]>) -> String {
    let iv = [7; 16];
    let cipher = cbc::Encryptor::<aes::Aes256>::new(&Sha256::digest(key), &iv.into());
    let mut bytes = iv.to_vec();
    bytes.extend(cipher.encrypt_padded_vec::<Pkcs7>(text.as_ref()));
    serde_json::json!({ "encrypt": STANDARD.encode(bytes) }).to_string()
}

/// The headers of a body that Feishu sent at `timestamp`.
fn sign(key: &str, timestamp: &str, body: &[u8]) -> HeaderMap {
    let digest =
        Sha256::new().chain_update(timestamp).chain_update("nonce").chain_update(key).chain_update(body).finalize();
    let digest: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    let mut headers = HeaderMap::new();
    headers.insert("X-Lark-Request-Timestamp", value(timestamp));
    headers.insert("X-Lark-Request-Nonce", value("nonce"));
    headers.insert("X-Lark-Signature", value(&digest));
    headers
}

fn value(text: &str) -> HeaderValue {
    text.parse().unwrap()
}

/// An encrypted body with its headers, just sent.
fn sealed(text: impl AsRef<[u8]>) -> (HeaderMap, String) {
    let body = encrypt(KEY, text);
    (sign(KEY, &NOW.to_string(), body.as_bytes()), body)
}

fn event(incoming: Incoming) -> Delivery<Value> {
    match incoming {
        Incoming::Event(delivery) => delivery,
        other => panic!("no event: {other:?}"),
    }
}

/// The example of `task.task.updated_v1`.
const UPDATED: &str = r#"{
    "schema": "2.0",
    "header": {
        "event_id": "5e3702a84e847582be8db7fb73283c02",
        "event_type": "task.task.updated_v1",
        "create_time": "1608725989000",
        "token": "rvaYgkND1GOiu5MM0E1rncYC6PLtF7JV",
        "app_id": "cli_9f5343c580712544",
        "tenant_key": "2ca1d211f64f6438"
    },
    "event": {
        "task_id": "626cf808-4c26-4f27-9da8-01f2eb73d717",
        "obj_type": 1
    }
}"#;
