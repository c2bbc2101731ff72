//! Every fact of the IR, dropped or changed, one at a time.

use feishu_openapi_codegen::ir::{
    self, Api, Body, BodyField, Enum, Event, Field, Limit, Limits, Number, Operation, Page, Presence, Resource, Tokens,
    Type, TypeDef, UpdateMask, Value, Values, Waiver,
};

/// A change of one thing; `None` if there is nothing to change.
pub(super) type Change<T> = (String, Box<dyn Fn(&mut T)>);

fn change<T>(what: impl Into<String>, change: impl Fn(&mut T) + 'static) -> Change<T> {
    (what.into(), Box::new(change))
}

/// Every field of the API, in a fixed order; a field for which `keep` says no is removed.
pub(super) fn fields(api: &mut Api, keep: &mut dyn FnMut(&mut Field) -> bool) {
    types(api, &mut |definition| {
        if let TypeDef::Struct(definition) = definition {
            definition.fields.retain_mut(&mut *keep);
        }
    });
    for event in resources(api).flat_map(|resource| &mut resource.events) {
        event.fields.retain_mut(&mut *keep);
    }
    for operation in operations(api) {
        operation.path_parameters.retain_mut(&mut *keep);
        operation.query.retain_mut(&mut *keep);
        operation.answer.retain_mut(&mut *keep);
        match &mut operation.body {
            Body::None => {}
            Body::Multipart(fields) => fields.retain_mut(&mut *keep),
            Body::Json(fields) => fields.retain_mut(|field| match field {
                BodyField::Plain(field) => keep(field),
                BodyField::Masked(mask) => {
                    mask.values.retain_mut(&mut *keep);
                    keep(&mut mask.fields);
                    true
                }
            }),
        }
    }
}

/// Every type.
pub(super) fn types(api: &mut Api, visit: &mut dyn FnMut(&mut TypeDef)) {
    api.shared.iter_mut().for_each(&mut *visit);
    for version in &mut api.versions {
        version.types.iter_mut().for_each(&mut *visit);
        for resource in &mut version.resources {
            resource.types.iter_mut().for_each(&mut *visit);
        }
    }
}

pub(super) fn resources(api: &mut Api) -> impl Iterator<Item = &mut Resource> {
    api.versions.iter_mut().flat_map(|version| &mut version.resources)
}

pub(super) fn operations(api: &mut Api) -> impl Iterator<Item = &mut Operation> {
    resources(api).flat_map(|resource| &mut resource.operations)
}

pub(super) fn of_field(field: &Field) -> Vec<Change<Field>> {
    let mut changes: Vec<Change<Field>> = vec![
        change("name", |field: &mut Field| field.name.push('x')),
        change("type", |field: &mut Field| {
            field.ty = if field.ty == Type::Boolean { Type::String } else { Type::Boolean };
        }),
        change("required", |field: &mut Field| {
            field.presence = if field.presence == Presence::Required { Presence::Optional } else { Presence::Required };
        }),
        change("deprecated", |field: &mut Field| field.deprecated = !field.deprecated),
    ];
    match &field.ty {
        Type::List(item) => {
            let item = (**item).clone();
            changes.push(change("type without its list", move |field: &mut Field| field.ty = item.clone()));
        }
        Type::Integer => changes.push(change("type int to number", |field: &mut Field| field.ty = Type::Number)),
        Type::Millis | Type::Seconds => {
            changes.push(change("type time to text", |field: &mut Field| field.ty = Type::String))
        }
        Type::Enum(_) => changes.push(change("enum to text", |field: &mut Field| field.ty = Type::String)),
        Type::Struct(_) => changes.push(change("type object to map", |field: &mut Field| {
            field.ty = Type::Map(Box::new(Type::String));
        })),
        _ => {}
    }
    if let Some(default) = &field.default {
        let other = other(default);
        changes.push(change("default dropped", |field: &mut Field| field.default = None));
        changes.push(change("default", move |field: &mut Field| field.default = Some(other.clone())));
    }
    if let Some(example) = &field.example {
        let other = other(example);
        changes.push(change("example dropped", |field: &mut Field| field.example = None));
        changes.push(change("example", move |field: &mut Field| field.example = Some(other.clone())));
    }
    for (at, waiver) in field.waivers.iter().enumerate() {
        changes.push(change(format!("waiver of {}", waiver.fact), move |field: &mut Field| {
            drop(field.waivers.remove(at))
        }));
        for operation in 0..waiver.operations.len().saturating_sub(1) {
            let what = format!("waiver of {} for {}", waiver.fact, waiver.operations[operation]);
            changes.push(change(what, move |field: &mut Field| drop(field.waivers[at].operations.remove(operation))));
        }
    }
    for (at, prose) in field.prose.iter().enumerate() {
        changes.push(change(format!("prose {prose}"), move |field: &mut Field| drop(field.prose.remove(at))));
    }
    changes.extend(of_limits(&field.limits, |field: &mut Field| &mut field.limits));
    changes
}

