//! Three operations with the client that progenitor makes: create a task, get it, list the person's tasks.

use client::{Client, types};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let (base_url, token) = (arguments.next().unwrap_or_default(), arguments.next().unwrap_or_default());
    let mut headers = reqwest::header::HeaderMap::new();
    headers.insert("authorization", format!("Bearer {token}").parse()?);
    let client = Client::new_with_client(&base_url, reqwest::Client::builder().default_headers(headers).build()?);
    let kind = types::C0v2UserIdType("open_id".to_owned());

    let body = serde_json::from_value(serde_json::json!({
        "summary": "进行销售年中总结",
        "description": "进行销售年中总结",
        "members": [{ "id": "ou_1", "role": "assignee" }],
    }))?;
    let created = client.task_v2_task_create(Some(&kind), &body).await?.into_inner();
    let guid = created.data.and_then(|data| data.task).and_then(|task| task.guid).unwrap_or_default();

    let answer = client.task_v2_task_get(&guid, Some(&kind)).await?.into_inner();
    println!("{:?}", answer.data.and_then(|data| data.task));

    let page = client.task_v2_task_list(None, Some(100), None, None, Some(&kind)).await?.into_inner();
    for task in page.data.map(|data| data.items).unwrap_or_default() {
        println!("{} {}", task.guid.unwrap_or_default(), task.summary.unwrap_or_default());
    }
    Ok(())
}
