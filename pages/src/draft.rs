//! Writes the operation or event that a maintainer starts from, with a gap wherever a human must decide.

mod schema;
mod yaml;

use crate::facts::{Example, Item, OperationFacts};
use crate::types::Ty;
use crate::{Kind, Nesting, Page};
use schema::{Components, describe, entry, stated};
use yaml::Node;

type Entries = Vec<(String, Node)>;

/// The operation or event of a page in the dialect of our spec; `None` if the page is about none.
///
/// Whatever a human must write or decide is a comment `# TODO(you): …`.
pub fn draft(page: &Page) -> Option<String> {
    let facts = page.facts.as_ref()?;
    let mut components = Components::default();
    let (section, method, entries) = match page.kind {
        Kind::Event => ("x-webhooks", "post".to_owned(), event(facts, &mut components)),
        _ => ("paths", facts.method.value.to_ascii_lowercase(), operation(facts, &mut components)),
    };
    let path = Node::Map(vec![(method, Node::Map(entries))]);
    let mut document: Entries = vec![entry(section, Node::Map(vec![(facts.path.value.clone(), path)]))];
    let schemas = components.into_map();
    if !schemas.is_empty() {
        let schemas = Node::Map(schemas).check("names and what is shared are yours to decide");
        let schemas = Node::Map(vec![entry("schemas", schemas)]);
        document.push(entry("components", schemas));
    }
    let mut text = String::new();
    for problem in &page.problems {
        text.push_str(&format!("# TODO(you): page, line {}: {}\n", problem.line, problem.what));
    }
    let lost = [facts.request_nesting, facts.response_nesting].contains(&Nesting::Lost);
    if lost {
        text.push_str("# TODO(you): this page lost the nesting of its fields; nest them\n");
    }
    text.push_str(&Node::Map(document).write());
    Some(text)
}

fn event(facts: &OperationFacts, components: &mut Components) -> Entries {
    let mut entries = beginning(facts, event_id(facts));
    entries.push(entry("x-feishu-app-types", words(&facts.app_types.value)));
    entries.extend(scopes(facts));
    entries.push(entry("security", Node::Text("[]".to_owned())));
    let schema = Node::Map(components.object(&facts.response, false));
    let mut content = vec![entry("schema", schema)];
    content.extend(example(facts.response_examples.first()));
    let body = Node::Map(vec![
        entry("required", Node::Text("true".to_owned())),
        entry("content", Node::Map(vec![entry("application/json", Node::Map(content))])),
    ]);
    entries.push(entry("requestBody", body));
    let arrived = Node::Map(vec![entry("description", Node::Text("The event has arrived.".to_owned()))]);
    entries.push(entry("responses", Node::Map(vec![entry("\"200\"", arrived)])));
    entries
}

/// Service and version stand in the event's type, `service.….name_version`; resource and name end the document's path,
/// `…/resource/events/name`.
fn event_id(facts: &OperationFacts) -> Node {
    let event_type = &facts.path.value;
    let service = event_type.split('.').next().unwrap_or_default();
    let version = event_type.rsplit('_').next().unwrap_or_default();
    let mut last = document(facts).rsplit('/');
    let name = last.next().unwrap_or_default();
    let resource = last.nth(1).unwrap_or_default().replace('-', "_");
    Node::string(&format!("{service}.{version}.{resource}.{name}")).check("the names of the official SDKs")
}

fn operation(facts: &OperationFacts, components: &mut Components) -> Entries {
    let masked = facts.request.iter().any(|item| item.name == "update_fields");
    let target = facts.request.iter().find(|item| !item.children.is_empty());
    components.mask = masked.then(|| "update_fields".to_owned());
    components.inline = target.filter(|_| masked).map(|item| item.name.clone());
    let mut entries = beginning(facts, operation_id(facts));
    entries.push(entry("x-feishu-app-types", words(&facts.app_types.value)));
    entries.push(entry("x-feishu-rate-limits", rate_limits(facts)));
    entries.extend(scopes(facts));
    entries.extend(conventions(facts));
    let tokens = facts.tokens.value.iter().map(|token| format!("{{{token}: []}}"));
    let tokens = tokens.collect::<Vec<_>>().join(", ");
    entries.push(entry("security", Node::Text(format!("[{tokens}]"))));
    let mut parameters = Vec::new();
    for (place, items) in [("path", &facts.path_parameters), ("query", &facts.query)] {
        let nodes = items.iter().map(|item| parameter(place, item, components));
        parameters.extend(nodes);
    }
    if !parameters.is_empty() {
        entries.push(entry("parameters", Node::List(parameters)));
    }
    if !facts.request.is_empty() {
        entries.push(entry("requestBody", request(facts, components)));
    }
    entries.push(entry("responses", responses(facts, components)));
    entries.push(entry("x-feishu-errors", errors(facts)));
    entries
}

/// What operations and events begin with.
fn beginning(facts: &OperationFacts, id: Node) -> Entries {
    let mut entries = vec![
        entry("operationId", id),
        entry("summary", Node::gap("what it does, in a line")),
        entry("description", Node::gap("what matters beyond the summary")),
    ];
    entries.extend(page_reference(facts));
    entries
}

