//! JSON that is almost JSON, for the second try at an answer that could not be read.
//!
//! A title that a service cut between two bytes or two surrogates must not lose the answer around it.

use std::iter::Peekable;
use std::str::CharIndices;

/// Values nested deeper than this become `null`; `serde_json` refuses 128 levels, and an envelope needs some.
const MAX_DEPTH: u32 = 100;

/// The body with everything replaced that no reader of JSON accepts; `None` if nothing was.
///
/// - Bytes that are not UTF-8 and surrogates that stand alone become U+FFFD.
/// - Control characters in strings are escaped, unknown escapes are kept as they are written.
/// - Numbers that are none, or beyond what a float holds, and values nested too deeply become `null`.
/// - A byte order mark before the value and whatever follows it are left out.
///
/// A body that ends too early still does: what is missing cannot be guessed.
pub(crate) fn repaired(body: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(body);
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    let mut repair = Repair { text, rest: text.char_indices().peekable(), out: String::with_capacity(text.len()) };
    repair.value();
    (repair.out.as_bytes() != body).then_some(repair.out)
}

struct Repair<'a> {
    text: &'a str,
    rest: Peekable<CharIndices<'a>>,
    out: String,
}

impl<'a> Repair<'a> {
    /// Copies one value with everything in it.
    fn value(&mut self) {
        let mut depth = 0_u32;
        while let Some((at, character)) = self.rest.next() {
            let is_shown = depth <= MAX_DEPTH;
            match character {
                '"' => self.string(is_shown),
                '{' | '[' => {
                    depth += 1;
                    match depth.cmp(&(MAX_DEPTH + 1)) {
                        std::cmp::Ordering::Less => self.out.push(character),
                        std::cmp::Ordering::Equal => self.out.push_str("null"),
                        std::cmp::Ordering::Greater => {}
                    }
                }
                '}' | ']' => {
                    depth = depth.saturating_sub(1);
                    if is_shown {
                        self.out.push(character);
                    }
                }
                ',' | ':' | ' ' | '\t' | '\r' | '\n' => {
                    if is_shown {
                        self.out.push(character);
                    }
                    continue;
                }
                _ => self.word(at, is_shown),
            }
            if depth == 0 {
                return;
            }
        }
    }

    /// A string, of which the first quotation mark was read.
    fn string(&mut self, is_shown: bool) {
        let begin = self.out.len();
        self.out.push('"');
        while let Some((_, character)) = self.rest.next() {
            match character {
                '\\' => self.escape(),
                control if control < ' ' => self.out.push_str(&format!("\\u{:04x}", u32::from(control))),
                other => self.out.push(other),
            }
            if character == '"' {
                break;
            }
        }
        if !is_shown {
            self.out.truncate(begin);
        }
    }

    /// An escape, of which the backslash was read.
    fn escape(&mut self) {
        match self.rest.peek().map(|(_, character)| *character) {
            Some('u') => {
                self.rest.next();
                let Some((unit, digits)) = self.hex() else {
                    return self.out.push_str("\\\\u");
                };
                let low = match unit {
                    0xd800..=0xdbff => self.low_surrogate(),
                    _ => None,
                };
                match (unit, low) {
                    (_, Some(low)) => self.out.extend(["\\u", digits, "\\u", low]),
                    (0xd800..=0xdfff, None) => self.out.push_str("\\ufffd"),
                    (_, None) => self.out.extend(["\\u", digits]),
                }
            }
            Some(known @ ('"' | '\\' | '/' | 'b' | 'f' | 'n' | 'r' | 't')) => {
                self.rest.next();
                self.out.push('\\');
                self.out.push(known);
            }
            // What follows is copied as it is.
            Some(_) => self.out.push_str("\\\\"),
            None => {}
        }
    }

