//! How values are read from and written to Feishu's JSON.
//!
//! Reading is lenient, since the platform uses absent, `null` and empty loosely
//! for "nothing" and swaps numbers and strings; writing is exact.
//! One rule holds for fields, elements of lists and values of maps: a value of
//! an unforeseen kind is "nothing" too, since everything else in the answer is
//! still good (see `unforeseen`).
//! [`Value`] is the one trait behind it, [`crate::object!`] and
//! [`crate::open_enum!`] implement it for generated types.

mod object;
mod open_enum;
mod repair;
mod scalar;
mod text;
mod unforeseen;

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

use serde::de::{self, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};

pub use object::{Object, Properties, read_object, write_object};
pub(crate) use repair::repaired;
pub use scalar::{read_integer, read_text};
pub use text::AsText;
use unforeseen::{nothing_for, unforeseen};

/// A value in a request or an answer.
pub trait Value: Sized + Default {
    /// Reads a value; `None` if the answer says "nothing" (`null`, an empty string
    /// where the type has no empty string, or a value of an unforeseen kind).
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Self>, D::Error>;

    /// Whether the property is left out when an object with this value is written.
    fn is_left_out(&self) -> bool {
        false
    }
}

impl<T: Value> Value for Option<T> {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Self>, D::Error> {
        T::read(deserializer).map(Some)
    }

    fn is_left_out(&self) -> bool {
        self.is_none()
    }
}

/// Reads the value of a property; "nothing" is the default.
pub fn read_property<'de, T: Value, A: MapAccess<'de>>(target: &mut T, map: &mut A) -> Result<(), A::Error> {
    *target = map.next_value_seed(Seed(PhantomData))?;
    Ok(())
}

/// Passes over the value of an unknown property.
pub fn skip_property<'de, A: MapAccess<'de>>(map: &mut A) -> Result<(), A::Error> {
    map.next_value::<de::IgnoredAny>().map(drop)
}

struct Seed<T>(PhantomData<T>);

impl<'de, T: Value> DeserializeSeed<'de> for Seed<T> {
    type Value = T;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<T, D::Error> {
        Ok(T::read(deserializer)?.unwrap_or_default())
    }
}

impl<T: Value> Value for Vec<T> {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Self>, D::Error> {
        deserializer.deserialize_any(ListVisitor(PhantomData))
    }
}

struct ListVisitor<T>(PhantomData<T>);

impl<'de, T: Value> Visitor<'de> for ListVisitor<T> {
    type Value = Option<Vec<T>>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = list.next_element_seed(Seed(PhantomData))? {
            items.push(item);
        }
        Ok(Some(items))
    }

    nothing_for!(unit, bool, number, text, map);
}

impl<T: Value> Value for BTreeMap<String, T> {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Self>, D::Error> {
        deserializer.deserialize_any(MapVisitor(PhantomData))
    }
}

struct MapVisitor<T>(PhantomData<T>);

impl<'de, T: Value> Visitor<'de> for MapVisitor<T> {
    type Value = Option<BTreeMap<String, T>>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut entries = BTreeMap::new();
        while let Some(key) = map.next_key::<String>()? {
            entries.insert(key, map.next_value_seed(Seed(PhantomData))?);
        }
        Ok(Some(entries))
    }

    nothing_for!(unit, bool, number, text, list);
}
