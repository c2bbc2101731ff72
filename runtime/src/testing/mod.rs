//! For tests of programs that call Feishu: scripted answers, recorded requests (feature `testing`).
//!
//! [`ScriptedTransport`] needs no network and works with tokio's paused time;
//! [`Server`] answers over a real socket.
//! Both take their answers from a list or from a closure, and answer requests
//! for tokens by themselves as long as they work off a list.
//! [`check_token_store`] tries a token store; `event_request` (with the feature `events`) delivers an event.
//!
//! ```
//! # mod feishu_openapi { pub use feishu_openapi_runtime::{*, Core as Client}; }
//! use feishu_openapi::testing::{Reply, ScriptedTransport};
//! use feishu_openapi::{Client, ClientBuilder, Error, Method, serde_json::json};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Error> {
//! let transport = ScriptedTransport::new([Reply::data(json!({ "task": { "guid": "1" } }))]);
//! let client: Client = ClientBuilder::new()
//!     .custom_app("cli_1", "secret")
//!     .transport(transport.clone())
//!     .build()?;
//! # let core = &client;
//! # #[cfg(any())]
//! let core = client.core();
//!
//! let answer = core.request(Method::Get, "/open-apis/task/v2/tasks/1").await?;
//!
//! assert_eq!(answer["task"]["guid"], "1");
//! assert_eq!(transport.calls()[0].path(), "/open-apis/task/v2/tasks/1");
//! # Ok(())
//! # }
//! ```

#[cfg(feature = "events")]
mod event;
mod http1;
#[cfg(feature = "long-connection")]
mod platform;
mod received;
mod reply;
mod script;
mod server;
mod store;
mod transport;

#[cfg(feature = "events")]
pub use event::event_request;
#[cfg(feature = "long-connection")]
pub use platform::{LoopbackPlatform, LoopbackPlatformBuilder, Push, PushAnswer, Silence};
pub use received::Received;
pub use reply::Reply;
pub use server::Server;
pub use store::check_token_store;
pub use transport::ScriptedTransport;
