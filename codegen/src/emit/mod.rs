//! Writes the IR down as Rust. Takes no decisions: what things are called and how they behave is settled.

mod constraint_table;
mod docs;
mod event;
mod examples;
mod fields;
mod modules;
mod operation;
mod print;
mod requirements;
mod types;
mod words;

use crate::ir::Api;

/// One file of generated Rust.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// Relative to the folder that the generator owns, with `/`.
    pub path: String,
    /// The content.
    pub text: String,
}

/// Tests of the pages' examples, relative to the folder of the tests.
pub(crate) fn emit_examples(api: &Api) -> Vec<File> {
    examples::emit(api)
}

/// The table of rules for the README of the spec.
pub(crate) fn rules(api: &Api) -> String {
    constraint_table::table(api)
}

/// All files of the generated module, sorted by path.
pub(crate) fn emit(api: &Api) -> Vec<File> {
    let checks = fields::Checks::of(api);
    let mut files = modules::tree(api);
    files.push(modules::shared(api, &checks));
    for version in &api.versions {
        files.extend(modules::version(version, &checks));
    }
    files.sort_by(|a, b| a.path.cmp(&b.path));
    files
}
