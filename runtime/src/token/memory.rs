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
    tokens: HashMap<String, StoredToken>,
    locks: HashMap<String, Lock>,
    /// When the number of tokens reaches this, expired ones are looked for.
    sweep_at: usize,
}

struct Lock {
    owner: String,
    ends: Instant,
}

/// So few tokens are not worth a search for expired ones.
const FEW: usize = 1024;

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
        self.tokens.get(key).filter(|token| token.time_left().is_some())
    }

    fn has(&self, key: &str, token: &StoredToken) -> bool {
        self.get(key).is_some_and(|kept| kept.secret() == token.secret())
    }

    fn put(&mut self, key: &str, token: StoredToken) {
        if self.tokens.len() >= self.sweep_at.max(FEW) {
            self.tokens.retain(|_, token| token.time_left().is_some());
            self.sweep_at = 2 * self.tokens.len();
        }
        self.tokens.insert(key.to_owned(), token);
    }

    fn lock(&mut self, key: &str, owner: &str, lease: Duration) -> bool {
        let now = Instant::now();
        let taken = self.locks.get(key).is_some_and(|lock| lock.owner != owner && now < lock.ends);
        // A lease beyond what the clock can count is refused; nobody asks for one.
        let Some(ends) = now.checked_add(lease).filter(|_| !taken) else { return false };
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
