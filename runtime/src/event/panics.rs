//! Panics of handlers, as errors.

use std::future::{Future, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::task::Poll;

use super::BoxError;

/// Runs code of the program; its panic is an error.
///
/// The message stays with the panic hook, since it may quote the event.
pub(super) async fn caught<T, F>(start: impl FnOnce() -> F) -> Result<T, BoxError>
where
    F: Future<Output = Result<T, BoxError>>,
{
    let panicked = || BoxError::from("it panicked");
    let Ok(future) = catch_unwind(AssertUnwindSafe(start)) else {
        return Err(panicked());
    };
    let mut future = pin!(future);
    poll_fn(move |context| {
        let poll = catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(context)));
        // A future that has panicked is not polled again.
        poll.unwrap_or_else(|_| Poll::Ready(Err(panicked())))
    })
    .await
}
