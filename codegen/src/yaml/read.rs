//! Reads the plain part of YAML that specs are written in, without copying a letter.
//!
//! Block maps and lists, flow maps and lists, texts on one line and `|` blocks are read here. At whatever else YAML
//! knows (tags, anchors, texts over several lines, tabs, several documents, …) and at every mistake this reader steps
//! back without a word; `serde_yaml` then reads the file from its beginning, and what it says holds. Nothing is read
//! here that `serde_yaml` would read differently: `tests/reading.rs` holds the two against each other.

use std::borrow::Cow;

use super::scalar;
use super::tree::{Entry, Tree};

/// The tree of a text, if all of it is plain.
pub(crate) fn read(text: &str) -> Option<Tree<'_>> {
    if !text.ends_with('\n') {
        return None;
    }
    let mut reader = Reader { text, bytes: text.as_bytes(), at: 0, indent: None, depth: 0 };
    reader.next_line()?;
    let tree = reader.node(0)?;
    reader.indent.is_none().then_some(tree)
}

/// Deeper files are left to the other reader, which refuses them; this keeps the stack small.
const MAX_DEPTH: usize = 40;

/// No key of a spec is as long; `serde_yaml` looks for the `:` of a key among its first 1024 letters.
const MAX_KEY: usize = 1000;

struct Reader<'s> {
    text: &'s str,
    bytes: &'s [u8],
    /// The next byte. Between two lines: the first letter of the next line that has some.
    at: usize,
    /// The column of that letter; `None` at the end of the text.
    indent: Option<usize>,
    depth: usize,
}

/// What stands where a key or a text on one line may stand.
enum Word<'s> {
    Key(Cow<'s, str>),
    Value(Tree<'s>),
}

/// Blocks: what begins on a line of its own, or after `key:` and `-`.
impl<'s> Reader<'s> {
    /// The list or map that begins at the next line, in this column.
    fn node(&mut self, column: usize) -> Option<Tree<'s>> {
        if self.indent != Some(column) {
            None
        } else if self.is_entry() {
            self.list(column)
        } else {
            self.map(column, None)
        }
    }

    fn map(&mut self, column: usize, first: Option<Cow<'s, str>>) -> Option<Tree<'s>> {
        self.deeper()?;
        let mut key = first;
        let mut entries: Vec<Entry<'s>> = Vec::new();
        loop {
            let name = match key.take() {
                Some(name) => name,
                None => match self.word()? {
                    Word::Key(name) => name,
                    Word::Value(_) => return None,
                },
            };
            entries.push((name, self.value(column)?));
            if self.indent == Some(column) {
                continue;
            }
            self.depth -= 1;
            return self.is_left(column).then_some(Tree::Map(entries));
        }
    }

    /// What stands behind `key:`.
    fn value(&mut self, column: usize) -> Option<Tree<'s>> {
        self.spaces();
        match self.byte()? {
            b'\n' | b'#' => {
                self.end_of_line()?;
                match self.indent {
                    Some(indent) if indent > column => self.node(indent),
                    // A list may stand as far left as the key that it belongs to.
                    Some(indent) if indent == column && self.is_entry() => self.list(column),
                    _ => Some(Tree::Null),
                }
            }
            b'|' => self.literal(column),
            b'{' | b'[' => self.flow_line(),
            _ => match self.word()? {
                Word::Key(_) => None,
                Word::Value(value) => {
                    self.end_of_line()?;
                    Some(value)
                }
            },
        }
    }

    fn list(&mut self, column: usize) -> Option<Tree<'s>> {
        self.deeper()?;
        let mut list = Vec::new();
        loop {
            self.at += 1;
            let inner = column + 1 + self.spaces();
            list.push(match self.byte()? {
                b'\n' | b'#' => {
                    self.end_of_line()?;
                    match self.indent {
                        Some(indent) if indent > column => self.node(indent)?,
                        _ => Tree::Null,
                    }
                }
                b'|' => self.literal(column)?,
                b'{' | b'[' => self.flow_line()?,
                _ if self.is_entry() => self.list(inner)?,
                _ => match self.word()? {
                    Word::Key(key) => self.map(inner, Some(key))?,
                    Word::Value(value) => {
                        self.end_of_line()?;
                        value
                    }
                },
            });
            if self.indent == Some(column) && self.is_entry() {
                continue;
            }
            self.depth -= 1;
            // Further keys of the map around it may stand in the same column.
            let is_over = self.indent == Some(column) || self.is_left(column);
            return is_over.then_some(Tree::List(list));
        }
    }

    /// The text below `|`, without its indentation.
    fn literal(&mut self, parent: usize) -> Option<Tree<'s>> {
        self.at += 1;
        if self.byte()? != b'\n' {
            return None;
        }
        self.at += 1;
        let (first, indent) = (self.at, self.spaces());
        if indent <= parent || self.byte()? == b'\n' {
            return None;
        }
        let mut lines: Vec<&'s str> = Vec::new();
        self.at = first;
        // Blank lines at the end belong to the block, but not to its text.
        let mut written = 0;
        while self.at < self.text.len() {
            let start = self.at;
            let spaces = self.spaces();
            if self.byte()? == b'\n' {
                // Blanks beyond the indentation would be part of the text.
                if spaces > indent {
                    return None;
                }
                lines.push("");
                self.at += 1;
            } else if spaces < indent {
                self.at = start;
                break;
            } else {
                self.rest_of_line()?;
                lines.push(self.text.get(start + indent..self.at)?);
                written = lines.len();
                self.at += 1;
            }
        }
        self.next_line()?;
        lines.truncate(written);
        let mut text = String::with_capacity(lines.iter().map(|line| line.len() + 1).sum());
        for line in lines {
            text.push_str(line);
            text.push('\n');
        }
        Some(Tree::Text(Cow::Owned(text)))
    }

    /// A flow map or list, and nothing behind it.
    fn flow_line(&mut self) -> Option<Tree<'s>> {
        let flow = self.flow()?;
        self.end_of_line()?;
        Some(flow)
    }

    /// A key, or a text on one line.
    fn word(&mut self) -> Option<Word<'s>> {
        let start = self.at;
        if let b'"' | b'\'' = self.byte()? {
            let text = self.quoted()?;
            self.spaces();
            return Some(if self.is_colon(start)? { Word::Key(text) } else { Word::Value(Tree::Text(text)) });
        }
        self.plain_start()?;
        loop {
            self.ordinary();
            match self.letter()? {
                b'\n' => break,
                b':' if matches!(self.bytes.get(self.at + 1), Some(b' ' | b'\n')) => break,
                b'#' if self.is_behind_blank() => break,
                _ => self.at += 1,
            }
        }
        let text = self.text.get(start..self.at)?.trim_end_matches(' ');
        // A document ends here, unless this stands further right; that is not worth a look.
        if text.starts_with("...") {
            return None;
        }
        let value = scalar::typed(text)?;
        if !self.is_colon(start)? {
            return Some(Word::Value(value));
        }
        Some(Word::Key(key(value)?))
    }

    /// Goes behind the `:` that makes a key of what began at `start`, if there is one.
    fn is_colon(&mut self, start: usize) -> Option<bool> {
        if self.byte()? != b':' {
            return Some(false);
        }
        let ends = matches!(self.bytes.get(self.at + 1), Some(b' ' | b'\n'));
        let short = self.at - start <= MAX_KEY;
        self.at += 1;
        (ends && short).then_some(true)
    }
}

