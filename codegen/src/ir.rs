//! What the spec says, as plain data: no YAML, no serde, no tokens.
//!
//! `lower` builds it, `lint` checks it, `emit` writes it down as Rust, and tools such as the
//! documentation check read it. Names are final here: what Rust calls a thing is decided before this point.

mod constraint;
mod event;
mod index;
mod limit;
mod types;
mod value;

use crate::diagnostic::Pointer;

pub(crate) use constraint::NoField;
pub use constraint::{Constraint, ConstraintCheck, Requirement, When};
pub use event::Event;
pub(crate) use limit::{Effect, LimitChange, Written};
pub use limit::{Limit, LimitKey, Limits, Number, PageFact};
pub(crate) use types::are_comparable;
pub use types::{Enum, Field, Module, Presence, Struct, Type, TypeDef, TypePath, Usage, Values, Variant};
pub use value::Value;

/// Everything.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Api {
    /// Types of `common.yaml`, at the root of the crate.
    pub shared: Vec<TypeDef>,
    /// Sorted by service and version.
    pub versions: Vec<Version>,
}

/// One version of one service, such as Task v2.
#[derive(Clone, Debug, PartialEq)]
pub struct Version {
    /// `task`
    pub service: String,
    /// `v2`
    pub version: String,
    /// Types of the version's `common.yaml`, sorted by name.
    pub types: Vec<TypeDef>,
    /// Sorted by name.
    pub resources: Vec<Resource>,
}

/// One resource: a file of operations.
#[derive(Clone, Debug, PartialEq)]
pub struct Resource {
    /// `tasklist`
    pub name: String,
    /// What the resource is, from the document's `info`.
    pub description: String,
    /// The file it was read from.
    pub file: String,
    /// In the order of the file.
    pub operations: Vec<Operation>,
    /// In the order of the file.
    pub events: Vec<Event>,
    /// Types that only this resource uses, sorted by name.
    pub types: Vec<TypeDef>,
}

/// One call of the API.
#[derive(Clone, Debug, PartialEq)]
pub struct Operation {
    /// `task.v2.task.remove_members`
    pub id: String,
    /// The method of the client, `remove_members`.
    pub method: Ident,
    /// The request type, `RemoveMembers`.
    pub request: String,
    /// The answer type, `RemoveMembersResponse`.
    pub response: String,
    /// `POST`
    pub http: HttpMethod,
    /// With `{parameter}`s, `/open-apis` included.
    pub path: String,
    /// One line.
    pub summary: String,
    /// More, or empty.
    pub description: String,
    /// The documentation page.
    pub page: Page,
    /// Who may call.
    pub tokens: Tokens,
    /// `custom`, `isv`
    pub app_types: Vec<String>,
    /// Per API, app and tenant.
    pub rate_limits: Vec<RateLimit>,
    /// Any one suffices.
    pub scopes: Vec<String>,
    /// Needed for some fields of the answer.
    pub field_scopes: Vec<String>,
    /// Why the call may be repeated although it is no GET.
    pub repeatable: Option<String>,
    /// What to use today instead.
    pub superseded_by: Option<String>,
    /// The body field that makes a repetition harmless.
    pub idempotency_key: Option<Ident>,
    /// What the page demands beyond single fields.
    pub constraints: Vec<Constraint>,
    /// The page's error table.
    pub errors: Vec<ErrorCode>,
    /// Deviations from the page that concern the operation or places below it.
    pub waivers: Vec<Waiver>,
    /// In the order of the path.
    pub path_parameters: Vec<Field>,
    /// In the order of the file.
    pub query: Vec<Field>,
    /// What is sent.
    pub body: Body,
    /// For lists.
    pub paging: Option<Paging>,
    /// What the answer is, in a sentence.
    pub answer_description: String,
    /// The fields of `data`.
    pub answer: Vec<Field>,
    /// The page's example of a request body.
    pub request_example: Option<Value>,
    /// The page's example of an answer, with its envelope.
    pub response_example: Option<Value>,
    /// Where it stands.
    pub place: Pointer,
}

/// A name in Rust. Keywords are raw (`r#type`).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ident(pub String);

/// The methods that Feishu documents.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum HttpMethod {
    Get,
    Post,
    Put,
    Patch,
    Delete,
}

/// A page of the documentation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Page {
    /// Its address.
    pub url: String,
    /// Its Chinese title.
    pub title: String,
    /// When it was last changed, ISO 8601 in UTC.
    pub updated: String,
}

/// The tokens that an operation accepts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tokens {
    /// `tenant_access_token`
    pub tenant: bool,
    /// `user_access_token`
    pub user: bool,
}

/// How often an operation may be called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RateLimit {
    /// This many calls
    pub requests: i64,
    /// in this time.
    pub per: Period,
}

/// The time of a rate limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Period {
    Second,
    Minute,
}

/// A line of an error table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ErrorCode {
    /// The HTTP status.
    pub status: i64,
    /// The code in the envelope.
    pub code: i64,
    /// What it means for this operation.
    pub meaning: String,
    /// What to do, or empty.
    pub hint: String,
    /// Whether the page says to try again.
    pub retry: bool,
    /// Where it stands.
    pub place: Pointer,
}

