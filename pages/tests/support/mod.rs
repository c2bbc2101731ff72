//! What the tests share: the crawls, and every small change that can be made to facts.

use std::path::{Path, PathBuf};

use feishu_openapi_pages::{EnumValue, Item, OperationFacts, Stated, Ty};

/// The folder with the crawls, if it is there.
pub(crate) fn docs() -> Option<PathBuf> {
    let given = std::env::var_os("FEISHU_DOCS").map(PathBuf::from);
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/docs");
    let docs = given.unwrap_or(beside);
    if docs.is_dir() {
        return Some(docs);
    }
    println!("no pages at {}: nothing to check", docs.display());
    None
}

/// Every page below a folder: path below it, text.
pub(crate) fn pages(folder: &Path) -> Vec<(String, String)> {
    let mut pages = Vec::new();
    collect(folder, folder, &mut pages);
    pages.sort();
    pages
}

fn collect(root: &Path, folder: &Path, pages: &mut Vec<(String, String)>) {
    let entries = std::fs::read_dir(folder).expect("a readable folder");
    for entry in entries {
        let path = entry.expect("a readable entry").path();
        if path.is_dir() {
            collect(root, &path, pages);
        } else if path.extension().is_some_and(|extension| extension == "md") {
            let name = path.strip_prefix(root).expect("below the root");
            let text = std::fs::read_to_string(&path).expect("readable text");
            pages.push((name.display().to_string(), text));
        }
    }
}

/// A changed copy, and what was changed.
pub(crate) type Mutant = (String, OperationFacts);

/// Every single fact of an operation, but for those of items, dropped or changed, one at a time.
pub(crate) fn mutants(facts: &OperationFacts) -> Vec<Mutant> {
    let mut mutants = Vec::new();
    let mut add = |what: &str, change: &dyn Fn(&mut OperationFacts)| {
        let mut changed = facts.clone();
        change(&mut changed);
        if changed != *facts {
            mutants.push((what.to_owned(), changed));
        }
    };
    add("method", &|f| f.method.value = "HEAD".into());
    add("path", &|f| f.path.value.push('x'));
    add("title", &|f| change_text(&mut f.source.title));
    add("url", &|f| change_text(&mut f.source.url));
    add("updated", &|f| f.source.updated = f.source.updated.as_ref().map(|u| Stated::new(u.value + 1, 1)));
    add("content type", &|f| change_text(&mut f.content_type));
    add("wrapped", &|f| f.wrapped = !f.wrapped);
    for at in 0..facts.rate_limits.value.len() {
        add("rate limit dropped", &|f| drop(f.rate_limits.value.remove(at)));
        add("rate limit changed", &|f| f.rate_limits.value[at].requests += 1);
        add("rate limit per", &|f| f.rate_limits.value[at].per.push('s'));
    }
    type Words = fn(&mut OperationFacts) -> &mut Vec<String>;
    let lists: [(&str, Words); 4] = [
        ("tokens", |f| &mut f.tokens.value),
        ("app types", |f| &mut f.app_types.value),
        ("scopes", |f| &mut f.scopes.value),
        ("field scopes", |f| &mut f.field_scopes.value),
    ];
    for (what, words) in lists {
        for at in 0..words(&mut facts.clone()).len() {
            add(&format!("{what} dropped"), &|f| drop(words(f).remove(at)));
        }
        add(&format!("{what} added"), &|f| words(f).push("other:scope".to_owned()));
    }
    for at in 0..facts.errors.len() {
        add("error dropped", &|f| drop(f.errors.remove(at)));
        add("error status", &|f| f.errors[at].status += 1);
        add("error code", &|f| f.errors[at].code += 1_000_000_000);
    }
    add("request example", &|f| change_json(&mut f.request_examples));
    add("request example dropped", &|f| f.request_examples.clear());
    add("response example", &|f| change_json(&mut f.response_examples));
    add("response example dropped", &|f| f.response_examples.clear());
    mutants
}

type Items = fn(&mut OperationFacts) -> &mut Vec<Item>;

const LISTS: [(&str, Items); 4] = [
    ("path", |f| &mut f.path_parameters),
    ("query", |f| &mut f.query),
    ("request", |f| &mut f.request),
    ("response", |f| &mut f.response),
];

