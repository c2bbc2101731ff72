//! Which fields an operation has, in its request and in its answer: as the spec says, and as an SDK declares.

use std::collections::{BTreeMap, HashMap};

use feishu_openapi_codegen::ir::{
    Api, Body, BodyField, Field, Module, Operation, Presence, Type, TypeDef, TypePath, UpdateMask, Values,
};
use serde::Deserialize;

/// What a place holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs)]
pub enum Kind {
    String,
    Integer,
    Number,
    Boolean,
    List,
    Map,
    Object,
    File,
    /// What the SDK leaves open.
    Any,
}

impl Kind {
    /// As it is written in `differences.yaml`.
    pub fn as_str(self) -> &'static str {
        match self {
            Kind::String => "string",
            Kind::Integer => "integer",
            Kind::Number => "number",
            Kind::Boolean => "boolean",
            Kind::List => "list",
            Kind::Map => "map",
            Kind::Object => "object",
            Kind::File => "file",
            Kind::Any => "any",
        }
    }
}

/// A field that the spec has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SpecField {
    /// What it holds.
    pub kind: Kind,
    /// Whether a request needs it.
    pub required: bool,
    /// Where the spec says so: `task.v2.Task.guid` for a field of a type, the place for all else.
    pub stands: String,
    /// The type, where it has a name: `task.v2.Task`.
    pub type_name: Option<String>,
}

/// A field that an SDK declares.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub struct SdkField {
    /// What it holds.
    pub kind: Kind,
    /// Whether a request needs it; nothing if the SDK does not say.
    #[serde(default)]
    pub required: Option<bool>,
}

/// The fields by their places: `query.page_size`, `body.members[].id`, `answer.items[].guid`.
pub type Fields<F> = BTreeMap<String, F>;

/// Looks fields up in the spec.
pub struct Spec<'a> {
    types: HashMap<TypePath, &'a TypeDef>,
}

impl<'a> Spec<'a> {
    /// Knows all types of the spec.
    pub fn new(api: &'a Api) -> Self {
        let mut types = HashMap::new();
        let mut add = |module: Module, definitions: &'a [TypeDef]| {
            for definition in definitions {
                types.insert(TypePath { module: module.clone(), name: definition.name().to_owned() }, definition);
            }
        };
        add(Module::Shared, &api.shared);
        for version in &api.versions {
            let (service, name) = (version.service.clone(), version.version.clone());
            add(Module::Version { service: service.clone(), version: name.clone() }, &version.types);
            for resource in &version.resources {
                let (service, version, resource_name) = (service.clone(), name.clone(), resource.name.clone());
                add(Module::Resource { service, version, resource: resource_name }, &resource.types);
            }
        }
        Spec { types }
    }

    /// Every field of an operation.
    pub fn fields(&self, operation: &Operation) -> Fields<SpecField> {
        let mut walk = Walk { spec: self, fields: Fields::new(), above: Vec::new() };
        walk.list("path", "path", &operation.path_parameters);
        walk.list("query", "query", &operation.query);
        match &operation.body {
            Body::None => {}
            Body::Multipart(fields) => walk.list("body", "body", fields),
            Body::Json(fields) => fields.iter().for_each(|field| match field {
                BodyField::Plain(field) => walk.field("body", "body", field),
                BodyField::Masked(mask) => walk.mask(mask),
            }),
        }
        walk.list("answer", "answer", &operation.answer);
        walk.fields
    }
}

struct Walk<'a> {
    spec: &'a Spec<'a>,
    fields: Fields<SpecField>,
    /// The types that the current place is within.
    above: Vec<&'a TypePath>,
}

impl<'a> Walk<'a> {
    fn list(&mut self, place: &str, owner: &str, fields: &'a [Field]) {
        fields.iter().for_each(|field| self.field(place, owner, field));
    }

    fn field(&mut self, place: &str, owner: &str, field: &'a Field) {
        let required = field.presence == Presence::Required;
        let (place, stands) = (format!("{place}.{}", field.name), format!("{owner}.{}", field.name));
        self.place(place, stands, required, &field.ty);
    }