/// A deviation of the spec from a page, on purpose.
#[derive(Clone, Debug, PartialEq)]
pub struct Waiver {
    /// What kind of fact deviates.
    pub fact: String,
    /// What the page says.
    pub page: Value,
    /// Why we know better.
    pub reason: String,
    /// The operations whose pages say so; empty for all that use the item.
    pub operations: Vec<String>,
    /// The place below the operation, for waivers of operations.
    pub at: Option<String>,
    /// Where it stands.
    pub place: Pointer,
}

/// What a request sends besides path and query.
#[derive(Clone, Debug, PartialEq)]
pub enum Body {
    /// Nothing.
    None,
    /// A JSON object.
    Json(Vec<BodyField>),
    /// Parts of a form.
    Multipart(Vec<Field>),
}

/// A property of a JSON body.
#[derive(Clone, Debug, PartialEq)]
pub enum BodyField {
    /// Sent as it is.
    Plain(Field),
    /// The target of an update mask together with the mask.
    Masked(UpdateMask),
}

/// New values for some fields of a resource, and the list of their names.
#[derive(Clone, Debug, PartialEq)]
pub struct UpdateMask {
    /// The property with the new values.
    pub target: String,
    /// The property that lists the names; its type is a list of an enum.
    pub fields: Field,
    /// What may be updated.
    pub values: Vec<Field>,
    /// What the page says of the two properties, which the types do not show.
    pub documented: DocumentedMask,
}

/// Facts of the page about an update mask that change nothing in Rust.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DocumentedMask {
    /// Whether the page requires the target.
    pub target_required: bool,
    /// Whether the page requires the list of names.
    pub fields_required: bool,
    /// The values that the page requires once the target is there.
    pub required_values: Vec<String>,
    /// The page's example of the target.
    pub example: Option<Value>,
    /// Deviations from the page that concern the target.
    pub waivers: Vec<Waiver>,
    /// Where the target stands.
    pub place: Pointer,
}

/// How a list is paged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Paging {
    /// How the next page is found.
    pub by: PagingBy,
    /// The field of the answer with the items.
    pub items: Ident,
    /// What an item is.
    pub item: Type,
}

/// How the next page of a list is found. The fields are one of the request and some of the answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PagingBy {
    /// By the token that the answer gives.
    Token {
        /// The field of the request that takes the token.
        page_token: Ident,
        /// The field of the answer that holds the next token.
        next_page_token: Ident,
        /// The field of the answer that says whether there is more; without it, the last page has no token.
        has_more: Option<Ident>,
    },
    /// By the number of items before the page.
    Offset {
        /// The field of the request that takes the number.
        offset: Ident,
        /// The field of the answer that counts all items.
        total: Option<Ident>,
    },
    /// By the number of the page.
    Number {
        /// The field of the request that takes the number.
        page_index: Ident,
        /// The number of the first page.
        first: i64,
        /// The field of the request with the size of a page.
        page_size: Option<Ident>,
        /// The field of the answer that counts all items.
        total: Option<Ident>,
    },
}

impl RateLimit {
    /// `1000 per minute and 50 per second`.
    pub fn words(limits: &[RateLimit]) -> String {
        let limits: Vec<String> =
            limits.iter().map(|limit| format!("{} per {}", limit.requests, limit.per.as_str())).collect();
        if limits.is_empty() { "none stated".to_owned() } else { limits.join(" and ") }
    }
}

impl Period {
    /// In a word.
    pub fn as_str(self) -> &'static str {
        match self {
            Period::Second => "second",
            Period::Minute => "minute",
        }
    }
}

impl HttpMethod {
    /// In capitals, as on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            HttpMethod::Get => "GET",
            HttpMethod::Post => "POST",
            HttpMethod::Put => "PUT",
            HttpMethod::Patch => "PATCH",
            HttpMethod::Delete => "DELETE",
        }
    }
}

impl Operation {
    /// All fields of the request type, in order: path, query, body.
    pub fn request_fields(&self) -> impl Iterator<Item = &Field> {
        let body: Vec<&Field> = match &self.body {
            Body::None => Vec::new(),
            Body::Multipart(fields) => fields.iter().collect(),
            Body::Json(fields) => fields.iter().flat_map(BodyField::fields).collect(),
        };
        self.path_parameters.iter().chain(&self.query).chain(body)
    }

    /// The update masks in the body.
    pub fn masks(&self) -> impl Iterator<Item = &UpdateMask> {
        let fields = match &self.body {
            Body::Json(fields) => &fields[..],
            _ => &[],
        };
        fields.iter().filter_map(|field| match field {
            BodyField::Masked(mask) => Some(mask),
            BodyField::Plain(_) => None,
        })
    }
}

impl BodyField {
    /// The fields of the request type behind this property.
    pub fn fields(&self) -> Vec<&Field> {
        match self {
            BodyField::Plain(field) => vec![field],
            BodyField::Masked(mask) => mask.values.iter().chain([&mask.fields]).collect(),
        }
    }
}
