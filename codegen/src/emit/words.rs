//! The one way of the spec's words into Rust and rustdoc: whatever they contain, they come out readable and harmless.
//!
//! Words are prose (several paragraphs), a line (a summary, a list item), a cell of a table, code (a value, a name on
//! the wire), a link, or an alias for the search. Nothing else may put a text of the spec into a comment.

use std::borrow::Cow;

/// Characters that have a meaning in Markdown, or begin an address.
const MARKDOWN: &[char] = &['`', '[', ']', '<', '>', '*', '_', ':', '\\', '&', '~', '#', '\n'];

/// Paragraphs as Markdown that rustdoc reads as it is meant: lists, code and links stay, the rest is escaped.
/// Blocks of code become `text`, so that rustdoc never compiles them.
pub(crate) fn prose(text: &str) -> String {
    let text = clean(text);
    if !text.contains(MARKDOWN) {
        return line(&text);
    }
    let mut out = Vec::new();
    let mut paragraph = Vec::new();
    let mut in_list = false;
    let mut lines = text.trim_matches('\n').lines().peekable();
    while let Some(source) = lines.next() {
        let indent = source.len() - source.trim_start_matches(' ').len();
        let words = &source[indent..];
        if let Some(fence) = fence(words) {
            end_paragraph(&mut paragraph, &mut out);
            let is_end = |line: &str| {
                let line = line.trim();
                line.starts_with(fence) && fence.starts_with(|mark| line.trim_matches(mark).is_empty())
            };
            let code: Vec<&str> = lines.by_ref().take_while(|line| !is_end(line)).collect();
            out.push(block(&code, indent));
        } else if indent >= 4 && paragraph.is_empty() && !in_list {
            let mut code = vec![source];
            while let Some(next) = lines.next_if(|line| line.starts_with("    ")) {
                code.push(next);
            }
            out.push(block(&code, 4));
        } else if words.is_empty() {
            end_paragraph(&mut paragraph, &mut out);
            out.push(String::new());
        } else {
            if paragraph.is_empty() && indent == 0 || marker(words) > 0 {
                in_list = marker(words) > 0;
            }
            // Further right, a line of a list would be code.
            let indent = if in_list { indent.min(4) } else { 0 };
            paragraph.push((indent, words));
        }
    }
    end_paragraph(&mut paragraph, &mut out);
    out.join("\n")
}

/// Words on one line.
pub(crate) fn line(text: &str) -> String {
    let text = one_line(text);
    let mut out = String::with_capacity(text.len());
    if starts_block(&text) || marker(&text) > 0 {
        let at = text.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(0);
        out.push_str(&text[..at]);
        out.push('\\');
        // The next character is the one that would begin a block; it needs no second escape.
        let mark = text[at..].chars().next().map_or(0, char::len_utf8);
        out.push_str(&text[at..at + mark]);
        inline(&text[at + mark..], &mut out);
    } else {
        inline(&text, &mut out);
    }
    out
}

/// Words in a table.
pub(crate) fn cell(text: &str) -> String {
    line(text).replace('|', "\\|")
}

/// A value or a name as code.
pub(crate) fn code(text: &str) -> String {
    let text = one_line(text);
    if text.is_empty() {
        return "`\"\"`".to_owned();
    }
    let longest = text.split(|letter| letter != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    let pad = if text.starts_with('`') || text.ends_with('`') { " " } else { "" };
    format!("{fence}{pad}{text}{pad}{fence}")
}

/// A link with words of the spec as its text.
pub(crate) fn link(text: &str, url: &str) -> String {
    let mut words = String::new();
    spans(&one_line(text), false, &mut words);
    format!("[{words}]({})", address(url))
}

/// A name by which the search of rustdoc finds an item; nothing if no letter of the text may stand in one.
pub(crate) fn alias(text: &str) -> Option<String> {
    let allowed: String = clean(text).chars().filter(|letter| !matches!(letter, '"' | '\'')).collect();
    let words = one_line(&allowed).into_owned();
    (!words.is_empty()).then(|| format!("doc(alias = {words:?})"))
}

/// A text without line breaks and doubled blanks.
pub(crate) fn one_line(text: &str) -> Cow<'_, str> {
    // Most texts are on one line already, and there are many of them.
    let is_one_line = text.bytes().all(|byte| matches!(byte, b' '..=b'~')) && !text.contains("  ");
    if is_one_line && text.trim() == text {
        return Cow::Borrowed(text);
    }
    Cow::Owned(clean(text).split_whitespace().collect::<Vec<_>>().join(" "))
}

