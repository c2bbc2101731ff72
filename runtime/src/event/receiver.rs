//! Decides whether a request comes from Feishu, and what it says.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use http::HeaderMap;
use serde_json::Value;

use super::crypto::{EncryptKey, is_same_secret};
use super::envelope::{self, Incoming, moment};
use super::error::{EventError, Kind};
use crate::credential::has_outer_space;

const MEGABYTE: usize = 1024 * 1024;
const FIVE_MINUTES: Duration = Duration::from_secs(5 * 60);

/// A body without a good signature is decrypted only up to this size; challenges have a few hundred bytes.
///
/// A larger one costs nothing but its hash, and the time of the refusal says nothing about its content.
const LARGEST_CHALLENGE: usize = 4096;

/// Checks, decrypts and reads requests; calls nobody.
///
/// ```
/// # use feishu_openapi_runtime as feishu_openapi;
/// use feishu_openapi::event::{Incoming, Receiver};
///
/// # fn main() -> Result<(), feishu_openapi::event::EventError> {
/// let receiver = Receiver::builder().verification_token("xxxxxx").build()?;
/// let body = br#"{"challenge": "ajls384kdjxxxx", "token": "xxxxxx", "type": "url_verification"}"#;
/// let Incoming::Challenge(challenge) = receiver.receive(&http::HeaderMap::new(), body)? else {
///     unreachable!()
/// };
/// assert_eq!(challenge.answer(), r#"{"challenge":"ajls384kdjxxxx"}"#);
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Receiver {
    encrypt_key: Option<EncryptKey>,
    verification_token: Option<Token>,
    replay_window: Option<Duration>,
    max_body_bytes: usize,
    clock: Clock,
}

/// Sets a [`Receiver`] up; at least one of the two secrets is needed.
#[derive(Debug)]
pub struct ReceiverBuilder {
    encrypt_key: Option<Token>,
    verification_token: Option<Token>,
    replay_window: Option<Duration>,
    max_body_bytes: usize,
    clock: Clock,
}

struct Token(String);

#[derive(Clone)]
struct Clock(Arc<dyn Fn() -> SystemTime + Send + Sync>);

impl ReceiverBuilder {
    /// The encrypt key from the developer console.
    ///
    /// With it, every event must be encrypted and signed; what is not is refused.
    pub fn encrypt_key(mut self, key: impl Into<String>) -> Self {
        self.encrypt_key = Some(Token(key.into()));
        self
    }

    /// The verification token from the developer console.
    ///
    /// With it, every event must hold it.
    /// Without an encrypt key it travels readably, and is all that tells Feishu from others.
    pub fn verification_token(mut self, token: impl Into<String>) -> Self {
        self.verification_token = Some(Token(token.into()));
        self
    }

    /// How far the time of a signature (`X-Lark-Request-Timestamp`) may be from now, before or after; 5 minutes
    /// unless set, and any if `None`.
    ///
    /// It counts only with an encrypt key, since without one nothing vouches for the time.
    /// Within the window a [`Dispatcher`](super::Dispatcher) knows replays by their `event_id`.
    pub fn replay_window(mut self, window: impl Into<Option<Duration>>) -> Self {
        self.replay_window = window.into();
        self
    }

    /// How large a body may be; 1 MiB unless set.
    pub fn max_body_bytes(mut self, bytes: usize) -> Self {
        self.max_body_bytes = bytes;
        self
    }

    /// Where the present time comes from; the system unless set.
    pub fn clock(mut self, clock: impl Fn() -> SystemTime + Send + Sync + 'static) -> Self {
        self.clock = Clock(Arc::new(clock));
        self
    }

    /// The receiver.
    ///
    /// # Errors
    ///
    /// If there is neither an encrypt key nor a verification token, or if one of them is empty or has a space or a line
    /// break around it.
    pub fn build(self) -> Result<Receiver, EventError> {
        let refuse = |message| Err(EventError::new(Kind::Configuration, message));
        let is_empty = |secret: &Option<Token>| secret.as_ref().is_some_and(|secret| secret.0.is_empty());
        if is_empty(&self.encrypt_key) {
            return refuse("the encrypt key is empty; leave it out if the app has none");
        }
        if is_empty(&self.verification_token) {
            return refuse("the verification token is empty; leave it out if only signatures are to be checked");
        }
        let has_space = |secret: &Option<Token>| secret.as_ref().is_some_and(|secret| has_outer_space(&secret.0));
        if has_space(&self.encrypt_key) {
            return refuse("there is a space or a line break around the encrypt key; trim what comes from a file");
        }
        if has_space(&self.verification_token) {
            return refuse(
                "there is a space or a line break around the verification token; trim what comes from a file",
            );
        }
        if self.encrypt_key.is_none() && self.verification_token.is_none() {
            return refuse("without an encrypt key or a verification token anybody could send events");
        }
        Ok(Receiver {
            encrypt_key: self.encrypt_key.map(|key| EncryptKey::new(key.0)),
            verification_token: self.verification_token,
            replay_window: self.replay_window,
            max_body_bytes: self.max_body_bytes,
            clock: self.clock,
        })
    }
}

