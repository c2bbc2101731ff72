//! Runs progenitor.

use std::panic::{AssertUnwindSafe, catch_unwind};

use openapiv3::OpenAPI;
use progenitor_impl::{GenerationSettings, Generator, InterfaceStyle};
use serde_json::Value;

/// The client that progenitor makes of a document, as Rust; or why it makes none.
pub fn generate(document: &Value, style: InterfaceStyle) -> Result<String, String> {
    let document: OpenAPI = serde_json::from_value(document.clone()).map_err(|error| error.to_string())?;
    let outcome = catch_unwind(AssertUnwindSafe(|| {
        let mut generator = Generator::new(GenerationSettings::default().with_interface(style));
        generator.generate_tokens(&document)
    }));
    let tokens = match outcome {
        Ok(tokens) => tokens.map_err(|error| error.to_string())?,
        Err(panic) => return Err(format!("panic: {}", message(&*panic))),
    };
    let file = syn::parse2(tokens).map_err(|error| error.to_string())?;
    Ok(prettyplease::unparse(&file))
}

fn message(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_else(|| "of an unknown kind".to_owned())
}
