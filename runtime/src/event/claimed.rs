//! The claim of one delivery on its event.

use std::convert::Infallible;
use std::future::{Future, pending, poll_fn};
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::time::{Instant, sleep};

use super::BoxError;
use super::panics::caught;
use super::seen::{CLAIM_LEASE, Claim, SeenEvents};

/// A claim is not extended for longer than this: a handler that never ends must not keep the event from all others.
const LONGEST_HANDLER: Duration = Duration::from_secs(30 * 60);

/// The claim of a delivery on its event.
///
/// It is given back when it is dropped, which also happens when the web framework drops the handler because Feishu has
/// stopped waiting.
pub(super) struct Claimed {
    seen: Arc<dyn SeenEvents>,
    event_id: String,
    /// Different for every delivery.
    owner: String,
    /// Whether dropping it gives the claim back.
    may_be_ours: bool,
}

impl Claimed {
    /// A claim still to be made with [`claim`](Self::claim).
    pub(super) fn new(seen: Arc<dyn SeenEvents>, event_id: String) -> Self {
        Claimed { seen, event_id, owner: uuid::Uuid::new_v4().to_string(), may_be_ours: false }
    }

    /// Claims the event. When this fails or is given up half-way, the claim may have been made all the same.
    pub(super) async fn claim(&mut self) -> Result<Claim, BoxError> {
        self.may_be_ours = true;
        let claim = self.extend().await?;
        self.may_be_ours = claim == Claim::New;
        Ok(claim)
    }

    async fn extend(&self) -> Result<Claim, BoxError> {
        caught(|| self.seen.claim(&self.event_id, &self.owner)).await
    }

    /// Does the work, and extends the claim until it is done.
    pub(super) async fn keep_while<T>(&self, work: impl Future<Output = T>) -> T {
        let mut work = pin!(work);
        let mut extensions = pin!(self.extend_again_and_again());
        // A store that hangs must not hold the work up, so both go on at the same time.
        poll_fn(|context| {
            if let Poll::Ready(result) = work.as_mut().poll(context) {
                return Poll::Ready(result);
            }
            match extensions.as_mut().poll(context) {
                Poll::Ready(never) => match never {},
                Poll::Pending => Poll::Pending,
            }
        })
        .await
    }

    async fn extend_again_and_again(&self) -> Infallible {
        // Without Tokio there are no timers, and the claim ends by itself.
        let end = Handle::try_current().ok().map(|_| Instant::now() + LONGEST_HANDLER);
        while end.is_some_and(|end| Instant::now() < end) {
            sleep(CLAIM_LEASE / 3).await;
            match self.extend().await {
                Ok(Claim::New) => {}
                Ok(Claim::InProgress | Claim::Done) => {
                    tracing::warn!("the claim on an event was lost while its handler was running");
                    break;
                }
                Err(error) => tracing::warn!(%error, "the claim on an event could not be extended"),
            }
        }
        pending().await
    }

    /// Remembers that the event was handled, even if the caller is dropped meanwhile.
    pub(super) async fn finish(mut self) {
        // From here on the event is handled; giving the claim back would handle it again.
        self.may_be_ours = false;
        let (seen, event_id) = (self.seen.clone(), self.event_id.clone());
        let finish = async move {
            if let Err(error) = caught(|| seen.finish(&event_id)).await {
                tracing::warn!(%error, "an event was handled but could not be remembered");
            }
        };
        match Handle::try_current() {
            // The task goes on without whoever waits for it; it ends without a result only with the whole runtime.
            Ok(tokio) => drop(tokio.spawn(finish).await),
            Err(_) => finish.await,
        }
    }
}

impl Drop for Claimed {
    fn drop(&mut self) {
        if self.may_be_ours {
            self.seen.release(&self.event_id, &self.owner);
        }
    }
}
