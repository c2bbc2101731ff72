//! Where answers come from, and the record of requests.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, PoisonError};

use super::reply::Fault;
use super::{Received, Reply};

pub(super) type Handler = Box<dyn Fn(&Received) -> Reply + Send + Sync>;

pub(super) struct Script {
    source: Source,
    received: Mutex<Vec<Received>>,
    tokens: AtomicU32,
}

enum Source {
    List(Mutex<VecDeque<Reply>>),
    Handler(Handler),
}

impl Script {
    pub(super) fn list(replies: impl IntoIterator<Item = Reply>) -> Self {
        Script::new(Source::List(Mutex::new(replies.into_iter().collect())))
    }

    pub(super) fn handler(handler: Handler) -> Self {
        Script::new(Source::Handler(handler))
    }

    fn new(source: Source) -> Self {
        Script { source, received: Mutex::default(), tokens: AtomicU32::new(0) }
    }

    /// Whether the next answer is to drop the connection before the body is
    /// read; if so, it is used up.
    pub(super) fn drops_before_reading(&self, request: &Received) -> bool {
        let Source::List(replies) = &self.source else {
            return false;
        };
        if request.is_token_request() {
            return false;
        }
        let mut replies = replies.lock().unwrap_or_else(PoisonError::into_inner);
        let drops = replies.front().is_some_and(|reply| reply.fault == Some(Fault::DropBeforeReading));
        if drops {
            replies.pop_front();
        }
        drops
    }

    pub(super) fn answer(&self, request: Received) -> Reply {
        let reply = match &self.source {
            Source::Handler(handler) => handler(&request),
            Source::List(_) if request.is_token_request() => {
                let number = self.tokens.fetch_add(1, Ordering::Relaxed) + 1;
                match request.is_user_token_request() {
                    true => Reply::user_tokens(&format!("u-{number}"), &format!("r-{number}")),
                    false => Reply::tenant_token(&format!("t-{number}")),
                }
            }
            Source::List(replies) => {
                let mut replies = replies.lock().unwrap_or_else(PoisonError::into_inner);
                let message = "the script has no more answers";
                replies.pop_front().unwrap_or_else(|| Reply::text(500, "text/plain", message))
            }
        };
        self.record().push(request);
        reply
    }

    pub(super) fn received(&self) -> Vec<Received> {
        self.record().clone()
    }

    fn record(&self) -> std::sync::MutexGuard<'_, Vec<Received>> {
        self.received.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Without the requests for tokens.
pub(super) fn calls(received: Vec<Received>) -> Vec<Received> {
    received.into_iter().filter(|request| !request.is_token_request()).collect()
}
