//! What is known about a connection, for health checks.

use std::time::SystemTime;

use tokio::sync::watch;

/// What is known about a long connection at a moment.
///
/// ```
/// # use feishu_openapi_runtime as feishu_openapi;
/// use std::time::{Duration, SystemTime};
/// use feishu_openapi::long_connection::ConnectionState;
///
/// /// For a health check: open, and heard of within five minutes.
/// fn is_healthy(state: &ConnectionState) -> bool {
///     let silence = state.last_frame.map(|at| SystemTime::now().duration_since(at).unwrap_or_default());
///     state.is_connected() && silence.is_none_or(|silence| silence < Duration::from_secs(300))
/// }
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ConnectionState {
    /// What the connection is doing.
    pub phase: Phase,
    /// When the last message of any kind came, on this connection or an earlier one.
    pub last_frame: Option<SystemTime>,
    /// How many times a connection was open.
    pub connections: u64,
    /// How many attempts to connect have failed since a connection was open.
    pub failed_attempts: u64,
    /// Why the last connection ended, or the last attempt failed; never a secret.
    pub last_problem: Option<String>,
    /// How many messages could not be understood, or are of a kind that is not handled here; each is a warning of
    /// `tracing`.
    pub unreadable: u64,
    /// How many events were refused because too many others were being handled; Feishu sends them again.
    pub overloaded: u64,
}

/// What a long connection is doing.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Phase {
    /// It was not run yet.
    Idle,
    /// It asks for an address and connects.
    Connecting,
    /// It is open.
    Connected {
        /// Since when.
        since: SystemTime,
    },
    /// It waits before the next attempt.
    Waiting {
        /// Until when.
        until: SystemTime,
    },
    /// It was told to stop, and lets handlers finish.
    Stopping,
    /// It is over; `run` has returned, or was given up.
    Stopped,
}

impl ConnectionState {
    /// Whether the connection is open.
    pub fn is_connected(&self) -> bool {
        matches!(self.phase, Phase::Connected { .. })
    }

    /// How many times a connection was replaced by another.
    pub fn reconnects(&self) -> u64 {
        self.connections.saturating_sub(1)
    }

    fn new() -> Self {
        ConnectionState {
            phase: Phase::Idle,
            last_frame: None,
            connections: 0,
            failed_attempts: 0,
            last_problem: None,
            unreadable: 0,
            overloaded: 0,
        }
    }
}

/// Where the state is published.
#[derive(Debug)]
pub(crate) struct Publisher(watch::Sender<ConnectionState>);

impl Publisher {
    pub(crate) fn new() -> Self {
        Publisher(watch::Sender::new(ConnectionState::new()))
    }

    pub(crate) fn subscribe(&self) -> watch::Receiver<ConnectionState> {
        self.0.subscribe()
    }

    pub(crate) fn current(&self) -> ConnectionState {
        self.0.borrow().clone()
    }

    pub(crate) fn phase(&self, phase: Phase) {
        self.0.send_modify(|state| state.phase = phase);
    }

    pub(crate) fn connected(&self) {
        self.0.send_modify(|state| {
            state.phase = Phase::Connected { since: SystemTime::now() };
            state.connections += 1;
            state.failed_attempts = 0;
        });
    }

    pub(crate) fn problem(&self, problem: String, is_failed_attempt: bool) {
        self.0.send_modify(|state| {
            state.last_problem = Some(problem);
            state.failed_attempts += u64::from(is_failed_attempt);
        });
    }

    /// Wakes nobody: a busy connection would wake watchers thousands of times a second.
    pub(crate) fn frame(&self) {
        self.0.send_if_modified(|state| {
            state.last_frame = Some(SystemTime::now());
            false
        });
    }

    pub(crate) fn unreadable(&self) {
        self.0.send_modify(|state| state.unreadable += 1);
    }

    pub(crate) fn overloaded(&self) {
        self.0.send_if_modified(|state| {
            state.overloaded += 1;
            false
        });
    }
}
