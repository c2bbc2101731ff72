//! One token, renewed by one caller for all who wait.

use std::pin::pin;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::{Acquire, Release};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::time::Duration;

use tokio::sync::{Mutex, OwnedMutexGuard};
use tokio::time::{Instant, timeout};
use tracing::Instrument;

use crate::error::{Error, Kind};
use crate::transport::BoxFuture;

use super::Token;

/// After a failed renewal, a token that still works is used this long before the
/// next try.
const PAUSE_AFTER_FAILURE: Duration = Duration::from_secs(10);

/// One renewal keeps others from beginning for so long at most.
///
/// A store or a server that answers in time has done so by then; after one that hangs, the next caller begins anew.
const LONGEST_TURN: Duration = Duration::from_secs(30);

/// The place of one token.
///
/// Reading the current token takes no lock that anybody holds for long.
/// Renewal is single-flight: one caller fetches, those who came meanwhile get
/// the same result, be it a token or an error.
#[derive(Default)]
pub(crate) struct Slot {
    current: RwLock<Current>,
    renewal: Arc<Mutex<Renewal>>,
    /// The last token that the server rejected.
    rejected: RwLock<Option<Arc<str>>>,
    /// Counts finished renewals; read without the lock of `renewal`.
    finished: AtomicU64,
}

#[derive(Default)]
struct Current {
    token: Option<Arc<Token>>,
    /// A new one begins whenever somebody logs in or out: what a renewal of an earlier one brings must not stay.
    era: u64,
}

#[derive(Default)]
struct Renewal {
    /// Why the last one failed, and the era in which it began.
    failure: Option<(Error, u64)>,
    /// No renewal before, as long as the current token works.
    not_before: Option<Instant>,
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

    /// The era that a renewal begins in.
    pub(crate) fn era(&self) -> u64 {
        self.read().era
    }

    /// Makes this the current token, unless a new era has begun.
    pub(crate) fn keep(&self, token: Token, era: u64) -> Arc<Token> {
        let token = Arc::new(token);
        let mut current = self.change();
        if current.era == era {
            current.token = Some(token.clone());
        }
        token
    }

    /// Ends this era, and every other that has begun since; the next caller asks the store unless there is a token.
    #[cfg(feature = "sessions")]
    pub(crate) fn end_era(&self, era: u64, token: Option<Token>) {
        let mut current = self.change();
        current.token = token.filter(|_| current.era == era).map(Arc::new);
        current.era += 1;
    }

    /// Drops the token if it is still the current one.
    pub(crate) fn reject(&self, rejected: &Token) {
        self.change().token.take_if(|token| token.secret() == rejected.secret());
        let mut last = self.rejected.write().unwrap_or_else(PoisonError::into_inner);
        *last = Some(rejected.secret.clone());
    }

    /// Whether the server rejected this token: a store may give it once more.
    pub(crate) fn is_rejected(&self, token: &Token) -> bool {
        let rejected = self.rejected.read().unwrap_or_else(PoisonError::into_inner);
        rejected.as_deref() == Some(token.secret())
    }

    /// The current token, or the one that `fetch` gets for all who wait.
    ///
    /// What `fetch` begins it also ends, even if the caller gives up: a token that was given out is not lost, a lock is
    /// given back, and whoever comes next waits for the same fetch.
    pub(crate) async fn renew<S: AsRef<Slot> + Send + Sync + 'static>(
        place: &Arc<S>,
        fetch: BoxFuture<'static, Result<Token, Error>>,
    ) -> Result<Arc<Token>, Error> {
        let slot: &Slot = (**place).as_ref();
        let (era, finished) = (slot.era(), slot.finished.load(Acquire));
        let renewal = match slot.renewal.clone().try_lock_owned() {
            Ok(renewal) => renewal,
            // Somebody renews already: a token that still works will do.
            Err(_) => match slot.usable() {
                Some(token) => return Ok(token),
                None => slot.renewal.clone().lock_owned().await,
            },
        };
        if let Some(result) = slot.without_renewal(&renewal, era, finished) {
            return result;
        }
        let place = place.clone();
        let task = async move { (*place).as_ref().carry_out(renewal, era, fetch).await };
        tokio::spawn(task.in_current_span()).await.unwrap_or_else(cut_short)
    }

    /// What became of another renewal, if that makes one needless.
    fn without_renewal(&self, renewal: &Renewal, era: u64, finished_before: u64) -> Option<Result<Arc<Token>, Error>> {
        if let Some(token) = self.fresh() {
            return Some(Ok(token));
        }
        if let (Some(token), Some(not_before)) = (self.usable(), renewal.not_before)
            && Instant::now() < not_before
        {
            return Some(Ok(token));
        }
        // A renewal that failed while this caller waited failed for it as well, unless it began before a login.
        let has_waited = self.finished.load(Acquire) != finished_before;
        let failure = renewal.failure.as_ref().filter(|(_, began_in)| has_waited && *began_in >= era);
        failure.map(|(failure, _)| Err(failure.clone()))
    }

    async fn carry_out(
        &self,
        mut renewal: OwnedMutexGuard<Renewal>,
        era: u64,
        fetch: BoxFuture<'static, Result<Token, Error>>,
    ) -> Result<Arc<Token>, Error> {
        // Apart from this task, so that a panic of a store or a transport is an error for all who wait.
        let mut fetch = pin!(Slot::on_its_own(fetch));
        let Ok(result) = timeout(LONGEST_TURN, fetch.as_mut()).await else {
            drop(renewal);
            return Ok(self.keep(fetch.await?, era));
        };
        self.finished.fetch_add(1, Release);
        match result {
            Ok(token) => {
                renewal.failure = None;
                renewal.not_before = None;
                Ok(self.keep(token, era))
            }
            Err(error) => {
                renewal.not_before = Some(Instant::now() + PAUSE_AFTER_FAILURE);
                match self.usable() {
                    Some(token) => {
                        tracing::warn!(%error, "a token could not be renewed, the old one still works");
                        Ok(token)
                    }
                    None => {
                        renewal.failure = Some((error.clone(), era));
                        Err(error)
                    }
                }
            }
        }
    }

    /// Fetches in a task of its own, which goes on if the caller gives up.
    pub(crate) async fn on_its_own(fetch: BoxFuture<'static, Result<Token, Error>>) -> Result<Token, Error> {
        tokio::spawn(fetch.in_current_span()).await.unwrap_or_else(cut_short)
    }
}

fn cut_short<T>(error: tokio::task::JoinError) -> Result<T, Error> {
    Err(Error::new(Kind::Transport, "the renewal of a token was cut short").with_source(error))
}