impl Receiver {
    /// Starts a new receiver.
    pub fn builder() -> ReceiverBuilder {
        ReceiverBuilder {
            encrypt_key: None,
            verification_token: None,
            replay_window: Some(FIVE_MINUTES),
            max_body_bytes: MEGABYTE,
            clock: Clock(Arc::new(SystemTime::now)),
        }
    }

    /// A receiver that refuses every request, since it has nothing to tell Feishu by.
    pub(super) fn refusing() -> Self {
        let ReceiverBuilder { replay_window, max_body_bytes, clock, .. } = Receiver::builder();
        Receiver { encrypt_key: None, verification_token: None, replay_window, max_body_bytes, clock }
    }

    /// How large a body may be; useful as the limit of the web framework, which reads the body first.
    pub fn max_body_bytes(&self) -> usize {
        self.max_body_bytes
    }

    /// Checks, decrypts and reads the body of a POST.
    ///
    /// # Errors
    ///
    /// If the request is not from Feishu, is too old or too large, or cannot be understood.
    pub fn receive(&self, headers: &HeaderMap, body: &[u8]) -> Result<Incoming, EventError> {
        if body.len() > self.max_body_bytes {
            return Err(EventError::new(Kind::TooLarge, "the body is larger than allowed"));
        }
        if self.encrypt_key.is_none() && self.verification_token.is_none() {
            let message = "the dispatcher was made without a receiver, which webhooks need";
            return Err(EventError::new(Kind::Configuration, message));
        }
        let Some(key) = &self.encrypt_key else {
            return self.receive_plain(body);
        };
        let Err(refusal) = self.authenticate(key, headers, body) else {
            return self.receive_encrypted(key, body);
        };
        // Feishu does not sign challenges; that they can be decrypted and hold the token is the proof.
        if body.len() <= LARGEST_CHALLENGE
            && let Ok(challenge @ Incoming::Challenge(_)) = self.receive_encrypted(key, body)
        {
            return Ok(challenge);
        }
        // Nobody learns why decryption failed who cannot sign: CBC would give its secrets away.
        Err(refusal)
    }

    fn receive_plain(&self, body: &[u8]) -> Result<Incoming, EventError> {
        let object = envelope::read(body)?;
        if object.contains_key("encrypt") {
            let message = "the event is encrypted, and the receiver has no encrypt key";
            return Err(EventError::new(Kind::Configuration, message));
        }
        self.open(object)
    }

    fn receive_encrypted(&self, key: &EncryptKey, body: &[u8]) -> Result<Incoming, EventError> {
        let object = envelope::read(body)?;
        let Some(Value::String(encrypted)) = object.get("encrypt") else {
            return Err(EventError::new(Kind::Undecipherable, "the body is not encrypted"));
        };
        self.open(envelope::read(&key.decrypt(encrypted)?)?)
    }

    fn open(&self, object: serde_json::Map<String, Value>) -> Result<Incoming, EventError> {
        let envelope = envelope::open(object)?;
        match &self.verification_token {
            Some(token) if !is_same_secret(&token.0, &envelope.token) => {
                Err(EventError::new(Kind::Forged, "the verification token is missing or wrong"))
            }
            _ => Ok(envelope.incoming),
        }
    }

    /// Checks the signature, then its time.
    fn authenticate(&self, key: &EncryptKey, headers: &HeaderMap, body: &[u8]) -> Result<(), EventError> {
        let header = |name| headers.get(name).map(http::HeaderValue::as_bytes);
        let parts = (header("x-lark-signature"), header("x-lark-request-timestamp"), header("x-lark-request-nonce"));
        let (Some(signature), Some(timestamp), Some(nonce)) = parts else {
            return Err(EventError::new(Kind::Forged, "the request is not signed"));
        };
        if !key.is_signature(signature, timestamp, nonce, body) {
            return Err(EventError::new(Kind::Forged, "the signature is wrong"));
        }
        let Some(window) = self.replay_window else {
            return Ok(());
        };
        let signed = std::str::from_utf8(timestamp).ok().and_then(moment);
        let Some(signed) = signed else {
            return Err(EventError::new(Kind::Stale, "the time of the signature is no time"));
        };
        let now = (self.clock.0)();
        let distance = now.duration_since(signed).unwrap_or_else(|error| error.duration());
        if distance > window {
            return Err(EventError::new(Kind::Stale, "the request was signed too long ago, or in the future"));
        }
        Ok(())
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("***")
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Clock")
    }
}
