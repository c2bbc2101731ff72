//! A typed async client for the [Feishu (Lark) Open Platform](https://open.feishu.cn), generated from an OpenAPI
//! description of its documentation.
//!
//! ```no_run
//! use feishu_openapi::{Client, UserIdType, task::v2::{TaskMember, task}};
//!
//! # async fn example(app_id: &str, app_secret: &str, token: &str) -> Result<(), feishu_openapi::Error> {
//! let client = Client::builder().custom_app(app_id, app_secret).build()?;
//!
//! let answer = client
//!     .task_v2()
//!     .task()
//!     .remove_members(
//!         task::RemoveMembers::new("83912691-2e43-47fc-94a4-d512e03984fa", [TaskMember::new("ou_1", "assignee")])
//!             .user_id_type(UserIdType::OpenId),
//!     )
//!     .await?;
//!
//! let mut mine = client.as_user(token).task_v2().task().list(task::List::new().completed(false)).stream();
//! while let Some(task) = mine.try_next().await? {
//!     println!("{}", task.summary);
//! }
//! # Ok(())
//! # }
//! ```
//!
//! Modules follow the platform's names: service, version, resource. Each request type documents the tokens, scopes,
//! limits and error codes of its operation, and links to Feishu's page.
//!
//! Calls run on [tokio](https://docs.rs/tokio), and panic outside of its runtime.
//! What goes wrong is an [`Error`], which says what to do; what the client does meanwhile (retries, renewed tokens,
//! refused events) is told by [tracing](https://docs.rs/tracing).
//!
//! # Features
//!
//! | feature | brings |
//! | --- | --- |
//! | `task-v1`, `task-v2` (default) | the operations of this version |
//! | `reqwest` (default) | the transport on `reqwest` with rustls |
//! | `sessions` | [`session`](https://docs.rs/feishu-openapi/latest/feishu_openapi/session/): people log in with OAuth and stay logged in, `Client::sessions`, `Client::as_session` |
//! | `events` | [`event`](https://docs.rs/feishu-openapi/latest/feishu_openapi/event/): events from Feishu, checked, decrypted, typed and handled once |
//! | `long-connection` | [`long_connection`](https://docs.rs/feishu-openapi/latest/feishu_openapi/long_connection/): events over a WebSocket, without a public address; `Client::long_connection` |
//! | `redis`, `redis-tls` | `RedisStore`: tokens, sessions and handled events for many machines |
//! | `pacing` | keeping to the documented rate limits before the server has to insist |
//! | `testing` | [`testing`](https://docs.rs/feishu-openapi/latest/feishu_openapi/testing/): a scripted transport and a loopback server for your tests |
//! | `jiff`, `chrono` | conversions between [`Millis`], [`Seconds`] and the types of these crates |
#![forbid(unsafe_code)]

mod client;
mod generated;

use feishu_openapi_runtime as rt;

pub use client::{Client, ClientBuilder};
#[cfg(feature = "events")]
pub use feishu_openapi_runtime::event;
#[cfg(feature = "long-connection")]
pub use feishu_openapi_runtime::long_connection;
#[cfg(feature = "sessions")]
pub use feishu_openapi_runtime::session;
#[cfg(feature = "testing")]
pub use feishu_openapi_runtime::testing;
pub use feishu_openapi_runtime::{
    Accepts, Call, Constrained, Core, Details, Download, Either, Error, ErrorCode,
    Event, FEISHU, FieldViolation, File, HelpLink, Identity, Items, LARKSUITE,
    MemoryTokenStore, Metadata, Method, Millis, NotATime, Operation, Paged, Pages,
    Progress, QueryValue, RateLimit, RawRequest, RawResponse, Request, Response,
    RetryPolicy, Seconds, StoreError, StoreOutage, StoredToken, Tenant, TokenStore,
    Tokens, Transport, Update, User, Violation, Violations, http, serde_json, transport,
};
#[cfg(feature = "redis")]
pub use feishu_openapi_runtime::{RedisStore, RedisStoreBuilder};
pub use generated::*;

/// The examples of the README are compiled.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;

/// And those of the Chinese README.
#[cfg(doctest)]
#[doc = include_str!("../../README.zh-CN.md")]
struct ReadmeInChinese;
