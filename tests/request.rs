//! Requests as what they say, free of how it is written: order, escapes and boundaries are gone.

mod multipart;

use std::collections::{BTreeMap, BTreeSet};

use percent_encoding::percent_decode_str;
use serde_json::{Value, json};

use crate::recorder::Recorded;

/// A request, decoded.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sent {
    method: String,
    /// The segments of the path, decoded.
    path: Vec<String>,
    /// Sorted by name; values of one name in the order sent.
    query: BTreeMap<String, Vec<String>>,
    /// `application/json`, without parameters; nothing if there is no body.
    media_type: Option<String>,
    /// JSON, or the parts of a form by name.
    body: Option<Value>,
}

impl Sent {
    /// Takes a recorded request apart. `documented` is the path of the operation, for the number of its segments.
    ///
    /// # Errors
    ///
    /// Fails for what no reader could take apart, and for a path that is none of the operation's.
    pub fn new(recorded: &Recorded, documented: &str) -> Result<Self, String> {
        let (path, query) = recorded.target.split_once('?').unwrap_or((&recorded.target, ""));
        if path.split('/').count() != documented.split('/').count() {
            return Err(format!("{path} is no {documented}"));
        }
        let mut parameters: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            parameters.entry(form_decoded(name)?).or_default().push(form_decoded(value)?);
        }
        Ok(Sent {
            method: recorded.method.clone(),
            path: path.split('/').map(decoded).collect::<Result<_, _>>()?,
            query: parameters,
            media_type: media_type(recorded),
            body: body(recorded)?,
        })
    }

    /// As JSON, for [`from_json`](Sent::from_json) in another program.
    pub fn to_json(&self) -> Value {
        json!({
            "method": self.method,
            "path": self.path,
            "query": self.query,
            "media_type": self.media_type,
            "body": self.body,
        })
    }

    /// What [`to_json`](Sent::to_json) wrote.
    ///
    /// # Errors
    ///
    /// Fails for anything else.
    pub fn from_json(written: &Value) -> Result<Self, String> {
        let part = |name: &str| written.get(name).cloned().unwrap_or_default();
        let explain = |error: serde_json::Error| format!("not a request: {error}");
        Ok(Sent {
            method: serde_json::from_value(part("method")).map_err(explain)?,
            path: serde_json::from_value(part("path")).map_err(explain)?,
            query: serde_json::from_value(part("query")).map_err(explain)?,
            media_type: serde_json::from_value(part("media_type")).map_err(explain)?,
            body: written.get("body").filter(|body| !body.is_null()).cloned(),
        })
    }

    /// Where two requests differ, as `place: ours, theirs`.
    pub fn differences(&self, other: &Self) -> Vec<String> {
        let mut found = Vec::new();
        if self.method != other.method {
            found.push(format!("method: {}, {}", self.method, other.method));
        }
        if self.path != other.path {
            found.push(format!("path: {}, {}", self.path.join("/"), other.path.join("/")));
        }
        let query = |sent: &Sent| serde_json::to_value(&sent.query).unwrap_or_default();
        compare("query", Some(&query(self)), Some(&query(other)), &mut found);
        // One without a body differs by that already.
        if let (Some(ours), Some(theirs)) = (&self.media_type, &other.media_type)
            && ours != theirs
        {
            found.push(format!("media type: {ours}, {theirs}"));
        }
        compare("body", self.body.as_ref(), other.body.as_ref(), &mut found);
        found
    }
}

fn media_type(recorded: &Recorded) -> Option<String> {
    if recorded.body.is_empty() {
        return None;
    }
    let content_type = recorded.header("content-type").unwrap_or_default();
    Some(content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase())
}

fn body(recorded: &Recorded) -> Result<Option<Value>, String> {
    if recorded.body.is_empty() {
        return Ok(None);
    }
    let content_type = recorded.header("content-type").unwrap_or_default();
    let body = match multipart::boundary(content_type) {
        Some(boundary) => multipart::parts(&recorded.body, boundary)?,
        None => serde_json::from_slice(&recorded.body).map_err(|error| format!("the body is no JSON: {error}"))?,
    };
    Ok(Some(body))
}

