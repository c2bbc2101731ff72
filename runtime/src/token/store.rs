//! Where tokens are kept, in this process or beyond it.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use crate::transport::BoxFuture;

/// Keeps tokens, so that several clients or machines can share them.
///
/// Each client also remembers its current tokens, so the store is asked only for
/// the first call, before a renewal and after a rejection.
/// Keys tell apart servers, apps and tenants.
pub trait TokenStore: Send + Sync + 'static {
    /// The token under this key, if there is one.
    fn load<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<Option<StoredToken>, StoreError>>;

    /// Keeps a token under this key, instead of any other.
    fn save<'a>(&'a self, key: &'a str, token: StoredToken) -> BoxFuture<'a, Result<(), StoreError>>;

    /// Forgets the token under this key, if it is still this one.
    ///
    /// The condition matters: another client may have saved a new one since.
    fn remove<'a>(&'a self, key: &'a str, token: &'a StoredToken) -> BoxFuture<'a, Result<(), StoreError>>;
}

/// A token and the moment from which it is not valid any more.
#[derive(Clone, PartialEq, Eq)]
pub struct StoredToken {
    secret: Arc<str>,
    expires_at: SystemTime,
}

impl StoredToken {
    /// A token and the moment from which it is not valid any more.
    pub fn new(secret: impl Into<Arc<str>>, expires_at: SystemTime) -> Self {
        StoredToken { secret: secret.into(), expires_at }
    }

    /// The token itself; keep it out of logs.
    pub fn secret(&self) -> &str {
        &self.secret
    }

    /// The moment from which it is not valid any more.
    pub fn expires_at(&self) -> SystemTime {
        self.expires_at
    }
}

impl fmt::Debug for StoredToken {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("StoredToken").field("secret", &"***").field("expires_at", &self.expires_at).finish()
    }
}

/// Why a token store failed.
#[derive(Debug)]
pub struct StoreError(Box<dyn std::error::Error + Send + Sync>);

impl StoreError {
    /// With what happened.
    pub fn new(source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        StoreError(source.into())
    }
}

impl fmt::Display for StoreError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("the token store failed")
    }
}

impl std::error::Error for StoreError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&*self.0)
    }
}

/// Keeps tokens in memory; a clone shares them.
#[derive(Clone, Default)]
pub struct MemoryTokenStore(Arc<Mutex<HashMap<String, StoredToken>>>);

impl MemoryTokenStore {
    /// An empty store.
    pub fn new() -> Self {
        Self::default()
    }

    fn with<T>(&self, work: impl FnOnce(&mut HashMap<String, StoredToken>) -> T) -> T {
        work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl TokenStore for MemoryTokenStore {
    fn load<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<Option<StoredToken>, StoreError>> {
        let token = self.with(|tokens| tokens.get(key).cloned());
        Box::pin(std::future::ready(Ok(token)))
    }

    fn save<'a>(&'a self, key: &'a str, token: StoredToken) -> BoxFuture<'a, Result<(), StoreError>> {
        self.with(|tokens| tokens.insert(key.to_owned(), token));
        Box::pin(std::future::ready(Ok(())))
    }

    fn remove<'a>(&'a self, key: &'a str, token: &'a StoredToken) -> BoxFuture<'a, Result<(), StoreError>> {
        self.with(|tokens| {
            if tokens.get(key).is_some_and(|kept| kept.secret == token.secret) {
                tokens.remove(key);
            }
        });
        Box::pin(std::future::ready(Ok(())))
    }
}

impl fmt::Debug for MemoryTokenStore {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("MemoryTokenStore(***)")
    }
}
