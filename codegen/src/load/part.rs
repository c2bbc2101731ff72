//! The way from a tree into `openapiv3`: a serde deserializer over a tree, or over a map without some of its keys.

use std::slice;

use serde::de::value::{BorrowedStrDeserializer, Error, MapAccessDeserializer};
use serde::de::{DeserializeSeed, Deserializer, Error as _, IntoDeserializer, MapAccess, SeqAccess, Visitor};

use crate::yaml::{Entry, Tree};

/// What is read. One type for all of it, since serde makes code for each type of deserializer again.
#[derive(Clone, Copy)]
pub(super) struct Part<'de> {
    tree: &'de Tree<'de>,
    /// Keys of the map that are left out, besides its extensions; `None` for everything.
    without: Option<&'static [&'static str]>,
    /// A key that is left out although it is demanded: its value is an empty map.
    demanded: Option<&'static str>,
}

static EMPTY: Tree<'static> = Tree::Map(Vec::new());

impl<'de> Part<'de> {
    /// A tree with all that it holds.
    pub(super) fn whole(tree: &'de Tree<'de>) -> Self {
        Part { tree, without: None, demanded: None }
    }

    /// A map without its extensions and some other keys.
    pub(super) fn without(tree: &'de Tree<'de>, keys: &'static [&'static str], demanded: Option<&'static str>) -> Self {
        Part { tree, without: Some(keys), demanded }
    }

    fn entries(self, entries: &'de [Entry<'de>]) -> Entries<'de> {
        Entries { rest: entries.iter(), part: self, value: None }
    }
}

impl<'de> Deserializer<'de> for Part<'de> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.tree {
            Tree::Null => visitor.visit_unit(),
            Tree::Bool(value) => visitor.visit_bool(*value),
            Tree::Integer(value) => match u64::try_from(*value) {
                Ok(value) => visitor.visit_u64(value),
                Err(_) => visitor.visit_i64(*value),
            },
            Tree::Float(value) => visitor.visit_f64(*value),
            Tree::Text(value) => visitor.visit_borrowed_str(value),
            Tree::List(list) => visitor.visit_seq(Elements(list.iter())),
            Tree::Map(entries) => visitor.visit_map(self.entries(entries)),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.tree {
            Tree::Null => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _name: &'static str, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        match self.tree {
            Tree::Text(text) => (&**text).into_deserializer().deserialize_enum(name, variants, visitor),
            Tree::Map(entries) => {
                MapAccessDeserializer::new(self.entries(entries)).deserialize_enum(name, variants, visitor)
            }
            other => Err(Error::custom(format!("expected a name, found {}", other.kind()))),
        }
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf
        unit unit_struct seq tuple tuple_struct map struct identifier ignored_any
    }
}

struct Elements<'de>(slice::Iter<'de, Tree<'de>>);

impl<'de> SeqAccess<'de> for Elements<'de> {
    type Error = Error;

    fn next_element_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, Error> {
        self.0.next().map(|tree| seed.deserialize(Part::whole(tree))).transpose()
    }
}

struct Entries<'de> {
    rest: slice::Iter<'de, Entry<'de>>,
    part: Part<'de>,
    value: Option<&'de Tree<'de>>,
}

impl<'de> Entries<'de> {
    fn next(&mut self) -> Option<(&'de str, &'de Tree<'de>)> {
        let without = self.part.without;
        let is_left_out = |key: &str| without.is_some_and(|keys| key.starts_with("x-") || keys.contains(&key));
        match self.rest.find(|(key, _)| !is_left_out(key)) {
            Some((key, tree)) => Some((key, tree)),
            None => self.part.demanded.take().map(|key| (key, &EMPTY)),
        }
    }
}

impl<'de> MapAccess<'de> for Entries<'de> {
    type Error = Error;

    fn next_key_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, Error> {
        let Some((key, value)) = self.next() else { return Ok(None) };
        self.value = Some(value);
        // A key that is lent need not be copied where serde keeps it for later.
        seed.deserialize(BorrowedStrDeserializer::new(key)).map(Some)
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, Error> {
        match self.value.take() {
            Some(tree) => seed.deserialize(Part::whole(tree)),
            None => Err(Error::custom("a value was asked for before its key")),
        }
    }
}
