//! Tokens and locks in Redis.
//!
//! A token is a string under `<prefix><key>`, and Redis itself forgets it when its time is over; a lock is the name of
//! its owner under `<prefix>lock <key>`.
//! Conditions are checked by scripts, which Redis runs in one step; each may be sent twice.

use std::sync::LazyLock;
use std::time::{Duration, SystemTime};

use ::redis::Script;

use super::{RedisStore, milliseconds};
use crate::token::{StoreError, StoredToken, TokenStore};
use crate::transport::BoxFuture;

/// A value and the milliseconds that are left to it.
static LOAD: LazyLock<Script> = LazyLock::new(|| {
    Script::new(
        "local value = redis.call('GET', KEYS[1])
        return value and { value, redis.call('PTTL', KEYS[1]) }",
    )
});

/// Replaces one value by another; the other may be there already, from the same command.
static REPLACE: LazyLock<Script> = LazyLock::new(|| {
    Script::new(
        "local value = redis.call('GET', KEYS[1])
        if value == ARGV[2] then return 1 end
        if value ~= ARGV[1] then return 0 end
        redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
        return 1",
    )
});

/// Deletes a value if it is still the one.
pub(super) static REMOVE: LazyLock<Script> = LazyLock::new(|| {
    Script::new("if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end return 1")
});

/// Takes or keeps a lock for its owner.
static LOCK: LazyLock<Script> = LazyLock::new(|| {
    Script::new(
        "local owner = redis.call('GET', KEYS[1])
        if owner and owner ~= ARGV[1] then return 0 end
        redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
        return 1",
    )
});

/// A key that somebody else has set without an end is believed for so long.
const ENDLESS: Duration = Duration::from_secs(60 * 60);

impl RedisStore {
    fn key(&self, key: &str) -> String {
        format!("{}{key}", self.0.prefix)
    }

    fn lock_key(&self, key: &str) -> String {
        format!("{}lock {key}", self.0.prefix)
    }
}

impl TokenStore for RedisStore {
    fn load<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<Option<StoredToken>, StoreError>> {
        Box::pin(async move {
            let script = LOAD.key(self.key(key));
            let command = async |mut connection| script.invoke_async::<Option<(String, i64)>>(&mut connection).await;
            let now = SystemTime::now();
            Ok(self.0.run(command).await?.map(|(value, left)| {
                let left = u64::try_from(left).map_or(ENDLESS, Duration::from_millis);
                StoredToken::new(value, now.checked_add(left).unwrap_or(now))
            }))
        })
    }

    fn save<'a>(&'a self, key: &'a str, token: StoredToken) -> BoxFuture<'a, Result<(), StoreError>> {
        Box::pin(async move {
            let command = match token.time_left() {
                Some(left) => {
                    let mut command = ::redis::cmd("SET");
                    command.arg(self.key(key)).arg(token.secret()).arg("PX").arg(milliseconds(left));
                    command
                }
                None => ::redis::Cmd::del(self.key(key)),
            };
            let command = &command;
            self.0.run(async |mut connection| command.query_async(&mut connection).await).await
        })
    }

    fn replace<'a>(
        &'a self,
        key: &'a str,
        old: &'a StoredToken,
        new: StoredToken,
    ) -> BoxFuture<'a, Result<bool, StoreError>> {
        Box::pin(async move {
            let mut script = REPLACE.key(self.key(key));
            let left = milliseconds(new.time_left().unwrap_or_default());
            script.arg(old.secret()).arg(new.secret()).arg(left);
            let script = &script;
            self.0.run(async |mut connection| script.invoke_async(&mut connection).await).await
        })
    }

    fn remove<'a>(&'a self, key: &'a str, token: &'a StoredToken) -> BoxFuture<'a, Result<(), StoreError>> {
        self.remove_value(self.key(key), token.secret())
    }

    fn lock<'a>(&'a self, key: &'a str, owner: &'a str, lease: Duration) -> BoxFuture<'a, Result<bool, StoreError>> {
        Box::pin(async move {
            let mut script = LOCK.key(self.lock_key(key));
            script.arg(owner).arg(milliseconds(lease));
            let script = &script;
            self.0.run(async |mut connection| script.invoke_async(&mut connection).await).await
        })
    }

    fn unlock<'a>(&'a self, key: &'a str, owner: &'a str) -> BoxFuture<'a, Result<(), StoreError>> {
        self.remove_value(self.lock_key(key), owner)
    }
}

impl RedisStore {
    /// Deletes a key if it still has this value.
    pub(super) fn remove_value<'a>(&'a self, key: String, value: &'a str) -> BoxFuture<'a, Result<(), StoreError>> {
        Box::pin(async move {
            let mut script = REMOVE.key(key);
            script.arg(value);
            let script = &script;
            self.0.run(async |mut connection| script.invoke_async(&mut connection).await).await
        })
    }
}
