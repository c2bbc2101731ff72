//! Pushes: sent to one of the connections, again and again until they are acknowledged.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use serde_json::Value as Json;
use tokio::sync::{oneshot, watch};
use tokio::time::{sleep, timeout};

use super::Shared;
use super::http::SERVICE_ID;
use super::socket::Command;
use crate::long_connection::frame::{DATA, Frame};

/// An event that is pushed, or was.
#[derive(Clone)]
pub struct Push {
    state: watch::Receiver<Progress>,
}

/// How an event was acknowledged.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct PushAnswer {
    /// 200, or 500 for one that failed to the end; 0 if it was never answered.
    pub code: i64,
    /// What the handler of a callback answered.
    pub data: Option<Json>,
    /// How many times it was sent.
    pub deliveries: u32,
}

#[derive(Clone, Debug, Default)]
struct Progress {
    deliveries: u32,
    answer: Option<PushAnswer>,
}

/// What a client answered to a message.
pub(super) struct Acknowledgement {
    pub(super) payload: Bytes,
}

impl Push {
    /// Waits until it is acknowledged with 200, or will not be sent again.
    pub async fn answer(&self) -> PushAnswer {
        let mut state = self.state.clone();
        // Who pushes may be gone with its platform.
        let _ = state.wait_for(|progress| progress.answer.is_some()).await;
        let progress = state.borrow().clone();
        progress.answer.unwrap_or(PushAnswer { code: 0, data: None, deliveries: progress.deliveries })
    }

    /// How many times it was sent so far.
    pub fn deliveries(&self) -> u32 {
        self.state.borrow().deliveries
    }
}

pub(super) fn start(shared: &Arc<Shared>, r#type: String, event: &Json) -> Push {
    let (progress, state) = watch::channel(Progress::default());
    let payload = Bytes::from(event.to_string());
    let trace_id = event["header"]["event_id"].as_str().unwrap_or_default().to_owned();
    let pushing = push(shared.clone(), r#type, payload, trace_id, progress);
    shared.spawn(pushing);
    Push { state }
}

async fn push(
    shared: Arc<Shared>,
    r#type: String,
    payload: Bytes,
    trace_id: String,
    progress: watch::Sender<Progress>,
) {
    let settings = &shared.settings;
    for deliveries in 1.. {
        let message_id = uuid::Uuid::new_v4().simple().to_string();
        // A push goes to one of the connections, and there may be none for a while.
        let answered = send(&shared, &r#type, &message_id, &trace_id, &payload).await;
        progress.send_modify(|progress| progress.deliveries = deliveries);
        let answer = timeout(settings.ack_timeout, answered).await.ok().and_then(Result::ok);
        shared.state().waiting.remove(&message_id);
        let (code, data) = answer.map_or((0, None), |answer| read(&answer.payload));
        if code == 200 || deliveries >= settings.max_deliveries {
            let answer = Some(PushAnswer { code, data, deliveries });
            progress.send_modify(|progress| progress.answer = answer);
            break;
        }
        sleep(settings.redelivery).await;
    }
}

/// Sends the parts of a message over one connection, in any order, once there is a connection.
async fn send(
    shared: &Shared,
    r#type: &str,
    message_id: &str,
    trace_id: &str,
    payload: &Bytes,
) -> oneshot::Receiver<Acknowledgement> {
    loop {
        let (sender, answered) = oneshot::channel();
        let is_sent = {
            let mut state = shared.state();
            let connections: Vec<_> = state.connections.values().collect();
            let connection = fastrand::choice(connections).cloned();
            state.waiting.insert(message_id.to_owned(), sender);
            connection.is_some_and(|connection| {
                let frames = frames(shared, r#type, message_id, trace_id, payload);
                frames.into_iter().all(|frame| connection.send(Command::Send(frame.encode().into())).is_ok())
            })
        };
        if is_sent {
            return answered;
        }
        let _ = shared.open.subscribe().wait_for(|open| *open > 0).await;
        tokio::task::yield_now().await;
    }
}

fn frames(shared: &Shared, r#type: &str, message_id: &str, trace_id: &str, payload: &Bytes) -> Vec<Frame> {
    static NUMBER: AtomicU64 = AtomicU64::new(1 << 53);
    let sum = shared.settings.parts.min(payload.len()).max(1);
    let size = payload.len().div_ceil(sum);
    let mut frames: Vec<Frame> = (0..sum)
        .map(|seq| {
            let header = |key: &str, value: String| (key.to_owned(), value);
            let (begin, end) = ((seq * size).min(payload.len()), ((seq + 1) * size).min(payload.len()));
            Frame {
                // More than 53 bits, which some clients cut.
                seq_id: NUMBER.fetch_add(1, Ordering::Relaxed),
                log_id: NUMBER.fetch_add(1, Ordering::Relaxed),
                service: SERVICE_ID,
                method: DATA,
                headers: vec![
                    header("type", r#type.to_owned()),
                    header("message_id", message_id.to_owned()),
                    header("sum", sum.to_string()),
                    header("seq", seq.to_string()),
                    header("trace_id", trace_id.to_owned()),
                    header("instance_id", "loopback-1".to_owned()),
                ],
                payload: Some(payload.slice(begin..end)),
                ..Frame::default()
            }
        })
        .collect();
    fastrand::shuffle(&mut frames);
    frames
}

fn read(payload: &[u8]) -> (i64, Option<Json>) {
    let answer: Json = serde_json::from_slice(payload).unwrap_or_default();
    let data = answer["data"].as_str().and_then(|data| STANDARD.decode(data).ok());
    let data = data.and_then(|data| serde_json::from_slice(&data).ok());
    (answer["code"].as_i64().unwrap_or(0), data)
}

impl fmt::Debug for Push {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Push").field("deliveries", &self.deliveries()).finish_non_exhaustive()
    }
}
