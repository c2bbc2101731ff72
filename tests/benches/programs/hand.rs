//! Three operations written by hand: create a task, get it, list the person's tasks.

#[allow(dead_code)]
mod hand;

use serde::Serialize;

#[derive(Serialize)]
struct Create<'a> {
    summary: &'a str,
    description: &'a str,
    members: Vec<Member<'a>>,
}

#[derive(Serialize)]
struct Member<'a> {
    id: &'a str,
    role: &'a str,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let (base_url, token) = (arguments.next().unwrap_or_default(), arguments.next().unwrap_or_default());
    let client = reqwest::Client::new();
    let query = [("user_id_type", "open_id")];
    let tasks = format!("{base_url}/open-apis/task/v2/tasks");

    let members = vec![Member { id: "ou_1", role: "assignee" }];
    let body = Create { summary: "进行销售年中总结", description: "进行销售年中总结", members };
    let request = client.post(&tasks).query(&query).json(&body);
    let created: hand::OneTask = hand::send(request, &token).await?;
    let guid = created.task.map(|task| task.guid).unwrap_or_default();

    let answer: hand::OneTask = hand::send(client.get(format!("{tasks}/{guid}")).query(&query), &token).await?;
    println!("{:?}", answer.task);

    let request = client.get(&tasks).query(&[("page_size", "100")]).query(&query);
    let page: hand::Tasks = hand::send(request, &token).await?;
    for task in page.items {
        println!("{} {}", task.guid, task.summary);
    }
    Ok(())
}
