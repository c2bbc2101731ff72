//! When a request is sent again, and after how long.

use std::hash::{BuildHasher, Hasher, RandomState};
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
///
/// ```
/// use std::time::Duration;
/// use feishu_openapi_runtime::RetryPolicy;
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
}

const LONGEST_WAIT: Duration = Duration::from_secs(24 * 60 * 60);

impl Default for RetryPolicy {
    /// Four attempts, ten waits for rate limits, backoff from 0.2 to 10 seconds.
    fn default() -> Self {
        RetryPolicy {
            max_attempts: 4,
            max_rate_limit_waits: 10,
            first_backoff: Duration::from_millis(200),
            max_backoff: Duration::from_secs(10),
        }
    }
}

impl RetryPolicy {
    /// Sends everything once, whatever happens.
    ///
    /// A rejected tenant token is still replaced once.
    pub fn never() -> Self {
        RetryPolicy {
            max_attempts: 1,
            max_rate_limit_waits: 0,
            ..RetryPolicy::default()
        }
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

    /// The wait after so many failures.
    fn wait(&self, failures: u32) -> Duration {
        let doublings = failures.saturating_sub(1).min(20);
        let whole = self
            .first_backoff
            .saturating_mul(1 << doublings)
            .min(self.max_backoff);
        whole.mul_f64(0.5 + random() / 2.0)
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
                let spread = self.first_backoff.mul_f64(random());
                Some(reset.map_or_else(|| self.wait(counts.rate_limited), |reset| reset + spread))
            }
            Outcome::NotSent | Outcome::Ambiguous => {
                counts.failed += 1;
                (counts.failed < self.max_attempts).then(|| self.wait(counts.failed))
            }
            Outcome::TokenRejected | Outcome::Refused => None,
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
}

/// What is left for retries when much fails: each retry takes from it, each
/// success gives a little back, so that a server in trouble does not get a
/// multiple of its load.
#[derive(Debug)]
pub(crate) struct Budget(AtomicU32);

const BUDGET: u32 = 1000;
const RETRY_COST: u32 = 10;
const SUCCESS_GAIN: u32 = 1;

impl Budget {
    pub(crate) fn full() -> Self {
        Budget(AtomicU32::new(BUDGET))
    }

    /// Whether a retry is within the budget.
    pub(crate) fn take(&self) -> bool {
        self.0
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| {
                left.checked_sub(RETRY_COST)
            })
            .is_ok()
    }

    pub(crate) fn give_back(&self) {
        // Full is the normal case; no write then.
        if self.0.load(Ordering::Relaxed) < BUDGET {
            self.0.fetch_add(SUCCESS_GAIN, Ordering::Relaxed);
        }
    }
}

/// A number from 0 to 1, random enough to spread waits.
fn random() -> f64 {
    let hash = RandomState::new().build_hasher().finish();
    // Every `u32` is exact in `f64`.
    f64::from((hash >> 32) as u32) / f64::from(u32::MAX)
}
