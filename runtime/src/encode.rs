//! From a request to the parts of an HTTP message.

use std::borrow::Cow;
use std::ops::Range;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Serialize;

use crate::error::Error;
use crate::file::{File, Files};
use crate::time::{Millis, Seconds};
use crate::update::Update;
use crate::wire::Value;

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
    Text { name: &'static str, value: String },
    File { name: &'static str, file: File },
}

impl Encoder {
    /// Begins with the base URL and a path whose parameters stand in braces.
    pub(crate) fn new(base_url: &str, path: impl Into<Cow<'static, str>>) -> Self {
        let template = path.into();
        let mut url = String::with_capacity(base_url.len() + template.len() + 64);
        url.push_str(base_url);
        Encoder { url, has_query: false, template, done: 0, early_query: String::new(), json: None, parts: None }
    }

    /// Fills in a path parameter, as exactly one encoded segment.
    ///
    /// # Errors
    ///
    /// An empty value, `.` and `..` would name another path and are refused.
    pub fn path(&mut self, name: &'static str, value: &(impl AsText + ?Sized)) -> Result<(), Error> {
        self.fill_path(name, &value.as_text())
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
    ///
    /// # Errors
    ///
    /// If the value cannot be written as JSON.
    pub fn field<T: Value + Serialize>(&mut self, name: &'static str, value: &T) -> Result<(), Error> {
        if value.is_left_out() {
            self.json_body();
            return Ok(());
        }
        let json = self.begin_property(name)?;
        write_json(json, value)
    }

    /// Adds the target of a partial update and the names of what changes in it.
    ///
    /// The names are those of everything that `write` passes on and that is not
    /// kept; an explicit list overrides them.
    ///
    /// # Errors
    ///
    /// If nothing is named at all: an update of nothing.
    pub fn masked<N: Serialize>(
        &mut self,
        target: &'static str,
        mask: &'static str,
        explicit: Option<&[N]>,
        write: impl FnOnce(&mut Masked<'_>) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let json = self.begin_property(target)?;
        json.push(b'{');
        let mut masked = Masked { json, is_first: true, names: Vec::new() };
        write(&mut masked)?;
        let names = masked.names;
        json.push(b'}');
        let is_empty = explicit.map_or(names.is_empty(), <[N]>::is_empty);
        if is_empty {
            return Err(Error::invalid_request(format!(
                "an update of nothing: no field of `{target}` is set, cleared or named in `{mask}`"
            )));
        }
        let json = self.begin_property(mask)?;
        match explicit {
            Some(explicit) => write_json(json, explicit),
            None => write_json(json, &names),
        }
    }

    /// Adds a text part of a multipart body; `None` is left out, a list repeats the part.
    pub fn part(&mut self, name: &'static str, value: &(impl QueryValue + ?Sized)) {
        let parts = self.parts();
        value.put(&mut |text| {
            parts.push(Part::Text { name, value: text.to_owned() });
        });
    }

    /// Adds the files of a multipart body.
    pub fn files(&mut self, name: &'static str, files: &impl Files) {
        let parts = self.parts();
        for file in files.files() {
            let file = file.clone();
            parts.push(Part::File { name, file });
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
    /// If a path parameter was not filled in.
    pub(crate) fn finish(mut self) -> Result<(String, EncodedBody), Error> {
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

    fn begin_property(&mut self, name: &'static str) -> Result<&mut Vec<u8>, Error> {
        let json = self.json();
        begin_property(json, json.len() == 1, name)?;
        Ok(json)
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

fn begin_property(json: &mut Vec<u8>, is_first: bool, name: &str) -> Result<(), Error> {
    if !is_first {
        json.push(b',');
    }
    write_json(json, name)?;
    json.push(b':');
    Ok(())
}

fn write_json<T: Serialize + ?Sized>(json: &mut Vec<u8>, value: &T) -> Result<(), Error> {
    serde_json::to_writer(json, value)
        .map_err(|error| Error::invalid_request("the body cannot be written").with_source(error))
}

/// The target of a partial update, while it is written.
#[derive(Debug)]
pub struct Masked<'a> {
    json: &'a mut Vec<u8>,
    is_first: bool,
    names: Vec<&'static str>,
}

impl Masked<'_> {
    /// Writes a field that is set, and notes its name unless it is kept.
    ///
    /// # Errors
    ///
    /// If the value cannot be written as JSON.
    pub fn field<C: Change>(&mut self, name: &'static str, change: &C) -> Result<(), Error> {
        if change.is_keep() {
            return Ok(());
        }
        self.names.push(name);
        if let Some(value) = change.new_value() {
            begin_property(self.json, self.is_first, name)?;
            self.is_first = false;
            write_json(self.json, value)?;
        }
        Ok(())
    }
}

/// A field of a partial update: [`Update`], or an `Option` where `None` keeps.
pub trait Change {
    /// What it can be set to.
    type Value: Serialize;

    /// Whether the field stays as it is.
    fn is_keep(&self) -> bool;

    /// The new value, if there is one.
    fn new_value(&self) -> Option<&Self::Value>;
}

impl<T: Serialize> Change for Option<T> {
    type Value = T;

    fn is_keep(&self) -> bool {
        self.is_none()
    }

    fn new_value(&self) -> Option<&T> {
        self.as_ref()
    }
}

impl<T: Serialize> Change for Update<T> {
    type Value = T;

    fn is_keep(&self) -> bool {
        Update::is_keep(self)
    }

    fn new_value(&self) -> Option<&T> {
        self.as_set()
    }
}

/// A value that is one text on the wire: it can stand in a path.
pub trait AsText {
    /// The text.
    fn as_text(&self) -> Cow<'_, str>;
}

impl AsText for str {
    fn as_text(&self) -> Cow<'_, str> {
        Cow::Borrowed(self)
    }
}

impl AsText for String {
    fn as_text(&self) -> Cow<'_, str> {
        Cow::Borrowed(self)
    }
}

impl AsText for i64 {
    fn as_text(&self) -> Cow<'_, str> {
        Cow::Owned(self.to_string())
    }
}

impl AsText for Millis {
    fn as_text(&self) -> Cow<'_, str> {
        Cow::Borrowed(self.as_str())
    }
}

impl AsText for Seconds {
    fn as_text(&self) -> Cow<'_, str> {
        Cow::Borrowed(self.as_str())
    }
}

/// A value that can stand in a query or in a part of a form.
pub trait QueryValue {
    /// Passes on each text; none for "nothing".
    fn put(&self, put: &mut dyn FnMut(&str));
}

impl QueryValue for str {
    fn put(&self, put: &mut dyn FnMut(&str)) {
        put(self);
    }
}

impl QueryValue for String {
    fn put(&self, put: &mut dyn FnMut(&str)) {
        put(self);
    }
}

impl QueryValue for bool {
    fn put(&self, put: &mut dyn FnMut(&str)) {
        put(if *self { "true" } else { "false" });
    }
}

impl QueryValue for i64 {
    fn put(&self, put: &mut dyn FnMut(&str)) {
        put(&self.to_string());
    }
}

impl QueryValue for f64 {
    fn put(&self, put: &mut dyn FnMut(&str)) {
        put(&self.to_string());
    }
}

impl QueryValue for Millis {
    fn put(&self, put: &mut dyn FnMut(&str)) {
        put(self.as_str());
    }
}

impl QueryValue for Seconds {
    fn put(&self, put: &mut dyn FnMut(&str)) {
        put(self.as_str());
    }
}

impl<T: QueryValue> QueryValue for Option<T> {
    fn put(&self, put: &mut dyn FnMut(&str)) {
        if let Some(value) = self {
            value.put(put);
        }
    }
}

impl<T: QueryValue> QueryValue for Vec<T> {
    fn put(&self, put: &mut dyn FnMut(&str)) {
        for item in self {
            item.put(put);
        }
    }
}

impl<T: QueryValue + ?Sized> QueryValue for &T {
    fn put(&self, put: &mut dyn FnMut(&str)) {
        (**self).put(put);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(encode: impl FnOnce(&mut Encoder) -> Result<(), Error>, url: &str) {
        let mut encoder = Encoder::new("https://host", "/a/{one}/b/{two}");
        encode(&mut encoder).unwrap();
        assert_eq!(encoder.finish().unwrap().0, url);
    }

    #[test]
    fn the_order_of_calls_does_not_matter() {
        check(
            |out| {
                out.path("one", "1")?;
                out.path("two", "{2}")?;
                out.query("q", "x y");
                Ok(())
            },
            "https://host/a/1/b/%7B2%7D?q=x%20y",
        );
        check(
            |out| {
                out.query("p", &vec![1, 2]);
                out.path("two", "{one}")?;
                out.query("q", "x");
                out.path("one", "1")?;
                out.query("r", "y");
                Ok(())
            },
            "https://host/a/1/b/%7Bone%7D?r=y&p=1&p=2&q=x",
        );
    }

    #[test]
    fn every_parameter_is_needed_once() {
        let mut encoder = Encoder::new("https://host", "/a/{one}/b/{two}");
        encoder.path("one", "1").unwrap();
        assert!(encoder.path("one", "1").is_err());
        assert!(encoder.path("three", "1").is_err());
        assert!(encoder.finish().is_err());
    }
}
