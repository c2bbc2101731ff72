//! Pacing: keeping to the documented rate limits before the server has to insist.

use std::collections::{BTreeSet, HashMap};
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::{Instant, sleep_until};

use crate::identity::Tenant;
use crate::operation::{Operation, RateLimit};

/// Spreads the calls of each operation and tenant over time.
///
/// Each call gets the time of its turn when it comes, so calls start in the order in which they came, and waiting for a
/// turn is one timer. `governor` has no such turns: who waits there has to ask again.
pub(crate) struct Pacer(Mutex<Lanes>);

/// The turn of a call would come after its deadline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TooLate;

impl Pacer {
    pub(crate) fn new() -> Self {
        Pacer(Mutex::new(Lanes { lanes: HashMap::new(), sweep_at: FEW, last_sweep: Instant::now() }))
    }

    /// Waits until every limit of the operation allows one more call, or fails at once if that is after the deadline.
    ///
    /// Limits count for each tenant; people are counted with the app's own tenant.
    pub(crate) async fn wait(
        &self,
        operation: &Operation,
        tenant: &Tenant,
        deadline: Option<Instant>,
    ) -> Result<(), TooLate> {
        if operation.rate_limits.is_empty() {
            return Ok(());
        }
        let now = Instant::now();
        let key = (operation.id, tenant.clone());
        let at = self.lanes().lane(&key, operation.rate_limits, now).reserve(now, deadline)?;
        if at > now {
            let turn = Turn { pacer: self, key: &key, at };
            sleep_until(at).await;
            std::mem::forget(turn);
        }
        Ok(())
    }

    fn lanes(&self) -> MutexGuard<'_, Lanes> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Pacer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Pacer")
    }
}

/// The time of a call that waits; dropped, it goes to a later call.
struct Turn<'a> {
    pacer: &'a Pacer,
    key: &'a Key,
    at: Instant,
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        if let Some(lane) = self.pacer.lanes().lanes.get_mut(self.key) {
            lane.given_back.insert(self.at);
        }
    }
}

