//! The dialect of `spec/README.md`: which keys may stand where, and walks that go by it.

mod check;
mod grammar;
mod misplaced;
pub(crate) mod references;
mod schema;
pub(crate) mod visit;

pub(crate) use check::check;
pub(crate) use grammar::Section;
pub(crate) use misplaced::without_misplaced_keys;
