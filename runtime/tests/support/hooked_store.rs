//! A token store that lets a test look at, and spoil, every operation.

#![allow(dead_code, missing_docs, unreachable_pub)]

use std::sync::Arc;
use std::time::Duration;

use feishu_openapi_runtime::transport::BoxFuture;
use feishu_openapi_runtime::{StoreError, StoredToken, TokenStore};

/// Before or after an operation, and its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    Before(&'static str),
    After(&'static str),
}

type Hook = Arc<dyn Fn(Moment) -> Result<(), StoreError> + Send + Sync>;
type Pauses = Arc<dyn Fn(Moment) -> Duration + Send + Sync>;

/// Calls a hook before and after each operation; what the hook fails with is the result.
#[derive(Clone)]
pub struct HookedStore {
    store: Arc<dyn TokenStore>,
    hook: Hook,
    pauses: Pauses,
}

impl HookedStore {
    pub fn new(
        store: impl TokenStore,
        hook: impl Fn(Moment) -> Result<(), StoreError> + Send + Sync + 'static,
    ) -> Self {
        HookedStore { store: Arc::new(store), hook: Arc::new(hook), pauses: Arc::new(|_| Duration::ZERO) }
    }

    /// Waits before and after operations, each time before the hook is called.
    pub fn pausing(mut self, pauses: impl Fn(Moment) -> Duration + Send + Sync + 'static) -> Self {
        self.pauses = Arc::new(pauses);
        self
    }

    async fn moment(&self, moment: Moment) -> Result<(), StoreError> {
        let pause = (self.pauses)(moment);
        if !pause.is_zero() {
            tokio::time::sleep(pause).await;
        }
        (self.hook)(moment)
    }

    fn around<'a, T: Send + 'a>(
        &'a self,
        name: &'static str,
        operation: BoxFuture<'a, Result<T, StoreError>>,
    ) -> BoxFuture<'a, Result<T, StoreError>> {
        Box::pin(async move {
            self.moment(Moment::Before(name)).await?;
            let result = operation.await;
            self.moment(Moment::After(name)).await?;
            result
        })
    }
}

impl TokenStore for HookedStore {
    fn load<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<Option<StoredToken>, StoreError>> {
        self.around("load", Box::pin(async move { self.store.load(key).await }))
    }

    fn save<'a>(&'a self, key: &'a str, token: StoredToken) -> BoxFuture<'a, Result<(), StoreError>> {
        self.around("save", Box::pin(async move { self.store.save(key, token).await }))
    }

    fn replace<'a>(
        &'a self,
        key: &'a str,
        old: &'a StoredToken,
        new: StoredToken,
    ) -> BoxFuture<'a, Result<bool, StoreError>> {
        self.around("replace", Box::pin(async move { self.store.replace(key, old, new).await }))
    }

    fn remove<'a>(&'a self, key: &'a str, token: &'a StoredToken) -> BoxFuture<'a, Result<(), StoreError>> {
        self.around("remove", Box::pin(async move { self.store.remove(key, token).await }))
    }

    fn lock<'a>(&'a self, key: &'a str, owner: &'a str, lease: Duration) -> BoxFuture<'a, Result<bool, StoreError>> {
        self.around("lock", Box::pin(async move { self.store.lock(key, owner, lease).await }))
    }

    fn unlock<'a>(&'a self, key: &'a str, owner: &'a str) -> BoxFuture<'a, Result<(), StoreError>> {
        self.around("unlock", Box::pin(async move { self.store.unlock(key, owner).await }))
    }
}
