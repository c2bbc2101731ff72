//! Answers that hold tokens, read field by field.

use std::collections::HashMap;
use std::time::Duration;

use bytes::Bytes;
use serde_json::value::RawValue;

use crate::envelope::{Decode, NotDecoded, twice};

/// The fields of an answer that is not wrapped in `data`.
///
/// A `refresh_token` works once, so the answer to it must not be lost because of a strange value beside the tokens:
/// each field is read on its own, and one that cannot be read is as good as absent.
#[derive(Default)]
pub(crate) struct Answer(HashMap<String, Box<RawValue>>);

impl Answer {
    fn parse(body: &[u8]) -> Result<Answer, NotDecoded> {
        twice(body, |body| serde_json::from_slice(body).map(Answer).map_err(NotDecoded::Unreadable))
    }

    /// A string that is not empty.
    pub(crate) fn text(&self, name: &str) -> Option<String> {
        let text: String = serde_json::from_str(self.0.get(name)?.get()).ok()?;
        Some(text).filter(|text| !text.is_empty())
    }

    /// A number, also one in a string.
    fn number(&self, name: &str) -> Option<f64> {
        let raw = self.0.get(name)?.get();
        let text = self.text(name);
        text.as_deref().unwrap_or(raw).trim().parse().ok()
    }

    /// So many seconds, if that is more than none.
    pub(crate) fn duration(&self, name: &str) -> Option<Duration> {
        let seconds = self.number(name).filter(|seconds| *seconds > 0.0)?;
        // Endless for what no duration can hold.
        Some(Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX))
    }
}

impl Decode for Answer {
    fn decode(&mut self, body: &Bytes) -> Result<(), NotDecoded> {
        let answer = Answer::parse(body)?;
        // What gives out tokens follows OAuth, which has no code; what is no number is no code either.
        if answer.number("code").is_some_and(|code| code != 0.0) {
            return Err(NotDecoded::Refused);
        }
        *self = answer;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(body: &[u8]) -> Answer {
        Answer::parse(body).ok().unwrap()
    }

    #[test]
    fn lifetimes_are_read_from_whatever_says_a_number_of_seconds() {
        for (json, expected) in [
            ("7200", Some(7200.0)),
            ("\" 7200 \"", Some(7200.0)),
            ("7200.5", Some(7200.5)),
            ("1e3", Some(1000.0)),
            ("0", None),
            ("-1", None),
            ("\"7200s\"", None),
            ("\"\"", None),
            ("\"NaN\"", None),
            ("null", None),
            ("true", None),
            ("[7200]", None),
            ("{}", None),
        ] {
            let answer = parse(format!(r#"{{"expires_in":{json}}}"#).as_bytes());
            assert_eq!(answer.duration("expires_in").map(|lifetime| lifetime.as_secs_f64()), expected, "{json}");
        }
        for json in ["18446744073709551616", "1e400", "\"inf\""] {
            let answer = parse(format!(r#"{{"expires_in":{json}}}"#).as_bytes());
            assert_eq!(answer.duration("expires_in"), Some(Duration::MAX), "{json}");
        }
    }

    #[test]
    fn a_token_is_read_beside_values_that_cannot_be() {
        let broken: [&[u8]; 8] = [
            b"\"\\ud83d\"",
            b"\"\xff\"",
            b"\"tab\there\"",
            b"1e999",
            b"NaN",
            b"[[\"\\ud83d\"]]",
            b"{\"\\ud83d\":1}",
            b"true",
        ];
        for value in broken {
            let body = [b"{\"scope\":", value, b",\"name\":", value, b",\"access_token\":\"u-1\"}"].concat();
            let answer = parse(&body);
            assert_eq!(answer.text("access_token").as_deref(), Some("u-1"), "{}", String::from_utf8_lossy(value));
        }
        assert_eq!(parse(br#"{"scope":["a"]}"#).text("scope"), None);
    }
}
