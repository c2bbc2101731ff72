//! When a request is sent again, and after how long.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

/// When a request is sent again, and after how long.
///
/// - No connection: nothing was sent, so every request is repeated.
/// - No answer, or 500, 502, 503, 504, or a code whose page says to try again: the
///   request may have been carried out. `GET`s are repeated, requests with an
///   idempotency key (for a little less than the five minutes that Feishu knows the
///   key), and operations that are documented as repeatable; others are not.
/// - Rate limits: nothing was carried out, so every request is repeated, after
///   the time that the server says.
///
/// Nothing is repeated beyond the deadline of the call.
/// All calls of a client share a budget, so that a server in trouble does not get
/// a multiple of its load: see [`budget`](Self::budget).
///
/// ```
/// # use feishu_openapi_runtime as feishu_openapi;
/// use std::time::Duration;
/// use feishu_openapi::RetryPolicy;
///
/// let patient = RetryPolicy::default()
///     .max_attempts(6)
///     .backoff(Duration::from_millis(500), Duration::from_secs(30));
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct RetryPolicy {
    max_attempts: u32,
    max_rate_limit_waits: u32,
    first_backoff: Duration,
    max_backoff: Duration,
    budget: u32,
}

const LONGEST_WAIT: Duration = Duration::from_secs(24 * 60 * 60);

impl Default for RetryPolicy {
    /// Four attempts, ten waits for rate limits, backoff from 0.2 to 10 seconds, a
    /// budget of 100 repetitions.
    fn default() -> Self {
        RetryPolicy {
            max_attempts: 4,
            max_rate_limit_waits: 10,
            first_backoff: Duration::from_millis(200),
            max_backoff: Duration::from_secs(10),
            budget: 100,
        }
    }
}

impl RetryPolicy {
    /// Sends everything once, whatever happens.
    ///
    /// A rejected tenant token is still replaced once.
    pub fn never() -> Self {
        RetryPolicy { max_attempts: 1, max_rate_limit_waits: 0, ..RetryPolicy::default() }
    }

    /// How many times a request is sent at most, waits for rate limits not
    /// counted; at least 1.
    #[must_use]
    pub fn max_attempts(mut self, attempts: u32) -> Self {
        self.max_attempts = attempts.max(1);
        self
    }

    /// How many times a call waits for a rate limit at most.
    #[must_use]
    pub fn max_rate_limit_waits(mut self, waits: u32) -> Self {
        self.max_rate_limit_waits = waits;
        self
    }

    /// The longest first wait, and the longest wait at all; at most a day.
    ///
    /// Each wait is random between half of and the whole of a time that doubles.
    #[must_use]
    pub fn backoff(mut self, first: Duration, max: Duration) -> Self {
        self.first_backoff = first.min(LONGEST_WAIT);
        self.max_backoff = max.min(LONGEST_WAIT);
        self
    }

    /// How many repetitions the calls of a client have in reserve together.
    ///
    /// Each repetition takes one, ten successes give one back; waits for rate limits
    /// are free. When nothing is left, failures are reported at once.
    /// It counts in the policy of the client, not in that of a single call.
    #[must_use]
    pub fn budget(mut self, repetitions: u32) -> Self {
        self.budget = repetitions;
        self
    }

    /// The wait after so many failures.
    fn wait(&self, failures: u32) -> Duration {
        let doublings = failures.saturating_sub(1).min(20);
        let whole = self.first_backoff.saturating_mul(1 << doublings).min(self.max_backoff);
        whole.mul_f64(0.5 + fastrand::f64() / 2.0)
    }

    /// How long to wait before the next attempt; `None` if there is none.
    pub(crate) fn next(&self, outcome: Outcome, counts: &mut Counts) -> Option<Duration> {
        match outcome {
            Outcome::RateLimited { reset } => {
                counts.rate_limited += 1;
                if counts.rate_limited > self.max_rate_limit_waits {
                    return None;
                }
                // Everybody who waits for the same reset must not come at once.
                let spread = self.first_backoff.mul_f64(fastrand::f64());
                Some(reset.map_or_else(|| self.wait(counts.rate_limited), |reset| reset + spread))
            }
            Outcome::NotSent | Outcome::Ambiguous => {
                counts.failed += 1;
                (counts.failed < self.max_attempts).then(|| self.wait(counts.failed))
            }
            Outcome::TokenRejected | Outcome::Refused | Outcome::Unreadable => None,
        }
    }
}

/// What the failures of one call were.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Counts {
    failed: u32,
    rate_limited: u32,
}

/// What a failed attempt means for the next one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// The server saw nothing of it.
    NotSent,
    /// It may have been carried out.
    Ambiguous,
    /// Too fast; not carried out.
    RateLimited { reset: Option<Duration> },
    /// The token is not good; not carried out.
    TokenRejected,
    /// Not carried out, and will not be.
    Refused,
    /// Carried out, but the answer is of another shape, and would be again.
    Unreadable,
}

/// What is left for repetitions when much fails, in tenths.
#[derive(Debug)]
pub(crate) struct Budget {
    left: AtomicU32,
    full: u32,
}

/// A repetition takes as much as ten successes give back.
const COST: u32 = 10;

impl Budget {
    pub(crate) fn new(policy: &RetryPolicy) -> Self {
        let full = policy.budget.saturating_mul(COST);
        Budget { left: AtomicU32::new(full), full }
    }

    /// Whether one more repetition is within the budget.
    pub(crate) fn take(&self) -> bool {
        let take = |left: u32| left.checked_sub(COST);
        self.left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, take).is_ok()
    }

    pub(crate) fn give_back(&self) {
        // Full is the normal case; no write then.
        if self.left.load(Ordering::Relaxed) < self.full {
            self.left.fetch_add(1, Ordering::Relaxed);
        }
    }
}
