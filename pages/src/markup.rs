//! Feishu's own markup: `<md-table>`, `<md-dt-table>`, `<md-code-json>` and their inline tags.
//!
//! It is no HTML: descriptions hold `<option_guid>` and `<at id=…>` as plain text. So only tags
//! known by name are tags, and everything else is text, which no HTML tokenizer would do.

use crate::blocks::{Block, Row, Table};
use crate::inline::{Cell, Line, unescape_entities};
use crate::problems::{Problems, shorten};

const BLOCKS: [&str; 3] = ["md-dt-table", "md-table", "md-code-json"];

const INLINE: [&str; 12] = ["b", "br", "code", "div", "li", "ul", "ol", "p", "span", "strong", "a", "i"];

/// A tag in a text.
#[derive(Debug, PartialEq)]
struct Tag<'a> {
    start: usize,
    end: usize,
    name: &'a str,
    closing: bool,
    attributes: &'a str,
}

/// The block tag that a line begins with.
pub(crate) fn opens_block(line: &str) -> Option<&'static str> {
    let tag = line.strip_prefix('<')?;
    BLOCKS.into_iter().find(|name| tag.strip_prefix(name).is_some_and(|rest| rest.starts_with(['>', ' '])))
}

/// Reads the lines of one block element.
pub(crate) fn block(lines: &[&str], first: usize, tag: &str, problems: &mut Problems) -> Vec<Block> {
    let text = lines.join("\n");
    if tag == "md-code-json" {
        let open = text.find('>').map_or(0, |at| at + 1);
        let close = text.find("</md-code-json>").unwrap_or(text.len());
        let body = text.get(open..close).unwrap_or_default();
        let body_line = first + usize::from(body.starts_with('\n'));
        return vec![Block::Code { line: body_line, text: unescape_entities(body.trim_matches('\n')) }];
    }
    vec![Block::Table(table(&text, first, problems))]
}

fn table(text: &str, first: usize, problems: &mut Problems) -> Table {
    let mut reader = TableReader {
        table: Table { line: first, ..Table::default() },
        row: None,
        cell: None,
        in_header: false,
        line: first,
    };
    let mut at = 0;
    while let Some(tag) = next_tag(text, at) {
        reader.text(&text[at..tag.start], problems);
        reader.tag(&tag, problems);
        reader.line += text[tag.start..tag.end].matches('\n').count();
        at = tag.end;
    }
    reader.text(&text[at..], problems);
    reader.end_row(problems);
    reader.table
}

struct TableReader {
    table: Table,
    row: Option<Row>,
    cell: Option<Cell>,
    in_header: bool,
    line: usize,
}

impl TableReader {
    fn text(&mut self, text: &str, problems: &mut Problems) {
        let text_lines = text.split('\n');
        for (offset, part) in text_lines.enumerate() {
            if offset > 0 {
                self.line += 1;
                self.new_line();
            }
            if part.contains("<md-") || part.contains("</md-") {
                problems.push(self.line, format!("tag not understood: {}", shorten(part)));
            }
            self.append(&unescape_entities(part));
        }
    }

    fn new_line(&mut self) {
        let number = self.line;
        if let Some(cell) = &mut self.cell {
            cell.lines.push(Line { number, text: String::new() });
        }
    }

    fn append(&mut self, text: &str) {
        if let Some(line) = self.cell.as_mut().and_then(|cell| cell.lines.last_mut()) {
            line.text.push_str(text);
        }
    }

    fn tag(&mut self, tag: &Tag<'_>, problems: &mut Problems) {
        match (tag.name, tag.closing) {
            ("md-thead" | "md-dt-thead", closing) => {
                self.end_row(problems);
                self.in_header = !closing;
            }
            ("md-tr" | "md-dt-tr" | "tr", false) => {
                self.end_row(problems);
                let level = attribute(tag.attributes, "level").and_then(|n| n.trim().parse().ok());
                self.row = Some(Row { line: self.line, level, cells: Vec::new() });
            }
            ("md-tr" | "md-dt-tr" | "tr", true) => self.end_row(problems),
            ("md-td" | "md-dt-td" | "md-th" | "md-dt-th" | "td" | "th", false) => {
                self.end_cell();
                self.cell = Some(Cell { lines: vec![Line { number: self.line, text: String::new() }] });
            }
            ("md-td" | "md-dt-td" | "md-th" | "md-dt-th" | "td" | "th", true) => self.end_cell(),
            _ => self.inline(tag),
        }
    }

    /// Inline tags become the Markdown that the other formats have in their place.
    fn inline(&mut self, tag: &Tag<'_>) {
        match (tag.name, tag.closing) {
            ("md-enum-item", false) => {
                let key = attribute(tag.attributes, "key").unwrap_or_default();
                self.new_line();
                self.append(&format!("- `{}`: ", unescape_entities(key)));
            }
            ("md-perm", false) => {
                let name = attribute(tag.attributes, "name").unwrap_or_default();
                if !name.is_empty() {
                    self.append(&format!(" `{name}` "));
                }
            }
            ("md-app-support", false) => {
                self.append(attribute(tag.attributes, "types").unwrap_or_default());
            }
            ("md-enum" | "md-enum-item" | "md-alert" | "md-perm" | "br" | "li" | "p" | "div", _) => {
                self.new_line();
            }
            ("md-tag" | "code", _) => self.append("`"),
            _ => {}
        }
    }

    fn end_cell(&mut self) {
        if let Some(cell) = self.cell.take()
            && let Some(row) = &mut self.row
        {
            row.cells.push(cell);
        }
    }

