//! Remembers events, since Feishu delivers each at least once.

use std::collections::{HashSet, VecDeque};
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::BoxError;
use crate::transport::BoxFuture;

/// Remembers which events were handled, so that one that is delivered again is not handled again.
///
/// An event is claimed before its handler runs and finished after it succeeded.
/// A store that several machines share lets claims expire, for a machine may die between the two.
pub trait SeenEvents: Send + Sync + 'static {
    /// Claims an event, unless somebody has it or is through with it; this must be one atomic step.
    fn claim<'a>(&'a self, event_id: &'a str) -> BoxFuture<'a, Result<Claim, BoxError>>;

    /// Remembers that a claimed event was handled.
    fn finish<'a>(&'a self, event_id: &'a str) -> BoxFuture<'a, Result<(), BoxError>>;

    /// Gives a claim back, since the handler failed or was dropped half-way.
    ///
    /// It cannot wait, because it runs when a future is dropped; a shared store may leave it to the expiry of claims.
    fn release(&self, event_id: &str);
}

/// What became of an attempt to claim an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Claim {
    /// It is new; handle it.
    New,
    /// Somebody is at it.
    InProgress,
    /// It was handled before.
    Done,
}

/// Remembers the last events in memory; a clone shares them.
#[derive(Clone)]
pub struct MemorySeenEvents {
    state: Arc<Mutex<State>>,
    capacity: usize,
}

#[derive(Default)]
struct State {
    in_progress: HashSet<String>,
    done: HashSet<Arc<str>>,
    /// The same, the oldest first.
    order: VecDeque<Arc<str>>,
}

impl MemorySeenEvents {
    /// Remembers as many handled events as `capacity` says, and then forgets the oldest.
    pub fn new(capacity: usize) -> Self {
        MemorySeenEvents { state: Arc::default(), capacity }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn claim_now(&self, event_id: &str) -> Claim {
        let mut state = self.state();
        if state.done.contains(event_id) {
            Claim::Done
        } else if state.in_progress.insert(event_id.to_owned()) {
            Claim::New
        } else {
            Claim::InProgress
        }
    }

    fn finish_now(&self, event_id: &str) {
        let mut state = self.state();
        state.in_progress.remove(event_id);
        let event_id: Arc<str> = event_id.into();
        if state.done.insert(event_id.clone()) {
            state.order.push_back(event_id);
        }
        while state.order.len() > self.capacity {
            if let Some(oldest) = state.order.pop_front() {
                state.done.remove(&oldest);
            }
        }
    }
}

impl Default for MemorySeenEvents {
    /// Remembers 10,000 events.
    fn default() -> Self {
        MemorySeenEvents::new(10_000)
    }
}

impl SeenEvents for MemorySeenEvents {
    fn claim<'a>(&'a self, event_id: &'a str) -> BoxFuture<'a, Result<Claim, BoxError>> {
        Box::pin(std::future::ready(Ok(self.claim_now(event_id))))
    }

    fn finish<'a>(&'a self, event_id: &'a str) -> BoxFuture<'a, Result<(), BoxError>> {
        self.finish_now(event_id);
        Box::pin(std::future::ready(Ok(())))
    }

    fn release(&self, event_id: &str) {
        self.state().in_progress.remove(event_id);
    }
}

impl fmt::Debug for MemorySeenEvents {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let done = self.state().done.len();
        formatter.debug_struct("MemorySeenEvents").field("done", &done).field("capacity", &self.capacity).finish()
    }
}
