//! Finds the positions of diagnostics, and prints them for people and for tools.

use std::collections::HashMap;

use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};

use crate::diagnostic::{Diagnostic, Located, Place, Target};
use crate::load::Positions;
use crate::source::Source;

/// Adds positions, sorts by place, drops repetitions.
pub(crate) fn locate(diagnostics: Vec<Diagnostic>, sources: &[Source]) -> Vec<Located> {
    let texts: HashMap<&str, &str> =
        sources.iter().map(|source| (source.path.as_str(), source.text.as_str())).collect();
    let mut positions: HashMap<String, Positions> = HashMap::new();
    let mut located: Vec<Located> = diagnostics
        .into_iter()
        .map(|diagnostic| {
            let text = texts.get(diagnostic.place.file.as_str()).copied().unwrap_or_default();
            let span = match diagnostic.position {
                Some((line, column)) => {
                    let start = offset(text, line, column);
                    start..end_of_word(text, start)
                }
                None => positions
                    .entry(diagnostic.place.file.clone())
                    .or_insert_with(|| Positions::read(text))
                    .find(&diagnostic.place, diagnostic.target),
            };
            let (line, column) = line_and_column(text, span.start);
            Located { diagnostic, line, column, span: first_line(text, span) }
        })
        .collect();
    located.sort_by(|a, b| {
        let key = |located: &Located| {
            (located.diagnostic.place.file.clone(), located.line, located.column, located.diagnostic.rule)
        };
        key(a).cmp(&key(b)).then_with(|| a.diagnostic.message.cmp(&b.diagnostic.message))
    });
    located.dedup();
    located
}

/// Finds the lines of places, for tools that speak about the spec. A file is parsed when it is first asked about.
pub struct Lines<'a> {
    sources: &'a [Source],
    positions: HashMap<String, Positions>,
}

impl<'a> Lines<'a> {
    /// Lines in these files.
    pub fn new(sources: &'a [Source]) -> Self {
        Lines { sources, positions: HashMap::new() }
    }

    /// The line, from 1, of the key at `place`, or of what is nearest above it.
    pub fn line(&mut self, place: &Place) -> usize {
        let source = self.sources.iter().find(|source| source.path == place.file);
        let text = source.map_or("", |source| source.text.as_str());
        let positions = self.positions.entry(place.file.clone()).or_insert_with(|| Positions::read(text));
        line_and_column(text, positions.find(place, Target::Key).start).0
    }
}

/// Prints one diagnostic as rustc does, with an excerpt of the file.
pub fn human(located: &Located, sources: &[Source], color: bool) -> String {
    let diagnostic = &located.diagnostic;
    let text =
        sources.iter().find(|source| source.path == diagnostic.place.file).map_or("", |source| source.text.as_str());
    let mut group = Level::ERROR.primary_title(diagnostic.message.as_str()).id(diagnostic.rule).element(
        Snippet::source(text)
            .path(diagnostic.place.file.as_str())
            .annotation(AnnotationKind::Primary.span(located.span.clone()).label(diagnostic.label.as_str())),
    );
    if let Some(help) = &diagnostic.help {
        group = group.element(Level::HELP.message(help.as_str()));
    }
    let renderer = if color { Renderer::styled() } else { Renderer::plain() };
    renderer.render(&[group])
}

/// Prints one diagnostic on one line: `file:line:col: message [rule] help: …`.
pub fn short(located: &Located) -> String {
    let diagnostic = &located.diagnostic;
    let mut line = format!(
        "{}:{}:{}: {} [{}]",
        diagnostic.place.file, located.line, located.column, diagnostic.message, diagnostic.rule
    );
    if let Some(help) = &diagnostic.help {
        line.push_str("; help: ");
        line.push_str(help);
    }
    line
}

/// All diagnostics as a JSON array, for tools.
pub fn json(located: &[Located]) -> String {
    let list: Vec<serde_json::Value> = located
        .iter()
        .map(|located| {
            serde_json::json!({
                "rule": located.diagnostic.rule,
                "file": located.diagnostic.place.file,
                "line": located.line,
                "column": located.column,
                "pointer": located.diagnostic.place.pointer,
                "message": located.diagnostic.message,
                "label": located.diagnostic.label,
                "help": located.diagnostic.help,
            })
        })
        .collect();
    serde_json::Value::Array(list).to_string()
}

fn offset(text: &str, line: usize, column: usize) -> usize {
    let start: usize = text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    let rest = &text[start..];
    start + rest.char_indices().nth(column.saturating_sub(1)).map_or(rest.len(), |(offset, _)| offset)
}

fn end_of_word(text: &str, start: usize) -> usize {
    let rest = &text[start..];
    start + rest.find(char::is_whitespace).unwrap_or(rest.len())
}

fn line_and_column(text: &str, offset: usize) -> (usize, usize) {
    let before = &text[..offset.min(text.len())];
    let line_start = before.rfind('\n').map_or(0, |at| at + 1);
    (before.matches('\n').count() + 1, before[line_start..].chars().count() + 1)
}

/// Only the first line of a node is underlined, without the blanks at its end.
fn first_line(text: &str, span: std::ops::Range<usize>) -> std::ops::Range<usize> {
    let covered = &text[span.clone()];
    let line = covered.lines().next().unwrap_or("").trim_end();
    span.start..span.start + line.len()
}
