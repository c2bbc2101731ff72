//! A page as a list of blocks: headings, tables, code and text, in every format.
//!
//! Only the outer shape is read here; what the blocks mean is decided elsewhere.

use crate::inline::{Cell, cell_of_markdown};
use crate::markup;
use crate::problems::Problems;

/// A piece of a page.
#[derive(Debug)]
pub(crate) enum Block {
    Heading { line: usize, text: String },
    Table(Table),
    Code { line: usize, text: String },
    Text { line: usize, text: String },
}

/// A table: the first row and the others.
#[derive(Debug, Default)]
pub(crate) struct Table {
    pub(crate) line: usize,
    pub(crate) header: Vec<String>,
    pub(crate) rows: Vec<Row>,
}

/// A row of a table.
#[derive(Debug, Default)]
pub(crate) struct Row {
    pub(crate) line: usize,
    /// Depth of the field, where the markup states it.
    pub(crate) level: Option<usize>,
    pub(crate) cells: Vec<Cell>,
}

/// The lines of a page with their numbers, and a position in them.
struct Lines<'a> {
    lines: Vec<&'a str>,
    next: usize,
}

/// Splits `text` into blocks, beginning after `skip` lines (the front matter).
pub(crate) fn blocks(text: &str, skip: usize, problems: &mut Problems) -> Vec<Block> {
    let mut lines = Lines { lines: text.lines().collect(), next: skip };
    let mut blocks = Vec::new();
    while let Some(line) = lines.lines.get(lines.next).copied() {
        let number = lines.next + 1;
        let trimmed = line.trim();
        if let Some(block) = fenced(&mut lines, trimmed, problems) {
            blocks.push(block);
        } else if let Some(tag) = markup::opens_block(trimmed) {
            blocks.extend(markup_block(&mut lines, tag, problems));
        } else if let Some(text) = heading(trimmed) {
            lines.next += 1;
            blocks.push(Block::Heading { line: number, text });
        } else if starts_table(&lines) {
            blocks.push(Block::Table(pipe_table(&mut lines)));
        } else {
            lines.next += 1;
            if !trimmed.is_empty() && !trimmed.starts_with(":::") {
                blocks.push(Block::Text { line: number, text: markup::strip_tags(trimmed) });
            }
        }
    }
    blocks
}

/// `### 请求体`, and `**请求体示例**:` alone on a line, which one of the formats uses.
fn heading(line: &str) -> Option<String> {
    let level = line.bytes().take_while(|b| *b == b'#').count();
    if (1..=6).contains(&level) {
        let text = line[level..].strip_prefix(' ')?;
        return Some(text.trim().trim_matches('*').to_owned());
    }
    let bold = line.strip_prefix("**")?.trim_end_matches([':', '：']);
    let text = bold.strip_suffix("**")?.trim_end_matches([':', '：']);
    (!text.contains('*') && crate::sections::is_known(text)).then(|| text.to_owned())
}

fn fenced(lines: &mut Lines<'_>, first: &str, problems: &mut Problems) -> Option<Block> {
    let ticks = first.bytes().take_while(|b| *b == b'`').count();
    if ticks < 3 || first[ticks..].contains('`') {
        return None;
    }
    let start = lines.next;
    lines.next += 1;
    let mut body = Vec::new();
    loop {
        let Some(line) = lines.lines.get(lines.next) else {
            problems.push(start + 1, "a code block that never ends");
            break;
        };
        lines.next += 1;
        let close = line.trim();
        if close.len() >= ticks && close.bytes().all(|b| b == b'`') {
            break;
        }
        body.push(*line);
    }
    Some(Block::Code { line: start + 2, text: body.join("\n") })
}

/// Reads from an opening block tag to its end; what follows on the last line is dropped (it is `:::`).
fn markup_block(lines: &mut Lines<'_>, tag: &'static str, problems: &mut Problems) -> Vec<Block> {
    let start = lines.next;
    let close = format!("</{tag}>");
    let end = (start..lines.lines.len()).find(|at| lines.lines[*at].contains(&close));
    let end = end.unwrap_or_else(|| {
        problems.push(start + 1, format!("`<{tag}>` never ends"));
        (start + 1..lines.lines.len())
            .find(|at| heading(lines.lines[*at].trim()).is_some())
            .map_or(lines.lines.len() - 1, |at| at - 1)
    });
    lines.next = end + 1;
    markup::block(&lines.lines[start..=end], start + 1, tag, problems)
}

fn starts_table(lines: &Lines<'_>) -> bool {
    let Some(first) = lines.lines.get(lines.next) else {
        return false;
    };
    let rule = lines.lines.get(lines.next + 1).map(|line| line.trim());
    first.contains('|') && rule.is_some_and(is_rule)
}

/// The line under a table's header: `| --- | --- |`, `---|---` or `|-|-|`.
fn is_rule(line: &str) -> bool {
    let cells = line.trim_matches('|').split('|').map(str::trim);
    let dashes = |cell: &str| cell.trim_matches(':').bytes().all(|b| b == b'-') && cell.contains('-');
    line.contains('|') && cells.clone().all(|cell| dashes(cell) || cell.is_empty()) && cells.clone().any(dashes)
}

