//! Sessions of users: log in with OAuth, and stay logged in (feature `sessions`).
//!
//! An app acts for a person with a `user_access_token`, which lives about two hours, and gets the next one with a
//! `refresh_token`, which works once.
//! Here is the whole way, after Feishu's pages:
//!
//! 1. [`Sessions::authorize`] makes the address of the page on which the person agrees
//!    ([page](https://open.feishu.cn/document/common-capabilities/sso/api/obtain-oauth-code)).
//! 2. Feishu sends the browser back; [`PendingAuthorization::receive`] takes the code out of the address.
//! 3. [`Sessions::exchange`] gets the tokens
//!    ([page](https://open.feishu.cn/document/uAjLw4CM/ukTMukTMukTM/authentication-management/access-token/get-user-access-token)),
//!    and [`Sessions::put`] keeps them in the token store, under any name that you have for the user.
//! 4. Calls as [`User::session`](crate::User::session) carry a token that is good, refreshed when it is time
//!    ([page](https://open.feishu.cn/document/uAjLw4CM/ukTMukTMukTM/authentication-management/access-token/refresh-user-access-token)).
//!
//! ```no_run
//! # mod feishu_openapi { pub use feishu_openapi_runtime::{*, Core as Client}; }
//! use feishu_openapi::session::PendingAuthorization;
//! use feishu_openapi::{Client, Error, Method};
//!
//! // Send the browser to `url`, and keep `pending` in the visitor's web session.
//! fn login(client: &Client) -> Result<(String, PendingAuthorization), Error> {
//!     let authorization = client
//!         .sessions()
//!         .authorize("https://example.com/api/oauth/callback")
//!         .scopes(["task:task:read", "offline_access"])
//!         .begin()?;
//!     Ok((authorization.url, authorization.pending))
//! }
//!
//! // The browser comes back with a code.
//! async fn callback(client: &Client, pending: PendingAuthorization, query: &str) -> Result<String, Error> {
//!     let code = pending.receive(query)?;
//!     let tokens = client.sessions().exchange(code).await?;
//!     let path = "/open-apis/authen/v1/user_info";
//! #   let core = client;
//! #   #[cfg(any())]
//!     let core = client.core();
//!     let person = core.request(Method::Get, path).as_user(tokens.access_token()).await?;
//!     let open_id = person["open_id"].as_str().unwrap_or_default();
//!     client.sessions().put(open_id, &tokens).await?;
//!     Ok(open_id.to_owned())
//! }
//!
//! // From then on, on every machine that shares the token store: `client.as_session(open_id).task_v2()…`
//! ```
//!
//! # What happens when something dies
//!
//! A refresh is done by one client at a time, under a lock in the token store, and goes on when the call that began it
//! is given up.
//! New tokens take the place of the old ones in one step.
//! If the process is killed between Feishu's answer and that step, the old `refresh_token` is used up and the new one
//! lost: calls work while the old `user_access_token` does, and then say that the person has to log in again
//! ([`Error::is_login_required`](crate::Error::is_login_required)).
//! Killed at any other moment, the session survives.

mod authorize;
mod callback;
mod codes;
mod refresh;
mod sessions;
mod tokens;

pub use self::authorize::{Authorization, AuthorizationBuilder};
pub use self::callback::{AuthorizationCode, PendingAuthorization};
#[cfg(feature = "testing")]
#[doc(hidden)]
pub use self::codes::operations;
pub(crate) use self::refresh::SessionTokens;
pub(crate) use self::sessions::OnChange;
pub use self::sessions::{SessionChange, Sessions};
pub use self::tokens::UserTokens;
