//! One operation: its request, how it is sent, its answer.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::docs;
use super::fields::{Constrained, builder, declaration, word};
use super::print;
use super::types::{answer, is_comparable};
use crate::ir::{Body, BodyField, ErrorCode, Field, HttpMethod, Operation, Paging, Period, Presence, UpdateMask};

/// Stands in the tokens where the error table goes: we lay it out ourselves.
const ERRORS: &str = "rt::error_codes! {}";

/// The parts of a file that define one operation.
pub(crate) fn definition(operation: &Operation, constrained: &Constrained) -> Vec<String> {
    let fields: Vec<&Field> = operation.request_fields().collect();
    let mut parts = vec![
        print::item(request_struct(operation, &fields)),
        builder(&operation.request, &fields),
        request_trait(operation),
        accepts(operation),
        print::item(constrained.request(operation)),
    ];
    parts.extend(operation.paging.as_ref().map(|paging| paged(operation, paging)));
    parts.extend(answer(&operation.response, &operation.answer_description, &operation.answer));
    parts
}

/// The update masks in the body of an operation.
pub(crate) fn masks(operation: &Operation) -> impl Iterator<Item = &UpdateMask> {
    let fields = match &operation.body {
        Body::Json(fields) => &fields[..],
        _ => &[],
    };
    fields.iter().filter_map(|field| match field {
        BodyField::Masked(mask) => Some(mask),
        BodyField::Plain(_) => None,
    })
}

fn request_struct(operation: &Operation, fields: &[&Field]) -> TokenStream {
    let name = word(&operation.request);
    let docs = docs::attributes(&docs::operation(operation));
    let alias = &operation.page.title;
    let declarations = fields.iter().map(|field| declaration(field));
    let mut derives = vec![quote!(Clone), quote!(Debug)];
    if !fields.iter().any(|field| field.presence == Presence::Required) {
        derives.push(quote!(Default));
    }
    if is_comparable(fields.iter().copied()) {
        derives.push(quote!(PartialEq));
    }
    quote! {
        #docs
        #[doc(alias = #alias)]
        #[derive(#(#derives),*)]
        pub struct #name { #(#declarations),* }
    }
}

