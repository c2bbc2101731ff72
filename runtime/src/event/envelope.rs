//! What stands around an event, in both versions.

use std::fmt;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::{Map, Value};

use super::Event;
use super::error::{EventError, Kind};
use super::ticket::AppTicket;
use crate::wire::repaired;

/// What a request turned out to be.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Incoming {
    /// Feishu checks the address of this server; answer with [`Challenge::answer`].
    Challenge(Challenge),
    /// An event, its content as it came.
    Event(Delivery<Value>),
}

/// A check of the request URL, made when it is set in the developer console.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Challenge {
    text: String,
}

impl Challenge {
    /// The text that Feishu wants to have back.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The JSON to answer with, within a second.
    pub fn answer(&self) -> String {
        serde_json::json!({ "challenge": self.text }).to_string()
    }
}

/// An event and what is said about it.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct Delivery<E> {
    /// What is said about the event.
    pub header: EventHeader,
    /// Its content.
    pub event: E,
}

/// What is said about an event, whatever the version of its envelope.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct EventHeader {
    /// The version of the envelope: `2.0`, or `1.0`.
    pub schema: String,
    /// Tells events apart: the same event delivered again has the same id (`uuid` in version 1.0).
    pub event_id: String,
    /// The name of the event, as `task.task.updated_v1`.
    pub event_type: String,
    /// When the event was sent, as it stands on the wire; [`created`](Self::created) understands it.
    pub create_time: String,
    /// The app that subscribed.
    pub app_id: String,
    /// The tenant in which it happened.
    pub tenant_key: String,
}

impl EventHeader {
    /// When the event was sent, which is about when it happened.
    ///
    /// Pages show milliseconds, microseconds, and seconds with a fraction; the number tells which.
    pub fn created(&self) -> Option<SystemTime> {
        moment(&self.create_time)
    }
}

impl Delivery<Value> {
    /// The same delivery with its content as a type.
    ///
    /// # Errors
    ///
    /// If the content does not fit the type; whether the event is of that type is not looked at.
    pub fn decode<E: Event>(self) -> Result<Delivery<E>, EventError> {
        let event = E::deserialize(self.event).map_err(|error| {
            let undecodable = EventError::new(Kind::Undecodable, "the content of the event does not fit its type");
            // Serde's words may hold values; those of a ticket are secret.
            if E::TYPE == AppTicket::TYPE { undecodable } else { undecodable.with_source(error) }
        })?;
        Ok(Delivery { header: self.header, event })
    }
}

impl<E: fmt::Debug> fmt::Debug for Delivery<E> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = formatter.debug_struct("Delivery");
        debug.field("header", &self.header);
        if self.header.event_type == AppTicket::TYPE {
            debug.field("event", &"***").finish()
        } else {
            debug.field("event", &self.event).finish()
        }
    }
}

/// A request body that was read, and the token in it.
pub(super) struct Envelope {
    pub(super) incoming: Incoming,
    pub(super) token: String,
}

/// An event that came without signature and token over a connection that is authentic itself.
#[cfg(feature = "long-connection")]
pub(crate) fn open_payload(payload: &[u8]) -> Result<Delivery<Value>, EventError> {
    match open(read(payload)?)?.incoming {
        Incoming::Event(delivery) => Ok(delivery),
        Incoming::Challenge(_) => Err(EventError::new(Kind::Malformed, "a check of an address is not an event")),
    }
}

/// A JSON object; one value that cannot be read, as a text that was cut between two bytes, does not lose the rest.
pub(super) fn read(body: &[u8]) -> Result<Map<String, Value>, EventError> {
    let refuse = |message| EventError::new(Kind::Malformed, message);
    let error = match serde_json::from_slice(body) {
        Ok(Value::Object(object)) => return Ok(object),
        Ok(_) => return Err(refuse("the body is no JSON object")),
        Err(error) => error,
    };
    let Some(Ok(object)) = repaired(body).map(|text| serde_json::from_str(&text)) else {
        return Err(refuse("the body is not JSON").with_source(error));
    };
    tracing::debug!(
        line = error.line(),
        column = error.column(),
        "the event is not valid JSON; it was read with replacements"
    );
    Ok(object)
}

