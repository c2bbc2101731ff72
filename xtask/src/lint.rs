//! `cargo xtask lint`: everything that is wrong in the spec, for people and for tools.

use std::io::IsTerminal;
use std::path::Path;

use clap::ValueEnum;
use feishu_openapi_codegen::diagnostic::Code;
use feishu_openapi_codegen::report::Located;
use feishu_openapi_codegen::{Source, read_described, report};

use crate::files;

/// How findings are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// As rustc does, with an excerpt of the file.
    Human,
    /// One line each: file, line, column, message, rule, help.
    Short,
    /// One JSON array.
    Json,
}

/// What to report, and how.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// Report only what is wrong in these files or folders; the whole spec is read all the same.
    files: Vec<String>,
    /// How findings are printed.
    #[arg(long, value_enum, default_value = "human")]
    format: Format,
    /// List the rules instead.
    #[arg(long)]
    rules: bool,
}

/// Prints what is wrong. Fails if anything is.
pub(crate) fn run(root: &Path, options: &Options) -> Result<(), String> {
    if options.rules {
        print!("{}", rules());
        return Ok(());
    }
    let sources = files::read_all(root).map_err(|error| error.to_string())?;
    let wanted = wanted(root, &options.files, &sources)?;
    let mut found = match read_described(&sources) {
        Ok(_) => Vec::new(),
        Err(diagnostics) => report::locate(diagnostics, &sources),
    };
    if !wanted.is_empty() {
        found.retain(|located| wanted.iter().any(|path| covers(path, &located.diagnostic.place.file)));
    }
    print!("{}", text(&found, &sources, options.format));
    match found.len() {
        0 => Ok(()),
        1 => Err("1 mistake in the spec".to_owned()),
        count => Err(format!("{count} mistakes in the spec")),
    }
}

fn text(found: &[Located], sources: &[Source], format: Format) -> String {
    let color = std::io::stdout().is_terminal();
    match format {
        Format::Human => found.iter().map(|found| report::human(found, sources, color) + "\n\n").collect(),
        Format::Short => found.iter().map(|found| report::short(found) + "\n").collect(),
        Format::Json => report::json(found) + "\n",
    }
}

/// The files to report on, as the sources call them. A name that fits none of them is a slip of the pen.
fn wanted(root: &Path, names: &[String], sources: &[Source]) -> Result<Vec<String>, String> {
    let mut wanted = Vec::new();
    for name in names {
        let path = std::path::absolute(name).map_err(|error| format!("{name}: {error}"))?;
        // People name files as they stand in the shell, tools as they stand in the repository.
        let candidates = [files::relative(root, &path), name.trim_end_matches('/').to_owned()];
        match candidates.into_iter().find(|path| sources.iter().any(|source| covers(path, &source.path))) {
            Some(path) => wanted.push(path),
            None => return Err(format!("{name}: no file of the spec")),
        }
    }
    Ok(wanted)
}

/// Whether a path is this file or a folder above it.
fn covers(path: &str, file: &str) -> bool {
    file.strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

fn rules() -> String {
    let width = Code::ALL.iter().map(|rule| rule.name().len()).max().unwrap_or(0);
    let line =
        |rule: &Code| format!("{:width$}  {}\n{:width$}  fix: {}\n", rule.name(), rule.meaning(), "", rule.fix());
    Code::ALL.iter().map(line).collect()
}
