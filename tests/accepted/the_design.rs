//! The calls as users write them; that this compiles is the test.

use feishu_openapi::task::v2::{TaskMember, task};
use feishu_openapi::{Call, Client, Either, Error, Identity, Tenant, Update, User, UserIdType};

async fn tour(app_id: &str, app_secret: &str, token: &str) -> Result<(), Error> {
    let client = Client::builder().custom_app(app_id, app_secret).build()?;

    let answer = client
        .task_v2()
        .task()
        .remove_members(
            task::RemoveMembers::new("83912691-2e43-47fc-94a4-d512e03984fa", [TaskMember::new("ou_1", "assignee")])
                .user_id_type(UserIdType::OpenId),
        )
        .await?;
    let _members = answer.task.map(|task| task.members);

    let mut mine = client.as_user(token).task_v2().task().list(task::List::new().completed(false)).stream();
    while let Some(task) = mine.try_next().await? {
        println!("{}", task.summary);
    }

    client
        .task_v2()
        .task()
        .patch(task::Patch::new("83912691-2e43-47fc-94a4-d512e03984fa").summary("New title").clear_due())
        .await?;
    Ok(())
}

/// A client fits into a struct without generics.
#[derive(Clone, Debug)]
struct State {
    app: Client,
    me: Client<User>,
}

/// A function for every identity, where the operation accepts every one.
async fn rename<I: Identity>(client: &Client<I>, guid: &str) -> Result<(), Error> {
    client.task_v2().task().patch(task::Patch::new(guid).summary("x")).await?;
    Ok(())
}

/// An identity that is chosen while the program runs.
async fn choose(client: &Client, token: Option<&str>) -> Result<(), Error> {
    let identity = match token {
        Some(token) => Either::from(User::new(token)),
        None => Either::from(Tenant::default()),
    };
    client.as_either(identity).task_v2().task().list(task::List::new()).await?;
    Ok(())
}

/// Requests are values: literals, updates by `..`, comparison, cloning.
fn values() {
    let one = task::RemoveMembers {
        user_id_type: Some("union_id".into()),
        ..task::RemoveMembers::new("g", [TaskMember::new("ou_1", "follower")])
    };
    assert_eq!(one, one.clone());
    let patch = task::Patch { due: Update::Clear, ..task::Patch::new("g") };
    assert!(patch.summary.is_none());
}

fn is_send<T: Send>(_: &T) {}

fn sendable(client: &Client<User>) {
    let call: Call<task::List> = client.task_v2().task().list(task::List::new());
    is_send(&call);
    is_send(&call.clone().into_future());
    is_send(&call.stream());
}

fn main() {
    values();
    let app = Client::builder().custom_app("cli_a", "secret").build().expect("a client");
    let state = State { me: app.as_user("u-1"), app };
    sendable(&state.me);
    is_send(&tour("a", "b", "c"));
    is_send(&rename(&state.app, "g"));
    is_send(&choose(&state.app, None));
}
