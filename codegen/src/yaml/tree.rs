//! The YAML tree as it stands in the file: doubled keys are kept, so that they can be reported.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use serde::de::{self, Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde::ser::{Serialize, Serializer};

use crate::diagnostic::{Pointer, Segment};

/// A YAML value. Aliases are resolved; anything that JSON cannot say is refused by the reader.
///
/// Texts are parts of the file wherever they stand there letter by letter.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Tree<'s> {
    Null,
    Bool(bool),
    Integer(i64),
    Float(f64),
    Text(Cow<'s, str>),
    List(Vec<Tree<'s>>),
    Map(Vec<Entry<'s>>),
}

/// A key of a map with its value.
pub(crate) type Entry<'s> = (Cow<'s, str>, Tree<'s>);

impl<'s> Tree<'s> {
    /// The value of the first entry with this key.
    pub(crate) fn get(&self, key: &str) -> Option<&Tree<'s>> {
        self.entries().iter().find(|(name, _)| name == key).map(|(_, value)| value)
    }

    /// The entries of a map; nothing for any other value.
    pub(crate) fn entries(&self) -> &[Entry<'s>] {
        match self {
            Tree::Map(entries) => entries,
            _ => &[],
        }
    }

    /// The tree at a place of the file whose root this is.
    pub(crate) fn at(&self, place: &Pointer) -> Option<&Tree<'s>> {
        let mut tree = self;
        for segment in place.segments() {
            tree = match (tree, segment) {
                (Tree::List(list), Segment::Index(index)) => list.get(index)?,
                (Tree::Map(entries), Segment::Index(index)) => entries.get(index).map(|(_, value)| value)?,
                (tree, Segment::Key(key)) => tree.get(&key)?,
                _ => return None,
            };
        }
        Some(tree)
    }

    /// Removes the entry at a place.
    pub(crate) fn remove(&mut self, place: &Pointer) {
        let mut segments: Vec<Segment> = place.segments().collect();
        let last = segments.pop();
        let mut tree = self;
        for segment in segments {
            let below = match (tree, segment) {
                (Tree::List(list), Segment::Index(index)) => list.get_mut(index),
                (Tree::Map(entries), Segment::Key(key)) => {
                    entries.iter_mut().find(|(name, _)| *name == key).map(|(_, value)| value)
                }
                _ => None,
            };
            let Some(below) = below else { return };
            tree = below;
        }
        if let (Tree::Map(entries), Some(Segment::Key(key))) = (tree, last) {
            entries.retain(|(name, _)| *name != key);
        }
    }

    /// The text, if it is one.
    pub(crate) fn text(&self) -> Option<&str> {
        match self {
            Tree::Text(text) => Some(text),
            _ => None,
        }
    }

    /// What kind of value it is, for messages.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Tree::Null => "nothing",
            Tree::Bool(_) => "a boolean",
            Tree::Integer(_) => "an integer",
            Tree::Float(_) => "a number",
            Tree::Text(_) => "a string",
            Tree::List(_) => "a list",
            Tree::Map(_) => "a map",
        }
    }
}

impl<'de> Deserialize<'de> for Tree<'_> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TreeVisitor(PhantomData))
    }
}

struct TreeVisitor<'s>(PhantomData<Tree<'s>>);

impl<'de, 's> Visitor<'de> for TreeVisitor<'s> {
    type Value = Tree<'s>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a value without YAML tags")
    }

    fn visit_unit<E>(self) -> Result<Tree<'s>, E> {
        Ok(Tree::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Tree<'s>, E> {
        Ok(Tree::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Tree<'s>, E> {
        Ok(Tree::Integer(value))
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<Tree<'s>, E> {
        i64::try_from(value)
            .map(Tree::Integer)
            .map_err(|_| E::custom(format!("the number {value} is too large; write it as a string in quotes")))
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<Tree<'s>, E> {
        if value.is_finite() {
            Ok(Tree::Float(value))
        } else {
            Err(E::custom(format!("{value} is not a number that JSON knows")))
        }
    }

    fn visit_str<E>(self, value: &str) -> Result<Tree<'s>, E> {
        Ok(Tree::Text(Cow::Owned(value.to_owned())))
    }

    fn visit_string<E>(self, value: String) -> Result<Tree<'s>, E> {
        Ok(Tree::Text(Cow::Owned(value)))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Tree<'s>, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = access.next_element()? {
            list.push(item);
        }
        Ok(Tree::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Tree<'s>, A::Error> {
        let mut entries = Vec::new();
        while let Some(key) = access.next_key::<Tree<'s>>()? {
            let key = match key {
                Tree::Text(key) => key,
                Tree::Integer(key) => Cow::Owned(key.to_string()),
                Tree::Bool(key) => Cow::Owned(key.to_string()),
                other => {
                    return Err(de::Error::custom(format!("a key must be a string, not {}", other.kind())));
                }
            };
            entries.push((key, access.next_value()?));
        }
        Ok(Tree::Map(entries))
    }
}

impl Serialize for Tree<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Tree::Null => serializer.serialize_unit(),
            Tree::Bool(value) => serializer.serialize_bool(*value),
            Tree::Integer(value) => serializer.serialize_i64(*value),
            Tree::Float(value) => serializer.serialize_f64(*value),
            Tree::Text(value) => serializer.serialize_str(value),
            Tree::List(list) => serializer.collect_seq(list),
            Tree::Map(entries) => serializer.collect_map(entries.iter().map(|(key, value)| (key, value))),
        }
    }
}
