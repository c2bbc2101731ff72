//! How long to wait before the next attempt to connect.

use std::time::Duration;

use super::numbers::Numbers;

/// A connection that lasted this long makes what failed before it forgotten.
const IS_STABLE: Duration = Duration::from_secs(30);

/// Waits that begin short, double, and end at what the platform says.
#[derive(Debug)]
pub(crate) struct Backoff {
    first: Duration,
    max: Option<Duration>,
    /// The attempts since the last stable connection.
    failures: u32,
    /// Those of them that came after the longest wait.
    slow_failures: u64,
}

impl Backoff {
    pub(crate) fn new(first: Duration, max: Option<Duration>) -> Self {
        Backoff { first, max, failures: 0, slow_failures: 0 }
    }

    /// The wait after an attempt that gave no connection; `None` when the platform allows no more of them.
    pub(crate) fn after_failure(&mut self, numbers: &Numbers) -> Option<Duration> {
        let longest = self.longest(numbers);
        let whole = self.next_whole(longest);
        if whole >= longest {
            if numbers.reconnect_count.is_some_and(|count| self.slow_failures >= count) {
                return None;
            }
            self.slow_failures += 1;
        }
        Some(spread(whole))
    }

    /// The wait after a connection that lasted for some time: never longer than it lasted, so that one that is closed
    /// every few seconds is open at least half of the time.
    pub(crate) fn after_connection(&mut self, lasted: Duration, numbers: &Numbers) -> Duration {
        self.slow_failures = 0;
        if lasted >= IS_STABLE {
            self.failures = 0;
        }
        let whole = self.next_whole(self.longest(numbers));
        spread(whole.min(lasted.max(self.first)))
    }

    fn longest(&self, numbers: &Numbers) -> Duration {
        self.max.map_or(numbers.reconnect_interval, |max| max.min(numbers.reconnect_interval))
    }

    fn next_whole(&mut self, longest: Duration) -> Duration {
        let whole = self.first.saturating_mul(1 << self.failures.min(20)).min(longest);
        self.failures = self.failures.saturating_add(1);
        whole
    }
}

/// Feishu closes many connections at once; their clients must not come back at once.
fn spread(whole: Duration) -> Duration {
    whole.mul_f64(0.5 + fastrand::f64() / 2.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn numbers(seconds: u64, count: Option<u64>) -> Numbers {
        Numbers { reconnect_interval: SECOND * seconds as u32, reconnect_count: count, ..Numbers::default() }
    }

    #[track_caller]
    fn is_within(wait: Option<Duration>, whole: u32) {
        let wait = wait.unwrap();
        assert!(wait >= SECOND * whole / 2 && wait <= SECOND * whole, "{wait:?} for {whole} s");
    }

    #[test]
    fn waits_begin_with_a_second_and_end_at_the_interval_of_the_platform() {
        let mut backoff = Backoff::new(SECOND, None);
        for whole in [1, 2, 4, 8, 16, 32, 64, 120, 120, 120] {
            is_within(backoff.after_failure(&numbers(120, None)), whole);
        }
    }

    #[test]
    fn a_longest_wait_of_ones_own_counts_if_it_is_shorter() {
        let mut backoff = Backoff::new(SECOND, Some(SECOND * 5));
        for whole in [1, 2, 4, 5, 5] {
            is_within(backoff.after_failure(&numbers(120, None)), whole);
        }
        let mut backoff = Backoff::new(SECOND, Some(SECOND * 5));
        for whole in [1, 2, 2] {
            is_within(backoff.after_failure(&numbers(2, None)), whole);
        }
    }

    #[test]
    fn only_attempts_after_the_longest_wait_are_counted_against_the_platforms_number() {
        let mut backoff = Backoff::new(SECOND, None);
        for whole in [1, 2, 4, 4] {
            is_within(backoff.after_failure(&numbers(4, Some(2))), whole);
        }
        assert_eq!(backoff.after_failure(&numbers(4, Some(2))), None);
        // A connection begins the count again.
        backoff.after_connection(SECOND, &numbers(4, Some(2)));
        is_within(backoff.after_failure(&numbers(4, Some(2))), 4);
    }

    #[test]
    fn after_a_stable_connection_waits_are_short_again() {
        let mut backoff = Backoff::new(SECOND, None);
        for _ in 0..5 {
            backoff.after_failure(&numbers(120, None));
        }
        is_within(Some(backoff.after_connection(SECOND * 60, &numbers(120, None))), 1);
        is_within(backoff.after_failure(&numbers(120, None)), 2);
    }

    #[test]
    fn a_connection_that_is_closed_again_and_again_is_open_half_of_the_time() {
        let mut backoff = Backoff::new(SECOND, None);
        for whole in [1, 2, 3, 3, 3] {
            is_within(Some(backoff.after_connection(SECOND * 3, &numbers(120, None))), whole);
        }
        is_within(Some(Backoff::new(SECOND, None).after_connection(Duration::ZERO, &numbers(120, None))), 1);
    }
}
