//! One renewal for all clients that share a token store.

use std::fmt;
use std::ops::ControlFlow;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, sleep, timeout};

use crate::error::{Error, Kind};
use crate::transport::BoxFuture;

use super::careful::CarefulStore;
use super::{StoreError, StoreOutage, StoredToken, Token, TokenStore};

/// The token store of a client, and how clients that share it take turns.
#[derive(Clone)]
pub(crate) struct SharedStore {
    store: CarefulStore,
    outage: StoreOutage,
}

/// How long a lock is taken for. Its owner extends it while it works.
///
/// Other processes wait at most this long for a holder that died.
pub(crate) const LEASE: Duration = Duration::from_secs(10);

/// How often waiters poll the store, with jitter.
const POLL: Duration = Duration::from_millis(100);

/// How long a fetch waits for that of another client.
///
/// Fetching a token of the app twice does no harm, waiting does.
pub(super) const PATIENCE: Duration = Duration::from_secs(5);

/// How waiting for a turn ended.
pub(crate) enum Turn<T> {
    /// Another client saved what was wanted.
    Found(T),
    /// This client has the lock.
    Ours(Lease),
    /// Another client has the lock for longer than this client wants to wait.
    TooLate,
}

impl SharedStore {
    pub(crate) fn new(store: Arc<dyn TokenStore>, outage: StoreOutage) -> Self {
        SharedStore { store: CarefulStore::new(store), outage }
    }

    /// The store, for work that needs no turns.
    pub(crate) fn store(&self) -> &dyn TokenStore {
        &self.store
    }

    /// Whether tokens of the app are fetched without the store while it fails.
    pub(crate) fn is_optional(&self) -> bool {
        self.outage == StoreOutage::OwnTokens
    }

    /// Waits until `look` finds what it wants in the store, or it is this client's turn to get it.
    pub(crate) async fn turn<T>(
        &self,
        key: &str,
        patience: Duration,
        mut look: impl FnMut(Option<StoredToken>) -> ControlFlow<T>,
    ) -> Result<Turn<T>, StoreError> {
        let lease = Lease { store: self.store.clone(), key: key.to_owned(), owner: uuid::Uuid::new_v4().to_string() };
        let started = Instant::now();
        loop {
            if let ControlFlow::Break(found) = look(self.store.load(key).await?) {
                return Ok(Turn::Found(found));
            }
            if lease.take().await? {
                // Another client may have saved it since, and given the lock back.
                return match self.store.load(key).await.map(&mut look) {
                    Ok(ControlFlow::Continue(())) => Ok(Turn::Ours(lease)),
                    Ok(ControlFlow::Break(found)) => {
                        lease.give_back().await;
                        Ok(Turn::Found(found))
                    }
                    Err(error) => {
                        lease.give_back().await;
                        Err(error)
                    }
                };
            }
            if started.elapsed() >= patience {
                return Ok(Turn::TooLate);
            }
            sleep(POLL.mul_f64(0.5 + fastrand::f64())).await;
        }
    }

    /// The token that `accept` takes out of the store, or the one that `fetch` gets and the store then has.
    pub(crate) async fn load_or_fetch(
        &self,
        key: &str,
        patience: Duration,
        accept: impl Fn(&StoredToken) -> Option<Token>,
        fetch: BoxFuture<'_, Result<Token, Error>>,
    ) -> Result<Token, Error> {
        let look = |stored: Option<StoredToken>| match stored.as_ref().and_then(&accept) {
            Some(token) => ControlFlow::Break(token),
            None => ControlFlow::Continue(()),
        };
        match self.turn(key, patience, look).await {
            Ok(Turn::Found(token)) => Ok(token),
            Ok(Turn::Ours(lease)) => {
                let fetched = lease.keep_while(self.fetch_and_save(key, fetch)).await;
                lease.give_back().await;
                fetched
            }
            Ok(Turn::TooLate) => self.fetch_and_save(key, fetch).await,
            Err(error) if self.is_optional() => {
                warn(&error, "a token is fetched for this process alone, since the token store failed");
                fetch.await
            }
            Err(error) => Err(store_error(error)),
        }
    }

    async fn fetch_and_save(&self, key: &str, fetch: BoxFuture<'_, Result<Token, Error>>) -> Result<Token, Error> {
        let token = fetch.await?;
        // The token works even if it cannot be shared.
        if let Err(error) = self.store.save(key, token.to_stored()).await {
            warn(&error, "a token could not be saved in the store");
        }
        Ok(token)
    }

    /// Removes a rejected token from the store.
    ///
    /// If that fails, this process still skips it, because it remembers the rejection.
    pub(crate) async fn forget(&self, key: &str, token: &StoredToken) {
        if let Err(error) = self.store.remove(key, token).await {
            warn(&error, "a rejected token could not be removed from the store");
        }
    }
}

impl fmt::Debug for SharedStore {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("SharedStore").field("outage", &self.outage).finish_non_exhaustive()
    }
}

/// The lock of one key.
///
/// A lease that is dropped ends by itself: giving it back takes time, which `drop` does not have.
pub(crate) struct Lease {
    store: CarefulStore,
    key: String,
    /// Different for every attempt to take a lock.
    owner: String,
}

impl Lease {
    async fn take(&self) -> Result<bool, StoreError> {
        self.store.lock(&self.key, &self.owner, LEASE).await
    }

    /// Does the work, and extends the lock until it is done.
    pub(crate) async fn keep_while<T>(&self, work: impl Future<Output = T>) -> T {
        let mut work = pin!(work);
        loop {
            match timeout(LEASE / 3, work.as_mut()).await {
                Ok(result) => return result,
                Err(_) => match self.take().await {
                    Ok(true) => {}
                    Ok(false) => tracing::warn!("the lock of a token was lost while it was renewed"),
                    Err(error) => warn(&error, "the lock of a token could not be extended"),
                },
            }
        }
    }

    pub(crate) async fn give_back(self) {
        if let Err(error) = self.store.unlock(&self.key, &self.owner).await {
            warn(&error, "the lock of a token could not be given back; it ends by itself");
        }
    }
}

pub(crate) fn store_error(error: StoreError) -> Error {
    Error::new(Kind::Store, "tokens can neither be loaded nor saved").with_source(error)
}

pub(crate) fn warn(error: &StoreError, message: &'static str) {
    tracing::warn!(%error, "{message}");
}