    /// The four hexadecimal digits that come next; takes nothing if there are fewer.
    fn hex(&mut self) -> Option<(u16, &'a str)> {
        let (at, _) = *self.rest.peek()?;
        let digits = self.text.get(at..at + 4)?;
        if !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return None;
        }
        self.rest.nth(3);
        Some((u16::from_str_radix(digits, 16).ok()?, digits))
    }

    /// The digits of the second half of a pair; takes nothing if something else follows.
    fn low_surrogate(&mut self) -> Option<&'a str> {
        let before = self.rest.clone();
        let low = match (self.rest.next(), self.rest.next()) {
            (Some((_, '\\')), Some((_, 'u'))) => self.hex().filter(|(unit, _)| (0xdc00..=0xdfff).contains(unit)),
            _ => None,
        };
        if low.is_none() {
            self.rest = before;
        }
        low.map(|(_, digits)| digits)
    }

    /// A number, `true`, `false`, `null`, or something else that stands where these may.
    fn word(&mut self, begin: usize, is_shown: bool) {
        let is_in_word =
            |character: char| !matches!(character, '{' | '}' | '[' | ']' | ',' | ':' | '"') && character > ' ';
        while self.rest.next_if(|(_, character)| is_in_word(*character)).is_some() {}
        let end = self.rest.peek().map_or(self.text.len(), |(at, _)| *at);
        if !is_shown {
            return;
        }
        let word = &self.text[begin..end];
        let is_json =
            matches!(word, "true" | "false" | "null") || serde_json::from_str::<f64>(word).is_ok_and(f64::is_finite);
        self.out.push_str(if is_json { word } else { "null" });
    }
}

#[cfg(test)]
mod tests {
    use super::repaired;

    #[track_caller]
    fn check(body: impl AsRef<[u8]>, expected: &str) {
        assert_eq!(repaired(body.as_ref()).as_deref(), Some(expected));
        serde_json::from_str::<serde_json::Value>(expected).unwrap();
    }

    #[test]
    fn json_stays_as_it_is() {
        for body in
            [r#"{"a": [1, -2.5e3, true, null, "\ud83d\udE00 \"\\\/\b\f\n\r\t\u00e9"], "b": {}}"#, "7", "\"x\"", "[]"]
        {
            assert_eq!(repaired(body.as_bytes()), None, "{body}");
        }
    }

    #[test]
    fn what_is_not_text_is_replaced() {
        check(r#"{"a":"cut \ud83d"}"#, r#"{"a":"cut \ufffd"}"#);
        check(r#"{"a":"\udE00\ud83d\u0041"}"#, r#"{"a":"\ufffd\ufffd\u0041"}"#);
        check(r#"{"\ud83dkey":1}"#, r#"{"\ufffdkey":1}"#);
        check(b"{\"a\":\"\xe4\xbb\"}", "{\"a\":\"\u{fffd}\"}");
        check("{\"a\":\"tab\there\"}", r#"{"a":"tab\u0009here"}"#);
        check(r#"{"a":"\x \u12"}"#, r#"{"a":"\\x \\u12"}"#);
    }

    #[test]
    fn what_is_no_number_is_null() {
        check("[1e999,NaN,-Infinity,01,1.]", "[null,null,null,null,null]");
    }

    #[test]
    fn what_stands_around_the_value_is_left_out() {
        check("\u{feff}{}", "{}");
        check("{\"a\":1} <!-- cached -->", "{\"a\":1}");
    }

    #[test]
    fn what_is_nested_too_deeply_is_null() {
        let deep = format!("{{\"a\":{}\"]\",{{\"x\":1e999}}{},\"b\":1}}", "[".repeat(50_000), "]".repeat(50_000));
        check(deep, &format!("{{\"a\":{}null{},\"b\":1}}", "[".repeat(99), "]".repeat(99)));
    }

    #[test]
    fn what_is_cut_stays_cut() {
        for body in [r#"{"a":"x"#, r#"{"a":"\ud8"#, "{\"a\":[1,", "{\"a\":tr", "\"\\", ""] {
            let text = repaired(body.as_bytes()).unwrap_or_else(|| body.to_owned());
            assert!(serde_json::from_str::<serde_json::Value>(&text).is_err(), "{body}: {text}");
        }
    }
}
