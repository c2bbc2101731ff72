//! Where tokens are kept, in this process or beyond it.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use crate::transport::BoxFuture;

/// Keeps tokens, tickets and sessions, so that several clients or machines can share them.
///
/// Each client also remembers its current tokens, so the store is asked only for the first call, before a renewal and
/// after a rejection.
/// Keys tell apart servers, apps, tenants and users.
/// What is kept is a text that means nothing to the store, with the moment from which it may be forgotten; all of it is
/// secret.
///
/// [`MemoryTokenStore`](crate::MemoryTokenStore) keeps it in this process, `RedisStore` (feature `redis`) for many
/// machines.
/// For a store of your own, `testing::check_token_store` (feature `testing`) tries everything that is asked for here.
///
/// # Locks
///
/// Only one client at a time renews a token: it takes the lock under the token's key, and the others wait for what it
/// saves.
/// A `refresh_token` works once, so sessions of users depend on it: a store whose locks exclude nobody loses sessions
/// when two machines refresh one at the same time.
pub trait TokenStore: Send + Sync + 'static {
    /// What is kept under this key, if anything is and its time is not over.
    fn load<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<Option<StoredToken>, StoreError>>;

    /// Keeps a token under this key, whatever was there.
    fn save<'a>(&'a self, key: &'a str, token: StoredToken) -> BoxFuture<'a, Result<(), StoreError>>;

    /// Keeps `new` under this key if `old` is still there, in one atomic step; `false` if it is not.
    ///
    /// Tokens are the same if their secrets are.
    fn replace<'a>(
        &'a self,
        key: &'a str,
        old: &'a StoredToken,
        new: StoredToken,
    ) -> BoxFuture<'a, Result<bool, StoreError>>;

    /// Forgets the token under this key if it is still this one, in one atomic step.
    ///
    /// The condition matters: another client may have saved a new one since.
    fn remove<'a>(&'a self, key: &'a str, token: &'a StoredToken) -> BoxFuture<'a, Result<(), StoreError>>;

    /// Takes the lock of this key for `owner`, or holds it for longer if `owner` has it; `false` if somebody else has.
    ///
    /// It ends by itself `lease` from now, so that the lock of a process that died does not stay.
    /// The call does not wait for the lock.
    fn lock<'a>(&'a self, key: &'a str, owner: &'a str, lease: Duration) -> BoxFuture<'a, Result<bool, StoreError>>;

    /// Gives the lock of this key back, if `owner` still has it.
    fn unlock<'a>(&'a self, key: &'a str, owner: &'a str) -> BoxFuture<'a, Result<(), StoreError>>;
}

/// A token, a ticket or the tokens of a session as one text, and the moment from which it may be forgotten.
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

    /// How long it is still valid; `None` if it is not any more.
    pub fn time_left(&self) -> Option<Duration> {
        self.expires_at.duration_since(SystemTime::now()).ok().filter(|left| !left.is_zero())
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
        self.0.fmt(formatter)
    }
}

impl std::error::Error for StoreError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.source()
    }
}

/// What the client does about tokens of the app while the token store fails.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum StoreOutage {
    /// Calls that need a token from the store fail, with an error that says so.
    #[default]
    Fail,
    /// Tokens are fetched for this process alone.
    ///
    /// Feishu gives every process the same token while it is good, so nothing is lost but requests.
    /// Sessions of users need the store all the same: once their access token has expired, calls fail until it is back.
    OwnTokens,
}
