//! The token store of one process.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use super::{StoreError, StoredToken, TokenStore};
use crate::transport::BoxFuture;

/// Keeps tokens in memory; a clone shares them.
#[derive(Clone, Default)]
pub struct MemoryTokenStore(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    tokens: HashMap<String, Kept>,
    locks: HashMap<String, Lock>,
    token_sweep: Sweep,
    lock_sweep: Sweep,
}

struct Kept {
    token: StoredToken,
    /// From this moment it may be forgotten; `None` if that is beyond what the clock can count.
    forget_at: Option<Instant>,
}

struct Lock {
    owner: String,
    ends: Instant,
}

/// When expired entries are looked for.
struct Sweep {
    /// At this number of entries.
    at: usize,
    /// Or, among many, when this is long ago.
    last: Instant,
}

/// Fewer entries are not worth a search for expired ones.
const FEW: usize = 1024;

/// Expired entries among many are looked for this often, even if no new ones come.
const SWEEP_PERIOD: Duration = Duration::from_secs(10 * 60);

/// Tokens are kept for this long after they expired.
///
/// The system clock says when they expire, and may be wrong for a while: then the tokens are back once it is right.
const GRACE: Duration = Duration::from_secs(60 * 60);

impl Default for Sweep {
    fn default() -> Self {
        Sweep { at: FEW, last: Instant::now() }
    }
}

impl Sweep {
    /// Removes what is not to be kept, if it is time.
    fn over<T>(&mut self, entries: &mut HashMap<String, T>, is_kept: impl Fn(&T) -> bool) {
        let len = entries.len();
        if len >= self.at || (len >= FEW && self.last.elapsed() >= SWEEP_PERIOD) {
            entries.retain(|_, entry| is_kept(entry));
            *self = Sweep { at: FEW.max(2 * entries.len()), last: Instant::now() };
        }
    }
}

impl MemoryTokenStore {
    /// An empty store.
    pub fn new() -> Self {
        Self::default()
    }

    /// Works on the state in one step; the result is ready at once.
    fn at_once<'a, T: Send + 'a>(&self, work: impl FnOnce(&mut State) -> T) -> BoxFuture<'a, Result<T, StoreError>> {
        let result = work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner));
        Box::pin(std::future::ready(Ok(result)))
    }
}

impl State {
    fn get(&self, key: &str) -> Option<&StoredToken> {
        self.tokens.get(key).map(|kept| &kept.token).filter(|token| token.time_left().is_some())
    }

    fn has(&self, key: &str, token: &StoredToken) -> bool {
        self.get(key).is_some_and(|kept| kept.secret() == token.secret())
    }

    fn put(&mut self, key: &str, token: StoredToken) {
        let now = Instant::now();
        self.token_sweep.over(&mut self.tokens, |kept| kept.forget_at.is_none_or(|moment| now < moment));
        let left = token.time_left().unwrap_or_default();
        let forget_at = left.checked_add(GRACE).and_then(|left| now.checked_add(left));
        self.tokens.insert(key.to_owned(), Kept { token, forget_at });
    }

    fn lock(&mut self, key: &str, owner: &str, lease: Duration) -> bool {
        let now = Instant::now();
        let taken = self.locks.get(key).is_some_and(|lock| lock.owner != owner && now < lock.ends);
        // A lease beyond what the clock can count is refused; nobody asks for one.
        let Some(ends) = now.checked_add(lease).filter(|_| !taken) else { return false };
        // An owner that was dropped has not given its lock back.
        self.lock_sweep.over(&mut self.locks, |lock| now < lock.ends);
        self.locks.insert(key.to_owned(), Lock { owner: owner.to_owned(), ends });
        true
    }
}

impl TokenStore for MemoryTokenStore {
    fn load<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<Option<StoredToken>, StoreError>> {
        self.at_once(|state| state.get(key).cloned())
    }

    fn save<'a>(&'a self, key: &'a str, token: StoredToken) -> BoxFuture<'a, Result<(), StoreError>> {
        self.at_once(|state| state.put(key, token))
    }

    fn replace<'a>(
        &'a self,
        key: &'a str,
        old: &'a StoredToken,
        new: StoredToken,
    ) -> BoxFuture<'a, Result<bool, StoreError>> {
        self.at_once(|state| {
            let is_there = state.has(key, old);
            if is_there {
                state.put(key, new);
            }
            is_there
        })
    }

    fn remove<'a>(&'a self, key: &'a str, token: &'a StoredToken) -> BoxFuture<'a, Result<(), StoreError>> {
        self.at_once(|state| {
            if state.has(key, token) {
                state.tokens.remove(key);
            }
        })
    }

    fn lock<'a>(&'a self, key: &'a str, owner: &'a str, lease: Duration) -> BoxFuture<'a, Result<bool, StoreError>> {
        self.at_once(|state| state.lock(key, owner, lease))
    }

    fn unlock<'a>(&'a self, key: &'a str, owner: &'a str) -> BoxFuture<'a, Result<(), StoreError>> {
        self.at_once(|state| {
            if state.locks.get(key).is_some_and(|lock| lock.owner == owner) {
                state.locks.remove(key);
            }
        })
    }
}

impl fmt::Debug for MemoryTokenStore {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("MemoryTokenStore(***)")
    }
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    async fn save(store: &MemoryTokenStore, key: impl ToString, expires_at: SystemTime) {
        store.save(&key.to_string(), StoredToken::new("secret", expires_at)).await.unwrap();
    }

    fn counts(store: &MemoryTokenStore) -> (usize, usize) {
        let state = store.0.lock().unwrap();
        (state.tokens.len(), state.locks.len())
    }

    #[tokio::test(start_paused = true)]
    async fn expired_tokens_survive_a_sweep_for_an_hour_since_the_clock_may_be_wrong() {
        let store = MemoryTokenStore::new();
        // Expired by a clock that has jumped ahead.
        for key in 0..FEW {
            save(&store, key, SystemTime::now() - SECOND).await;
        }
        save(&store, "one more", SystemTime::now() - SECOND).await;
        assert_eq!(counts(&store).0, FEW + 1);
        assert!(store.load("0").await.unwrap().is_none());
        tokio::time::advance(GRACE).await;
        save(&store, "the last", SystemTime::now() + SECOND).await;
        assert_eq!(counts(&store).0, 1);
    }

    #[tokio::test(start_paused = true)]
    async fn expired_tokens_are_forgotten_though_their_number_does_not_grow() {
        let store = MemoryTokenStore::new();
        for key in 0..2 * FEW {
            save(&store, key, SystemTime::now() + SECOND).await;
        }
        tokio::time::advance(SECOND + GRACE).await;
        save(&store, 0, SystemTime::now() + SECOND).await;
        assert_eq!(counts(&store).0, 1);
    }

    #[tokio::test(start_paused = true)]
    async fn locks_that_were_never_given_back_are_forgotten() {
        let store = MemoryTokenStore::new();
        for key in 0..FEW {
            assert!(store.lock(&key.to_string(), "somebody", SECOND).await.unwrap());
        }
        tokio::time::advance(SECOND).await;
        assert!(store.lock("one more", "somebody", SECOND).await.unwrap());
        assert_eq!(counts(&store).1, 1);
    }
}
