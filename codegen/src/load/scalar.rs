//! Single values of plain YAML: which letters may stand there, texts in quotes, and what has no quotes.

use std::borrow::Cow;

use super::tree::Tree;

/// Whether all letters are those that YAML takes as they are. Line ends of Windows, tabs and rarer things are not.
pub(super) fn has_plain_letters(text: &str) -> bool {
    let bytes = text.as_bytes();
    // Most of a spec is ASCII, which is looked at many bytes at a time.
    let is_ascii = |chunk: &[u8]| chunk.iter().fold(true, |fits, byte| fits & matches!(byte, b' '..=b'~' | b'\n'));
    let is_plain = |chunk: &[u8]| chunk.iter().all(|byte| matches!(byte, b' '..=b'~' | b'\n' | 0x80..));
    bytes.chunks(CHUNK).enumerate().all(|(index, chunk)| {
        let start = index * CHUNK;
        let with_rest = &bytes[start..bytes.len().min(start + CHUNK + 2)];
        is_ascii(chunk) || is_plain(chunk) && !with_rest.windows(3).any(is_strange)
    })
}

const CHUNK: usize = 32;

/// Whether three bytes are, or begin with, a letter that YAML does not take everywhere.
fn is_strange(bytes: &[u8]) -> bool {
    matches!(
        bytes,
        // Control characters up to U+009F.
        [0xc2, ..=0x9f, _]
            // Line ends that YAML knew once, U+2028 and U+2029.
            | [0xe2, 0x80, 0xa8 | 0xa9]
            // The byte order mark, U+FFFE and U+FFFF.
            | [0xef, 0xbb, 0xbf]
            | [0xef, 0xbf, 0xbe | 0xbf]
    )
}

/// A text in quotes at the beginning of `rest`, and how many bytes it takes with them.
pub(super) fn quoted(rest: &str) -> Option<(Cow<'_, str>, usize)> {
    let (quote, body) = rest.split_at_checked(1)?;
    let mut owned = String::new();
    let mut start = 0;
    let mut letters = body.bytes().enumerate();
    while let Some((at, byte)) = letters.next() {
        match byte {
            b'\n' => return None,
            b'\\' if quote == "\"" => {
                owned.push_str(body.get(start..at)?);
                let (_, escaped) = letters.next()?;
                owned.push(match escaped {
                    b'"' | b'\\' | b'/' => char::from(escaped),
                    b'n' => '\n',
                    b't' => '\t',
                    _ => return None,
                });
                start = at + 2;
            }
            b'\'' if quote == "'" && body.as_bytes().get(at + 1) == Some(&b'\'') => {
                letters.next();
                owned.push_str(body.get(start..=at)?);
                start = at + 2;
            }
            byte if quote.as_bytes() == [byte] => {
                let last = body.get(start..at)?;
                let text = if start == 0 { Cow::Borrowed(last) } else { Cow::Owned(owned + last) };
                return Some((text, at + 2));
            }
            _ => {}
        }
    }
    None
}

/// What a text without quotes is.
pub(super) fn typed(text: &str) -> Option<Tree<'_>> {
    Some(match text.as_bytes().first()? {
        b'~' | b'N' | b'T' | b'F' | b'n' | b't' | b'f' => match text {
            "~" | "null" | "Null" | "NULL" => Tree::Null,
            "true" | "True" | "TRUE" => Tree::Bool(true),
            "false" | "False" | "FALSE" => Tree::Bool(false),
            text => Tree::Text(Cow::Borrowed(text)),
        },
        b'0'..=b'9' | b'+' | b'-' | b'.' => match decimal(text) {
            Some(number) => Tree::Integer(number),
            None if is_no_number(text) => Tree::Text(Cow::Borrowed(text)),
            // What else there is of numbers is known to `serde_yaml`.
            None => serde_yaml::from_str(text).ok()?,
        },
        _ => Tree::Text(Cow::Borrowed(text)),
    })
}

/// A whole number as people write it.
fn decimal(text: &str) -> Option<i64> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let ordinary = digits.len() <= 18 && digits.bytes().all(|byte| byte.is_ascii_digit()) && !digits.starts_with('0');
    if ordinary || text == "0" { text.parse().ok() } else { None }
}

/// Whether something holds what no number of YAML does: another letter, a second point, a minus in its middle.
fn is_no_number(text: &str) -> bool {
    let based = ["0x", "0o", "0b"].iter().any(|base| text.trim_start_matches(['+', '-']).starts_with(base));
    let signed = text.starts_with(['+', '-', '.']);
    let mut previous = b'+';
    let mut points = 0;
    text.bytes().any(|byte| {
        let before = std::mem::replace(&mut previous, byte);
        match byte {
            b'0'..=b'9' | b'+' | b'e' | b'E' => false,
            b'-' => !matches!(before, b'+' | b'e' | b'E' | b'x' | b'o' | b'b'),
            b'.' => {
                points += 1;
                points > 1
            }
            // `.inf` and the like, and numbers to another base.
            b'a'..=b'z' | b'A'..=b'Z' => !signed && !based,
            _ => true,
        }
    })
}