    fn end_row(&mut self, problems: &mut Problems) {
        self.end_cell();
        let Some(row) = self.row.take() else { return };
        if self.in_header && self.table.header.is_empty() {
            self.table.header = row.cells.iter().map(Cell::text).collect();
        } else if self.in_header {
            problems.push(row.line, "a second header row");
        } else {
            self.table.rows.push(row);
        }
    }
}

/// Markdown pages still hold a few tags; they say nothing and go.
pub(crate) fn strip_tags(text: &str) -> String {
    let mut out = String::new();
    let mut at = 0;
    while let Some(tag) = next_tag(text, at) {
        out.push_str(&text[at..tag.start]);
        match tag.name {
            "br" => out.push_str("<br>"),
            "code" => out.push('`'),
            _ => {}
        }
        at = tag.end;
    }
    out.push_str(&text[at..]);
    out
}

/// The next tag known by name, at or after `from`.
fn next_tag(text: &str, from: usize) -> Option<Tag<'_>> {
    let mut from = from;
    loop {
        let start = from + text.get(from..)?.find('<')?;
        if let Some(tag) = tag_at(text, start) {
            return Some(tag);
        }
        from = start + 1;
    }
}

fn tag_at(text: &str, start: usize) -> Option<Tag<'_>> {
    let inner = text.get(start + 1..)?;
    let closing = inner.starts_with('/');
    let inner = inner.strip_prefix('/').unwrap_or(inner);
    let length = inner.bytes().take_while(|b| b.is_ascii_alphanumeric() || *b == b'-').count();
    let name = &inner[..length];
    let table = ["tr", "td", "th", "thead", "tbody", "table"].contains(&name);
    if !(name.starts_with("md-") || table || INLINE.contains(&name)) {
        return None;
    }
    let end = end_of_tag(&inner[length..])?;
    let name_start = text.len() - inner.len();
    Some(Tag { start, end: name_start + length + end + 1, name, closing, attributes: &inner[length..length + end] })
}

/// The `>` that ends a tag: not one in quotes, and not beyond the next `<`.
///
/// As in HTML, a quote opens a value only right behind `=` (one page has `key=custom_fields"`).
fn end_of_tag(text: &str) -> Option<usize> {
    let mut quote = None;
    let mut before = ' ';
    for (at, c) in text.char_indices() {
        match (quote, c) {
            (None, '>') => return Some(at),
            (None, '<') => return None,
            (None, '"' | '\'') if before == '=' => quote = Some(c),
            (Some(open), _) if c == open => quote = None,
            _ => {}
        }
        if !c.is_whitespace() {
            before = c;
        }
    }
    None
}

fn attribute<'a>(attributes: &'a str, name: &str) -> Option<&'a str> {
    let mut rest = attributes;
    loop {
        let at = rest.find(name)?;
        let whole = rest[..at].ends_with(char::is_whitespace);
        rest = &rest[at + name.len()..];
        let Some(value) = rest.trim_start().strip_prefix('=') else {
            continue;
        };
        let value = value.trim_start();
        if !whole {
            continue;
        }
        return match value.chars().next() {
            Some(quote @ ('"' | '\'')) => value[1..].split(quote).next(),
            _ => value.split_whitespace().next(),
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Table {
        table(text, 1, &mut Problems::default())
    }

    #[test]
    fn rows_keep_level_and_line() {
        let table =
            read("<md-dt-table>\n<md-dt-tbody>\n<md-dt-tr level=\"2\">\n<md-dt-td>\nx\n</md-dt-td>\n</md-dt-tr>");
        assert_eq!((table.rows[0].level, table.rows[0].line), (Some(2), 3));
        assert_eq!(table.rows[0].cells[0].lines[1].number, 5);
    }

    #[test]
    fn enum_items_become_list_lines() {
        let table = read("<tr><td>one of<md-enum><md-enum-item key=\"a\" >first</md-enum-item></md-enum></td></tr>");
        assert!(table.rows[0].cells[0].text().contains("\n- `a`: first"));
    }

    #[test]
    fn unknown_tags_are_text() {
        let table = read("<tr><td>write <at id=1> or <guid></td></tr>");
        assert_eq!(table.rows[0].cells[0].text(), "write <at id=1> or <guid>");
    }

    #[test]
    fn permissions_become_names() {
        let table = read("<tr><td><md-perm name=\"a:b\" desc=\"d\">d</md-perm></td></tr>");
        assert_eq!(table.rows[0].cells[0].text(), "`a:b` d");
    }

    #[test]
    fn the_header_is_no_row() {
        let table =
            read("<md-thead><md-tr><md-th>n</md-th></md-tr></md-thead><md-tbody><md-tr><md-td>x</md-td></md-tr>");
        assert_eq!((table.header.len(), table.rows.len()), (1, 1));
    }

    #[test]
    fn a_value_may_lack_its_first_quote() {
        let table = read("<tr><td><md-enum-item key=a\" >first</md-enum-item></td></tr>");
        assert_eq!(table.rows[0].cells[0].text(), "- `a\"`: first");
    }

    #[test]
    fn a_broken_tag_is_a_problem() {
        let mut problems = Problems::default();
        table("<tr>\n<td><md-enum-item key=\"a\n</td></tr>", 1, &mut problems);
        assert_eq!(problems.into_vec()[0].line, 2);
    }

    #[test]
    fn attributes_are_whole_names() {
        assert_eq!(attribute(" surname='x' name='y'", "name"), Some("y"));
    }
}
