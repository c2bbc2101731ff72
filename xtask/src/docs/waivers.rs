//! Waivers of the spec, at every place where the item that carries them is used.

use std::str::FromStr;

use feishu_openapi_codegen::diagnostic::Pointer;
use feishu_openapi_codegen::ir;
use feishu_openapi_pages::{Fact, Waiver};

/// Where a waiver comes from.
#[derive(Clone)]
pub(crate) struct Origin {
    /// Where it stands.
    pub(crate) place: Pointer,
    /// It names the operations for which it holds, and is needed for each of them.
    pub(crate) limited: bool,
}

/// Adds a waiver of `operation` at `place`, if it holds for this operation.
pub(crate) fn add(
    waiver: &ir::Waiver,
    operation: &str,
    place: &str,
    waivers: &mut Vec<Waiver>,
    origins: &mut Vec<Origin>,
) {
    let holds = waiver.operations.is_empty() || waiver.operations.iter().any(|id| id == operation);
    // An unknown fact is a mistake that the rules of the spec report.
    if let (true, Ok(fact)) = (holds, Fact::from_str(&waiver.fact)) {
        let page_says = match &waiver.page {
            ir::Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        waivers.push(Waiver { place: place.to_owned(), fact, page_says, reason: waiver.reason.clone() });
        origins.push(Origin { place: waiver.place.clone(), limited: !waiver.operations.is_empty() });
    }
}
