//! What a program does with sessions.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use serde_json::json;

use crate::core::Core;
use crate::credential::{TRIM, has_space};
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

/// What happened to the tokens of a session, for
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
    /// If the code has a space or a line break, or Feishu refuses it: it works once and for five minutes.
    /// [`Error::meaning`] and [`Error::hint`] say what the page says.
    pub async fn exchange(&self, code: AuthorizationCode) -> Result<UserTokens, Error> {
        let app = self.core.app_or_error()?;
        let given = [Some(&code.code), code.code_verifier.as_ref()];
        if given.into_iter().flatten().any(|text| has_space(text)) {
            let message = format!("there is a space or a line break in the code or its verifier; {TRIM}");
            return Err(Error::invalid_request(message));
        }
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
    /// If the token store fails, a token has a space or a line break, or both tokens have expired or cannot be tokens.
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

    /// A `user_access_token` for uses outside this client.
    ///
    /// It is good for some minutes at least, unless it could not be refreshed, or that takes longer than half a second.
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

/// Feishu refreshes no session for longer after its login, so no token lives longer.
const LONGEST_SESSION: Duration = Duration::from_secs(365 * 24 * 60 * 60);

/// Sends a request to the token endpoint.
pub(super) async fn request_tokens(
    core: &Core,
    operation: crate::Operation,
    body: serde_json::Value,
) -> Result<UserTokens, Error> {
    // Token lifetimes count from before the request, so that none is used for too long.
    let now = SystemTime::now();
    let (answer, metadata) = fetch::exchange(core, operation, &body).await?;
    let access_token = answer.text("access_token").ok_or_else(|| fetch::no_token(&operation, &metadata))?;
    let end = |name: &str, unknown: Duration| {
        let lifetime = answer.duration(name).unwrap_or(unknown).min(LONGEST_SESSION);
        now.checked_add(lifetime).unwrap_or(now)
    };
    let tokens = UserTokens::new(access_token, end("expires_in", fetch::UNKNOWN_LIFETIME)).issued_at(now);
    let tokens = tokens.with_scope(answer.text("scope").unwrap_or_default());
    Ok(match answer.text("refresh_token") {
        Some(refresh_token) => {
            tokens.with_refresh_token(refresh_token, end("refresh_token_expires_in", LONGEST_SESSION))
        }
        None => tokens,
    })
}

/// The callback for changes of sessions.
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
