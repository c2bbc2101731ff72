//! The documented example call of an operation, as data that a driver can make a call of.

use feishu_openapi_codegen::ir::{Api, Body, Field, Operation, Type, Value};
use serde::Serialize;
use serde_json::{Map, Value as Json};

/// The file that the examples of the client upload.
pub const FILE: (&str, &str) = ("example.txt", "example");

/// A call to make.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Case {
    /// `task.v2.task.add_members`
    pub id: String,
    /// Parameters of the path, by name.
    pub path: Map<String, Json>,
    /// Parameters of the query, by name.
    pub query: Map<String, Json>,
    /// The fields of the body, but for files; `null` if the operation has no body.
    pub body: Option<Map<String, Json>>,
    /// The names of the fields that take a file.
    pub files: Vec<String>,
    /// `user_access_token` or `tenant_access_token`, one that the operation accepts.
    pub token_type: &'static str,
}

impl Case {
    /// The example on the operation's page.
    pub fn new(operation: &Operation) -> Self {
        let files = match &operation.body {
            Body::Multipart(fields) => fields.iter().filter(|field| holds_files(&field.ty)).collect(),
            _ => Vec::new(),
        };
        let example = operation.request_example.as_ref().map(to_json).unwrap_or_default();
        let mut body = example.as_object().cloned().unwrap_or_default();
        body.retain(|name, _| !files.iter().any(|field| field.name == *name));
        Case {
            id: operation.id.clone(),
            path: examples(&operation.path_parameters),
            query: examples(&operation.query),
            body: (operation.body != Body::None).then_some(body),
            files: files.into_iter().map(|field| field.name.clone()).collect(),
            token_type: if operation.tokens.user { "user_access_token" } else { "tenant_access_token" },
        }
    }
}

/// All operations of the spec.
pub fn operations(api: &Api) -> impl Iterator<Item = &Operation> {
    api.versions.iter().flat_map(|version| &version.resources).flat_map(|resource| &resource.operations)
}

/// The documented answer, with its envelope.
pub fn answer(operation: &Operation) -> Json {
    operation.response_example.as_ref().map(to_json).unwrap_or_default()
}

fn holds_files(ty: &Type) -> bool {
    match ty {
        Type::File => true,
        Type::List(element) => holds_files(element),
        _ => false,
    }
}

fn examples(fields: &[Field]) -> Map<String, Json> {
    fields.iter().filter_map(|field| Some((field.name.clone(), to_json(field.example.as_ref()?)))).collect()
}

fn to_json(value: &Value) -> Json {
    match value {
        Value::Null => Json::Null,
        Value::Boolean(value) => Json::from(*value),
        Value::Integer(value) => Json::from(*value),
        Value::Float(value) => Json::from(*value),
        Value::String(value) => Json::from(value.as_str()),
        Value::List(list) => list.iter().map(to_json).collect(),
        Value::Map(entries) => entries.iter().map(|(name, value)| (name.clone(), to_json(value))).collect(),
    }
}

#[cfg(test)]
mod tests {
    use feishu_openapi_tests::spec;
    use serde_json::json;

    use super::*;

    fn check(id: &str, expected: &Json) {
        let api = feishu_openapi_codegen::read(&spec()).expect("the spec has no mistakes");
        let operation = operations(&api).find(|operation| operation.id == id).expect("the spec has the operation");
        assert_eq!(serde_json::to_value(Case::new(operation)).expect("a case is JSON"), *expected);
    }

    #[test]
    fn a_list_has_a_query_and_no_body() {
        let query = json!({ "page_size": 50, "page_token": "aWQ9NzEwMjMzMjMxMDE=", "user_id_type": "open_id" });
        let expected = json!({
            "id": "task.v2.tasklist.list", "path": {}, "query": query, "body": null, "files": [],
            "token_type": "user_access_token",
        });
        check("task.v2.tasklist.list", &expected);
    }

    #[test]
    fn files_are_told_from_the_fields_beside_them() {
        let body = json!({ "resource_type": "task", "resource_id": "fe96108d-b004-4a47-b2f8-6886e758b3a5" });
        let expected = json!({
            "id": "task.v2.attachment.upload", "path": {}, "query": { "user_id_type": "open_id" }, "body": body,
            "files": ["file"], "token_type": "user_access_token",
        });
        check("task.v2.attachment.upload", &expected);
    }
}
