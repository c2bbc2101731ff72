//! Pairs that every program survives: the wire, `validate()` or the documentation changes.

use crate::edit::Edit::{self, Replace};

/// Two specs that differ by an edit, and the rows that apply in both directions.
pub(crate) struct Silent {
    /// What changes.
    pub(crate) name: &'static str,
    /// From the base to the other spec.
    pub(crate) edits: &'static [Edit],
    /// The rows from the base to the other spec, no others.
    pub(crate) there: &'static [&'static str],
    /// And back.
    pub(crate) back: &'static [&'static str],
}

const fn silent(name: &'static str, edits: &'static [Edit], rows: &'static [&'static str]) -> Silent {
    Silent { name, edits, there: rows, back: rows }
}

const THING: &str = "v1/thing.yaml";
const COMMON: &str = "v1/common.yaml";
const TITLE: &str =
    "                title: {type: string, description: The title., maxLength: 100, example: A title}\n";
const NOTE: &str = "                note: {type: string, description: The note., maxLength: 100}\n";
const MOVE: &str = "  /open-apis/demo/v1/things/{thing_guid}/move:\n    post:\n";
const NOTIFY: &str =
    "        - {name: notify, in: query, description: Whether to tell., schema: {type: boolean, default: true}}\n";
const SUMMARY: &str = "                summary: {type: string, description: In short., maxLength: 50}\n";

