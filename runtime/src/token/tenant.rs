//! Tokens of the app: tenant access tokens, and what store apps need for them.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use serde_json::json;
use tokio::time::Instant;

use crate::codes;
use crate::core::{App, Core};
use crate::credential::{TRIM, has_space};
use crate::error::{Error, Kind};
use crate::identity::Tenant;
use crate::transport::BoxFuture;

use super::shared::{PATIENCE, SharedStore, store_error, warn};
use super::{Slot, Slots, StoreError, StoredToken, Token, fetch};

/// The tokens of an app: one for each tenant, and for a store app its own.
pub(crate) struct TenantTokens {
    store: SharedStore,
    /// The slot of the only tenant of a custom app.
    own: Arc<Slot>,
    others: Slots<Tenant, Slot>,
    /// The app access token of a store app.
    app_token: Arc<Slot>,
    /// The last ticket of a store app that came to this process, for when the store fails.
    ticket: Mutex<Option<StoredToken>>,
    /// When the app ticket was asked for last.
    asked_for_ticket: Mutex<Option<Instant>>,
}

/// Feishu pushes a ticket every hour.
const TICKET_LIFETIME: Duration = Duration::from_secs(24 * 60 * 60);

/// A ticket that arrives late is believed for this long at least.
const SHORTEST_TICKET: Duration = Duration::from_secs(60 * 60);

/// A ticket is not asked for more often.
const TICKET_PAUSE: Duration = Duration::from_secs(60);

