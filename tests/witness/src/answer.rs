//! What was read from the documented answer.

use serde_json::Value;

/// What an SDK read and our client did not, as `place: ours, theirs`.
pub fn unread(ours: &Value, theirs: &Value) -> Vec<String> {
    let mut found = Vec::new();
    compare("answer", Some(ours), theirs, &mut found);
    found.sort();
    found
}

fn compare(place: &str, ours: Option<&Value>, theirs: &Value, found: &mut Vec<String>) {
    match (ours, theirs) {
        // Nothing was read into it, so that there is nothing to miss.
        (_, Value::Null) => {}
        (None, Value::Object(fields)) if fields.is_empty() => {}
        (None, Value::Array(elements)) if elements.is_empty() => {}
        (Some(Value::Object(ours)), Value::Object(theirs)) => {
            for (name, theirs) in theirs {
                compare(&format!("{place}.{name}"), ours.get(name), theirs, found);
            }
        }
        (Some(Value::Array(ours)), Value::Array(theirs)) if ours.len() == theirs.len() => {
            for (index, (ours, theirs)) in ours.iter().zip(theirs).enumerate() {
                compare(&format!("{place}[{index}]"), Some(ours), theirs, found);
            }
        }
        (Some(ours), theirs) if ours == theirs => {}
        (ours, theirs) => {
            let ours = ours.map_or_else(|| "nothing".to_owned(), Value::to_string);
            found.push(format!("{place}: {ours}, {theirs}"));
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_only_they_read_is_found() {
        let ours = json!({ "items": [{ "guid": "a", "name": "n" }], "has_more": false });
        let theirs = json!({ "items": [{ "guid": "a", "size": 3 }], "has_more": true, "page_token": "t" });
        assert_eq!(
            unread(&ours, &theirs),
            ["answer.has_more: false, true", "answer.items[0].size: nothing, 3", "answer.page_token: nothing, \"t\""]
        );
        assert_eq!(unread(&json!({ "items": [1] }), &json!({ "items": [1, 2] })), ["answer.items: [1], [1,2]"]);
    }

    #[test]
    fn nothing_and_empty_are_nothing_to_read() {
        assert_eq!(unread(&json!({}), &json!({ "task": {}, "items": [], "url": null })), [""; 0]);
        assert_eq!(unread(&json!({}), &Value::Null), [""; 0]);
        assert_eq!(unread(&json!({}), &json!({ "name": "" })), ["answer.name: nothing, \"\""]);
    }
}
