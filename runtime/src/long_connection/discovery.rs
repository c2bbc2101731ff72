//! Asks where to connect.

use std::fmt;
use std::time::Duration;

use http::Uri;
use http::header::{HeaderName, HeaderValue};
use serde_json::{Map, Value, json};

use crate::core::Core;
use crate::envelope::Decoder;
use crate::error::{Error, Kind};
use crate::operation::{ErrorCode, Method, Operation};
use crate::options::CallOptions;
use crate::retry::RetryPolicy;
use crate::send::{Auth, Prepared, PreparedBody};

/// The app has as many connections as it may have.
pub(crate) const TOO_MANY_CONNECTIONS: i64 = 1_000_040_350;

/// What the codes of this call and of a refused connection mean.
pub(crate) const OPERATION: Operation = Operation {
    id: "callback.ws.endpoint",
    method: Method::Post,
    path: "/callback/ws/endpoint",
    page: "https://open.feishu.cn/document/ukTMukTMukTM/uYDNxYjL2QTM24iN0EjN/event-subscription-configure-/request-url-configuration-case",
    errors: &[
        ErrorCode::new(200, 1, "The platform is busy.").retry(),
        ErrorCode::new(200, 1_000_040_343, "Something went wrong inside of the platform.").retry(),
        ErrorCode::new(200, 1_000_040_344, "The request holds no app secret."),
        ErrorCode::new(200, TOO_MANY_CONNECTIONS, "The app has too many connections.")
            .hint("Stop other programs that connect as this app; an app may have 50 connections."),
        ErrorCode::new(200, 1_000_040_351, "The app belongs to the other brand.").hint(
            "Set `base_url` of the client: `LARKSUITE` for an app of Lark, `FEISHU` for an app of Feishu; some \
             apps that were moved answer at https://open.larkoffice.com only.",
        ),
    ],
    ..Operation::DEFAULT
};

/// Where to connect, and what the platform says about connections.
pub(crate) struct Endpoint {
    /// Holds what proves who connects: never to be shown.
    pub(crate) url: String,
    pub(crate) service_id: i32,
    /// Names the connection in Feishu's logs.
    pub(crate) device_id: String,
    pub(crate) config: Map<String, Value>,
}

/// Why there is no address or no connection.
#[derive(Debug)]
pub(crate) struct Refusal {
    pub(crate) error: Error,
    /// Trying again is of no use.
    pub(crate) is_final: bool,
}

impl Refusal {
    pub(crate) fn passing(error: Error) -> Self {
        Refusal { error, is_final: false }
    }

    pub(crate) fn fatal(error: Error) -> Self {
        Refusal { error, is_final: true }
    }
}

/// Asks for an address; each connection needs a new one.
pub(crate) async fn discover(core: &Core, timeout: Duration) -> Result<Endpoint, Refusal> {
    let app = core.app_or_error().map_err(Refusal::fatal)?;
    let body = json!({ "AppID": app.id, "AppSecret": app.secret });
    let mut prepared = Prepared::new(OPERATION, format!("{}{}", core.base_url(), OPERATION.path), Auth::None);
    prepared.body = PreparedBody::Json(body.to_string().into());
    prepared.headers.push((HeaderName::from_static("locale"), HeaderValue::from_static("zh")));
    prepared.secrets.push(app.secret.clone());
    prepared.is_answer_secret = true;
    prepared.options = CallOptions {
        timeout: Some(timeout),
        deadline: Some(timeout),
        retry: Some(RetryPolicy::never()),
        ..CallOptions::default()
    };
    let mut decoder = Decoder::<Value>::data();
    core.execute(&prepared, &mut decoder).await.map_err(|error| {
        let is_final = is_final(&error);
        Refusal { error, is_final }
    })?;
    let data = decoder.into_data().unwrap_or_default();
    endpoint(&data, core.base_url())
        .map_err(|message| Refusal::passing(Error::new(Kind::UnexpectedAnswer, message).with_operation(OPERATION.id)))
}