/// What the compiler does not see.
pub(crate) static SILENT: &[Silent] = &[
    silent(
        "method",
        &[Replace(THING, &[MOVE], &["  /open-apis/demo/v1/things/{thing_guid}/move:\n    put:\n"])],
        &["method-changed"],
    ),
    silent(
        "event_type",
        &[Replace(THING, &["  demo.thing.shifted_v1:\n"], &["  demo.thing.shifted_v2:\n"])],
        &["event-type-changed"],
    ),
    silent(
        "facts_of_event",
        &[Replace(
            THING,
            &["[custom, isv] # apps of shifted\n      x-feishu-scopes: [demo:read]"],
            &["[custom] # apps of shifted\n      x-feishu-scopes: [demo:write]"],
        )],
        &["app-types-changed", "scopes-changed"],
    ),
    silent(
        "path",
        &[Replace(THING, &[MOVE], &["  /open-apis/demo/v1/things/{thing_guid}/go:\n    post:\n"])],
        &["path-changed"],
    ),
    Silent {
        name: "body",
        edits: &[Replace(
            THING,
            &["      x-feishu-field-scopes: [demo:field]\n"],
            &[
                "      x-feishu-field-scopes: [demo:field]\n",
                "      requestBody: {content: {application/json: {schema: {type: object, properties: {to: {type: string}}}}}}\n",
            ],
        )],
        there: &["body-changed", "optional-field-added"],
        back: &["body-changed", "sent-field-removed"],
    },
    silent("paging", &[Replace(THING, &["items: items} # paging"], &["items: others} # paging"])], &["paging-changed"]),
    silent("order", &[Replace(THING, &[TITLE, NOTE], &[NOTE, TITLE])], &["parameter-order-changed"]),
    silent(
        "place",
        &[
            Replace(THING, &[NOTIFY], &[]),
            Replace(
                THING,
                &[SUMMARY],
                &[SUMMARY, "                notify: {type: boolean, description: Whether to tell., default: true}\n"],
            ),
        ],
        &["field-moved"],
    ),
    silent("wire name in a request", &[Replace(THING, &["x-note: {"], &["x.note: {"])], &["wire-name-changed"]),
    silent("wire name in an answer", &[Replace(COMMON, &["x-note: {"], &["x.note: {"])], &["wire-name-changed"]),
    silent(
        "target",
        &[
            Replace(THING, &["{target: thing,"], &["{target: item,"]),
            Replace(THING, &["required: [thing, update_fields]"], &["required: [item, update_fields]"]),
            Replace(
                THING,
                &["                thing:\n                  type: object"],
                &["                item:\n                  type: object"],
            ),
        ],
        &["update-target-changed"],
    ),
    silent("value", &[Replace(COMMON, &["enum: [1, 2]"], &["enum: [1, 3]"])], &["value-changed"]),
    Silent {
        name: "length",
        edits: &[Replace(THING, &["The note., maxLength: 100"], &["The note., maxLength: 50"])],
        there: &["limit-tightened"],
        back: &["limit-loosened"],
    },
    Silent {
        name: "range",
        edits: &[Replace(THING, &["How big., minimum: 1, maximum: 10"], &["How big., minimum: 0, maximum: 11"])],
        there: &["limit-loosened", "limit-loosened"],
        back: &["limit-tightened", "limit-tightened"],
    },
    Silent {
        name: "elements",
        edits: &[Replace(THING, &["Who., maxItems: 5"], &["Who., minItems: 1"])],
        there: &["limit-tightened", "limit-loosened"],
        back: &["limit-loosened", "limit-tightened"],
    },
    Silent {
        name: "pattern of a sent type",
        edits: &[Replace(COMMON, &["The person., maxLength: 20"], &["The person., maxLength: 20, pattern: \"ou_.*\""])],
        there: &["limit-tightened"],
        back: &["limit-loosened"],
    },
    Silent {
        name: "bytes",
        edits: &[Replace(THING, &["x-feishu-max-bytes: 1000"], &["x-feishu-max-bytes: 999"])],
        there: &["limit-tightened"],
        back: &["limit-loosened"],
    },
    Silent {
        name: "limit of the values of a map",
        edits: &[Replace(THING, &["maxLength: 30"], &["maxLength: 20"])],
        there: &["limit-tightened"],
        back: &["limit-loosened"],
    },
    Silent {
        name: "limits of lists in a list",
        edits: &[Replace(
            THING,
            &["maxItems: 8, items: {type: integer, maximum: 99}"],
            &["maxItems: 7, items: {type: integer, maximum: 98}"],
        )],
        there: &["limit-tightened", "limit-tightened"],
        back: &["limit-loosened", "limit-loosened"],
    },
    silent(
        "limit that forbids nothing",
        &[Replace(THING, &["In short., maxLength: 50"], &["In short., minLength: 0, maxLength: 50"])],
        &["limit-documented"],
    ),
    silent(
        "number of elements that forbids nothing",
        &[Replace(THING, &["Who., maxItems: 5"], &["Who., minItems: 0, maxItems: 5"])],
        &["limit-documented"],
    ),
    silent(
        "limit of an answer",
        &[Replace(COMMON, &["The id., maxLength: 40"], &["The id., maxLength: 50"])],
        &["limit-documented"],
    ),
    silent(
        "limit of a time",
        &[Replace(THING, &["When., maxLength: 20"], &["When., maxLength: 30"])],
        &["limit-documented"],
    ),
    silent(
        "limit of a mask",
        &[Replace(THING, &["What to change., maxItems: 9"], &["What to change., maxItems: 8"])],
        &["limit-documented"],
    ),
    silent("default", &[Replace(THING, &["default: true"], &["default: false"])], &["default-changed"]),
    silent("default of a type", &[Replace(COMMON, &["default: editor"], &["default: viewer"])], &["default-changed"]),
    Silent {
        name: "repeatable",
        edits: &[Replace(THING, &["      x-feishu-repeatable: Nothing happens twice. # repeatable\n"], &[])],
        there: &["repeatable-removed"],
        back: &["repeatable-added"],
    },
    silent(
        "rate limits",
        &[Replace(THING, &["[{requests: 100, per: minute}] # limits of get"], &["[{requests: 5, per: second}]"])],
        &["rate-limits-changed"],
    ),
    silent(
        "scopes",
        &[Replace(THING, &["[demo:read, demo:write] # scopes of get"], &["[demo:read]"])],
        &["scopes-changed"],
    ),
    silent(
        "scopes of fields",
        &[Replace(THING, &["x-feishu-field-scopes: [demo:field]"], &["x-feishu-field-scopes: [demo:other]"])],
        &["field-scopes-changed"],
    ),
    silent("apps", &[Replace(THING, &["[custom, isv] # apps of get"], &["[custom]"])], &["app-types-changed"]),
    silent(
        "errors",
        &[Replace(
            THING,
            &["x-feishu-errors: # errors of get\n"],
            &["x-feishu-errors:\n        - {status: 404, code: 1470404, meaning: It is not there.}\n"],
        )],
        &["error-codes-changed"],
    ),
    silent(
        "superseded",
        &[Replace(
            THING,
            &["      x-feishu-field-scopes"],
            &["      x-feishu-superseded-by: demo.v1.thing.patch\n      x-feishu-field-scopes"],
        )],
        &["superseded-changed"],
    ),
    silent(
        "rules",
        &[Replace(THING, &["rule: A title needs a note."], &["rule: A note needs a title."])],
        &["rules-changed"],
    ),
    Silent {
        name: "check",
        edits: &[Replace(
            THING,
            &["enforced: server}]"],
            &["enforced: client, check: [{if: title, needs: [summary]}]}]"],
        )],
        there: &["rules-changed", "check-added"],
        back: &["rules-changed", "check-removed"],
    },
    silent(
        "outdated",
        &[Replace(THING, &["How big., minimum"], &["How big., deprecated: true, minimum"])],
        &["outdated-changed"],
    ),
    silent("example", &[Replace(THING, &["example: A title"], &["example: Another title"])], &["example-changed"]),
    silent("description", &[Replace(THING, &["Does what get does."], &["Gets."])], &["description-changed"]),
    silent(
        "description of a value",
        &[Replace(COMMON, &["big: A big one."], &["big: A really big one."])],
        &["description-changed"],
    ),
    silent("page", &[Replace(THING, &["title: 演示 get,"], &["title: 演示 got,"])], &["page-changed"]),
];
