//! What our spec says, in the form in which pages are read: the IR becomes [`OperationFacts`].
//!
//! Facts carry a line; on this side it is a number of [`Places`], since an operation is spread over several files,
//! and most lines are never asked for.

use feishu_openapi_codegen::diagnostic::Pointer;
use feishu_openapi_codegen::ir::{self, Body, BodyField};
use feishu_openapi_pages::{EVENT_METHOD, ErrorRow, Example, Item, OperationFacts, RateLimit, Source, Stated, Waiver};

use super::fields::Fields;
use super::time::millis;
use super::waivers::{self, Origin};

/// Places by number, from 1; 0 is nowhere.
#[derive(Default)]
pub(crate) struct Places(Vec<(Pointer, Pointer)>);

impl Places {
    /// Remembers a fact at `place`, which belongs to the item (or operation) at `owner`.
    pub(crate) fn add(&mut self, owner: &Pointer, place: Pointer) -> usize {
        self.0.push((owner.clone(), place));
        self.0.len()
    }

    /// Where the fact itself stands.
    pub(crate) fn place(&self, number: usize) -> Option<&Pointer> {
        self.0.get(number.checked_sub(1)?).map(|(_, place)| place)
    }

    /// Where the item stands that the fact belongs to.
    pub(crate) fn owner(&self, number: usize) -> Option<&Pointer> {
        self.0.get(number.checked_sub(1)?).map(|(owner, _)| owner)
    }
}

/// An operation of the spec, ready to be compared.
pub(crate) struct SpecOperation {
    /// `task.v2.task.get`
    pub(crate) id: String,
    /// Where it stands.
    pub(crate) place: Pointer,
    pub(crate) facts: OperationFacts,
    /// Waivers of the operation and of everything that it uses.
    pub(crate) waivers: Vec<Waiver>,
    /// Where each of them comes from.
    pub(crate) origins: Vec<Origin>,
}

/// What has a page.
#[derive(Clone, Copy)]
pub(crate) enum Documented<'a> {
    Operation(&'a ir::Operation),
    Event(&'a ir::Event),
}

impl Documented<'_> {
    /// With everything that it uses.
    pub(crate) fn read(self, api: &ir::Api, places: &mut Places) -> SpecOperation {
        match self {
            Documented::Operation(found) => operation(api, found, places),
            Documented::Event(found) => event(api, found, places),
        }
    }
}

/// Everything that has a page, in the order of the IR.
pub(crate) fn documented(api: &ir::Api) -> impl Iterator<Item = Documented<'_>> {
    api.versions.iter().flat_map(|version| &version.resources).flat_map(|resource| {
        let operations = resource.operations.iter().map(Documented::Operation);
        operations.chain(resource.events.iter().map(Documented::Event))
    })
}

/// All operations and events, in the order of the IR.
pub(crate) fn operations(api: &ir::Api, places: &mut Places) -> Vec<SpecOperation> {
    documented(api).map(|found| found.read(api, places)).collect()
}

/// One event, in the form of an operation, as pages have it.
fn event(api: &ir::Api, event: &ir::Event, places: &mut Places) -> SpecOperation {
    let mut fields = Fields::new(api, &event.id, places);
    let response = fields.answer("response", &event.fields);
    let (mut waivers, mut origins) = fields.into_waivers();
    add_own(&event.waivers, &event.id, &mut waivers, &mut origins);
    let mut at = Numbers { owner: &event.place, places };
    let facts = OperationFacts {
        source: source(&event.page, &mut at),
        method: Stated::new(EVENT_METHOD, at.line("")),
        path: Stated::new(event.event_type.as_str(), at.line("")),
        app_types: Stated::new(event.app_types.clone(), at.line("x-feishu-app-types")),
        scopes: Stated::new(event.scopes.clone(), at.line("x-feishu-scopes")),
        field_scopes: Stated::new(event.field_scopes.clone(), at.line("x-feishu-field-scopes")),
        response,
        wrapped: true,
        response_examples: example(&event.example, at.line("requestBody")),
        ..OperationFacts::default()
    };
    SpecOperation { id: event.id.clone(), place: event.place.clone(), facts, waivers, origins }
}

