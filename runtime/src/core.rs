//! The core: what all calls of a client share.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use http::HeaderValue;

use crate::credential::{TRIM, has_space};
use crate::error::Error;
use crate::identity::Tenant;
use crate::retry::{Budget, RetryPolicy};
use crate::token::TenantTokens;
use crate::transport::Transport;

/// What all calls of a client share: connections, tokens, settings.
///
/// A clone is cheap and shares everything.
#[derive(Clone)]
pub struct Core(Arc<Shared>);

pub(crate) struct Shared {
    pub(crate) base_url: String,
    pub(crate) transport: Arc<dyn Transport>,
    pub(crate) app: Option<App>,
    pub(crate) tenants: TenantTokens,
    #[cfg(feature = "sessions")]
    pub(crate) sessions: crate::session::SessionTokens,
    /// Where the authorization page is.
    #[cfg(feature = "sessions")]
    pub(crate) accounts_url: String,
    pub(crate) budget: Budget,
    pub(crate) config: Config,
    #[cfg(feature = "pacing")]
    pub(crate) pacer: Option<crate::pacing::Pacer>,
}

/// The app that calls.
#[derive(Clone)]
pub(crate) struct App {
    pub(crate) id: String,
    pub(crate) secret: String,
    /// Installed by many tenants, from the app store.
    pub(crate) is_store_app: bool,
}

impl fmt::Debug for App {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("App").field("id", &self.id).field("secret", &"***").finish()
    }
}

/// The settings of a client.
#[derive(Clone, Debug)]
pub(crate) struct Config {
    /// For one attempt.
    pub(crate) timeout: Duration,
    /// For a call with all its attempts.
    pub(crate) deadline: Option<Duration>,
    pub(crate) retry: RetryPolicy,
    pub(crate) validate: bool,
    /// For the body of one answer, downloads excepted.
    pub(crate) max_answer_bytes: usize,
    pub(crate) user_agent: HeaderValue,
}

impl Core {
    pub(crate) fn new(shared: Shared) -> Self {
        Core(Arc::new(shared))
    }

    /// The base URL, without a slash at its end.
    pub fn base_url(&self) -> &str {
        &self.0.base_url
    }

    /// The app id; `None` for a client that has only user tokens.
    pub fn app_id(&self) -> Option<&str> {
        self.0.app.as_ref().map(|app| app.id.as_str())
    }

    /// The current `tenant_access_token` of a tenant, for other uses.
    ///
    /// It is valid for some minutes at least, unless a new one could not be fetched, or takes longer than half a second.
    ///
    /// # Errors
    ///
    /// If there is no app, or the server gives no token.
    pub async fn tenant_access_token(&self, tenant: &Tenant) -> Result<String, Error> {
        let token = self.0.tenants.get(self, tenant).await?;
        Ok(token.secret().to_owned())
    }

    /// Keeps the `app_ticket` that Feishu pushes to a store app every hour, in the
    /// token store.
    ///
    /// # Errors
    ///
    /// If the client is not that of a store app, the ticket is empty or has a space or a line break, or the token store
    /// fails.
    pub async fn put_app_ticket(&self, app_ticket: impl Into<String>) -> Result<(), Error> {
        self.put_app_ticket_of(app_ticket.into(), SystemTime::now()).await
    }

    /// Keeps a ticket that Feishu sent at this time, unless there is a newer one.
    pub(crate) async fn put_app_ticket_of(&self, app_ticket: String, sent: SystemTime) -> Result<(), Error> {
        if !self.app_or_error()?.is_store_app {
            return Err(Error::configuration("only a store app has app tickets, see `store_app` of the builder"));
        }
        // As of an event that was read with the wrong names; it must not replace a good one.
        if app_ticket.is_empty() {
            return Err(Error::invalid_request("the app ticket is empty"));
        }
        if has_space(&app_ticket) {
            return Err(Error::invalid_request(format!("there is a space or a line break in the app ticket; {TRIM}")));
        }
        self.0.tenants.put_ticket(self, app_ticket, sent).await
    }

    /// The sessions of users: log in, keep, refresh, log out.
    #[cfg(feature = "sessions")]
    pub fn sessions(&self) -> crate::session::Sessions {
        crate::session::Sessions::new(self)
    }

    pub(crate) fn transport(&self) -> &dyn Transport {
        &*self.0.transport
    }

    pub(crate) fn tenants(&self) -> &TenantTokens {
        &self.0.tenants
    }

    #[cfg(feature = "sessions")]
    pub(crate) fn session_tokens(&self) -> &crate::session::SessionTokens {
        &self.0.sessions
    }

    #[cfg(feature = "sessions")]
    pub(crate) fn accounts_url(&self) -> &str {
        &self.0.accounts_url
    }

    pub(crate) fn app_or_error(&self) -> Result<&App, Error> {
        let app = self.0.app.as_ref();
        app.ok_or_else(|| Error::configuration("calls as the app need `custom_app(app_id, app_secret)` in the builder"))
    }

    /// The key under which the token store keeps something of this app.
    pub(crate) fn store_key(&self, kind: &str, of: &str) -> String {
        format!("{} {kind} {} {of}", self.base_url(), self.app_id().unwrap_or_default())
    }

    pub(crate) fn budget(&self) -> &Budget {
        &self.0.budget
    }

    pub(crate) fn config(&self) -> &Config {
        &self.0.config
    }

    #[cfg(feature = "pacing")]
    pub(crate) fn pacer(&self) -> Option<&crate::pacing::Pacer> {
        self.0.pacer.as_ref()
    }
}

impl fmt::Debug for Core {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Core")
            .field("base_url", &self.0.base_url)
            .field("app", &self.0.app)
            .field("tenants", &self.0.tenants)
            .field("config", &self.0.config)
            .finish_non_exhaustive()
    }
}