/// An operation, by its id, and the tenant it is called in.
type Key = (&'static str, Tenant);

/// The lanes that are in use, and some that are idle.
struct Lanes {
    lanes: HashMap<Key, Lane>,
    /// At this number of lanes, idle ones are looked for.
    sweep_at: usize,
    last_sweep: Instant,
}

/// Fewer lanes are not worth a search for idle ones.
const FEW: usize = 1024;

/// Idle lanes among many are looked for this often, even if no new ones come.
const SWEEP_PERIOD: Duration = Duration::from_secs(10 * 60);

impl Lanes {
    fn lane(&mut self, key: &Key, limits: &[RateLimit], now: Instant) -> &mut Lane {
        let is_overdue = self.lanes.len() >= FEW && now - self.last_sweep >= SWEEP_PERIOD;
        if self.lanes.len() >= self.sweep_at || is_overdue {
            self.lanes.retain(|_, lane| !lane.is_idle(now));
            self.lanes.shrink_to(self.lanes.len() * 2);
            self.sweep_at = FEW.max(2 * self.lanes.len());
            self.last_sweep = now;
        }
        self.lanes.entry(key.clone()).or_insert_with(|| Lane::new(limits, now))
    }
}

/// The calls of one operation in one tenant.
struct Lane {
    /// One for each documented limit of the operation.
    limits: Vec<Limit>,
    /// Turns of calls that were given up while they waited.
    given_back: BTreeSet<Instant>,
}

impl Lane {
    fn new(limits: &[RateLimit], now: Instant) -> Self {
        Lane { limits: limits.iter().filter_map(|limit| Limit::new(limit, now)).collect(), given_back: BTreeSet::new() }
    }

    /// The time of the next turn, which is taken unless it is too late.
    fn reserve(&mut self, now: Instant, deadline: Option<Instant>) -> Result<Instant, TooLate> {
        // Turns that are over are lost; those before `now` have made the later ones later.
        self.given_back = self.given_back.split_off(&now);
        // A turn that was given back comes before all that are still free.
        let given_back = self.given_back.first().copied();
        let at = given_back.unwrap_or_else(|| self.limits.iter().map(Limit::earliest).fold(now, Instant::max));
        if at > now && deadline.is_some_and(|deadline| at >= deadline) {
            return Err(TooLate);
        }
        match given_back {
            Some(at) => {
                self.given_back.remove(&at);
            }
            None => self.limits.iter_mut().for_each(|limit| limit.count(at)),
        }
        Ok(at)
    }

    /// Whether a new lane would allow the same.
    fn is_idle(&self, now: Instant) -> bool {
        self.limits.iter().all(|limit| limit.even <= now)
    }
}

/// One limit, kept by the generic cell rate algorithm.
///
/// A fifth of the limit may come at once; burst and steady rate together stay
/// within the limit in every window, wherever the server's windows begin.
struct Limit {
    /// The time between calls that are evenly spread.
    period: Duration,
    /// How much earlier than evenly spread a call may come.
    burst: Duration,
    /// When the next call would come if all were evenly spread.
    even: Instant,
}

impl Limit {
    fn new(limit: &RateLimit, now: Instant) -> Option<Self> {
        let burst = (limit.requests() / 5).max(1);
        let steady = (limit.requests() + 1).checked_sub(burst)?;
        let period = limit.period().checked_div(steady)?;
        Some(Limit { period, burst: period * (burst - 1), even: now })
    }

    fn earliest(&self) -> Instant {
        self.even.checked_sub(self.burst).unwrap_or(self.even)
    }

    fn count(&mut self, at: Instant) {
        self.even = self.even.max(at) + self.period;
    }
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;
    use std::pin::pin;
    use std::sync::Arc;

    use super::*;

    /// Ten at once, then 41 in a minute.
    const LIMITED: Operation =
        Operation { id: "limited", rate_limits: &[RateLimit::per_minute(50)], ..Operation::DEFAULT };

    async fn wait(pacer: &Pacer, deadline: Option<Instant>) -> Result<(), TooLate> {
        pacer.wait(&LIMITED, &Tenant::default(), deadline).await
    }

    fn in_seconds(seconds: u64) -> Option<Instant> {
        Some(Instant::now() + Duration::from_secs(seconds))
    }

    #[tokio::test(start_paused = true)]
    async fn calls_start_in_the_order_in_which_they_came_and_wake_once() {
        let pacer = Arc::new(Pacer::new());
        let started = Arc::new(Mutex::new(Vec::new()));
        let calls: Vec<_> = (0..200)
            .map(|number| {
                let (pacer, started) = (pacer.clone(), started.clone());
                tokio::spawn(async move {
                    let mut call = pin!(wait(&pacer, None));
                    let mut polls = 0;
                    let result = poll_fn(|context| {
                        polls += 1;
                        call.as_mut().poll(context)
                    });
                    result.await.unwrap();
                    started.lock().unwrap().push(number);
                    polls
                })
            })
            .collect();
        for call in calls {
            assert!(call.await.unwrap() <= 2);
        }
        assert_eq!(*started.lock().unwrap(), (0..200).collect::<Vec<_>>());
    }

    #[tokio::test(start_paused = true)]
    async fn a_turn_after_the_deadline_is_refused_at_once_and_stays_free() {
        let pacer = Pacer::new();
        let began = Instant::now();
        for _ in 0..10 {
            wait(&pacer, in_seconds(1)).await.unwrap();
        }
        for _ in 0..100 {
            assert_eq!(wait(&pacer, in_seconds(1)).await, Err(TooLate));
        }
        assert_eq!(began.elapsed(), Duration::ZERO);
        wait(&pacer, in_seconds(2)).await.unwrap();
    }

    #[tokio::test(start_paused = true)]
    async fn calls_that_are_given_up_leave_their_turns_to_others() {
        let pacer = Pacer::new();
        for _ in 0..10 {
            wait(&pacer, None).await.unwrap();
        }
        let mut crowd: Vec<_> = (0..100).map(|_| Box::pin(wait(&pacer, None))).collect();
        for call in &mut crowd {
            assert!(poll_fn(|context| std::task::Poll::Ready(call.as_mut().poll(context).is_pending())).await);
        }
        assert_eq!(wait(&pacer, in_seconds(60)).await, Err(TooLate));
        drop(crowd);
        wait(&pacer, in_seconds(2)).await.unwrap();
        wait(&pacer, in_seconds(2)).await.unwrap();
    }

    #[tokio::test(start_paused = true)]
    async fn every_limit_of_an_operation_counts() {
        const LIMITS: &[RateLimit] = &[RateLimit::per_minute(50), RateLimit::per_second(5)];
        let operation = Operation { id: "two", rate_limits: LIMITS, ..Operation::DEFAULT };
        let pacer = Pacer::new();
        let began = Instant::now();
        for _ in 0..6 {
            pacer.wait(&operation, &Tenant::default(), None).await.unwrap();
        }
        // One at once, then five in a second.
        assert_eq!(began.elapsed().as_millis() / 10, 100);
        for _ in 0..41 {
            pacer.wait(&operation, &Tenant::default(), None).await.unwrap();
        }
        assert!(began.elapsed() > Duration::from_secs(50), "{:?}", began.elapsed());
    }

    #[tokio::test(start_paused = true)]
    async fn idle_lanes_are_forgotten_and_busy_ones_are_kept() {
        let pacer = Pacer::new();
        for tenant in 0..FEW {
            pacer.wait(&LIMITED, &Tenant::new(tenant.to_string()), None).await.unwrap();
        }
        tokio::time::advance(Duration::from_secs(60)).await;
        for _ in 0..10 {
            wait(&pacer, None).await.unwrap();
        }
        assert_eq!(pacer.lanes().lanes.len(), 1);
        // A sweep forgets nothing that counts.
        tokio::time::advance(SWEEP_PERIOD).await;
        for _ in 0..10 {
            wait(&pacer, None).await.unwrap();
        }
        for tenant in 0..2 * FEW {
            pacer.wait(&LIMITED, &Tenant::new(tenant.to_string()), None).await.unwrap();
        }
        assert_eq!(wait(&pacer, in_seconds(1)).await, Err(TooLate));
    }
}