impl TenantTokens {
    pub(crate) fn new(store: SharedStore) -> Self {
        TenantTokens {
            store,
            own: Arc::default(),
            others: Slots::new(),
            app_token: Arc::default(),
            ticket: Mutex::default(),
            asked_for_ticket: Mutex::default(),
        }
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
            None => {
                let renewal = |may_be_locked| -> BoxFuture<'static, _> {
                    let (core, tenant, slot) = (core.clone(), tenant.clone(), slot.clone());
                    Box::pin(async move {
                        let tokens = core.tenants();
                        let key = tenant_key(&core, &tenant);
                        let fetch = Box::pin(tokens.fetch_for(&core, &tenant));
                        tokens.load_or(&key, &slot, fetch, may_be_locked).await
                    })
                };
                Slot::renew(&slot, renewal).await
            }
        }
    }

    /// Whether a token that the server rejected may be replaced; if so, it is dropped.
    pub(crate) async fn reject(&self, core: &Core, tenant: &Tenant, token: &Token) -> bool {
        self.drop_rejected(&self.slot(tenant), &tenant_key(core, tenant), token).await
    }

    async fn drop_rejected(&self, slot: &Slot, key: &str, token: &Token) -> bool {
        let is_dropped = slot.reject(token);
        if is_dropped {
            self.store.forget(key, &token.to_stored()).await;
        }
        is_dropped
    }

    fn slot(&self, tenant: &Tenant) -> Arc<Slot> {
        match tenant.key() {
            None => self.own.clone(),
            Some(_) => self.others.get(tenant),
        }
    }

    /// The token in the store, or the one that `fetch` gets and the store then has.
    async fn load_or(
        &self,
        key: &str,
        slot: &Slot,
        fetch: BoxFuture<'_, Result<Token, Error>>,
        may_be_locked: bool,
    ) -> Result<Token, Error> {
        let accept = |stored: &StoredToken| {
            Token::from_stored(stored).filter(|token| token.is_fresh() && !slot.is_rejected(token))
        };
        let patience = if may_be_locked { Duration::ZERO } else { PATIENCE };
        self.store.load_or_fetch(key, patience, accept, fetch).await
    }

    async fn fetch_for(&self, core: &Core, tenant: &Tenant) -> Result<Token, Error> {
        let app = core.app_or_error()?;
        match (app.is_store_app, tenant.key()) {
            (false, None) => {
                let body = json!({ "app_id": app.id, "app_secret": app.secret });
                fetch::fetch(core, fetch::INTERNAL, body).await
            }
            (false, Some(_)) => Err(Error::configuration("a custom app has only one tenant")),
            (true, None) => Err(Error::configuration("a store app calls for a tenant, as `for_tenant(tenant_key)`")),
            (true, Some(tenant_key)) if tenant_key.is_empty() || has_space(tenant_key) => {
                let message = format!("the tenant key is empty, or has a space or a line break; {TRIM}");
                Err(Error::invalid_request(message))
            }
            (true, Some(tenant_key)) => self.fetch_for_tenant(core, tenant_key).await,
        }
    }

    /// For a store app: with its app access token, which is replaced once if the server rejects it.
    async fn fetch_for_tenant(&self, core: &Core, tenant_key: &str) -> Result<Token, Error> {
        let fetch = async |app_token: &Token| {
            let body = json!({ "app_access_token": app_token.secret(), "tenant_key": tenant_key });
            fetch::fetch(core, fetch::TENANT, body).await
        };
        let app_token = self.app_token(core).await?;
        match fetch(&app_token).await {
            Err(error) if error.code().is_some_and(codes::is_token_rejection) => {
                if !self.drop_rejected(&self.app_token, &app_token_key(core), &app_token).await {
                    return Err(error);
                }
                let new = self.app_token(core).await?;
                if new.secret() == app_token.secret() { Err(error) } else { fetch(&new).await }
            }
            result => result,
        }
    }

    async fn app_token(&self, core: &Core) -> Result<Arc<Token>, Error> {
        if let Some(token) = self.app_token.fresh() {
            return Ok(token);
        }
        let renewal = |may_be_locked| -> BoxFuture<'static, _> {
            let core = core.clone();
            Box::pin(async move {
                let tokens = core.tenants();
                let fetch = Box::pin(tokens.fetch_app_token(&core));
                tokens.load_or(&app_token_key(&core), &tokens.app_token, fetch, may_be_locked).await
            })
        };
        Slot::renew(&self.app_token, renewal).await
    }

    async fn fetch_app_token(&self, core: &Core) -> Result<Token, Error> {
        let app = core.app_or_error()?;
        let mut cause = None;
        // Once the stale ticket is gone, there may be a newer one: it came while the store failed, or just now.
        for _ in 0..2 {
            let Some(ticket) = self.ticket(core).await? else { break };
            let body = json!({
                "app_id": app.id,
                "app_secret": app.secret,
                "app_ticket": ticket.secret(),
            });
            match fetch::fetch(core, fetch::APP, body).await {
                Err(error) if error.code() == Some(codes::BAD_TICKET) => {
                    self.forget_ticket(&ticket);
                    self.store.forget(&ticket_key(core), &ticket).await;
                    cause = Some(error);
                }
                result => return result,
            }
        }
        Err(self.no_ticket(core, app, cause).await)
    }

    /// Asks Feishu to push the ticket; it comes as an event, so this call fails.
    async fn no_ticket(&self, core: &Core, app: &App, cause: Option<Error>) -> Error {
        if self.may_ask_for_ticket() {
            let body = json!({ "app_id": app.id, "app_secret": app.secret });
            if let Err(error) = fetch::send(core, fetch::RESEND, body).await {
                // Feishu was not asked after all, so the next caller asks again.
                *self.asked_for_ticket.lock().unwrap_or_else(PoisonError::into_inner) = None;
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

    /// Keeps the ticket that Feishu pushed, unless there is a newer one.
    ///
    /// The end of a stored ticket tells when it was sent, so that all processes know which is the newer.
    pub(crate) async fn put_ticket(&self, core: &Core, ticket: String, sent: SystemTime) -> Result<(), Error> {
        let now = SystemTime::now();
        // Whatever the clocks say, a ticket that has just arrived works for some time.
        let end = sent.checked_add(TICKET_LIFETIME).unwrap_or(now).clamp(now + SHORTEST_TICKET, now + TICKET_LIFETIME);
        let ticket = StoredToken::new(ticket, end);
        {
            let mut own = self.ticket.lock().unwrap_or_else(PoisonError::into_inner);
            if own.as_ref().is_none_or(|own| !is_newer(own, &ticket)) {
                *own = Some(ticket.clone());
            }
        }
        match self.save_ticket(&ticket_key(core), ticket).await {
            Err(error) if self.store.is_optional() => {
                warn(&error, "an app ticket is kept in this process alone, since the token store failed");
                Ok(())
            }
            result => result.map_err(store_error),
        }
    }

    async fn save_ticket(&self, key: &str, ticket: StoredToken) -> Result<(), StoreError> {
        let store = self.store.store();
        // Another process may save a ticket between the look and the replacement.
        for _ in 0..3 {
            match store.load(key).await? {
                Some(kept) if is_newer(&kept, &ticket) => {
                    tracing::debug!("an older app ticket arrived after a newer one and is not kept");
                    return Ok(());
                }
                Some(kept) if store.replace(key, &kept, ticket.clone()).await? => return Ok(()),
                Some(_) => {}
                None => break,
            }
        }
        store.save(key, ticket).await
    }

    /// The latest ticket; the store also has those that other processes received.
    async fn ticket(&self, core: &Core) -> Result<Option<StoredToken>, Error> {
        match self.store.store().load(&ticket_key(core)).await {
            Err(error) if self.store.is_optional() => {
                warn(&error, "the app ticket of this process is used, since the token store failed");
                Ok(self.own_ticket())
            }
            // It may have come while the store failed.
            Ok(None) if self.store.is_optional() => Ok(self.own_ticket()),
            result => result.map_err(store_error),
        }
    }

    fn own_ticket(&self) -> Option<StoredToken> {
        let ticket = self.ticket.lock().unwrap_or_else(PoisonError::into_inner);
        ticket.clone().filter(|ticket| ticket.time_left().is_some())
    }

    fn forget_ticket(&self, stale: &StoredToken) {
        let mut ticket = self.ticket.lock().unwrap_or_else(PoisonError::into_inner);
        ticket.take_if(|ticket| ticket.secret() == stale.secret());
    }
}

/// Whether a ticket was sent after another one; the ends of tickets from a store are not exact.
fn is_newer(kept: &StoredToken, ticket: &StoredToken) -> bool {
    kept.expires_at() > ticket.expires_at() + Duration::from_secs(1)
}

fn tenant_key(core: &Core, tenant: &Tenant) -> String {
    core.store_key("tenant_access_token", tenant.key().unwrap_or_default())
}

fn app_token_key(core: &Core) -> String {
    core.store_key("app_access_token", "")
}

fn ticket_key(core: &Core) -> String {
    core.store_key("app_ticket", "")
}

impl fmt::Debug for TenantTokens {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("TenantTokens").field("store", &self.store).finish_non_exhaustive()
    }
}
