//! From a request to the parts of an HTTP message.

mod json;
mod masked;
mod text;

use std::borrow::Cow;
use std::ops::Range;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Serialize;

use crate::error::Error;
use crate::file::{File, Files};
use crate::wire::{AsText, Value};

use self::json::{begin_property, write_property};
pub use self::masked::Masked;
pub use self::text::QueryValue;

/// Everything but the unreserved characters of RFC 3986.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

pub(crate) fn percent_encode(text: &str) -> Cow<'_, str> {
    // Most names and ids are made of letters, digits, `-` and `_`.
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    if text.bytes().all(is_plain) {
        return Cow::Borrowed(text);
    }
    utf8_percent_encode(text, ENCODED).into()
}

/// Takes the fields of a request and puts each where it belongs.
///
/// Generated code calls one method per field, in the order of the page.
/// The first thing that is wrong is told at the end, so that there is nothing to check after each field.
#[derive(Debug)]
pub struct Encoder {
    /// Base URL, the path as far as it is filled in, then the query.
    url: String,
    has_query: bool,
    /// The path with its parameters in braces.
    template: Cow<'static, str>,
    /// How much of the template is in the URL.
    done: usize,
    /// Query parameters that came before the path was complete; each with a `&`.
    early_query: String,
    /// The JSON body without its closing brace.
    json: Option<Vec<u8>>,
    parts: Option<Vec<Part>>,
    failure: Option<Error>,
}

/// The body of a request, before it is sent.
#[derive(Debug, Default)]
pub(crate) enum EncodedBody {
    #[default]
    Empty,
    Json(Vec<u8>),
    Multipart(Vec<Part>),
}

