//! The hand-written core under the generated client for the Feishu (Lark) Open
//! Platform.
//!
//! It sends requests, keeps tokens, repeats what may be repeated, pages through
//! lists, uploads files and explains errors; it knows no operation.
//! Applications use the crate `feishu-openapi`, which brings the operations and
//! re-exports what is needed from here.
//!
//! # Features
//!
//! | feature | brings |
//! | --- | --- |
//! | `reqwest` (default) | the transport on `reqwest` with rustls |
//! | `testing` | a scripted transport and a loopback server for tests |
//! | `sessions` | logging users in with OAuth, and keeping them logged in |
//! | `redis` | a token store for many machines |
//! | `events` | receiving events |
//! | `long-connection` | receiving events over a WebSocket, without a public address |
//! | `pacing` | keeping to the documented rate limits |
//! | `jiff`, `chrono` | conversions between timestamps and the types of these crates |

#![forbid(unsafe_code)]

mod answer;
mod builder;
mod call;
#[doc(hidden)]
pub mod check;
mod client_builder;
mod codes;
mod constraint;
mod core;
mod credential;
mod download;
mod encode;
mod envelope;
mod error;
mod error_codes;
pub mod event;
mod file;
mod identity;
#[cfg(feature = "long-connection")]
pub mod long_connection;
mod metadata;
mod multipart;
mod operation;
mod options;
#[cfg(feature = "pacing")]
mod pacing;
mod page;
mod raw;
#[cfg(feature = "redis")]
mod redis_store;
mod request;
mod retry;
#[doc(hidden)]
pub mod rt;
mod send;
#[cfg(feature = "sessions")]
pub mod session;
mod shown;
#[cfg(feature = "testing")]
pub mod testing;
mod time;
mod token;
pub mod transport;
mod update;
mod wire;

pub use http;
pub use serde;
pub use serde_json;

pub use crate::call::Call;
pub use crate::client_builder::{ClientBuilder, FEISHU, LARKSUITE};
pub use crate::constraint::{Checker, Constrained, Violation, Violations};
pub use crate::core::Core;
pub use crate::download::Download;
pub use crate::encode::{Encoder, Masked, QueryValue};
pub use crate::error::{Details, Error, FieldViolation, HelpLink};
pub use crate::event::Event;
pub use crate::file::File;
pub use crate::identity::{Accepts, Either, Identity, Tenant, User};
pub use crate::metadata::{Metadata, RawResponse, Response};
pub use crate::operation::{ErrorCode, Method, Operation, RateLimit, Tokens};
pub use crate::options::Progress;
pub use crate::page::{Items, Next, Paged, Pages};
pub use crate::raw::RawRequest;
#[cfg(feature = "redis")]
pub use crate::redis_store::{RedisStore, RedisStoreBuilder};
pub use crate::request::Request;
pub use crate::retry::RetryPolicy;
pub use crate::time::{Millis, NotATime, Seconds, Timestamp};
pub use crate::token::{MemoryTokenStore, StoreError, StoreOutage, StoredToken, TokenStore};
pub use crate::transport::Transport;
pub use crate::update::Update;
