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
//! a failure or a panic is answered with HTTP 500, and the event comes again.

#[cfg(feature = "events")]
mod claimed;
#[cfg(feature = "events")]
mod crypto;
#[cfg(feature = "events")]
mod dispatcher;
#[cfg(feature = "events")]
mod envelope;
#[cfg(feature = "events")]
mod error;
#[cfg(feature = "events")]
mod panics;
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
#[cfg(all(feature = "events", feature = "redis"))]
pub(crate) use self::seen::{CLAIM_LEASE, REMEMBERED};
#[cfg(feature = "events")]
pub use self::seen::{Claim, MemorySeenEvents, SeenEvents};
#[cfg(feature = "events")]
pub use self::ticket::{AppTicket, TicketKeeper};

/// The content of an event.
///
/// Generated code implements it for the events of the services that this crate covers.
/// Events of other services need a type of your own: whatever serde reads from the `event` of the body, and the name of
/// the event.
///
/// ```
/// # use feishu_openapi_runtime as feishu_openapi;
/// use feishu_openapi::Event;
///
/// #[derive(serde::Deserialize)]
/// struct UserCreated {
///     object: User,
/// }
///
/// // What the program does not need is left out, and what Feishu may leave out has a default.
/// #[derive(serde::Deserialize)]
/// struct User {
///     open_id: String,
///     #[serde(default)]
///     name: String,
/// }
///
/// impl Event for UserCreated {
///     const TYPE: &'static str = "contact.user.created_v3";
/// }
/// # #[cfg(feature = "events")]
/// # fn main() -> Result<(), feishu_openapi::event::EventError> {
/// use feishu_openapi::event::{Delivery, Dispatcher, Receiver};
///
/// let receiver = Receiver::builder().encrypt_key("key").build()?;
/// let dispatcher = Dispatcher::new(receiver).on(|delivery: Delivery<UserCreated>| async move {
///     println!("welcome, {}", delivery.event.object.name);
///     Ok(())
/// });
/// # drop(dispatcher);
/// # Ok(())
/// # }
/// # #[cfg(not(feature = "events"))]
/// # fn main() {}
/// ```
///
/// Generated types are read as leniently as answers: unknown fields are ignored, unknown enum values are kept.
/// A type of your own is as strict as serde makes it, and an event that does not fit is answered 500 and comes again.
pub trait Event: DeserializeOwned + Send + 'static {
    /// The name on the wire, as `task.task.updated_v1`.
    const TYPE: &'static str;
}
