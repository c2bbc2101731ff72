//! Times and memory.

use std::fs;
use std::hint::black_box;
use std::time::{Duration, Instant};

/// The fastest and the median of several runs.
#[derive(Clone, Copy, Debug)]
pub struct Times {
    /// The fastest run: what the machine can do when nobody disturbs it.
    pub best: Duration,
    /// The run in the middle.
    pub median: Duration,
}

/// Runs something `runs` times, after one run that is not counted.
pub fn times<T>(runs: usize, mut work: impl FnMut() -> T) -> Times {
    black_box(work());
    let mut all: Vec<Duration> = (0..runs.max(1))
        .map(|_| {
            let started = Instant::now();
            black_box(work());
            started.elapsed()
        })
        .collect();
    all.sort_unstable();
    Times { best: all[0], median: all[all.len() / 2] }
}

/// The largest amount of memory that this process had so far, in bytes; 0 where the system does not say.
pub fn peak_memory() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
    kilobytes.unwrap_or(0) * 1024
}

/// Milliseconds, for tables.
pub fn milliseconds(duration: Duration) -> String {
    format!("{:.1}", duration.as_secs_f64() * 1000.0)
}
