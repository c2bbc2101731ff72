//! Waivers of the spec, at every place where the item that carries them is used.

use std::str::FromStr;

use feishu_openapi_codegen::diagnostic::Place;
use feishu_openapi_codegen::ir;
use feishu_openapi_pages::{Fact, Waiver};

/// Adds a waiver of `operation` at `place`, if it holds for this operation.
pub(crate) fn add(
    waiver: &ir::Waiver,
    operation: &str,
    place: &str,
    waivers: &mut Vec<Waiver>,
    places: &mut Vec<Place>,
) {
    let holds = waiver.operations.is_empty() || waiver.operations.iter().any(|id| id == operation);
    // An unknown fact is a mistake that the rules of the spec report.
    if let (true, Ok(fact)) = (holds, Fact::from_str(&waiver.fact)) {
        let page_says = match &waiver.page {
            ir::Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        waivers.push(Waiver { place: place.to_owned(), fact, page_says, reason: waiver.reason.clone() });
        places.push(waiver.place.clone());
    }
}
