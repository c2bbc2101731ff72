//! Tries what is asked for of a token store.

use std::time::{Duration, SystemTime};

use crate::token::{StoreError, StoredToken, TokenStore};

/// Tries everything that [`TokenStore`] asks for, under keys that begin with `check `; it takes about a second, with time that is not
/// paused.
///
/// ```
/// # use feishu_openapi_runtime as feishu_openapi;
/// use feishu_openapi::{MemoryTokenStore, testing::check_token_store};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), String> {
/// check_token_store(&MemoryTokenStore::new()).await?;
/// # Ok(())
/// # }
/// ```
///
/// # Errors
///
/// The first thing that is not as it should be.
pub async fn check_token_store(store: &dyn TokenStore) -> Result<(), String> {
    let run = uuid::Uuid::new_v4();
    let check = Check { store, key: format!("check {run} 用户 \"a\" {{b}}") };
    check.tokens().await?;
    check.conditions().await?;
    check.expiry().await?;
    check.locks().await
}

struct Check<'a> {
    store: &'a dyn TokenStore,
    key: String,
}

fn token(secret: &str) -> StoredToken {
    StoredToken::new(secret, SystemTime::now() + Duration::from_secs(3600))
}

fn expect<T: PartialEq + std::fmt::Debug>(
    what: &str,
    expected: T,
    result: Result<T, StoreError>,
) -> Result<(), String> {
    match result {
        Ok(found) if found == expected => Ok(()),
        Ok(found) => Err(format!("{what}: {found:?} instead of {expected:?}")),
        Err(error) => Err(format!("{what}: {error}")),
    }
}

impl Check<'_> {
    async fn secret(&self, key: &str) -> Result<Option<String>, StoreError> {
        Ok(self.store.load(key).await?.map(|token| token.secret().to_owned()))
    }

    async fn holds(&self, what: &str, secret: Option<&str>) -> Result<(), String> {
        expect(what, secret.map(str::to_owned), self.secret(&self.key).await)
    }

    async fn tokens(&self) -> Result<(), String> {
        self.holds("a key that was never saved", None).await?;
        let long = "x".repeat(8 * 1024) + "\n\0😀";
        expect("saving", (), self.store.save(&self.key, token(&long)).await)?;
        self.holds("what was saved", Some(&long)).await?;
        let other = format!("{}x", self.key);
        expect("another key", None, self.secret(&other).await)?;
        let before = SystemTime::now() + Duration::from_secs(3600);
        expect("saving over it", (), self.store.save(&self.key, token("1")).await)?;
        let loaded = self.store.load(&self.key).await.map_err(|error| error.to_string())?;
        let expires_at = loaded.map(|token| token.expires_at());
        let is_near = |at: SystemTime| {
            let late = at.duration_since(before).unwrap_or_default();
            let early = before.duration_since(at).unwrap_or_default();
            late.max(early) < Duration::from_secs(5)
        };
        if expires_at.is_some_and(is_near) { Ok(()) } else { Err("the moment of expiry is not kept".to_owned()) }
    }

    async fn conditions(&self) -> Result<(), String> {
        let (store, key) = (self.store, &self.key);
        expect("replacing another token", false, store.replace(key, &token("0"), token("2")).await)?;
        self.holds("after replacing another token", Some("1")).await?;
        expect("replacing", true, store.replace(key, &token("1"), token("2")).await)?;
        self.holds("after replacing", Some("2")).await?;
        expect("removing another token", (), store.remove(key, &token("1")).await)?;
        self.holds("after removing another token", Some("2")).await?;
        expect("removing", (), store.remove(key, &token("2")).await)?;
        self.holds("after removing", None).await?;
        expect("replacing nothing", false, store.replace(key, &token("2"), token("3")).await)?;
        self.holds("after replacing nothing", None).await
    }

    async fn expiry(&self) -> Result<(), String> {
        let soon = StoredToken::new("soon", SystemTime::now() + Duration::from_millis(100));
        expect("saving for a short time", (), self.store.save(&self.key, soon).await)?;
        tokio::time::sleep(Duration::from_millis(150)).await;
        self.holds("a token whose time is over", None).await?;
        let over = StoredToken::new("over", SystemTime::now() - Duration::from_secs(1));
        expect("saving a token whose time is over", (), self.store.save(&self.key, over).await)?;
        self.holds("a token whose time was over", None).await
    }

    async fn locks(&self) -> Result<(), String> {
        let (store, key) = (self.store, &self.key);
        let (short, long) = (Duration::from_millis(200), Duration::from_secs(60));
        expect("taking a lock", true, store.lock(key, "one", long).await)?;
        expect("taking a lock that somebody has", false, store.lock(key, "two", long).await)?;
        expect("giving back somebody else's lock", (), store.unlock(key, "two").await)?;
        expect("taking a lock that somebody still has", false, store.lock(key, "two", long).await)?;
        expect("holding a lock for longer", true, store.lock(key, "one", long).await)?;
        expect("giving a lock back", (), store.unlock(key, "one").await)?;
        expect("taking a lock that was given back", true, store.lock(key, "two", short).await)?;
        self.holds("a lock is no token", None).await?;
        tokio::time::sleep(2 * short).await;
        expect("taking a lock whose lease is over", true, store.lock(key, "one", short).await)?;
        expect("holding a lock that was lost", false, store.lock(key, "two", short).await)?;
        expect("giving the last lock back", (), store.unlock(key, "one").await)
    }
}
