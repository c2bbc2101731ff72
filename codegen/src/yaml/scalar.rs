//! Single values of plain YAML: which letters may stand there, texts in quotes, and what has no quotes.

use std::borrow::Cow;

use super::tree::Tree;

/// The bytes that are part of any text in which they stand; about others one must think.
pub(super) static ORDINARY: [bool; 256] = {
    let mut ordinary = [true; 256];
    let mut byte = 0;
    while byte < 256 {
        // Where the strange letters below begin, and what ends a text or a part of it.
        ordinary[byte] = !matches!(byte as u8, 0..=0x1f | 0x7f | 0xc2 | 0xe2 | 0xef)
            && !matches!(byte as u8, b':' | b'#' | b',' | b'[' | b']' | b'{' | b'}' | b'"' | b'\'' | b'\\');
        byte += 1;
    }
    ordinary
};

/// Whether bytes begin with a letter that YAML does not take everywhere.
pub(super) fn is_strange(bytes: &[u8]) -> bool {
    matches!(
        bytes,
        // Control characters up to U+009F.
        [0xc2, ..=0x9f, ..]
            // Line ends that YAML knew once, U+2028 and U+2029.
            | [0xe2, 0x80, 0xa8 | 0xa9, ..]
            // The byte order mark, U+FFFE and U+FFFF.
            | [0xef, 0xbb, 0xbf, ..]
            | [0xef, 0xbf, 0xbe | 0xbf, ..]
    )
}

/// What a text in quotes says.
pub(super) fn unquoted(text: &str) -> Option<Cow<'_, str>> {
    let inner = text.get(1..text.len() - 1)?;
    if text.starts_with('\'') {
        let doubled = inner.contains('\'');
        return Some(if doubled { Cow::Owned(inner.replace("''", "'")) } else { Cow::Borrowed(inner) });
    }
    let mut parts = inner.split('\\');
    let mut text = Cow::Borrowed(parts.next()?);
    while let Some(part) = parts.next() {
        let (letter, rest) = match part.as_bytes().first() {
            // Two of them: what stands behind the second one is a part of its own.
            None => ('\\', parts.next()?),
            Some(b'"') => ('"', &part[1..]),
            Some(b'/') => ('/', &part[1..]),
            Some(b'n') => ('\n', &part[1..]),
            Some(b't') => ('\t', &part[1..]),
            Some(_) => return None,
        };
        let text = text.to_mut();
        text.push(letter);
        text.push_str(rest);
    }
    Some(text)
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
