//! Values of a kind that the page does not document.

use std::fmt;

use serde::de;

/// Logs that a value is read as "nothing"; never the value itself, which may be secret.
///
/// `null`, `""`, `[]` and `{}` are how services write "nothing", and are not worth a line.
pub(super) fn unforeseen(found: &'static str, expected: &dyn de::Expected) {
    tracing::debug!(
        found,
        expected = %Expected(expected),
        "an answer holds a value of an unforeseen kind, it is read as nothing",
    );
}

struct Expected<'a>(&'a dyn de::Expected);

impl fmt::Display for Expected<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

/// The methods of a visitor that read kinds of values as "nothing" (`None`).
macro_rules! nothing_for {
    ($($kind:ident),+) => {
        $($crate::wire::unforeseen::nothing_for!(@ $kind);)+
    };
    (@ unit) => {
        fn visit_unit<E: serde::de::Error>(self) -> Result<Self::Value, E> {
            Ok(None)
        }
    };
    (@ bool) => {
        fn visit_bool<E: serde::de::Error>(self, _: bool) -> Result<Self::Value, E> {
            $crate::wire::unforeseen("a boolean", &self);
            Ok(None)
        }
    };
    (@ number) => {
        fn visit_i64<E: serde::de::Error>(self, _: i64) -> Result<Self::Value, E> {
            $crate::wire::unforeseen("a number", &self);
            Ok(None)
        }

        fn visit_u64<E: serde::de::Error>(self, _: u64) -> Result<Self::Value, E> {
            $crate::wire::unforeseen("a number", &self);
            Ok(None)
        }

        fn visit_f64<E: serde::de::Error>(self, _: f64) -> Result<Self::Value, E> {
            $crate::wire::unforeseen("a number", &self);
            Ok(None)
        }
    };
    (@ text) => {
        fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Self::Value, E> {
            if !text.is_empty() {
                $crate::wire::unforeseen("a string", &self);
            }
            Ok(None)
        }
    };
    (@ list) => {
        // PHP-style services write an empty object as an empty list.
        fn visit_seq<A: serde::de::SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
            let mut is_empty = true;
            while list.next_element::<serde::de::IgnoredAny>()?.is_some() {
                is_empty = false;
            }
            if !is_empty {
                $crate::wire::unforeseen("a list", &self);
            }
            Ok(None)
        }
    };
    (@ map) => {
        fn visit_map<A: serde::de::MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
            let mut is_empty = true;
            while map.next_entry::<serde::de::IgnoredAny, serde::de::IgnoredAny>()?.is_some() {
                is_empty = false;
            }
            if !is_empty {
                $crate::wire::unforeseen("an object", &self);
            }
            Ok(None)
        }
    };
}

pub(super) use nothing_for;
