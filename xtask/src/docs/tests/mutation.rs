//! The check cannot be fooled: every fact of the spec is dropped or changed in turn, and comparing with the newest
//! pages must report each. Survivors stand in a snapshot, with the reason.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use feishu_openapi_codegen::diagnostic::Pointer;
use feishu_openapi_codegen::ir::{Api, Body, BodyField, Enum, Event, Field, Operation, Resource, TypeDef};
use feishu_openapi_pages::{OperationFacts, Page, compare};

use super::super::judge;
use super::super::spec::{self, Documented};
use super::{NEWEST, api, mutants, operations, outcome, pages};

/// The pages, and which operation uses what.
struct Judge<'a> {
    pages: &'a [Page],
    /// By operationId.
    facts: BTreeMap<String, &'a OperationFacts>,
    /// Operations by the item that they use.
    users: BTreeMap<Pointer, BTreeSet<usize>>,
}

impl<'a> Judge<'a> {
    fn new(api: &Api, pages: &'a [Page]) -> Self {
        let (operations, places) = operations(api);
        let found = super::check::check(pages, &operations, &places);
        let facts = found.checked.iter().filter_map(|checked| {
            Some((operations[checked.operation].id.clone(), pages[checked.page].facts.as_ref()?))
        });
        let mut users: BTreeMap<Pointer, BTreeSet<usize>> = BTreeMap::new();
        for (place, uses) in judge::uses(&operations, &places) {
            users.entry(place.clone()).or_default().extend(uses.into_iter().map(|(operation, _)| operation));
        }
        Judge { pages, facts: facts.collect(), users }
    }

    /// Whether the check notices what was done to the items at `place`.
    fn notices(&self, api: &Api, place: &Pointer) -> bool {
        let users = self.users.get(place);
        let all: Vec<Documented<'_>> = spec::documented(api).collect();
        let quick = users.is_some_and(|users| users.iter().any(|user| self.page_tells(api, all[*user])));
        quick || outcome(api, self.pages).drifted()
    }

    /// Whether the page of this operation or event alone tells.
    fn page_tells(&self, api: &Api, changed: Documented<'_>) -> bool {
        let spec = changed.read(api, &mut spec::Places::default());
        self.facts.get(&spec.id).is_some_and(|page| compare(page, &spec.facts, &spec.waivers).drifted())
    }
}

/// What became of the mutants.
#[derive(Default)]
struct Score {
    mutants: usize,
    survivors: Vec<(String, String)>,
}

impl Score {
    fn count(&mut self, noticed: bool, place: &Pointer, what: &str) {
        self.mutants += 1;
        if !noticed {
            let file = place.file.trim_start_matches("spec/");
            self.survivors.push((what.to_owned(), format!("{file}{}", place.path.replace("~1", "/"))));
        }
    }
}

#[test]
fn every_fact_of_the_spec_is_noticed_when_it_is_wrong() {
    let Some(pages) = pages(NEWEST) else { return };
    let mut api = api();
    assert!(!outcome(&api, &pages).drifted(), "the unchanged spec must agree with the pages");
    let judge = Judge::new(&api, &pages);
    let mut score = Score::default();
    fields(&mut api, &judge, &mut score);
    enums(&mut api, &judge, &mut score);
    whole::<Operation>(&mut api, &judge, &mut score);
    whole::<Event>(&mut api, &judge, &mut score);
    let reasons = score.survivors.iter().filter(|(what, place)| reason(what, place) == "NO REASON");
    assert_eq!(reasons.collect::<Vec<_>>(), Vec::<&(String, String)>::new());
    insta::with_settings!({ snapshot_path => "snapshots", prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_snapshot!("mutation", report(&score));
    });
}

fn fields(api: &mut Api, judge: &Judge<'_>, score: &mut Score) {
    // A shared parameter stands in the IR wherever it is used, and is changed everywhere at once.
    let mut all: BTreeMap<Pointer, Field> = BTreeMap::new();
    mutants::fields(api, &mut |field| {
        all.entry(field.place.clone()).or_insert_with(|| field.clone());
        true
    });
    let answers = answers(api);
    for (place, field) in &all {
        let mut without = api.clone();
        mutants::fields(&mut without, &mut |field| field.place != *place);
        // The list of names in an update mask cannot be left out of the IR.
        if without != *api {
            score.count(judge.notices(&without, place), place, "dropped");
        }
        for (what, change) in mutants::of_field(field) {
            // What is required is said of requests only, and of a path everything is.
            let fixed = what == "required" && (answers.contains(place) || is_settled(api, place));
            if fixed {
                continue;
            }
            let mut changed = field.clone();
            change(&mut changed);
            replace(api, &changed);
            score.count(judge.notices(api, place), place, &what);
        }
        replace(api, field);
    }
}

fn replace(api: &mut Api, new: &Field) {
    mutants::fields(api, &mut |field| {
        if field.place == new.place {
            *field = new.clone();
        }
        true
    });
}

/// Fields that stand in answers only.
fn answers(api: &mut Api) -> BTreeSet<Pointer> {
    let mut places = BTreeSet::new();
    mutants::types(api, &mut |definition| match definition {
        TypeDef::Struct(definition) if !definition.usage.request => {
            places.extend(definition.fields.iter().map(|field| field.place.clone()));
        }
        _ => {}
    });
    for operation in mutants::operations(api) {
        places.extend(operation.answer.iter().map(|field| field.place.clone()));
    }
    for resource in mutants::resources(api) {
        places.extend(resource.events.iter().flat_map(|event| &event.fields).map(|field| field.place.clone()));
    }
    places
}

