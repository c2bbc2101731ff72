//! Rules about methods and paths.

use std::collections::HashMap;

use super::context::Context;
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::ir::{Body, HttpMethod, Operation};

/// Braces that do not match, parameters that occur twice, paths outside `/open-apis/`.
pub(crate) fn path_template(operation: &Operation, diagnostics: &mut Diagnostics) {
    let mut fail = |message: String, label: &str, help: &str| {
        diagnostics.push(
            Diagnostic::new(Code::PathTemplate, &operation.place.parent(), message).at_key().label(label).help(help),
        );
    };
    let path = operation.path.as_str();
    if !path.starts_with("/open-apis/") {
        fail(
            "this path does not begin with `/open-apis/`".to_owned(),
            "not a path of the platform",
            "write the path as on the page, without the host",
        );
    }
    if path.contains('?') || path.contains('#') || path.contains(' ') {
        fail(
            "this path holds more than a path".to_owned(),
            "`?`, `#` or a space",
            "describe query parameters under `parameters`",
        );
    }
    let mut names: Vec<&str> = Vec::new();
    for segment in path.split('/') {
        match segment.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) {
            Some("") => fail("a parameter of this path has no name".to_owned(), "`{}`", "write `{task_guid}`"),
            Some(name) if name.contains(['{', '}']) => {
                fail(format!("the braces in `{segment}` do not match"), "unbalanced", "write `{task_guid}`");
            }
            Some(name) if names.contains(&name) => fail(
                format!("the path names `{name}` twice"),
                "one value cannot stand in two places",
                "give the two parameters different names",
            ),
            Some(name) => names.push(name),
            None if segment.contains('{') || segment.contains('}') => fail(
                format!("the braces in `{segment}` do not enclose the whole segment"),
                "a parameter is all that stands between two slashes",
                "write `{task_guid}`",
            ),
            None if segment.starts_with(':') => fail(
                format!("`{segment}` is not read as a parameter"),
                "a colon, as on the page",
                &format!("write `{{{}}}`", &segment[1..]),
            ),
            None => {}
        }
    }
}

/// Bodies where there can be none.
pub(crate) fn body_method(operation: &Operation, diagnostics: &mut Diagnostics) {
    if operation.http == HttpMethod::Get && operation.body != Body::None {
        diagnostics.push(
            Diagnostic::new(Code::BodyMethod, &operation.place.key("requestBody"), "a GET has no body")
                .at_key()
                .label("servers and proxies drop it")
                .help("describe the fields as parameters with `in: query`"),
        );
    }
}

/// Two operations of one name.
pub(crate) fn operation_ids(context: &Context<'_>, diagnostics: &mut Diagnostics) {
    let mut seen: HashMap<&str, &Operation> = HashMap::new();
    for operation in context.api.operations() {
        let Some(earlier) = seen.insert(&operation.id, operation) else { continue };
        diagnostics.push(
            Diagnostic::new(
                Code::OperationId,
                &operation.place.key("operationId"),
                format!("there are two operations `{}`", operation.id),
            )
            .label("the second one")
            .help("name this one after what it does")
            .other(&earlier.place.key("operationId")),
        );
    }
}

/// Two operations of the same method and path; what parameters are called makes no difference.
pub(crate) fn routes(context: &Context<'_>, diagnostics: &mut Diagnostics) {
    let mut seen: HashMap<(&str, Vec<&str>), &Operation> = HashMap::new();
    for operation in context.api.operations() {
        let segments = operation.path.split('/').map(|segment| if segment.starts_with('{') { "{}" } else { segment });
        let route = (operation.http.as_str(), segments.collect());
        let Some(earlier) = seen.insert(route, operation) else { continue };
        let message = format!("`{}` and `{}` are the same call", earlier.id, operation.id);
        diagnostics.push(
            Diagnostic::new(Code::Route, &operation.place, message)
                .at_key()
                .label(format!("{} of a path that is described already", operation.http.as_str()))
                .help("remove one of the two")
                .other(&earlier.place),
        );
    }
}
