//! Reading and writing values.

use std::collections::BTreeMap;

use feishu_openapi_runtime::{Millis, Seconds, object, serde_json};
use serde_json::{from_str, json, to_string};

use crate::sample::*;

#[derive(Clone, Debug, Default, PartialEq)]
struct All {
    text: String,
    maybe_text: Option<String>,
    flag: bool,
    maybe_flag: Option<bool>,
    count: i64,
    maybe_count: Option<i64>,
    share: f64,
    time: Millis,
    maybe_time: Option<Seconds>,
    kind: UserIdType,
    maybe_kind: Option<UserIdType>,
    mode: Option<TaskMode>,
    part: Member,
    maybe_part: Option<Member>,
    list: Vec<Member>,
    maybe_list: Option<Vec<String>>,
    map: BTreeMap<String, Member>,
}

object! {
    All {
        text: "text",
        maybe_text: "maybe_text",
        flag: "flag",
        maybe_flag: "maybe_flag",
        count: "count",
        maybe_count: "maybe_count",
        share: "share",
        time: "time",
        maybe_time: "maybe_time",
        kind: "kind",
        maybe_kind: "maybe_kind",
        mode: "mode",
        part: "part",
        maybe_part: "maybe_part",
        list: "list",
        maybe_list: "maybe_list",
        map: "map",
    }
}

/// Reads `json` and expects it to be the default with `change` applied.
fn check(json: &str, change: impl FnOnce(&mut All)) {
    let mut expected = All::default();
    change(&mut expected);
    assert_eq!(from_str::<All>(json).unwrap(), expected, "{json}");
}

#[test]
fn nothing_reads_as_the_default() {
    check("null", |_| {});
    check("{}", |_| {});
    check("\"\"", |_| {});
    check("[]", |_| {});
    let mut nulls = serde_json::Map::new();
    for key in serde_json::to_value(All::default()).unwrap().as_object().unwrap().keys() {
        nulls.insert(key.clone(), json!(null));
    }
    nulls.insert("maybe_part".into(), json!(null));
    check(&json!(nulls).to_string(), |_| {});
}

#[test]
fn unknown_properties_are_passed_over() {
    check(r#"{"new": {"deep": [1, {"x": null}]}, "text": "a"}"#, |all| {
        all.text = "a".into();
    });
}