/// Another value of the same kind.
fn other(value: &Value) -> Value {
    match value {
        Value::Null => Value::Boolean(true),
        Value::Boolean(value) => Value::Boolean(!value),
        Value::Integer(value) => Value::Integer(value + 1),
        Value::Float(value) => Value::Float(value + 1.0),
        Value::String(text) => Value::String(format!("{text}x")),
        Value::List(list) => Value::List(list.iter().cloned().chain([Value::Integer(7)]).collect()),
        Value::Map(map) => Value::Map(map.iter().cloned().chain([("another".to_owned(), Value::Integer(7))]).collect()),
    }
}

fn of_limits<T: 'static>(limits: &Limits, at: fn(&mut T) -> &mut Limits) -> Vec<Change<T>> {
    fn level(limits: &mut Limits, depth: usize) -> &mut Limits {
        (0..depth).fold(limits, |limits, _| limits.inner.as_mut().expect("limits as deep as those that were read"))
    }
    let mut changes: Vec<Change<T>> = Vec::new();
    let (mut limits, mut depth) = (limits, 0);
    while !limits.is_empty() {
        for (index, limit) in limits.own.iter().enumerate() {
            let key = format!("{}{}", "element ".repeat(depth), limit.key().name());
            changes.push(change(format!("{key} dropped"), move |item| {
                level(at(item), depth).own.remove(index);
            }));
            if let Some(other) = other_limit(limit) {
                changes.push(change(key, move |item| level(at(item), depth).own[index] = other.clone()));
            }
        }
        (limits, depth) = (limits.inner(), depth + 1);
    }
    changes
}

/// Another limit of the same key, if there is one.
fn other_limit(limit: &Limit) -> Option<Limit> {
    let more = |number: &Number| match number {
        Number::Integer(value) => Number::Integer(value + 1),
        Number::Float(value) => Number::Float(value + 1.0),
    };
    Some(match limit {
        Limit::MinLength(count) => Limit::MinLength(count + 1),
        Limit::MaxLength(count) => Limit::MaxLength(count + 1),
        Limit::Pattern(_) => Limit::Pattern("^x$".to_owned()),
        Limit::Minimum(number) => Limit::Minimum(more(number)),
        Limit::Maximum(number) => Limit::Maximum(more(number)),
        Limit::MinItems(count) => Limit::MinItems(count + 1),
        Limit::MaxItems(count) => Limit::MaxItems(count + 1),
        Limit::UniqueItems => return None,
        Limit::MaxBytes(count) => Limit::MaxBytes(count + 1),
    })
}

pub(super) fn of_enum(definition: &Enum) -> Vec<Change<Enum>> {
    let values: Vec<String> = match &definition.values {
        Values::Strings(variants) => variants.iter().map(|variant| variant.value.clone()).collect(),
        Values::Integers(variants) => variants.iter().map(|variant| variant.value.to_string()).collect(),
    };
    let mut changes: Vec<Change<Enum>> = Vec::new();
    for (at, value) in values.iter().enumerate() {
        changes.push(change(format!("value {value} dropped"), move |definition: &mut Enum| {
            match &mut definition.values {
                Values::Strings(variants) => drop(variants.remove(at)),
                Values::Integers(variants) => drop(variants.remove(at)),
            }
        }));
        changes.push(change(format!("value {value}"), move |definition: &mut Enum| match &mut definition.values {
            Values::Strings(variants) => variants[at].value.push('x'),
            Values::Integers(variants) => variants[at].value += 1000,
        }));
    }
    changes.push(change("value added", |definition: &mut Enum| match &mut definition.values {
        Values::Strings(variants) => {
            let mut more = variants[0].clone();
            more.value = "another".to_owned();
            variants.push(more);
        }
        Values::Integers(variants) => {
            let mut more = variants[0].clone();
            more.value = 4711;
            variants.push(more);
        }
    }));
    for (at, prose) in definition.prose.iter().enumerate() {
        changes.push(change(format!("prose {prose}"), move |definition: &mut Enum| {
            drop(definition.prose.remove(at));
        }));
    }
    changes.extend(of_limits(&definition.limits, |definition: &mut Enum| &mut definition.limits));
    changes
}

