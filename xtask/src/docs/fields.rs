//! Parameters and fields of the IR as items, shared types written out.

use feishu_openapi_codegen::diagnostic::Pointer;
use feishu_openapi_codegen::ir::{self, Field, Limits, Presence, Type, TypeDef, TypePath, UpdateMask, Values};
use feishu_openapi_pages::{EnumValue, Fact, Item, Stated, Ty, Waiver};

use super::spec::Places;
use super::waivers::{self, Origin};

/// Which list a field stands in.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Parameter,
    Request,
    Answer,
}

/// Turns the fields of one operation into items, and collects their waivers on the way.
pub(crate) struct Fields<'a> {
    api: &'a ir::Api,
    operation: &'a str,
    places: &'a mut Places,
    waivers: Vec<Waiver>,
    origins: Vec<Origin>,
    /// The types around the current field: a type may hold itself.
    open: Vec<TypePath>,
}

impl<'a> Fields<'a> {
    pub(crate) fn new(api: &'a ir::Api, operation: &'a str, places: &'a mut Places) -> Self {
        Fields { api, operation, places, waivers: Vec::new(), origins: Vec::new(), open: Vec::new() }
    }

    pub(crate) fn into_waivers(self) -> (Vec<Waiver>, Vec<Origin>) {
        (self.waivers, self.origins)
    }

    pub(crate) fn parameters(&mut self, root: &str, fields: &[Field]) -> Vec<Item> {
        fields.iter().map(|field| self.item(root, field, Side::Parameter)).collect()
    }

    pub(crate) fn request(&mut self, root: &str, fields: &[Field]) -> Vec<Item> {
        fields.iter().map(|field| self.item(root, field, Side::Request)).collect()
    }

    pub(crate) fn answer(&mut self, root: &str, fields: &[Field]) -> Vec<Item> {
        fields.iter().map(|field| self.item(root, field, Side::Answer)).collect()
    }

    /// The two properties behind an update mask.
    pub(crate) fn mask(&mut self, root: &str, mask: &UpdateMask) -> [Item; 2] {
        let documented = &mask.documented;
        let place = format!("{root}.{}", mask.target);
        for waiver in &documented.waivers {
            waivers::add(waiver, self.operation, &place, &mut self.waivers, &mut self.origins);
        }
        let line = self.line(&documented.place, &[]);
        let mut target = Item::new(mask.target.as_str(), Ty::Object, line);
        target.required = Some(documented.target_required);
        target.example = documented.example.as_ref().map(|value| Stated::new(value.to_string(), line));
        target.children = self.request(&place, &mask.values);
        for child in &mut target.children {
            child.required = Some(documented.required_values.contains(&child.name));
        }
        let mut fields = self.item(root, &mask.fields, Side::Request);
        fields.required = Some(documented.fields_required);
        [target, fields]
    }

    fn line(&mut self, owner: &Pointer, keys: &[&str]) -> usize {
        let place = keys.iter().fold(owner.clone(), |place, key| place.key(key));
        self.places.add(owner, place)
    }

    fn item(&mut self, root: &str, field: &Field, side: Side) -> Item {
        let place = format!("{root}.{}", field.name);
        for waiver in &field.waivers {
            waivers::add(waiver, self.operation, &place, &mut self.waivers, &mut self.origins);
        }
        let line = self.line(&field.place, &[]);
        let mut item = Item::new(field.name.as_str(), ty(self.api, &field.ty), line);
        item.required = (side != Side::Answer).then_some(field.presence == Presence::Required);
        let schema: &[&str] = if side == Side::Parameter { &["schema"] } else { &[] };
        self.values(field, schema, &mut item);
        let element = element(&field.ty);
        if element == &field.ty {
            self.limits(field, &field.limits, schema, &mut item);
        } else {
            let items = [schema, &["items"]].concat();
            self.limits(field, &field.item_limits, &items, &mut item);
            self.counts(field, schema, &mut item);
        }
        item.prose_facts = prose_facts(&field.prose);
        match element {
            Type::Enum(path) => self.enumeration(path, &mut item),
            Type::Struct(path) => item.children = self.children(path, &place, side),
            _ => {}
        }
        item
    }

    fn values(&mut self, field: &Field, schema: &[&str], item: &mut Item) {
        let default = [schema, &["default"]].concat();
        let stated = |value: &ir::Value, line| Stated::new(value.to_string(), line);
        item.default = field.default.as_ref().map(|value| stated(value, self.line(&field.place, &default)));
        item.example = field.example.as_ref().map(|value| stated(value, self.line(&field.place, &["example"])));
        item.deprecated = field.deprecated.then(|| Stated::new(true, self.line(&field.place, &["deprecated"])));
    }

    /// Limits of one value: the field's, or those of its elements.
    fn limits(&mut self, field: &Field, limits: &Limits, schema: &[&str], item: &mut Item) {
        let mut bound = |value: Option<f64>, key: &str| {
            let keys = [schema, &[key]].concat();
            value.map(|value| Stated::new(value, self.line(&field.place, &keys)))
        };
        item.min = bound(limits.minimum.map(number), "minimum");
        item.max = bound(limits.maximum.map(number), "maximum");
        item.min_length = bound(limits.min_length.map(count), "minLength");
        item.max_length = bound(limits.max_length.map(count), "maxLength");
        let keys = [schema, &["pattern"]].concat();
        item.pattern =
            limits.pattern.as_ref().map(|pattern| Stated::new(pattern.as_str(), self.line(&field.place, &keys)));
    }

