//! Bodies of requests, update masks included.

use openapiv3::{ObjectType, Operation as Raw, ReferenceOr};

use super::Lower;
use super::extensions::{Extensions, field};
use super::operation::object;
use super::schema::{Owner, View, plain};
use crate::diagnostic::{Code, Diagnostic, Pointer, nearest};
use crate::ir::{Body, BodyField, DocumentedMask, Field, Presence, Type, UpdateMask, Value};

impl Lower<'_> {
    /// The body of an operation, and the page's example of it.
    pub(crate) fn body(&mut self, owner: Owner<'_>, place: &Pointer, raw: &Raw) -> (Body, Option<Value>) {
        let Some(ReferenceOr::Item(body)) = &raw.request_body else { return (Body::None, None) };
        let place_of_body = place.key("requestBody").key("content");
        let (kind, media) = match (body.content.len(), body.content.first()) {
            (1, Some((kind, media))) if kind == "application/json" || kind == "multipart/form-data" => (kind, media),
            _ => {
                self.diagnostics.push(
                    Diagnostic::new(Code::Body, &place_of_body, "this body has no kind that we know")
                        .at_key()
                        .label("expected `application/json` or `multipart/form-data`, one of them")
                        .help("see the `Content-Type` on the page"),
                );
                return (Body::None, None);
            }
        };
        let schema_place = place_of_body.key(kind).key("schema");
        let schema = media.schema.as_ref().map(View::from);
        let Some(View::Schema(schema)) = schema else { return self.body_error(&schema_place) };
        let Some(properties) = object(schema) else { return self.body_error(&schema_place) };
        let example = plain(media.example.as_ref());
        if kind == "multipart/form-data" {
            return (Body::Multipart(self.fields(owner, &schema_place, properties)), example);
        }
        let fields = match Extensions(&raw.extensions).get("x-feishu-update-mask") {
            None => self.fields(owner, &schema_place, properties).into_iter().map(BodyField::Plain).collect(),
            Some(mask) => self.masked(owner, &place.key("x-feishu-update-mask"), &schema_place, properties, mask),
        };
        (Body::Json(fields), example)
    }

    fn body_error(&mut self, place: &Pointer) -> (Body, Option<Value>) {
        self.diagnostics.push(
            Diagnostic::new(Code::Body, place, "a body is an object, written out here")
                .at_key()
                .label("expected `type: object` with `properties`")
                .help("write the properties out here; they become fields of the request, beside its parameters"),
        );
        (Body::None, None)
    }

    /// The properties of a body of which one is the target of an update mask.
    fn masked(
        &mut self,
        owner: Owner<'_>,
        mask_place: &Pointer,
        place: &Pointer,
        body: &ObjectType,
        mask: &serde_json::Value,
    ) -> Vec<BodyField> {
        let target = field(Some(mask), "target");
        let names = field(Some(mask), "fields");
        let mut without_target = body.clone();
        let target_schema = without_target.properties.shift_remove(&target);
        without_target.required.retain(|name| *name != target);
        let position = body.properties.get_index_of(&target);
        let mut fields = self.fields(owner, place, &without_target);
        let names_at = fields.iter().position(|field| field.name == names);
        let refs: Vec<&Field> = fields.iter().collect();
        self.named_field(&mask_place.key("fields"), &names, "the body", &refs);
        let target_schema = match target_schema {
            Some(ReferenceOr::Item(schema)) if object(&schema).is_some() => schema,
            _ => {
                self.diagnostics.push(
                    Diagnostic::new(
                        Code::ExtensionField,
                        &mask_place.key("target"),
                        format!("the body has no inline object `{target}`"),
                    )
                    .label("expected the property with the new values"),
                );
                return fields.into_iter().map(BodyField::Plain).collect();
            }
        };
        let (Some(names_at), Some(object), Some(position)) = (names_at, object(&target_schema), position) else {
            return fields.into_iter().map(BodyField::Plain).collect();
        };
        let target_place = place.key("properties").key(&target);
        let extensions = Extensions(&target_schema.schema_data.extensions);
        let documented = DocumentedMask {
            target_required: body.required.contains(&target),
            fields_required: body.required.contains(&names),
            required_values: object.required.clone(),
            example: plain(target_schema.schema_data.example.as_ref()),
            waivers: extensions.waivers(&target_place),
            place: target_place.clone(),
        };
        let mut values = self.fields(owner, &target_place, object);
        let mut names = fields.remove(names_at);
        names.presence = Presence::Optional;
        self.settle_mask(mask_place, mask, &names, &mut values);
        let mut body: Vec<BodyField> = fields.into_iter().map(BodyField::Plain).collect();
        let position = position.min(body.len());
        body.insert(position, BodyField::Masked(UpdateMask { target, fields: names, values, documented }));
        body
    }

    /// Which values may be cleared, and whether the mask knows all of them.
    fn settle_mask(&mut self, place: &Pointer, mask: &serde_json::Value, names: &Field, values: &mut [Field]) {
        if !matches!(&names.ty, Type::List(item) if matches!(**item, Type::Enum(_))) {
            self.diagnostics.push(
                Diagnostic::new(Code::UpdateMask, &names.place, format!("`{}` must be a list of an enum", names.name))
                    .at_key()
                    .label("which fields may be updated is not said")
                    .help("write `items: {type: string, enum: […]}` with the names of all fields that may be updated"),
            );
        }
        for value in values.iter_mut() {
            value.presence = Presence::PatchOptional;
        }
        let clearable = mask.get("clearable").and_then(serde_json::Value::as_array);
        for (index, name) in clearable.into_iter().flatten().filter_map(|name| name.as_str()).enumerate() {
            if let Some(value) = values.iter_mut().find(|value| value.name == name) {
                value.presence = Presence::PatchClearable;
                continue;
            }
            let known = values.iter().map(|value| value.name.as_str());
            let place = place.key("clearable").index(index);
            let mut diagnostic =
                Diagnostic::new(Code::ExtensionField, &place, format!("the target of the mask has no field `{name}`"))
                    .label("names a field that is not there");
            if let Some(near) = nearest(name, known) {
                diagnostic = diagnostic.help(format!("did you mean `{near}`?"));
            }
            self.diagnostics.push(diagnostic);
        }
    }
}
