//! An operation that only people may call, called as the app.

use feishu_openapi::task::v2::task;
use feishu_openapi::{Client, Error};

async fn list(client: &Client) -> Result<(), Error> {
    client.task_v2().task().list(task::List::new().completed(false)).await?;
    Ok(())
}

fn main() {}
