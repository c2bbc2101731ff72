//! The one table that says what a change of the spec means for users of the generated crate.
//!
//! A verdict holds for programs that keep to what the crate promises (see [`PROMISE`]).
//! `tests/verdicts.rs` holds every row against the generated Rust.

/// What users can rely on, and what they cannot.
pub const PROMISE: &str = "\
Programs can rely on: client methods; `new(…)` and the setters of what is sent; the names and types of fields, \
written as `X { field: …, ..X::new(…) }` or read from an answer; patterns that end in `..`; variants of enums in a \
`match` with a last arm; `.stream()` on lists; the identities that a call accepts; what a call puts on the wire; \
what `validate()` lets pass.
Programs cannot rely on: struct literals and patterns without `..` (request types are exhaustive so that `..X::new()` \
works, and yet they grow); two glob imports that never meet in a name; the order of fields in JSON; texts of the \
documentation; defaults, which the server applies and may change.";

/// What a change means for users.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verdict {
    /// A program stops compiling, or what it sends or may send becomes something else.
    Breaking,
    /// Programs go on as before; there is more to use.
    Additive,
    /// Only texts and facts change.
    Documentation,
}

/// Where the changed thing is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Used {
    /// In requests, or in requests and answers.
    Sent,
    /// In answers only.
    Received,
    /// Wherever it is.
    Anywhere,
}

/// In which way the thing changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Direction {
    Added,
    Removed,
    Changed,
}

/// How a verdict shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shown {
    /// A caller of the old crate no longer compiles, or still does.
    Compiler,
    /// The caller compiles, but the request differs.
    Wire,
    /// The caller compiles and sends the same, but `validate()` differs.
    Validation,
    /// Neither the compiler nor the server sees it.
    Nothing,
}

/// One line of the table.
#[derive(Debug, PartialEq, Eq)]
pub struct Row {
    /// Its name.
    pub kind: &'static str,
    /// What changed.
    pub what: &'static str,
    /// In which way.
    pub direction: Direction,
    /// Where it is used.
    pub used: Used,
    /// What that means.
    pub verdict: Verdict,
    /// How that shows.
    pub shown: Shown,
    /// Why, in a sentence.
    pub reason: &'static str,
}

impl Verdict {
    /// All of them, the worst first.
    pub const ALL: [Verdict; 3] = [Verdict::Breaking, Verdict::Additive, Verdict::Documentation];

    /// In one word.
    pub fn as_str(self) -> &'static str {
        match self {
            Verdict::Breaking => "breaking",
            Verdict::Additive => "additive",
            Verdict::Documentation => "documentation",
        }
    }
}

impl Used {
    /// In one word.
    pub fn as_str(self) -> &'static str {
        match self {
            Used::Sent => "sent",
            Used::Received => "received",
            Used::Anywhere => "anywhere",
        }
    }
}

impl Direction {
    /// In one word.
    pub fn as_str(self) -> &'static str {
        match self {
            Direction::Added => "added",
            Direction::Removed => "removed",
            Direction::Changed => "changed",
        }
    }
}

impl Shown {
    /// In one word.
    pub fn as_str(self) -> &'static str {
        match self {
            Shown::Compiler => "compiler",
            Shown::Wire => "wire",
            Shown::Validation => "validation",
            Shown::Nothing => "nothing",
        }
    }
}

/// Defines every row as a constant of its own, and the table of all of them.
macro_rules! table {
    ($($name:ident $kind:literal: $what:literal $direction:ident, $used:ident => $verdict:ident, $shown:ident: $reason:literal;)*) => {
        $(
            pub(super) static $name: Row = Row {
                kind: $kind,
                what: $what,
                direction: Direction::$direction,
                used: Used::$used,
                verdict: Verdict::$verdict,
                shown: Shown::$shown,
                reason: $reason,
            };
        )*

        /// All rows.
        pub static TABLE: &[&Row] = &[$(&$name),*];
    };
}

