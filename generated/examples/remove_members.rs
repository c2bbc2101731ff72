//! Removes a member from a task.
//!
//! With `FEISHU_APP_ID` and `FEISHU_APP_SECRET` in the environment it talks to Feishu (and takes the task and the
//! member from `FEISHU_TASK_GUID` and `FEISHU_OPEN_ID`); without them it starts a small server on this machine that
//! answers as Feishu's page documents.
//!
//! ```sh
//! cargo run -p feishu-openapi --example remove_members
//! ```

use std::env;
use std::error::Error;

use feishu_openapi::serde_json::json;
use feishu_openapi::task::v2::{TaskMember, task};
use feishu_openapi::testing::{Received, Reply, Server};
use feishu_openapi::{Client, UserIdType};

const TASK: &str = "83912691-2e43-47fc-94a4-d512e03984fa";
const MEMBER: &str = "ou_2cefb2f014f8d0c6c2d2eb7bafb0e54f";

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let (client, server) = match (
        env::var("FEISHU_APP_ID"),
        env::var("FEISHU_APP_SECRET"),
    ) {
        (Ok(app_id), Ok(app_secret)) => {
            println!("talking to Feishu as the app {app_id}");
            (Client::builder().custom_app(app_id, app_secret).build()?, None)
        }
        _ => {
            let server = Server::with_handler(answer).await?;
            println!(
                "FEISHU_APP_ID and FEISHU_APP_SECRET are not set: answers come from {}",
                server.url()
            );
            let builder = Client::builder().base_url(server.url());
            (builder.custom_app("cli_example", "secret").build()?, Some(server))
        }
    };
    let task_guid = env::var("FEISHU_TASK_GUID").unwrap_or_else(|_| TASK.to_owned());
    let member = env::var("FEISHU_OPEN_ID").unwrap_or_else(|_| MEMBER.to_owned());

    let request =
        task::RemoveMembers::new(task_guid, [TaskMember::new(member, "assignee")]);
    let request = request.user_id_type(UserIdType::OpenId);
    println!("\nrequest: {request:#?}");

    let answer = client.task_v2().task().remove_members(request).with_response().await?;
    println!("\nlog id: {}", answer.metadata.log_id().unwrap_or("none"));
    match answer.data.task {
        Some(task) => {
            println!("{:?} has {} members left", task.summary, task.members.len())
        }
        None => println!("the answer holds no task"),
    }

    for request in server.iter().flat_map(Server::requests) {
        let query: Vec<String> = request
            .query()
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        println!("\n{} {} {}", request.method(), request.path(), query.join("&"));
        // The body of a token request is a secret.
        if !request.is_token_request() {
            println!("{}", String::from_utf8_lossy(request.body()));
        }
    }
    Ok(())
}

/// What Feishu's pages document as the answers to both requests.
fn answer(request: &Received) -> Reply {
    if request.is_token_request() {
        return Reply::tenant_token("t-caecc734c2e3328a62489fe0648c4b98779515d3");
    }
    Reply::data(json!({
        "task": {
            "guid": TASK,
            "summary": "进行销售年中总结",
            "due": {"timestamp": "1675454764000", "is_all_day": true},
            "members": [],
            "status": "todo",
        }
    }))
    .header("X-Tt-Logid", "20240101000000010203040506070809")
}