/// Flows: what stands between brackets.
impl<'s> Reader<'s> {
    fn flow(&mut self) -> Option<Tree<'s>> {
        self.deeper()?;
        let open = self.byte()?;
        self.at += 1;
        let tree = if open == b'[' { Tree::List(self.flow_list()?) } else { Tree::Map(self.flow_map()?) };
        self.depth -= 1;
        Some(tree)
    }

    fn flow_list(&mut self) -> Option<Vec<Tree<'s>>> {
        let mut list = Vec::new();
        loop {
            if self.flow_gap()? == b']' {
                self.at += 1;
                return Some(list);
            }
            list.push(self.flow_node()?);
            match self.flow_gap()? {
                b',' => self.at += 1,
                b']' => {}
                _ => return None,
            }
        }
    }

    fn flow_map(&mut self) -> Option<Vec<Entry<'s>>> {
        let mut entries = Vec::new();
        loop {
            if self.flow_gap()? == b'}' {
                self.at += 1;
                return Some(entries);
            }
            let start = self.at;
            let name = match self.byte()? {
                b'"' | b'\'' => self.quoted()?,
                _ => key(scalar::typed(self.flow_plain()?)?)?,
            };
            self.spaces();
            if !self.is_colon(start)? {
                return None;
            }
            self.flow_gap()?;
            entries.push((name, self.flow_node()?));
            match self.flow_gap()? {
                b',' => self.at += 1,
                b'}' => {}
                _ => return None,
            }
        }
    }

    fn flow_node(&mut self) -> Option<Tree<'s>> {
        match self.byte()? {
            b'{' | b'[' => self.flow(),
            b'"' | b'\'' => Some(Tree::Text(self.quoted()?)),
            _ => {
                let value = scalar::typed(self.flow_plain()?)?;
                // Anything else on the lines below would be part of the text.
                matches!(self.flow_gap()?, b',' | b']' | b'}').then_some(value)
            }
        }
    }

    /// A text without quotes, up to its last letter.
    fn flow_plain(&mut self) -> Option<&'s str> {
        let start = self.at;
        self.plain_start()?;
        loop {
            self.ordinary();
            match self.letter()? {
                b'\n' | b',' | b']' | b'}' => break,
                b'{' | b'[' => return None,
                b':' => match self.bytes.get(self.at + 1)? {
                    b' ' | b'\n' => break,
                    b',' | b'?' | b'[' | b']' | b'{' | b'}' => return None,
                    _ => self.at += 1,
                },
                b'#' if self.is_behind_blank() => return None,
                _ => self.at += 1,
            }
        }
        Some(self.text.get(start..self.at)?.trim_end_matches(' '))
    }

    /// The next byte behind blanks and line ends. At the left edge of a line another document could begin.
    fn flow_gap(&mut self) -> Option<u8> {
        loop {
            self.spaces();
            match self.byte()? {
                b'\n' => {
                    self.at += 1;
                    if !matches!(self.byte()?, b' ' | b'\n') {
                        return None;
                    }
                }
                byte => return Some(byte),
            }
        }
    }
}

