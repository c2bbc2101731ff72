//! Events as Feishu sends them.

use std::time::{SystemTime, UNIX_EPOCH};

use aes::Aes256;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use cbc::cipher::block_padding::Pkcs7;
use cbc::cipher::{BlockModeEncrypt, KeyIvInit};
use http::Request;
use serde_json::{Value as Json, json};
use sha2::{Digest, Sha256};

const BLOCK: usize = 16;

/// The request with which Feishu delivers an event just now: encrypted and signed, if the app has an encrypt key.
///
/// ```
/// # mod feishu_openapi { pub use feishu_openapi_runtime::*; }
/// use feishu_openapi::event::{AppTicket, Delivery, Dispatcher, Receiver};
/// use feishu_openapi::{serde_json::json, testing::event_request};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let receiver = Receiver::builder().encrypt_key("key").build()?;
/// let dispatcher = Dispatcher::new(receiver).on(|delivery: Delivery<AppTicket>| async move {
///     assert_eq!(delivery.event.app_ticket, "ticket");
///     Ok(())
/// });
/// let event = json!({
///     "schema": "2.0",
///     "header": { "event_id": "1", "event_type": "app_ticket", "create_time": "1608725989000", "app_id": "cli_1" },
///     "event": { "app_id": "cli_1", "app_ticket": "ticket" },
/// });
/// assert_eq!(dispatcher.handle(event_request(Some("key"), &event)).await.status(), 200);
/// # Ok(())
/// # }
/// ```
pub fn event_request(encrypt_key: Option<&str>, event: &Json) -> Request<Bytes> {
    let Some(key) = encrypt_key else {
        return post(&[], event.to_string());
    };
    let body = json!({ "encrypt": encrypt(key, &event.to_string()) }).to_string();
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |now| now.as_secs()).to_string();
    let nonce = uuid::Uuid::new_v4().simple().to_string();
    let signed = Sha256::new().chain_update(&now).chain_update(&nonce).chain_update(key).chain_update(&body);
    let signature: String = signed.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    let headers = [("x-lark-request-timestamp", now), ("x-lark-request-nonce", nonce), ("x-lark-signature", signature)];
    post(&headers, body)
}

fn post(headers: &[(&'static str, String)], body: String) -> Request<Bytes> {
    let mut request = Request::new(Bytes::from(body));
    *request.method_mut() = http::Method::POST;
    for (name, value) in headers {
        if let Ok(value) = value.parse() {
            request.headers_mut().insert(*name, value);
        }
    }
    request
}

/// base64(IV + AES-256-CBC(text, padded after PKCS#7)).
fn encrypt(key: &str, text: &str) -> String {
    let iv = *uuid::Uuid::new_v4().as_bytes();
    let cipher = cbc::Encryptor::<Aes256>::new(&Sha256::digest(key), &iv.into());
    let mut padded = text.as_bytes().to_vec();
    padded.resize((text.len() / BLOCK + 1) * BLOCK, 0);
    let encrypted = cipher.encrypt_padded::<Pkcs7>(&mut padded, text.len()).unwrap_or_default();
    STANDARD.encode([&iv[..], encrypted].concat())
}