    fn mask(&mut self, mask: &'a UpdateMask) {
        let target = format!("body.{}", mask.target);
        let required = mask.documented.target_required;
        let ours = SpecField { kind: Kind::Object, required, stands: target.clone(), type_name: None };
        self.fields.insert(target.clone(), ours);
        for field in &mask.values {
            let place = format!("{target}.{}", field.name);
            let required = mask.documented.required_values.contains(&field.name);
            self.place(place.clone(), place, required, &field.ty);
        }
        let place = format!("body.{}", mask.fields.name);
        self.place(place.clone(), place, mask.documented.fields_required, &mask.fields.ty);
    }

    fn place(&mut self, place: String, stands: String, required: bool, ty: &'a Type) {
        let type_name = if let Type::Struct(path) = ty { Some(name(path)) } else { None };
        let ours = SpecField { kind: self.kind(ty), required, stands: stands.clone(), type_name };
        self.fields.insert(place.clone(), ours);
        match ty {
            Type::List(element) => self.place(format!("{place}[]"), format!("{stands}[]"), true, element),
            Type::Struct(path) if !self.above.contains(&path) => {
                if let Some(TypeDef::Struct(definition)) = self.spec.types.get(path) {
                    self.above.push(path);
                    self.list(&place, &name(path), &definition.fields);
                    self.above.pop();
                }
            }
            _ => {}
        }
    }

    fn kind(&self, ty: &Type) -> Kind {
        match ty {
            Type::String | Type::Millis | Type::Seconds => Kind::String,
            Type::Boolean => Kind::Boolean,
            Type::Integer => Kind::Integer,
            Type::Number => Kind::Number,
            Type::File => Kind::File,
            Type::Enum(path) => match self.spec.types.get(path) {
                Some(TypeDef::Enum(definition)) if matches!(definition.values, Values::Integers(_)) => Kind::Integer,
                _ => Kind::String,
            },
            Type::Struct(_) => Kind::Object,
            Type::List(_) => Kind::List,
            Type::Map(_) => Kind::Map,
        }
    }
}

/// `task.v2.Task`
fn name(path: &TypePath) -> String {
    match &path.module {
        Module::Shared => path.name.clone(),
        Module::Version { service, version } => format!("{service}.{version}.{}", path.name),
        Module::Resource { service, version, resource } => format!("{service}.{version}.{resource}.{}", path.name),
    }
}

#[cfg(test)]
mod tests {
    use feishu_openapi_codegen::Source;
    use feishu_openapi_tests::common;

    use super::*;
    use crate::case::operations;

    /// Lists the fields of the operation in a fixture.
    fn check(name: &str, text: &str, expected: &[&str]) {
        let path = format!("spec/demo/v1/{name}.yaml");
        let api = feishu_openapi_codegen::read(&[common(), Source::new(path, text)]).expect("no mistakes");
        let operation = operations(&api).next().expect("an operation");
        let describe = |(place, field): (String, SpecField)| {
            let required = if field.required { ", required" } else { "" };
            format!("{place} in {}: {}{required}", field.stands, field.kind.as_str())
        };
        let found: Vec<String> = Spec::new(&api).fields(operation).into_iter().map(describe).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn an_update_is_its_target_and_the_names() {
        let expected = [
            "body.notify in body.notify: boolean",
            "body.thing in body.thing: object",
            "body.thing.due in body.thing.due: object",
            "body.thing.due.timestamp in demo.v1.update_mask.When.timestamp: string",
            "body.thing.is_done in body.thing.is_done: boolean",
            "body.thing.name in body.thing.name: string",
            "body.thing.note in body.thing.note: string",
            "body.thing.tags in body.thing.tags: list",
            "body.thing.tags[] in body.thing.tags[]: string, required",
            "body.update_fields in body.update_fields: list, required",
            "body.update_fields[] in body.update_fields[]: string, required",
            "path.guid in path.guid: string, required",
        ];
        check("update_mask", include_str!("../../fixtures/update_mask.yaml"), &expected);
    }

    #[test]
    fn a_form_has_fields_and_files() {
        let expected = [
            "body.file in body.file: list, required",
            "body.file[] in body.file[]: file, required",
            "body.kind in body.kind: string",
            "body.owner in body.owner: string, required",
        ];
        check("multipart", include_str!("../../fixtures/multipart.yaml"), &expected);
    }
}
