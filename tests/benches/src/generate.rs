//! Runs progenitor as a build script of its users does.

use openapiv3::OpenAPI;
use progenitor_impl::{GenerationSettings, Generator, InterfaceStyle};

/// Reads a YAML text.
pub fn read(text: &str) -> OpenAPI {
    serde_yaml::from_str(text).unwrap_or_else(|error| panic!("the bundle is no OpenAPI: {error}"))
}

/// From YAML to formatted Rust; `style` is `positional` or `builder`.
pub fn progenitor(text: &str, style: &str) -> String {
    let style = if style == "builder" { InterfaceStyle::Builder } else { InterfaceStyle::Positional };
    let mut generator = Generator::new(GenerationSettings::default().with_interface(style));
    let tokens = generator.generate_tokens(&read(text)).unwrap_or_else(|error| panic!("progenitor: {error}"));
    let file = syn::parse2(tokens).unwrap_or_else(|error| panic!("progenitor: {error}"));
    prettyplease::unparse(&file)
}
