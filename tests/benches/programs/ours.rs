//! Three operations with this client: create a task, get it, list the person's tasks.

use feishu_openapi::task::v2::{TaskMember, task};
use feishu_openapi::{Client, UserIdType};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let (base_url, token) = (arguments.next().unwrap_or_default(), arguments.next().unwrap_or_default());
    let client = Client::builder().base_url(base_url).build()?.as_user(token);
    let tasks = client.task_v2();

    let request = task::Create::new("进行销售年中总结")
        .description("进行销售年中总结")
        .members([TaskMember::new("ou_1", "assignee")])
        .user_id_type(UserIdType::OpenId);
    let created = tasks.task().create(request).await?;
    let guid = created.task.map(|task| task.guid).unwrap_or_default();

    let answer = tasks.task().get(task::Get::new(guid).user_id_type(UserIdType::OpenId)).await?;
    println!("{:?}", answer.task);

    let page = tasks.task().list(task::List::new().page_size(100).user_id_type(UserIdType::OpenId)).await?;
    for task in page.items {
        println!("{} {}", task.guid, task.summary);
    }
    Ok(())
}
