//! Remembers events, since Feishu delivers each at least once.

use std::collections::{HashMap, HashSet, VecDeque};
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use super::BoxError;
use crate::transport::BoxFuture;

/// How long a claim lasts unless its owner extends it, as a dispatcher does while the handler runs.
///
/// A process that has not extended its claim for so long is taken to have died.
pub(crate) const CLAIM_LEASE: Duration = Duration::from_secs(60);

/// How long a handled event is remembered: Feishu delivers it again within little more than seven hours, if at all.
pub(crate) const REMEMBERED: Duration = Duration::from_secs(12 * 60 * 60);

/// Remembers which events were handled, so that one that is delivered again is not handled again.
///
/// An event is claimed before its handler runs and finished after it succeeded.
/// Claims end by themselves after a minute, for a process may die between the two; a dispatcher extends its claim every
/// 20 seconds while the handler runs, for half an hour at most.
pub trait SeenEvents: Send + Sync + 'static {
    /// Claims an event for `owner`, or extends the claim that this owner has for another minute.
    ///
    /// Every delivery of an event is another owner.
    /// The result is [`Claim::New`] if the owner has the claim now.
    /// This must be one atomic step.
    fn claim<'a>(&'a self, event_id: &'a str, owner: &'a str) -> BoxFuture<'a, Result<Claim, BoxError>>;

    /// Remembers that an event was handled, whoever has the claim now.
    fn finish<'a>(&'a self, event_id: &'a str) -> BoxFuture<'a, Result<(), BoxError>>;

    /// Gives the claim of `owner` back, if this owner has it: the handler failed or was dropped half-way.
    ///
    /// It cannot wait, because it runs when a future is dropped; a shared store may leave it to the end of the claim.
    fn release(&self, event_id: &str, owner: &str);
}

/// What became of an attempt to claim an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Claim {
    /// It is new, and now claimed; handle it.
    New,
    /// Another handler is processing it.
    InProgress,
    /// It was handled before.
    Done,
}

/// Remembers events in memory for twelve hours, as long as there are not too many; a clone shares them.
///
/// An event takes about 110 bytes.
#[derive(Clone)]
pub struct MemorySeenEvents {
    state: Arc<Mutex<State>>,
    capacity: usize,
}

#[derive(Default)]
struct State {
    claims: HashMap<String, ClaimedBy>,
    done: HashSet<Arc<str>>,
    /// The same and when they were handled, the oldest first.
    order: VecDeque<(Arc<str>, Instant)>,
}

struct ClaimedBy {
    owner: String,
    until: Instant,
}

impl State {
    /// Forgets what is older than twelve hours, and the oldest of what is too much.
    fn forget(&mut self, capacity: usize, now: Instant) {
        let is_over = |handled: &Instant| now.saturating_duration_since(*handled) >= REMEMBERED;
        while self.order.front().is_some_and(|(_, handled)| self.order.len() > capacity || is_over(handled)) {
            if let Some((oldest, _)) = self.order.pop_front() {
                self.done.remove(&oldest);
            }
        }
    }
}

impl MemorySeenEvents {
    /// Remembers at most as many handled events as `capacity` says, and forgets the oldest when there are more.
    pub fn new(capacity: usize) -> Self {
        MemorySeenEvents { state: Arc::default(), capacity }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn claim_now(&self, event_id: &str, owner: &str) -> Claim {
        let now = Instant::now();
        let mut state = self.state();
        state.forget(self.capacity, now);
        if state.done.contains(event_id) {
            return Claim::Done;
        }
        let is_taken = |claim: &ClaimedBy| claim.owner != owner && now < claim.until;
        if state.claims.get(event_id).is_some_and(is_taken) {
            return Claim::InProgress;
        }
        let claim = ClaimedBy { owner: owner.to_owned(), until: now + CLAIM_LEASE };
        state.claims.insert(event_id.to_owned(), claim);
        Claim::New
    }

    fn finish_now(&self, event_id: &str) {
        let now = Instant::now();
        let mut state = self.state();
        state.claims.remove(event_id);
        let event_id: Arc<str> = event_id.into();
        if state.done.insert(event_id.clone()) {
            state.order.push_back((event_id, now));
        }
        state.forget(self.capacity, now);
    }
}

impl Default for MemorySeenEvents {
    /// Remembers the last 100,000 events of twelve hours.
    fn default() -> Self {
        MemorySeenEvents::new(100_000)
    }
}

impl SeenEvents for MemorySeenEvents {
    fn claim<'a>(&'a self, event_id: &'a str, owner: &'a str) -> BoxFuture<'a, Result<Claim, BoxError>> {
        Box::pin(std::future::ready(Ok(self.claim_now(event_id, owner))))
    }

    fn finish<'a>(&'a self, event_id: &'a str) -> BoxFuture<'a, Result<(), BoxError>> {
        self.finish_now(event_id);
        Box::pin(std::future::ready(Ok(())))
    }

    fn release(&self, event_id: &str, owner: &str) {
        let mut state = self.state();
        if state.claims.get(event_id).is_some_and(|claim| claim.owner == owner) {
            state.claims.remove(event_id);
        }
    }
}

impl fmt::Debug for MemorySeenEvents {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let done = self.state().done.len();
        formatter.debug_struct("MemorySeenEvents").field("done", &done).field("capacity", &self.capacity).finish()
    }
}