#[test]
fn numbers_and_booleans_read_as_strings() {
    check(r#"{"text": 12}"#, |all| all.text = "12".into());
    check(r#"{"text": -3}"#, |all| all.text = "-3".into());
    check(r#"{"text": 1.5}"#, |all| all.text = "1.5".into());
    check(r#"{"text": true}"#, |all| all.text = "true".into());
    check(r#"{"maybe_text": ""}"#, |all| all.maybe_text = Some(String::new()));
}

#[test]
fn strings_read_as_numbers_and_booleans() {
    check(r#"{"count": "12"}"#, |all| all.count = 12);
    check(r#"{"count": 12.0}"#, |all| all.count = 12);
    check(r#"{"maybe_count": ""}"#, |_| {});
    check(r#"{"share": "0.5"}"#, |all| all.share = 0.5);
    check(r#"{"share": 2}"#, |all| all.share = 2.0);
    check(r#"{"flag": "true"}"#, |all| all.flag = true);
    check(r#"{"maybe_flag": 0}"#, |all| all.maybe_flag = Some(false));
    check(r#"{"maybe_flag": "1"}"#, |all| all.maybe_flag = Some(true));
}

/// What answers hold is tried in `strange`.
#[test]
fn a_value_of_an_unforeseen_kind_is_nothing() {
    for json in [
        r#"{"count": "many"}"#,
        r#"{"count": 1.5}"#,
        r#"{"count": 9223372036854775808}"#,
        r#"{"count": "9223372036854775808"}"#,
        r#"{"count": "inf"}"#,
        r#"{"share": "NaN"}"#,
        r#"{"share": true}"#,
        r#"{"flag": "perhaps"}"#,
        r#"{"part": "x"}"#,
        r#"{"part": [1]}"#,
        r#"{"list": {"a": 1}}"#,
        r#"{"list": 7, "map": [1], "time": [1]}"#,
        r#"{"text": {}, "kind": {"a": 1}, "mode": [2]}"#,
    ] {
        check(json, |_| {});
    }
    check(r#"{"count": "1e3", "part": 7, "flag": true}"#, |all| (all.count, all.flag) = (1000, true));
}

#[test]
fn what_is_no_object_as_a_whole_is_an_error() {
    for json in ["7", "true", "\"x\"", "[1]"] {
        assert!(from_str::<All>(json).is_err(), "{json}");
    }
}

#[test]
fn nested_values_are_read_everywhere() {
    let one = Member { id: "1".into(), ..Member::default() };
    check(r#"{"part": {"id": 1}}"#, |all| all.part = one.clone());
    check(r#"{"maybe_part": {"id": "1"}}"#, |all| all.maybe_part = Some(one.clone()));
    check(r#"{"maybe_part": ""}"#, |_| {});
    check(r#"{"maybe_part": {}}"#, |all| all.maybe_part = Some(Member::default()));
    check(r#"{"list": [null, {"id": "1"}]}"#, |all| {
        all.list = vec![Member::default(), one.clone()];
    });
    check(r#"{"list": ""}"#, |_| {});
    check(r#"{"maybe_list": []}"#, |all| all.maybe_list = Some(vec![]));
    check(r#"{"maybe_list": [1, null]}"#, |all| {
        all.maybe_list = Some(vec!["1".into(), String::new()]);
    });
    check(r#"{"map": {"a": {"id": "1"}, "b": null}}"#, |all| {
        all.map = [("a".to_owned(), one), ("b".to_owned(), Member::default())].into();
    });
}

#[test]
fn escaped_keys_are_understood() {
    check(r#"{"te\u0078t": "a"}"#, |all| all.text = "a".into());
}

#[test]
fn very_deep_answers_are_not_fatal() {
    let nest = |key: &str| format!(r#"{{"{key}": {}1{}}}"#, "[".repeat(100_000), "]".repeat(100_000));
    check(&nest("unknown"), |_| {});
    // Of lists within lists, the outermost is read.
    assert_eq!(from_str::<Nest>(&nest("inner")).unwrap().inner.len(), 1);
    let objects = format!("{}{}", r#"{"inner":["#.repeat(100_000), "]}".repeat(100_000));
    let error = from_str::<Nest>(&objects).unwrap_err();
    assert!(error.to_string().contains("recursion limit"), "{error}");
}

#[derive(Debug, Default)]
struct Nest {
    inner: Vec<Nest>,
}

object! {
    Nest {
        inner: "inner",
    }
}

#[test]
fn only_none_is_left_out() {
    let due = Due { timestamp: Some("".into()), is_all_day: None };
    assert_eq!(to_string(&due).unwrap(), r#"{"timestamp":""}"#);
    let member = Member::default();
    assert_eq!(to_string(&member).unwrap(), r#"{"id":""}"#);
}

#[test]
fn unknown_enum_values_are_kept() {
    let kind: UserIdType = from_str(r#""lark_id""#).unwrap();
    assert_eq!(kind, UserIdType::Other("lark_id".into()));
    assert_eq!(to_string(&kind).unwrap(), r#""lark_id""#);
    let mode: TaskMode = from_str("\"7\"").unwrap();
    assert_eq!(mode, TaskMode::Other(7));
    assert_eq!(to_string(&mode).unwrap(), "7");
    check(r#"{"maybe_kind": ""}"#, |all| all.maybe_kind = Some(UserIdType::Other("".into())));
    check(r#"{"mode": 1}"#, |all| all.mode = Some(TaskMode::AllAssignees));
}

#[test]
fn enums_are_equal_by_their_value() {
    use std::collections::{BTreeSet, HashSet};

    let other = UserIdType::Other("open_id".into());
    assert_eq!(other, UserIdType::OpenId);
    assert_eq!(HashSet::from([other.clone(), UserIdType::OpenId]).len(), 1);
    assert_eq!(BTreeSet::from([other, UserIdType::OpenId]).len(), 1);
    assert_eq!(TaskMode::Other(1), TaskMode::AllAssignees);
    assert!(TaskMode::AllAssignees < TaskMode::AnyAssignee);
}

#[test]
fn times_survive_a_round_trip() {
    for text in ["\"\"", "\"0\"", "\"1675454764000\"", "\"-1\""] {
        let time: Millis = from_str(text).unwrap();
        assert_eq!(to_string(&time).unwrap(), text);
    }
    assert_eq!(from_str::<Millis>("1675454764000").unwrap().as_millis(), Some(1_675_454_764_000));
    assert_eq!(Millis::from("").to_system_time(), None);
}

#[test]
fn times_convert_both_ways() {
    use std::time::{Duration, UNIX_EPOCH};

    let moment = UNIX_EPOCH + Duration::from_millis(1_675_454_764_123);
    assert_eq!(Millis::from(moment).as_str(), "1675454764123");
    assert_eq!(Seconds::from(moment).as_str(), "1675454764");
    assert_eq!(Millis::from(moment).to_system_time(), Some(moment));
    let before = UNIX_EPOCH - Duration::from_millis(1_500);
    assert_eq!(Millis::from(before).as_str(), "-1500");
    assert_eq!(Seconds::from(before).as_str(), "-2");
    assert_eq!(Seconds::from(2).as_millis(), Some(2000));
    assert_eq!(Millis::from(i64::MAX).to_date(), Some((292_278_994, 8, 17)));
}

#[test]
fn a_date_is_its_midnight_in_utc() {
    // From the task overview: 1682899200000 is 2023-05-01.
    assert_eq!(Millis::from_date(2023, 5, 1).unwrap().as_str(), "1682899200000");
    assert_eq!(Millis::from("1682899200000").to_date(), Some((2023, 5, 1)));
    assert_eq!(Seconds::from_date(2024, 2, 29).unwrap().to_date(), Some((2024, 2, 29)));
    assert_eq!(Millis::from_date(2023, 2, 29), None);
    assert_eq!(Millis::from_date(2023, 13, 1), None);
    for days in [-800_000, -1, 1, 58, 59, 60, 11_016, 19_000, 800_000] {
        let (year, month, day) = Millis::all_day(days).to_date().unwrap();
        assert_eq!(Millis::from_date(year, month, day), Some(Millis::all_day(days)));
    }
}

#[test]
fn no_time_is_none_in_every_form() {
    for text in ["", "0", "00", "soon"] {
        let (millis, seconds) = (Millis::from(text), Seconds::from(text));
        assert!(!millis.is_set() && !seconds.is_set(), "{text}");
        assert_eq!((millis.to_system_time(), seconds.to_system_time()), (None, None), "{text}");
        assert_eq!((millis.to_date(), millis.date(false, 3_600)), (None, None), "{text}");
        assert!(std::time::SystemTime::try_from(&millis).is_err(), "{text}");
        assert!(jiff::Timestamp::try_from(&millis).is_err() && jiff::civil::Date::try_from(&seconds).is_err());
        assert_eq!((millis.to_jiff(), millis.jiff_date(true, &jiff::tz::TimeZone::UTC)), (None, None));
        assert!(chrono::DateTime::try_from(&millis).is_err() && chrono::NaiveDate::try_from(&seconds).is_err());
        assert_eq!((millis.to_chrono(), millis.chrono_date(true, &chrono::Utc)), (None, None));
        assert_eq!(Seconds::from(millis.clone()).as_str(), text, "it survives conversions");
        assert_eq!(Millis::from(seconds).as_str(), text);
    }
    assert!(Millis::from("1").is_set() && Millis::from("-1").is_set());
    assert_eq!(Millis::from("0").as_millis(), Some(0), "the number on the wire is still there");
}

#[test]
fn times_are_ordered_and_no_time_is_not() {
    use std::cmp::Ordering;
    use std::time::{Duration, UNIX_EPOCH};

    let (early, late) = (Millis::from(999), Millis::from(1_000));
    assert_eq!(early.partial_cmp(&late), Some(Ordering::Less));
    assert_eq!(late.partial_cmp(&early), Some(Ordering::Greater));
    assert_eq!(Millis::from("01000"), late, "the number decides");
    let second = UNIX_EPOCH + Duration::from_secs(1);
    assert!(early < second && late == second && late >= second && Seconds::from(1) == second);
    for none in [Millis::from(""), Millis::from("0"), Millis::from("soon")] {
        assert_eq!((none.partial_cmp(&late), late.partial_cmp(&none), none.partial_cmp(&second)), (None, None, None));
        assert!(none != second);
        assert_eq!(none, none.clone());
    }
    assert_ne!(Millis::from(""), Millis::from("0"));
    let hashed = std::collections::HashSet::from([Millis::from("1"), Millis::from("01"), Millis::from("")]);
    assert_eq!(hashed.len(), 2);
}

#[test]
fn both_units_convert_into_each_other() {
    assert_eq!(Millis::from(Seconds::from(2)).as_str(), "2000");
    assert_eq!(Seconds::from(Millis::from(2_999)).as_str(), "2");
    assert_eq!(Seconds::from(Millis::from(-1)).as_str(), "-1");
    assert_eq!((Millis::from(2_999).as_seconds(), Seconds::from(2).as_millis()), (Some(2), Some(2_000)));
    assert_eq!(Seconds::from(i64::MAX).as_millis(), None);
    assert_eq!(format!("{:?} {:?}", Millis::from(1), Seconds::from(1)), "Millis(\"1\") Seconds(\"1\")");
}

#[test]
fn a_whole_day_is_the_same_date_everywhere_and_a_moment_is_not() {
    let shanghai = jiff::tz::TimeZone::fixed(jiff::tz::offset(8));
    let east = chrono::FixedOffset::east_opt(8 * 3_600).unwrap();
    let day = Millis::from_date(2026, 5, 1).unwrap();
    let evening = Millis::from(day.as_millis().unwrap() + 20 * 3_600_000);
    for (time, is_all_day, date) in [(&day, true, 1), (&evening, true, 1), (&evening, false, 2)] {
        assert_eq!(time.date(is_all_day, 8 * 3_600), Some((2026, 5, date)));
        assert_eq!(time.jiff_date(is_all_day, &shanghai), Some(jiff::civil::date(2026, 5, date as i8)));
        assert_eq!(time.chrono_date(is_all_day, &east), chrono::NaiveDate::from_ymd_opt(2026, 5, date.into()));
    }
    let before_1970 = jiff::Timestamp::new(-1, -500_500_000).unwrap();
    assert_eq!(Millis::from(before_1970).as_str(), "-1501", "as `SystemTime` rounds");
}

#[test]
fn times_convert_to_jiff_and_chrono() {
    let time = Millis::from("1682899200000");
    let jiff_time = jiff::Timestamp::try_from(&time).unwrap();
    assert_eq!(jiff_time.to_string(), "2023-05-01T00:00:00Z");
    assert_eq!(Millis::from(jiff_time), time);
    let date = jiff::civil::Date::try_from(&time).unwrap();
    assert_eq!(date, jiff::civil::date(2023, 5, 1));
    assert_eq!(Millis::from(date), time);

    let chrono_time = chrono::DateTime::<chrono::Utc>::try_from(&time).unwrap();
    assert_eq!(chrono_time.to_rfc3339(), "2023-05-01T00:00:00+00:00");
    assert_eq!(Millis::from(chrono_time), time);
    let date = chrono::NaiveDate::try_from(&time).unwrap();
    assert_eq!(Seconds::from(date).as_str(), "1682899200");
    assert!(chrono::NaiveDate::try_from(&Millis::from("")).is_err());
}