fn pipe_table(lines: &mut Lines<'_>) -> Table {
    let start = lines.next;
    let piped = lines.lines[start].trim_start().starts_with('|');
    let mut header: Vec<String> =
        split_row(lines.lines[start]).into_iter().map(|cell| cell.trim().to_owned()).collect();
    while header.last().is_some_and(String::is_empty) {
        header.pop();
    }
    lines.next += 2;
    let mut rows = Vec::new();
    while let Some(line) = lines.lines.get(lines.next) {
        let trimmed = line.trim();
        if trimmed.is_empty() || trimmed.starts_with("```") || heading(trimmed).is_some() {
            break;
        }
        // A row may lack its outer pipes, and still has the inner ones.
        if piped && !trimmed.starts_with('|') && split_row(trimmed).len() < header.len() {
            break;
        }
        rows.push(pipe_row(lines, header.len(), piped));
    }
    Table { line: start + 1, header, rows }
}

/// One row; without outer pipes it goes on as long as lines end with a hard break (two spaces).
fn pipe_row(lines: &mut Lines<'_>, columns: usize, piped: bool) -> Row {
    let start = lines.next;
    let mut text = String::new();
    while let Some(line) = lines.lines.get(lines.next) {
        if lines.next > start {
            if line.trim().is_empty() {
                break;
            }
            text.push('\n');
        }
        text.push_str(line);
        lines.next += 1;
        if piped || !line.ends_with("  ") {
            break;
        }
    }
    let mut cells = split_row(&text);
    if cells.len() > columns {
        // A pattern in backticks may hold pipes that nobody escaped.
        let whole = split_outside_ticks(&text);
        if whole.len() == columns {
            cells = whole;
        }
    }
    if cells.len() > columns {
        let tail = cells.split_off(columns);
        // An empty cell too many says nothing.
        if tail.iter().any(|cell| !cell.trim().is_empty()) {
            cells.extend(tail);
        }
    }
    let mut line = start + 1;
    let cells = cells
        .into_iter()
        .map(|cell| {
            let read = cell_of_markdown(&cell, line);
            line += cell.matches('\n').count();
            read
        })
        .collect();
    Row { line: start + 1, level: None, cells }
}

/// Splits at `|`, not at `\|`; outer pipes are no cells.
fn split_row(row: &str) -> Vec<String> {
    split(row, false)
}

/// The same, and not at a `|` between backticks.
fn split_outside_ticks(row: &str) -> Vec<String> {
    split(row, true)
}

fn split(row: &str, ticks: bool) -> Vec<String> {
    let row = row.trim_end();
    let trimmed = row.trim_start();
    let inner = match trimmed.strip_prefix('|') {
        Some(inner) => inner.strip_suffix('|').unwrap_or(inner),
        None => trimmed,
    };
    let mut cells = vec![String::new()];
    let (mut escaped, mut ticked) = (false, false);
    for c in inner.chars() {
        let last = cells.len() - 1;
        match c {
            '|' if escaped => {
                cells[last].pop();
                cells[last].push('|');
            }
            '|' if !(ticks && ticked) => cells.push(String::new()),
            _ => cells[last].push(c),
        }
        ticked ^= c == '`';
        escaped = c == '\\' && !escaped;
    }
    cells
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<Block> {
        blocks(text, 0, &mut Problems::default())
    }

    fn table(text: &str) -> Table {
        match read(text).into_iter().next() {
            Some(Block::Table(table)) => table,
            other => panic!("no table: {other:?}"),
        }
    }

    #[test]
    fn a_row_without_outer_pipes_goes_on_after_a_hard_break() {
        let table = table("a | b\n---|---\nx | one  \ntwo  \nthree\ny | four\n");
        assert_eq!(table.rows.len(), 2);
        assert_eq!(table.rows[0].cells[1].text(), "one\ntwo\nthree");
        assert_eq!(table.rows[1].line, 6);
    }

    #[test]
    fn an_escaped_pipe_is_text() {
        let table = table("| a | b |\n| --- | --- |\n| x | 1\\|2 |\n");
        assert_eq!(table.rows[0].cells[1].text(), "1|2");
    }

    #[test]
    fn an_empty_cell_too_many_is_dropped() {
        let table = table("| a | b |\n| --- | --- |\n|x|y||\n");
        assert_eq!(table.rows[0].cells.len(), 2);
    }

    #[test]
    fn a_full_cell_too_many_is_kept() {
        let table = table("| a | b |\n| --- | --- |\n|x|y|z|\n");
        assert_eq!(table.rows[0].cells.len(), 3);
    }

    #[test]
    fn a_comment_in_a_code_block_is_no_heading() {
        let blocks = read("```sh\n# no heading\n```\n# heading\n");
        assert!(matches!(&blocks[0], Block::Code { line: 2, .. }));
        assert!(matches!(&blocks[1], Block::Heading { line: 4, .. }));
    }

    #[test]
    fn an_open_code_block_is_a_problem() {
        let mut problems = Problems::default();
        blocks("```json\n{}", 0, &mut problems);
        assert_eq!(problems.into_vec()[0].line, 1);
    }

    #[test]
    fn a_bold_section_name_is_a_heading() {
        let blocks = read("**请求体示例**:\n");
        assert!(matches!(&blocks[0], Block::Heading { text, .. } if text == "请求体示例"));
    }
}
