//! The text of a table cell: lines, entities, backslashes.

/// A line of a cell, with the line of the page it stands in.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Line {
    pub(crate) number: usize,
    pub(crate) text: String,
}

/// A cell as lines; `<br>` begins a new one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Cell {
    pub(crate) lines: Vec<Line>,
}

impl Cell {
    /// All lines, trimmed, joined.
    pub(crate) fn text(&self) -> String {
        let lines: Vec<&str> = self.lines.iter().map(|line| line.text.trim()).collect();
        lines.join("\n").trim().to_owned()
    }

    /// The text in one line, without Markdown's backticks and backslashes: names, types, numbers.
    pub(crate) fn word(&self) -> String {
        let text = unescape_markdown(&self.text());
        let words: Vec<&str> = text.split_whitespace().collect();
        words.join(" ").replace('`', "").trim().to_owned()
    }
}

/// A cell of a Markdown table, beginning in line `first`.
pub(crate) fn cell_of_markdown(text: &str, first: usize) -> Cell {
    let mut lines = Vec::new();
    for (offset, line) in text.split('\n').enumerate() {
        for part in split_breaks(&crate::markup::strip_tags(line)) {
            lines.push(Line { number: first + offset, text: unescape_entities(part) });
        }
    }
    Cell { lines }
}

fn split_breaks(line: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut rest = line;
    while let Some((at, length)) = find_break(rest) {
        parts.push(&rest[..at]);
        rest = &rest[at + length..];
    }
    parts.push(rest);
    parts
}

fn find_break(text: &str) -> Option<(usize, usize)> {
    ["<br>", "<br/>", "<br />"].iter().filter_map(|tag| text.find(tag).map(|at| (at, tag.len()))).min()
}

/// The entities that occur in pages; `&nbsp;` stays a no-break space, the depth of fields hangs on it.
pub(crate) fn unescape_entities(text: &str) -> String {
    if !text.contains('&') {
        return text.to_owned();
    }
    text.replace("&nbsp;", "\u{a0}")
        .replace("&emsp;", "\u{2003}")
        .replace("&ensp;", "\u{2002}")
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&#39;", "'")
        .replace("&amp;", "&")
}

/// `string\[\]` is `string[]`: a backslash before ASCII punctuation is Markdown's.
pub(crate) fn unescape_markdown(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        if c == '\\' && chars.peek().is_some_and(char::is_ascii_punctuation) {
            continue;
        }
        out.push(c);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn breaks_begin_lines() {
        let cell = cell_of_markdown("a<br>b<br/>c", 7);
        assert_eq!(cell.text(), "a\nb\nc");
        assert_eq!(cell.lines[2].number, 7);
    }

    #[test]
    fn entities_are_read() {
        assert_eq!(unescape_entities("a &lt;= b &amp;&nbsp;c"), "a <= b &\u{a0}c");
    }

    #[test]
    fn backslashes_of_markdown_go() {
        assert_eq!(unescape_markdown(r"string\[\]"), "string[]");
        assert_eq!(unescape_markdown(r"a\b"), r"a\b");
    }

    #[test]
    fn a_word_has_no_backticks() {
        assert_eq!(cell_of_markdown(r"`int\[\]`", 1).word(), "int[]");
    }
}
