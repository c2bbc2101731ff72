//! Access tokens: where they are kept and how they are renewed.

pub(crate) mod fetch;
mod memory;
pub(crate) mod shared;
mod slot;
mod slots;
mod store;
mod tenant;

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use http::HeaderValue;
use tokio::time::Instant;

use crate::identity::bearer;

pub use memory::MemoryTokenStore;
pub(crate) use shared::SharedStore;
pub(crate) use slot::Slot;
pub(crate) use slots::Slots;
pub use store::{StoreError, StoreOutage, StoredToken, TokenStore};
pub(crate) use tenant::TenantTokens;

/// A token in use: ready to stand in a header, with its times.
pub(crate) struct Token {
    secret: Arc<str>,
    header: HeaderValue,
    /// From here on a new one is fetched, if that works.
    refresh_at: Instant,
    /// From here on it is not used any more.
    expires_at: Instant,
    expires_at_clock: SystemTime,
}

/// A token is renewed this long before it expires.
///
/// From 30 minutes before the end Feishu gives a new token, and both work; so the
/// margin can be generous.
const MARGIN: Duration = Duration::from_secs(5 * 60);

/// No token is used for longer, whatever is said about it.
const MAX_LIFETIME: Duration = Duration::from_secs(24 * 60 * 60);

impl Token {
    /// `None` if the text cannot be a token.
    pub(crate) fn new(secret: &str, lifetime: Duration) -> Option<Token> {
        // A token that lives shortly keeps nine tenths of its life.
        Token::with_margin(secret, lifetime, MARGIN.min(lifetime / 10))
    }

    fn with_margin(secret: &str, lifetime: Duration, margin: Duration) -> Option<Token> {
        let header = bearer(secret)?;
        // Clocks cannot count every number that a server or a store may say.
        let lifetime = lifetime.min(MAX_LIFETIME);
        let now = Instant::now();
        Some(Token {
            secret: secret.into(),
            header,
            refresh_at: now + lifetime.saturating_sub(margin),
            expires_at: now + lifetime,
            expires_at_clock: SystemTime::now() + lifetime,
        })
    }

    /// `None` if it has expired, or cannot be a token.
    pub(crate) fn from_stored(stored: &StoredToken) -> Option<Token> {
        // How long it lived already is not known.
        Token::with_margin(stored.secret(), stored.time_left()?, MARGIN)
    }

    pub(crate) fn to_stored(&self) -> StoredToken {
        StoredToken::new(&*self.secret, self.expires_at_clock)
    }

    pub(crate) fn header(&self) -> &HeaderValue {
        &self.header
    }

    pub(crate) fn secret(&self) -> &str {
        &self.secret
    }

    pub(crate) fn is_fresh(&self) -> bool {
        Instant::now() < self.refresh_at
    }

    pub(crate) fn is_usable(&self) -> bool {
        Instant::now() < self.expires_at
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Token(***)")
    }
}
