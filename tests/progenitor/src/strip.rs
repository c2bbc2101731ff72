//! Takes out of a bundle what progenitor cannot read, or reads in a way that no Feishu client can use.
//!
//! Each function removes one thing, for the reason it states; all else stays as it is.

use serde_json::{Map, Value};

/// Prepares a bundle for progenitor.
pub fn strip(document: &mut Value) {
    multipart_operations(document);
    error_responses(document);
    schemas(document, &mut |schema| {
        constraints(schema);
        defaults(schema);
        enums(schema);
        formats(schema);
        lone_references(schema);
    });
}

/// Removes the operations that upload files and gives their ids: progenitor knows no multipart body, and one such
/// operation fails the whole document.
pub fn multipart_operations(document: &mut Value) -> Vec<String> {
    let mut removed = Vec::new();
    if let Some(Value::Object(paths)) = document.get_mut("paths") {
        for item in paths.values_mut().filter_map(Value::as_object_mut) {
            item.retain(|_, operation| {
                let keep = operation.pointer("/requestBody/content/multipart~1form-data").is_none();
                if !keep {
                    removed.extend(operation.get("operationId").and_then(Value::as_str).map(str::to_owned));
                }
                keep
            });
        }
        paths.retain(|_, item| item.as_object().is_none_or(|item| !item.is_empty()));
    }
    removed
}

/// Removes the `default` answer: progenitor counts it among the answers of a call that succeeded, and panics when an
/// operation has two of those.
pub fn error_responses(document: &mut Value) {
    operations(document, |operation| {
        if let Some(Value::Object(responses)) = operation.get_mut("responses") {
            responses.remove("default");
        }
    });
}

/// Removes limits: typify makes newtypes of them that refuse an answer as a whole when one value is out of range, and
/// Feishu's limits hold for requests only.
pub fn constraints(schema: &mut Map<String, Value>) {
    for key in ["minLength", "maxLength", "pattern", "minimum", "maximum", "minItems", "maxItems", "uniqueItems"] {
        schema.remove(key);
    }
}

/// Removes defaults: they say what the server assumes, and progenitor would send them unasked.
pub fn defaults(schema: &mut Map<String, Value>) {
    schema.remove("default");
}

/// Removes the values of enums, so that any string or number passes: typify's enums are closed, and one new value would
/// make an answer undecodable. It also panics at two values that become one name, such as `yyyy-mm-dd` and `yyyy/mm/dd`.
pub fn enums(schema: &mut Map<String, Value>) {
    schema.remove("enum");
}

/// Removes the formats of our dialect, which mean nothing to typify.
pub fn formats(schema: &mut Map<String, Value>) {
    if matches!(schema.get("format").and_then(Value::as_str), Some("unix-millis" | "unix-seconds")) {
        schema.remove("format");
    }
}

/// Writes `allOf` of one reference as the reference: typify would make a type of its own for each such field.
pub fn lone_references(schema: &mut Map<String, Value>) {
    let Some(Value::Array(parts)) = schema.get("allOf") else { return };
    if let [part] = &parts[..]
        && let Some(reference) = part.get("$ref").cloned()
    {
        schema.clear();
        schema.insert("$ref".to_owned(), reference);
    }
}

fn operations(document: &mut Value, mut visit: impl FnMut(&mut Map<String, Value>)) {
    if let Some(Value::Object(paths)) = document.get_mut("paths") {
        for item in paths.values_mut().filter_map(Value::as_object_mut) {
            item.values_mut().filter_map(Value::as_object_mut).for_each(&mut visit);
        }
    }
}

/// Visits every schema of the document, inner ones first.
fn schemas(document: &mut Value, visit: &mut impl FnMut(&mut Map<String, Value>)) {
    match document {
        Value::Object(entries) => {
            for (key, value) in entries.iter_mut() {
                match key.as_str() {
                    "schema" => schema(value, visit),
                    "schemas" => values(value, visit),
                    "example" => {}
                    key if key.starts_with("x-") => {}
                    _ => schemas(value, visit),
                }
            }
        }
        Value::Array(list) => list.iter_mut().for_each(|value| schemas(value, visit)),
        _ => {}
    }
}

fn schema(tree: &mut Value, visit: &mut impl FnMut(&mut Map<String, Value>)) {
    let Value::Object(entries) = tree else { return };
    for (key, value) in entries.iter_mut() {
        match (key.as_str(), value) {
            ("properties", value) => values(value, visit),
            ("items" | "additionalProperties", value) => schema(value, visit),
            ("allOf", Value::Array(parts)) => parts.iter_mut().for_each(|part| schema(part, visit)),
            _ => {}
        }
    }
    visit(entries);
}

fn values(tree: &mut Value, visit: &mut impl FnMut(&mut Map<String, Value>)) {
    if let Value::Object(entries) = tree {
        entries.values_mut().for_each(|value| schema(value, visit));
    }
}
