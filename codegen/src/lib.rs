//! Turns the OpenAPI description of the Feishu (Lark) Open Platform into a typed Rust client.
//!
//! Spec files in, Rust files or diagnostics out; no disk, no network, no process exit.
//! The passes run in this order, each in a module of its own:
//! `load` (YAML → `openapiv3`), `lower` (→ [`ir`]), `lint` (checks of the IR), `emit` (→ text).

pub mod bundle;
pub mod diagnostic;
mod dialect;
pub mod diff;
mod emit;
pub mod ir;
mod lint;
mod load;
mod lower;
mod names;
pub mod report;
mod source;
pub mod surface;
mod yaml;

pub use emit::File;
pub use source::Source;

use diagnostic::Diagnostics;

/// Reads a spec that is still being written: only what makes it unreadable is a mistake, the rules are not held against it.
pub fn read_draft(sources: &[Source]) -> Result<ir::Api, Diagnostics> {
    let (_, api, diagnostics) = lowered(sources);
    if diagnostics.is_empty() { Ok(api) } else { Err(diagnostics) }
}

/// Reads a spec and holds all rules against it.
pub fn read(sources: &[Source]) -> Result<ir::Api, Diagnostics> {
    checked(sources).map(|(_, api)| api)
}

/// Reads the spec of a client that others use: whatever they read about has to be described, too.
pub fn read_described(sources: &[Source]) -> Result<ir::Api, Diagnostics> {
    let (documents, api, mut diagnostics) = lowered(sources);
    lint::lint(&documents, &api, &mut diagnostics);
    lint::descriptions(&documents, &api, &mut diagnostics);
    if diagnostics.is_empty() { Ok(api) } else { Err(diagnostics) }
}

/// The passes up to `lint`, for tools that need the documents as well.
fn checked(sources: &[Source]) -> Result<(load::Documents<'_>, ir::Api), Diagnostics> {
    let (documents, api, mut diagnostics) = lowered(sources);
    lint::lint(&documents, &api, &mut diagnostics);
    if diagnostics.is_empty() { Ok((documents, api)) } else { Err(diagnostics) }
}

/// The passes before `lint`.
fn lowered(sources: &[Source]) -> (load::Documents<'_>, ir::Api, Diagnostics) {
    let mut diagnostics = Diagnostics::default();
    let documents = load::load(sources, &mut diagnostics);
    let api = lower::lower(&documents, &mut diagnostics);
    (documents, api, diagnostics)
}

/// The passes one by one, for benches and tests and nobody else.
#[doc(hidden)]
pub mod passes {
    use crate::diagnostic::Diagnostics;
    use crate::{Source, ir, lint, load, lower};

    /// What `load` gives to `lower`.
    pub struct Loaded<'s>(load::Documents<'s>);

    /// The first pass.
    pub fn load(sources: &[Source]) -> Loaded<'_> {
        Loaded(load::load(sources, &mut Diagnostics::default()))
    }

    /// What the two readers of YAML make of a text, written out: the one for plain texts, if it reads this one, and
    /// `serde_yaml`, unless this is no YAML.
    pub fn readings(text: &str) -> [Option<String>; 2] {
        load::readings(text)
    }

    /// What `openapiv3` makes of a text, read part by part and at once; nothing if it breaks the grammar.
    pub fn documents(text: &str) -> Option<[openapiv3::OpenAPI; 2]> {
        load::documents(text)
    }

    /// The second pass.
    pub fn lower(loaded: &Loaded<'_>) -> ir::Api {
        lower::lower(&loaded.0, &mut Diagnostics::default())
    }

    /// The third pass: how many mistakes it finds.
    pub fn lint(loaded: &Loaded<'_>, api: &ir::Api) -> usize {
        let mut diagnostics = Diagnostics::default();
        lint::lint(&loaded.0, api, &mut diagnostics);
        diagnostics.len()
    }
}

/// Writes an API down as Rust: the files of the generated module.
pub fn emit(api: &ir::Api) -> Vec<File> {
    emit::emit(api)
}

/// Writes the pages' examples down as tests of the client.
pub fn emit_examples(api: &ir::Api) -> Vec<File> {
    emit::emit_examples(api)
}

/// The demands of all operations that concern several fields, as a Markdown table.
pub fn rules(api: &ir::Api) -> String {
    emit::rules(api)
}

/// Reads a spec and writes it down as Rust.
pub fn generate(sources: &[Source]) -> Result<Vec<File>, Diagnostics> {
    Ok(emit(&read(sources)?))
}
