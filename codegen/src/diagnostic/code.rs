//! The list of rules: every diagnostic names one of them, and nothing else can be named.

use std::fmt;

macro_rules! rules {
    ($($variant:ident $name:literal: $meaning:literal, $fix:literal;)*) => {
        /// What a spec must satisfy. Each rule has a fixture in `tests/ui` that breaks it.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Code {
            $(#[doc = $meaning] $variant,)*
        }

        impl Code {
            /// All rules: those of the text first, then those of the tree, of the API and of the whole spec.
            pub const ALL: &[Code] = &[$(Code::$variant,)*];

            /// Its name in messages, in kebab case.
            pub fn name(self) -> &'static str {
                match self {
                    $(Code::$variant => $name,)*
                }
            }

            /// What it demands, in one line.
            pub fn meaning(self) -> &'static str {
                match self {
                    $(Code::$variant => $meaning,)*
                }
            }

            /// An example of what to do when it is broken.
            pub fn fix(self) -> &'static str {
                match self {
                    $(Code::$variant => $fix,)*
                }
            }
        }
    };
}

rules! {
    Syntax "syntax":
        "a file is one YAML document without tags, in UTF-8",
        "put a text that holds `: ` or ` #` in quotes";
    DoubledKey "doubled-key":
        "a map has each key once",
        "rename the second `type:`";
    UnknownKey "unknown-key":
        "every key is one that the generator reads",
        "`requird: true` → `required: true`";
    OutsideDialect "outside-dialect":
        "constructs of OpenAPI that the dialect leaves out are not used",
        "`oneOf: […]` → one object with optional fields";
    MissingKey "missing-key":
        "every object has the keys without which it says nothing",
        "add `operationId: task.v2.task.get`";
    WrongKind "wrong-kind":
        "every value is of the kind that its key asks for",
        "`required: \"true\"` → `required: true`";
    EmptyText "empty-text":
        "texts are not empty",
        "`description: \"\"` → `description: The title.`";
    Undescribed "undescribed":
        "every field and every value of an enum says what it means",
        "add `description: The title.`, or a line in `x-enumDescriptions`";
    ReferenceSibling "reference-sibling":
        "nothing stands beside `$ref`",
        "`{$ref: …, description: …}` → `{allOf: [{$ref: …}], description: …}`";
    SchemaType "schema-type":
        "every schema has a `type` that the dialect knows",
        "`type: text` → `type: string`";
    EnumType "enum-type":
        "the values of an enum are of the schema's type",
        "`enum: [1, 2]` of a string → `enum: [\"1\", \"2\"]`";
    NotOpenapi "not-openapi":
        "a file is an OpenAPI 3.0.3 document",
        "`openapi: 3.1.0` → `openapi: 3.0.3`";
    FileName "file-name":
        "the path of a file says which service, version and resource it describes",
        "`spec/task/v2/Task.yaml` → `spec/task/v2/task.yaml`";
    MisplacedKey "misplaced-key":
        "a schema holds only keys that go with its type",
        "`{type: integer, maxLength: 5}` → `{type: integer, maximum: 99999}`";
    Format "format":
        "a `format` is one that the dialect knows",
        "`format: date-time` → `format: unix-millis`";
    AllOf "all-of":
        "`allOf` joins one `$ref` with siblings, or the envelope with its `data`",
        "`allOf: [{$ref: A}, {$ref: B}]` → one component with the fields of both";
    InlineObject "inline-object":
        "an object with properties is a component",
        "move it to `components.schemas.Due` and write `$ref`";
    RequiredProperty "required-property":
        "`required` lists properties that exist, each once",
        "`required: [sumary]` → `required: [summary]`";
    Limits "limits":
        "limits can be satisfied, and do not contradict each other",
        "`{minLength: 10, maxLength: 1}` → `{minLength: 1, maxLength: 10}`";
    Prose "prose":
        "`x-feishu-prose` names facts that stand beside it",
        "`x-feishu-prose: [maxLength]` without `maxLength`: add it, or take it off the list";
    BadReference "bad-reference":
        "a `$ref` names a component that exists and fits",
        "`common.yaml#/components/schemas/Tsk` → `common.yaml#/components/schemas/Task`";
    Component "component":
        "a schema component is an object with properties, or an enum",
        "write `type: string` where it is used";
    ComponentName "component-name":
        "a schema component has a name that a type may have",
        "`task_member` → `TaskMember`";
    EnumNames "enum-names":
        "the names of enum values are Rust names, one for each value",
        "add `x-enum-varnames: [AnyAssignee, AllAssignees]`";
    EnumValues "enum-values":
        "an enum has each value once, and values get different names",
        "`enum: [a, A]` → add `x-enum-varnames`";
    OperationId "operation-id":
        "an `operationId` agrees with its file, and occurs once",
        "`task.v2.tasks.get` → `task.v2.task.get`";
    Route "route":
        "two operations differ in method or path",
        "remove one of two `GET /open-apis/task/v2/tasks/{…}`";
    EventTwice "event-twice":
        "an event is described once in the whole spec",
        "remove one of two `task.task.updated_v1`";
    PathTemplate "path-template":
        "a path starts with `/open-apis/`, and its parameters stand in braces, each once",
        "`/tasks/{task_guid` → `/open-apis/task/v2/tasks/{task_guid}`";
    PathParameter "path-parameter":
        "path and path parameters agree, and path parameters are required",
        "add `{name: task_guid, in: path, required: true, …}`";
    ParameterPlace "parameter-place":
        "parameters travel in path or query",
        "`in: header` → leave the parameter out";
    ParameterType "parameter-type":
        "parameters are plain values; lists of them only in the query",
        "send an object in the body";
    Body "body":
        "a body is one inline object, as JSON or as a form",
        "`schema: {$ref: …}` → `schema: {type: object, properties: …}`";
    BodyMethod "body-method":
        "GET has no body",
        "send the field as a parameter `in: query`";
    Multipart "multipart":
        "files travel in forms, and forms hold only plain values and files",
        "`application/json` → `multipart/form-data`";
    Responses "responses":
        "an operation has the answer `\"200\"` and the shared `default`, no more",
        "`\"201\":` → `\"200\":`";
    Envelope "envelope":
        "an answer is the envelope with its `data`",
        "`schema: {$ref: Task}` → `allOf: [{$ref: Envelope}, {… data …}]`";
    Tokens "tokens":
        "an operation says which tokens it accepts",
        "`security: [{tenant_access_token: []}]`";
    MissingFact "missing-fact":
        "an operation says page, app types, rate limits, scopes and errors, even when the page states none",
        "add `x-feishu-scopes: []`";
    Page "page":
        "the page is one of Feishu's documentation, with the time of its last change",
        "`updated: 2024-01-02` → `updated: \"2024-01-02T03:04:05Z\"`";
    AppTypes "app-types":
        "app types are `custom` and `isv`, each once",
        "`[custom, store]` → `[custom, isv]`";
    Scopes "scopes":
        "a scope is one name, without blanks, commas and full-width characters",
        "`[a，b]` → `[a, b]`";
    RateLimit "rate-limit":
        "a rate limit allows some requests per `second` or `minute`",
        "`{requests: 100, per: min}` → `{requests: 100, per: minute}`";
    ErrorTable "error-table":
        "the error table has each code once, with an HTTP status",
        "merge the two rows for 1470400";
    EnforcedBy "enforced-by":
        "`enforced` is `type`, `client` or `server`, and what the client checks stands beside it",
        "`enforced: sdk` → `enforced: client`";
    RuleCheck "rule-check":
        "what is checked of a rule names fields of the request that fit, and one demand",
        "`needs: [due_time]` → `needs: [due.timestamp]`";
    SupersededBy "superseded-by":
        "`x-feishu-superseded-by` names an operation of the spec",
        "`task.v2.tasks.get` → `task.v2.task.get`";
    ExtensionField "extension-field":
        "the fields that an extension names exist",
        "`items: tasks` → `items: items`";
    Paging "paging":
        "`x-feishu-paging` says one way to the next page, with fields of the types that it needs",
        "`has_more` is a boolean, tokens are strings, what counts is an integer";
    UpdateMask "update-mask":
        "the mask lists exactly the fields of its target",
        "add `due` to `enum`";
    IdempotencyKey "idempotency-key":
        "the idempotency key is an optional string",
        "take `client_token` off `required`";
    Waiver "waiver":
        "a waiver names a known fact and existing operations, and still bites",
        "remove the waiver, or name an operation that uses the item";
    DefaultValue "default-value":
        "a default fits the type, the enum and the limits of its field",
        "`{type: integer, default: \"50\"}` → `{type: integer, default: 50}`";
    Example "example":
        "an example fits the type and, in requests, the enum and the limits of its field; bodies and answers have no unknown keys",
        "`{type: boolean, example: yes please}` → `{type: boolean, example: true}`";
    Recursion "recursion":
        "an object holds itself only through a list or a map",
        "`parent: {$ref: Task}` → `parents: {type: array, items: {$ref: Task}}`";
    NameCollision "name-collision":
        "names stay different when they become Rust",
        "rename one of `TaskList` (a component) and `TaskList` (the enum of a field)";
    ReservedName "reserved-name":
        "no type is called like one that the generated code uses",
        "rename the component `Option`";
    UnusedComponent "unused-component":
        "every component outside `spec/common.yaml` is used",
        "remove it";
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Ord for Code {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.name().cmp(other.name())
    }
}

impl PartialOrd for Code {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
