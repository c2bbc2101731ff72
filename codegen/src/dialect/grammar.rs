//! Which keys may stand where: the dialect of `spec/README.md` as data.
//!
//! `openapiv3` drops keys that it does not know without a word, so the tree is held against this table first.

/// What may stand at a place.
#[derive(Clone, Copy)]
pub(crate) enum Shape {
    Text,
    /// One of some words.
    Word(&'static Words),
    Boolean,
    Integer,
    /// An integer from 0 on.
    Count,
    Number,
    /// Anything: examples and defaults, whose type another rule checks.
    Any,
    List(&'static Shape),
    /// A map from names of our choice.
    Map(&'static Shape),
    /// A map from HTTP statuses.
    Responses(&'static Shape),
    Object(&'static Object),
    /// The object, or `$ref` alone.
    OrReference(&'static Object),
}

/// A set of words of which one must stand at a place.
pub(crate) struct Words {
    /// What they are, for `… is no type`.
    pub(crate) what: &'static str,
    pub(crate) known: &'static [&'static str],
    pub(crate) code: Code,
    pub(crate) help: &'static str,
}

/// An object with a fixed set of keys.
pub(crate) struct Object {
    /// How messages call it, with its article.
    pub(crate) name: &'static str,
    pub(crate) required: &'static [&'static str],
    pub(crate) keys: &'static [(&'static str, Shape)],
}

use crate::diagnostic::Code;
use crate::ir::{LimitKey, Written};
use Shape::{Any, Boolean, Count, Integer, List, Map, Number, Object as Obj, OrReference, Responses, Text, Word};

static VERSIONS: Words = Words {
    what: "version of OpenAPI that the generator reads",
    known: &["3.0.3"],
    code: Code::NotOpenapi,
    help: "write `openapi: 3.0.3`, and the file in that version",
};

static TYPES: Words = Words {
    what: "type of a schema",
    known: &["string", "integer", "number", "boolean", "array", "object"],
    code: Code::SchemaType,
    help: "text is `string`, lists are `array`, maps and objects are `object`",
};

static PLACES: Words = Words {
    what: "place of a parameter",
    known: &["path", "query"],
    code: Code::ParameterPlace,
    help: "headers follow from `security` and from the body, cookies are not used; leave the parameter out",
};

static SCHEMES: Words = Words {
    what: "security scheme of the dialect",
    known: &["http"],
    code: Code::OutsideDialect,
    help: "refer to the schemes of `spec/common.yaml` by `$ref`",
};

pub(crate) static DOCUMENT: Object = Object {
    name: "the document",
    required: &["openapi", "info", "paths"],
    keys: &[
        ("openapi", Word(&VERSIONS)),
        ("info", Obj(&INFO)),
        ("servers", List(&Obj(&SERVER))),
        ("paths", Map(&Obj(&PATH_ITEM))),
        ("x-webhooks", Map(&Obj(&WEBHOOK))),
        ("components", Obj(&COMPONENTS)),
    ],
};

static INFO: Object = Object {
    name: "`info`",
    required: &["title", "version"],
    keys: &[("title", Text), ("version", Text), ("description", Text)],
};

static SERVER: Object = Object { name: "a server", required: &["url"], keys: &[("url", Text), ("description", Text)] };

static PATH_ITEM: Object = Object {
    name: "a path",
    required: &[],
    keys: &[
        ("get", Obj(&OPERATION)),
        ("post", Obj(&OPERATION)),
        ("put", Obj(&OPERATION)),
        ("patch", Obj(&OPERATION)),
        ("delete", Obj(&OPERATION)),
    ],
};

/// The keys that operations and events have in common, followed by those that only one of them has.
macro_rules! described {
    ($($own:expr),* $(,)?) => {
        &[
            ("operationId", Text),
            ("summary", Text),
            ("description", Text),
            ("externalDocs", Obj(&EXTERNAL_DOCS)),
            ("x-feishu-page", Obj(&PAGE)),
            ("x-feishu-app-types", List(&Text)),
            ("x-feishu-scopes", List(&Text)),
            ("x-feishu-field-scopes", List(&Text)),
            ("x-feishu-rules", List(&Obj(&RULE))),
            ("x-feishu-waivers", List(&Obj(&WAIVER))),
            ("security", List(&Map(&List(&Text)))),
            ("requestBody", Obj(&REQUEST_BODY)),
            $($own),*
        ]
    };
}

static OPERATION: Object = Object {
    name: "an operation",
    required: &["operationId", "summary", "responses"],
    keys: described![
        ("x-feishu-rate-limits", List(&Obj(&RATE_LIMIT))),
        ("x-feishu-repeatable", Text),
        ("x-feishu-superseded-by", Text),
        ("x-feishu-idempotency-key", Text),
        ("x-feishu-paging", Obj(&PAGING)),
        ("x-feishu-update-mask", Obj(&UPDATE_MASK)),
        ("parameters", List(&OrReference(&PARAMETER))),
        ("responses", Responses(&OrReference(&RESPONSE))),
        ("x-feishu-errors", List(&Obj(&ERROR))),
    ],
};

static WEBHOOK: Object = Object { name: "a webhook", required: &["post"], keys: &[("post", Obj(&EVENT))] };

static EVENT: Object = Object {
    name: "an event",
    required: &["operationId", "summary", "requestBody", "responses"],
    keys: described![("responses", Map(&OrReference(&RESPONSE)))],
};

static EXTERNAL_DOCS: Object =
    Object { name: "`externalDocs`", required: &["url"], keys: &[("url", Text), ("description", Text)] };

static PAGE: Object =
    Object { name: "`x-feishu-page`", required: &["title", "updated"], keys: &[("title", Text), ("updated", Text)] };

static RATE_LIMIT: Object =
    Object { name: "a rate limit", required: &["requests", "per"], keys: &[("requests", Integer), ("per", Text)] };

static PAGING: Object = Object {
    name: "`x-feishu-paging`",
    required: &["items"],
    keys: &[
        ("page_token", Text),
        ("next_page_token", Text),
        ("has_more", Text),
        ("offset", Text),
        ("page_index", Text),
        ("first", Integer),
        ("page_size", Text),
        ("total", Text),
        ("items", Text),
    ],
};

static UPDATE_MASK: Object = Object {
    name: "`x-feishu-update-mask`",
    required: &["target", "fields", "clearable"],
    keys: &[("target", Text), ("fields", Text), ("clearable", List(&Text))],
};

static RULE: Object = Object {
    name: "a rule",
    required: &["rule", "enforced"],
    keys: &[("rule", Text), ("enforced", Text), ("check", List(&Obj(&CHECK)))],
};

static CHECK: Object = Object {
    name: "a check",
    required: &[],
    keys: &[
        ("if", Text),
        ("is", Text),
        ("needs", List(&Text)),
        ("excludes", List(&Text)),
        ("any_of", List(&Text)),
        ("order", List(&Text)),
        ("equal", List(&Text)),
        ("not_negative", List(&Text)),
    ],
};

static WAIVER: Object = Object {
    name: "a waiver",
    required: &["fact", "page", "reason"],
    keys: &[("fact", Text), ("page", Any), ("reason", Text), ("operations", List(&Text)), ("at", Text)],
};

static ERROR: Object = Object {
    name: "an error code",
    required: &["status", "code", "meaning"],
    keys: &[("status", Integer), ("code", Integer), ("meaning", Text), ("hint", Text), ("retry", Boolean)],
};

static PARAMETER: Object = Object {
    name: "a parameter",
    required: &["name", "in", "schema"],
    keys: &[
        ("name", Text),
        ("in", Word(&PLACES)),
        ("required", Boolean),
        ("deprecated", Boolean),
        ("description", Text),
        ("schema", OrReference(&SCHEMA)),
        ("example", Any),
        ("x-feishu-prose", List(&Text)),
        ("x-feishu-waivers", List(&Obj(&WAIVER))),
    ],
};

static REQUEST_BODY: Object = Object {
    name: "a request body",
    required: &["content"],
    keys: &[("description", Text), ("required", Boolean), ("content", Map(&Obj(&MEDIA_TYPE)))],
};

static MEDIA_TYPE: Object =
    Object { name: "a media type", required: &["schema"], keys: &[("schema", OrReference(&SCHEMA)), ("example", Any)] };

static RESPONSE: Object = Object {
    name: "a response",
    required: &["description"],
    keys: &[("description", Text), ("content", Map(&Obj(&MEDIA_TYPE)))],
};

static SECURITY_SCHEME: Object = Object {
    name: "a security scheme",
    required: &["type", "scheme"],
    keys: &[("type", Word(&SCHEMES)), ("scheme", Text), ("bearerFormat", Text), ("description", Text)],
};

pub(crate) static COMPONENTS: Object = Object {
    name: "`components`",
    required: &[],
    keys: &[
        ("securitySchemes", Map(&OrReference(&SECURITY_SCHEME))),
        ("parameters", Map(&OrReference(&PARAMETER))),
        ("responses", Map(&OrReference(&RESPONSE))),
        ("schemas", Map(&OrReference(&SCHEMA))),
    ],
};

/// Its keys are those of the table below, and those of limits.
pub(crate) static SCHEMA: Object = Object { name: "a schema", required: &[], keys: &[] };

impl Object {
    fn is_schema(&self) -> bool {
        std::ptr::eq(self, &SCHEMA)
    }

    /// What stands behind a key; `None` if the object has no such key.
    pub(crate) fn shape(&'static self, key: &str) -> Option<&'static Shape> {
        if !self.is_schema() {
            return self.keys.iter().find(|(name, _)| *name == key).map(|(_, shape)| shape);
        }
        let other = OTHER_KEYS.iter().find(|known| known.name == key).map(|known| &known.shape);
        other.or_else(|| {
            Some(match LimitKey::named(key)?.written() {
                Written::Count => &Count,
                Written::Number => &Number,
                Written::Text => &Text,
                Written::Flag => &Boolean,
            })
        })
    }

    /// All keys.
    pub(crate) fn names(&self) -> Vec<&'static str> {
        if !self.is_schema() {
            return self.keys.iter().map(|(name, _)| *name).collect();
        }
        OTHER_KEYS.iter().map(|known| known.name).chain(LimitKey::ALL.map(LimitKey::name)).collect()
    }
}

/// A key of a schema besides those of limits.
struct SchemaKey {
    name: &'static str,
    shape: Shape,
    goes_with: GoesWith,
    /// Whether it says something about elements of a list and values of a map.
    of_elements: bool,
}

/// Which schemas may have a key.
#[derive(Clone, Copy)]
enum GoesWith {
    All,
    /// Those of some `type`s.
    Types(&'static [&'static str]),
    /// Those that join others.
    AllOf,
}

/// A row of the table below: the key, its shape, and the schemas that may have it.
const fn row(name: &'static str, shape: Shape, goes_with: GoesWith) -> SchemaKey {
    SchemaKey { name, shape, goes_with, of_elements: true }
}

/// The same for a key that is read at the list or map, and not at its elements.
const fn outer(name: &'static str, shape: Shape) -> SchemaKey {
    SchemaKey { name, shape, goes_with: GoesWith::All, of_elements: false }
}

static A_SCHEMA: Shape = OrReference(&SCHEMA);
static A_WAIVER: Shape = Obj(&WAIVER);

/// All keys of schemas but those of limits, which [`LimitKey`] knows.
static OTHER_KEYS: [SchemaKey; 17] = {
    const ENUM: GoesWith = GoesWith::Types(&["string", "integer"]);
    const LIST: GoesWith = GoesWith::Types(&["array"]);
    const OBJECT: GoesWith = GoesWith::Types(&["object"]);
    [
        row("type", Word(&TYPES), GoesWith::All),
        row("format", Text, ENUM),
        row("title", Text, GoesWith::All),
        row("description", Text, GoesWith::All),
        outer("deprecated", Boolean),
        row("enum", List(&Any), ENUM),
        row("x-enumDescriptions", Map(&Text), ENUM),
        row("x-enum-varnames", List(&Text), ENUM),
        outer("default", Any),
        outer("example", Any),
        row("items", OrReference(&SCHEMA), LIST),
        row("required", List(&Text), OBJECT),
        row("properties", Map(&A_SCHEMA), OBJECT),
        row("additionalProperties", OrReference(&SCHEMA), OBJECT),
        row("allOf", List(&A_SCHEMA), GoesWith::AllOf),
        row("x-feishu-prose", List(&Text), GoesWith::All),
        row("x-feishu-waivers", List(&A_WAIVER), GoesWith::All),
    ]
};

/// The keys that a schema of some type may have besides those that go with all; `allOf` stands for schemas that join
/// others.
pub(crate) fn keys_of(ty: &str) -> impl Iterator<Item = &'static str> {
    let is_right = move |goes_with: GoesWith| match goes_with {
        GoesWith::All => false,
        GoesWith::Types(types) => types.contains(&ty),
        GoesWith::AllOf => ty == "allOf",
    };
    let limits: Vec<&str> =
        LimitKey::ALL.into_iter().filter(|key| key.types().contains(&ty)).map(LimitKey::name).collect();
    let others: Vec<&str> = OTHER_KEYS.iter().filter(|key| is_right(key.goes_with)).map(|key| key.name).collect();
    others.into_iter().chain(limits)
}

