//! Reads the `x-feishu-*` extensions. Their shapes were checked by the grammar.

use indexmap::IndexMap;
use serde_json::Value as Json;

use crate::diagnostic::{Diagnostic, Diagnostics, Place};
use crate::ir::{self, ErrorCode, Page, Period, RateLimit, Value, Waiver};
use crate::rules::Rule;

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

    pub(crate) fn unsigned(self, key: &str) -> Option<u64> {
        self.get(key)?.as_u64()
    }

    pub(crate) fn page(self, url: Option<&openapiv3::ExternalDocumentation>) -> Page {
        let page = self.get("x-feishu-page");
        Page {
            url: url.map(|docs| docs.url.clone()).unwrap_or_default(),
            title: field(page, "title"),
            updated: field(page, "updated"),
        }
    }

    pub(crate) fn rate_limits(self, place: &Place, diagnostics: &mut Diagnostics) -> Vec<RateLimit> {
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
                        Diagnostic::new(Rule::RateLimit, &place, format!("`{per}` is no period of a rate limit"))
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

    pub(crate) fn rules(self) -> Vec<ir::Rule> {
        let rules = list(self.get("x-feishu-rules")).iter();
        rules
            .map(|rule| ir::Rule { rule: field(Some(rule), "rule"), enforced: field(Some(rule), "enforced") })
            .collect()
    }

    pub(crate) fn errors(self, place: &Place) -> Vec<ErrorCode> {
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

    pub(crate) fn waivers(self, place: &Place) -> Vec<Waiver> {
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
