//! Finds the positions of diagnostics, and prints them for people and for tools.

use std::collections::HashMap;
use std::ops::Range;

use annotate_snippets::{AnnotationKind, Level, Origin, Renderer, Snippet};

use crate::diagnostic::{Diagnostic, Diagnostics, Pointer, Target};
use crate::source::Source;
use crate::yaml::Spans;

/// A diagnostic together with its position in the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Located {
    /// What is wrong.
    pub diagnostic: Diagnostic,
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
    /// The underlined bytes of the file.
    pub span: Range<usize>,
}

/// All diagnostics with their positions, sorted by place, without repetitions.
pub fn locate(diagnostics: Diagnostics, sources: &[Source]) -> Vec<Located> {
    let mut files: HashMap<&str, File<'_>> =
        sources.iter().map(|source| (source.path.as_str(), File::new(&source.text))).collect();
    let mut nothing = File::new("");
    let mut located: Vec<Located> = diagnostics
        .into_list()
        .into_iter()
        .map(|mut diagnostic| {
            if let Some(other) = &diagnostic.other {
                let file = files.get_mut(other.file.as_str()).unwrap_or(&mut nothing);
                let span = file.find(other, Target::Key);
                let (line, column) = file.line_and_column(span.start);
                let there = format!("the other one stands at {}:{line}:{column}", other.file);
                diagnostic.help = Some(match diagnostic.help {
                    Some(help) => format!("{there}; {help}"),
                    None => there,
                });
            }
            let file = files.get_mut(diagnostic.place.file.as_str()).unwrap_or(&mut nothing);
            let span = match diagnostic.position {
                Some((line, column)) => file.word_at(line, column),
                None => file.find(&diagnostic.place, diagnostic.target),
            };
            let (line, column) = file.line_and_column(span.start);
            Located { diagnostic, line, column, span: first_line(file.text, span) }
        })
        .collect();
    located.sort_by(|a, b| {
        let place = |located: &Located| (located.line, located.column, located.diagnostic.code);
        let (one, other) = (&a.diagnostic, &b.diagnostic);
        one.place
            .file
            .cmp(&other.place.file)
            .then(place(a).cmp(&place(b)))
            .then_with(|| one.message.cmp(&other.message))
    });
    // Two verbs of one path may say the same of it.
    located.dedup_by(|a, b| {
        (&a.span, a.diagnostic.code, &a.diagnostic.message, &a.diagnostic.place.file)
            == (&b.span, b.diagnostic.code, &b.diagnostic.message, &b.diagnostic.place.file)
    });
    located
}

/// A text with what it takes to find places in it. Each part is made when it is needed, and once.
struct File<'a> {
    text: &'a str,
    positions: Option<Spans>,
    line_starts: Option<Vec<usize>>,
}

impl<'a> File<'a> {
    fn new(text: &'a str) -> Self {
        File { text, positions: None, line_starts: None }
    }

    fn find(&mut self, place: &Pointer, target: Target) -> Range<usize> {
        self.positions.get_or_insert_with(|| Spans::read(self.text)).find(place, target)
    }

    fn line_starts(&mut self) -> &[usize] {
        let text = self.text;
        self.line_starts.get_or_insert_with(|| {
            [0].into_iter().chain(text.match_indices('\n').map(|(offset, _)| offset + 1)).collect()
        })
    }

    fn line_and_column(&mut self, offset: usize) -> (usize, usize) {
        let line = self.line_starts().partition_point(|start| *start <= offset).max(1);
        let start = self.line_starts().get(line - 1).copied().unwrap_or(0);
        // The byte order mark is no column.
        let before = self.text.get(start..offset).unwrap_or("").trim_start_matches('\u{feff}');
        (line, before.chars().count() + 1)
    }

    /// The word at a line and column; both begin at 1, and columns count characters.
    fn word_at(&mut self, line: usize, column: usize) -> Range<usize> {
        let start = self.line_starts().get(line.saturating_sub(1)).copied().unwrap_or(self.text.len());
        let rest = self.text.get(start..).unwrap_or("");
        let skipped = usize::from(rest.starts_with('\u{feff}'));
        let letters = rest.char_indices().nth(column.saturating_sub(1) + skipped);
        let start = start + letters.map_or(rest.len(), |(offset, _)| offset);
        let word = self.text.get(start..).unwrap_or("");
        start..start + word.find(char::is_whitespace).unwrap_or(word.len())
    }
}

