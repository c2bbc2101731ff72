//! Parameters and fields of the IR as items, shared types written out.

use feishu_openapi_codegen::diagnostic::Pointer;
use feishu_openapi_codegen::ir::{
    self, Field, Limit, LimitKey, PageFact, Presence, Type, TypeDef, TypePath, UpdateMask, Values,
};
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
        let schema: &[&'static str] = if side == Side::Parameter { &["schema"] } else { &[] };
        self.values(field, schema, &mut item);
        let element = field.ty.innermost();
        self.limits(field, schema, &mut item);
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

    /// Limits of a value, and of what it holds at any depth: pages have one row for all of it.
    fn limits(&mut self, field: &Field, schema: &[&'static str], item: &mut Item) {
        let (mut limits, mut ty, mut keys) = (&field.limits, Some(&field.ty), schema.to_vec());
        while !limits.is_empty() {
            let stated = limits.own.iter().filter(|limit| ty.is_some_and(|ty| limit.key().goes_with(ty)));
            for limit in stated {
                keys.push(limit.key().name());
                state(limit, item, || self.line(&field.place, &keys));
                keys.pop();
            }
            keys.push(if matches!(ty, Some(Type::Map(_))) { "additionalProperties" } else { "items" });
            (limits, ty) = (limits.inner(), ty.and_then(Type::inner));
        }
    }

    /// What the type of an enum says: its values, and limits where the field itself states none.
    fn enumeration(&mut self, path: &TypePath, item: &mut Item) {
        let Some(TypeDef::Enum(definition)) = self.api.get(path) else { return };
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
        for limit in &definition.limits.own {
            state(limit, item, || line(limit.key().name()));
        }
        for fact in prose_facts(&definition.prose) {
            if !item.prose_facts.contains(&fact) {
                item.prose_facts.push(fact);
            }
        }
    }

    fn children(&mut self, path: &TypePath, place: &str, side: Side) -> Vec<Item> {
        let Some(TypeDef::Struct(definition)) = self.api.get(path) else { return Vec::new() };
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

/// Writes a limit where pages have it, unless something outer has its place already.
fn state(limit: &Limit, item: &mut Item, mut line: impl FnMut() -> usize) {
    let mut fill = |slot: &mut Option<Stated<f64>>, value: f64| {
        slot.get_or_insert_with(|| Stated::new(value, line()));
    };
    match limit {
        // No limit of any page is beyond 2^53.
        Limit::Minimum(least) => fill(&mut item.min, least.as_f64()),
        Limit::Maximum(most) => fill(&mut item.max, most.as_f64()),
        Limit::MinLength(least) => fill(&mut item.min_length, *least as f64),
        Limit::MaxLength(most) => fill(&mut item.max_length, *most as f64),
        Limit::MinItems(least) => fill(&mut item.min_items, *least as f64),
        Limit::MaxItems(most) => fill(&mut item.max_items, *most as f64),
        Limit::Pattern(pattern) => {
            item.pattern.get_or_insert_with(|| Stated::new(pattern.as_str(), line()));
        }
        // Pages list neither of them, so there is nothing to compare.
        Limit::UniqueItems | Limit::MaxBytes(_) => {}
    }
}

fn ty(api: &ir::Api, of: &Type) -> Ty {
    match of {
        Type::String | Type::Millis | Type::Seconds => Ty::String,
        Type::Boolean => Ty::Boolean,
        Type::Integer => Ty::Int,
        Type::Number => Ty::Number,
        Type::File => Ty::File,
        Type::Enum(path) => match api.get(path) {
            Some(TypeDef::Enum(ir::Enum { values: Values::Integers(_), .. })) => Ty::Int,
            _ => Ty::String,
        },
        Type::Struct(_) => Ty::Object,
        Type::List(item) => Ty::List(Box::new(ty(api, item))),
        Type::Map(_) => Ty::Map,
    }
}

/// Which facts the keys in `x-feishu-prose` stand for.
fn prose_facts(keys: &[String]) -> Vec<Fact> {
    let facts = keys.iter().filter_map(|key| match key.as_str() {
        "enum" => Some(Fact::Enum),
        "default" => Some(Fact::Default),
        "example" => Some(Fact::Example),
        "required" => Some(Fact::Required),
        "deprecated" => Some(Fact::Deprecated),
        key => Some(match LimitKey::named(key)?.page_fact()? {
            PageFact::Min => Fact::Min,
            PageFact::Max => Fact::Max,
            PageFact::Pattern => Fact::Pattern,
        }),
    });
    facts.collect()
}
