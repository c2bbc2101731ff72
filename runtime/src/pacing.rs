//! Pacing: keeping to the documented rate limits before the server has to insist.

use std::collections::HashMap;
use std::fmt;
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use governor::clock::Clock;
use governor::middleware::NoOpMiddleware;
use governor::state::{InMemoryState, NotKeyed};
use governor::{Quota, RateLimiter};
use tokio::time::Instant;

use crate::identity::Tenant;
use crate::operation::{Operation, RateLimit};

/// Spreads the calls of each operation and tenant over time.
pub(crate) struct Pacer {
    clock: TokioClock,
    lanes: Mutex<HashMap<(&'static str, Tenant), Arc<Lane>>>,
}

/// One limiter for each documented limit of an operation.
type Lane = Vec<RateLimiter<NotKeyed, InMemoryState, TokioClock, NoOpMiddleware<Duration>>>;

impl Pacer {
    pub(crate) fn new() -> Self {
        Pacer { clock: TokioClock(Instant::now()), lanes: Mutex::default() }
    }

    /// Waits until every limit of the operation allows one more call.
    ///
    /// Limits count for each tenant; people are counted with the app's own tenant.
    pub(crate) async fn wait(&self, operation: &Operation, tenant: &Tenant) {
        if operation.rate_limits.is_empty() {
            return;
        }
        let lane = self.lane(operation, tenant);
        for limiter in lane.iter() {
            while let Err(too_early) = limiter.check() {
                tokio::time::sleep(too_early.wait_time_from(self.clock.now())).await;
            }
        }
    }

    fn lane(&self, operation: &Operation, tenant: &Tenant) -> Arc<Lane> {
        let mut lanes = self.lanes.lock().unwrap_or_else(PoisonError::into_inner);
        let lane = lanes.entry((operation.id, tenant.clone())).or_insert_with(|| {
            let quotas = operation.rate_limits.iter().filter_map(quota);
            let limiters = quotas.map(|quota| RateLimiter::direct_with_clock(quota, self.clock));
            Arc::new(limiters.collect())
        });
        lane.clone()
    }
}

/// A fifth of the limit may come at once; burst and steady rate together stay
/// within the limit in every window, wherever the server's windows begin.
fn quota(limit: &RateLimit) -> Option<Quota> {
    let burst = NonZeroU32::new((limit.requests() / 5).max(1))?;
    let steady = (limit.requests() + 1).checked_sub(burst.get())?;
    let quota = Quota::with_period(limit.period().checked_div(steady)?)?;
    Some(quota.allow_burst(burst))
}

/// Tokio's clock, so that paused time works.
#[derive(Clone, Copy, Debug)]
struct TokioClock(Instant);

impl Clock for TokioClock {
    type Instant = Duration;

    fn now(&self) -> Duration {
        self.0.elapsed()
    }
}

impl fmt::Debug for Pacer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Pacer")
    }
}
