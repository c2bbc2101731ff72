//! The WebSocket: its handshake over the client's transport, and its messages.

use bytes::Bytes;
use futures_util::{SinkExt, StreamExt};
use http::header::{CONNECTION, HeaderMap, HeaderName, HeaderValue, SEC_WEBSOCKET_ACCEPT, UPGRADE, USER_AGENT};
use http::{Method, StatusCode, Uri, header};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::handshake::{client::generate_key, derive_accept_key};
use tokio_tungstenite::tungstenite::protocol::{CloseFrame, Role, WebSocketConfig, frame::coding::CloseCode};
use tokio_tungstenite::tungstenite::{self, Message};

use super::discovery::{Endpoint, OPERATION, Refusal, TOO_MANY_CONNECTIONS};
use crate::answer;
use crate::error::{Error, Kind};
use crate::transport::{ByteStream, HttpRequest, HttpResponse, Transport, TransportErrorKind, Upgrade};

/// The largest message that is accepted; Feishu documents none, and sends events of some kilobytes.
const MAX_MESSAGE: usize = 16 * 1024 * 1024;

type Stream = WebSocketStream<Box<dyn ByteStream>>;

/// What is said in the handshake, besides what WebSocket asks for.
#[derive(Clone, Default)]
pub(crate) struct Handshake {
    pub(crate) headers: HeaderMap,
    /// Connects to this host, and perhaps port, instead of the one in the address.
    pub(crate) host: Option<String>,
}

pub(crate) struct Reader(futures_util::stream::SplitStream<Stream>);
pub(crate) struct Writer(futures_util::stream::SplitSink<Stream, Message>);

/// What came over the connection.
#[derive(Debug)]
pub(crate) enum Received {
    /// A frame of the protocol, still encoded.
    Frame(Bytes),
    /// A text, which the protocol does not have.
    Text,
    /// A ping or pong of WebSocket itself.
    Alive,
    /// The other side closes the connection; the code and why.
    Closed(String),
}

/// Connects.
pub(crate) async fn open(
    transport: &dyn Transport,
    endpoint: &Endpoint,
    handshake: &Handshake,
    user_agent: &HeaderValue,
) -> Result<(Reader, Writer), Refusal> {
    let key = generate_key();
    let mut request = HttpRequest::new(Method::GET, http_url(&endpoint.url, handshake.host.as_deref())?);
    request.headers = handshake.headers.clone();
    request.headers.entry(USER_AGENT).or_insert_with(|| user_agent.clone());
    request.headers.insert(CONNECTION, HeaderValue::from_static("Upgrade"));
    request.headers.insert(UPGRADE, HeaderValue::from_static("websocket"));
    request.headers.insert(header::SEC_WEBSOCKET_VERSION, HeaderValue::from_static("13"));
    let key_header = HeaderValue::from_str(&key).map_err(|_| refuse(Kind::InvalidRequest, "no key"))?;
    request.headers.insert(header::SEC_WEBSOCKET_KEY, key_header);
    let url = request.url.clone();
    let (headers, stream) = match transport.upgrade(request).await {
        Ok(Upgrade::Switched { headers, stream }) => (headers, stream),
        Ok(Upgrade::Refused(response)) => return Err(refusal(&response)),
        Err(error) => {
            let is_final = error.kind() == TransportErrorKind::Invalid;
            let error = answer::no_answer(error, &url).error.with_operation(OPERATION.id);
            return Err(Refusal { error, is_final });
        }
    };
    let accepted = headers.get(SEC_WEBSOCKET_ACCEPT).map(HeaderValue::as_bytes);
    if accepted != Some(derive_accept_key(key.as_bytes()).as_bytes()) {
        return Err(refuse(Kind::UnexpectedAnswer, "what answered the handshake does not speak WebSocket"));
    }
    let config = WebSocketConfig::default().max_message_size(Some(MAX_MESSAGE)).max_frame_size(Some(MAX_MESSAGE));
    let socket = WebSocketStream::from_raw_socket(stream, Role::Client, Some(config)).await;
    let (writer, reader) = socket.split();
    Ok((Reader(reader), Writer(writer)))
}

/// The address for an HTTP request.
fn http_url(url: &str, host: Option<&str>) -> Result<String, Refusal> {
    let invalid = || refuse(Kind::InvalidRequest, "the address to connect to is not a URL");
    let uri: Uri = url.parse().map_err(|_| invalid())?;
    let scheme = if uri.scheme_str() == Some("ws") { "http" } else { "https" };
    let authority = host.or(uri.authority().map(http::uri::Authority::as_str)).ok_or_else(invalid)?;
    let path = uri.path_and_query().map_or("/", http::uri::PathAndQuery::as_str);
    Ok(format!("{scheme}://{authority}{path}"))
}

/// Whether the handshake may have this header from a user.
pub(crate) fn is_own_header(name: &HeaderName) -> bool {
    *name != header::HOST && *name != CONNECTION && *name != UPGRADE && !name.as_str().starts_with("sec-websocket-")
}

fn refuse(kind: Kind, message: &str) -> Refusal {
    Refusal::passing(Error::new(kind, message).with_operation(OPERATION.id))
}