/// Lines and letters.
impl<'s> Reader<'s> {
    fn byte(&self) -> Option<u8> {
        if self.at < self.bytes.len() { Some(self.bytes[self.at]) } else { None }
    }

    /// The next byte of a text or comment. Tabs, line ends of Windows and rarer things are left to the other reader.
    fn letter(&self) -> Option<u8> {
        let byte = self.byte()?;
        let fits = match byte {
            b' '..=b'~' | b'\n' => true,
            0x80.. => !scalar::is_strange(&self.bytes[self.at..]),
            _ => false,
        };
        if fits { Some(byte) } else { None }
    }

    /// Goes behind bytes that mean nothing anywhere.
    fn ordinary(&mut self) {
        while self.at < self.bytes.len() && scalar::ORDINARY[usize::from(self.bytes[self.at])] {
            self.at += 1;
        }
    }

    fn is_behind_blank(&self) -> bool {
        self.at > 0 && self.bytes[self.at - 1] == b' '
    }

    /// Goes behind spaces, and says how many there were.
    fn spaces(&mut self) -> usize {
        let start = self.at;
        while self.byte() == Some(b' ') {
            self.at += 1;
        }
        self.at - start
    }

    /// Goes to the end of the line.
    fn rest_of_line(&mut self) -> Option<()> {
        loop {
            self.ordinary();
            match self.letter()? {
                b'\n' => return Some(()),
                _ => self.at += 1,
            }
        }
    }

    /// A text in quotes, without them.
    fn quoted(&mut self) -> Option<Cow<'s, str>> {
        let start = self.at;
        let quote = self.byte()?;
        self.at += 1;
        loop {
            self.ordinary();
            match self.letter()? {
                b'\n' => return None,
                b'\\' if quote == b'"' => self.at += 2,
                byte if byte == quote => {
                    self.at += 1;
                    // Two single quotes stand for one.
                    if quote == b'"' || self.byte()? != quote {
                        return scalar::unquoted(self.text.get(start..self.at)?);
                    }
                    self.at += 1;
                }
                _ => self.at += 1,
            }
        }
    }

    /// Whether a text without quotes may begin here; some that may are left to the other reader.
    fn plain_start(&self) -> Option<()> {
        let fits = match self.byte()? {
            b'-' => self.bytes.get(self.at + 1)?.is_ascii_alphanumeric(),
            b'?' | b':' | b',' | b'[' | b']' | b'{' | b'}' | b'#' | b'&' | b'*' | b'!' | b'|' | b'>' | b'\'' | b'"'
            | b'%' | b'@' | b'`' | b'\n' => false,
            _ => true,
        };
        fits.then_some(())
    }

    /// Whether an element of a list begins here.
    fn is_entry(&self) -> bool {
        self.byte() == Some(b'-') && matches!(self.bytes.get(self.at + 1), Some(b' ' | b'\n'))
    }

    /// Whether the next line belongs to something further left. A line further right would go on with the last text.
    fn is_left(&self, column: usize) -> bool {
        self.indent.is_none_or(|indent| indent < column)
    }

    fn deeper(&mut self) -> Option<()> {
        self.depth += 1;
        (self.depth <= MAX_DEPTH).then_some(())
    }

    /// Goes to the next line; before it there may be a comment, and nothing else.
    fn end_of_line(&mut self) -> Option<()> {
        self.spaces();
        match self.byte()? {
            b'\n' => {}
            b'#' if self.is_behind_blank() => self.rest_of_line()?,
            _ => return None,
        }
        self.at += 1;
        self.next_line()
    }

    /// From the beginning of a line to the next letter that is no comment.
    fn next_line(&mut self) -> Option<()> {
        loop {
            let indent = self.spaces();
            match self.byte() {
                Some(b'\n') => {}
                Some(b'#') => self.rest_of_line()?,
                letter => {
                    self.indent = letter.map(|_| indent);
                    return Some(());
                }
            }
            self.at += 1;
        }
    }
}

/// The name that a value becomes as a key; others are mistakes.
fn key(value: Tree<'_>) -> Option<Cow<'_, str>> {
    match value {
        Tree::Text(text) => Some(text),
        Tree::Integer(number) => Some(Cow::Owned(number.to_string())),
        Tree::Bool(value) => Some(Cow::Owned(value.to_string())),
        _ => None,
    }
}
