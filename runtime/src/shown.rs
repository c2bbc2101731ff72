//! How the words of others get into texts that people read: errors, logs, `Debug`.
//!
//! Whoever can name a task may put line breaks and terminal sequences into it, and a server may quote the name.
//! All such words pass through [`Shown`].

use std::borrow::Cow;
use std::fmt::{self, Write};

use http::{HeaderMap, HeaderValue};

/// How much of one text is shown, in characters.
const MAX_SHOWN: usize = 2_000;

/// A text that is safe to print: control characters are escaped, and what is longer than 2,000 characters is cut.
pub(crate) struct Shown<'a>(pub(crate) &'a str);

impl<'a> Shown<'a> {
    /// As a string, for a field of a log record.
    pub(crate) fn to_text(&self) -> Cow<'a, str> {
        // Longer texts may still be short enough in characters.
        let is_plain = self.0.len() <= MAX_SHOWN && !self.0.contains(changes_the_display);
        if is_plain { Cow::Borrowed(self.0) } else { Cow::Owned(self.to_string()) }
    }
}

impl fmt::Display for Shown<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write(formatter, self.0, changes_the_display)
    }
}

impl fmt::Debug for Shown<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_char('"')?;
        write(formatter, self.0, |character| changes_the_display(character) || matches!(character, '"' | '\\'))?;
        formatter.write_char('"')
    }
}

fn write(formatter: &mut fmt::Formatter<'_>, text: &str, is_escaped: fn(char) -> bool) -> fmt::Result {
    for (count, character) in text.chars().enumerate() {
        if count == MAX_SHOWN {
            return formatter.write_char('…');
        }
        if is_escaped(character) {
            write!(formatter, "{}", character.escape_default())?;
        } else {
            formatter.write_char(character)?;
        }
    }
    Ok(())
}

/// Control characters, and characters that reorder or break the text around them.
fn changes_the_display(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}'
        )
}

/// Headers for `Debug`.
pub(crate) struct ShownHeaders<'a>(pub(crate) &'a HeaderMap);

impl fmt::Debug for ShownHeaders<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_map().entries(self.0.iter().map(|(name, value)| (name, ShownHeader(value)))).finish()
    }
}

struct ShownHeader<'a>(&'a HeaderValue);

impl fmt::Debug for ShownHeader<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_sensitive() {
            return formatter.write_str("***");
        }
        Shown(&String::from_utf8_lossy(self.0.as_bytes())).fmt(formatter)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_moves_the_cursor_is_escaped() {
        let text = "浇水\n\t\u{1b}[2J\u{7}\u{85}\u{202e}\u{2028}";
        assert_eq!(Shown(text).to_string(), r"浇水\n\t\u{1b}[2J\u{7}\u{85}\u{202e}\u{2028}");
        assert_eq!(format!("{:?}", Shown("a\"\\\n")), r#""a\"\\\n""#);
    }

    #[test]
    fn what_is_long_is_cut() {
        assert_eq!(Shown(&"错".repeat(2_000)).to_string(), "错".repeat(2_000));
        assert_eq!(Shown(&"错".repeat(1 << 20)).to_string(), "错".repeat(2_000) + "…");
    }
}
