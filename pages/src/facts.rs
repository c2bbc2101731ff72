//! What a page says, as plain data.
//!
//! The same structs are filled from our spec, so that [`crate::compare`] has two equal sides.
//! Every field is public and everything has a `Default`.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::types::Ty;

/// A fact together with the line it stands in (1-based, 0 = nowhere).
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Stated<T> {
    /// The fact.
    pub value: T,
    /// The line of the page, or of the spec file.
    pub line: usize,
}

impl<T> Stated<T> {
    /// `value`, said in `line`.
    pub fn new(value: impl Into<T>, line: usize) -> Self {
        Stated { value: value.into(), line }
    }
}

impl Stated<String> {
    /// A JSON value as text: how the spec side fills defaults and examples.
    pub fn json(value: &serde_json::Value, line: usize) -> Self {
        Stated { value: value.to_string(), line }
    }
}

/// Whether the fields of a page stand in a tree.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Nesting {
    /// Fields know their parents.
    #[default]
    Known,
    /// The format dropped the indentation: fields are a flat list in page order.
    Lost,
}

/// The document that the facts come from.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Source {
    /// Title of the page, in Chinese.
    pub title: Option<Stated<String>>,
    /// The first heading; on few pages it is not the title.
    pub heading: Option<Stated<String>>,
    /// Path of the document in the portal (`/uAjLw4CM/…/task/get`); some formats know only an alias of it.
    pub full_path: Option<Stated<String>>,
    /// Address for people.
    pub url: Option<Stated<String>>,
    /// Last update, milliseconds since 1970.
    pub updated: Option<Stated<i64>>,
}

/// A rate limit: so many requests per second or minute.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct RateLimit {
    /// How many.
    pub requests: u64,
    /// `second`, `minute`, `hour` or `day`; `special` where the page says no more than that the limit is a special one.
    pub per: String,
}

/// One documented value of a field.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct EnumValue {
    /// The value, as text.
    pub value: String,
    /// What the page says about it.
    pub description: String,
    /// Line of the page.
    pub line: usize,
}

/// A parameter or a field, with the fields below it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Item {
    /// Name on the wire.
    pub name: String,
    /// Line of its row.
    pub line: usize,
    /// The type in the page's words (`member[]`).
    pub type_text: String,
    /// The type in ours.
    pub ty: Ty,
    /// Whether it must be sent; `None` where the table has no such column.
    pub required: Option<bool>,
    /// What the server assumes, as text (a JSON value, where the spec fills it).
    pub default: Option<Stated<String>>,
    /// An example value, as text (a JSON value, where the spec fills it).
    pub example: Option<Stated<String>>,
    /// Documented values; of a list: of its elements.
    pub enum_values: Vec<EnumValue>,
    /// The format does not tell a list of values from a list in the prose.
    pub enum_loose: bool,
    /// Smallest value.
    pub min: Option<Stated<f64>>,
    /// Largest value.
    pub max: Option<Stated<f64>>,
    /// Shortest text, in characters; of a list: of its elements.
    pub min_length: Option<Stated<f64>>,
    /// Longest text, in characters; of a list: of its elements.
    pub max_length: Option<Stated<f64>>,
    /// Fewest elements.
    pub min_items: Option<Stated<f64>>,
    /// Most elements.
    pub max_items: Option<Stated<f64>>,
    /// Regular expression.
    pub pattern: Option<Stated<String>>,
    /// The page calls it outdated.
    pub deprecated: Option<Stated<bool>>,
    /// Scopes needed when its value is `user_id`.
    pub field_scopes: Vec<Stated<String>>,
    /// The running text, without the lists above.
    pub prose: String,
    /// Only name and type are known; the format says nothing else about it.
    pub bare: bool,
    /// Filled by the spec side: facts that the page states only in running text.
    pub prose_facts: Vec<Fact>,
    /// The table of the body says that it stands in the address.
    pub in_query: bool,
    /// Fields below it.
    pub children: Vec<Item>,
}

impl Item {
    /// An item with a name and a type, and nothing else.
    pub fn new(name: impl Into<String>, ty: Ty, line: usize) -> Self {
        Item { name: name.into(), ty, line, ..Item::default() }
    }
}

/// An example, as printed and as read.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Example {
    /// First line of the code block.
    pub line: usize,
    /// As printed.
    pub text: String,
    /// As read; `None` if even the repaired text is no JSON.
    pub json: Option<Value>,
    /// The printed text is no JSON, `json` was read after repairs.
    pub repaired: bool,
}

