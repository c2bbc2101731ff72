//! Documents of one operation each, so that one that fails does not hide the others.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

/// For each operation its id, and a document with it and the components that it needs.
pub fn operations(document: &Value) -> Vec<(String, Value)> {
    let mut singles = Vec::new();
    for (path, item) in document["paths"].as_object().into_iter().flatten() {
        for (verb, operation) in item.as_object().into_iter().flatten() {
            let id = operation["operationId"].as_str().unwrap_or_default().to_owned();
            let mut single = document.clone();
            let item = Map::from_iter([(verb.clone(), operation.clone())]);
            single["paths"] = Value::Object(Map::from_iter([(path.clone(), Value::Object(item))]));
            single["components"] = needed(document, operation);
            singles.push((id, single));
        }
    }
    singles
}

fn needed(document: &Value, operation: &Value) -> Value {
    let mut found = BTreeSet::new();
    references(operation, document, &mut found);
    let mut components = Map::new();
    for reference in found {
        let mut parts = reference.rsplit('/');
        let (Some(name), Some(section)) = (parts.next(), parts.next()) else { continue };
        if let Some(value) = document.pointer(&reference[1..]) {
            let section = components.entry(section).or_insert_with(|| Value::Object(Map::new()));
            section[name] = value.clone();
        }
    }
    components.insert("securitySchemes".to_owned(), document["components"]["securitySchemes"].clone());
    Value::Object(components)
}

fn references(value: &Value, document: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(entries) => {
            if let Some(Value::String(reference)) = entries.get("$ref") {
                let target = document.pointer(&reference[1..]);
                if found.insert(reference.clone()) {
                    references(target.unwrap_or(&Value::Null), document, found);
                }
            }
            entries.values().for_each(|value| references(value, document, found));
        }
        Value::Array(list) => list.iter().for_each(|value| references(value, document, found)),
        _ => {}
    }
}