/// Whether a key goes with every type.
pub(crate) fn goes_with_all(key: &str) -> bool {
    OTHER_KEYS.iter().any(|known| known.name == key && matches!(known.goes_with, GoesWith::All))
}

/// Whether a key is read at elements of lists and values of maps.
pub(crate) fn is_of_elements(key: &str) -> bool {
    OTHER_KEYS.iter().all(|known| known.name != key || known.of_elements)
}

/// The type that a key of a schema speaks of.
pub(crate) fn type_of_key(key: &str) -> Option<&'static str> {
    if let Some(limit) = LimitKey::named(key) {
        return limit.types().first().copied();
    }
    OTHER_KEYS.iter().find(|known| known.name == key).and_then(|known| match known.goes_with {
        GoesWith::Types(types) => types.first().copied(),
        GoesWith::All | GoesWith::AllOf => None,
    })
}

/// The sections of `components` that a reference may point into.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Section {
    Parameters,
    Responses,
    Schemas,
    SecuritySchemes,
}

impl Section {
    pub(crate) const ALL: [Section; 4] =
        [Section::Parameters, Section::Responses, Section::Schemas, Section::SecuritySchemes];

    pub(crate) fn named(name: &str) -> Option<Self> {
        Section::ALL.into_iter().find(|section| section.name() == name)
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Section::Parameters => "parameters",
            Section::Responses => "responses",
            Section::Schemas => "schemas",
            Section::SecuritySchemes => "securitySchemes",
        }
    }
}

