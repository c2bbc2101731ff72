//! Reads a checked tree into `openapiv3`, part by part.
//!
//! Its types flatten extensions and try variants one after the other, for which serde copies all that stands below,
//! at every level again. So the larger parts are read on their own, and put together here: that is a third of the
//! work, and the same document.

use indexmap::IndexMap;
use openapiv3::{
    Components, MediaType, OpenAPI, Operation, PathItem, ReferenceOr, RequestBody, Response, Responses, StatusCode,
};
use serde::Deserialize;
use serde::de::value::{BorrowedStrDeserializer, Error};

use super::part::Part;
use crate::yaml::{Entry, Tree};

/// Reads a document; what stands in `x-webhooks` is left out.
pub(super) fn document(tree: &Tree<'_>) -> Result<OpenAPI, Error> {
    let mut document: OpenAPI = without(tree, &["paths", "components"], Some("paths"))?;
    for (path, item) in below(tree, "paths") {
        document.paths.paths.insert(path.to_string(), ReferenceOr::Item(path_item(item)?));
    }
    document.components = tree.get("components").map(components).transpose()?;
    Ok(document)
}

/// The events of a document: what stands in `x-webhooks`.
pub(super) fn webhooks(tree: &Tree<'_>) -> Result<IndexMap<String, Operation>, Error> {
    let webhooks = below(tree, "x-webhooks").iter();
    webhooks
        .filter_map(|(name, item)| Some((name, item.get("post")?)))
        .map(|(name, post)| Ok((name.to_string(), operation(post)?)))
        .collect()
}

fn path_item(tree: &Tree<'_>) -> Result<PathItem, Error> {
    let mut item = PathItem::default();
    for (verb, tree) in tree.entries() {
        let slot = match &**verb {
            "get" => &mut item.get,
            "put" => &mut item.put,
            "post" => &mut item.post,
            "patch" => &mut item.patch,
            "delete" => &mut item.delete,
            // The grammar knows no others.
            _ => continue,
        };
        *slot = Some(operation(tree)?);
    }
    Ok(item)
}

fn operation(tree: &Tree<'_>) -> Result<Operation, Error> {
    let mut operation: Operation = without(tree, &["requestBody", "responses"], Some("responses"))?;
    operation.request_body = tree.get("requestBody").map(|body| reference_or(body, request_body)).transpose()?;
    operation.responses = responses(tree)?;
    let extensions = tree.entries().iter().filter(|(key, _)| key.starts_with("x-"));
    operation.extensions =
        extensions.map(|(key, tree)| Ok((key.to_string(), whole(tree)?))).collect::<Result<_, _>>()?;
    Ok(operation)
}

fn request_body(tree: &Tree<'_>) -> Result<RequestBody, Error> {
    let mut body: RequestBody = without(tree, &["content"], Some("content"))?;
    body.content = content(tree)?;
    Ok(body)
}

fn responses(tree: &Tree<'_>) -> Result<Responses, Error> {
    let mut responses = Responses::default();
    for (status, tree) in below(tree, "responses") {
        let response = reference_or(tree, response)?;
        if status == "default" {
            responses.default = Some(response);
        } else {
            responses
                .responses
                .insert(StatusCode::deserialize(BorrowedStrDeserializer::<Error>::new(status))?, response);
        }
    }
    Ok(responses)
}

fn response(tree: &Tree<'_>) -> Result<Response, Error> {
    let mut response: Response = without(tree, &["content"], None)?;
    response.content = content(tree)?;
    Ok(response)
}

/// The media types of a body.
fn content(tree: &Tree<'_>) -> Result<IndexMap<String, MediaType>, Error> {
    let media_type = |tree: &Tree<'_>| -> Result<MediaType, Error> {
        let mut media: MediaType = without(tree, &["schema"], None)?;
        media.schema = tree.get("schema").map(|schema| reference_or(schema, whole)).transpose()?;
        Ok(media)
    };
    below(tree, "content").iter().map(|(kind, tree)| Ok((kind.to_string(), media_type(tree)?))).collect()
}

fn components(tree: &Tree<'_>) -> Result<Components, Error> {
    Ok(Components {
        schemas: named(tree, "schemas", whole)?,
        parameters: named(tree, "parameters", whole)?,
        responses: named(tree, "responses", response)?,
        security_schemes: named(tree, "securitySchemes", whole)?,
        ..Components::default()
    })
}

/// One section of `components`.
fn named<'t, T>(
    tree: &'t Tree<'t>,
    section: &str,
    read: impl Fn(&'t Tree<'t>) -> Result<T, Error>,
) -> Result<IndexMap<String, ReferenceOr<T>>, Error> {
    below(tree, section).iter().map(|(name, tree)| Ok((name.to_string(), reference_or(tree, &read)?))).collect()
}

/// Which of the two a tree is can be seen; serde would copy it, and try.
fn reference_or<'t, T>(
    tree: &'t Tree<'t>,
    read: impl FnOnce(&'t Tree<'t>) -> Result<T, Error>,
) -> Result<ReferenceOr<T>, Error> {
    match tree.get("$ref").and_then(Tree::text) {
        Some(reference) => Ok(ReferenceOr::ref_(reference)),
        None => read(tree).map(ReferenceOr::Item),
    }
}

/// Reads all of a tree.
fn whole<'t, T: Deserialize<'t>>(tree: &'t Tree<'t>) -> Result<T, Error> {
    T::deserialize(Part::whole(tree))
}

/// Reads an object without its extensions and some of its parts; one that `openapiv3` demands is empty.
fn without<'t, T: Deserialize<'t>>(
    tree: &'t Tree<'t>,
    parts: &'static [&'static str],
    demanded: Option<&'static str>,
) -> Result<T, Error> {
    T::deserialize(Part::without(tree, parts, demanded))
}

fn below<'t>(tree: &'t Tree<'t>, key: &str) -> &'t [Entry<'t>] {
    tree.get(key).map_or(&[], Tree::entries)
}
