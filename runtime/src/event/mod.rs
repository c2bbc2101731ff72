//! Events: what Feishu sends to an app by itself, over HTTP.
//!
//! [`Event`] is the trait of typed events.
//! With the feature `events` there is what receives them: a `Receiver` decides whether a request comes from Feishu
//! and what it says, a `Dispatcher` calls your handlers and answers.
//! Both work on the types of the `http` crate and fit any web framework.
//!
//! Feishu waits three seconds for HTTP 200 and otherwise delivers the event again, up to four times within hours, and
//! it may deliver an event twice even so.
//! Handlers that take longer therefore put the event into a queue and return, and nothing is lost when they fail:
//! a failure is answered with HTTP 500, and the event comes again.

#[cfg(feature = "events")]
mod crypto;
#[cfg(feature = "events")]
mod dispatcher;
#[cfg(feature = "events")]
mod envelope;
#[cfg(feature = "events")]
mod error;
#[cfg(feature = "events")]
mod receiver;
#[cfg(feature = "events")]
mod seen;
#[cfg(feature = "events")]
mod ticket;

use serde::de::DeserializeOwned;

#[cfg(all(feature = "events", feature = "testing"))]
pub(crate) use self::crypto::EncryptKey;
#[cfg(feature = "events")]
pub use self::dispatcher::{BoxError, Dispatcher, Outcome};
#[cfg(feature = "long-connection")]
pub(crate) use self::envelope::open_payload;
#[cfg(feature = "events")]
pub use self::envelope::{Challenge, Delivery, EventHeader, Incoming};
#[cfg(feature = "events")]
pub use self::error::EventError;
#[cfg(feature = "events")]
pub use self::receiver::{Receiver, ReceiverBuilder};
#[cfg(feature = "events")]
pub use self::seen::{Claim, MemorySeenEvents, SeenEvents};
#[cfg(feature = "events")]
pub use self::ticket::{AppTicket, TicketKeeper};

/// The content of an event; implemented by generated code.
///
/// It is read as leniently as an answer: unknown fields are ignored, unknown enum values are kept.
pub trait Event: DeserializeOwned + Send + 'static {
    /// The name on the wire, as `task.task.updated_v1`.
    const TYPE: &'static str;
}