/// Adds where two values differ, as `place: ours, theirs`.
fn compare(place: &str, ours: Option<&Value>, theirs: Option<&Value>, found: &mut Vec<String>) {
    match (ours, theirs) {
        (Some(Value::Object(a)), Some(Value::Object(b))) => {
            // In an order that no feature of serde_json changes.
            for key in a.keys().chain(b.keys()).collect::<BTreeSet<_>>() {
                compare(&format!("{place}.{key}"), a.get(key), b.get(key), found);
            }
        }
        (Some(Value::Array(a)), Some(Value::Array(b))) if a.len() == b.len() => {
            for (index, (ours, theirs)) in a.iter().zip(b).enumerate() {
                compare(&format!("{place}[{index}]"), Some(ours), Some(theirs), found);
            }
        }
        _ if ours == theirs => {}
        _ => {
            let text = |value: Option<&Value>| value.map_or_else(|| "nothing".to_owned(), Value::to_string);
            found.push(format!("{place}: {}, {}", text(ours), text(theirs)));
        }
    }
}

fn decoded(text: &str) -> Result<String, String> {
    let decoded = percent_decode_str(text).decode_utf8();
    decoded.map(std::borrow::Cow::into_owned).map_err(|error| format!("`{text}` is no text: {error}"))
}

fn form_decoded(text: &str) -> Result<String, String> {
    decoded(&text.replace('+', " "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(method: &str, target: &str, body: &str) -> Sent {
        let (method, target, body) = (method.to_owned(), target.to_owned(), body.as_bytes().to_vec());
        let recorded = Recorded { method, target, headers: Vec::new(), body };
        Sent::new(&recorded, "/tasks/{task_guid}").unwrap_or_else(|error| panic!("{error}"))
    }

    #[test]
    fn differences_are_found() {
        let ours = sent("POST", "/tasks/a%20b?size=1&name=x+y", r#"{"names": ["a"], "mode": 1}"#);
        let same = sent("POST", "/tasks/a b?name=x%20y&size=1", r#"{"mode": 1, "names": ["a"]}"#);
        assert_eq!(ours.differences(&same), [""; 0]);
        let other = sent("PUT", "/tasks/a+b?size=2&type=t", r#"{"names": []}"#);
        assert_eq!(
            ours.differences(&other),
            [
                "method: POST, PUT",
                "path: /tasks/a b, /tasks/a+b",
                r#"query.name: ["x y"], nothing"#,
                r#"query.size[0]: "1", "2""#,
                r#"query.type: nothing, ["t"]"#,
                "body.mode: 1, nothing",
                r#"body.names: ["a"], []"#,
            ]
        );
        assert_eq!(sent("GET", "/tasks/a", "").differences(&sent("GET", "/tasks/a", "{}")), ["body: nothing, {}"]);
        let mut recorded = Recorded { target: "/tasks/a".to_owned(), body: b"{}".to_vec(), ..Recorded::default() };
        let mut as_type = |media_type: &str| {
            recorded.headers = vec![("content-type".to_owned(), media_type.to_owned())];
            Sent::new(&recorded, "/tasks/{task_guid}").unwrap_or_else(|error| panic!("{error}"))
        };
        let json = as_type("application/json; charset=utf-8");
        assert_eq!(json.differences(&as_type("Application/JSON")), [""; 0]);
        assert_eq!(json.differences(&as_type("text/plain")), ["media type: application/json, text/plain"]);
    }

    #[test]
    fn a_request_survives_being_written_down() {
        let request = sent("POST", "/tasks/a%2Fb?size=1&size=2", r#"{"names": ["a"]}"#);
        assert_eq!(Sent::from_json(&request.to_json()), Ok(request));
        assert!(Sent::from_json(&json!({ "method": "GET" })).is_err());
    }

    #[test]
    fn a_path_of_another_operation_is_refused() {
        let target = "/tasks/a/b".to_owned();
        let recorded = Recorded { target, ..Recorded::default() };
        assert_eq!(Sent::new(&recorded, "/tasks/{task_guid}"), Err("/tasks/a/b is no /tasks/{task_guid}".to_owned()));
    }
}
