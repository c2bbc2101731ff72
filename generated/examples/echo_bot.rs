//! A bot that says back what people write to it, by webhook or over the long connection.
//!
//! ```sh
//! cargo run -p feishu-openapi --example echo_bot --features long-connection,testing -- --long-connection
//! ```
//!
//! With `FEISHU_APP_ID` and `FEISHU_APP_SECRET` it is a bot of yours; its app needs the scopes to receive and to send
//! messages, and the event `im.message.receive_v1`. Without them it plays the platform itself, says something to the
//! bot, and shows the answer.
//! `FEISHU_BASE_URL` is for apps of Lark: `https://open.larksuite.com`.
//!
//! Without `--long-connection` it listens on `LISTEN` (by default `127.0.0.1:7779`) for events at `/webhook/event`, and
//! needs `FEISHU_VERIFICATION_TOKEN` or `FEISHU_ENCRYPT_KEY`, too.
#![allow(clippy::print_stdout, reason = "it is what an example is for")]

use std::error::Error;
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{DefaultBodyLimit, State};
use axum::http::request::Parts;
use axum::http::{Request, Response};
use axum::routing::post;
use feishu_openapi::event::{BoxError, Delivery, Dispatcher, Receiver};
use feishu_openapi::serde_json::{Value, json};
use feishu_openapi::testing::LoopbackPlatform;
use feishu_openapi::{Client, FEISHU, Method};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    // What the connection does is told to `tracing`.
    tracing_subscriber::fmt().with_writer(std::io::stderr).init();
    let is_long_connection =
        std::env::args().any(|argument| argument == "--long-connection");
    let variable = |name: &str| std::env::var(name).ok();
    match (variable("FEISHU_APP_ID"), variable("FEISHU_APP_SECRET")) {
        (Some(id), Some(secret)) => {
            let base_url = variable("FEISHU_BASE_URL").unwrap_or_else(|| FEISHU.to_owned());
            let client = Client::builder().custom_app(id, secret).base_url(base_url).build()?;
            if is_long_connection {
                let bot = echo(Dispatcher::without_webhook(), &client);
                client.long_connection(bot).run().await?;
                Ok(())
            } else {
                serve(echo(Dispatcher::new(receiver()?), &client)).await
            }
        }
        _ if is_long_connection => play().await,
        _ => Err("set FEISHU_APP_ID and FEISHU_APP_SECRET, or try it with --long-connection alone".into()),
    }
}

/// The bot: it answers each text with the same text.
fn echo(dispatcher: Dispatcher, client: &Client) -> Dispatcher {
    let client = client.clone();
    dispatcher.on_other(move |delivery: Delivery<Value>| {
        let client = client.clone();
        async move {
            if delivery.header.event_type == "im.message.receive_v1" {
                reply(&client, &delivery.event["message"]).await?;
            }
            Ok(())
        }
    })
}

async fn reply(client: &Client, message: &Value) -> Result<(), BoxError> {
    let text = |name: &str| message[name].as_str().unwrap_or_default();
    if text("message_type") != "text" {
        return Ok(());
    }
    println!("got {}", text("content"));
    // The content of a text message can be sent as it came.
    let _: Value = client
        .core()
        .request(Method::Post, "/open-apis/im/v1/messages/{message_id}/reply")
        .path("message_id", text("message_id"))
        .json(&json!({ "msg_type": "text", "content": text("content") }))
        .send()
        .await?;
    Ok(())
}

/// A platform of our own says something to the bot.
async fn play() -> Result<(), Box<dyn Error>> {
    let platform = LoopbackPlatform::start().await?;
    println!("there is no FEISHU_APP_ID; playing the platform at {}", platform.url());
    let client = Client::builder()
        .custom_app("cli_1", "secret")
        .base_url(platform.url())
        .build()?;
    let connection =
        client.long_connection(echo(Dispatcher::without_webhook(), &client));
    let handle = connection.handle();
    let running = tokio::spawn(connection.run());
    let push = platform.push(&json!({
        "schema": "2.0",
        "header": { "event_id": "1", "event_type": "im.message.receive_v1", "app_id": "cli_1", "tenant_key": "t" },
        "event": { "message": { "message_id": "om_1", "message_type": "text", "content": r#"{"text":"hello"}"# } },
    }));
    println!("the platform was answered {}", push.answer().await.code);
    for call in platform.calls() {
        println!(
            "the bot called {} {} with {}",
            call.method(),
            call.path(),
            call.json()
        );
    }
    handle.stop();
    running.await??;
    println!("the connection is closed");
    Ok(())
}

/// Listens for webhooks.
async fn serve(dispatcher: Dispatcher) -> Result<(), Box<dyn Error>> {
    let limit = DefaultBodyLimit::max(dispatcher.receiver().max_body_bytes());
    let routes = Router::new()
        .route("/webhook/event", post(receive))
        .layer(limit)
        .with_state(Arc::new(dispatcher));
    let address =
        std::env::var("LISTEN").unwrap_or_else(|_| "127.0.0.1:7779".to_owned());
    let listener = tokio::net::TcpListener::bind(&address)
        .await
        .map_err(|error| format!("{address} is not free to listen on: {error}"))?;
    println!("listening on http://{}/webhook/event", listener.local_addr()?);
    axum::serve(listener, routes).await?;
    Ok(())
}

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
