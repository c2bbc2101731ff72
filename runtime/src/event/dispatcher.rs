//! Hands events to handlers, and answers Feishu.

use std::collections::HashMap;
use std::fmt;
use std::future::Future;
use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderMap, Method, Request, Response, StatusCode, header};
use serde_json::{Value, json};

use super::Event;
use super::claimed::Claimed;
use super::envelope::{Challenge, Delivery, EventHeader, Incoming};
use super::error::{EventError, Kind};
use super::panics::caught;
use super::receiver::Receiver;
use super::seen::{Claim, MemorySeenEvents, SeenEvents};
use super::ticket::{AppTicket, TicketKeeper};
use crate::transport::BoxFuture;

/// Why a handler failed.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// What a handler gives: nothing for an event, the JSON of the answer for a callback.
type Handled = Result<Option<Bytes>, EventError>;

type Call = Box<dyn Fn(Delivery<Value>) -> BoxFuture<'static, Handled> + Send + Sync>;

struct Handler {
    call: Call,
    is_callback: bool,
    /// Whether it may handle an event twice, so that it needs no claim.
    is_repeatable: bool,
}

/// Receives requests, calls the handler of the event, and answers.
///
/// An event that was handled is remembered by its `event_id` and not handled again, see
/// [`seen_events`](Self::seen_events).
///
/// ```
/// # use feishu_openapi_runtime as feishu_openapi;
/// use feishu_openapi::event::{AppTicket, Delivery, Dispatcher, Receiver};
///
/// # fn main() -> Result<(), feishu_openapi::event::EventError> {
/// let receiver = Receiver::builder().encrypt_key("key").verification_token("token").build()?;
/// let dispatcher = Dispatcher::new(receiver).on(|delivery: Delivery<AppTicket>| async move {
///     println!("a ticket for {}", delivery.event.app_id);
///     Ok(())
/// });
/// # drop(dispatcher);
/// # Ok(())
/// # }
/// ```
pub struct Dispatcher {
    receiver: Receiver,
    handlers: HashMap<&'static str, Handler>,
    other: Option<Handler>,
    seen: Option<Arc<dyn SeenEvents>>,
}

/// What became of a request that was not refused.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Outcome {
    /// Feishu checks the address of this server.
    Challenge(Challenge),
    /// The handler succeeded.
    Handled(EventHeader),
    /// The handler of a callback succeeded, and this is the JSON of its answer.
    Answered(EventHeader, Bytes),
    /// The event was handled before; no handler was called.
    Repeated(EventHeader),
    /// There is no handler for the event.
    Ignored(EventHeader),
}

impl Dispatcher {
    /// Without handlers; remembers the last 100,000 events of twelve hours in memory.
    pub fn new(receiver: Receiver) -> Self {
        Dispatcher {
            receiver,
            handlers: HashMap::new(),
            other: None,
            seen: Some(Arc::new(MemorySeenEvents::default())),
        }
    }

    /// Without handlers, and without a receiver: for the long connection, which needs none.
    ///
    /// Requests of webhooks are refused, since nothing tells who sent them.
    pub fn without_webhook() -> Self {
        Dispatcher::new(Receiver::refusing())
    }

    /// Calls `handler` for events of the type `E`, instead of any earlier handler for them.
    ///
    /// Feishu waits three seconds; a handler that needs longer hands the event to a task or a queue.
    /// When the handler fails or panics, Feishu is answered 500 and delivers the event again.
    /// While it runs, its claim on the event is extended every 20 seconds, which needs the timers of Tokio; after half
    /// an hour a handler is taken to hang, and one for a later delivery may begin.
    pub fn on<E, F, R>(mut self, handler: F) -> Self
    where
        E: Event,
        F: Fn(Delivery<E>) -> R + Send + Sync + 'static,
        R: Future<Output = Result<(), BoxError>> + Send + 'static,
    {
        let handler = Arc::new(handler);
        let call = move |delivery: Delivery<Value>| match delivery.decode() {
            Ok(delivery) => settle(&handler, delivery, |()| Ok(None)),
            Err(error) => Box::pin(std::future::ready(Err(error))) as BoxFuture<'static, _>,
        };
        self.handlers.insert(E::TYPE, Handler { call: Box::new(call), is_callback: false, is_repeatable: false });
        self
    }

