//! The envelope `{"code": 0, "msg": "…", "data": {…}}` around every answer.

use std::fmt;

use bytes::Bytes;
use serde::de::{self, DeserializeOwned, DeserializeSeed, Deserializer, MapAccess, Visitor};

use crate::wire::Value;

/// Reads the body of an answer whose HTTP status says success.
///
/// It is the only part of sending that knows the type of the answer.
pub(crate) trait Decode: Send {
    /// Reads the body.
    fn decode(&mut self, body: &Bytes) -> Result<(), NotDecoded>;
}

/// Why a body gave no data.
pub(crate) enum NotDecoded {
    /// The code is not 0.
    Refused,
    /// The body is not JSON, or not of the expected shape.
    Unreadable(serde_json::Error),
    /// The body is JSON without a code.
    NoCode,
    /// `data` is missing and the expected type has no default.
    NoData,
}

/// Reads a `T`.
pub(crate) struct Decoder<T> {
    missing: fn() -> Option<T>,
    data: Option<T>,
}

impl<T: DeserializeOwned + Default> Decoder<T> {
    /// The content of `data`; the default if it is missing.
    pub(crate) fn data() -> Self {
        Decoder { missing: || Some(T::default()), data: None }
    }
}

impl<T: DeserializeOwned> Decoder<T> {
    /// The content of `data`; what `null` reads as if it is missing.
    pub(crate) fn any_data() -> Self {
        Decoder { missing: || serde_json::from_value(serde_json::Value::Null).ok(), data: None }
    }

    pub(crate) fn into_data(self) -> Option<T> {
        self.data
    }
}

impl<T: DeserializeOwned + Send> Decode for Decoder<T> {
    fn decode(&mut self, body: &Bytes) -> Result<(), NotDecoded> {
        self.data = None;
        let mut reader = serde_json::Deserializer::from_slice(body);
        let mut found = None;
        let envelope = Envelope { data: Some(&mut found) };
        let code = envelope
            .deserialize(&mut reader)
            .and_then(|code| reader.end().map(|()| code))
            .map_err(NotDecoded::Unreadable)?;
        match code {
            None => return Err(NotDecoded::NoCode),
            Some(0) => {}
            Some(_) => return Err(NotDecoded::Refused),
        }
        match found.or_else(self.missing) {
            Some(data) => {
                self.data = Some(data);
                Ok(())
            }
            None => Err(NotDecoded::NoData),
        }
    }
}

/// Checks the code and leaves the body alone.
pub(crate) struct CodeOnly {
    pub(crate) body: Bytes,
}

impl Decode for CodeOnly {
    fn decode(&mut self, body: &Bytes) -> Result<(), NotDecoded> {
        let mut reader = serde_json::Deserializer::from_slice(body);
        let envelope = Envelope::<()> { data: None };
        let code = envelope.deserialize(&mut reader).map_err(NotDecoded::Unreadable)?;
        match code {
            Some(0) => {
                self.body = body.clone();
                Ok(())
            }
            Some(_) => Err(NotDecoded::Refused),
            None => Err(NotDecoded::NoCode),
        }
    }
}

/// Reads the code, and `data` if somebody wants it, in one pass.
struct Envelope<'a, T> {
    data: Option<&'a mut Option<T>>,
}

impl<'de, T: DeserializeOwned> DeserializeSeed<'de> for Envelope<'_, T> {
    type Value = Option<i64>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de, T: DeserializeOwned> Visitor<'de> for Envelope<'_, T> {
    type Value = Option<i64>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object with `code`")
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut code = None;
        while let Some(key) = map.next_key_seed(KeySeed)? {
            match (key, &mut self.data) {
                (Key::Code, _) => code = map.next_value_seed(Code)?,
                (Key::Data, Some(data)) => **data = map.next_value()?,
                _ => {
                    map.next_value::<de::IgnoredAny>()?;
                }
            }
        }
        Ok(code)
    }
}

enum Key {
    Code,
    Data,
    Other,
}

struct KeySeed;

impl<'de> DeserializeSeed<'de> for KeySeed {
    type Value = Key;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_identifier(KeyVisitor)
    }
}

struct KeyVisitor;

impl Visitor<'_> for KeyVisitor {
    type Value = Key;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a property name")
    }

    fn visit_str<E: de::Error>(self, key: &str) -> Result<Key, E> {
        Ok(match key {
            "code" => Key::Code,
            "data" => Key::Data,
            _ => Key::Other,
        })
    }
}

struct Code;

impl<'de> DeserializeSeed<'de> for Code {
    type Value = Option<i64>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        i64::read(deserializer)
    }
}