table! {
    MODULE_ADDED "module-added": "a service, version or resource" Added, Anywhere => Additive, Compiler:
        "There is a new module and a new accessor; nothing else moves.";
    MODULE_REMOVED "module-removed": "a service, version or resource" Removed, Anywhere => Breaking, Compiler:
        "Its module and its accessor are gone.";
    OPERATION_ADDED "operation-added": "an operation" Added, Anywhere => Additive, Compiler:
        "There is a new method, request and answer.";
    OPERATION_REMOVED "operation-removed": "an operation" Removed, Anywhere => Breaking, Compiler:
        "Its method, request and answer are gone.";
    EVENT_ADDED "event-added": "an event" Added, Anywhere => Additive, Compiler:
        "There is a new type to receive.";
    EVENT_REMOVED "event-removed": "an event" Removed, Anywhere => Breaking, Compiler:
        "Its type is gone.";
    EVENT_TYPE "event-type-changed": "the name of an event on the wire" Changed, Received => Breaking, Wire:
        "Handlers of the type are called for another event.";
    METHOD_CHANGED "method-changed": "the HTTP method" Changed, Sent => Breaking, Wire:
        "The same call asks the server for something else.";
    PATH_CHANGED "path-changed": "the path" Changed, Sent => Breaking, Wire:
        "The same call goes to another address.";
    BODY_CHANGED "body-changed": "the kind of body (none, JSON, form)" Changed, Sent => Breaking, Wire:
        "The same call sends its fields in another form, or a body where there was none.";
    TOKEN_ADDED "token-added": "an accepted token" Added, Sent => Additive, Compiler:
        "One more identity satisfies the bound of the method.";
    TOKEN_REMOVED "token-removed": "an accepted token" Removed, Sent => Breaking, Compiler:
        "The method no longer takes clients of that identity.";
    PAGING_ADDED "paging-added": "paging" Added, Anywhere => Additive, Compiler:
        "The call has `.stream()` and `.pages()`.";
    PAGING_REMOVED "paging-removed": "paging" Removed, Anywhere => Breaking, Compiler:
        "`.stream()` and `.pages()` are gone.";
    PAGING_CHANGED "paging-changed": "the fields that paging goes by" Changed, Anywhere => Breaking, Wire:
        "The stream sends another token or yields other items.";
    KEY_ADDED "idempotency-key-added": "the idempotency key" Added, Sent => Additive, Compiler:
        "The client fills the key in when it is left out, and may then retry; nothing has to be written differently.";
    KEY_REMOVED "idempotency-key-removed": "the idempotency key" Removed, Sent => Breaking, Wire:
        "The client no longer fills a key in: a repeated call may take effect twice.";
    REQUIRED_ADDED "required-field-added": "a required field" Added, Sent => Breaking, Compiler:
        "`new` takes one more argument.";
    OPTIONAL_ADDED "optional-field-added": "an optional field" Added, Sent => Additive, Compiler:
        "`new`, setters and `..new()` go on as before; literals and patterns without `..` were never promised.";
    SENT_REMOVED "sent-field-removed": "a field" Removed, Sent => Breaking, Compiler:
        "The field and its setter, or its argument of `new`, are gone.";
    RECEIVED_ADDED "received-field-added": "a field" Added, Received => Additive, Compiler:
        "What is only received is `#[non_exhaustive]`.";
    RECEIVED_REMOVED "received-field-removed": "a field" Removed, Received => Breaking, Compiler:
        "Programs that read the field no longer compile.";
    NOW_REQUIRED "field-now-required": "a field that may be left out: it must be given" Changed, Sent => Breaking, Compiler:
        "`new` takes one more argument, the setter is gone, and the field is no `Option`.";
    NOW_OPTIONAL "field-now-optional": "a field that must be given: it may be left out" Changed, Sent => Breaking, Compiler:
        "`new` takes one argument less, and the field is an `Option`.";
    SENT_TYPE "sent-type-changed": "the type of a field" Changed, Sent => Breaking, Compiler:
        "Fields in literals have another type; setters may still take the same value, such as a `&str` for an enum.";
    RECEIVED_TYPE "received-type-changed": "the type of a field" Changed, Received => Breaking, Compiler:
        "Programs that read the field get another type.";
    CLEARABLE_ADDED "clearable-added": "that an updated field may be cleared" Added, Sent => Breaking, Compiler:
        "The setter stays and `clear_…` is new, but the field is an `Update` instead of an `Option`.";
    CLEARABLE_REMOVED "clearable-removed": "that an updated field may be cleared" Removed, Sent => Breaking, Compiler:
        "`clear_…` is gone, and the field is an `Option` instead of an `Update`.";
    FILE_ADDED "first-file-added": "the first file of a form" Added, Sent => Breaking, Compiler:
        "Files are streams: the request can no longer be compared by `==`.";
    ORDER_CHANGED "parameter-order-changed": "the order of required fields" Changed, Sent => Breaking, Wire:
        "Arguments of `new` change places; where their types agree, no compiler notices.";
    FIELD_MOVED "field-moved": "where a field travels (path, query, body, update)" Changed, Sent => Breaking, Wire:
        "The same value is sent in another place.";
    WIRE_NAME "wire-name-changed": "the name of a field on the wire, its Rust name staying" Changed, Anywhere => Breaking, Wire:
        "The same value is sent or read under another name.";
    MASK_TARGET "update-target-changed": "the property that holds the new values of an update" Changed, Sent => Breaking, Wire:
        "The same values are sent under another name.";
    LIMIT_TIGHTENED "limit-tightened": "a limit that `validate()` checks: less is allowed" Changed, Sent => Breaking, Validation:
        "A request that was valid no longer is; programs that do not validate notice nothing.";
    LIMIT_LOOSENED "limit-loosened": "a limit that `validate()` checks: more is allowed" Changed, Sent => Additive, Validation:
        "Every request that was valid still is.";
    CHECK_ADDED "check-added": "what `validate()` checks of several fields together" Added, Sent => Breaking, Validation:
        "A request that was valid no longer is; programs that do not validate notice nothing.";
    CHECK_REMOVED "check-removed": "what `validate()` checks of several fields together" Removed, Sent => Additive, Validation:
        "Every request that was valid still is.";
    LIMIT_DOCUMENTED "limit-documented": "a limit that nothing checks" Changed, Anywhere => Documentation, Nothing:
        "Answers, times, enums and the list of an update are never checked by the client.";
    DEFAULT_CHANGED "default-changed": "the default of a field" Changed, Anywhere => Documentation, Nothing:
        "The server applies it and the client never sends it; calls that leave the field out may mean something else.";
    TYPE_REMOVED "type-removed": "a type" Removed, Anywhere => Breaking, Compiler:
        "Programs that name it no longer compile.";
    TYPE_MOVED "type-moved": "the module of a type" Changed, Anywhere => Breaking, Compiler:
        "The old path leads nowhere.";
    TYPE_RENAMED "type-renamed": "the name of a type" Changed, Anywhere => Breaking, Compiler:
        "Programs that name it no longer compile; what is sent and read stays.";
    TYPE_KIND "type-kind-changed": "whether a type is an object, an enum of texts or an enum of numbers" Changed, Anywhere => Breaking, Compiler:
        "Nothing of the old type is left but the name.";
    NOW_SENT "type-now-sent": "the use of a type: only received before, now sent" Changed, Sent => Additive, Compiler:
        "It gets `new` and setters and is no longer `#[non_exhaustive]`; what that does to fields stands in a row of its own.";
    NO_LONGER_SENT "type-no-longer-sent": "the use of a type: sent before, now only received" Changed, Received => Breaking, Compiler:
        "`new` and the setters are gone, and literals are forbidden by `#[non_exhaustive]`.";
    READ_AS "option-by-use": "the use of a type: a field turns from `T` to `Option<T>` or back" Changed, Anywhere => Breaking, Compiler:
        "Texts and lists are plain in what is only received and `Option`s in what is sent, unless required.";
    VALUE_ADDED "value-added": "a value of an enum" Added, Anywhere => Additive, Compiler:
        "Enums are `#[non_exhaustive]`; the value no longer arrives as `Other`, though it still equals it.";
    VALUE_REMOVED "value-removed": "a value of an enum" Removed, Anywhere => Breaking, Compiler:
        "Its variant is gone; the value itself can still be sent and read as `Other`.";
    VARIANT_RENAMED "variant-renamed": "the Rust name of a value" Changed, Anywhere => Breaking, Compiler:
        "The old variant is gone.";
    VALUE_CHANGED "value-changed": "the value behind a variant" Changed, Anywhere => Breaking, Wire:
        "The same variant sends and expects something else.";
    REPEATABLE_ADDED "repeatable-added": "that a call may be repeated" Added, Sent => Documentation, Nothing:
        "Behaviour: the client retries also when the first attempt may have taken effect.";
    REPEATABLE_REMOVED "repeatable-removed": "that a call may be repeated" Removed, Sent => Documentation, Nothing:
        "Behaviour: the client retries only when the first attempt took no effect; the errors are those it always had.";
    RATE_LIMITS "rate-limits-changed": "the rate limits" Changed, Sent => Documentation, Nothing:
        "The server enforces them; a client with pacing goes by the new ones.";
    SCOPES "scopes-changed": "the scopes" Changed, Sent => Documentation, Nothing:
        "The server enforces them; an app that holds only a dropped scope may be refused.";
    FIELD_SCOPES "field-scopes-changed": "the scopes that fields of the answer need" Changed, Received => Documentation, Nothing:
        "The server leaves out what the app may not see; the types stay.";
    APP_TYPES "app-types-changed": "the kinds of app that may call" Changed, Sent => Documentation, Nothing:
        "The server enforces them; an app of a dropped kind may be refused.";
    ERROR_CODES "error-codes-changed": "the error table" Changed, Received => Documentation, Nothing:
        "Codes are numbers in the error, known or not; the table explains them, and says which the client may retry.";
    SUPERSEDED "superseded-changed": "what to use instead" Changed, Anywhere => Documentation, Nothing:
        "The call works as before.";
    RULES "rules-changed": "the words of demands that concern several fields" Changed, Sent => Documentation, Nothing:
        "A text; what the client checks of them stands in rows of its own.";
    DEPRECATED "outdated-changed": "whether a field is outdated" Changed, Anywhere => Documentation, Nothing:
        "The documentation says so; there is no warning.";
    EXAMPLE "example-changed": "an example" Changed, Anywhere => Documentation, Nothing:
        "A text.";
    DESCRIPTION "description-changed": "a summary or description" Changed, Anywhere => Documentation, Nothing:
        "A text.";
    PAGE "page-changed": "address, title or time of the page" Changed, Anywhere => Documentation, Nothing:
        "A link.";
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_row_has_a_name_of_its_own() {
        let names: BTreeSet<&str> = TABLE.iter().map(|row| row.kind).collect();
        assert_eq!(names.len(), TABLE.len());
    }

    #[test]
    fn breaking_shows_and_documentation_does_not() {
        for row in TABLE {
            match row.verdict {
                Verdict::Breaking => assert_ne!(row.shown, Shown::Nothing, "{}", row.kind),
                Verdict::Additive => assert_ne!(row.shown, Shown::Wire, "{}", row.kind),
                Verdict::Documentation => assert_eq!(row.shown, Shown::Nothing, "{}", row.kind),
            }
        }
    }
}
