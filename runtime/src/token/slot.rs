//! One token, renewed by one caller for all who wait.

use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::{Acquire, Release};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use tokio::sync::Mutex;
use tokio::time::Instant;
use tracing::Instrument;

use crate::error::{Error, Kind};

use super::Token;

/// After a failed renewal, a token that still works is used this long before the
/// next try.
const PAUSE_AFTER_FAILURE: Duration = Duration::from_secs(10);

/// The place of one token.
///
/// Reading the current token takes no lock that anybody holds for long.
/// Renewal is single-flight: one caller fetches, those who came meanwhile get
/// the same result, be it a token or an error.
#[derive(Debug, Default)]
pub(crate) struct Slot {
    current: RwLock<Option<Arc<Token>>>,
    renewal: Mutex<Renewal>,
    /// The last token that the server rejected.
    rejected: RwLock<Option<Arc<str>>>,
    /// Counts finished renewals; read without the lock of `renewal`.
    finished: AtomicU64,
}

#[derive(Debug, Default)]
struct Renewal {
    failure: Option<Error>,
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
        let current = self.current.read().unwrap_or_else(PoisonError::into_inner);
        current.clone()
    }

    /// Makes this the current token.
    pub(crate) fn keep(&self, token: Token) -> Arc<Token> {
        let token = Arc::new(token);
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = Some(token.clone());
        token
    }

    /// Drops the current token, so that the next caller asks the store.
    #[cfg(feature = "sessions")]
    pub(crate) fn clear(&self) {
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// Drops the token if it is still the current one.
    pub(crate) fn reject(&self, rejected: &Token) {
        let mut current = self.current.write().unwrap_or_else(PoisonError::into_inner);
        let is_current = current.as_ref().is_some_and(|token| token.secret() == rejected.secret());
        if is_current {
            *current = None;
        }
        drop(current);
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
    /// What `fetch` begins it also ends, even if the caller gives up: a token that was given out is not lost, and a
    /// lock is given back.
    pub(crate) async fn renew(
        &self,
        fetch: impl Future<Output = Result<Token, Error>> + Send + 'static,
    ) -> Result<Arc<Token>, Error> {
        let finished = self.finished.load(Acquire);
        let mut renewal = match self.renewal.try_lock() {
            Ok(renewal) => renewal,
            // Somebody renews already: a token that still works will do.
            Err(_) => match self.usable() {
                Some(token) => return Ok(token),
                None => self.renewal.lock().await,
            },
        };
        if let Some(token) = self.fresh() {
            return Ok(token);
        }
        if let (Some(token), Some(not_before)) = (self.usable(), renewal.not_before)
            && Instant::now() < not_before
        {
            return Ok(token);
        }
        // A renewal that failed while this caller waited failed for it as well.
        if self.finished.load(Acquire) != finished
            && let Some(failure) = &renewal.failure
        {
            return Err(failure.clone());
        }
        let result = Slot::on_its_own(fetch).await;
        self.finished.fetch_add(1, Release);
        match result {
            Ok(token) => {
                renewal.failure = None;
                renewal.not_before = None;
                Ok(self.keep(token))
            }
            Err(error) => {
                renewal.not_before = Some(Instant::now() + PAUSE_AFTER_FAILURE);
                match self.usable() {
                    Some(token) => {
                        tracing::warn!(%error, "a token could not be renewed, the old one still works");
                        Ok(token)
                    }
                    None => {
                        renewal.failure = Some(error.clone());
                        Err(error)
                    }
                }
            }
        }
    }

    /// Fetches in a task of its own, which goes on if the caller gives up.
    pub(crate) async fn on_its_own(
        fetch: impl Future<Output = Result<Token, Error>> + Send + 'static,
    ) -> Result<Token, Error> {
        let task = tokio::spawn(fetch.in_current_span());
        task.await.unwrap_or_else(|error| {
            let message = "the renewal of a token was cut short";
            Err(Error::new(Kind::Transport, message).with_source(error))
        })
    }
}
