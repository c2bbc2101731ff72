//! Pairs of specs: the base, and what an edit makes of it. Each is read there and back.

use crate::edit::Edit::{self, Cut, Drop, Replace};

/// Two specs that differ by an edit.
pub(crate) struct Pair {
    /// Its name, and that of the crate.
    pub(crate) name: &'static str,
    /// From the base to the other spec.
    pub(crate) edits: &'static [Edit],
    /// From the base to the other spec.
    pub(crate) there: Step,
    /// From the other spec to the base.
    pub(crate) back: Step,
}

/// What one direction of a pair means.
pub(crate) struct Step {
    /// The rows of the table that apply, no others.
    pub(crate) rows: &'static [&'static str],
    /// A program that compiles with the older crate; empty where the compiler is not asked.
    pub(crate) caller: &'static str,
}

const fn pair(name: &'static str, edits: &'static [Edit], there: Step, back: Step) -> Pair {
    Pair { name, edits, there, back }
}

const fn step(rows: &'static [&'static str], caller: &'static str) -> Step {
    Step { rows, caller }
}

/// Rows that the compiler does not see.
const fn silent(rows: &'static [&'static str]) -> Step {
    Step { rows, caller: "" }
}

/// A program that keeps to the promise, with what no pair takes away.
const CITIZEN: &str = r#"
use api::demo::v1::{Kind, Member, Thing, thing};

pub fn send(client: &api::Client) {
    let member = Member { role: Some("editor".to_owned()), ..Member::new("ou_1") }.since(3);
    let create = thing::Create::new("title", "note").summary("short").size(3).mode("fast").kind(Kind::Big);
    let create = thing::Create { notify: Some(true), ..create.members([member]) };
    let _ = client.demo_v1().thing().create(create);
    let _ = client.demo_v1().thing().get(thing::Get::new("guid"));
    let patch = thing::Patch::new("guid").summary("new").clear_due();
    let _ = client.demo_v1().thing().patch(patch);
    let _ = client.demo_v1().thing().upload(thing::Upload::new("guid", "name"));
}

pub fn read(answer: thing::GetResponse) -> usize {
    let Thing { guid, size, .. } = answer.thing.unwrap_or_default();
    guid.len() + size.unwrap_or_default() as usize
}

pub fn name(kind: Kind) -> &'static str {
    match kind {
        Kind::Big => "big",
        Kind::Small => "small",
        _ => "other",
    }
}
"#;

const BOTH: &str = "security: [{tenant_access_token: []}, {user_access_token: []}]";
const TENANT: &str = "security: [{tenant_access_token: []}]";
const THING: &str = "v1/thing.yaml";
const COMMON: &str = "v1/common.yaml";
const SUMMARY: &str = "summary: {type: string, description: In short., maxLength: 50}\n";
const SIZE: &str = "size: {type: integer, description: How big., minimum: 1, maximum: 10}";

