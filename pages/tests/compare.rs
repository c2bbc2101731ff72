//! What counts as a difference, what is waived, and what cannot be decided.

use feishu_openapi_pages::{
    Comparison, EnumValue, ErrorRow, Example, Fact, Group, Item, Nesting, OperationFacts, RateLimit, Stated, Ty,
    Waiver, compare,
};

fn string(name: &str) -> Item {
    Item { required: Some(false), ..Item::new(name, Ty::String, 10) }
}

fn list(name: &str, ty: Ty) -> Item {
    Item { required: Some(false), ..Item::new(name, Ty::List(Box::new(ty)), 10) }
}

fn number(value: f64) -> Option<Stated<f64>> {
    Some(Stated::new(value, 10))
}

fn values(names: &[&str]) -> Vec<EnumValue> {
    let value = |name: &&str| EnumValue { value: (*name).to_owned(), ..EnumValue::default() };
    names.iter().map(value).collect()
}

fn request(items: Vec<Item>) -> OperationFacts {
    OperationFacts { request: items, ..OperationFacts::default() }
}

fn response(items: Vec<Item>) -> OperationFacts {
    OperationFacts { response: items, ..OperationFacts::default() }
}

/// Differences as `place fact group`.
#[track_caller]
fn check(page: &OperationFacts, spec: &OperationFacts, expect: &[&str]) -> Comparison {
    let comparison = compare(page, spec, &[]);
    let found: Vec<String> =
        comparison.differences.iter().map(|d| format!("{} {} {:?}", d.place, d.fact, d.group)).collect();
    assert_eq!(found, expect);
    comparison
}

#[test]
fn a_field_may_be_missing_or_extra() {
    let page = request(vec![string("a"), string("b")]);
    let spec = request(vec![string("b"), string("c")]);
    check(&page, &spec, &["request.a presence MissingInSpec", "request.c presence ExtraInSpec"]);
}

#[test]
fn a_scope_stands_on_the_operation_or_on_the_field() {
    let scope = || Stated::new("contact:user.employee_id:readonly".to_owned(), 10);
    let scoped = request(vec![Item { field_scopes: vec![scope()], ..string("id") }]);
    let plain = request(vec![string("id")]);
    let of_operation = OperationFacts { field_scopes: Stated::new(vec![scope().value], 10), ..plain.clone() };
    check(&scoped, &scoped, &[]);
    check(&scoped, &plain, &["request.id field-scopes MissingInSpec"]);
    let found = compare(&scoped, &of_operation, &[]).differences;
    assert!(found.iter().all(|found| found.place != "request.id"), "{found:?}");
}

#[test]
fn a_missing_object_is_one_difference() {
    let mut due = Item::new("due", Ty::Object, 1);
    due.children = vec![string("timestamp"), string("is_all_day")];
    check(&request(vec![due]), &request(vec![]), &["request.due presence MissingInSpec"]);
}

#[test]
fn places_name_every_parent() {
    let nest = |leaf: Item| {
        let mut due = Item::new("due", Ty::Object, 1);
        due.children = vec![leaf];
        let mut task = Item::new("task", Ty::Object, 1);
        task.children = vec![due];
        request(vec![task])
    };
    let page = nest(string("timestamp"));
    let spec = nest(Item { required: Some(false), ..Item::new("timestamp", Ty::Int, 7) });
    let found = check(&page, &spec, &["request.task.due.timestamp type Different"]);
    assert_eq!((found.differences[0].page_line, found.differences[0].spec_line), (10, 7));
}

#[test]
fn defaults_and_examples_are_compared_as_values() {
    let with = |default: &str, example: &str| Item {
        default: Some(Stated::new(default, 1)),
        example: Some(Stated::new(example, 1)),
        ..string("a")
    };
    let page = request(vec![with("open_id", "1675454764000")]);
    check(&page, &request(vec![with("\"open_id\"", "\"1675454764000\"")]), &[]);
    check(
        &page,
        &request(vec![with("\"user_id\"", "\"1\"")]),
        &["request.a default Different", "request.a example Different"],
    );
}

#[test]
fn an_impossible_example_is_not_demanded() {
    let mut due = Item { required: Some(false), ..Item::new("due", Ty::Object, 1) };
    let spec = request(vec![due.clone()]);
    due.example = Some(Stated::new("1675742789470", 1));
    check(&request(vec![due]), &spec, &[]);
}

