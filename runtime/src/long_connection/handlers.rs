//! The handlers that run, which outlive the connection over which their events came.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::task::{JoinError, JoinSet};
use tokio::time::{Instant, timeout_at};

use super::delivery::{Ack, Delivery, deliver};
use crate::event::Dispatcher;

/// How many bytes of events may be handled at a time.
const MAX_BYTES: usize = 64 * 1024 * 1024;

/// The handlers that run; dropped with them when `run` is given up.
pub(crate) struct Handlers {
    dispatcher: Arc<Dispatcher>,
    ack: Ack,
    max: usize,
    running: JoinSet<()>,
    bytes: Arc<AtomicUsize>,
}

impl Handlers {
    pub(crate) fn new(dispatcher: Arc<Dispatcher>, ack: Ack, max: usize) -> Self {
        Handlers { dispatcher, ack, max, running: JoinSet::new(), bytes: Arc::default() }
    }

    pub(crate) fn len(&self) -> usize {
        self.running.len()
    }

    /// Whether one more event can be handled without too many at a time.
    pub(crate) fn has_room_for(&mut self, delivery: &Delivery) -> bool {
        while let Some(result) = self.running.try_join_next() {
            report(result);
        }
        let bytes = self.bytes.load(Ordering::Relaxed) + delivery.payload.len();
        self.running.len() < self.max && bytes <= MAX_BYTES
    }

    pub(crate) fn start(&mut self, delivery: Delivery, answers: mpsc::Sender<Vec<u8>>) {
        let counted = Counted::new(&self.bytes, delivery.payload.len());
        let (dispatcher, ack) = (self.dispatcher.clone(), self.ack);
        self.running.spawn(async move {
            deliver(&dispatcher, delivery, ack, answers).await;
            drop(counted);
        });
    }

    /// Returns when a handler has finished; never, while none runs.
    pub(crate) async fn finished(&mut self) {
        match self.running.join_next().await {
            Some(result) => report(result),
            None => std::future::pending().await,
        }
    }

    /// Lets handlers finish for some time, then drops them.
    pub(crate) async fn drain(&mut self, limit: Duration) {
        let deadline = Instant::now() + limit;
        while let Ok(Some(result)) = timeout_at(deadline, self.running.join_next()).await {
            report(result);
        }
        let left = self.running.len();
        if left > 0 {
            tracing::warn!(left, "handlers did not finish in time and were dropped; their events are sent again");
        }
        self.running.shutdown().await;
    }
}

impl fmt::Debug for Handlers {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Handlers").field("running", &self.running.len()).finish_non_exhaustive()
    }
}

fn report(result: Result<(), JoinError>) {
    if let Err(error) = result {
        tracing::error!(%error, "the handler of an event panicked; the event is sent again");
    }
}

/// Counts bytes as long as it lives.
struct Counted {
    all: Arc<AtomicUsize>,
    bytes: usize,
}

impl Counted {
    fn new(all: &Arc<AtomicUsize>, bytes: usize) -> Self {
        all.fetch_add(bytes, Ordering::Relaxed);
        Counted { all: all.clone(), bytes }
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.all.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}
