//! A small API as generated code would write it.

#![allow(dead_code, missing_docs, unreachable_pub)]

use feishu_openapi_runtime::{
    Accepts, Checker, Constrained, Either, Encoder, ErrorCode, File, Method, Millis, Operation, RateLimit, Request,
    Tenant, Tokens, Update, User, builder, object, open_enum, paged,
};

open_enum! {
    /// The kinds of user id.
    pub enum UserIdType {
        /// Within one app.
        OpenId = "open_id",
        /// Within one developer.
        UnionId = "union_id",
    }
}

open_enum! {
    /// The roles of a member.
    pub enum MemberRole {
        /// Does it.
        Assignee = "assignee",
        /// Watches it.
        Follower = "follower",
    }
}

open_enum! {
    /// Who has to complete the task.
    pub enum TaskMode: i64 {
        /// Everybody.
        AllAssignees = 1,
        /// Anybody.
        AnyAssignee = 2,
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Member {
    pub id: String,
    pub r#type: Option<String>,
    pub role: Option<MemberRole>,
}

object! {
    Member {
        id: "id",
        r#type: "type",
        role: "role",
    }
}

builder! {
    Member(id: into String) {
        r#type: into String,
        role: into MemberRole,
    }
}

impl Constrained for Member {
    fn constraints(&self, check: &mut Checker<'_>) {
        check.length("id", &self.id, 1..=100);
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Due {
    pub timestamp: Option<Millis>,
    pub is_all_day: Option<bool>,
}

object! {
    Due {
        timestamp: "timestamp",
        is_all_day: "is_all_day",
    }
}

builder! {
    Due {
        timestamp: into Millis,
        is_all_day: bool,
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Task {
    pub guid: String,
    pub summary: String,
    pub members: Vec<Member>,
    pub due: Option<Due>,
    pub mode: Option<TaskMode>,
}

object! {
    Task {
        guid: "guid",
        summary: "summary",
        members: "members",
        due: "due",
        mode: "mode",
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct TaskResponse {
    pub task: Option<Task>,
}

object! {
    TaskResponse {
        task: "task",
    }
}

#[derive(Clone, Debug, PartialEq)]
pub struct RemoveMembers {
    pub task_guid: String,
    pub user_id_type: Option<UserIdType>,
    pub members: Vec<Member>,
}

builder! {
    RemoveMembers(task_guid: into String, members: each Member) {
        user_id_type: into UserIdType,
    }
}

impl Constrained for RemoveMembers {
    fn constraints(&self, check: &mut Checker<'_>) {
        check.items("members", &self.members, 1..=4);
        check.nested("members", &self.members);
    }
}

impl Request for RemoveMembers {
    const OPERATION: &'static Operation = &Operation {
        id: "task.v2.task.remove_members",
        method: Method::Post,
        path: "/open-apis/task/v2/tasks/{task_guid}/remove_members",
        rate_limits: &[RateLimit::per_minute(100)],
        repeatable: true,
        errors: &[
            ErrorCode::new(400, 1470400, "A parameter is wrong.").hint("Read `msg`."),
            ErrorCode::new(500, 1470500, "The server failed.").hint("Try again.").retry(),
        ],
        ..Operation::DEFAULT
    };
    type Response = TaskResponse;

    fn encode(&self, out: &mut Encoder) {
        out.path("task_guid", &self.task_guid);
        out.query("user_id_type", &self.user_id_type);
        out.field("members", &self.members);
    }
}

impl Accepts<Tenant> for RemoveMembers {}
impl Accepts<User> for RemoveMembers {}
impl Accepts<Either> for RemoveMembers {}

#[derive(Clone, Debug, PartialEq)]
pub struct Create {
    pub summary: String,
    pub client_token: Option<String>,
    pub members: Option<Vec<Member>>,
    pub due: Option<Due>,
}

builder! {
    Create(summary: into String) {
        /// Makes the call idempotent.
        client_token: into String,
        members: each Member,
        due: Due,
    }
}

impl Constrained for Create {}

impl Request for Create {
    const OPERATION: &'static Operation = &Operation {
        id: "task.v2.task.create",
        method: Method::Post,
        path: "/open-apis/task/v2/tasks",
        keyed: true,
        errors: &[ErrorCode::new(500, 1470500, "The server failed.").hint("Try again.").retry()],
        ..Operation::DEFAULT
    };
    type Response = TaskResponse;

    fn encode(&self, out: &mut Encoder) {
        out.field("summary", &self.summary);
        out.field("client_token", &self.client_token);
        out.field("members", &self.members);
        out.field("due", &self.due);
    }

    fn idempotency_key(&mut self) -> Option<&mut Option<String>> {
        Some(&mut self.client_token)
    }
}

#[derive(Clone, Debug, PartialEq)]
pub struct Patch {
    pub task_guid: String,
    pub summary: Update<String>,
    pub due: Update<Due>,
    pub custom_fields: Update<Vec<Member>>,
    pub update_fields: Option<Vec<String>>,
}

builder! {
    Patch(task_guid: into String) {
        summary: update_into(clear_summary) String,
        due: update(clear_due) Due,
        custom_fields: update_each(clear_custom_fields) Member,
        update_fields: each_into String,
    }
}

impl Constrained for Patch {}

impl Request for Patch {
    const OPERATION: &'static Operation = &Operation {
        id: "task.v2.task.patch",
        method: Method::Patch,
        path: "/open-apis/task/v2/tasks/{task_guid}",
        ..Operation::DEFAULT
    };
    type Response = TaskResponse;

    fn encode(&self, out: &mut Encoder) {
        out.path("task_guid", &self.task_guid);
        out.masked("task", "update_fields", self.update_fields.as_deref(), |task| {
            task.field("summary", &self.summary);
            task.field("due", &self.due);
            task.field("custom_fields", &self.custom_fields);
        });
    }
}

#[derive(Clone, Debug, PartialEq)]
pub struct Delete {
    pub task_guid: String,
}

builder! {
    Delete(task_guid: into String)
}

impl Constrained for Delete {}

impl Request for Delete {
    const OPERATION: &'static Operation = &Operation {
        id: "task.v2.task.delete",
        method: Method::Delete,
        path: "/open-apis/task/v2/tasks/{task_guid}",
        ..Operation::DEFAULT
    };
    type Response = Empty;

    fn encode(&self, out: &mut Encoder) {
        out.path("task_guid", &self.task_guid);
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Empty {}

object! {
    Empty {}
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct List {
    pub page_size: Option<i64>,
    pub page_token: Option<String>,
    pub completed: Option<bool>,
}

builder! {
    List {
        page_size: i64,
        page_token: into String,
        completed: bool,
    }
}

impl Constrained for List {
    fn constraints(&self, check: &mut Checker<'_>) {
        check.range("page_size", &self.page_size, 1..=100);
    }
}

impl Request for List {
    const OPERATION: &'static Operation = &Operation {
        id: "task.v2.task.list",
        path: "/open-apis/task/v2/tasks",
        tokens: Tokens::USER,
        ..Operation::DEFAULT
    };
    type Response = ListResponse;

    fn encode(&self, out: &mut Encoder) {
        out.query("page_size", &self.page_size);
        out.query("page_token", &self.page_token);
        out.query("completed", &self.completed);
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct ListResponse {
    pub items: Vec<Task>,
    pub page_token: String,
    pub has_more: Option<bool>,
}

object! {
    ListResponse {
        items: "items",
        page_token: "page_token",
        has_more: "has_more",
    }
}

paged! { List => Task { page_token, ListResponse { items, page_token, has_more } } }

#[derive(Clone, Debug)]
pub struct Upload {
    pub resource_type: Option<String>,
    pub resource_id: String,
    pub file: Vec<File>,
}

builder! {
    Upload(resource_id: into String, file: each File) {
        resource_type: into String,
    }
}

impl Constrained for Upload {
    fn constraints(&self, check: &mut Checker<'_>) {
        check.items("file", &self.file, 1..=5);
        check.max_bytes("file", &self.file, 52_428_800);
    }
}

impl Request for Upload {
    const OPERATION: &'static Operation = &Operation {
        id: "task.v2.attachment.upload",
        method: Method::Post,
        path: "/open-apis/task/v2/attachments/upload",
        ..Operation::DEFAULT
    };
    type Response = Empty;

    fn encode(&self, out: &mut Encoder) {
        out.part("resource_type", &self.resource_type);
        out.part("resource_id", &self.resource_id);
        out.files("file", &self.file);
    }
}
