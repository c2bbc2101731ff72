//! Objects: the shared visitor and the `object!` macro.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use serde::de::{self, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde::ser::{Serialize, SerializeMap, Serializer};

use super::{Value, nothing_for};

/// A JSON object with known properties; implemented by [`crate::object!`].
pub trait Object: Default {
    /// Reads the value of the property `key`, or passes over it.
    fn set<'de, A: MapAccess<'de>>(&mut self, key: &str, map: &mut A) -> Result<(), A::Error>;

    /// Writes all properties.
    fn write<M: SerializeMap>(&self, out: &mut Properties<M>);
}

/// The properties of an object, while they are written.
///
/// The first failure is told at the end, so that there is nothing to check after each property.
pub struct Properties<M: SerializeMap> {
    map: M,
    failure: Option<M::Error>,
}

impl<M: SerializeMap> Properties<M> {
    /// Writes a property, unless its value is left out.
    #[inline]
    pub fn put<T: Value + Serialize>(&mut self, key: &'static str, value: &T) {
        if self.failure.is_none() && !value.is_left_out() {
            self.failure = self.map.serialize_entry(key, value).err();
        }
    }
}

/// Writes an object.
#[inline]
pub fn write_object<T: Object, S: Serializer>(object: &T, serializer: S) -> Result<S::Ok, S::Error> {
    let mut out = Properties { map: serializer.serialize_map(None)?, failure: None };
    object.write(&mut out);
    match out.failure {
        Some(failure) => Err(failure),
        None => out.map.end(),
    }
}

impl<T: Object> Value for T {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Self>, D::Error> {
        deserializer.deserialize_any(ObjectVisitor(PhantomData))
    }
}

/// Reads an object; "nothing" is the default.
///
/// A value of another kind is an error here: of an answer that is not an object as a whole, nothing is left.
pub fn read_object<'de, T: Object, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    deserializer.deserialize_any(WholeVisitor(PhantomData))
}

/// Reads the properties of any [`Object`].
struct ObjectVisitor<T>(PhantomData<T>);

impl<'de, T: Object> Visitor<'de> for ObjectVisitor<T> {
    type Value = Option<T>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut object = T::default();
        while let Some(key) = map.next_key_seed(Key)? {
            object.set(&key, &mut map)?;
        }
        Ok(Some(object))
    }

    nothing_for!(unit, bool, number, text, list);
}

/// Reads an object that is all there is.
struct WholeVisitor<T>(PhantomData<T>);

impl<'de, T: Object> Visitor<'de> for WholeVisitor<T> {
    type Value = T;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        Ok(ObjectVisitor(self.0).visit_map(map)?.unwrap_or_default())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        match list.next_element::<de::IgnoredAny>()? {
            None => Ok(T::default()),
            Some(_) => Err(de::Error::invalid_type(de::Unexpected::Seq, &self)),
        }
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Self::Value, E> {
        match text {
            "" => Ok(T::default()),
            text => Err(E::invalid_type(de::Unexpected::Str(text), &self)),
        }
    }

    fn visit_unit<E: de::Error>(self) -> Result<Self::Value, E> {
        Ok(T::default())
    }
}

/// Borrows the key from the input; `Cow`'s own `Deserialize` would allocate.
struct Key;

impl<'de> DeserializeSeed<'de> for Key {
    type Value = Cow<'de, str>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for Key {
    type Value = Cow<'de, str>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a property name")
    }

    fn visit_borrowed_str<E: de::Error>(self, key: &'de str) -> Result<Self::Value, E> {
        Ok(Cow::Borrowed(key))
    }

    fn visit_str<E: de::Error>(self, key: &str) -> Result<Self::Value, E> {
        Ok(Cow::Owned(key.to_owned()))
    }

    fn visit_string<E: de::Error>(self, key: String) -> Result<Self::Value, E> {
        Ok(Cow::Owned(key))
    }
}

/// Implements `Serialize` and `Deserialize` for a struct that is a JSON object.
///
/// Each line maps a field to its property.
/// Reading is lenient: `null`, absent and unknown properties are fine, numbers
/// are taken for strings and the reverse, and what is of another kind still is
/// read as the default.
/// Writing is exact: only `None` is left out.
/// The struct has to implement `Default`.
///
/// ```
/// use feishu_openapi_runtime::object;
///
/// #[derive(Clone, Debug, Default, PartialEq)]
/// pub struct Member {
///     pub id: String,
///     pub r#type: Option<String>,
/// }
///
/// object! {
///     Member {
///         id: "id",
///         r#type: "type",
///     }
/// }
/// ```
#[macro_export]
macro_rules! object {
    ($name:ident { $($field:ident: $key:literal),* $(,)? }) => {
        impl $crate::rt::Object for $name {
            #[allow(unused_variables)]
            fn set<'de, A: $crate::rt::MapAccess<'de>>(
                &mut self,
                key: &str,
                map: &mut A,
            ) -> ::core::result::Result<(), A::Error> {
                match key {
                    $($key => $crate::rt::read_property(&mut self.$field, map),)*
                    _ => $crate::rt::skip_property(map),
                }
            }

            #[allow(unused_variables)]
            fn write<M: $crate::rt::SerializeMap>(&self, out: &mut $crate::rt::Properties<M>) {
                $(out.put($key, &self.$field);)*
            }
        }

        impl $crate::rt::Serialize for $name {
            fn serialize<S: $crate::rt::Serializer>(
                &self,
                serializer: S,
            ) -> ::core::result::Result<S::Ok, S::Error> {
                $crate::rt::write_object(self, serializer)
            }
        }

        impl<'de> $crate::rt::Deserialize<'de> for $name {
            fn deserialize<D: $crate::rt::Deserializer<'de>>(
                deserializer: D,
            ) -> ::core::result::Result<Self, D::Error> {
                $crate::rt::read_object(deserializer)
            }
        }
    };
}
