//! Demands that concern several fields: what `validate()` says of requests that break them.

use feishu_openapi::task::v1;
use feishu_openapi::task::v2::tasklist_activity_subscription::Subscriber;
use feishu_openapi::task::v2::{Due, Start, TaskReminder, custom_field, section, task, tasklist_activity_subscription};
use feishu_openapi::{Millis, Request};

/// What is wrong with a request, a line each.
fn wrong(request: &impl Request) -> Vec<String> {
    match request.validate() {
        Ok(()) => Vec::new(),
        Err(violations) => violations.iter().map(ToString::to_string).collect(),
    }
}

fn due(millis: i64) -> Due {
    Due::new().timestamp(Millis::from(millis))
}

fn start(millis: i64) -> Start {
    Start::new().timestamp(Millis::from(millis))
}

#[test]
fn fields_that_need_others() {
    let reminded = || task::Create::new("A title").reminders([TaskReminder::new(30)]).repeat_rule("FREQ=DAILY");
    assert_eq!(
        wrong(&reminded()),
        [
            "`due` must have a value with `reminders`, found none",
            "`due` must have a value with `repeat_rule`, found none"
        ]
    );
    assert_eq!(wrong(&reminded().due(Due::new())), ["`due.timestamp` must have a value with `due`, found none"]);
    assert!(wrong(&reminded().due(due(1))).is_empty());
    // An empty list gives nothing.
    assert!(wrong(&task::Create::new("A title").reminders([] as [TaskReminder; 0])).is_empty());

    let list = custom_field::List::new;
    assert!(wrong(&list()).is_empty());
    assert_eq!(wrong(&list().resource_id("1")), ["`resource_type` must have a value with `resource_id`, found none"]);
    assert!(wrong(&list().resource_id("1").resource_type("tasklist")).is_empty());
}

#[test]
fn values_that_need_fields() {
    let section = || section::Create::new("A name", "tasklist");
    assert_eq!(
        wrong(&section().resource_id("")),
        ["`resource_id` must have a value with `resource_type` `tasklist`, found none"]
    );
    assert!(wrong(&section().resource_id("1")).is_empty());
    assert!(wrong(&section::Create::new("A name", "my_tasks")).is_empty());

    let field = || custom_field::Create::new("tasklist", "1", "A name", "number");
    assert_eq!(wrong(&field()), ["`number_setting` must have a value with `type` `number`, found none"]);
    let setting = || custom_field::NumberSetting::new().format("custom");
    assert_eq!(
        wrong(&field().number_setting(setting())),
        ["`number_setting.custom_symbol` must have a value with `number_setting.format` `custom`, found none"]
    );
    assert!(wrong(&field().number_setting(setting().custom_symbol("¥"))).is_empty());
}

#[test]
fn every_element_of_a_list() {
    let subscription =
        |subscribers: [Subscriber; 2]| tasklist_activity_subscription::Create::new("1", "A name", subscribers, [100]);
    let chat = || Subscriber::new().id("oc_1").r#type("chat");
    assert!(wrong(&subscription([chat(), chat()])).is_empty());
    assert_eq!(
        wrong(&subscription([chat(), Subscriber::new().id("oc_2")])),
        ["`subscribers.type` must have a value with `subscribers`, found none"]
    );
}

#[test]
fn fields_that_exclude_others() {
    let section = || section::Patch::new("1").insert_before("2");
    assert!(wrong(&section()).is_empty());
    assert_eq!(
        wrong(&section().insert_after("3")),
        ["`insert_after` must have no value with `insert_before`, found both"]
    );
    // Clearing is a change, too.
    let task = || task::Patch::new("1").repeat_rule("FREQ=DAILY");
    assert!(wrong(&task()).is_empty());
    for both in [task().clear_completed_at(), task().completed_at(Millis::from(1))] {
        assert_eq!(wrong(&both), ["`completed_at` must have no value with `repeat_rule`, found both"]);
    }
}

#[test]
fn one_of_several() {
    let task = v1::task::Create::new;
    let origin = || v1::task::Origin::new("{}");
    let wanted = ["`summary` must have a value unless `rich_summary` has one, found none"];
    assert_eq!(wrong(&task(origin())), wanted);
    assert_eq!(wrong(&task(origin()).summary("")), wanted);
    assert!(wrong(&task(origin()).rich_summary("A title")).is_empty());
}

#[test]
fn times_in_their_order() {
    let task = |start: Start, due: Due| task::Create::new("A title").start(start).due(due);
    assert!(wrong(&task(start(1), due(1))).is_empty());
    assert_eq!(
        wrong(&task(start(2), due(1))),
        ["`start.timestamp` must have a value not after that of `due.timestamp`, found a later one"]
    );
    assert_eq!(
        wrong(&task(start(1).is_all_day(true), due(1))),
        ["`start.is_all_day` must have the value of `due.is_all_day`, found another one"]
    );
    assert!(wrong(&task(start(1).is_all_day(false), due(1))).is_empty());
    assert!(wrong(&task::Create::new("A title").due(due(1).is_all_day(true))).is_empty());
    assert_eq!(
        wrong(&task::Patch::new("1").due(due(-1))),
        ["`due.timestamp` must have at least 0 as the value, found -1"]
    );
}
