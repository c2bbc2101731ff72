//! Receives events from Feishu with axum.
//!
//! ```sh
//! FEISHU_VERIFICATION_TOKEN=xxxxxx cargo run -p feishu-openapi --example events --features events
//! curl http://127.0.0.1:7777/webhook/event \
//!     --data '{"challenge": "ajls384kdjxxxx", "token": "xxxxxx", "type": "url_verification"}'
//! ```
//!
//! `FEISHU_ENCRYPT_KEY` is needed as well when the app has one, and `LISTEN` is the address to listen on.
#![allow(clippy::print_stdout, reason = "it is what an example is for")]

use std::error::Error;
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{DefaultBodyLimit, State};
use axum::http::request::Parts;
use axum::http::{Request, Response};
use axum::routing::post;
use feishu_openapi::event::{Delivery, Dispatcher, Receiver};
use feishu_openapi::serde_json::Value;
use feishu_openapi::task::v1::{task, task_comment};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    // Refused requests and failed handlers are told to `tracing`.
    tracing_subscriber::fmt().with_writer(std::io::stderr).init();
    let dispatcher = Dispatcher::new(receiver()?)
        .on(|delivery: Delivery<task::UpdatedEvent>| async move {
            println!(
                "{}: task {} has changed",
                delivery.header.event_id, delivery.event.task_id
            );
            println!("what has changed: {:?}", delivery.event.obj_type);
            Ok(())
        })
        .on(|delivery: Delivery<task_comment::UpdatedEvent>| async move {
            println!(
                "comment {} has changed: {:?}",
                delivery.event.comment_id, delivery.event.obj_type
            );
            Ok(())
        })
        .on_other(|delivery: Delivery<Value>| async move {
            println!("{} holds {}", delivery.header.event_type, delivery.event);
            Ok(())
        });
    let limit = DefaultBodyLimit::max(dispatcher.receiver().max_body_bytes());
    let routes = Router::new()
        .route("/webhook/event", post(receive))
        .layer(limit)
        .with_state(Arc::new(dispatcher));

    let address =
        std::env::var("LISTEN").unwrap_or_else(|_| "127.0.0.1:7777".to_owned());
    let listener = tokio::net::TcpListener::bind(&address)
        .await
        .map_err(|error| format!("{address} is not free to listen on: {error}"))?;
    println!("listening on http://{}/webhook/event", listener.local_addr()?);
    axum::serve(listener, routes).await?;
    Ok(())
}

/// The glue between axum and the dispatcher.
async fn receive(
    State(dispatcher): State<Arc<Dispatcher>>,
    parts: Parts,
    body: Bytes,
) -> Response<Body> {
    dispatcher.handle(Request::from_parts(parts, body)).await.map(Body::from)
}

fn receiver() -> Result<Receiver, Box<dyn Error>> {
    let mut receiver = Receiver::builder();
    if let Ok(token) = std::env::var("FEISHU_VERIFICATION_TOKEN") {
        receiver = receiver.verification_token(token);
    }
    if let Ok(key) = std::env::var("FEISHU_ENCRYPT_KEY") {
        receiver = receiver.encrypt_key(key);
    }
    Ok(receiver.build().map_err(|error| {
        format!("{error}: set FEISHU_VERIFICATION_TOKEN or FEISHU_ENCRYPT_KEY")
    })?)
}
