//! Rules about the types of fields: parameters, forms, paging, the idempotency key, recursion.

use super::context::Context;
use super::names::name_of;
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::ir::{Body, Field, Ident, Operation, PagingBy, Presence, Struct, Type, TypeDef};

/// How messages call a type.
pub(crate) fn kind(ty: &Type) -> &'static str {
    match ty {
        Type::String => "a string",
        Type::Millis => "a string of milliseconds",
        Type::Seconds => "a string of seconds",
        Type::Boolean => "a boolean",
        Type::Integer => "an integer",
        Type::Number => "a number",
        Type::File => "a file",
        Type::Enum(_) => "an enum",
        Type::Struct(_) => "an object",
        Type::List(_) => "a list",
        Type::Map(_) => "a map",
    }
}

/// Parameters that no URL can hold.
pub(crate) fn parameter_types(operation: &Operation, diagnostics: &mut Diagnostics) {
    let in_path = operation.path_parameters.iter().map(|field| (field, "path"));
    for (field, place) in in_path.chain(operation.query.iter().map(|field| (field, "query"))) {
        let fits = match &field.ty {
            Type::List(item) => place == "query" && is_plain(item),
            ty => is_plain(ty),
        };
        if !fits {
            diagnostics.push(
                name_of(Code::ParameterType, field, format!("`{}` is {}, in a {place}", field.name, kind(&field.ty)))
                    .label(if place == "query" {
                        "expected a plain value, or a list of them"
                    } else {
                        "expected a plain value"
                    })
                    .help("send it in the body, or describe it as the text that is sent"),
            );
        }
    }
}

fn is_plain(ty: &Type) -> bool {
    !matches!(ty, Type::File | Type::Struct(_) | Type::List(_) | Type::Map(_))
}

/// Files outside forms, and forms with parts that are neither plain nor files.
pub(crate) fn multipart(operation: &Operation, diagnostics: &mut Diagnostics) {
    match &operation.body {
        Body::Multipart(fields) => {
            for field in fields {
                let fits = match &field.ty {
                    Type::List(item) => is_plain(item) || **item == Type::File,
                    ty => is_plain(ty) || *ty == Type::File,
                };
                if !fits {
                    let message = format!("`{}` is {}, in a form", field.name, described(&field.ty));
                    diagnostics.push(
                        name_of(Code::Multipart, field, message)
                            .label("expected a plain value, a file, or a list of them")
                            .help("describe the part as text, as it is sent"),
                    );
                }
            }
        }
        Body::Json(_) => {
            let parameters = operation.path_parameters.len() + operation.query.len();
            operation.request_fields().skip(parameters).for_each(|field| no_file(field, diagnostics));
        }
        Body::None => {}
    }
    operation.answer.iter().for_each(|field| no_file(field, diagnostics));
}

/// Files in components, which are JSON.
pub(crate) fn files_in_structs(definition: &Struct, diagnostics: &mut Diagnostics) {
    definition.fields.iter().for_each(|field| no_file(field, diagnostics));
}

fn no_file(field: &Field, diagnostics: &mut Diagnostics) {
    if *field.ty.innermost() == Type::File {
        diagnostics.push(
            name_of(Code::Multipart, field, format!("`{}` is {}, in JSON", field.name, described(&field.ty)))
                .label("JSON holds no files")
                .help("files travel in a body of `multipart/form-data`"),
        );
    }
}

fn described(ty: &Type) -> String {
    let plural = |ty: &Type| match kind(ty).split_once(' ') {
        Some((_, words)) => format!("{words}s"),
        None => String::new(),
    };
    match ty {
        Type::List(item) => format!("a list of {}", plural(item)),
        Type::Map(item) => format!("a map of {}", plural(item)),
        ty => kind(ty).to_owned(),
    }
}

/// Paging by fields of other types than the stream of pages can use.
pub(crate) fn paging(operation: &Operation, diagnostics: &mut Diagnostics) {
    let Some(paging) = &operation.paging else { return };
    let place = operation.place.key("x-feishu-paging");
    let request: Vec<&Field> = operation.request_fields().collect();
    let answer: Vec<&Field> = operation.answer.iter().collect();
    let mut demand = |key: &str, fields: &[&Field], name: &Ident, ty: Type| {
        let Some(field) = fields.iter().find(|field| field.ident == *name) else { return };
        let needed = field.presence == Presence::Required;
        let (message, label) = if field.ty != ty {
            (
                format!("`{}` is {}, not {}", field.name, kind(&field.ty), kind(&ty)),
                format!("names {}", kind(&field.ty)),
            )
        } else if key == "page_token" && needed {
            (format!("`{}` is required; the first page has no token", field.name), "names a required field".to_owned())
        } else {
            return;
        };
        diagnostics.push(Diagnostic::new(Code::Paging, &place.key(key), message).label(label).help(
            "`page_token` is an optional string; in the answer, `next_page_token` is a string and `has_more` a \
             boolean; everything that counts is an integer",
        ));
    };
    match &paging.by {
        PagingBy::Token { page_token, next_page_token, has_more } => {
            demand("page_token", &request, page_token, Type::String);
            demand("next_page_token", &answer, next_page_token, Type::String);
            has_more.iter().for_each(|has_more| demand("has_more", &answer, has_more, Type::Boolean));
        }
        PagingBy::Offset { offset, total } => {
            demand("offset", &request, offset, Type::Integer);
            total.iter().for_each(|total| demand("total", &answer, total, Type::Integer));
        }
        PagingBy::Number { page_index, first: _, page_size, total } => {
            demand("page_index", &request, page_index, Type::Integer);
            page_size.iter().for_each(|size| demand("page_size", &request, size, Type::Integer));
            total.iter().for_each(|total| demand("total", &answer, total, Type::Integer));
        }
    }
}

/// Keys that cannot be made up by the client.
pub(crate) fn idempotency_key(operation: &Operation, diagnostics: &mut Diagnostics) {
    let Some(key) = &operation.idempotency_key else { return };
    let Some(field) = operation.request_fields().find(|field| field.ident == *key) else { return };
    let found = match (&field.ty, field.presence) {
        (Type::String, Presence::Optional) => return,
        (Type::String, _) => "required",
        (ty, _) => kind(ty),
    };
    diagnostics.push(
        Diagnostic::new(
            Code::IdempotencyKey,
            &operation.place.key("x-feishu-idempotency-key"),
            format!("the idempotency key `{}` is {found}", field.name),
        )
        .label("expected an optional string of the body")
        .help("the client makes one up when the caller gives none, so it is `type: string` and not `required`"),
    );
}

/// Objects that hold themselves directly: a value would have no end.
pub(crate) fn recursion(context: &Context<'_>, definition: &Struct, diagnostics: &mut Diagnostics) {
    for field in &definition.fields {
        let mut open = vec![&field.ty];
        let mut seen = std::collections::BTreeSet::new();
        while let Some(ty) = open.pop() {
            let Type::Struct(path) = ty else { continue };
            let Some(TypeDef::Struct(inner)) = context.ty(path) else { continue };
            if inner.place == definition.place {
                diagnostics.push(
                    name_of(
                        Code::Recursion,
                        field,
                        format!("`{}` holds itself through `{}`", definition.name, field.name),
                    )
                    .label("a value of this type would have no end")
                    .help("objects nest in lists and maps; look at the page, or leave the field out"),
                );
                break;
            }
            if seen.insert(&inner.place) {
                open.extend(inner.fields.iter().map(|field| &field.ty));
            }
        }
    }
}
