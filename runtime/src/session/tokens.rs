//! The tokens of a user.

use std::fmt;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::credential::has_space;
use crate::error::{Error, Kind};
use crate::object;
use crate::token::{StoredToken, Token};

/// The tokens of a user: `user_access_token` and, with the scope `offline_access`, `refresh_token`.
///
/// Both may be longer than 2 KB; Feishu advises to have room for 4 KB.
#[derive(Clone, PartialEq, Eq)]
pub struct UserTokens {
    access_token: String,
    /// When the server gave the access token, if that is known.
    issued_at: Option<SystemTime>,
    expires_at: SystemTime,
    refresh: Option<(String, SystemTime)>,
    scope: String,
}

/// How long expired tokens stay in the store.
///
/// A refresh still in flight when its refresh token expires replaces the old entry by compare-and-swap, so that entry
/// must still exist.
const GRACE: Duration = Duration::from_secs(10 * 60);

impl UserTokens {
    /// Tokens from elsewhere: a `user_access_token` and the moment from which it is not valid any more.
    pub fn new(access_token: impl Into<String>, expires_at: SystemTime) -> Self {
        let access_token = access_token.into();
        UserTokens { access_token, issued_at: None, expires_at, refresh: None, scope: String::new() }
    }

    /// With the moment at which the server gave the access token.
    pub(super) fn issued_at(mut self, moment: SystemTime) -> Self {
        self.issued_at = Some(moment);
        self
    }

    /// With a `refresh_token` and the moment from which it is not valid any more.
    #[must_use]
    pub fn with_refresh_token(mut self, refresh_token: impl Into<String>, expires_at: SystemTime) -> Self {
        self.refresh = Some((refresh_token.into(), expires_at));
        self
    }

    /// With the scopes that the user has granted, separated by spaces.
    #[must_use]
    pub fn with_scope(mut self, scope: impl Into<String>) -> Self {
        self.scope = scope.into();
        self
    }

    /// The `user_access_token`; keep it out of logs.
    pub fn access_token(&self) -> &str {
        &self.access_token
    }

    /// The moment from which the `user_access_token` is not valid any more.
    pub fn expires_at(&self) -> SystemTime {
        self.expires_at
    }

    /// The `refresh_token`, which works once; keep it out of logs.
    ///
    /// `None` if the user was not asked for the scope `offline_access`.
    pub fn refresh_token(&self) -> Option<&str> {
        self.refresh.as_ref().map(|(token, _)| token.as_str())
    }

    /// The moment from which the `refresh_token` is not valid any more.
    pub fn refresh_expires_at(&self) -> Option<SystemTime> {
        self.refresh.as_ref().map(|(_, expires_at)| *expires_at)
    }

    /// The scopes that the `user_access_token` has, as the server said.
    pub fn scopes(&self) -> impl Iterator<Item = &str> {
        self.scope.split_whitespace()
    }

    /// The refresh token, while it may work.
    pub(super) fn usable_refresh_token(&self) -> Option<&str> {
        let (token, expires_at) = self.refresh.as_ref()?;
        (SystemTime::now() < *expires_at).then_some(token.as_str())
    }

    /// Whether one of them has a space or a line break, which no token has.
    pub(super) fn have_space(&self) -> bool {
        has_space(&self.access_token) || self.refresh_token().is_some_and(has_space)
    }

    /// Whether any of them may work.
    pub(super) fn are_of_use(&self) -> bool {
        self.usable_refresh_token().is_some() || self.to_token().is_some()
    }

    /// The access token for use; `None` if it has expired, or cannot be a token.
    pub(super) fn to_token(&self) -> Option<Token> {
        Token::issued(&self.access_token, self.issued_at, self.expires_at)
    }

    /// As one text that lives a little longer than any of the tokens.
    pub(super) fn to_stored(&self) -> StoredToken {
        let record = Record {
            access_token: self.access_token.clone(),
            issued_at: self.issued_at.map(millis),
            expires_at: Some(millis(self.expires_at)),
            refresh_token: self.refresh_token().map(str::to_owned),
            refresh_expires_at: self.refresh_expires_at().map(millis),
            scope: self.scope.clone(),
        };
        let until = self.refresh_expires_at().map_or(self.expires_at, |end| end.max(self.expires_at));
        let until = until.checked_add(GRACE).unwrap_or(until);
        StoredToken::new(serde_json::to_string(&record).unwrap_or_default(), until)
    }

    /// # Errors
    ///
    /// If the text is no record of tokens; the error does not quote it.
    pub(super) fn from_stored(stored: &StoredToken) -> Result<Self, Error> {
        let no_record = || Error::new(Kind::Store, "what it has under the key of the session are no tokens");
        let record: Record = serde_json::from_str(stored.secret()).map_err(|_| no_record())?;
        let expires_at = record.expires_at.and_then(time).filter(|_| !record.access_token.is_empty());
        let mut tokens = UserTokens::new(record.access_token, expires_at.ok_or_else(no_record)?);
        tokens.issued_at = record.issued_at.and_then(time);
        if let Some(refresh_token) = record.refresh_token {
            let expires_at = record.refresh_expires_at.and_then(time).unwrap_or_else(|| stored.expires_at());
            tokens.refresh = Some((refresh_token, expires_at));
        }
        Ok(tokens.with_scope(record.scope))
    }
}

/// The tokens as text of the store; times in milliseconds since 1970.
#[derive(Default)]
struct Record {
    access_token: String,
    issued_at: Option<i64>,
    expires_at: Option<i64>,
    refresh_token: Option<String>,
    refresh_expires_at: Option<i64>,
    scope: String,
}

object! {
    Record {
        access_token: "access_token",
        issued_at: "issued_at",
        expires_at: "expires_at",
        refresh_token: "refresh_token",
        refresh_expires_at: "refresh_expires_at",
        scope: "scope",
    }
}

fn millis(time: SystemTime) -> i64 {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

fn time(millis: i64) -> Option<SystemTime> {
    UNIX_EPOCH.checked_add(Duration::from_millis(u64::try_from(millis).ok()?))
}

impl fmt::Debug for UserTokens {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("UserTokens")
            .field("access_token", &"***")
            .field("expires_at", &self.expires_at)
            .field("refresh_token", &self.refresh.as_ref().map(|_| "***"))
            .field("refresh_expires_at", &self.refresh_expires_at())
            .field("scope", &self.scope)
            .finish()
    }
}
