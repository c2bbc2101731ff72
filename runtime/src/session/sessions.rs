//! What a program does with sessions.

use std::fmt;
use std::sync::Arc;
use std::time::SystemTime;

use serde_json::json;

use crate::core::Core;
use crate::error::Error;
use crate::token::fetch;

use super::codes;
use super::{AuthorizationBuilder, AuthorizationCode, UserTokens};

/// The sessions of users: log in, keep, refresh, log out.
///
/// A user is named by any text of yours, such as the `open_id`; sessions of different apps never mix.
#[derive(Clone, Debug)]
pub struct Sessions {
    core: Core,
}

/// What became of the tokens of a session, for
/// [`ClientBuilder::on_session_change`](crate::ClientBuilder::on_session_change).
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum SessionChange {
    /// New tokens are in the token store instead of the old ones.
    Refreshed(UserTokens),
    /// There are new tokens, the old ones do not work any more, and the token store fails.
    ///
    /// The client goes on trying to save them, until the process ends.
    Unsaved(UserTokens),
    /// The session is over; the person has to log in again.
    LoginRequired(Error),
}

impl Sessions {
    pub(crate) fn new(core: &Core) -> Self {
        Sessions { core: core.clone() }
    }

    /// Begins a login: builds the address of the page on which the person agrees.
    ///
    /// The redirect address has to be listed in the security settings of the app.
    pub fn authorize(&self, redirect_uri: impl Into<String>) -> AuthorizationBuilder {
        AuthorizationBuilder::new(&self.core, redirect_uri.into())
    }

    /// Exchanges a code for tokens; they are not kept yet, see [`put`](Self::put).
    ///
    /// # Errors
    ///
    /// If Feishu refuses the code: it works once and for five minutes.
    /// [`Error::meaning`] and [`Error::hint`] say what the page says.
    pub async fn exchange(&self, code: AuthorizationCode) -> Result<UserTokens, Error> {
        let app = self.core.app_or_error()?;
        let mut body = json!({
            "grant_type": "authorization_code",
            "client_id": app.id,
            "client_secret": app.secret,
            "code": code.code,
        });
        let optional =
            [("redirect_uri", code.redirect_uri), ("code_verifier", code.code_verifier), ("scope", code.scope)];
        for (name, value) in optional {
            if let Some(value) = value {
                body[name] = value.into();
            }
        }
        request_tokens(&self.core, codes::EXCHANGE, body).await
    }

    /// Keeps the tokens of a user in the token store, instead of any that are there.
    ///
    /// # Errors
    ///
    /// If the token store fails, or both tokens have expired or cannot be tokens.
    pub async fn put(&self, user: impl AsRef<str>, tokens: &UserTokens) -> Result<(), Error> {
        self.core.session_tokens().put(&self.core, &user.as_ref().into(), tokens).await
    }

    /// The tokens of a user as they are in the token store, fresh or not; `None` if nobody is logged in.
    ///
    /// # Errors
    ///
    /// If the token store fails.
    pub async fn get(&self, user: impl AsRef<str>) -> Result<Option<UserTokens>, Error> {
        self.core.session_tokens().stored(&self.core, user.as_ref()).await
    }

    /// A `user_access_token` that is good for some minutes at least, for uses outside this client.
    ///
    /// # Errors
    ///
    /// If nobody is logged in, the session is over, or it cannot be refreshed for now.
    pub async fn access_token(&self, user: impl AsRef<str>) -> Result<String, Error> {
        let token = self.core.session_tokens().get(&self.core, &user.as_ref().into()).await?;
        Ok(token.secret().to_owned())
    }

    /// Refreshes a session now, even if its token is still good.
    ///
    /// A `refresh_token` lives for days: sessions of people who are away for longer are kept alive by refreshing them
    /// before [`UserTokens::refresh_expires_at`], for up to 365 days after the login.
    ///
    /// # Errors
    ///
    /// If nobody is logged in, the session is over, or it cannot be refreshed for now.
    pub async fn refresh(&self, user: impl AsRef<str>) -> Result<UserTokens, Error> {
        self.core.session_tokens().refresh(&self.core, &user.as_ref().into()).await
    }

    /// Forgets the tokens of a user.
    ///
    /// Other clients that share the store stop to use them when they need the next one, in two hours at most.
    ///
    /// # Errors
    ///
    /// If the token store fails.
    pub async fn remove(&self, user: impl AsRef<str>) -> Result<(), Error> {
        self.core.session_tokens().remove(&self.core, &user.as_ref().into()).await
    }
}

/// The answer of the page, not wrapped in `data`.
#[derive(Default)]
struct Answer {
    access_token: String,
    expires_in: Option<i64>,
    refresh_token: String,
    refresh_token_expires_in: Option<i64>,
    scope: String,
}

crate::object! {
    Answer {
        access_token: "access_token",
        expires_in: "expires_in",
        refresh_token: "refresh_token",
        refresh_token_expires_in: "refresh_token_expires_in",
        scope: "scope",
    }
}

/// Feishu refreshes nothing for longer after a login; what is known to live shorter says so.
const LONGEST_SESSION: i64 = 365 * 24 * 60 * 60;

/// Sends a request to the token endpoint.
pub(super) async fn request_tokens(
    core: &Core,
    operation: crate::Operation,
    body: serde_json::Value,
) -> Result<UserTokens, Error> {
    // Token lifetimes count from before the request, so that none is used for too long.
    let now = SystemTime::now();
    let (answer, metadata) = fetch::exchange::<Answer>(core, operation, &body).await?;
    if answer.access_token.is_empty() {
        return Err(fetch::no_token(&operation, &metadata));
    }
    let after = |seconds: Option<i64>| {
        let lifetime = fetch::lifetime(seconds.map(|seconds| seconds.min(LONGEST_SESSION)));
        now.checked_add(lifetime).unwrap_or(now)
    };
    let tokens = UserTokens::new(answer.access_token, after(answer.expires_in)).with_scope(answer.scope);
    if answer.refresh_token.is_empty() {
        return Ok(tokens);
    }
    let expires_at = after(answer.refresh_token_expires_in.or(Some(LONGEST_SESSION)));
    Ok(tokens.with_refresh_token(answer.refresh_token, expires_at))
}

/// Is told about changes of sessions.
pub(crate) type OnChange = Arc<dyn Fn(&str, &SessionChange) + Send + Sync>;

impl fmt::Display for SessionChange {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SessionChange::Refreshed(_) => formatter.write_str("the session was refreshed"),
            SessionChange::Unsaved(_) => formatter.write_str("the session was refreshed and could not be saved"),
            SessionChange::LoginRequired(error) => write!(formatter, "the session is over: {error}"),
        }
    }
}
