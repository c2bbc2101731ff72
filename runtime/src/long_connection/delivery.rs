//! One event: its handler, and what the platform is told.

use std::panic::AssertUnwindSafe;
use std::pin::pin;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use futures_util::FutureExt;
use serde_json::{Value, json};
use tokio::sync::mpsc;
use tokio::time::{Instant, timeout};

use super::frame::Frame;
use crate::event::{self, Dispatcher, EventError, Outcome, open_payload};

/// When the platform is told that an event was handled.
///
/// Feishu waits three seconds, then sends an event again, and shows the person an error for a callback.
/// One that comes again is known by its `event_id`, see
/// [`Dispatcher::seen_events`](crate::event::Dispatcher::seen_events).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Ack {
    /// When the handler is through, however long it takes.
    ///
    /// An event is never lost, even if the program dies; events with slow handlers are sent again meanwhile, and where
    /// machines do not share `seen_events`, another one may handle them too.
    AfterHandler,
    /// When the handler is through, or after this time, while the handler goes on.
    ///
    /// Events with slow handlers are not sent again; the price is that one whose handler fails after this time is not
    /// sent again either, nor is it if the program dies.
    AtDeadline(Duration),
}

impl Default for Ack {
    /// After 2.5 seconds at the latest.
    fn default() -> Self {
        Ack::AtDeadline(Duration::from_millis(2500))
    }
}

/// An event as it came.
#[derive(Debug)]
pub(crate) struct Delivery {
    /// The frame that completed it, which is what is answered; without its payload.
    pub(crate) frame: Frame,
    pub(crate) payload: Bytes,
}

/// The answer to an event that was handled, and does not ask for data.
pub(crate) const HANDLED: &str = r#"{"code":200}"#;
/// The answer to an event that has to come again.
pub(crate) const FAILED: &str = r#"{"code":500}"#;

/// What became of an event.
enum Verdict {
    Handled,
    /// A callback, and what its handler answers.
    Answered(Bytes),
    Failed,
}

impl Verdict {
    fn answer(&self) -> Bytes {
        match self {
            Verdict::Handled => HANDLED.into(),
            Verdict::Failed => FAILED.into(),
            // As text: the clients of Feishu want base64 here, and an array of numbers is an error to them.
            Verdict::Answered(data) => json!({ "code": 200, "data": STANDARD.encode(data) }).to_string().into(),
        }
    }
}

/// Calls the handler of an event and answers the platform.
pub(crate) async fn deliver(dispatcher: &Dispatcher, delivery: Delivery, ack: Ack, answers: mpsc::Sender<Vec<u8>>) {
    let Delivery { frame, payload } = delivery;
    let started = Instant::now();
    let answer = async |verdict: Verdict| {
        // When the connection is gone, the event comes again, and is known then.
        let _ = answers.send(frame.answer(started.elapsed(), verdict.answer()).encode()).await;
    };
    let event = match open_payload(&payload) {
        Ok(event) => event,
        Err(error) => return answer(failed(&error)).await,
    };
    // An empty answer: without `data`, the person sees an error.
    let early = match dispatcher.is_callback(&event.header.event_type) {
        true => Verdict::Answered(Bytes::from_static(b"{}")),
        false => Verdict::Handled,
    };
    let mut handling = pin!(handle(dispatcher, event));
    let verdict = match ack {
        Ack::AfterHandler => handling.await,
        Ack::AtDeadline(limit) => match timeout(limit, handling.as_mut()).await {
            Ok(verdict) => verdict,
            Err(_) => {
                answer(early).await;
                if let Verdict::Failed = handling.await {
                    let took = started.elapsed();
                    tracing::warn!(?took, "a handler failed after its event was acknowledged; it will not come again");
                }
                return;
            }
        },
    };
    answer(verdict).await;
}

async fn handle(dispatcher: &Dispatcher, event: event::Delivery<Value>) -> Verdict {
    // A handler that panics must not leave its event without an answer.
    match AssertUnwindSafe(dispatcher.dispatch_delivery(event)).catch_unwind().await {
        Ok(Ok(Outcome::Answered(_, data))) => Verdict::Answered(data),
        Ok(Ok(Outcome::Handled(_) | Outcome::Repeated(_) | Outcome::Ignored(_) | Outcome::Challenge(_))) => {
            Verdict::Handled
        }
        Ok(Err(error)) => failed(&error),
        Err(_) => {
            tracing::error!("the handler of an event panicked; the event is sent again");
            Verdict::Failed
        }
    }
}

fn failed(error: &EventError) -> Verdict {
    match std::error::Error::source(error) {
        Some(source) => tracing::warn!(%error, source, "an event was not handled"),
        None => tracing::warn!(%error, "an event was not handled"),
    }
    Verdict::Failed
}
