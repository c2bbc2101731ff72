//! What the benches share: timing, memory, synthetic specs and plots.

#[cfg(feature = "generation")]
pub mod copies;
#[cfg(feature = "generation")]
pub mod crates;
#[cfg(feature = "generation")]
pub mod generate;
#[cfg(feature = "call")]
pub mod hand;
pub mod measure;
pub mod plot;
#[cfg(feature = "generation")]
#[path = "../../progenitor/src/strip.rs"]
pub mod strip;
