//! Strings, booleans and numbers, read from one another.

use std::fmt;

use serde::de::{self, Deserializer, IgnoredAny, MapAccess, Visitor};

use super::{Value, nothing_for, unforeseen};

/// The key under which `serde_json` hands out numbers when some crate of the program switches its feature
/// `arbitrary_precision` on: an object of this key and the digits.
const NUMBER_KEY: &str = "$serde_json::private::Number";

/// The digits of such a number; `None` if the map is an object, which is passed over.
fn digits<'de, A: MapAccess<'de>>(map: &mut A, expected: &dyn de::Expected) -> Result<Option<String>, A::Error> {
    match map.next_key::<String>()? {
        None => return Ok(None),
        Some(key) if key == NUMBER_KEY => {
            if let Number::Digits(digits) = map.next_value()? {
                return Ok(Some(digits));
            }
        }
        Some(_) => {
            map.next_value::<IgnoredAny>()?;
        }
    }
    while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
    unforeseen("an object", expected);
    Ok(None)
}

/// What stands under [`NUMBER_KEY`].
enum Number {
    Digits(String),
    /// A server that has made the key up.
    Other,
}

impl<'de> de::Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = read_text(deserializer, str::to_owned)?;
        Ok(text.map_or(Number::Other, Number::Digits))
    }
}

/// The method of a scalar's visitor that reads numbers of any precision, and passes over objects.
macro_rules! visit_digits {
    () => {
        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
            match digits(&mut map, &self)? {
                Some(digits) => self.visit_str(&digits),
                None => Ok(None),
            }
        }
    };
}

/// Reads a string, also from a number or a boolean, and makes a value of it.
pub fn read_text<'de, T, D: Deserializer<'de>>(deserializer: D, make: fn(&str) -> T) -> Result<Option<T>, D::Error> {
    deserializer.deserialize_any(TextVisitor(make))
}

/// Reads strings, numbers and booleans as text.
struct TextVisitor<T>(fn(&str) -> T);

impl<'de, T> Visitor<'de> for TextVisitor<T> {
    type Value = Option<T>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a string")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Some((self.0)(text)))
    }

    fn visit_bool<E: de::Error>(self, value: bool) -> Result<Self::Value, E> {
        self.visit_str(if value { "true" } else { "false" })
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<Self::Value, E> {
        self.visit_str(&value.to_string())
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<Self::Value, E> {
        self.visit_str(&value.to_string())
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<Self::Value, E> {
        self.visit_str(&value.to_string())
    }

    visit_digits!();
    nothing_for!(unit, list);
}

impl Value for String {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Self>, D::Error> {
        read_text(deserializer, str::to_owned)
    }
}

/// Reads a whole number, also from a string.
pub fn read_integer<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<i64>, D::Error> {
    deserializer.deserialize_any(IntegerVisitor)
}

/// Reads whole numbers from numbers and strings.
struct IntegerVisitor;

impl<'de> Visitor<'de> for IntegerVisitor {
    type Value = Option<i64>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a whole number")
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<Self::Value, E> {
        Ok(Some(value))
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<Self::Value, E> {
        let value = i64::try_from(value).ok();
        if value.is_none() {
            unforeseen("a number beyond 64 bits with a sign", &self);
        }
        Ok(value)
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<Self::Value, E> {
        // 2^63 is exact in `f64`, and the first value that `i64` cannot hold.
        if value.fract() == 0.0 && value.abs() < 9_223_372_036_854_775_808.0 {
            return Ok(Some(value as i64));
        }
        unforeseen("a number with a fraction, or a larger one", &self);
        Ok(None)
    }

    fn visit_bool<E: de::Error>(self, value: bool) -> Result<Self::Value, E> {
        Ok(Some(value.into()))
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Self::Value, E> {
        let text = text.trim();
        if let Ok(value) = text.parse() {
            return Ok(Some(value));
        }
        match text.parse() {
            Ok(value) => self.visit_f64(value),
            Err(_) => Ok(no_number(text, &self)),
        }
    }

    visit_digits!();
    nothing_for!(unit, list);
}

/// A string that is not a number; an empty one is a usual "nothing".
fn no_number<T>(text: &str, expected: &dyn de::Expected) -> Option<T> {
    if !text.is_empty() {
        unforeseen("a string", expected);
    }
    None
}

impl Value for i64 {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Self>, D::Error> {
        read_integer(deserializer)
    }
}

impl Value for f64 {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Self>, D::Error> {
        deserializer.deserialize_any(FloatVisitor)
    }
}

struct FloatVisitor;

impl<'de> Visitor<'de> for FloatVisitor {
    type Value = Option<f64>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a number")
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<Self::Value, E> {
        Ok(Some(value as f64))
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<Self::Value, E> {
        Ok(Some(value as f64))
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<Self::Value, E> {
        Ok(Some(value))
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Self::Value, E> {
        let text = text.trim();
        // `NaN` and `inf` are numbers to Rust, and nothing that JSON could write again.
        Ok(text.parse().ok().filter(|value: &f64| value.is_finite()).or_else(|| no_number(text, &self)))
    }

    visit_digits!();
    nothing_for!(unit, bool, list);
}

impl Value for bool {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Self>, D::Error> {
        deserializer.deserialize_any(BooleanVisitor)
    }
}

struct BooleanVisitor;

impl<'de> Visitor<'de> for BooleanVisitor {
    type Value = Option<bool>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a boolean")
    }

    fn visit_bool<E: de::Error>(self, value: bool) -> Result<Self::Value, E> {
        Ok(Some(value))
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<Self::Value, E> {
        Ok(Some(value != 0))
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<Self::Value, E> {
        Ok(Some(value != 0))
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<Self::Value, E> {
        Ok(Some(value != 0.0))
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Self::Value, E> {
        Ok(match text.trim() {
            "0" => Some(false),
            "1" => Some(true),
            word if word.eq_ignore_ascii_case("true") => Some(true),
            word if word.eq_ignore_ascii_case("false") => Some(false),
            word => no_number(word, &self),
        })
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let digits = digits(&mut map, &self)?;
        Ok(digits.and_then(|digits| digits.parse().ok()).map(|number: f64| number != 0.0))
    }

    nothing_for!(unit, list);
}
