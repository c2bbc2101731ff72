//! The shape that generated code relies on.

use crate::sample::*;
use feishu_openapi_runtime::{Accepts, Call, Core, Request, Tenant, Update};

fn accepts_tenant<R: Accepts<Tenant>>(_: &R) {}
fn is_send<T: Send + 'static>(value: T) -> T {
    value
}

#[test]
fn a_request_is_built_from_required_fields_and_setters() {
    let request = RemoveMembers::new("guid", [Member::new("ou_1").role("assignee")]).user_id_type(UserIdType::OpenId);
    accepts_tenant(&request);
    assert_eq!(request.members[0].role, Some(MemberRole::Assignee));
    let copied = RemoveMembers { user_id_type: None, ..request.clone() };
    assert_eq!(copied.task_guid, "guid");
}

#[test]
fn updates_set_clear_and_keep() {
    let patch = Patch::new("guid").summary("x").clear_due();
    assert_eq!(patch.due, Update::Clear);
    assert_eq!(patch.summary, Update::Set("x".to_owned()));
    assert_eq!(patch.custom_fields, Update::Keep);
}

#[test]
fn calls_and_streams_are_send_and_static() {
    fn calls(core: &Core) {
        let call = is_send(Call::new(core, Tenant::default().into(), List::new()));
        let _ = is_send(call.clone().stream());
        let _ = is_send(call.clone().pages());
        drop(is_send(call.into_future()));
    }
    let _ = calls;
}

#[test]
fn validate_names_every_field() {
    let mut request = RemoveMembers::new("guid", [Member::new("ou_1"), Member::new("")]);
    request.members.extend((0..3).map(|_| Member::new("x")));
    let violations = request.validate().unwrap_err();
    let paths: Vec<_> = violations.iter().map(|violation| violation.path()).collect();
    assert_eq!(paths, ["members", "members[1].id"]);
}

#[test]
fn limits_apply_to_all_kinds_of_fields() {
    use feishu_openapi_runtime::{Checker, Constrained, Millis};

    struct Fields {
        kinds: Option<Vec<UserIdType>>,
        names: Vec<String>,
        token: Update<String>,
        share: Option<f64>,
        time: Millis,
        parts: Update<Vec<Member>>,
    }

    impl Constrained for Fields {
        fn constraints(&self, check: &mut Checker<'_>) {
            check.unique("kinds", &self.kinds);
            check.length("names", &self.names, ..=3);
            check.pattern("token", &self.token, "[a-zA-Z0-9]{3}");
            check.range_f64("share", &self.share, 0.0..=1.0);
            check.length("time", &self.time, 13..);
            check.nested("parts", &self.parts);
        }
    }

    struct Outer(Fields);

    impl Constrained for Outer {
        fn constraints(&self, check: &mut Checker<'_>) {
            check.nested("fields", &self.0);
        }
    }

    #[derive(Clone)]
    struct Probe;
    impl Constrained for Probe {
        fn constraints(&self, check: &mut Checker<'_>) {
            Outer(Fields {
                kinds: Some(vec!["open_id".into(), UserIdType::OpenId]),
                names: vec!["任务一".into(), "four".into()],
                token: Update::Set("abcd".into()),
                share: Some(1.5),
                time: "0".into(),
                parts: Update::Set(vec![Member::new("x"), Member::new("")]),
            })
            .constraints(check);
        }
    }
    impl Request for Probe {
        const OPERATION: &'static feishu_openapi_runtime::Operation = Delete::OPERATION;
        type Response = Empty;

        fn encode(&self, _: &mut feishu_openapi_runtime::Encoder) {}
    }

    let violations = Probe.validate().unwrap_err();
    let found: Vec<_> = violations.iter().map(ToString::to_string).collect();
    assert_eq!(
        found,
        [
            "`fields.kinds[1]` must have no item twice, found a repeated item",
            "`fields.names[1]` must have at most 3 characters, found 4 characters",
            "`fields.token` must have the form `[a-zA-Z0-9]{3}`, found 4 other characters",
            "`fields.share` must have 0 to 1 as the value, found 1.5",
            "`fields.time` must have at least 13 characters, found 1 characters",
            "`fields.parts[1].id` must have 1 to 100 characters, found 0 characters",
        ],
    );
}

#[test]
fn limits_apply_at_any_depth() {
    use std::collections::BTreeMap;

    use feishu_openapi_runtime::{Checker, Constrained};

    #[derive(Clone)]
    struct Nested {
        labels: BTreeMap<String, String>,
        rows: Option<Vec<Vec<String>>>,
        numbers: Update<Vec<i64>>,
        groups: BTreeMap<String, Vec<Member>>,
    }

    impl Constrained for Nested {
        fn constraints(&self, check: &mut Checker<'_>) {
            check.each("labels", &self.labels, |check, it| check.length("", it, ..=5));
            check.each("rows", &self.rows, |check, it| {
                check.items("", it, ..=2);
                check.length("", it, ..=3);
            });
            check.each("numbers", &self.numbers, |check, it| check.range("", it, 1..));
            check.each("groups", &self.groups, |check, it| check.nested("", it));
        }
    }

    impl Request for Nested {
        const OPERATION: &'static feishu_openapi_runtime::Operation = Delete::OPERATION;
        type Response = Empty;

        fn encode(&self, _: &mut feishu_openapi_runtime::Encoder) {}
    }

    let request = Nested {
        labels: [("a".to_owned(), "too long".to_owned()), ("b".to_owned(), "short".to_owned())].into(),
        rows: Some(vec![vec!["one".to_owned()], vec!["a".to_owned(), "four".to_owned(), "c".to_owned()]]),
        numbers: Update::Set(vec![1, 0]),
        groups: [("team".to_owned(), vec![Member::new("x"), Member::new("")])].into(),
    };
    let violations = request.validate().unwrap_err();
    let found: Vec<_> = violations.iter().map(|violation| (violation.path(), violation.found())).collect();
    assert_eq!(
        found,
        [
            ("labels[\"a\"]", "8 characters"),
            ("rows[1]", "3 items"),
            ("rows[1][1]", "4 characters"),
            ("numbers[1]", "0"),
            ("groups[\"team\"][1].id", "0 characters"),
        ],
    );
}
