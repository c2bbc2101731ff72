//! Limits of schemas, at any depth. Read from the tree by their keys, so that no key has to be named here.

use super::Lower;
use crate::diagnostic::Pointer;
use crate::ir::{Limit, LimitKey, Limits, Value};
use crate::yaml::Tree;

impl Lower<'_> {
    /// What the schema at a place demands of its values.
    pub(crate) fn limits(&self, place: &Pointer) -> Limits {
        self.documents.at(place).map(limits).unwrap_or_default()
    }
}

/// What a schema demands of its values, and of what these hold. A reference demands nothing here; its component does.
pub(crate) fn limits(schema: &Tree<'_>) -> Limits {
    let own = schema.entries().iter().filter_map(|(key, value)| Limit::read(LimitKey::named(key)?, &scalar(value)?));
    let inner = ["items", "additionalProperties"].into_iter().find_map(|key| schema.get(key));
    Limits::new(own.collect(), inner.map(limits).unwrap_or_default())
}

fn scalar(tree: &Tree<'_>) -> Option<Value> {
    match tree {
        Tree::Bool(value) => Some(Value::Boolean(*value)),
        Tree::Integer(value) => Some(Value::Integer(*value)),
        Tree::Float(value) => Some(Value::Float(*value)),
        Tree::Text(text) => Some(Value::String(text.to_string())),
        Tree::Null | Tree::List(_) | Tree::Map(_) => None,
    }
}
