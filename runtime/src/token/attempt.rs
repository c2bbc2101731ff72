//! One attempt to renew a token, as those see it who wait for it.

use std::ops::ControlFlow;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::{Instant, timeout};

use crate::error::Error;

use super::Token;
use super::slot::cut_short;

/// A renewal blocks other renewals for at most this long.
///
/// A store or a server that answers in time has done so by then; after one that hangs, the next caller begins anew.
const LONGEST_TURN: Duration = Duration::from_secs(30);

/// How often a running attempt shows that its runtime is at work.
const SIGN_OF_LIFE: Duration = Duration::from_millis(250);

/// A runtime that shows no sign of life for this long stands still.
///
/// Such is a runtime of one thread between two calls of `block_on`.
const STANDSTILL: Duration = Duration::from_secs(1);

/// An attempt, for those who wait for its result.
#[derive(Clone)]
pub(super) struct Attempt {
    progress: watch::Receiver<Progress>,
    generation: u64,
}

/// The other end of an [`Attempt`], in the task that carries it out.
pub(super) struct Reporter(watch::Sender<Progress>);

struct Progress {
    result: Option<Result<Arc<Token>, Error>>,
    /// It has taken [`LONGEST_TURN`], and goes on.
    hangs: bool,
    last_sign: Instant,
}

impl Attempt {
    pub(super) fn begin(generation: u64) -> (Reporter, Attempt) {
        let (reporter, progress) = watch::channel(Progress { result: None, hangs: false, last_sign: Instant::now() });
        (Reporter(reporter), Attempt { progress, generation })
    }

    pub(super) fn generation(&self) -> u64 {
        self.generation
    }

    /// Whether its task lives and has no result yet.
    pub(super) fn is_running(&self) -> bool {
        self.progress.has_changed().is_ok() && self.progress.borrow().result.is_none()
    }

    /// Whether its runtime ended before it had a result.
    pub(super) fn was_cut_short(&self) -> bool {
        self.progress.has_changed().is_err() && self.progress.borrow().result.is_none()
    }

    /// Whether a caller without a token may count on it.
    pub(super) fn may_be_joined(&self) -> bool {
        self.is_running() && !self.progress.borrow().hangs
    }

    pub(super) fn is_same(&self, other: &Attempt) -> bool {
        self.progress.same_channel(&other.progress)
    }

    /// The result, for the caller that began it, however long it takes.
    pub(super) async fn own(&mut self) -> Result<Arc<Token>, Error> {
        let progress = self.progress.wait_for(|progress| progress.result.is_some()).await;
        // The task ends without a result only when its runtime does.
        progress.ok().and_then(|progress| progress.result.clone()).unwrap_or_else(|| Err(cut_short()))
    }

    /// The result, for any other caller; nothing if it hangs, stands still or was cut short, so that another one is
    /// needed.
    ///
    /// Whether its runtime stands still is seen only while somebody waits: a runtime that has just been set going again
    /// needs a moment to show it.
    pub(super) async fn joined(&mut self) -> ControlFlow<Result<Arc<Token>, Error>> {
        let mut patience = STANDSTILL;
        loop {
            let news = self.progress.wait_for(|progress| progress.result.is_some() || progress.hangs);
            if let Ok(news) = timeout(patience, news).await {
                let result = news.ok().and_then(|progress| progress.result.clone());
                return result.map_or(ControlFlow::Continue(()), ControlFlow::Break);
            }
            let is_silent = self.progress.borrow().last_sign.elapsed() >= STANDSTILL;
            patience = match (is_silent, patience) {
                (false, _) => STANDSTILL,
                // This task may be on the same runtime, and only be woken first.
                (true, STANDSTILL) => SIGN_OF_LIFE,
                (true, _) => return ControlFlow::Continue(()),
            };
        }
    }
}

impl Reporter {
    /// Does the work, and tells those who wait how it goes.
    pub(super) async fn watch<T>(&self, mut work: Pin<&mut impl Future<Output = T>>) -> T {
        let began = Instant::now();
        loop {
            if let Ok(result) = timeout(SIGN_OF_LIFE, work.as_mut()).await {
                return result;
            }
            self.0.send_if_modified(|progress| {
                progress.last_sign = Instant::now();
                let has_begun_to_hang = !progress.hangs && began.elapsed() >= LONGEST_TURN;
                progress.hangs |= has_begun_to_hang;
                has_begun_to_hang
            });
        }
    }

    pub(super) fn finish(self, result: Result<Arc<Token>, Error>) {
        // Whoever asks later finds the result as well.
        self.0.send_replace(Progress { result: Some(result), hangs: false, last_sign: Instant::now() });
    }
}
