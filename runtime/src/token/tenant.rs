//! Tenant access tokens.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::{Duration, SystemTime};

use serde_json::json;
use tokio::time::Instant;

use crate::codes;
use crate::core::Core;
use crate::error::{Error, Kind};
use crate::identity::Tenant;

use super::{Slot, StoreError, StoredToken, Token, TokenStore, fetch};

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

/// The tenant access tokens of an app, one for each tenant.
pub(crate) struct TenantTokens {
    app: Option<App>,
    store: Arc<dyn TokenStore>,
    /// Of the only tenant of a custom app.
    own: Arc<Slot>,
    others: RwLock<HashMap<Tenant, Arc<Slot>>>,
    /// The app access token of a store app.
    app_token: Slot,
    /// When the app ticket was asked for last.
    asked_for_ticket: Mutex<Option<Instant>>,
}

/// Feishu pushes a ticket every hour.
const TICKET_LIFETIME: Duration = Duration::from_secs(24 * 60 * 60);

/// A ticket is not asked for more often.
const TICKET_PAUSE: Duration = Duration::from_secs(60);

impl TenantTokens {
    pub(crate) fn new(app: Option<App>, store: Arc<dyn TokenStore>) -> Self {
        TenantTokens {
            app,
            store,
            own: Arc::default(),
            others: RwLock::default(),
            app_token: Slot::default(),
            asked_for_ticket: Mutex::default(),
        }
    }

    pub(crate) fn app(&self) -> Option<&App> {
        self.app.as_ref()
    }

    /// The current token for this tenant, if it needs no renewal.
    pub(crate) fn fresh(&self, tenant: &Tenant) -> Option<Arc<Token>> {
        match tenant.key() {
            None => self.own.fresh(),
            Some(_) => self.slot(tenant).fresh(),
        }
    }

    /// A token for this tenant: the current one, or a new one.
    pub(crate) async fn get(&self, core: &Core, tenant: &Tenant) -> Result<Arc<Token>, Error> {
        let slot = self.slot(tenant);
        match slot.fresh() {
            Some(token) => Ok(token),
            // Boxed, since fetching a token is a call that may need a token itself.
            None => {
                let key = self.key(core, "tenant_access_token", tenant);
                let fetch = self.fetch_for(core, tenant);
                Box::pin(slot.renew(self.load_or(&key, &slot, fetch))).await
            }
        }
    }

    /// Drops a token that the server rejected.
    pub(crate) async fn reject(&self, core: &Core, tenant: &Tenant, token: &Token) {
        let key = self.key(core, "tenant_access_token", tenant);
        self.drop_token(&key, &self.slot(tenant), token).await;
    }

    async fn drop_token(&self, key: &str, slot: &Slot, token: &Token) {
        slot.reject(token);
        if let Err(error) = self.store.remove(key, &token.to_stored()).await {
            tracing::warn!(%error, "a rejected token could not be removed from the store");
        }
    }

    fn slot(&self, tenant: &Tenant) -> Arc<Slot> {
        if tenant.key().is_none() {
            return self.own.clone();
        }
        let slots = self.others.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(slot) = slots.get(tenant) {
            return slot.clone();
        }
        drop(slots);
        let mut slots = self.others.write().unwrap_or_else(PoisonError::into_inner);
        slots.entry(tenant.clone()).or_default().clone()
    }

    fn key(&self, core: &Core, kind: &str, tenant: &Tenant) -> String {
        let app = self.app.as_ref().map_or("", |app| &app.id);
        let tenant = tenant.key().unwrap_or_default();
        format!("{} {kind} {app} {tenant}", core.base_url())
    }

    /// The token in the store, or the one that `fetch` gets and the store then has.
    async fn load_or(
        &self,
        key: &str,
        slot: &Slot,
        fetch: impl Future<Output = Result<Token, Error>>,
    ) -> Result<Token, Error> {
        let stored = self.store.load(key).await.map_err(store_error)?;
        if let Some(token) = stored.as_ref().and_then(Token::from_stored)
            && token.is_fresh()
            && !slot.is_rejected(&token)
        {
            return Ok(token);
        }
        let token = fetch.await?;
        // The token works even if it cannot be shared.
        if let Err(error) = self.store.save(key, token.to_stored()).await {
            tracing::warn!(%error, "a token could not be saved in the store");
        }
        Ok(token)
    }

