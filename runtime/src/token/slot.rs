//! One token, renewed once for all callers that need it.

use std::ops::ControlFlow;
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::time::Duration;

use http::HeaderValue;
use tokio::time::{Instant, timeout};
use tracing::Instrument;

use crate::error::{Error, Kind};
use crate::transport::BoxFuture;

use super::Token;
use super::attempt::{Attempt, Reporter};

/// After a failed renewal, a token that still works is used this long before the
/// next try.
const PAUSE_AFTER_FAILURE: Duration = Duration::from_secs(10);

/// The caller that begins a renewal waits at most this long for it while the old token works.
const MOMENT: Duration = Duration::from_millis(500);

/// The place of one token.
///
/// - Reading the current token takes no lock that anybody holds for long.
/// - Renewal is single-flight: one caller begins it, the others get the same result, be it a token or an error.
/// - While the old token works, nobody waits for a renewal, except for the moment that a healthy one takes.
#[derive(Default)]
pub(crate) struct Slot {
    current: RwLock<Current>,
    renewal: Mutex<Renewal>,
}

#[derive(Default)]
struct Current {
    token: Option<Arc<Token>>,
    /// Each login and each logout begins a new one: what a renewal of an earlier generation brings is not kept.
    generation: u64,
    /// The last token that was dropped because the server rejected it.
    rejected: Option<HeaderValue>,
}

#[derive(Default)]
struct Renewal {
    /// The attempt that began last.
    last: Option<Attempt>,
    /// No renewal before this moment, as long as the current token works.
    not_before: Option<Instant>,
}

/// What a caller without a fresh token does.
enum Next {
    /// Takes this token.
    Use(Arc<Token>),
    /// Waits for a renewal that another caller began.
    Join(Attempt),
    /// Begins a renewal; `old` is a token that works meanwhile.
    Begin { attempt: Attempt, reporter: Reporter, old: Option<Arc<Token>>, is_last_cut_short: bool },
}

impl AsRef<Slot> for Slot {
    fn as_ref(&self) -> &Slot {
        self
    }
}

impl Slot {
    /// The current token, if it needs no renewal.
    pub(crate) fn fresh(&self) -> Option<Arc<Token>> {
        self.current().filter(|token| token.is_fresh())
    }

    /// Whether there is a token that works, be it fresh or not.
    pub(crate) fn has_usable(&self) -> bool {
        self.usable().is_some()
    }

    fn usable(&self) -> Option<Arc<Token>> {
        self.current().filter(|token| token.is_usable())
    }

    fn current(&self) -> Option<Arc<Token>> {
        self.read().token.clone()
    }

