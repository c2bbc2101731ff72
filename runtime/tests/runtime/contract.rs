//! The shape that generated code relies on.

use crate::sample::*;
use feishu_openapi_runtime::{Accepts, Call, Core, Request, Tenant, Update};

fn accepts_tenant<R: Accepts<Tenant>>(_: &R) {}
fn is_send<T: Send + 'static>(value: T) -> T {
    value
}

#[test]
fn a_request_is_built_from_required_fields_and_setters() {
    let request = RemoveMembers::new("guid", [Member::new("ou_1").role("assignee")])
        .user_id_type(UserIdType::OpenId);
    accepts_tenant(&request);
    assert_eq!(request.members[0].role, Some(MemberRole::Assignee));
    let copied = RemoveMembers {
        user_id_type: None,
        ..request.clone()
    };
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
    let paths: Vec<_> = violations
        .iter()
        .map(|violation| violation.path())
        .collect();
    assert_eq!(paths, ["members", "members[1].id"]);
}
