//! The documented example call of an operation, as data that a driver can make a call of.

use feishu_openapi_codegen::ir::{Api, Body, Field, Operation, Value};
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
        let mut body = match (&operation.body, &operation.request_example) {
            (Body::None, _) => None,
            (_, example) => example.as_ref().map(to_json).and_then(|example| example.as_object().cloned()),
        };
        let mut files = Vec::new();
        if let Body::Multipart(fields) = &operation.body {
            files.extend(fields.iter().map(|field| field.name.clone()).filter(|name| is_file(fields, name)));
        }
        files.iter().for_each(|name| body.iter_mut().for_each(|body| drop(body.remove(name))));
        Case {
            id: operation.id.clone(),
            path: examples(&operation.path_parameters),
            query: examples(&operation.query),
            body,
            files,
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

fn is_file(fields: &[Field], name: &str) -> bool {
    use feishu_openapi_codegen::ir::Type;
    let holds_files =
        |ty: &Type| matches!(ty, Type::File) || matches!(ty, Type::List(element) if **element == Type::File);
    fields.iter().any(|field| field.name == name && holds_files(&field.ty))
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