    /// How many elements a list has.
    fn counts(&mut self, field: &Field, schema: &[&str], item: &mut Item) {
        let mut bound = |value: Option<u64>, key: &str| {
            let keys = [schema, &[key]].concat();
            value.map(|value| Stated::new(count(value), self.line(&field.place, &keys)))
        };
        item.min_items = bound(field.limits.min_items, "minItems");
        item.max_items = bound(field.limits.max_items, "maxItems");
    }

    /// What the type of an enum says: its values, and limits where the field itself states none.
    fn enumeration(&mut self, path: &TypePath, item: &mut Item) {
        let Some(TypeDef::Enum(definition)) = find(self.api, path) else { return };
        let mut line = |key: &str| self.places.add(&definition.place, definition.place.key(key));
        let enum_line = line("enum");
        let value = |value: String, description: &String| EnumValue {
            value,
            description: description.clone(),
            line: enum_line,
        };
        item.enum_values = match &definition.values {
            Values::Strings(variants) => {
                variants.iter().map(|variant| value(variant.value.clone(), &variant.description)).collect()
            }
            Values::Integers(variants) => {
                variants.iter().map(|variant| value(variant.value.to_string(), &variant.description)).collect()
            }
        };
        let mut fill = |slot: &mut Option<Stated<f64>>, value: Option<f64>, key: &str| {
            *slot = slot.take().or_else(|| value.map(|value| Stated::new(value, line(key))));
        };
        let limits = &definition.limits;
        fill(&mut item.min, limits.minimum.map(number), "minimum");
        fill(&mut item.max, limits.maximum.map(number), "maximum");
        fill(&mut item.min_length, limits.min_length.map(count), "minLength");
        fill(&mut item.max_length, limits.max_length.map(count), "maxLength");
        for fact in prose_facts(&definition.prose) {
            if !item.prose_facts.contains(&fact) {
                item.prose_facts.push(fact);
            }
        }
    }

    fn children(&mut self, path: &TypePath, place: &str, side: Side) -> Vec<Item> {
        let Some(TypeDef::Struct(definition)) = find(self.api, path) else { return Vec::new() };
        if self.open.contains(path) {
            return Vec::new();
        }
        self.open.push(path.clone());
        // A parameter is no object.
        let side = if side == Side::Answer { Side::Answer } else { Side::Request };
        let children = definition.fields.iter().map(|field| self.item(place, field, side)).collect();
        self.open.pop();
        children
    }
}

/// The definition behind a path.
pub(crate) fn find<'a>(api: &'a ir::Api, path: &TypePath) -> Option<&'a TypeDef> {
    let version = |service: &str, version: &str| {
        api.versions.iter().find(|found| found.service == service && found.version == version)
    };
    let types = match &path.module {
        ir::Module::Shared => &api.shared,
        ir::Module::Version { service, version: name } => &version(service, name)?.types,
        ir::Module::Resource { service, version: name, resource } => {
            &version(service, name)?.resources.iter().find(|found| found.name == *resource)?.types
        }
    };
    types.iter().find(|definition| definition.name() == path.name)
}

/// The innermost element of lists.
fn element(ty: &Type) -> &Type {
    match ty {
        Type::List(item) => element(item),
        other => other,
    }
}

fn ty(api: &ir::Api, of: &Type) -> Ty {
    match of {
        Type::String | Type::Millis | Type::Seconds => Ty::String,
        Type::Boolean => Ty::Boolean,
        Type::Integer => Ty::Int,
        Type::Number => Ty::Number,
        Type::File => Ty::File,
        Type::Enum(path) => match find(api, path) {
            Some(TypeDef::Enum(ir::Enum { values: Values::Integers(_), .. })) => Ty::Int,
            _ => Ty::String,
        },
        Type::Struct(_) => Ty::Object,
        Type::List(item) => Ty::List(Box::new(ty(api, item))),
        Type::Map(_) => Ty::Map,
    }
}

fn number(number: ir::Number) -> f64 {
    match number {
        // No limit of any page is beyond 2^53.
        ir::Number::Integer(value) => value as f64,
        ir::Number::Float(value) => value,
    }
}

fn count(count: u64) -> f64 {
    count as f64
}

/// Which facts the keys in `x-feishu-prose` stand for.
fn prose_facts(keys: &[String]) -> Vec<Fact> {
    let facts = keys.iter().filter_map(|key| match key.as_str() {
        "minLength" | "minimum" | "minItems" => Some(Fact::Min),
        "maxLength" | "maximum" | "maxItems" => Some(Fact::Max),
        "enum" => Some(Fact::Enum),
        "default" => Some(Fact::Default),
        "example" => Some(Fact::Example),
        "pattern" => Some(Fact::Pattern),
        "required" => Some(Fact::Required),
        "deprecated" => Some(Fact::Deprecated),
        // Pages list neither `uniqueItems` nor the size of files, so there is nothing to compare.
        _ => None,
    });
    facts.collect()
}
