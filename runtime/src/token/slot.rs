//! One token, renewed by one caller for all who wait.

use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use tokio::sync::Mutex;
use tokio::time::Instant;

use crate::error::Error;

use super::Token;

/// After a failed renewal, a token that still works is used this long before the
/// next try.
const PAUSE_AFTER_FAILURE: Duration = Duration::from_secs(10);

/// The place of one token.
///
/// Reading the current token takes no lock that anybody holds for long.
/// Renewal is single-flight: one caller fetches, those who came meanwhile get
/// the same result, be it a token or an error.
/// There is no background task: if the fetching caller gives up, the next one
/// that waits fetches.
#[derive(Debug, Default)]
pub(crate) struct Slot {
    current: RwLock<Option<Arc<Token>>>,
    renewal: Mutex<Renewal>,
    /// The last token that the server rejected.
    rejected: RwLock<Option<Arc<str>>>,
    /// Counts finished renewals; read without the lock of `renewal`.
    finished: std::sync::atomic::AtomicU64,
}

#[derive(Debug, Default)]
struct Renewal {
    failure: Option<Error>,
    /// No renewal before, as long as the current token works.
    not_before: Option<Instant>,
}

impl Slot {
    /// The current token, if it needs no renewal.
    pub(crate) fn fresh(&self) -> Option<Arc<Token>> {
        self.current().filter(|token| token.is_fresh())
    }

    fn current(&self) -> Option<Arc<Token>> {
        let current = self.current.read().unwrap_or_else(PoisonError::into_inner);
        current.clone()
    }

    fn put(&self, token: Option<Arc<Token>>) {
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = token;
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
    pub(crate) async fn renew(&self, fetch: impl Future<Output = Result<Token, Error>>) -> Result<Arc<Token>, Error> {
        use std::sync::atomic::Ordering::{Acquire, Release};

        let finished = self.finished.load(Acquire);
        let mut renewal = match self.renewal.try_lock() {
            Ok(renewal) => renewal,
            // Somebody renews already: a token that still works will do.
            Err(_) => match self.current().filter(|token| token.is_usable()) {
                Some(token) => return Ok(token),
                None => self.renewal.lock().await,
            },
        };
        if let Some(token) = self.fresh() {
            return Ok(token);
        }
        let usable = self.current().filter(|token| token.is_usable());
        if let (Some(token), Some(not_before)) = (&usable, renewal.not_before)
            && Instant::now() < not_before
        {
            return Ok(token.clone());
        }
        // A renewal that failed while this caller waited failed for it as well.
        if self.finished.load(Acquire) != finished
            && let Some(failure) = &renewal.failure
        {
            return Err(failure.clone());
        }
        let result = fetch.await;
        self.finished.fetch_add(1, Release);
        match result {
            Ok(token) => {
                let token = Arc::new(token);
                self.put(Some(token.clone()));
                renewal.failure = None;
                renewal.not_before = None;
                Ok(token)
            }
            Err(error) => {
                renewal.not_before = Some(Instant::now() + PAUSE_AFTER_FAILURE);
                match usable {
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
}