    async fn fetch_for(&self, core: &Core, tenant: &Tenant) -> Result<Token, Error> {
        let Some(app) = &self.app else {
            return Err(Error::configuration("calls as the app need `custom_app(app_id, app_secret)` in the builder"));
        };
        match (app.is_store_app, tenant.key()) {
            (false, None) => {
                let body = json!({ "app_id": app.id, "app_secret": app.secret });
                fetch::fetch(core, fetch::INTERNAL, body).await
            }
            (false, Some(_)) => Err(Error::configuration("a custom app has only one tenant")),
            (true, None) => Err(Error::configuration("a store app calls for a tenant, as `for_tenant(tenant_key)`")),
            (true, Some(tenant_key)) => self.fetch_for_tenant(core, app, tenant_key).await,
        }
    }

    /// For a store app: with its app access token, which is replaced once if it is
    /// rejected.
    async fn fetch_for_tenant(&self, core: &Core, app: &App, tenant_key: &str) -> Result<Token, Error> {
        let fetch = async |app_token: &Token| {
            let body = json!({ "app_access_token": app_token.secret(), "tenant_key": tenant_key });
            fetch::fetch(core, fetch::TENANT, body).await
        };
        let app_token = self.app_token(core, app).await?;
        let result = fetch(&app_token).await;
        match result {
            Err(error) if error.code().is_some_and(codes::is_token_rejection) => {
                let key = self.key(core, "app_access_token", &Tenant::default());
                self.drop_token(&key, &self.app_token, &app_token).await;
                let app_token = self.app_token(core, app).await?;
                fetch(&app_token).await
            }
            result => result,
        }
    }

    async fn app_token(&self, core: &Core, app: &App) -> Result<Arc<Token>, Error> {
        if let Some(token) = self.app_token.fresh() {
            return Ok(token);
        }
        let key = self.key(core, "app_access_token", &Tenant::default());
        let fetch = self.fetch_app_token(core, app);
        self.app_token.renew(self.load_or(&key, &self.app_token, fetch)).await
    }

    async fn fetch_app_token(&self, core: &Core, app: &App) -> Result<Token, Error> {
        let key = self.key(core, "app_ticket", &Tenant::default());
        let Some(ticket) = self.store.load(&key).await.map_err(store_error)? else {
            return Err(self.no_ticket(core, app, None).await);
        };
        let body = json!({
            "app_id": app.id,
            "app_secret": app.secret,
            "app_ticket": ticket.secret(),
        });
        match fetch::fetch(core, fetch::APP, body).await {
            Err(error) if error.code() == Some(codes::BAD_TICKET) => {
                if let Err(error) = self.store.remove(&key, &ticket).await {
                    tracing::warn!(%error, "a stale app ticket could not be removed");
                }
                Err(self.no_ticket(core, app, Some(error)).await)
            }
            result => result,
        }
    }

    /// Asks Feishu to push the ticket; it comes as an event, so this call fails.
    async fn no_ticket(&self, core: &Core, app: &App, cause: Option<Error>) -> Error {
        if self.may_ask_for_ticket() {
            let body = json!({ "app_id": app.id, "app_secret": app.secret });
            if let Err(error) = fetch::send(core, fetch::RESEND, body).await {
                return error;
            }
        }
        let message = "the app ticket is missing or stale, Feishu was asked to push it again";
        let error = Error::new(Kind::NoTicket, message);
        match cause {
            Some(cause) => error.with_source(cause),
            None => error,
        }
    }

    fn may_ask_for_ticket(&self) -> bool {
        let mut asked = self.asked_for_ticket.lock().unwrap_or_else(PoisonError::into_inner);
        let is_too_soon = asked.is_some_and(|asked| asked.elapsed() < TICKET_PAUSE);
        if !is_too_soon {
            *asked = Some(Instant::now());
        }
        !is_too_soon
    }

    /// Keeps the ticket that Feishu pushed.
    pub(crate) async fn put_ticket(&self, core: &Core, ticket: &str) -> Result<(), Error> {
        let key = self.key(core, "app_ticket", &Tenant::default());
        let ticket = StoredToken::new(ticket, SystemTime::now() + TICKET_LIFETIME);
        self.store.save(&key, ticket).await.map_err(store_error)?;
        Ok(())
    }
}

fn store_error(error: StoreError) -> Error {
    Error::new(Kind::Store, "a token could not be loaded").with_source(error)
}

impl fmt::Debug for TenantTokens {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("TenantTokens").field("app", &self.app).finish_non_exhaustive()
    }
}