/// What the compiler sees.
pub(crate) static COMPILED: &[Pair] = &[
    pair(
        "resource",
        &[Drop("v1/extra.yaml")],
        step(
            &["module-removed"],
            "pub fn f(c: &api::Client) { let _ = c.demo_v1().extra().ping(Default::default()); }",
        ),
        step(&["module-added"], CITIZEN),
    ),
    pair(
        "version",
        &[Drop("v2/extra.yaml")],
        step(
            &["module-removed"],
            "pub fn f(c: &api::Client) { let _ = c.demo_v2().extra().ping(Default::default()); }",
        ),
        step(&["module-added"], CITIZEN),
    ),
    pair(
        "operation",
        &[Cut(THING, "list")],
        step(
            &["operation-removed"],
            "pub fn f(c: &api::Client) { let _ = c.demo_v1().thing().list(Default::default()); }",
        ),
        step(&["operation-added"], CITIZEN),
    ),
    pair(
        "event",
        &[Cut(THING, "shifted")],
        step(&["event-removed"], "pub fn f(e: api::demo::v1::thing::ShiftedEvent) -> String { e.thing_guid }"),
        step(&["event-added"], CITIZEN),
    ),
    pair(
        "field_of_event",
        &[Replace(THING, &["                by: {type: string, description: Who shifted it.} # by\n"], &[])],
        step(&["received-field-removed"], "pub fn f(e: api::demo::v1::thing::ShiftedEvent) -> String { e.by }"),
        step(&["received-field-added"], CITIZEN),
    ),
    pair(
        "token",
        &[Replace(THING, &[BOTH, " # tokens of get\n"], &[TENANT, "\n"])],
        step(
            &["token-removed"],
            "pub fn f(c: &api::Client<api::rt::User>) { let _ = c.demo_v1().thing().get(api::demo::v1::thing::Get::new(\"a\")); }",
        ),
        step(&["token-added"], CITIZEN),
    ),
    pair(
        "paging",
        &[Replace(
            THING,
            &[
                "      x-feishu-paging: {page_token: page_token, next_page_token: page_token, has_more: has_more, items: items} # paging\n",
            ],
            &[],
        )],
        step(
            &["paging-removed"],
            "pub fn f(c: &api::Client) { let _ = c.demo_v1().thing().list(Default::default()).stream(); }",
        ),
        step(&["paging-added"], CITIZEN),
    ),
    pair(
        "idempotency_key",
        &[Replace(THING, &["      x-feishu-idempotency-key: client_token\n"], &[])],
        silent(&["idempotency-key-removed"]),
        step(&["idempotency-key-added"], CITIZEN),
    ),
    pair(
        "required_field",
        &[
            Replace(THING, &["required: [title, note]"], &["required: [title, note, more]"]),
            Replace(THING, &[SUMMARY], &[SUMMARY, "                more: {type: string, description: More.}\n"]),
        ],
        step(&["required-field-added"], CITIZEN),
        step(&["sent-field-removed"], "pub fn f() { let _ = api::demo::v1::thing::Create::new(\"a\", \"b\", \"c\"); }"),
    ),
    pair(
        "optional_field",
        &[Replace(THING, &[SUMMARY], &[SUMMARY, "                more: {type: string, description: More.}\n"])],
        step(&["optional-field-added"], CITIZEN),
        step(
            &["sent-field-removed"],
            "pub fn f() { let _ = api::demo::v1::thing::Create::new(\"a\", \"b\").more(\"c\"); }",
        ),
    ),
    pair(
        "optional_field_of_a_type_that_is_sent_and_received",
        &[Replace(
            COMMON,
            &["        since: {type"],
            &["        more: {type: string, description: More.}\n        since: {type"],
        )],
        step(&["optional-field-added"], CITIZEN),
        step(&["sent-field-removed"], "pub fn f() { let _ = api::demo::v1::Member::new(\"a\").more(\"c\"); }"),
    ),
    pair(
        "field_of_an_answer",
        &[Replace(
            COMMON,
            &["        guid: {type"],
            &["        more: {type: string, description: More.}\n        guid: {type"],
        )],
        step(&["received-field-added"], CITIZEN),
        step(&["received-field-removed"], "pub fn f(thing: api::demo::v1::Thing) -> String { thing.more }"),
    ),
    pair(
        "required",
        &[Replace(THING, &["required: [title, note]"], &["required: [title, note, summary]"])],
        step(
            &["field-now-required"],
            "pub fn f() { let _ = api::demo::v1::thing::Create::new(\"a\", \"b\").summary(\"c\"); }",
        ),
        step(&["field-now-optional"], "pub fn f() { let _ = api::demo::v1::thing::Create::new(\"a\", \"b\", \"c\"); }"),
    ),
    pair(
        "type_in_a_request",
        &[Replace(THING, &[SIZE], &["size: {type: string, description: How big.}"])],
        step(&["sent-type-changed"], "pub fn f() { let _ = api::demo::v1::thing::Create::new(\"a\", \"b\").size(3); }"),
        step(
            &["sent-type-changed"],
            "pub fn f() { let _ = api::demo::v1::thing::Create::new(\"a\", \"b\").size(\"3\"); }",
        ),
    ),
    pair(
        "text_becomes_an_enum",
        &[Replace(THING, &[SUMMARY], &["summary: {type: string, description: In short., enum: [a, b]}\n"])],
        step(
            &["sent-type-changed"],
            "use api::demo::v1::thing::Create;\n\
             pub(crate) fn f() { let _ = Create { summary: Some(\"c\".to_owned()), ..Create::new(\"a\", \"b\") }; }",
        ),
        step(&["sent-type-changed", "type-removed"], "pub fn f(_: api::demo::v1::thing::CreateSummary) {}"),
    ),
    pair(
        "type_in_an_answer",
        &[Replace(COMMON, &["        size: {type: integer"], &["        size: {type: string"])],
        step(&["received-type-changed"], "pub fn f(thing: api::demo::v1::Thing) -> Option<i64> { thing.size }"),
        step(&["received-type-changed"], "pub fn f(thing: api::demo::v1::Thing) -> String { thing.size }"),
    ),
    pair(
        "clearable",
        &[Replace(THING, &["clearable: [due]"], &["clearable: [summary, due]"])],
        step(
            &["clearable-added"],
            "use api::demo::v1::thing::Patch;\n\
             pub(crate) fn f() { let _ = Patch { summary: Some(\"c\".to_owned()), ..Patch::new(\"a\") }; }",
        ),
        step(&["clearable-removed"], "pub fn f() { let _ = api::demo::v1::thing::Patch::new(\"a\").clear_summary(); }"),
    ),
    pair(
        "file",
        &[Replace(
            THING,
            &[
                "                file: {type: string, format: binary, description: Its content., x-feishu-max-bytes: 1000} # file\n",
            ],
            &[],
        )],
        step(
            &["sent-field-removed"],
            "pub fn f(file: api::rt::File) { let _ = api::demo::v1::thing::Upload::new(\"a\", \"b\").file(file); }",
        ),
        step(
            &["optional-field-added", "first-file-added"],
            "pub fn f(a: api::demo::v1::thing::Upload, b: api::demo::v1::thing::Upload) -> bool { a == b }",
        ),
    ),
    pair(
        "type",
        &[Cut(COMMON, "owner"), Replace(COMMON, &["        owner: {$ref: \"#/components/schemas/Owner\"}\n"], &[])],
        step(&["received-field-removed", "type-removed"], "pub fn f(_: api::demo::v1::Owner) {}"),
        step(&["received-field-added"], CITIZEN),
    ),
    pair(
        "module_of_a_type",
        &[
            Cut(COMMON, "level"),
            Replace(THING, &["common.yaml#/components/schemas/Level"], &["#/components/schemas/Level"]),
            Replace(
                THING,
                &["\ncomponents:\n"],
                &[
                    "\ncomponents:\n  schemas:\n    Level: {type: integer, description: The levels., enum: [1, 2], ",
                    "x-enum-varnames: [Low, High]}\n",
                ],
            ),
        ],
        step(&["type-moved"], "pub fn f(_: api::demo::v1::Level) {}"),
        step(&["type-moved"], "pub fn f(_: api::demo::v1::thing::Level) {}"),
    ),
    pair(
        "name_of_a_type",
        &[
            Replace(COMMON, &["    Level:\n"], &["    Grade:\n"]),
            Replace(THING, &["schemas/Level\""], &["schemas/Grade\""]),
        ],
        step(&["type-renamed"], "pub fn f(_: api::demo::v1::Level) {}"),
        step(&["type-renamed"], "pub fn f(_: api::demo::v1::Grade) {}"),
    ),
    pair(
        "kind_of_a_type",
        &[Replace(
            COMMON,
            &["type: integer\n      description: The levels.\n      enum: [1, 2]"],
            &["type: string\n      description: The levels.\n      enum: [\"1\", \"2\"]"],
        )],
        step(&["type-kind-changed"], "pub fn f(level: api::demo::v1::Level) -> i64 { level.value() }"),
        step(&["type-kind-changed"], "pub fn f(level: api::demo::v1::Level) -> String { level.as_str().to_owned() }"),
    ),
    pair(
        "use_of_a_type",
        &[Replace(
            THING,
            &[SUMMARY],
            &[SUMMARY, "                area: {$ref: \"common.yaml#/components/schemas/Area\"}\n"],
        )],
        step(
            &["optional-field-added", "type-now-sent"],
            "pub fn f(thing: api::demo::v1::Thing) -> Option<i64> {\n\
             let api::demo::v1::Area { width, .. } = thing.area.unwrap_or_default(); width }",
        ),
        step(
            &["sent-field-removed", "type-no-longer-sent"],
            "pub fn f() { let _ = api::demo::v1::Area::new().width(3); }",
        ),
    ),
    pair(
        "use_of_a_type_with_texts",
        &[Replace(
            THING,
            &[SUMMARY],
            &[SUMMARY, "                owner: {$ref: \"common.yaml#/components/schemas/Owner\"}\n"],
        )],
        step(
            &["optional-field-added", "type-now-sent", "option-by-use"],
            "pub fn f(owner: api::demo::v1::Owner) -> String { owner.name }",
        ),
        step(
            &["sent-field-removed", "type-no-longer-sent", "option-by-use"],
            "pub fn f(owner: api::demo::v1::Owner) -> Option<String> { owner.name }",
        ),
    ),
    pair(
        "value",
        &[Replace(COMMON, &["enum: [big, small]"], &["enum: [big, small, huge]"])],
        step(&["value-added"], CITIZEN),
        step(&["value-removed"], "pub fn f() -> api::demo::v1::Kind { api::demo::v1::Kind::Huge }"),
    ),
    pair(
        "variant",
        &[Replace(COMMON, &["x-enum-varnames: [Low, High]"], &["x-enum-varnames: [Low, Tall]"])],
        step(&["variant-renamed"], "pub fn f() -> api::demo::v1::Level { api::demo::v1::Level::High }"),
        step(&["variant-renamed"], "pub fn f() -> api::demo::v1::Level { api::demo::v1::Level::Tall }"),
    ),
];