fn request_trait(operation: &Operation) -> String {
    let name = word(&operation.request);
    let response = word(&operation.response);
    let (id, path, page) = (&operation.id, &operation.path, &operation.page.url);
    let method = format_ident!("{}", verb(operation.http));
    let tokens = match (operation.tokens.tenant, operation.tokens.user) {
        (true, true) => quote!(rt::Tokens::BOTH),
        (true, false) => quote!(rt::Tokens::TENANT),
        (false, true) => quote!(rt::Tokens::USER),
        (false, false) => quote!(rt::Tokens::NONE),
    };
    let scopes = &operation.scopes;
    let rate_limits = operation.rate_limits.iter().map(|limit| {
        let requests = proc_macro2::Literal::i64_unsuffixed(limit.requests);
        match limit.per {
            Period::Second => quote!(rt::RateLimit::per_second(#requests)),
            Period::Minute => quote!(rt::RateLimit::per_minute(#requests)),
        }
    });
    let repeatable = operation.repeatable.is_some().then(|| quote!(repeatable: true,));
    let keyed = operation.idempotency_key.is_some().then(|| quote!(keyed: true,));
    // What is not said stays at its default; clippy objects when everything is said.
    let rest = (repeatable.is_none() || keyed.is_none()).then(|| quote!(..rt::Operation::DEFAULT));
    let encode = encode(operation);
    let key = operation.idempotency_key.as_ref().map(|key| {
        let key = word(&key.0);
        quote! {
            fn idempotency_key(&mut self) -> Option<&mut Option<String>> {
                Some(&mut self.#key)
            }
        }
    });
    let errors = word(ERRORS);
    let text = print::item(quote! {
        impl rt::Request for #name {
            const OPERATION: &'static rt::Operation = &rt::Operation {
                id: #id,
                method: rt::Method::#method,
                path: #path,
                page: #page,
                tokens: #tokens,
                scopes: &[#(#scopes),*],
                rate_limits: &[#(#rate_limits),*],
                #repeatable
                #keyed
                errors: #errors,
                #rest
            };
            type Response = #response;
            #encode
            #key
        }
    });
    text.replace(ERRORS, &error_table(&operation.errors))
}

fn error_table(errors: &[ErrorCode]) -> String {
    if errors.is_empty() {
        return "&[]".to_owned();
    }
    let mut text = "rt::error_codes! {\n".to_owned();
    for error in errors {
        let retry = if error.retry { " retry" } else { "" };
        text.push_str(&format!("            {} {}{retry}: {:?}", error.status, error.code, one_line(&error.meaning)));
        if !error.hint.is_empty() {
            text.push_str(&format!(", {:?}", one_line(&error.hint)));
        }
        text.push_str(";\n");
    }
    text.push_str("        }");
    text
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn encode(operation: &Operation) -> TokenStream {
    let infallible = |method: &str, field: &Field| {
        let (method, name, ident) = (word(method), &field.name, word(&field.ident.0));
        quote!(out.#method(#name, &self.#ident);)
    };
    let fallible = |method: &str, field: &Field| {
        let (method, name, ident) = (word(method), &field.name, word(&field.ident.0));
        quote!(out.#method(#name, &self.#ident)?;)
    };
    let mut calls: Vec<TokenStream> = Vec::new();
    calls.extend(operation.path_parameters.iter().map(|field| fallible("path", field)));
    calls.extend(operation.query.iter().map(|field| infallible("query", field)));
    match &operation.body {
        Body::None => {}
        Body::Json(fields) => {
            calls.push(quote!(out.json_body();));
            calls.extend(fields.iter().map(|field| match field {
                BodyField::Plain(field) => fallible("field", field),
                BodyField::Masked(mask) => masked(mask),
            }));
        }
        Body::Multipart(fields) => {
            calls.push(quote!(out.multipart_body();));
            calls.extend(fields.iter().map(|field| {
                let is_file = !is_comparable(std::iter::once(field));
                infallible(if is_file { "files" } else { "part" }, field)
            }));
        }
    }
    let out = if calls.is_empty() { quote!(_) } else { quote!(out) };
    quote! {
        fn encode(&self, #out: &mut rt::Encoder) -> Result<(), rt::Error> {
            #(#calls)*
            Ok(())
        }
    }
}

fn masked(mask: &UpdateMask) -> TokenStream {
    let (target, names, list) = (&mask.target, &mask.fields.name, word(&mask.fields.ident.0));
    let calls = mask.values.iter().map(|field| {
        let (name, ident) = (&field.name, word(&field.ident.0));
        quote!(values.field(#name, &self.#ident)?;)
    });
    quote! {
        let values = |values: &mut rt::Masked<'_>| -> Result<(), rt::Error> {
            #(#calls)*
            Ok(())
        };
        out.masked(#target, #names, self.#list.as_deref(), values)?;
    }
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
    let fields = [&paging.items, &paging.next_page_token, &paging.has_more].map(|field| field.0.as_str()).join(", ");
    let head = format!("{} => {}", operation.request, super::fields::ty(&paging.item));
    let line = format!("{}, {} {{ {fields} }}", paging.page_token.0, operation.response);
    print::invocation("paged", &head, [line])
}

/// The method of the resource that makes the call.
pub(crate) fn method(operation: &Operation) -> TokenStream {
    let name = word(&operation.method.0);
    let request = word(&operation.request);
    let docs = docs::attributes(&format!("{}: [`{}`].", docs::prose(&operation.summary), operation.request));
    let alias = &operation.page.title;
    quote! {
        #docs
        #[doc(alias = #alias)]
        pub fn #name(&self, request: #request) -> rt::Call<#request>
        where
            #request: rt::Accepts<I>,
        {
            self.0.call(request)
        }
    }
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