/// Takes an envelope apart.
pub(super) fn open(mut object: Map<String, Value>) -> Result<Envelope, EventError> {
    if let Some(challenge) = challenge(&object) {
        return challenge;
    }
    let event = object.remove("event");
    match (object.get("header"), event) {
        (Some(Value::Object(header)), event) => version_2(&object, header, event.unwrap_or_default()),
        (None, Some(event)) => version_1(&object, event),
        _ => Err(EventError::new(Kind::Malformed, "the body has no envelope that Feishu documents")),
    }
}

/// The check of the address, if it is one: bare as the pages show it, or in an envelope of either version.
fn challenge(object: &Map<String, Value>) -> Option<Result<Envelope, EventError>> {
    let nothing = Map::new();
    let part = |key| object.get(key).and_then(Value::as_object).unwrap_or(&nothing);
    let (header, event) = (part("header"), part("event"));
    let name = match (object.get("header"), object.get("event")) {
        (Some(_), _) => text(header, "event_type"),
        (None, Some(_)) => text(event, "type"),
        // A bare one may leave its type out: it is nothing else.
        (None, None) if object.contains_key("challenge") && !object.contains_key("type") => {
            "url_verification".to_owned()
        }
        (None, None) => String::new(),
    };
    if text(object, "type") != "url_verification" && name != "url_verification" {
        return None;
    }
    let first = |one: String, other: String| if one.is_empty() { other } else { one };
    let challenge = Challenge { text: first(text(object, "challenge"), text(event, "challenge")) };
    if challenge.text.is_empty() {
        return Some(Err(EventError::new(Kind::Malformed, "the check of the address holds no challenge")));
    }
    let token = first(text(object, "token"), text(header, "token"));
    Some(Ok(Envelope { incoming: Incoming::Challenge(challenge), token }))
}

fn version_2(object: &Map<String, Value>, header: &Map<String, Value>, event: Value) -> Result<Envelope, EventError> {
    let token = text(header, "token");
    let header = EventHeader {
        schema: text(object, "schema"),
        event_id: text(header, "event_id"),
        event_type: text(header, "event_type"),
        create_time: text(header, "create_time"),
        app_id: text(header, "app_id"),
        tenant_key: text(header, "tenant_key"),
    };
    envelope(header, event, token)
}

fn version_1(object: &Map<String, Value>, event: Value) -> Result<Envelope, EventError> {
    let nothing = Map::new();
    let content = event.as_object().unwrap_or(&nothing);
    let header = EventHeader {
        schema: "1.0".to_owned(),
        event_id: text(object, "uuid"),
        event_type: text(content, "type"),
        create_time: text(object, "ts"),
        app_id: text(content, "app_id"),
        tenant_key: text(content, "tenant_key"),
    };
    envelope(header, event, text(object, "token"))
}

fn envelope(header: EventHeader, event: Value, token: String) -> Result<Envelope, EventError> {
    if header.event_type.is_empty() {
        return Err(EventError::new(Kind::Malformed, "the envelope does not say what event it holds"));
    }
    Ok(Envelope { incoming: Incoming::Event(Delivery { header, event }), token })
}

/// A property as text; numbers are taken for text, anything else is nothing.
fn text(object: &Map<String, Value>, key: &str) -> String {
    match object.get(key) {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Number(number)) => number.to_string(),
        _ => String::new(),
    }
}

/// Seconds, milliseconds or microseconds since 1970; a fraction is cut off.
pub(super) fn moment(text: &str) -> Option<SystemTime> {
    let whole = text.split_once('.').map_or(text, |(whole, _)| whole);
    let number: u64 = whole.parse().ok()?;
    let distance = match number {
        // In seconds that is the year 5138, in milliseconds 1973, in microseconds January 1970.
        0..100_000_000_000 => Duration::from_secs(number),
        100_000_000_000..100_000_000_000_000 => Duration::from_millis(number),
        _ => Duration::from_micros(number),
    };
    UNIX_EPOCH.checked_add(distance)
}
