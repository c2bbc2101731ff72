//! progenitor as the second reader of the spec: a client that it made of the bundle, and how to make its calls.
//!
//! `strip` says what it is not given, and why.

pub mod second;
pub mod strip;