impl Example {
    /// An example from the spec.
    pub fn new(json: serde_json::Value, line: usize) -> Self {
        Example { line, text: json.to_string(), json: Some(json), repaired: false }
    }
}

/// A row of the error table.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct ErrorRow {
    /// Line of the row.
    pub line: usize,
    /// HTTP status; 0 where the table has no column for it.
    pub status: u16,
    /// Feishu's code.
    pub code: i64,
    /// What happened, in the page's words.
    pub meaning: String,
    /// What to do, in the page's words.
    pub hint: String,
}

/// Everything a page says about one operation.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct OperationFacts {
    /// The page.
    pub source: Source,
    /// `GET`, `POST`, …
    pub method: Stated<String>,
    /// `/open-apis/task/v2/tasks/{task_guid}`.
    pub path: Stated<String>,
    /// `open.feishu.cn`; empty on the spec side.
    pub host: String,
    /// Accepted access tokens, in page order.
    pub tokens: Stated<Vec<String>>,
    /// Rate limits, in page order.
    pub rate_limits: Stated<Vec<RateLimit>>,
    /// `custom`, `isv`.
    pub app_types: Stated<Vec<String>>,
    /// Scopes, any one of which suffices.
    pub scopes: Stated<Vec<String>>,
    /// Scopes needed to see some fields of the answer.
    pub field_scopes: Stated<Vec<String>>,
    /// `application/json` or `multipart/form-data`, where there is a body.
    pub content_type: Option<Stated<String>>,
    /// Headers beside `Authorization` and `Content-Type`.
    pub header: Vec<Item>,
    /// Path parameters.
    pub path_parameters: Vec<Item>,
    /// Query parameters.
    pub query: Vec<Item>,
    /// Fields of the body.
    pub request: Vec<Item>,
    /// Fields of `data`, or of the whole answer where `wrapped` is false.
    pub response: Vec<Item>,
    /// The answer is `{code, msg, data}` (an answer without content is, too).
    pub wrapped: bool,
    /// The answer is a file.
    pub answers_file: bool,
    /// Whether `request` is a tree.
    pub request_nesting: Nesting,
    /// Whether `response` is a tree.
    pub response_nesting: Nesting,
    /// Example bodies; the first is the one.
    pub request_examples: Vec<Example>,
    /// Example answers; the first is the one.
    pub response_examples: Vec<Example>,
    /// The error table.
    pub errors: Vec<ErrorRow>,
    /// Running text of the page's head and between its tables.
    pub prose: String,
    /// Facts that this page's format never states: silence proves nothing.
    pub silent: Vec<Fact>,
    /// Filled by the spec side: facts that the page states only in running text.
    pub prose_facts: Vec<Fact>,
}

macro_rules! facts {
    ($($variant:ident $name:literal $doc:literal,)*) => {
        /// The kinds of facts that are compared; the names are those of waivers in the spec.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum Fact { $(#[doc = $doc] #[serde(rename = $name)] $variant,)* }

        impl Fact {
            /// All of them.
            pub const ALL: &'static [Fact] = &[$(Fact::$variant,)*];

            /// The name, as waivers spell it.
            pub fn as_str(self) -> &'static str {
                match self { $(Fact::$variant => $name,)* }
            }
        }

        impl std::str::FromStr for Fact {
            type Err = ();
            fn from_str(text: &str) -> Result<Self, ()> {
                match text { $($name => Ok(Fact::$variant),)* _ => Err(()) }
            }
        }
    };
}

facts! {
    Presence "presence" "The item exists.",
    Type "type" "Its type.",
    Required "required" "Whether it must be sent.",
    Default "default" "What the server assumes.",
    Enum "enum" "Documented values.",
    Example "example" "An example value.",
    Min "min" "Smallest value, shortest text or fewest elements.",
    Max "max" "Largest value, longest text or most elements.",
    Pattern "pattern" "Regular expression.",
    Deprecated "deprecated" "Outdated.",
    Method "method" "HTTP method.",
    Path "path" "HTTP path.",
    Tokens "tokens" "Accepted access tokens.",
    AppTypes "app-types" "Kinds of apps.",
    RateLimits "rate-limits" "Rate limits.",
    Scopes "scopes" "Scopes to call.",
    FieldScopes "field-scopes" "Scopes to see fields.",
    ContentType "content-type" "Media type of the body.",
    Errors "errors" "Error codes.",
    RequestExample "request-example" "Example of the body.",
    ResponseExample "response-example" "Example of the answer.",
    Title "title" "Title of the page.",
    PageUrl "page-url" "Address of the page.",
    Updated "updated" "When the page was last changed.",
}

impl std::fmt::Display for Fact {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}