/// Whether the platform will say the same again: it knows the app, or this address, and refuses.
fn is_final(error: &Error) -> bool {
    let is_server_error = error.status().is_some_and(|status| status >= 500);
    match error.code() {
        Some(TOO_MANY_CONNECTIONS | 1_000_040_351 | 1_000_040_344) => true,
        Some(_) => !is_server_error && !error.is_retryable() && !error.is_rate_limited(),
        None => error.is_configuration(),
    }
}

fn endpoint(data: &Value, base_url: &str) -> Result<Endpoint, &'static str> {
    let text = |name: &str| data.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
    let url = text("URL").or_else(|| text("url")).ok_or("the answer holds no address to connect to")?;
    let uri: Uri = url.parse().map_err(|_| "the address to connect to is not a URL")?;
    let is_plain = uri.scheme_str() == Some("ws") && base_url.starts_with("http:");
    if uri.scheme_str() != Some("wss") && !is_plain {
        return Err("the address to connect to does not begin with `wss://`");
    }
    if uri.host().is_none_or(str::is_empty) {
        return Err("the address to connect to has no host");
    }
    let service_id = parameter(&uri, "service_id").and_then(|id| id.parse().ok());
    if service_id.is_none() {
        tracing::warn!("the address to connect to holds no `service_id`; pings carry 0");
    }
    let config = data.get("ClientConfig").or_else(|| data.get("client_config"));
    Ok(Endpoint {
        service_id: service_id.unwrap_or(0),
        device_id: parameter(&uri, "device_id").unwrap_or_default(),
        config: config.and_then(Value::as_object).cloned().unwrap_or_default(),
        url: url.to_owned(),
    })
}

fn parameter(uri: &Uri, name: &str) -> Option<String> {
    let mut pairs = uri.query()?.split('&').filter_map(|pair| pair.split_once('='));
    let (_, value) = pairs.find(|(key, _)| *key == name)?;
    Some(percent_encoding::percent_decode_str(value).decode_utf8_lossy().into_owned())
}

impl fmt::Debug for Endpoint {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Endpoint")
            .field("service_id", &self.service_id)
            .field("device_id", &self.device_id)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FEISHU: &str = "https://open.feishu.cn";

    fn read(url: &str, base_url: &str) -> Result<(i32, String), &'static str> {
        endpoint(&json!({ "URL": url }), base_url).map(|endpoint| (endpoint.service_id, endpoint.device_id))
    }

    #[test]
    fn the_address_names_service_and_connection() {
        let url = "wss://msg-frontend.feishu.cn/ws/v2?fpid=493&device_id=a%2Fb&access_key=x&service_id=33554678";
        assert_eq!(read(url, FEISHU), Ok((33_554_678, "a/b".to_owned())));
        assert_eq!(read("wss://h/?service_id=99999999999", FEISHU), Ok((0, String::new())));
        assert_eq!(read("wss://h", FEISHU), Ok((0, String::new())));
    }

    #[test]
    fn an_address_that_is_none_or_not_encrypted_is_refused() {
        let unencrypted = Err("the address to connect to does not begin with `wss://`");
        assert_eq!(read("ws://h/?service_id=1", FEISHU), unencrypted);
        assert_eq!(read("https://h/", FEISHU), unencrypted);
        assert_eq!(read("ws://h/?service_id=1", "http://127.0.0.1:1"), Ok((1, String::new())));
        assert_eq!(read("wss://", FEISHU), Err("the address to connect to is not a URL"));
        assert_eq!(read("", FEISHU), Err("the answer holds no address to connect to"));
        let nothing = endpoint(&Value::Null, FEISHU).map(drop);
        assert_eq!(nothing, Err("the answer holds no address to connect to"));
    }

    #[test]
    fn debug_does_not_show_the_address() {
        let endpoint = endpoint(&json!({ "URL": "wss://h/?ticket=SECRET" }), FEISHU).unwrap();
        assert!(!format!("{endpoint:?}").contains("SECRET"));
    }
}
