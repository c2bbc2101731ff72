//! One operation: its request, how it is sent, its answer.

use std::iter::once;

use super::fields::{Checks, builder, declaration};
use super::print;
use super::types::answer;
use super::{docs, requirements, words};
use crate::ir::{
    Body, BodyField, ErrorCode, Field, HttpMethod, Operation, Paging, PagingBy, Period, Presence, UpdateMask,
    are_comparable,
};

/// Stands in the tokens where the error table goes: we lay it out ourselves.
const ERRORS: &str = "rt::error_codes! {}";

/// The parts of a file that define one operation.
pub(crate) fn definition(operation: &Operation, checks: &Checks) -> Vec<String> {
    let fields: Vec<&Field> = operation.request_fields().collect();
    let mut parts = vec![
        request_struct(operation, &fields),
        builder(&operation.request, &fields),
        request_trait(operation),
        accepts(operation),
        checks.request(operation, requirements::calls(operation, checks)),
    ];
    parts.extend(operation.paging.as_ref().map(|paging| paged(operation, paging)));
    parts.extend(answer(operation));
    parts
}

fn request_struct(operation: &Operation, fields: &[&Field]) -> String {
    let mut derives = vec!["Clone", "Debug"];
    if !fields.iter().any(|field| field.presence == Presence::Required) {
        derives.push("Default");
    }
    if are_comparable(fields.iter().copied()) {
        derives.push("PartialEq");
    }
    let mut attributes: Vec<String> = words::alias(&operation.page.title).into_iter().collect();
    attributes.push(format!("derive({})", derives.join(", ")));
    let declarations: String = fields.iter().map(|field| declaration(field)).collect();
    print::structure(&docs::operation(operation), &attributes, &operation.request, &declarations)
}

fn request_trait(operation: &Operation) -> String {
    let tokens = match (operation.tokens.tenant, operation.tokens.user) {
        (true, true) => "BOTH",
        (true, false) => "TENANT",
        (false, true) => "USER",
        (false, false) => "NONE",
    };
    let scopes: Vec<String> = operation.scopes.iter().map(|scope| format!("{scope:?}")).collect();
    let limits = operation.rate_limits.iter().map(|limit| match limit.per {
        Period::Second => format!("rt::RateLimit::per_second({})", limit.requests),
        Period::Minute => format!("rt::RateLimit::per_minute({})", limit.requests),
    });
    let mut text = format!(
        "impl rt::Request for {} {{\n    const OPERATION: &'static rt::Operation = &rt::Operation {{\n",
        operation.request
    );
    text.push_str(&format!("        id: {:?},\n", operation.id));
    text.push_str(&format!("        method: rt::Method::{},\n", verb(operation.http)));
    text.push_str(&format!("        path: {:?},\n", operation.path));
    text.push_str(&format!("        page: {:?},\n", operation.page.url));
    text.push_str(&format!("        tokens: rt::Tokens::{tokens},\n"));
    text.push_str(&print::slice("scopes", &scopes));
    text.push_str(&print::slice("rate_limits", &limits.collect::<Vec<_>>()));
    let (repeatable, keyed) = (operation.repeatable.is_some(), operation.idempotency_key.is_some());
    if repeatable {
        text.push_str("        repeatable: true,\n");
    }
    if keyed {
        text.push_str("        keyed: true,\n");
    }
    text.push_str(&format!("        errors: {ERRORS},\n"));
    // What is not said stays at its default; clippy objects when everything is said.
    if !(repeatable && keyed) {
        text.push_str("        ..rt::Operation::DEFAULT\n");
    }
    text.push_str(&format!("    }};\n    type Response = {};\n", operation.response));
    text.push_str(&encode(operation));
    if let Some(key) = &operation.idempotency_key {
        text.push_str("    fn idempotency_key(&mut self) -> Option<&mut Option<String>> {\n");
        text.push_str(&format!("        Some(&mut self.{})\n    }}\n", key.0));
    }
    text.push_str("}\n");
    print::laid_out(text).replace(ERRORS, &error_table(&operation.errors))
}

fn error_table(errors: &[ErrorCode]) -> String {
    if errors.is_empty() {
        return "&[]".to_owned();
    }
    let mut text = "rt::error_codes! {\n".to_owned();
    for error in errors {
        let retry = if error.retry { " retry" } else { "" };
        text.push_str(&format!(
            "            {} {}{retry}: {:?}",
            error.status,
            error.code,
            words::one_line(&error.meaning)
        ));
        if !error.hint.is_empty() {
            text.push_str(&format!(", {:?}", words::one_line(&error.hint)));
        }
        text.push_str(";\n");
    }
    text.push_str("        }");
    text
}