/// The platform says by headers why it refuses a handshake.
fn refusal(response: &HttpResponse) -> Refusal {
    let text = |name: &str| response.headers.get(name).and_then(|value| std::str::from_utf8(value.as_bytes()).ok());
    let number = |name: &str| text(name).and_then(|text| text.trim().parse::<i64>().ok());
    let told = number("handshake-status");
    let status = told.unwrap_or_else(|| response.status.as_u16().into());
    let code = number("handshake-autherrcode").filter(|code| *code != 0);
    let too_many = code == Some(TOO_MANY_CONNECTIONS);
    // A plain HTTP 403 may be that of a proxy or a gateway, and pass.
    let is_banned = told == Some(403);
    let reason = text("handshake-msg").filter(|reason| !reason.is_empty());
    let mut message = match (is_banned, response.status) {
        (true, _) => {
            "the platform does not let this app connect; look in the developer console whether it is switched \
                      off or banned"
                .to_owned()
        }
        (_, StatusCode::OK) => "what answered the handshake does not speak WebSocket".to_owned(),
        _ => format!("the platform refused the connection with status {status}"),
    };
    if let Some(reason) = reason {
        message = format!("{message}: {reason:?}");
    }
    let mut error = Error::new(Kind::Refused, message).with_operation(OPERATION.id);
    let inner = error.inner_mut();
    inner.status = Some(response.status.as_u16());
    inner.code = code;
    inner.log_id = text("x-tt-logid").map(str::to_owned);
    inner.documented = code.and_then(|code| OPERATION.error(code, 200));
    Refusal { error, is_final: too_many || is_banned }
}

impl Reader {
    /// The next message; `None` when the connection ended without a goodbye.
    pub(crate) async fn next(&mut self) -> Option<Result<Received, tungstenite::Error>> {
        let message = match self.0.next().await? {
            Ok(message) => message,
            Err(error) => return Some(Err(error)),
        };
        Some(Ok(match message {
            Message::Binary(bytes) => Received::Frame(bytes),
            Message::Text(_) => Received::Text,
            Message::Close(None) => Received::Closed("no code".to_owned()),
            Message::Close(Some(CloseFrame { code, reason })) if reason.is_empty() => {
                Received::Closed(format!("code {code}"))
            }
            Message::Close(Some(CloseFrame { code, reason })) => {
                let reason: String = reason.chars().take(200).collect();
                Received::Closed(format!("code {code}, {reason:?}"))
            }
            Message::Ping(_) | Message::Pong(_) | Message::Frame(_) => Received::Alive,
        }))
    }
}

impl Writer {
    /// Writes a frame into the buffer.
    pub(crate) async fn feed(&mut self, frame: Vec<u8>) -> Result<(), tungstenite::Error> {
        self.0.feed(Message::Binary(frame.into())).await
    }

    /// Sends what is in the buffer.
    pub(crate) async fn flush(&mut self) -> Result<(), tungstenite::Error> {
        self.0.flush().await
    }

    /// Says goodbye.
    pub(crate) async fn close(&mut self) -> Result<(), tungstenite::Error> {
        let goodbye = CloseFrame { code: CloseCode::Normal, reason: "client closed".into() };
        self.0.send(Message::Close(Some(goodbye))).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transport::ResponseBody;

    #[test]
    fn the_address_is_that_of_an_http_request_at_the_wanted_host() {
        let cases = [
            ("wss://h/ws/v2?a=b%2F", None, "https://h/ws/v2?a=b%2F"),
            ("ws://127.0.0.1:1/ws", None, "http://127.0.0.1:1/ws"),
            ("wss://h:444", None, "https://h:444/"),
            ("wss://h/ws?a=b", Some("gateway.example.com:8443"), "https://gateway.example.com:8443/ws?a=b"),
        ];
        for (url, host, expected) in cases {
            assert_eq!(http_url(url, host).unwrap(), expected);
        }
    }

    #[test]
    fn a_refused_handshake_says_why_and_whether_it_is_final() {
        let cases = [
            (
                200,
                &[("Handshake-Status", "514"), ("Handshake-Autherrcode", "1000040350")][..],
                true,
                Some(1_000_040_350),
            ),
            (200, &[("Handshake-Status", "514"), ("Handshake-Autherrcode", "7")], false, Some(7)),
            (200, &[("handshake-status", "403"), ("Handshake-Msg", "banned")], true, None),
            (200, &[("handshake-status", "500")], false, None),
            (403, &[], false, None),
            (502, &[("Handshake-Status", "x")], false, None),
            (503, &[("Handshake-Autherrcode", "1000040350")], true, Some(1_000_040_350)),
        ];
        for (status, headers, is_final, code) in cases {
            let mut map = HeaderMap::new();
            for (name, value) in headers {
                map.insert(HeaderName::try_from(*name).unwrap(), HeaderValue::from_static(value));
            }
            let status = StatusCode::from_u16(status).unwrap();
            let refusal = refusal(&HttpResponse::new(status, map, ResponseBody::from_bytes("")));
            assert_eq!((refusal.is_final, refusal.error.code()), (is_final, code), "{status} {headers:?}");
        }
    }

    #[test]
    fn headers_of_the_handshake_itself_cannot_be_set() {
        for name in ["host", "Connection", "UPGRADE", "sec-websocket-key", "Sec-WebSocket-Extensions"] {
            assert!(!is_own_header(&HeaderName::try_from(name).unwrap()), "{name}");
        }
        assert!(is_own_header(&HeaderName::from_static("x-tenant")));
    }
}