/// Finds the lines of places, for tools that speak about the spec. A file is parsed when it is first asked about.
pub struct LineFinder<'a> {
    sources: &'a [Source],
    files: HashMap<String, File<'a>>,
}

impl<'a> LineFinder<'a> {
    /// Lines in these files.
    pub fn new(sources: &'a [Source]) -> Self {
        LineFinder { sources, files: HashMap::new() }
    }

    /// The line, from 1, of the key at `place`, or of what is nearest above it.
    pub fn line(&mut self, place: &Pointer) -> usize {
        let source = self.sources.iter().find(|source| source.path == place.file);
        let text = source.map_or("", |source| source.text.as_str());
        let file = self.files.entry(place.file.clone()).or_insert_with(|| File::new(text));
        let start = file.find(place, Target::Key).start;
        file.line_and_column(start).0
    }
}

/// Prints one diagnostic as rustc does, with an excerpt of the file.
pub fn human(located: &Located, sources: &[Source], color: bool) -> String {
    let diagnostic = &located.diagnostic;
    let text =
        sources.iter().find(|source| source.path == diagnostic.place.file).map_or("", |source| source.text.as_str());
    let (line, span) = excerpt(text, located.span.clone());
    let (window, span) = window(line, span);
    let annotation = AnnotationKind::Primary.span(span).label(diagnostic.label.as_str());
    let snippet = Snippet::source(window).line_start(located.line).annotation(annotation);
    let title = Level::ERROR.primary_title(diagnostic.message.as_str()).id(diagnostic.code.name());
    let path = diagnostic.place.file.as_str();
    let mut group = if window.len() == line.len() {
        title.element(snippet.path(path))
    } else {
        // Columns are those of the whole line.
        title.element(Origin::path(path).line(located.line).char_column(located.column)).element(snippet)
    };
    if let Some(help) = &diagnostic.help {
        group = group.element(Level::HELP.message(help.as_str()));
    }
    let renderer = if color { Renderer::styled() } else { Renderer::plain() };
    renderer.render(&[group])
}

/// The line of a span, and the span in it: a large file is not searched for every diagnostic.
fn excerpt(text: &str, span: Range<usize>) -> (&str, Range<usize>) {
    let start = text.get(..span.start).and_then(|before| before.rfind('\n')).map_or(0, |at| at + 1);
    let end = text.get(span.end..).and_then(|after| after.find('\n')).map_or(text.len(), |at| span.end + at);
    match text.get(start..end) {
        Some(line) => (line.trim_end_matches('\r'), span.start - start..span.end - start),
        None => ("", 0..0),
    }
}

/// What is shown of a line that no screen can hold, and the span in it.
fn window(line: &str, span: Range<usize>) -> (&str, Range<usize>) {
    const SHOWN: usize = 400;
    if line.len() <= SHOWN {
        return (line, span);
    }
    let boundary = |at: usize| (0..=at.min(line.len())).rev().find(|at| line.is_char_boundary(*at)).unwrap_or(0);
    let start = boundary(span.start.saturating_sub(SHOWN / 4));
    let end = boundary(start + SHOWN);
    let shown = line.get(start..end).unwrap_or("");
    (shown, span.start - start..span.end.min(end).max(span.start) - start)
}

/// Prints one diagnostic on one line: `file:line:col: message [rule] help: …`.
pub fn short(located: &Located) -> String {
    let diagnostic = &located.diagnostic;
    let mut line = format!(
        "{}:{}:{}: {} [{}]",
        diagnostic.place.file, located.line, located.column, diagnostic.message, diagnostic.code
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
                "rule": located.diagnostic.code.name(),
                "file": located.diagnostic.place.file,
                "line": located.line,
                "column": located.column,
                "pointer": located.diagnostic.place.path,
                "message": located.diagnostic.message,
                "label": located.diagnostic.label,
                "help": located.diagnostic.help,
            })
        })
        .collect();
    serde_json::Value::Array(list).to_string()
}

/// Only the first line of a node is underlined, without the blanks at its end.
fn first_line(text: &str, span: Range<usize>) -> Range<usize> {
    let covered = text.get(span.clone()).unwrap_or("");
    let line = covered.lines().next().unwrap_or("").trim_end();
    span.start..span.start + line.len()
}