fn operation(api: &ir::Api, operation: &ir::Operation, places: &mut Places) -> SpecOperation {
    let mut fields = Fields::new(api, &operation.id, places);
    let (request, content_type) = body(&operation.body, &mut fields);
    let path_parameters = fields.parameters("path", &operation.path_parameters);
    let query = fields.parameters("query", &operation.query);
    let response = fields.answer("response", &operation.answer);
    let (mut waivers, mut origins) = fields.into_waivers();
    add_own(&operation.waivers, &operation.id, &mut waivers, &mut origins);
    let mut at = Numbers { owner: &operation.place, places };
    let facts = OperationFacts {
        source: source(&operation.page, &mut at),
        method: Stated::new(operation.http.as_str(), at.line("")),
        path: Stated::new(operation.path.as_str(), at.line("")),
        tokens: Stated::new(tokens(operation.tokens), at.line("security")),
        rate_limits: Stated::new(rate_limits(operation), at.line("x-feishu-rate-limits")),
        app_types: Stated::new(operation.app_types.clone(), at.line("x-feishu-app-types")),
        scopes: Stated::new(operation.scopes.clone(), at.line("x-feishu-scopes")),
        field_scopes: Stated::new(operation.field_scopes.clone(), at.line("x-feishu-field-scopes")),
        content_type: content_type.map(|kind| Stated::new(kind, at.line("requestBody"))),
        path_parameters,
        query,
        request,
        response,
        wrapped: true,
        request_examples: example(&operation.request_example, at.line("requestBody")),
        response_examples: example(&operation.response_example, at.line("responses")),
        errors: operation.errors.iter().map(|row| error(row, &mut at)).collect(),
        ..OperationFacts::default()
    };
    SpecOperation { id: operation.id.clone(), place: operation.place.clone(), facts, waivers, origins }
}

/// The waivers that stand at an operation itself.
fn add_own(own: &[ir::Waiver], id: &str, waivers: &mut Vec<Waiver>, origins: &mut Vec<Origin>) {
    for waiver in own {
        let place = waiver.at.clone().unwrap_or_else(|| waiver.fact.clone());
        waivers::add(waiver, id, &place, waivers, origins);
    }
}

/// Numbers for the facts of one operation or event.
struct Numbers<'a> {
    owner: &'a Pointer,
    places: &'a mut Places,
}

impl Numbers<'_> {
    /// The number of a key of the operation; of the operation itself if the key is empty.
    fn line(&mut self, key: &str) -> usize {
        let place = match key {
            "" => self.owner.clone(),
            key => self.owner.key(key),
        };
        self.places.add(self.owner, place)
    }
}

fn source(page: &ir::Page, at: &mut Numbers<'_>) -> Source {
    let text = |text: &str, line| (!text.is_empty()).then(|| Stated::new(text, line));
    let line = at.line("x-feishu-page");
    Source {
        title: text(&page.title, line),
        url: text(&page.url, at.line("externalDocs")),
        updated: millis(&page.updated).map(|updated| Stated::new(updated, line)),
        ..Source::default()
    }
}

fn tokens(tokens: ir::Tokens) -> Vec<String> {
    let all = [("tenant_access_token", tokens.tenant), ("user_access_token", tokens.user)];
    all.into_iter().filter(|(_, accepted)| *accepted).map(|(name, _)| name.to_owned()).collect()
}

fn rate_limits(operation: &ir::Operation) -> Vec<RateLimit> {
    let limits = operation.rate_limits.iter().map(|limit| RateLimit {
        requests: u64::try_from(limit.requests).unwrap_or_default(),
        per: limit.per.as_str().to_owned(),
    });
    limits.collect()
}

fn error(row: &ir::ErrorCode, at: &mut Numbers<'_>) -> ErrorRow {
    ErrorRow {
        line: at.places.add(at.owner, row.place.clone()),
        status: u16::try_from(row.status).unwrap_or_default(),
        code: row.code,
        meaning: row.meaning.clone(),
        hint: row.hint.clone(),
    }
}

/// An example of the IR as JSON.
fn example(value: &Option<ir::Value>, line: usize) -> Vec<Example> {
    // The text is JSON by construction.
    let json = value.as_ref().and_then(|value| serde_json::from_str(&value.to_string()).ok());
    json.map(|json| Example::new(json, line)).into_iter().collect()
}

/// The fields of the body, and its media type.
fn body(body: &Body, fields: &mut Fields<'_>) -> (Vec<Item>, Option<&'static str>) {
    match body {
        Body::None => (Vec::new(), None),
        Body::Multipart(parts) => (fields.request("request", parts), Some("multipart/form-data")),
        Body::Json(properties) => {
            let mut items = Vec::new();
            for property in properties {
                match property {
                    BodyField::Plain(field) => items.extend(fields.request("request", std::slice::from_ref(field))),
                    BodyField::Masked(mask) => items.extend(fields.mask("request", mask)),
                }
            }
            (items, Some("application/json"))
        }
    }
}