/// A text without characters that no comment may contain: carriage returns, control characters, and those that change
/// the direction in which text is shown.
pub(crate) fn clean(text: &str) -> Cow<'_, str> {
    if text.bytes().all(|byte| matches!(byte, b' '..=b'~' | b'\n')) {
        return Cow::Borrowed(text);
    }
    let text = text.replace("\r\n", "\n");
    let kept = text.chars().filter_map(|letter| match letter {
        '\n' => Some('\n'),
        '\r' | '\u{85}' | '\u{2028}' | '\u{2029}' => Some('\n'),
        '\t' => Some(' '),
        '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}' => None,
        letter if letter.is_control() => None,
        letter => Some(letter),
    });
    Cow::Owned(kept.collect())
}

/// The backticks or tildes that open a block of code.
fn fence(words: &str) -> Option<&str> {
    let mark = words.chars().next().filter(|mark| matches!(mark, '`' | '~'))?;
    let fence = &words[..words.len() - words.trim_start_matches(mark).len()];
    let is_span = mark == '`' && words[fence.len()..].contains('`');
    (fence.len() >= 3 && !is_span).then_some(fence)
}

fn block(code: &[&str], indent: usize) -> String {
    let mut fence = "```".to_owned();
    while code.iter().any(|line| line.contains(&fence)) {
        fence.push('`');
    }
    let mut out = format!("{fence}text\n");
    for line in code {
        let blanks = line.len() - line.trim_start_matches(' ').len();
        out.push_str(&line[blanks.min(indent)..]);
        out.push('\n');
    }
    out + &fence
}

fn end_paragraph(paragraph: &mut Vec<(usize, &str)>, out: &mut Vec<String>) {
    let mut lines = std::mem::take(paragraph).into_iter().peekable();
    while let Some((indent, words)) = lines.next() {
        // A span of code that ends on a later line becomes one line.
        let mut words = Cow::Borrowed(words);
        while has_open_span(&words) && lines.peek().is_some() {
            let more: Vec<_> = lines.clone().map(|(_, words)| words).collect();
            if !closes(&words, &more) {
                break;
            }
            if let Some((_, next)) = lines.next() {
                words = Cow::Owned(format!("{words} {next}"));
            }
        }
        let mut line = " ".repeat(indent);
        let marker = marker(&words);
        line.push_str(words[..marker].trim_end());
        if marker > 0 {
            line.push(' ');
        } else if starts_block(&words) {
            line.push('\\');
        }
        inline(words[marker..].trim(), &mut line);
        out.push(line);
    }
}

fn has_open_span(words: &str) -> bool {
    let mut rest = words;
    while let Some(at) = rest.find('`') {
        let run = run(&rest[at..]);
        match closing(&rest[at + run..], run) {
            Some(end) => rest = &rest[at + run + end + run..],
            None => return true,
        }
    }
    false
}

/// Whether lines that follow close the span that is open.
fn closes(words: &str, more: &[&str]) -> bool {
    (1..=more.len()).any(|count| !has_open_span(&format!("{words} {}", more[..count].join(" "))))
}

/// How many bytes a marker of a list takes, with the blanks behind it.
fn marker(words: &str) -> usize {
    let digits = words.len() - words.trim_start_matches(|letter: char| letter.is_ascii_digit()).len();
    let rest = &words[digits..];
    let marks: &[char] = if digits > 0 { &['.', ')'] } else { &['-', '+'] };
    let Some(behind) = rest.strip_prefix(marks) else { return 0 };
    if digits > 9 || !(behind.is_empty() || behind.starts_with(' ')) {
        return 0;
    }
    words.len() - behind.trim_start_matches(' ').len()
}

/// Whether a line would be a heading or a rule.
fn starts_block(words: &str) -> bool {
    let heading = words.trim_start_matches('#');
    let is_heading = heading.len() < words.len() && (heading.is_empty() || heading.starts_with(' '));
    let letters = words.trim();
    let is_rule = !letters.is_empty() && ['-', '='].iter().any(|mark| letters.trim_matches([*mark, ' ']).is_empty());
    is_heading || is_rule || fence(words).is_some_and(|fence| fence.starts_with('~'))
}