    /// Calls `handler` for callbacks of the type `E`, such as `card.action.trigger`, and answers what it returns: a
    /// toast, a new card, a preview. `null` and `()` are answered as `{}`, which changes nothing.
    ///
    /// Feishu waits three seconds, and never sends a callback again: when the handler fails or is late, the person sees
    /// an error. So callbacks are not remembered in [`seen_events`](Self::seen_events).
    pub fn on_callback<E, A, F, R>(mut self, handler: F) -> Self
    where
        E: Event,
        A: serde::Serialize + 'static,
        F: Fn(Delivery<E>) -> R + Send + Sync + 'static,
        R: Future<Output = Result<A, BoxError>> + Send + 'static,
    {
        let handler = Arc::new(handler);
        let call = move |delivery: Delivery<Value>| match delivery.decode() {
            Ok(delivery) => settle(&handler, delivery, |answer| encode(&answer).map(Some)),
            Err(error) => Box::pin(std::future::ready(Err(error))) as BoxFuture<'static, _>,
        };
        self.handlers.insert(E::TYPE, Handler { call: Box::new(call), is_callback: true, is_repeatable: false });
        self
    }

    /// Calls `handler` for all events that have no handler of their own, with their content as it came.
    ///
    /// Without it, Feishu is answered 200 and such events are dropped.
    pub fn on_other<F, R>(mut self, handler: F) -> Self
    where
        F: Fn(Delivery<Value>) -> R + Send + Sync + 'static,
        R: Future<Output = Result<(), BoxError>> + Send + 'static,
    {
        let handler = Arc::new(handler);
        let call = move |delivery| settle(&handler, delivery, |()| Ok(None));
        self.other = Some(Handler { call: Box::new(call), is_callback: false, is_repeatable: false });
        self
    }

    /// Hands the tickets of a store app to `keeper`, instead of any earlier handler for them.
    ///
    /// Every delivery is handed on, whatever [`seen_events`](Self::seen_events) remembers: tickets have to arrive while
    /// it is down, and keeping one twice does no harm.
    pub fn keep_tickets(self, keeper: impl TicketKeeper) -> Self {
        let keeper = Arc::new(keeper);
        let mut dispatcher = self.on(move |delivery: Delivery<AppTicket>| {
            let keeper = keeper.clone();
            async move {
                // Read leniently, a missing ticket is an empty one; it must not replace a good one.
                if delivery.event.app_ticket.is_empty() {
                    return Err("the event holds no ticket".into());
                }
                keeper.keep(delivery).await
            }
        });
        if let Some(handler) = dispatcher.handlers.get_mut(AppTicket::TYPE) {
            handler.is_repeatable = true;
        }
        dispatcher
    }

    /// Remembers events elsewhere, such as where several machines look: a `RedisStore` does.
    pub fn seen_events(mut self, seen: impl SeenEvents) -> Self {
        self.seen = Some(Arc::new(seen));
        self
    }

    /// Remembers no events: one that is delivered again is handled again.
    pub fn without_seen_events(mut self) -> Self {
        self.seen = None;
        self
    }

    /// What checks and reads the requests.
    pub fn receiver(&self) -> &Receiver {
        &self.receiver
    }

    /// Receives a request and answers it; never fails, since Feishu learns of failures by the status.
    ///
    /// You learn of them by [`tracing`](https://docs.rs/tracing): refused requests and failed handlers are warnings, so
    /// install a subscriber, or call [`dispatch`](Self::dispatch) and look at its error.
    /// The types of requests and answers are those of [`http`](crate::http) 1.
    pub async fn handle<B: AsRef<[u8]>>(&self, request: Request<B>) -> Response<Bytes> {
        let (parts, body) = request.into_parts();
        let outcome = if parts.method == Method::POST {
            self.dispatch(&parts.headers, body.as_ref()).await
        } else {
            Err(EventError::new(Kind::Method, "the request is no POST"))
        };
        match outcome {
            Ok(Outcome::Challenge(challenge)) => answer(StatusCode::OK, challenge.answer()),
            Ok(Outcome::Answered(_, body)) => answer(StatusCode::OK, body),
            Ok(_) => answer(StatusCode::OK, json!({ "msg": "success" }).to_string()),
            Err(error) => {
                report(&error);
                answer(error.status(), json!({ "msg": error.public() }).to_string())
            }
        }
    }