fn scopes(facts: &OperationFacts) -> Entries {
    let mut entries = vec![entry("x-feishu-scopes", words(&facts.scopes.value))];
    if !facts.field_scopes.value.is_empty() {
        entries.push(entry("x-feishu-field-scopes", words(&facts.field_scopes.value)));
    }
    entries
}

fn words(words: &[String]) -> Node {
    Node::flow(words.iter().map(String::as_str))
}

/// `service.version` stands in the path; resource and method end the document's path.
fn operation_id(facts: &OperationFacts) -> Node {
    let path = facts.path.value.strip_prefix("/open-apis/").unwrap_or_default();
    let mut segments = path.split('/');
    let service = segments.next().unwrap_or_default();
    let version = segments.next().unwrap_or_default();
    let mut last = document(facts).rsplit('/');
    let method = last.next().unwrap_or_default();
    let resource = last.next().unwrap_or_default().replace('-', "_");
    Node::string(&format!("{service}.{version}.{resource}.{method}")).check("the names of the official SDKs")
}

/// The path of the page, or its address.
fn document(facts: &OperationFacts) -> &str {
    let source = &facts.source;
    let page = source.full_path.as_ref().or(source.url.as_ref());
    page.map_or("", |stated| stated.value.as_str())
}

fn page_reference(facts: &OperationFacts) -> Entries {
    let mut entries = Vec::new();
    let source = &facts.source;
    if let Some(url) = &source.url {
        let url = Node::Text(url.value.clone());
        entries.push(entry("externalDocs", Node::Map(vec![entry("url", url)])));
    }
    let mut page = Vec::new();
    if let Some(title) = &source.title {
        page.push(entry("title", Node::string(&title.value)));
    }
    if let Some(updated) = source.updated.as_ref().and_then(|updated| utc(updated.value)) {
        page.push(entry("updated", Node::Text(format!("\"{updated}\""))));
    }
    if !page.is_empty() {
        entries.push(entry("x-feishu-page", Node::Map(page)));
    }
    entries
}

/// Milliseconds since 1970 as `2023-08-07T09:51:53Z`; nothing for a time outside of the calendar.
fn utc(millis: i64) -> Option<String> {
    jiff::Timestamp::from_second(millis.div_euclid(1000)).ok().map(|time| time.to_string())
}

fn rate_limits(facts: &OperationFacts) -> Node {
    let (special, stated): (Vec<_>, Vec<_>) = facts.rate_limits.value.iter().partition(|limit| limit.per == "special");
    let limits = stated.iter().map(|limit| format!("{{requests: {}, per: {}}}", limit.requests, limit.per));
    let limits = Node::Text(format!("[{}]", limits.collect::<Vec<_>>().join(", ")));
    if special.is_empty() {
        limits
    } else {
        limits.check("the page calls its limit a special one; does its text say more?")
    }
}

/// What field names suggest all over the platform: update masks, idempotency keys, paging.
fn conventions(facts: &OperationFacts) -> Entries {
    let mut entries = Vec::new();
    let body = |name: &str| facts.request.iter().find(|item| item.name == name);
    if let Some(mask) = body("update_fields") {
        let target = facts.request.iter().find(|item| !item.children.is_empty());
        let target = target.map_or("", |item| item.name.as_str());
        entries.push(entry(
            "x-feishu-update-mask",
            Node::Map(vec![
                entry("target", Node::string(target).check("is it the one?")),
                entry("fields", Node::string(&mask.name)),
                entry("clearable", Node::gap("the fields that may be cleared")),
            ]),
        ));
    }
    if let Some(key) = facts.request.iter().chain(&facts.query).find(|item| repeats_safely(item)) {
        let ask = "does it make calls idempotent, and for how long?";
        entries.push(entry("x-feishu-idempotency-key", Node::string(&key.name).check(ask)));
    }
    let answers = |name: &str| facts.response.iter().any(|item| item.name == name);
    entries.extend(paging(facts, answers));
    if facts.method.value == "POST" {
        entries.push(entry("x-feishu-repeatable", Node::gap("why, or delete the line")));
    }
    entries
}

/// What the names of fields suggest about pages of a list.
fn paging(facts: &OperationFacts, answers: impl Fn(&str) -> bool) -> Option<(String, Node)> {
    let items = facts.response.iter().find(|item| matches!(item.ty, Ty::List(_)))?;
    let asks = |name: &&str| facts.query.iter().chain(&facts.request).any(|item| item.name == *name);
    let mut entries = Vec::new();
    let mut name = |key: &str, name: &str| entries.push(entry(key, Node::string(name)));
    let next = ["page_token", "next_page_token"].into_iter().find(|name| answers(name));
    if let (true, Some(next)) = (asks(&"page_token"), next) {
        name("page_token", "page_token");
        name("next_page_token", next);
        if answers("has_more") {
            name("has_more", "has_more");
        }
    } else if asks(&"offset") {
        name("offset", "offset");
        if answers("total") {
            name("total", "total");
        }
    } else {
        let number = ["page_index", "page"].into_iter().find(asks)?;
        name("page_index", number);
        if asks(&"page_size") {
            name("page_size", "page_size");
        }
        if answers("total") {
            name("total", "total");
        }
        entries.insert(1, entry("first", Node::Text("1".to_owned()).check("is it the number of the first page?")));
    }
    entries.push(entry("items", Node::string(&items.name)));
    Some(entry("x-feishu-paging", Node::Map(entries)))
}