/// Of a path everything is required, and for update masks the IR says elsewhere what is.
fn is_settled(api: &mut Api, place: &Pointer) -> bool {
    let here = |field: &Field| field.place == *place;
    mutants::operations(api).any(|operation| {
        let masks = match &operation.body {
            Body::Json(fields) => &fields[..],
            _ => &[],
        };
        let mut masks = masks.iter().filter(|field| matches!(field, BodyField::Masked(_)));
        operation.path_parameters.iter().any(here) || masks.any(|mask| mask.fields().into_iter().any(here))
    })
}

fn enums(api: &mut Api, judge: &Judge<'_>, score: &mut Score) {
    let mut all: Vec<Enum> = Vec::new();
    mutants::types(api, &mut |definition| {
        if let TypeDef::Enum(definition) = definition {
            all.push(definition.clone());
        }
    });
    let set = |api: &mut Api, new: &Enum| {
        mutants::types(api, &mut |definition| match definition {
            TypeDef::Enum(definition) if definition.place == new.place => *definition = new.clone(),
            _ => {}
        });
    };
    for definition in &all {
        for (what, change) in mutants::of_enum(definition) {
            let mut changed = definition.clone();
            change(&mut changed);
            set(api, &changed);
            score.count(judge.notices(api, &definition.place), &definition.place, &what);
        }
        set(api, definition);
    }
}

/// What has a page of its own.
trait Whole: Clone + PartialEq {
    fn of(resource: &mut Resource) -> &mut Vec<Self>;
    fn place(&self) -> &Pointer;
    fn changes(&self) -> Vec<mutants::Change<Self>>;
    fn documented(&self) -> Documented<'_>;
}

impl Whole for Operation {
    fn of(resource: &mut Resource) -> &mut Vec<Self> {
        &mut resource.operations
    }

    fn place(&self) -> &Pointer {
        &self.place
    }

    fn changes(&self) -> Vec<mutants::Change<Self>> {
        mutants::of_operation(self)
    }

    fn documented(&self) -> Documented<'_> {
        Documented::Operation(self)
    }
}

impl Whole for Event {
    fn of(resource: &mut Resource) -> &mut Vec<Self> {
        &mut resource.events
    }

    fn place(&self) -> &Pointer {
        &self.place
    }

    fn changes(&self) -> Vec<mutants::Change<Self>> {
        mutants::of_event(self)
    }

    fn documented(&self) -> Documented<'_> {
        Documented::Event(self)
    }
}

fn whole<T: Whole>(api: &mut Api, judge: &Judge<'_>, score: &mut Score) {
    let all: Vec<T> = mutants::resources(api).flat_map(|resource| T::of(resource).clone()).collect();
    for found in &all {
        let mut without = api.clone();
        for resource in mutants::resources(&mut without) {
            T::of(resource).retain(|kept| kept.place() != found.place());
        }
        score.count(outcome(&without, judge.pages).drifted(), found.place(), "whole dropped");
        for (what, change) in found.changes() {
            let mut changed = found.clone();
            change(&mut changed);
            if changed == *found {
                continue;
            }
            let mut noticed = judge.page_tells(api, changed.documented());
            if !noticed {
                set(api, &changed);
                noticed = outcome(api, judge.pages).drifted();
                set(api, found);
            }
            score.count(noticed, found.place(), &what);
        }
    }
}

fn set<T: Whole>(api: &mut Api, new: &T) {
    let all = mutants::resources(api).flat_map(T::of);
    all.filter(|found| found.place() == new.place()).for_each(|found| *found = new.clone());
}

/// Why a mutant may survive.
fn reason(what: &str, place: &str) -> &'static str {
    let languages = ["hi_in", "id_id", "pt_br", "vi_vn"].iter().any(|name| place.ends_with(name));
    let member = place.contains("/schemas/Member/");
    let has = |words: &[&str]| words.iter().any(|word| what.contains(word));
    match what {
        "type time to text" => "pages call a point in time a string",
        _ if has(&["uniqueItems", "x-feishu-max-bytes"]) => "pages have no rule for it, only running text",
        _ if languages => "waived: only an overview names these languages, so no page shows them",
        _ if member => "waived: answers only name the field, so any list of values would do",
        "minLength dropped" if !place.contains("SelectOption") => "a text of no fewer than 0 characters is any text",
        _ if place.contains("/schemas/SelectOption/") => "a rule for answers, where running text is not searched",
        "minLength" | "minItems" | "maxItems" | "default" | "pattern" => "waived: no page states it",
        "prose maxLength" | "prose minItems" => "waived: what the page says is not believed",
        _ if what.starts_with("request example leaf") => "waived: the page shows another value here",
        "default dropped" => "it stands in running text, which is not searched for defaults",
        "minItems dropped" => "it stands in running text, which is searched for limits with a number",
        "prose enum" => "another page, or another place of the page, lists the values",
        "enum to text" => "the values stand in running text, which is searched only where the spec has some",
        _ if what.starts_with("value ") => "running text names it without quotes and outside of a list",
        _ => "NO REASON",
    }
}

fn report(score: &Score) -> String {
    let mut by_reason: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for (what, place) in &score.survivors {
        let short = place.replace("requestBody/content/application/json/schema/properties", "…");
        by_reason.entry(reason(what, place)).or_default().insert(format!("{what}: {short}"));
    }
    let noticed = score.mutants - score.survivors.len();
    let mut text = format!("{noticed} of {} wrong facts are noticed\n", score.mutants);
    for (reason, survivors) in by_reason {
        let _ = writeln!(text, "\n{} survive: {reason}", survivors.len());
        for survivor in survivors {
            let _ = writeln!(text, "    {survivor}");
        }
    }
    text
}