    /// Receives the body of a POST and calls the handler, for programs that answer in their own way.
    ///
    /// # Errors
    ///
    /// If the request is refused, or its event was not handled and has to come again.
    pub async fn dispatch(&self, headers: &HeaderMap, body: &[u8]) -> Result<Outcome, EventError> {
        match self.receiver.receive(headers, body)? {
            Incoming::Challenge(challenge) => Ok(Outcome::Challenge(challenge)),
            Incoming::Event(delivery) => self.dispatch_delivery(delivery).await,
        }
    }

    /// Whether somebody waits for the answer of the handler for this type.
    #[cfg(feature = "long-connection")]
    pub(crate) fn is_callback(&self, event_type: &str) -> bool {
        self.handlers.get(event_type).is_some_and(|handler| handler.is_callback)
    }

    /// Calls the handler of an event whose sender is known.
    pub(crate) async fn dispatch_delivery(&self, delivery: Delivery<Value>) -> Result<Outcome, EventError> {
        let header = delivery.header.clone();
        let handler = self.handlers.get(header.event_type.as_str()).or(self.other.as_ref());
        let Some(handler) = handler else {
            return Ok(Outcome::Ignored(header));
        };
        // A callback comes once, and one that came again would need the answer once more.
        let is_remembered = !header.event_id.is_empty() && !handler.is_callback && !handler.is_repeatable;
        let Some(seen) = self.seen.as_ref().filter(|_| is_remembered) else {
            return Ok(match (handler.call)(delivery).await? {
                Some(answer) => Outcome::Answered(header, answer),
                None => Outcome::Handled(header),
            });
        };
        let failed = |error| EventError::new(Kind::Memory, "what remembers events failed").with_source(error);
        let mut claimed = Claimed::new(seen.clone(), header.event_id.clone());
        match claimed.claim().await.map_err(failed)? {
            Claim::Done => return Ok(Outcome::Repeated(header)),
            Claim::InProgress => {
                return Err(EventError::new(Kind::InProgress, "the event is being handled"));
            }
            Claim::New => {}
        }
        claimed.keep_while((handler.call)(delivery)).await?;
        claimed.finish().await;
        Ok(Outcome::Handled(header))
    }
}

impl fmt::Debug for Dispatcher {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut events: Vec<_> = self.handlers.keys().collect();
        events.sort_unstable();
        formatter
            .debug_struct("Dispatcher")
            .field("receiver", &self.receiver)
            .field("events", &events)
            .finish_non_exhaustive()
    }
}

/// Runs a handler; its failure or panic is an error.
fn settle<D, F, R, T>(
    handler: &Arc<F>,
    delivery: D,
    encode: fn(T) -> Result<Option<Bytes>, BoxError>,
) -> BoxFuture<'static, Handled>
where
    D: Send + 'static,
    F: Fn(D) -> R + Send + Sync + 'static,
    R: Future<Output = Result<T, BoxError>> + Send + 'static,
    T: 'static,
{
    let handler = handler.clone();
    Box::pin(async move {
        let start = || {
            let running = handler(delivery);
            async move { encode(running.await?) }
        };
        let failed = |error| EventError::new(Kind::Handler, "the handler of the event failed").with_source(error);
        caught(start).await.map_err(failed)
    })
}

/// The answer to a callback; an error is the handler's, whose answer cannot be JSON.
fn encode(answer: &impl serde::Serialize) -> Result<Bytes, BoxError> {
    let json = serde_json::to_string(answer)?;
    Ok(if json == "null" { Bytes::from_static(b"{}") } else { json.into() })
}

fn report(error: &EventError) {
    let status = error.status().as_u16();
    match std::error::Error::source(error) {
        Some(source) => tracing::warn!(status, %error, source, "an event was not handled"),
        None => tracing::warn!(status, %error, "an event was not handled"),
    }
}

fn answer(status: StatusCode, body: impl Into<Bytes>) -> Response<Bytes> {
    let mut response = Response::new(body.into());
    *response.status_mut() = status;
    let json = header::HeaderValue::from_static("application/json; charset=utf-8");
    response.headers_mut().insert(header::CONTENT_TYPE, json);
    response
}