#[test]
fn a_smallest_length_of_zero_says_nothing() {
    let page = Item { min_length: number(0.0), ..string("a") };
    check(&request(vec![page]), &request(vec![string("a")]), &[]);
    let page = Item { min: number(0.0), ..string("a") };
    check(&request(vec![page]), &request(vec![string("a")]), &["request.a min MissingInSpec"]);
}

#[test]
fn characters_and_elements_are_not_confused() {
    let page = Item { max_items: number(50.0), ..list("a", Ty::String) };
    let spec = Item { max_length: number(50.0), ..list("a", Ty::String) };
    check(&request(vec![page]), &request(vec![spec]), &["request.a max ExtraInSpec", "request.a max MissingInSpec"]);
}

#[test]
fn the_order_of_values_says_nothing() {
    let with = |names: &[&str]| request(vec![Item { enum_values: values(names), ..string("a") }]);
    check(&with(&["x", "y"]), &with(&["y", "x"]), &[]);
    let found = check(&with(&["x", "y"]), &with(&["x", "z"]), &["request.a enum Different"]);
    let note = found.differences[0].note.as_deref();
    assert_eq!(note, Some("only on the page: y; only in the spec: z"));
}

#[test]
fn what_is_said_to_stand_in_prose_must_stand_there() {
    let page = |prose: &str| request(vec![Item { prose: prose.to_owned(), ..string("a") }]);
    let spec = request(vec![Item { max_length: number(3000.0), prose_facts: vec![Fact::Max], ..string("a") }]);
    check(&page("支持最大3000个utf8字符。"), &spec, &[]);
    check(&page("支持最大2000个utf8字符。"), &spec, &["request.a max MissingInSpec"]);
    // Another page that uses the same item may state it: only the view of all pages decides.
    let found = check(&page("没有上限。"), &spec, &[]);
    assert_eq!((found.unstated[0].place.as_str(), found.unstated[0].fact), ("request.a", Fact::Max));
}

#[test]
fn answers_may_stay_silent() {
    let spec = response(vec![Item { max_length: number(9.0), ..string("a") }]);
    let found = check(&response(vec![string("a")]), &spec, &[]);
    assert_eq!(found.unstated[0].place, "response.a");
    let page = response(vec![Item { max_length: number(8.0), ..string("a") }]);
    check(&page, &spec, &["response.a max Different"]);
}

#[test]
fn a_path_parameter_is_always_required() {
    let path = |required| OperationFacts {
        path_parameters: vec![Item { required, ..Item::new("id", Ty::String, 1) }],
        ..OperationFacts::default()
    };
    check(&path(None), &path(Some(true)), &[]);
}

#[test]
fn required_is_compared_in_requests() {
    let page = request(vec![Item { required: Some(true), ..string("a") }]);
    check(&page, &request(vec![string("a")]), &["request.a required Different"]);
}

#[test]
fn codes_are_compared_with_their_status() {
    let row = |status, code| ErrorRow { status, code, ..ErrorRow::default() };
    let facts = |rows: &[ErrorRow]| OperationFacts { errors: rows.to_vec(), ..OperationFacts::default() };
    check(
        &facts(&[row(400, 1), row(403, 2)]),
        &facts(&[row(404, 1), row(500, 3)]),
        &["error.1 errors Different", "error.2 errors MissingInSpec", "error.3 errors ExtraInSpec"],
    );
}

#[test]
fn one_code_may_have_two_statuses() {
    let row = |status| ErrorRow { status, code: 1, ..ErrorRow::default() };
    let facts = |rows: &[ErrorRow]| OperationFacts { errors: rows.to_vec(), ..OperationFacts::default() };
    check(&facts(&[row(400), row(403)]), &facts(&[row(403), row(400)]), &[]);
    check(&facts(&[row(400), row(403)]), &facts(&[row(400)]), &["error.1 errors Different"]);
}

