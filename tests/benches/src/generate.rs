//! Runs progenitor as a build script of its users does.

use openapiv3::OpenAPI;
use progenitor_impl::{GenerationSettings, Generator, InterfaceStyle};

/// Reads a text: JSON if it looks like it, otherwise YAML.
pub fn read(text: &str) -> OpenAPI {
    let read = if text.starts_with('{') {
        serde_json::from_str(text).map_err(|error| error.to_string())
    } else {
        serde_yaml::from_str(text).map_err(|error| error.to_string())
    };
    read.unwrap_or_else(|error| panic!("the bundle is no OpenAPI: {error}"))
}

/// From text to formatted Rust; `style` is `positional` or `builder`.
pub fn progenitor(text: &str, style: &str) -> String {
    let style = if style == "builder" { InterfaceStyle::Builder } else { InterfaceStyle::Positional };
    let mut generator = Generator::new(GenerationSettings::default().with_interface(style));
    let tokens = generator.generate_tokens(&read(text)).unwrap_or_else(|error| panic!("progenitor: {error}"));
    let file = syn::parse2(tokens).unwrap_or_else(|error| panic!("progenitor: {error}"));
    prettyplease::unparse(&file)
}
