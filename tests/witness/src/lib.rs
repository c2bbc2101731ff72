//! The official SDKs as witnesses of the spec.
//!
//! Each makes the documented example call of every operation against a server that records it and gives the
//! documented answer; then three things are held against what our client does and our spec says: the request, what was
//! read from the answer, and the fields that the SDK declares.
//! What differs must stand in the written list, `differences.yaml`, and what stands there must differ.

pub mod answer;
pub mod case;
pub mod compare;
pub mod difference;
pub mod driver;
pub mod fields;
pub mod known;
pub mod ours;
pub mod report;
pub mod sdk;
pub mod types;
