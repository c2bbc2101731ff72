//! The core: what all calls of a client share.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use http::HeaderValue;

use crate::error::Error;
use crate::identity::Tenant;
use crate::operation::Method;
use crate::raw::RawRequest;
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
    pub(crate) tokens: TenantTokens,
    pub(crate) budget: Budget,
    pub(crate) config: Config,
    #[cfg(feature = "pacing")]
    pub(crate) pacer: Option<crate::pacing::Pacer>,
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
        self.0.tokens.app().map(|app| app.id.as_str())
    }

    /// A call that no typed operation exists for.
    ///
    /// The path begins with `/`; its parameters stand in braces and are filled in
    /// with [`RawRequest::path`].
    pub fn request(&self, method: Method, path: impl Into<String>) -> RawRequest {
        RawRequest::new(self, method, path.into())
    }

    /// The current `tenant_access_token` of a tenant, for other uses.
    ///
    /// It is valid for some minutes at least.
    ///
    /// # Errors
    ///
    /// If there is no app, or the server gives no token.
    pub async fn tenant_access_token(&self, tenant: &Tenant) -> Result<String, Error> {
        let token = self.0.tokens.get(self, tenant).await?;
        Ok(token.secret().to_owned())
    }

    /// Keeps the `app_ticket` that Feishu pushes to a store app every hour, in the
    /// token store.
    ///
    /// # Errors
    ///
    /// If the token store fails.
    pub async fn put_app_ticket(&self, app_ticket: &str) -> Result<(), Error> {
        self.0.tokens.put_ticket(self, app_ticket).await
    }

    pub(crate) fn transport(&self) -> &dyn Transport {
        &*self.0.transport
    }

    pub(crate) fn tokens(&self) -> &TenantTokens {
        &self.0.tokens
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
            .field("tokens", &self.0.tokens)
            .field("config", &self.0.config)
            .finish_non_exhaustive()
    }
}
