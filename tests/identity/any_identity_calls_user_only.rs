//! The same, with an identity that the caller of the function chooses.

use feishu_openapi::task::v2::task;
use feishu_openapi::{Client, Error, Identity};

async fn list<I: Identity>(client: &Client<I>) -> Result<(), Error> {
    client.task_v2().task().list(task::List::new().completed(false)).await?;
    Ok(())
}

fn main() {}