/// Each list of items alone, with every single fact of an item dropped or changed.
pub(crate) fn item_mutants(facts: &OperationFacts) -> Vec<(OperationFacts, Vec<Mutant>)> {
    let lists = LISTS.iter().map(|(root, items)| {
        let mut alone = OperationFacts::default();
        *items(&mut alone) = items(&mut facts.clone()).clone();
        let mutants = mutants_of_list(&alone, root, *items);
        (alone, mutants)
    });
    lists.collect()
}

fn mutants_of_list(facts: &OperationFacts, root: &str, items: Items) -> Vec<Mutant> {
    let mut mutants = Vec::new();
    let mut add = |what: String, change: &dyn Fn(&mut OperationFacts)| {
        let mut changed = facts.clone();
        change(&mut changed);
        if changed != *facts {
            mutants.push((what, changed));
        }
    };
    let mut trails = Vec::new();
    trails_of(items(&mut facts.clone()), root, &mut Vec::new(), &mut trails);
    for (place, trail) in trails {
        let (last, parents) = trail.split_last().expect("not empty");
        add(format!("{place} dropped"), &|f| {
            list_at(items(f), parents).remove(*last);
        });
        for (what, change) in ITEM_CHANGES {
            if !(root == "path" && what == "required") {
                add(format!("{place} {what}"), &|f| {
                    change(&mut list_at(items(f), parents)[*last]);
                });
            }
        }
    }
    mutants
}

type ItemChange = (&'static str, fn(&mut Item));

const ITEM_CHANGES: [ItemChange; 18] = [
    ("name", |i| i.name.push('x')),
    ("type", |i| {
        i.ty = if i.ty == Ty::Boolean { Ty::String } else { Ty::Boolean };
        i.type_text = i.ty.to_string();
    }),
    ("required", |i| i.required = i.required.map(|required| !required)),
    ("default dropped", |i| i.default = None),
    ("default changed", |i| change_text(&mut i.default)),
    ("example dropped", |i| i.example = None),
    ("example changed", |i| change_text(&mut i.example)),
    ("pattern dropped", |i| i.pattern = None),
    ("pattern changed", |i| change_text(&mut i.pattern)),
    ("deprecated", |i| i.deprecated = None),
    ("enum dropped", |i| i.enum_values.clear()),
    ("enum value dropped", |i| drop(i.enum_values.pop())),
    ("enum value added", |i| {
        if !i.enum_values.is_empty() {
            i.enum_values.push(EnumValue { value: "zzz".into(), ..EnumValue::default() });
        }
    }),
    ("value bound", |i| {
        change_number(&mut i.min);
        change_number(&mut i.max);
    }),
    ("length", |i| {
        change_number(&mut i.min_length);
        change_number(&mut i.max_length);
    }),
    ("length dropped", |i| i.max_length = None),
    ("elements", |i| {
        change_number(&mut i.min_items);
        change_number(&mut i.max_items);
    }),
    ("elements dropped", |i| i.max_items = None),
];

fn change_text(text: &mut Option<Stated<String>>) {
    if let Some(text) = text {
        // Not a value of any type, and no other way to write the same.
        text.value = "{\"changed".to_owned();
    }
}

fn change_number(number: &mut Option<Stated<f64>>) {
    if let Some(number) = number {
        number.value += 1.0;
    }
}

fn change_json(examples: &mut [feishu_openapi_pages::Example]) {
    if let Some(json) = examples.first_mut().and_then(|example| example.json.as_mut())
        && let Some(map) = json.as_object_mut()
    {
        map.insert("changed".to_owned(), true.into());
    }
}

fn trails_of(items: &[Item], place: &str, trail: &mut Vec<usize>, out: &mut Vec<(String, Vec<usize>)>) {
    for (at, item) in items.iter().enumerate() {
        trail.push(at);
        let place = format!("{place}.{}", item.name);
        out.push((place.clone(), trail.clone()));
        trails_of(&item.children, &place, trail, out);
        trail.pop();
    }
}

fn list_at<'a>(items: &'a mut Vec<Item>, trail: &[usize]) -> &'a mut Vec<Item> {
    match trail.split_first() {
        None => items,
        Some((at, rest)) => list_at(&mut items[*at].children, rest),
    }
}
