//! What to do about a mistake in YAML itself: what its reader says helps nobody who only wanted to write a sentence.

use std::borrow::Cow;

/// The reader's words, in ours where they speak of its inside.
pub(super) fn without_jargon(message: &str) -> Cow<'_, str> {
    if is_number_too_big(message) {
        return Cow::Borrowed("the number is too large");
    }
    Cow::Borrowed(message)
}

fn is_number_too_big(message: &str) -> bool {
    message.contains("as u128") || message.contains("as i128")
}

/// The help to a message of the reader, from it and from the line where the reader stopped.
pub(super) fn advice(message: &str, text: &str, location: Option<serde_yaml::Location>) -> Option<&'static str> {
    let line = location.and_then(|location| text.lines().nth(location.line().saturating_sub(1))).unwrap_or("");
    let has = |words: &str| message.contains(words);
    let structure = structure(line);
    Some(if line.trim_start_matches(' ').starts_with('\t') {
        "indent with spaces; YAML allows no tabs there"
    } else if has("number is too large") {
        "numbers of a spec have 64 bits, up to 9223372036854775807; leave the limit out if there is none"
    } else if has_full_width_colon(line) {
        "write `: ` with the colon of ASCII; here stands the full-width `：`"
    } else if has("mapping values are not allowed") {
        "put a text that holds `: ` in quotes; otherwise look at the indentation"
    } else if structure == Structure::TextAfterQuotes {
        "put the whole text in quotes, others than those in it; a text that begins with a quotation mark ends with the next"
    } else if structure == Structure::TextInBraces {
        "put a text that holds `: `, `{`, `}`, `[` or `]` in quotes; inside of braces and brackets these have a meaning"
    } else if has("more than one document") {
        "one file is one document; remove `---`, or move the rest to a file of its own"
    } else if has("unknown anchor") || has("undefined alias") {
        "put a text that begins with `*` in quotes"
    } else if has("cannot start any token") {
        "put a text that begins with `@`, `` ` `` or `%` in quotes"
    } else if has("repetition limit") || has("recursion limit") {
        "write it out flatter; a spec nests a dozen levels"
    } else if has(" tag") || message.starts_with("tag") {
        "leave YAML tags out; put a text that begins with `!` in quotes"
    } else if has("a key must be a string") {
        "put a text that begins with `{` or `[` in quotes"
    } else if has("end of stream") || has("expected ',' or") || has("quoted scalar") {
        "look for a bracket or quotation mark that is not closed"
    } else if has("expected key") || has("block mapping") || has("block collection") || has("'-' indicator") {
        "compare the indentation with that of the lines around it"
    } else {
        return None;
    })
}

/// A key with a colon as Chinese keyboards write it, and nothing else that ends a key before it.
fn has_full_width_colon(line: &str) -> bool {
    let key = line.trim_start_matches([' ', '-']);
    let name = key.trim_start_matches(|letter: char| letter.is_ascii_alphanumeric() || letter == '_');
    name.len() < key.len() && name.starts_with('：')
}

/// What is odd about a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Structure {
    Usual,
    /// `key: "a" b`
    TextAfterQuotes,
    /// `{key: a: b}`, `{key: a {b} c}`
    TextInBraces,
}

/// Follows the brackets and quotes of one line.
fn structure(line: &str) -> Structure {
    let bytes = line.as_bytes();
    let mut depth = 0_usize;
    // Whether a value has begun without a quotation mark or bracket, and whether a colon led to it.
    let (mut in_word, mut behind_colon) = (false, false);
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'"' | b'\'' if !in_word => {
                let Some(length) = bytes[at + 1..].iter().position(|other| other == byte) else {
                    return Structure::Usual;
                };
                at += length + 1;
                let rest = line.get(at + 1..).unwrap_or("").trim_start();
                if !rest.is_empty() && !rest.starts_with([':', ',', ']', '}', '#', '"', '\'']) {
                    return Structure::TextAfterQuotes;
                }
            }
            b'{' | b'[' if in_word && depth > 0 => return Structure::TextInBraces,
            b'{' | b'[' if !in_word => {
                depth += 1;
                behind_colon = false;
            }
            b'}' | b']' if depth > 0 => {
                depth -= 1;
                (in_word, behind_colon) = (false, false);
            }
            b',' if depth > 0 => (in_word, behind_colon) = (false, false),
            b':' if bytes.get(at + 1).is_none_or(|next| *next == b' ') => {
                if behind_colon && depth > 0 {
                    return Structure::TextInBraces;
                }
                (in_word, behind_colon) = (false, true);
            }
            b'#' if at > 0 && bytes[at - 1] == b' ' => return Structure::Usual,
            b' ' => {}
            b'-' if depth == 0 && bytes.get(at + 1) == Some(&b' ') && !in_word => {}
            _ => in_word = true,
        }
        at += 1;
    }
    Structure::Usual
}