    fn read(&self) -> RwLockReadGuard<'_, Current> {
        self.current.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn change(&self) -> RwLockWriteGuard<'_, Current> {
        self.current.write().unwrap_or_else(PoisonError::into_inner)
    }

    fn renewal(&self) -> MutexGuard<'_, Renewal> {
        self.renewal.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The generation in which a renewal begins.
    pub(crate) fn generation(&self) -> u64 {
        self.read().generation
    }

    /// Makes this the current token, unless a new generation has begun.
    pub(crate) fn keep(&self, token: Token, generation: u64) -> Arc<Token> {
        let token = Arc::new(token);
        let mut current = self.change();
        if current.generation == generation {
            current.token = Some(token.clone());
        }
        token
    }

    /// Ends this generation, and every other that has begun since.
    ///
    /// The next caller asks the store, unless there is a token.
    #[cfg(feature = "sessions")]
    pub(crate) fn end_generation(&self, generation: u64, token: Option<Token>) {
        let mut current = self.change();
        current.token = token.filter(|_| current.generation == generation).map(Arc::new);
        current.generation += 1;
    }

    /// Whether a token that the server rejected may be replaced; if so, it is dropped.
    ///
    /// A token that is seconds old has not expired, and the next one would be rejected too: the server means something
    /// else. So no slot is renewed in vain more than once a minute.
    pub(crate) fn reject(&self, rejected: &Token) -> bool {
        let mut current = self.change();
        match &current.token {
            // It was replaced already.
            Some(token) if token.header != rejected.header => return true,
            // The server may have given the same token again, so its own age counts.
            Some(token) if token.is_young() => return false,
            _ => {}
        }
        current.token = None;
        current.rejected = Some(rejected.header.clone());
        true
    }

    /// Whether the server rejected this token: a store may offer it again.
    pub(crate) fn is_rejected(&self, token: &Token) -> bool {
        self.read().rejected.as_ref() == Some(&token.header)
    }

    /// The current token, or the one that `fetch` gets for all callers that need it.
    ///
    /// A renewal that began also ends, even if its caller gives up: a token that was given out is not lost, a lock is
    /// given back, and later callers wait for the same renewal.
    ///
    /// `fetch` learns whether a renewal before came to nothing, which may still have its lock.
    pub(crate) async fn renew<S: AsRef<Slot> + Send + Sync + 'static>(
        place: &Arc<S>,
        fetch: impl Fn(bool) -> BoxFuture<'static, Result<Token, Error>>,
    ) -> Result<Arc<Token>, Error> {
        let slot: &Slot = (**place).as_ref();
        let generation = slot.generation();
        let mut may_be_locked = false;
        loop {
            match slot.next(generation) {
                Next::Use(token) => return Ok(token),
                Next::Join(mut attempt) => match attempt.joined().await {
                    ControlFlow::Break(result) => return result,
                    ControlFlow::Continue(()) => {
                        slot.give_up_on(&attempt);
                        may_be_locked = true;
                    }
                },
                Next::Begin { mut attempt, reporter, old, is_last_cut_short } => {
                    let (place, fetch) = (place.clone(), fetch(may_be_locked || is_last_cut_short));
                    let task = async move { (*place).as_ref().carry_out(reporter, generation, fetch).await };
                    tokio::spawn(task.in_current_span());
                    return match old {
                        Some(old) => timeout(MOMENT, attempt.own()).await.unwrap_or(Ok(old)),
                        None => attempt.own().await,
                    };
                }
            }
        }
    }

    fn next(&self, generation: u64) -> Next {
        let mut renewal = self.renewal();
        if let Some(token) = self.fresh() {
            return Next::Use(token);
        }
        let old = self.usable();
        // A renewal that began before a login says nothing about the session of now.
        let last = renewal.last.as_ref().filter(|attempt| attempt.generation() >= generation);
        match (&old, last) {
            // Even if it hangs: another one would hang as well.
            (Some(token), Some(attempt)) if attempt.is_running() => return Next::Use(token.clone()),
            (Some(token), _) if renewal.not_before.is_some_and(|moment| Instant::now() < moment) => {
                return Next::Use(token.clone());
            }
            (None, Some(attempt)) if attempt.may_be_joined() => return Next::Join(attempt.clone()),
            _ => {}
        }
        let (reporter, attempt) = Attempt::begin(generation);
        let last = renewal.last.replace(attempt.clone());
        let is_last_cut_short = last.is_some_and(|last| last.was_cut_short());
        Next::Begin { attempt, reporter, old, is_last_cut_short }
    }

    /// Nobody waits for this attempt any more.
    fn give_up_on(&self, attempt: &Attempt) {
        self.renewal().last.take_if(|last| last.is_same(attempt));
    }

    async fn carry_out(&self, reporter: Reporter, generation: u64, fetch: BoxFuture<'static, Result<Token, Error>>) {
        // Apart from this task, so that a panic of a store or a transport is an error for all who wait.
        let fetched = reporter.watch(pin!(Slot::on_its_own(fetch))).await;
        let result = match fetched {
            Ok(token) => {
                self.renewal().not_before = None;
                Ok(self.keep(token, generation))
            }
            Err(error) => {
                self.renewal().not_before = Some(Instant::now() + PAUSE_AFTER_FAILURE);
                match self.usable() {
                    Some(token) => {
                        tracing::warn!(%error, "a token could not be renewed, the old one still works");
                        Ok(token)
                    }
                    None => Err(error),
                }
            }
        };
        reporter.finish(result);
    }

    /// Fetches in a task of its own, which goes on if the caller gives up.
    pub(crate) async fn on_its_own(fetch: BoxFuture<'static, Result<Token, Error>>) -> Result<Token, Error> {
        tokio::spawn(fetch.in_current_span()).await.unwrap_or_else(|error| Err(cut_short().with_source(error)))
    }
}

pub(super) fn cut_short() -> Error {
    Error::new(Kind::Transport, "the renewal of a token was cut short")
}
