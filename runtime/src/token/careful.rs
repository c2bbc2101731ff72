//! A token store whose panics are errors.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use crate::transport::BoxFuture;

use super::{StoreError, StoredToken, TokenStore};

/// Passes everything on to a store of the program's own, which may have bugs.
///
/// New tokens of a session exist nowhere else while they are saved: a panic that ended the task would lose them.
#[derive(Clone)]
pub(crate) struct CarefulStore(Arc<dyn TokenStore>);

impl CarefulStore {
    pub(super) fn new(store: Arc<dyn TokenStore>) -> Self {
        CarefulStore(store)
    }

    fn call<'a, T: 'a>(
        &'a self,
        operation: impl FnOnce(&'a dyn TokenStore) -> BoxFuture<'a, Result<T, StoreError>>,
    ) -> BoxFuture<'a, Result<T, StoreError>> {
        let panicked = |_| StoreError::new("the token store panicked");
        match catch_unwind(AssertUnwindSafe(|| operation(&*self.0))) {
            Ok(mut future) => Box::pin(std::future::poll_fn(move |context| {
                let poll = catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(context)));
                // A future that has panicked is not polled again.
                poll.unwrap_or_else(|panic| Poll::Ready(Err(panicked(panic))))
            })),
            Err(panic) => {
                let error = panicked(panic);
                Box::pin(async move { Err(error) })
            }
        }
    }
}

impl TokenStore for CarefulStore {
    fn load<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<Option<StoredToken>, StoreError>> {
        self.call(|store| store.load(key))
    }

    fn save<'a>(&'a self, key: &'a str, token: StoredToken) -> BoxFuture<'a, Result<(), StoreError>> {
        self.call(|store| store.save(key, token))
    }

    fn replace<'a>(
        &'a self,
        key: &'a str,
        old: &'a StoredToken,
        new: StoredToken,
    ) -> BoxFuture<'a, Result<bool, StoreError>> {
        self.call(|store| store.replace(key, old, new))
    }

    fn remove<'a>(&'a self, key: &'a str, token: &'a StoredToken) -> BoxFuture<'a, Result<(), StoreError>> {
        self.call(|store| store.remove(key, token))
    }

    fn lock<'a>(&'a self, key: &'a str, owner: &'a str, lease: Duration) -> BoxFuture<'a, Result<bool, StoreError>> {
        self.call(|store| store.lock(key, owner, lease))
    }

    fn unlock<'a>(&'a self, key: &'a str, owner: &'a str) -> BoxFuture<'a, Result<(), StoreError>> {
        self.call(|store| store.unlock(key, owner))
    }
}
