//! The client that progenitor made.

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

#[allow(missing_docs, unreachable_pub, clippy::all, unused)]
pub mod task_v1 {
    include!(concat!(env!("OUT_DIR"), "/task_v1.rs"));
}
#[allow(missing_docs, unreachable_pub, clippy::all, unused)]
pub mod task_v2 {
    include!(concat!(env!("OUT_DIR"), "/task_v2.rs"));
}

include!(concat!(env!("OUT_DIR"), "/dispatch.rs"));

/// What progenitor says to the operations that it refuses when the bundle stays as it is.
pub const REFUSED: &str = include_str!(concat!(env!("OUT_DIR"), "/refused.txt"));

/// The documented example of a call: parameters by name, and `body`.
#[derive(Clone, Debug, Default)]
pub struct Example(pub Map<String, Value>);

impl Example {
    fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name)?.as_str()
    }

    fn value<T: DeserializeOwned>(&self, name: &str) -> Option<T> {
        let value = self.0.get(name)?.clone();
        Some(serde_json::from_value(value).unwrap_or_else(|error| panic!("the example of `{name}`: {error}")))
    }

    fn required<T: DeserializeOwned>(&self, name: &str) -> T {
        self.value(name).unwrap_or_else(|| panic!("there is no example of `{name}`"))
    }
}

/// Whether the documented answer was understood.
fn outcome<T, E: std::fmt::Debug>(
    outcome: Result<progenitor_client::ResponseValue<T>, progenitor_client::Error<E>>,
) -> Result<(), String> {
    outcome.map(drop).map_err(|error| error.to_string())
}
