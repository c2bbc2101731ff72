//! Access tokens: where they are kept and how they are renewed.

mod answer;
mod attempt;
mod careful;
pub(crate) mod fetch;
mod memory;
pub(crate) mod shared;
mod slot;
mod slots;
mod store;
mod tenant;

use std::fmt;
use std::time::{Duration, SystemTime};

use http::HeaderValue;
use tokio::time::Instant;

use crate::identity::{BEARER, bearer};

pub use memory::MemoryTokenStore;
pub(crate) use shared::SharedStore;
pub(crate) use slot::Slot;
pub(crate) use slots::Slots;
pub use store::{StoreError, StoreOutage, StoredToken, TokenStore};
pub(crate) use tenant::TenantTokens;

/// A token in use: ready for a header, with its times.
pub(crate) struct Token {
    /// `Bearer …`.
    header: HeaderValue,
    /// From this moment a new token is fetched, if that works.
    refresh_at: Instant,
    /// From this moment the token is not used.
    expires_at: Instant,
    expires_at_clock: SystemTime,
    /// When the server gave the token; `None` for a token whose age is not known.
    issued_at: Option<Instant>,
}

/// A token is renewed this long before it expires.
///
/// From 30 minutes before the end Feishu gives a new token, and both work; so the
/// margin can be generous.
const MARGIN: Duration = Duration::from_secs(5 * 60);

/// No token is used for longer, whatever the server or a store says.
const MAX_LIFETIME: Duration = Duration::from_secs(24 * 60 * 60);

/// A token that is rejected at this age has not expired: a new one would be rejected too.
const YOUNG: Duration = Duration::from_secs(60);

impl Token {
    /// A token that the server has just given; `None` if the text cannot be a token.
    pub(crate) fn new(secret: &str, lifetime: Duration) -> Option<Token> {
        Token::with_age(secret, lifetime, Some(Duration::ZERO))
    }

    /// A token that lives for another `left`.
    fn with_age(secret: &str, left: Duration, age: Option<Duration>) -> Option<Token> {
        let header = bearer(secret)?;
        // Clocks cannot count every number that a server or a store may say.
        let left = left.min(MAX_LIFETIME);
        // A token that lives shortly keeps nine tenths of its life.
        let margin = age.map_or(MARGIN, |age| MARGIN.min(left.saturating_add(age) / 10));
        let now = Instant::now();
        Some(Token {
            header,
            refresh_at: now + left.saturating_sub(margin),
            expires_at: now + left,
            expires_at_clock: SystemTime::now() + left,
            issued_at: age.and_then(|age| now.checked_sub(age)),
        })
    }

    /// A token of unknown age; `None` if it has expired, or cannot be a token.
    pub(crate) fn from_stored(stored: &StoredToken) -> Option<Token> {
        Token::with_age(stored.secret(), stored.time_left()?, None)
    }

    /// A token that the server gave at `issued_at`; `None` if it has expired, or cannot be a token.
    #[cfg(feature = "sessions")]
    pub(crate) fn issued(secret: &str, issued_at: Option<SystemTime>, expires_at: SystemTime) -> Option<Token> {
        let now = SystemTime::now();
        let left = expires_at.duration_since(now).ok().filter(|left| !left.is_zero())?;
        // A moment in the future is from another clock, and says nothing.
        let age = issued_at.and_then(|issued_at| now.duration_since(issued_at).ok());
        Token::with_age(secret, left, age)
    }

    pub(crate) fn to_stored(&self) -> StoredToken {
        StoredToken::new(self.secret(), self.expires_at_clock)
    }

    pub(crate) fn header(&self) -> &HeaderValue {
        &self.header
    }

    pub(crate) fn secret(&self) -> &str {
        // `bearer` lets nothing but ASCII into a header.
        self.header.to_str().ok().and_then(|header| header.strip_prefix(BEARER)).unwrap_or_default()
    }

    pub(crate) fn is_fresh(&self) -> bool {
        Instant::now() < self.refresh_at
    }

    pub(crate) fn is_usable(&self) -> bool {
        Instant::now() < self.expires_at
    }

    /// Whether the server gave it so shortly ago that it cannot have expired.
    fn is_young(&self) -> bool {
        self.issued_at.is_some_and(|issued_at| issued_at.elapsed() < YOUNG)
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Token(***)")
    }
}
