//! Writes trees as YAML that readers of version 1.1 and of version 1.2 take for the same.
//!
//! `serde_yaml` quotes what version 1.2 takes for something else than text; to version 1.1, `no`, `off` and `1:30` are
//! no texts either. Here a text goes without quotes only if no reader could take it for anything else.

use super::tree::Tree;

/// A whole document.
pub(crate) fn write(tree: &Tree<'_>) -> String {
    let mut out = String::new();
    node(tree, 0, &mut out);
    // A map or a list begins on a line of its own, which the document needs not.
    out.trim_start_matches([' ', '\n']).to_owned()
}

/// What is behind `key:` or `-`, with its line end.
fn node(tree: &Tree<'_>, indent: usize, out: &mut String) {
    match tree {
        Tree::Null => out.push_str(" null\n"),
        Tree::Bool(value) => out.push_str(&format!(" {value}\n")),
        Tree::Integer(number) => out.push_str(&format!(" {number}\n")),
        Tree::Float(number) => out.push_str(&format!(" {}\n", float(*number))),
        Tree::Text(text) if is_block(text) => block(text, indent, out),
        Tree::Text(text) => out.push_str(&format!(" {}\n", scalar(text))),
        Tree::List(list) if list.is_empty() => out.push_str(" []\n"),
        Tree::Map(entries) if entries.is_empty() => out.push_str(" {}\n"),
        Tree::List(list) => {
            out.push('\n');
            for item in list {
                out.push_str(&" ".repeat(indent));
                out.push('-');
                element(item, indent, out);
            }
        }
        Tree::Map(entries) => {
            out.push('\n');
            for (key, value) in entries {
                out.push_str(&" ".repeat(indent));
                entry(key, value, indent, out);
            }
        }
    }
}

/// An element of a list; a map begins behind the hyphen.
fn element(item: &Tree<'_>, indent: usize, out: &mut String) {
    match item {
        Tree::Map(entries) if !entries.is_empty() => {
            for (index, (key, value)) in entries.iter().enumerate() {
                let before = if index == 0 { " ".to_owned() } else { " ".repeat(indent + 2) };
                out.push_str(&before);
                entry(key, value, indent + 2, out);
            }
        }
        other => node(other, indent + 2, out),
    }
}

fn entry(key: &str, value: &Tree<'_>, indent: usize, out: &mut String) {
    // A key of more letters needs a `?` before it.
    let long = key.len() > 120;
    let key = scalar(key);
    if long {
        out.push_str(&format!("? {key}\n{}:", " ".repeat(indent)));
    } else {
        out.push_str(&format!("{key}:"));
    }
    let inner = if matches!(value, Tree::List(_)) { indent } else { indent + 2 };
    node(value, inner, out);
}

/// A number that both versions take for one: version 1.1 wants a point before the exponent, and a sign behind it.
fn float(number: f64) -> String {
    let text = format!("{number:?}");
    match text.split_once('e') {
        Some((digits, exponent)) => {
            let point = if digits.contains('.') { "" } else { ".0" };
            let sign = if exponent.starts_with('-') { "" } else { "+" };
            format!("{digits}{point}e{sign}{exponent}")
        }
        None => text,
    }
}

/// Whether a text is readable, and safe, as a `|` block.
fn is_block(text: &str) -> bool {
    let safe = |line: &str| !line.ends_with(' ') && !line.contains('\t');
    let lines = text.strip_suffix('\n').unwrap_or(text);
    let starts = !lines.starts_with([' ', '\n']) && !lines.ends_with('\n') && lines.len() > 1;
    text.contains('\n')
        && starts
        && lines.split('\n').all(safe)
        && text.chars().all(|letter| letter == '\n' || is_plain(letter))
}

fn block(text: &str, indent: usize, out: &mut String) {
    let (chomp, lines) = match text.strip_suffix('\n') {
        Some(lines) => ("", lines),
        None => ("-", text),
    };
    out.push_str(&format!(" |{chomp}\n"));
    for line in lines.split('\n') {
        if !line.is_empty() {
            out.push_str(&" ".repeat(indent.max(2)));
            out.push_str(line);
        }
        out.push('\n');
    }
}

/// A text on one line, in quotes unless nobody needs them.
fn scalar(text: &str) -> String {
    if is_bare(text) {
        return text.to_owned();
    }
    if text.chars().all(is_plain) {
        return format!("'{}'", text.replace('\'', "''"));
    }
    let mut out = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            letter if is_plain(letter) => out.push(letter),
            letter if u32::from(letter) > 0xffff => out.push_str(&format!("\\U{:08x}", u32::from(letter))),
            letter => out.push_str(&format!("\\u{:04x}", u32::from(letter))),
        }
    }
    out + "\""
}

/// Whether a text can be nothing but a text, in any version of YAML. Whatever begins with a letter is no number, no
/// date and no sign of YAML, so that a few words are left.
fn is_bare(text: &str) -> bool {
    const WORDS: [&str; 9] = ["y", "n", "yes", "no", "on", "off", "true", "false", "null"];
    text.starts_with(|first: char| first.is_alphabetic() || first == '$')
        && !text.ends_with([' ', ':'])
        && !text.contains(": ")
        && !text.contains(" #")
        && text.chars().all(is_plain)
        && !WORDS.contains(&text.to_ascii_lowercase().as_str())
}

/// Whether YAML takes a character everywhere, and people see it.
fn is_plain(letter: char) -> bool {
    matches!(letter, ' '..='~' | '\u{a0}'..='\u{d7ff}' | '\u{e000}'..='\u{fefe}' | '\u{ff00}'..='\u{fffd}' | '\u{10000}'..)
        && !matches!(letter, '\u{2028}' | '\u{2029}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}
