//! What the macros of this crate expand to; not for direct use.

use std::collections::BTreeMap;

pub use serde::de::{Deserialize, Deserializer, MapAccess};
pub use serde::ser::{Serialize, SerializeMap, Serializer};

pub use crate::encode::QueryValue;
pub use crate::page::{Next, Position};
pub use crate::wire::{
    AsText, Object, Properties, Value, read_integer, read_object, read_property, read_text, skip_property, write_object,
};

/// Collects the items of a list.
pub fn collect_into<T>(items: impl IntoIterator<Item = impl Into<T>>) -> Vec<T> {
    items.into_iter().map(Into::into).collect()
}

/// Collects the entries of a map.
pub fn collect_map<T>(entries: impl IntoIterator<Item = (impl Into<String>, T)>) -> BTreeMap<String, T> {
    entries.into_iter().map(|(key, value)| (key.into(), value)).collect()
}

/// The number in a field that must or may be given.
pub fn number(field: &(impl Into<Option<i64>> + Copy)) -> Option<i64> {
    (*field).into()
}