fn encode(operation: &Operation) -> String {
    let call =
        |method: &str, field: &Field| format!("        out.{method}({:?}, &self.{});\n", field.name, field.ident.0);
    let mut calls = String::new();
    calls.extend(operation.path_parameters.iter().map(|field| call("path", field)));
    calls.extend(operation.query.iter().map(|field| call("query", field)));
    match &operation.body {
        Body::None => {}
        Body::Json(fields) => {
            calls.push_str("        out.json_body();\n");
            calls.extend(fields.iter().map(|field| match field {
                BodyField::Plain(field) => call("field", field),
                BodyField::Masked(mask) => masked(mask),
            }));
        }
        Body::Multipart(fields) => {
            calls.push_str("        out.multipart_body();\n");
            calls.extend(fields.iter().map(|field| {
                let is_file = !are_comparable(std::iter::once(field));
                call(if is_file { "files" } else { "part" }, field)
            }));
        }
    }
    if calls.is_empty() {
        return "    #[inline]\n    fn encode(&self, _: &mut rt::Encoder) {}\n".to_owned();
    }
    format!("    #[inline]\n    fn encode(&self, out: &mut rt::Encoder) {{\n{calls}    }}\n")
}

fn masked(mask: &UpdateMask) -> String {
    let calls = mask
        .values
        .iter()
        .map(|field| format!("            values.field({:?}, &self.{});\n", field.name, field.ident.0));
    let calls: String = calls.collect();
    let names = format!("self.{}.as_deref()", mask.fields.ident.0);
    let (target, fields) = (format!("{:?}", mask.target), format!("{:?}", mask.fields.name));
    let call = print::listed("        ", "out.masked", &[&target, &fields, &names, "values"], ";");
    format!("        let values = |values: &mut rt::Masked<'_>| {{\n{calls}        }};\n{call}")
}

fn accepts(operation: &Operation) -> String {
    let name = &operation.request;
    let identities: &[&str] = match (operation.tokens.tenant, operation.tokens.user) {
        (true, true) => return format!("impl<I: rt::Identity> rt::Accepts<I> for {name} {{}}\n"),
        (true, false) => &["Tenant", "Either"],
        (false, true) => &["User", "Either"],
        (false, false) => &["Either"],
    };
    identities.iter().map(|identity| format!("impl rt::Accepts<rt::{identity}> for {name} {{}}\n")).collect()
}

fn paged(operation: &Operation, paging: &Paging) -> String {
    let (by, answer) = match &paging.by {
        PagingBy::Token { page_token, next_page_token, has_more } => {
            (page_token.0.clone(), [Some(next_page_token), has_more.as_ref()])
        }
        PagingBy::Offset { offset, total } => (format!("offset: {}", offset.0), [total.as_ref(), None]),
        PagingBy::Number { page_index, first, page_size, total } => {
            let size = page_size.as_ref().map(|size| format!(" by {}", size.0)).unwrap_or_default();
            (format!("number: {} from {first}{size}", page_index.0), [total.as_ref(), None])
        }
    };
    let fields: Vec<&str> =
        once(&paging.items).chain(answer.into_iter().flatten()).map(|field| field.0.as_str()).collect();
    let head = format!("{} => {}", operation.request, paging.item.rust());
    let line = format!("{by}, {} {{ {} }}", operation.response, fields.join(", "));
    print::invocation("paged", &head, [line])
}

/// The method of the resource that makes the call.
pub(crate) fn method(operation: &Operation) -> String {
    let request = &operation.request;
    let docs = format!("{}: [`{request}`].", docs::summary(operation));
    let mut text = print::docs("    ", &docs);
    if let Some(alias) = words::alias(&operation.page.title) {
        text.push_str(&format!("    #[{alias}]\n"));
    }
    let parameters = ["&self", &format!("request: {request}")];
    let (head, result) = (format!("pub fn {}", operation.method.0), format!(" -> rt::Call<{request}>"));
    text.push_str(&print::listed("    ", &head, &parameters, &result));
    text.push_str(&format!(
        "    where\n        {request}: rt::Accepts<I>,\n    {{\n        self.0.call(request)\n    }}\n"
    ));
    text
}

fn verb(method: HttpMethod) -> &'static str {
    match method {
        HttpMethod::Get => "Get",
        HttpMethod::Post => "Post",
        HttpMethod::Put => "Put",
        HttpMethod::Patch => "Patch",
        HttpMethod::Delete => "Delete",
    }
}
