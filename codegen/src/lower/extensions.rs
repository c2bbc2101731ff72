//! Reads the `x-feishu-*` extensions. Their shapes were checked by the grammar.

use indexmap::IndexMap;
use serde_json::Value as Json;

use crate::diagnostic::{Code, Diagnostic, Diagnostics, Pointer};
use crate::ir::{self, ErrorCode, Page, Period, RateLimit, Requirement, Value, Waiver};

/// The extensions of one object of the spec.
#[derive(Clone, Copy)]
pub(crate) struct Extensions<'a>(pub(crate) &'a IndexMap<String, Json>);

impl<'a> Extensions<'a> {
    pub(crate) fn get(self, key: &str) -> Option<&'a Json> {
        self.0.get(key)
    }

    pub(crate) fn text(self, key: &str) -> Option<String> {
        Some(self.get(key)?.as_str()?.to_owned())
    }

    pub(crate) fn texts(self, key: &str) -> Vec<String> {
        list(self.get(key)).iter().filter_map(Json::as_str).map(str::to_owned).collect()
    }

    pub(crate) fn page(self, url: Option<&openapiv3::ExternalDocumentation>) -> Page {
        let page = self.get("x-feishu-page");
        Page {
            url: url.map(|docs| docs.url.clone()).unwrap_or_default(),
            title: field(page, "title"),
            updated: field(page, "updated"),
        }
    }

    pub(crate) fn rate_limits(self, place: &Pointer, diagnostics: &mut Diagnostics) -> Vec<RateLimit> {
        let key = "x-feishu-rate-limits";
        let mut limits = Vec::new();
        for (index, limit) in list(self.get(key)).iter().enumerate() {
            let per = field(Some(limit), "per");
            let period = match per.as_str() {
                "second" => Period::Second,
                "minute" => Period::Minute,
                _ => {
                    let place = place.key(key).index(index).key("per");
                    diagnostics.push(
                        Diagnostic::new(Code::RateLimit, &place, format!("`{per}` is no period of a rate limit"))
                            .label("expected `second` or `minute`")
                            .help("write the limit in requests per second or per minute, as on the page"),
                    );
                    continue;
                }
            };
            limits.push(RateLimit { requests: number(limit, "requests"), per: period });
        }
        limits
    }

    pub(crate) fn constraints(self, place: &Pointer, diagnostics: &mut Diagnostics) -> Vec<ir::Constraint> {
        let key = "x-feishu-rules";
        let mut rules = Vec::new();
        for (index, rule) in list(self.get(key)).iter().enumerate() {
            let place = place.key(key).index(index).key("check");
            let checks = list(rule.get("check")).iter().enumerate();
            let checks = checks.filter_map(|(index, found)| check(&place.index(index), found, diagnostics)).collect();
            rules.push(ir::Constraint {
                text: field(Some(rule), "rule"),
                enforced: field(Some(rule), "enforced"),
                checks,
            });
        }
        rules
    }

    pub(crate) fn errors(self, place: &Pointer) -> Vec<ErrorCode> {
        let key = "x-feishu-errors";
        let codes = list(self.get(key)).iter().enumerate();
        codes
            .map(|(index, code)| ErrorCode {
                status: number(code, "status"),
                code: number(code, "code"),
                meaning: field(Some(code), "meaning"),
                hint: field(Some(code), "hint"),
                retry: code.get("retry").and_then(Json::as_bool).unwrap_or(false),
                place: place.key(key).index(index),
            })
            .collect()
    }

    pub(crate) fn waivers(self, place: &Pointer) -> Vec<Waiver> {
        let key = "x-feishu-waivers";
        let waivers = list(self.get(key)).iter().enumerate();
        waivers
            .map(|(index, waiver)| Waiver {
                fact: field(Some(waiver), "fact"),
                page: waiver.get("page").map_or(Value::Null, value),
                reason: field(Some(waiver), "reason"),
                operations: list(waiver.get("operations")).iter().filter_map(Json::as_str).map(str::to_owned).collect(),
                at: waiver.get("at").and_then(Json::as_str).map(str::to_owned),
                place: place.key(key).index(index),
            })
            .collect()
    }
}

/// One demand, under its condition.
fn check(place: &Pointer, found: &Json, diagnostics: &mut Diagnostics) -> Option<ir::ConstraintCheck> {
    let stated = Requirement::ALL.into_iter().filter(|demand| found.get(demand.key()).is_some());
    let (stated, when) = (stated.collect::<Vec<_>>(), found.get("if"));
    let mut refuse = |place: &Pointer, message: String, help: &str| {
        diagnostics.push(Diagnostic::new(Code::RuleCheck, place, message).label("this check").help(help));
        None
    };
    let [demand] = stated[..] else {
        let message = format!("a check makes one demand, not {}", stated.len());
        return refuse(
            place,
            message,
            "write one of `needs`, `excludes`, `any_of`, `order`, `equal` and `not_negative`",
        );
    };
    let misplaced = match (demand.is_conditional(), when.is_some()) {
        (true, false) => Some(format!("`{}` has no `if`", demand.key())),
        (false, true) => Some(format!("`{}` has an `if`", demand.key())),
        (_, false) if found.get("is").is_some() => Some("there is an `is` without an `if`".to_owned()),
        _ => None,
    };
    if let Some(message) = misplaced {
        return refuse(place, message, "`needs` and `excludes` have an `if`, perhaps with `is`, and the others do not");
    }
    let fields = list(found.get(demand.key())).iter().filter_map(Json::as_str).map(str::to_owned).collect::<Vec<_>>();
    let wanted = match demand {
        Requirement::Order | Requirement::Equal => 2..=2,
        Requirement::AnyOf => 2..=usize::MAX,
        Requirement::Needs | Requirement::Excludes | Requirement::NotNegative => 1..=usize::MAX,
    };
    if !wanted.contains(&fields.len()) {
        let message = format!("`{}` of {} fields says nothing", demand.key(), fields.len());
        return refuse(
            &place.key(demand.key()),
            message,
            "name the fields that it concerns; `order` and `equal` compare two",
        );
    }
    let when = when.map(|when| ir::When {
        field: when.as_str().unwrap_or_default().to_owned(),
        is: found.get("is").and_then(Json::as_str).map(str::to_owned),
    });
    Some(ir::ConstraintCheck { when, demand, fields })
}

/// A text inside an extension; empty if it is not there.
pub(crate) fn field(object: Option<&Json>, key: &str) -> String {
    object.and_then(|object| object.get(key)).and_then(Json::as_str).unwrap_or_default().trim().to_owned()
}

/// A JSON value as plain data.
pub(crate) fn value(json: &Json) -> Value {
    match json {
        Json::Null => Value::Null,
        Json::Bool(value) => Value::Boolean(*value),
        Json::Number(number) => match number.as_i64() {
            Some(integer) => Value::Integer(integer),
            None => Value::Float(number.as_f64().unwrap_or(f64::NAN)),
        },
        Json::String(text) => Value::String(text.clone()),
        Json::Array(list) => Value::List(list.iter().map(value).collect()),
        Json::Object(map) => Value::Map(map.iter().map(|(key, item)| (key.clone(), value(item))).collect()),
    }
}

fn list(json: Option<&Json>) -> &[Json] {
    json.and_then(Json::as_array).map_or(&[], Vec::as_slice)
}

fn number(object: &Json, key: &str) -> i64 {
    object.get(key).and_then(Json::as_i64).unwrap_or_default()
}