/// Keys of OpenAPI that the dialect leaves out, with what to write instead.
pub(crate) static OUTSIDE: &[(&str, &str)] = &[
    ("oneOf", "write one object with all fields optional, and say in `x-feishu-rules` which of them go together"),
    ("anyOf", "write one object with all fields optional, and say in `x-feishu-rules` which of them go together"),
    ("not", "say in `x-feishu-rules` what is not allowed"),
    ("nullable", "leave it out; answers may hold `null` anywhere, requests leave a field out"),
    ("discriminator", "write one object with all fields optional, and a field with an `enum` that tells the kind"),
    ("xml", "leave it out; bodies are JSON"),
    ("readOnly", "write two schemas, one for requests and one for answers"),
    ("writeOnly", "write two schemas, one for requests and one for answers"),
    ("exclusiveMinimum", "write `minimum` with the next allowed value"),
    ("exclusiveMaximum", "write `maximum` with the next allowed value"),
    ("multipleOf", "say it in `x-feishu-rules`"),
    ("minProperties", "say it in `x-feishu-rules`"),
    ("maxProperties", "say it in `x-feishu-rules`"),
    ("style", "leave it out; query lists are sent as repeated parameters"),
    ("explode", "leave it out; query lists are sent as repeated parameters"),
    ("allowReserved", "leave it out; every value is percent-encoded"),
    ("allowEmptyValue", "leave it out; an empty value is sent when a caller sets one"),
    ("content", "describe the parameter by a `schema`"),
    ("encoding", "leave it out; parts of a multipart body follow from their schemas"),
    ("examples", "write the page's example as `example`"),
    ("headers", "leave it out; answers are described by their body"),
    ("links", "leave it out"),
    ("callbacks", "leave it out; events stand in `x-webhooks`"),
    ("tags", "leave it out; the name of the file groups operations"),
    ("head", "Feishu documents GET, POST, PUT, PATCH and DELETE"),
    ("options", "Feishu documents GET, POST, PUT, PATCH and DELETE"),
    ("trace", "Feishu documents GET, POST, PUT, PATCH and DELETE"),
    ("<<", "merge keys are no part of OpenAPI; move what is shared to `components` and refer to it by `$ref`"),
];