/// A key by which the server knows a repeated call: by its name, or by what the page says of it.
fn repeats_safely(item: &Item) -> bool {
    let told = ["幂等", "去重", "重复请求"].iter().any(|word| item.prose.contains(word));
    item.ty == Ty::String && (item.name == "client_token" || told)
}

fn parameter(place: &str, item: &Item, components: &mut Components) -> Node {
    let mut entries = vec![entry("name", Node::string(&item.name)), entry("in", Node::string(place))];
    if place == "path" || item.required == Some(true) {
        entries.push(entry("required", Node::Text("true".to_owned())));
    }
    entries.push(entry("description", describe(&item.prose)));
    if item.deprecated.is_some() {
        entries.push(entry("deprecated", Node::Text("true".to_owned())));
    }
    entries.push(entry("schema", components.parameter(item)));
    entries.extend(stated("example", &item.example, &item.ty));
    Node::Map(entries)
}

fn request(facts: &OperationFacts, components: &mut Components) -> Node {
    let kind = facts.content_type.as_ref();
    let kind = kind.map_or("application/json", |kind| kind.value.as_str());
    let schema = Node::Map(components.object(&facts.request, true));
    let mut content = vec![entry("schema", schema)];
    content.extend(example(facts.request_examples.first()));
    let any = facts.request.iter().any(|item| item.required == Some(true));
    Node::Map(vec![
        entry("required", Node::Text("true".to_owned()).check_unless(any)),
        entry("content", Node::Map(vec![entry(kind, Node::Map(content))])),
    ])
}

impl Node {
    fn check_unless(self, sure: bool) -> Node {
        if sure { self } else { self.check("no field is required; may the body be left out?") }
    }
}

fn example(example: Option<&Example>) -> Entries {
    let node = example.and_then(|example| {
        let printed = Node::json_text(&example.text);
        let repaired = || Node::json_text(&crate::examples::repair(&example.text));
        printed.or_else(repaired).or_else(|| example.json.as_ref().map(Node::json))
    });
    node.map(|node| entry("example", node)).into_iter().collect()
}

fn responses(facts: &OperationFacts, components: &mut Components) -> Node {
    let envelope =
        Node::Map(vec![entry("$ref", Node::Text("\"../../common.yaml#/components/schemas/Envelope\"".to_owned()))]);
    let schema = if !facts.wrapped {
        let whole = Node::Map(components.object(&facts.response, false));
        let file = "this answer is a file";
        whole.check(if facts.answers_file { file } else { "this answer has no `data`" })
    } else if facts.response.is_empty() {
        envelope
    } else {
        let data = Node::Map(components.object(&facts.response, false));
        let own = Node::Map(vec![
            entry("type", Node::string("object")),
            entry("properties", Node::Map(vec![entry("data", data)])),
        ]);
        Node::Map(vec![entry("allOf", Node::List(vec![envelope, own]))])
    };
    let mut content = vec![entry("schema", schema)];
    content.extend(example(facts.response_examples.first()));
    let json = Node::Map(vec![entry("application/json", Node::Map(content))]);
    let ok = Node::Map(vec![entry("description", Node::gap("what is answered")), entry("content", json)]);
    let error = "{$ref: \"../../common.yaml#/components/responses/Error\"}";
    Node::Map(vec![entry("\"200\"", ok), entry("default", Node::Text(error.to_owned()))])
}

fn errors(facts: &OperationFacts) -> Node {
    if facts.errors.is_empty() {
        return Node::Text("[]".to_owned());
    }
    let rows = facts.errors.iter().map(|row| {
        Node::Map(vec![
            entry("status", status(row.status)),
            entry("code", Node::Text(row.code.to_string())),
            entry("meaning", meaning(&row.meaning)),
            entry("hint", Node::gap("what to do, or delete the line; `retry: true` if it helps")),
        ])
    });
    Node::List(rows.collect())
}

fn status(status: u16) -> Node {
    if status == 0 { Node::gap("the page states no status") } else { Node::Text(status.to_string()) }
}

/// What is English on the page is offered.
fn meaning(page: &str) -> Node {
    let english = page.is_ascii() && page.contains(' ');
    if english { Node::string(page.trim()).check("say it in our words") } else { describe(page) }
}

#[cfg(test)]
mod tests {
    use super::utc;

    #[test]
    fn update_times_are_utc() {
        assert_eq!(utc(1_691_401_913_000).as_deref(), Some("2023-08-07T09:51:53Z"));
        assert_eq!(utc(951_782_400_000).as_deref(), Some("2000-02-29T00:00:00Z"));
        assert_eq!(utc(i64::MAX), None);
    }
}