pub(super) fn of_event(event: &Event) -> Vec<Change<Event>> {
    let mut changes = of_page(|event: &mut Event| &mut event.page);
    changes.push(change("type", |event: &mut Event| event.event_type.push('x')));
    changes.push(change("content dropped", |event: &mut Event| event.fields.clear()));
    changes.extend(of_words(event, "app type", |event| &mut event.app_types));
    changes.extend(of_words(event, "scope", |event| &mut event.scopes));
    changes.extend(of_words(event, "field scope", |event| &mut event.field_scopes));
    changes.extend(of_waivers(event, |event| &mut event.waivers));
    changes.extend(of_example(event, "example", |event| &mut event.example));
    changes
}

fn of_page<T: 'static>(page: fn(&mut T) -> &mut Page) -> Vec<Change<T>> {
    vec![
        change("title", move |owner: &mut T| page(owner).title.push('x')),
        change("page-url", move |owner: &mut T| page(owner).url.push('x')),
        change("updated", move |owner: &mut T| page(owner).updated = "2001-01-01T00:00:00Z".to_owned()),
    ]
}

fn of_words<T: Clone + 'static>(owner: &T, what: &str, words: fn(&mut T) -> &mut Vec<String>) -> Vec<Change<T>> {
    let mut changes: Vec<Change<T>> = Vec::new();
    for (at, word) in words(&mut owner.clone()).iter().enumerate() {
        changes.push(change(format!("{what} {word}"), move |owner: &mut T| drop(words(owner).remove(at))));
    }
    changes.push(change(format!("{what} added"), move |owner: &mut T| words(owner).push("other:scope".to_owned())));
    changes
}

fn of_waivers<T: Clone + 'static>(owner: &T, waivers: fn(&mut T) -> &mut Vec<Waiver>) -> Vec<Change<T>> {
    let all = waivers(&mut owner.clone()).clone();
    let dropped = |(at, waiver): (usize, &Waiver)| {
        change(format!("waiver of {}", waiver.fact), move |owner: &mut T| drop(waivers(owner).remove(at)))
    };
    all.iter().enumerate().map(dropped).collect()
}

fn of_example<T: Clone + 'static>(owner: &T, what: &str, slot: fn(&mut T) -> &mut Option<Value>) -> Vec<Change<T>> {
    let Some(mut example) = slot(&mut owner.clone()).clone() else { return Vec::new() };
    let mut changes: Vec<Change<T>> = vec![change(format!("{what} dropped"), move |owner: &mut T| *slot(owner) = None)];
    for leaf in 0..leaves(&mut example, &mut |_, _| {}) {
        changes.push(change(format!("{what} leaf {leaf}"), move |owner: &mut T| {
            if let Some(example) = slot(owner) {
                leaves(example, &mut |at, value| {
                    if at == leaf {
                        *value = other(value);
                    }
                });
            }
        }));
    }
    changes
}

pub(super) fn of_operation(operation: &Operation) -> Vec<Change<Operation>> {
    let mut changes: Vec<Change<Operation>> = vec![
        change("method", |operation: &mut Operation| {
            let get = operation.http == ir::HttpMethod::Get;
            operation.http = if get { ir::HttpMethod::Post } else { ir::HttpMethod::Get };
        }),
        change("path", |operation: &mut Operation| operation.path.push('x')),
        change("tenant token", |operation: &mut Operation| {
            operation.tokens = Tokens { tenant: !operation.tokens.tenant, ..operation.tokens };
        }),
        change("user token", |operation: &mut Operation| {
            operation.tokens = Tokens { user: !operation.tokens.user, ..operation.tokens };
        }),
        change("answer dropped", |operation: &mut Operation| operation.answer.clear()),
        change("body dropped", |operation: &mut Operation| operation.body = Body::None),
        change("body of the other kind", |operation: &mut Operation| {
            let fields: Vec<Field> = match std::mem::replace(&mut operation.body, Body::None) {
                Body::None => return,
                Body::Multipart(fields) => {
                    operation.body = Body::Json(fields.into_iter().map(BodyField::Plain).collect());
                    return;
                }
                Body::Json(fields) => fields
                    .into_iter()
                    .flat_map(|field| field.fields().into_iter().cloned().collect::<Vec<_>>())
                    .collect(),
            };
            operation.body = Body::Multipart(fields);
        }),
    ];
    changes.extend(of_page(|operation: &mut Operation| &mut operation.page));
    changes.extend(of_words(operation, "app type", |operation| &mut operation.app_types));
    changes.extend(of_words(operation, "scope", |operation| &mut operation.scopes));
    changes.extend(of_words(operation, "field scope", |operation| &mut operation.field_scopes));
    for at in 0..operation.rate_limits.len() {
        changes.push(change("rate limit dropped", move |operation: &mut Operation| {
            operation.rate_limits.remove(at);
        }));
        changes.push(change("rate limit", move |operation: &mut Operation| operation.rate_limits[at].requests += 1));
        changes.push(change("rate limit period", move |operation: &mut Operation| {
            let per = &mut operation.rate_limits[at].per;
            *per = if *per == ir::Period::Second { ir::Period::Minute } else { ir::Period::Second };
        }));
    }
    changes.extend(of_tables(operation));
    changes
}