/// Spans of code stay as they are, links stay links, everything else is escaped.
fn inline(text: &str, out: &mut String) {
    spans(text, true, out);
}

/// The same, with links or, inside of a link, without.
fn spans(text: &str, links: bool, out: &mut String) {
    let mut rest = text;
    while let Some(at) = rest.find('`') {
        escape(&rest[..at], links, out);
        let run = run(&rest[at..]);
        let behind = &rest[at + run..];
        match closing(behind, run) {
            Some(end) => {
                out.push_str(&rest[at..at + run + end + run]);
                rest = &behind[end + run..];
            }
            None => {
                out.push_str(&"\\`".repeat(run));
                rest = behind;
            }
        }
    }
    escape(rest, links, out);
}

/// How many backticks are at the beginning.
fn run(text: &str) -> usize {
    text.len() - text.trim_start_matches('`').len()
}

/// Where a run of as many backticks begins.
fn closing(text: &str, length: usize) -> Option<usize> {
    let mut at = 0;
    while let Some(next) = text[at..].find('`') {
        let run = run(&text[at + next..]);
        if run == length {
            return Some(at + next);
        }
        at += next + run;
    }
    None
}

fn escape(text: &str, links: bool, out: &mut String) {
    if !text.contains(MARKDOWN) {
        out.push_str(text);
        return;
    }
    let mut rest = text;
    let mut previous = None;
    while let Some(letter) = rest.chars().next() {
        let behind = &rest[letter.len_utf8()..];
        let found = if links { markdown_link(rest).or_else(|| bare_address(rest)) } else { None };
        if let Some((link, after)) = found {
            out.push_str(&link);
            previous = Some('/');
            rest = after;
            continue;
        }
        let next = behind.chars().next();
        let inside = |neighbour: Option<char>| neighbour.is_some_and(char::is_alphanumeric);
        let is_special = match letter {
            '[' | ']' | '<' | '>' | '*' => true,
            // Underscores inside a word mean nothing in Markdown, so names stay readable.
            '_' => !(inside(previous) && inside(next)),
            '~' => next == Some('~') || previous == Some('~'),
            '\\' => next.is_none_or(|next| next.is_ascii_punctuation()),
            '&' => next.is_some_and(|next| next.is_ascii_alphabetic() || next == '#'),
            _ => false,
        };
        if is_special {
            out.push('\\');
        }
        out.push(letter);
        previous = Some(letter);
        rest = behind;
    }
}

/// `[words](https://…)`, and what follows.
fn markdown_link(text: &str) -> Option<(String, &str)> {
    let (words, behind) = text.strip_prefix('[')?.split_once("](")?;
    let (url, after) = behind.split_once(')')?;
    if words.is_empty() || words.contains(['[', ']', '\n']) || url_length(url) != url.len() {
        return None;
    }
    Some((link(words, url), after))
}

/// `https://…`, and what follows.
fn bare_address(text: &str) -> Option<(String, &str)> {
    let url = text[..url_length(text)].trim_end_matches(['.', ',', ';', ':', '!', '?', '\'', '*', '_']);
    let is_closed = url.matches('(').count() >= url.matches(')').count();
    let url = if is_closed { url } else { url.trim_end_matches([')', '.', ',', ';']) };
    (!url.is_empty()).then(|| (format!("<{url}>"), &text[url.len()..]))
}

/// How many bytes an address takes at the beginning of a text.
fn url_length(text: &str) -> usize {
    let Some(behind) = ["https://", "http://"].iter().find_map(|scheme| text.strip_prefix(scheme)) else { return 0 };
    if !behind.starts_with(|first: char| first.is_ascii_alphanumeric()) {
        return 0;
    }
    let ends = |letter: char| !letter.is_ascii_graphic() || matches!(letter, '<' | '>' | '"' | '`' | '\\' | '|');
    text.find(ends).unwrap_or(text.len())
}

/// An address as the target of a link.
fn address(url: &str) -> String {
    let mut out = String::with_capacity(url.len());
    for letter in url.chars() {
        match letter {
            '(' => out.push_str("%28"),
            ')' => out.push_str("%29"),
            '<' => out.push_str("%3C"),
            '>' => out.push_str("%3E"),
            '\\' => out.push_str("%5C"),
            letter if letter.is_whitespace() || letter.is_control() => out.push_str("%20"),
            letter => out.push(letter),
        }
    }
    out
}
