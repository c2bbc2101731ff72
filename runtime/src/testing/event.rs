//! Events as Feishu sends them.

use std::time::{SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use http::Request;
use serde_json::{Value as Json, json};

use crate::event::EncryptKey;

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
    let key = EncryptKey::new(key.to_owned());
    let body = json!({ "encrypt": key.encrypt(&event.to_string()) }).to_string();
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |now| now.as_secs()).to_string();
    let nonce = uuid::Uuid::new_v4().simple().to_string();
    let signature = key.signature(now.as_bytes(), nonce.as_bytes(), body.as_bytes());
    let signature: String = signature.iter().map(|byte| format!("{byte:02x}")).collect();
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
