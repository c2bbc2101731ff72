//! Events: the entries of `x-webhooks`.

use openapiv3::Operation as Raw;

use super::Lower;
use super::extensions::Extensions;
use super::schema::{Owner, text};
use crate::diagnostic::{Code, Diagnostic, Pointer};
use crate::ir::{Body, BodyField, Event, Field, Module, Value};
use crate::load::Document;
use crate::names::pascal;

/// Where OpenAPI 3.0 documents put what a server sends by itself.
const KEY: &str = "x-webhooks";

impl Lower<'_> {
    /// The events of one file, in its order.
    pub(crate) fn events(&mut self, module: &Module, document: &Document) -> Vec<Event> {
        let place = Pointer::file(&document.path).key(KEY);
        let mut events: Vec<Event> = Vec::new();
        for (event_type, raw) in &document.webhooks {
            let place = place.key(event_type).key("post");
            self.event_once(event_type, &place);
            events.extend(self.event(module, &place, event_type, raw));
        }
        events
    }

    /// Reports an event that is described twice: nobody could say which of the two types arrives.
    fn event_once(&mut self, event_type: &str, place: &Pointer) {
        if let Some(earlier) = self.event_types.insert(event_type.to_owned(), place.clone()) {
            self.diagnostics.push(
                Diagnostic::new(Code::EventTwice, place, format!("the event `{event_type}` is described twice"))
                    .at_key()
                    .label("the second time")
                    .help(format!("the other one stands in `{}`; remove one of the two", earlier.file)),
            );
        }
    }

    fn event(&mut self, module: &Module, place: &Pointer, event_type: &str, raw: &Raw) -> Option<Event> {
        let id = raw.operation_id.clone().unwrap_or_default();
        let method = self.method_name(module, place, &id)?;
        let name = format!("{}Event", pascal(&method));
        let extensions = Extensions(&raw.extensions);
        self.no_tokens(place, raw);
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
            constraints: extensions.constraints(place, self.diagnostics),
            waivers: extensions.waivers(place),
            fields,
            example,
            place: place.clone(),
        })
    }

    /// Tools want to be told that there are none.
    fn no_tokens(&mut self, place: &Pointer, raw: &Raw) {
        if raw.security.iter().flatten().next().is_some() {
            self.diagnostics.push(
                Diagnostic::new(Code::Tokens, &place.key("security"), "an event comes without an access token")
                    .at_key()
                    .label("expected none")
                    .help("write `security: []`"),
            );
        }
    }

    /// The fields of `event`, and the page's example of the whole envelope.
    fn content(&mut self, owner: Owner<'_>, place: &Pointer, raw: &Raw) -> Option<(Vec<Field>, Option<Value>)> {
        let (Body::Json(fields), example) = self.body(owner, place, raw) else {
            let place = place.key("requestBody").key("content");
            self.diagnostics.push(
                Diagnostic::new(Code::Body, &place, "an event is JSON")
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

#[cfg(test)]
mod tests {
    use crate::{Source, read};

    /// What is said about the events `grown` of two files that have this `post`.
    fn check(files: &[&str], post: &str) -> Vec<String> {
        let sources: Vec<Source> = files
            .iter()
            .map(|file| {
                let text = format!(
                    "openapi: 3.0.3\ninfo: {{title: Demo, version: v1}}\npaths: {{}}\nx-webhooks:\n  \
                     demo.grown_v1:\n    post: {post}\n"
                );
                Source::new(format!("spec/demo/v1/{file}.yaml"), text)
            })
            .collect();
        let messages =
            |found: crate::diagnostic::Diagnostics| found.iter().map(|found| found.message.clone()).collect();
        read(&sources).map_or_else(messages, |_| Vec::new())
    }

    fn post(id: &str, kind: &str, extension: &str) -> String {
        format!(
            "{{operationId: {id}, summary: Grown, {extension}requestBody: {{content: {{{kind}: {{schema: {{type: \
             object, properties: {{height: {{type: integer}}}}}}}}}}}}, responses: {{\"200\": {{description: Here.}}}}}}"
        )
    }

    #[test]
    fn an_event_is_read() {
        let post = post("demo.v1.plant.grown", "application/json", "");
        assert_eq!(check(&["plant"], &post), [""; 0]);
    }

    #[test]
    fn an_event_is_json() {
        let post = post("demo.v1.plant.grown", "multipart/form-data", "");
        assert_eq!(check(&["plant"], &post), ["an event is JSON"]);
    }

    #[test]
    fn an_event_belongs_to_its_file() {
        let post = post("demo.v1.tree.grown", "application/json", "");
        assert_eq!(check(&["plant"], &post), ["`demo.v1.tree.grown` does not agree with this file"]);
    }

    #[test]
    fn an_event_has_no_tokens() {
        let post = post("demo.v1.plant.grown", "application/json", "security: [], ");
        assert_eq!(check(&["plant"], &post), [""; 0]);
        let post = self::post("demo.v1.plant.grown", "application/json", "security: [{user_access_token: []}], ");
        assert_eq!(check(&["plant"], &post), ["an event comes without an access token"]);
        let post = self::post("demo.v1.plant.grown", "application/json", "parameters: [], ");
        assert_eq!(check(&["plant"], &post), ["unknown key `parameters` in an event"]);
    }

    #[test]
    fn an_event_is_described_once() {
        let post = post("demo.v1.plant.grown", "application/json", "");
        let found = check(&["plant", "tree"], &post);
        assert!(found.contains(&"the event `demo.grown_v1` is described twice".to_owned()), "{found:#?}");
    }
}
