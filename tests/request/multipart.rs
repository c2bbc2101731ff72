//! Forms as their parts: names, file names and contents, whatever the boundary.

use serde_json::{Map, Value, json};

/// The boundary in a `Content-Type`, if it is one of a form.
pub(super) fn boundary(content_type: &str) -> Option<&str> {
    let (media_type, parameters) = content_type.split_once(';')?;
    let is_form = media_type.trim().eq_ignore_ascii_case("multipart/form-data");
    is_form.then(|| parameter(parameters, "boundary")).flatten()
}

/// The parts by name, in the order sent: their contents, and the names of files.
pub(super) fn parts(body: &[u8], boundary: &str) -> Result<Value, String> {
    // What is compared are documented examples, which are text.
    let body = std::str::from_utf8(body).map_err(|error| format!("the form is no text: {error}"))?;
    let delimiter = format!("--{boundary}");
    let mut parts: Map<String, Value> = Map::new();
    for section in body.split(delimiter.as_str()).skip(1) {
        if section.trim_end() == "--" {
            return Ok(Value::Object(parts));
        }
        let (name, value) = part(section).ok_or_else(|| format!("not a part of a form: {section}"))?;
        if let Value::Array(values) = parts.entry(name).or_insert_with(|| json!([])) {
            values.push(value);
        }
    }
    Err("the form has no end".to_owned())
}

fn part(section: &str) -> Option<(String, Value)> {
    let (head, content) = section.strip_prefix("\r\n")?.strip_suffix("\r\n")?.split_once("\r\n\r\n")?;
    let mut headers = head.lines().filter_map(|line| line.split_once(':'));
    let (_, disposition) = headers.find(|(name, _)| name.eq_ignore_ascii_case("content-disposition"))?;
    let (_, parameters) = disposition.split_once(';')?;
    let mut value = json!({ "content": content });
    if let Some(file_name) = parameter(parameters, "filename") {
        value["file_name"] = file_name.into();
    }
    Some((parameter(parameters, "name")?.to_owned(), value))
}

fn parameter<'a>(parameters: &'a str, wanted: &str) -> Option<&'a str> {
    let mut pairs = parameters.split(';').filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(name, _)| name.eq_ignore_ascii_case(wanted)).map(|(_, value)| value.trim_matches('"'))
}

#[cfg(test)]
mod tests {
    use super::*;

    const BODY: &str = "--b\r\nContent-Disposition: form-data; name=\"type\"\r\n\r\ntask\r\n\
        --b\r\ncontent-disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\n\
        content-type: text/plain\r\n\r\nfirst\r\n\r\nline\r\n\
        --b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"b.txt\"\r\n\r\n\r\n--b--\r\n";

    #[test]
    fn parts_are_kept_by_name_in_order() {
        let files = [
            json!({ "file_name": "a.txt", "content": "first\r\n\r\nline" }),
            json!({ "file_name": "b.txt", "content": "" }),
        ];
        assert_eq!(parts(BODY.as_bytes(), "b"), Ok(json!({ "type": [{ "content": "task" }], "file": files })));
    }

    #[test]
    fn only_forms_have_a_boundary() {
        assert_eq!(boundary("multipart/form-data; boundary=\"x y\""), Some("x y"));
        assert_eq!(boundary("Multipart/Form-Data;charset=utf-8; boundary=x"), Some("x"));
        assert_eq!(boundary("application/json; charset=utf-8"), None);
    }

    #[test]
    fn what_is_cut_off_is_no_form() {
        for end in [10, 60, BODY.len() - 6] {
            assert!(parts(&BODY.as_bytes()[..end], "b").is_err(), "{}", &BODY[..end]);
        }
    }
}
