//! The envelope `{"code": 0, "msg": "…", "data": {…}}` around every answer.

use std::fmt;

use bytes::Bytes;
use serde::de::{self, DeserializeOwned, DeserializeSeed, Deserializer, MapAccess, Visitor};

use crate::wire::{Value, repaired};

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
        self.data = twice(body, |body| self.read(body))?;
        Ok(())
    }
}

impl<T: DeserializeOwned> Decoder<T> {
    fn read(&self, body: &[u8]) -> Result<Option<T>, NotDecoded> {
        let mut reader = serde_json::Deserializer::from_slice(body);
        let (mut code, mut found) = (None, None);
        let envelope = Envelope { code: &mut code, data: Some(&mut found) };
        envelope.deserialize(&mut reader).and_then(|()| reader.end()).map_err(NotDecoded::Unreadable)?;
        match code {
            None => return Err(NotDecoded::NoCode),
            Some(0) => {}
            Some(_) => return Err(NotDecoded::Refused),
        }
        match found.or_else(self.missing) {
            Some(data) => Ok(Some(data)),
            None => Err(NotDecoded::NoData),
        }
    }
}

/// Reads a body; if it cannot be read, once more with everything replaced that no reader of JSON accepts.
pub(crate) fn twice<T>(body: &[u8], mut read: impl FnMut(&[u8]) -> Result<T, NotDecoded>) -> Result<T, NotDecoded> {
    let first = match read(body) {
        Err(NotDecoded::Unreadable(error)) => error,
        result => return result,
    };
    let Some(repaired) = repaired(body) else {
        return Err(NotDecoded::Unreadable(first));
    };
    match read(repaired.as_bytes()) {
        // The first one is about the body as it came.
        Err(NotDecoded::Unreadable(_)) => Err(NotDecoded::Unreadable(first)),
        result => {
            tracing::debug!(
                line = first.line(),
                column = first.column(),
                "the answer is not valid JSON; it was read with replacements"
            );
            result
        }
    }
}

/// Checks the code and leaves the body alone.
pub(crate) struct CodeOnly {
    pub(crate) body: Bytes,
}

impl Decode for CodeOnly {
    fn decode(&mut self, body: &Bytes) -> Result<(), NotDecoded> {
        let code = twice(body, |body| {
            let mut code = None;
            let envelope = Envelope::<()> { code: &mut code, data: None };
            let mut reader = serde_json::Deserializer::from_slice(body);
            envelope.deserialize(&mut reader).map_err(NotDecoded::Unreadable)?;
            Ok(code)
        })?;
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

/// The code of a body, whatever else is in it and however it ends.
pub(crate) fn code_of(body: &[u8]) -> Option<i64> {
    let read = |body: &[u8]| {
        let mut code = None;
        let envelope = Envelope::<()> { code: &mut code, data: None };
        // What comes after the code may be broken.
        let _ = envelope.deserialize(&mut serde_json::Deserializer::from_slice(body));
        code
    };
    read(body).or_else(|| read(repaired(body)?.as_bytes()))
}

/// Reads the code, and `data` if somebody wants it, in one pass.
struct Envelope<'a, T> {
    code: &'a mut Option<i64>,
    data: Option<&'a mut Option<T>>,
}

impl<'de, T: DeserializeOwned> DeserializeSeed<'de> for Envelope<'_, T> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de, T: DeserializeOwned> Visitor<'de> for Envelope<'_, T> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object with `code`")
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<(), A::Error> {
        let mut code = None;
        while let Some(key) = map.next_key_seed(KeySeed)? {
            // Only now is it clear that the body does not end within the digits.
            *self.code = code;
            match (key, &mut self.data) {
                (Key::Code, _) => code = map.next_value_seed(Code)?,
                (Key::Data, Some(data)) => **data = map.next_value()?,
                _ => {
                    map.next_value::<de::IgnoredAny>()?;
                }
            }
        }
        *self.code = code;
        Ok(())
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
