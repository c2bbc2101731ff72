//! What is wrong with a spec, where, and what to do about it.

mod code;

use std::borrow::Cow;

pub use code::Code;

/// A place in the spec: a file and a path of keys and indices into its YAML tree.
///
/// Segments are joined by `/`; a `/` inside a key is written `~1`, a `~` is written `~0`.
/// `[3]` is the fourth element of a list, or the fourth entry of a map when its key alone is ambiguous.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Pointer {
    /// The path of the file, as it was given to the generator.
    pub file: String,
    /// The path inside the file; empty for the whole document.
    pub path: String,
}

impl Pointer {
    /// The whole document.
    pub fn file(file: &str) -> Self {
        Pointer { file: file.to_owned(), path: String::new() }
    }

    /// The value of `key` below this place.
    pub fn key(&self, key: &str) -> Self {
        let mut path = String::with_capacity(self.path.len() + 1 + key.len());
        path.push_str(&self.path);
        push_key(&mut path, key);
        Pointer { file: self.file.clone(), path }
    }

    /// The steps from the root of the file to this place.
    pub(crate) fn segments(&self) -> impl Iterator<Item = Segment<'_>> {
        self.path.split('/').skip(1).map(|segment| {
            let index = segment.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')?.parse().ok());
            match index {
                Some(index) => Segment::Index(index),
                None => Segment::Key(unescaped(segment)),
            }
        })
    }

    /// The place that holds this one; the document holds itself.
    pub(crate) fn parent(&self) -> Self {
        let path = self.path.rsplit_once('/').map_or("", |(parent, _)| parent);
        Pointer { file: self.file.clone(), path: path.to_owned() }
    }

    /// The element (or, for a map, the entry) number `index` below this place.
    pub fn index(&self, index: usize) -> Self {
        Pointer { file: self.file.clone(), path: format!("{}/[{index}]", self.path) }
    }
}

/// Adds a step to the value of a key.
pub(crate) fn push_key(path: &mut String, key: &str) {
    path.push('/');
    if key.contains('~') || key.contains('/') {
        path.push_str(&key.replace('~', "~0").replace('/', "~1"));
    } else {
        path.push_str(key);
    }
}

/// The key that a segment of a path names.
pub(crate) fn unescaped(segment: &str) -> Cow<'_, str> {
    if segment.contains('~') {
        Cow::Owned(segment.replace("~1", "/").replace("~0", "~"))
    } else {
        Cow::Borrowed(segment)
    }
}

/// One step of a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Segment<'p> {
    /// The value of a key.
    Key(Cow<'p, str>),
    /// An element of a list, or an entry of a map.
    Index(usize),
}

/// Which part of an entry a diagnostic points at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Target {
    /// The key of a map entry.
    Key,
    /// The value.
    Value,
}

/// One mistake in a spec.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// The violated rule.
    pub code: Code,
    /// What is wrong: lower case, no full stop, names in backticks.
    pub message: String,
    /// Where.
    pub place: Pointer,
    /// Whether the key or the value there is underlined.
    pub target: Target,
    /// The words under the underlined text.
    pub label: String,
    /// What to do.
    pub help: Option<String>,
    /// The other place of two that do not go together; where it stands becomes part of the help.
    pub other: Option<Pointer>,
    /// Line and column (from 1) when the YAML parser itself knows the position.
    pub position: Option<(usize, usize)>,
}

impl Diagnostic {
    /// A mistake at the value of `place`.
    pub fn new(code: Code, place: &Pointer, message: impl Into<String>) -> Self {
        Diagnostic {
            code,
            message: clipped(message.into()),
            place: place.clone(),
            target: Target::Value,
            label: String::new(),
            help: None,
            other: None,
            position: None,
        }
    }

    /// Underlines the key instead of the value.
    pub fn at_key(mut self) -> Self {
        self.target = Target::Key;
        self
    }

    /// The words under the underlined text.
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = clipped(label.into());
        self
    }

    /// What to do about it.
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(clipped(help.into()));
        self
    }

    pub(crate) fn other(mut self, other: &Pointer) -> Self {
        self.other = Some(other.clone());
        self
    }

    pub(crate) fn position(mut self, line: usize, column: usize) -> Self {
        self.position = Some((line, column));
        self
    }
}

/// The known name that a misspelt one most likely means.
pub(crate) fn nearest<'n>(name: &str, known: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    // A name this long or a list this long is no slip of the pen, and the search would take its time.
    if name.len() > 100 {
        return None;
    }
    known
        .take(1000)
        .map(|candidate| (strsim::damerau_levenshtein(name, candidate), candidate))
        .filter(|(distance, candidate)| *distance <= 1 + candidate.len() / 4)
        .min()
        .map(|(_, candidate)| candidate)
}

/// A text that fits on a screen, whatever names of the spec it quotes.
fn clipped(text: String) -> String {
    const MOST: usize = 600;
    match text.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

/// Everything that is wrong with a set of spec files.
#[derive(Clone, Debug, Default)]
pub struct Diagnostics {
    list: Vec<Diagnostic>,
    /// Where something is missing in what was read, besides the places of the list.
    incomplete: Vec<Pointer>,
}

impl Diagnostics {
    /// Adds one.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        self.list.push(diagnostic);
    }

    /// Adds all of `other`.
    pub fn extend(&mut self, other: Diagnostics) {
        self.list.extend(other.list);
        self.incomplete.extend(other.incomplete);
    }

    /// Remembers that what stands at `place` was left out because of a mistake that is reported elsewhere.
    pub(crate) fn left_out(&mut self, place: &Pointer) {
        self.incomplete.push(place.clone());
    }

    /// Where mistakes were found or something was left out.
    pub(crate) fn broken_places(&self) -> impl Iterator<Item = &Pointer> {
        self.list.iter().map(|diagnostic| &diagnostic.place).chain(&self.incomplete)
    }

    /// Whether nothing is wrong.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// Those found so far, in the order in which they were found.
    pub fn iter(&self) -> impl Iterator<Item = &Diagnostic> {
        self.list.iter()
    }

    /// All of them, in the order in which they were found.
    pub(crate) fn into_list(self) -> Vec<Diagnostic> {
        self.list
    }
}
