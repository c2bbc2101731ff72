//! progenitor as the second reader of the spec: what it is given, and how it is run.

pub mod generate;
pub mod strip;