/// One part of a multipart body.
#[derive(Clone, Debug)]
pub(crate) enum Part {
    Text { name: Cow<'static, str>, value: String },
    File { name: Cow<'static, str>, file: File },
}

impl Encoder {
    /// Begins with the base URL and a path whose parameters stand in braces.
    pub(crate) fn new(base_url: &str, path: impl Into<Cow<'static, str>>) -> Self {
        let template = path.into();
        let mut url = String::with_capacity(base_url.len() + template.len() + 64);
        url.push_str(base_url);
        Encoder {
            url,
            has_query: false,
            template,
            done: 0,
            early_query: String::new(),
            json: None,
            parts: None,
            failure: None,
        }
    }

    /// Fills in a path parameter, as exactly one encoded segment.
    ///
    /// An empty value, `.` and `..` would name another path: such a request is not sent.
    pub fn path(&mut self, name: &'static str, value: &(impl AsText + ?Sized)) {
        let filled = self.fill_path(name, &value.as_text());
        self.note(filled);
    }

    fn note(&mut self, result: Result<(), Error>) {
        if let Err(error) = result {
            self.failure.get_or_insert(error);
        }
    }

    pub(crate) fn fill_path(&mut self, name: &str, value: &str) -> Result<(), Error> {
        if matches!(value, "" | "." | "..") {
            return Err(Error::invalid_request(format!("`{name}` cannot be a path segment: {value:?}")));
        }
        let value = percent_encode(value);
        let rest = &self.template[self.done..];
        let Some(place) = find_parameter(rest, name) else {
            return Err(Error::invalid_request(format!("the path has no parameter `{name}`")));
        };
        let before = &rest[..place.start];
        if before.contains('{') {
            // Not the next one: it is filled in where it stands.
            let place = self.done + place.start..self.done + place.end;
            self.template.to_mut().replace_range(place, &value);
        } else {
            self.url.push_str(before);
            self.url.push_str(&value);
            self.done += place.end;
        }
        Ok(())
    }

    /// Adds a query parameter; `None` is left out, a list repeats the key.
    pub fn query(&mut self, name: &str, value: &(impl QueryValue + ?Sized)) {
        value.put(&mut |text| self.query_text(name, text));
    }

    fn query_text(&mut self, name: &str, text: &str) {
        let url = if self.complete_path() {
            self.url.push(if self.has_query { '&' } else { '?' });
            self.has_query = true;
            &mut self.url
        } else {
            self.early_query.push('&');
            &mut self.early_query
        };
        url.push_str(&percent_encode(name));
        url.push('=');
        url.push_str(&percent_encode(text));
    }

    /// Whether every path parameter is filled in; then the whole path is in the URL.
    fn complete_path(&mut self) -> bool {
        let rest = &self.template[self.done..];
        if rest.contains('{') {
            return false;
        }
        self.url.push_str(rest);
        self.done = self.template.len();
        true
    }

    /// Adds a property of the JSON body; `None` is left out.
    pub fn field<T: Value + Serialize>(&mut self, name: &'static str, value: &T) {
        if value.is_left_out() {
            self.json_body();
            return;
        }
        let json = self.json();
        let is_first = json.len() == 1;
        let written = write_property(json, is_first, name, value);
        self.note(written);
    }

    /// Adds the target of a partial update and the names of what changes in it.
    ///
    /// The names are those of everything that `write` passes on and that is not
    /// kept; an explicit list overrides them.
    /// An update of nothing, where nothing is named at all, is not sent.
    pub fn masked<N: Serialize>(
        &mut self,
        target: &'static str,
        mask: &'static str,
        explicit: Option<&[N]>,
        write: impl FnOnce(&mut Masked<'_>),
    ) {
        let mut masked = self.begin_masked(target);
        write(&mut masked);
        let (names, failure) = (masked.names, masked.failure);
        self.json().push(b'}');
        self.note(failure.map_or(Ok(()), Err));
        let is_empty = explicit.map_or(names.is_empty(), <[N]>::is_empty);
        if is_empty {
            self.note(Err(update_of_nothing(target, mask)));
        }
        let json = self.json();
        let written = match explicit {
            Some(explicit) => write_property(json, false, mask, explicit),
            None => write_property(json, false, mask, &names),
        };
        self.note(written);
    }

    fn begin_masked(&mut self, target: &str) -> Masked<'_> {
        let json = self.json();
        let begun = begin_property(json, json.len() == 1, target);
        json.push(b'{');
        Masked { json, is_first: true, names: Vec::new(), failure: begun.err() }
    }

    /// Adds a text part of a multipart body; `None` is left out, a list repeats the part.
    pub fn part(&mut self, name: &'static str, value: &(impl QueryValue + ?Sized)) {
        let parts = self.parts();
        value.put(&mut |text| {
            parts.push(Part::Text { name: name.into(), value: text.to_owned() });
        });
    }

    /// Adds the files of a multipart body.
    pub fn files(&mut self, name: &'static str, files: &impl Files) {
        let parts = self.parts();
        for file in files.files() {
            let file = file.clone();
            parts.push(Part::File { name: name.into(), file });
        }
    }

    /// The body is a JSON object, even if no property is written.
    pub fn json_body(&mut self) {
        self.json();
    }

    /// The body is multipart, even if no part is written.
    pub fn multipart_body(&mut self) {
        self.parts();
    }

    /// The URL and the finished body.
    ///
    /// # Errors
    ///
    /// What was wrong first, or that a path parameter was not filled in.
    pub(crate) fn finish(mut self) -> Result<(String, EncodedBody), Error> {
        if let Some(failure) = self.failure {
            return Err(failure);
        }
        if !self.complete_path() {
            return Err(Error::invalid_request(format!(
                "a path parameter is missing: {}",
                &self.template[self.done..]
            )));
        }
        if let Some(early) = self.early_query.strip_prefix('&') {
            self.url.push(if self.has_query { '&' } else { '?' });
            self.url.push_str(early);
        }
        let body = match (self.json, self.parts) {
            (None, None) => EncodedBody::Empty,
            (Some(mut json), None) => {
                json.push(b'}');
                EncodedBody::Json(json)
            }
            (None, Some(parts)) => EncodedBody::Multipart(parts),
            (Some(_), Some(_)) => {
                return Err(Error::invalid_request("a body is either JSON or multipart"));
            }
        };
        Ok((self.url, body))
    }

    fn json(&mut self) -> &mut Vec<u8> {
        self.json.get_or_insert_with(|| {
            let mut json = Vec::with_capacity(256);
            json.push(b'{');
            json
        })
    }

    fn parts(&mut self) -> &mut Vec<Part> {
        self.parts.get_or_insert_default()
    }
}

/// Where `{name}` stands in a path.
///
/// Values that were filled in before have no braces: they are encoded.
fn find_parameter(path: &str, name: &str) -> Option<Range<usize>> {
    let mut from = 0;
    loop {
        let start = from + path[from..].find('{')?;
        let rest = path[start + 1..].strip_prefix(name);
        if rest.is_some_and(|rest| rest.starts_with('}')) {
            return Some(start..start + name.len() + 2);
        }
        from = start + 1;
    }
}

fn update_of_nothing(target: &str, mask: &str) -> Error {
    Error::invalid_request(format!("an update of nothing: no field of `{target}` is set, cleared or named in `{mask}`"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(encode: impl FnOnce(&mut Encoder), url: &str) {
        let mut encoder = Encoder::new("https://host", "/a/{one}/b/{two}");
        encode(&mut encoder);
        assert_eq!(encoder.finish().unwrap().0, url);
    }

    #[test]
    fn the_order_of_calls_does_not_matter() {
        check(
            |out| {
                out.path("one", "1");
                out.path("two", "{2}");
                out.query("q", "x y");
            },
            "https://host/a/1/b/%7B2%7D?q=x%20y",
        );
        check(
            |out| {
                out.query("p", &vec![1, 2]);
                out.path("two", "{one}");
                out.query("q", "x");
                out.path("one", "1");
                out.query("r", "y");
            },
            "https://host/a/1/b/%7Bone%7D?r=y&p=1&p=2&q=x",
        );
    }

    #[test]
    fn every_parameter_is_needed_once_and_the_first_mistake_is_told() {
        for (parameters, says) in [
            (&["one", "one", "two", "three"][..], "the path has no parameter `one`"),
            (&["one", "two", "three"], "the path has no parameter `three`"),
            (&["one"], "a path parameter is missing: /b/{two}"),
        ] {
            let mut encoder = Encoder::new("https://host", "/a/{one}/b/{two}");
            parameters.iter().for_each(|name| encoder.path(name, "1"));
            assert_eq!(encoder.finish().unwrap_err().message(), says);
        }
    }
}