/// Errors, waivers, masks and examples.
fn of_tables(operation: &Operation) -> Vec<Change<Operation>> {
    let mut changes: Vec<Change<Operation>> = Vec::new();
    for (at, row) in operation.errors.iter().enumerate() {
        let code = row.code;
        changes.push(change(format!("error {code} dropped"), move |operation: &mut Operation| {
            drop(operation.errors.remove(at));
        }));
        changes.push(change(format!("error {code} status"), move |operation: &mut Operation| {
            operation.errors[at].status += 1
        }));
        changes.push(change(format!("error {code}"), move |operation: &mut Operation| {
            operation.errors[at].code += 1_000_000
        }));
    }
    changes.extend(of_waivers(operation, |operation| &mut operation.waivers));
    let mask = |operation: &mut Operation, set: &dyn Fn(&mut UpdateMask)| {
        if let Body::Json(fields) = &mut operation.body {
            for field in fields {
                if let BodyField::Masked(mask) = field {
                    set(mask);
                }
            }
        }
    };
    let masked = matches!(&operation.body, Body::Json(fields) if fields.iter().any(|field| matches!(field, BodyField::Masked(_))));
    if masked {
        changes.push(change("mask target required", move |operation: &mut Operation| {
            mask(operation, &|mask| mask.documented.target_required = !mask.documented.target_required);
        }));
        changes.push(change("mask fields required", move |operation: &mut Operation| {
            mask(operation, &|mask| mask.documented.fields_required = !mask.documented.fields_required);
        }));
        changes.push(change("mask target", move |operation: &mut Operation| {
            mask(operation, &|mask| mask.target.push('x'))
        }));
    }
    let values = match &operation.body {
        Body::Json(fields) => fields.iter().find_map(|field| match field {
            BodyField::Masked(mask) => Some(mask.values.iter().map(|value| value.name.clone()).collect::<Vec<_>>()),
            BodyField::Plain(_) => None,
        }),
        _ => None,
    };
    for name in values.unwrap_or_default() {
        changes.push(change(format!("mask value {name} required"), move |operation: &mut Operation| {
            mask(operation, &|mask| {
                let required = &mut mask.documented.required_values;
                match required.iter().position(|value| *value == name) {
                    Some(at) => drop(required.remove(at)),
                    None => required.push(name.clone()),
                }
            });
        }));
    }
    changes.extend(of_example(operation, "request example", |operation| &mut operation.request_example));
    changes.extend(of_example(operation, "response example", |operation| &mut operation.response_example));
    changes
}

/// Visits everything in a value that holds nothing else; says how many there are.
fn leaves(value: &mut Value, visit: &mut dyn FnMut(usize, &mut Value)) -> usize {
    fn walk(value: &mut Value, count: &mut usize, visit: &mut dyn FnMut(usize, &mut Value)) {
        match value {
            Value::List(list) if !list.is_empty() => list.iter_mut().for_each(|item| walk(item, count, visit)),
            Value::Map(map) if !map.is_empty() => map.iter_mut().for_each(|(_, item)| walk(item, count, visit)),
            leaf => {
                visit(*count, leaf);
                *count += 1;
            }
        }
    }
    let mut count = 0;
    walk(value, &mut count, visit);
    count
}
