//! YAML texts as trees, and the places in them.

mod path;
mod read;
mod scalar;
mod spans;
mod tree;
mod write;

pub(crate) use path::{Cursor, Step};
pub(crate) use read::read;
pub(crate) use spans::Spans;
pub(crate) use tree::{Entry, Tree};
pub(crate) use write::write;
