//! Events: the entries of `x-webhooks`.

use openapiv3::Operation as Raw;
use serde::Deserialize;

use super::Lower;
use super::extensions::Extensions;
use super::schema::{Owner, text};
use crate::diagnostic::{Diagnostic, Place};
use crate::ir::{Body, BodyField, Event, Field, Module, Value};
use crate::load::Document;
use crate::names::pascal;
use crate::rules::Rule;

/// Where OpenAPI 3.0 documents put what a server sends by itself.
const KEY: &str = "x-webhooks";

impl Lower<'_> {
    /// The events of one file, in its order.
    pub(crate) fn events(&mut self, module: &Module, document: &Document) -> Vec<Event> {
        let place = Place::file(&document.path).key(KEY);
        let webhooks = document.openapi.extensions.get(KEY).and_then(serde_json::Value::as_object);
        let mut events: Vec<Event> = Vec::new();
        for (event_type, item) in webhooks.into_iter().flatten() {
            let place = place.key(event_type).key("post");
            let Some(post) = item.get("post") else { continue };
            match Raw::deserialize(post) {
                Ok(raw) => events.extend(self.event(module, &place, event_type, &raw)),
                Err(error) => {
                    let message = format!("this is no OpenAPI 3.0 operation: {error}");
                    self.diagnostics.push(Diagnostic::new(Rule::NotOpenapi, &place, message).at_key());
                }
            }
        }
        events
    }

    fn event(&mut self, module: &Module, place: &Place, event_type: &str, raw: &Raw) -> Option<Event> {
        let id = raw.operation_id.clone().unwrap_or_default();
        let method = self.method_name(module, place, &id)?;
        let name = format!("{}Event", pascal(&method));
        let extensions = Extensions(&raw.extensions);
        let (fields, example) = self.content(Owner { module, name: &name }, place, raw)?;
        Some(Event {
            id,
            event_type: event_type.to_owned(),
            name,
            summary: text(raw.summary.as_deref()),
            description: text(raw.description.as_deref()),
            page: extensions.page(raw.external_docs.as_ref()),
            app_types: extensions.texts("x-feishu-app-types"),
            scopes: extensions.texts("x-feishu-scopes"),
            field_scopes: extensions.texts("x-feishu-field-scopes"),
            rules: extensions.rules(),
            waivers: extensions.waivers(place),
            fields,
            example,
            place: place.clone(),
        })
    }

    /// The fields of `event`, and the page's example of the whole envelope.
    fn content(&mut self, owner: Owner<'_>, place: &Place, raw: &Raw) -> Option<(Vec<Field>, Option<Value>)> {
        let (Body::Json(fields), example) = self.body(owner, place, raw) else {
            let place = place.key("requestBody").key("content");
            self.diagnostics.push(
                Diagnostic::new(Rule::Body, &place, "an event is JSON")
                    .at_key()
                    .label("expected `application/json`")
                    .help("describe the object `event` of the envelope as its schema"),
            );
            return None;
        };
        let fields = fields.into_iter().filter_map(|field| match field {
            BodyField::Plain(field) => Some(field),
            // Only `x-feishu-update-mask` makes these, which the grammar refuses here.
            BodyField::Masked(_) => None,
        });
        Some((fields.collect(), example))
    }
}