#[test]
fn examples_ignore_the_order_of_keys() {
    let facts = |text: &str| OperationFacts {
        request_examples: vec![Example::new(serde_json::from_str(text).expect("JSON"), 1)],
        ..OperationFacts::default()
    };
    check(&facts(r#"{"a": 1, "b": [2]}"#), &facts(r#"{"b": [2], "a": 1}"#), &[]);
    let found = check(
        &facts(r#"{"a": 1, "b": [2]}"#),
        &facts(r#"{"b": [3], "a": 1}"#),
        &["request-example.b[0] request-example Different"],
    );
    assert_eq!(found.differences[0].page.as_deref(), Some("2"));
}

#[test]
fn limits_scopes_and_tokens_are_sets() {
    let facts = |words: &[&str], limits: &[(u64, &str)]| {
        let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
        let limits = limits.iter().map(|(requests, per)| RateLimit { requests: *requests, per: (*per).to_owned() });
        OperationFacts {
            scopes: Stated::new(words.clone(), 1),
            tokens: Stated::new(words, 1),
            rate_limits: Stated::new(limits.collect::<Vec<_>>(), 1),
            ..OperationFacts::default()
        }
    };
    let page = facts(&["a", "b"], &[(1000, "minute"), (50, "second")]);
    check(&page, &facts(&["b", "a"], &[(50, "second"), (1000, "minute")]), &[]);
    check(
        &page,
        &facts(&["b"], &[(50, "minute")]),
        &["tokens tokens Different", "rate-limits rate-limits Different", "scopes scopes Different"],
    );
}

#[test]
fn a_waiver_explains_its_difference_alone() {
    let page = request(vec![Item { type_text: "i18n_text".to_owned(), ..Item::new("a", Ty::Object, 1) }]);
    let spec = request(vec![Item::new("a", Ty::String, 1)]);
    let waiver = |place: &str| Waiver {
        place: place.to_owned(),
        fact: Fact::Type,
        page_says: "i18n_text".to_owned(),
        reason: String::new(),
    };
    let found = compare(&page, &spec, &[waiver("request.b"), waiver("request.a")]);
    assert!(!found.drifted());
    assert_eq!(found.waived[0].waiver, 1);
    assert_eq!(found.idle_waivers, [0]);
}

fn lost(names: &[&str]) -> OperationFacts {
    OperationFacts { request_nesting: Nesting::Lost, ..request(names.iter().map(|name| string(name)).collect()) }
}

fn tree() -> OperationFacts {
    let mut due = Item { required: Some(false), ..Item::new("due", Ty::String, 1) };
    due.children = vec![string("time"), string("zone")];
    request(vec![string("id"), due, string("end")])
}

#[test]
fn a_flat_list_is_compared_in_page_order() {
    check(&lost(&["id", "due", "time", "zone", "end"]), &tree(), &["request presence Undecidable"]);
}

#[test]
fn a_name_that_stands_nowhere_is_decided() {
    check(
        &lost(&["id", "due", "time", "new", "end"]),
        &tree(),
        &[
            "request.?.new presence MissingInSpec",
            "request.due.zone presence ExtraInSpec",
            "request presence Undecidable",
        ],
    );
}

#[test]
fn a_name_that_stands_elsewhere_is_undecidable() {
    let found = compare(&lost(&["id", "due", "time", "zone", "end", "id"]), &tree(), &[]);
    assert!(!found.drifted());
    assert_eq!(found.of(Group::Undecidable).count(), 2);
}

#[test]
fn a_page_without_a_table_of_the_answer_decides_nothing_about_it() {
    let page = OperationFacts { silent: vec![Fact::Presence], ..OperationFacts::default() };
    check(&page, &response(vec![string("a")]), &["response presence Undecidable"]);
}

#[test]
fn an_alias_of_an_address_is_known_by_its_end() {
    let facts = |url: &str, path: Option<&str>| {
        let mut facts = OperationFacts::default();
        facts.source.url = Some(Stated::new(url, 1));
        facts.source.full_path = path.map(|path| Stated::new(path, 1));
        facts
    };
    let spec = facts("https://h/document/x/y/pond-v1/fish/get", None);
    check(&facts("https://h/document/server-docs/pond-v1/fish/get", None), &spec, &[]);
    check(&facts("https://h/document/server-docs/pond-v1/fish/list", None), &spec, &["page-url page-url Undecidable"]);
    check(
        &facts("https://h/document/z/pond-v1/fish/get", Some("/z/pond-v1/fish/get")),
        &spec,
        &["page-url page-url Different"],
    );
    check(&facts("https://other/document/x/y/pond-v1/fish/get", Some("/x")), &spec, &[]);
}
