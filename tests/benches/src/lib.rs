//! What the benches share: timing, memory, synthetic specs and plots.

#[cfg(feature = "generation")]
pub mod copies;
pub mod measure;
pub mod plot;
#[cfg(feature = "generation")]
#[path = "../../progenitor/src/strip.rs"]
pub mod strip;
