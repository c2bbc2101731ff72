//! Tenant access tokens.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use crate::core::Core;
use crate::envelope::Decoder;
use crate::error::{Error, Kind};
use crate::identity::Tenant;
use crate::object;
use crate::operation::{Method, Operation};
use crate::send::{Auth, Prepared, PreparedBody};

use super::{Slot, StoreError, Token, TokenStore};

/// The app that calls.
#[derive(Clone)]
pub(crate) struct App {
    pub(crate) id: String,
    pub(crate) secret: String,
}

impl fmt::Debug for App {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("App")
            .field("id", &self.id)
            .field("secret", &"***")
            .finish()
    }
}

/// The tenant access tokens of an app, one for each tenant.
pub(crate) struct TenantTokens {
    app: Option<App>,
    store: Arc<dyn TokenStore>,
    /// Of the only tenant of a custom app.
    own: Arc<Slot>,
    others: RwLock<HashMap<Tenant, Arc<Slot>>>,
}

/// The page says: at most 7200 seconds; this many are assumed if it says nothing.
const UNKNOWN_LIFETIME: Duration = Duration::from_secs(600);

const INTERNAL: Operation = Operation {
    id: "auth.v3.tenant_access_token.internal",
    method: Method::Post,
    path: "/open-apis/auth/v3/tenant_access_token/internal",
    page: "https://open.feishu.cn/document/ukTMukTMukTM/ukDNz4SO0MjL5QzM/auth-v3/auth/tenant_access_token_internal",
    repeatable: true,
    ..Operation::DEFAULT
};

#[derive(Default)]
struct InternalRequest {
    app_id: String,
    app_secret: String,
}

object! {
    InternalRequest {
        app_id: "app_id",
        app_secret: "app_secret",
    }
}

#[derive(Default)]
struct InternalAnswer {
    tenant_access_token: String,
    expire: Option<i64>,
}

object! {
    InternalAnswer {
        tenant_access_token: "tenant_access_token",
        expire: "expire",
    }
}

impl TenantTokens {
    pub(crate) fn new(app: Option<App>, store: Arc<dyn TokenStore>) -> Self {
        TenantTokens {
            app,
            store,
            own: Arc::default(),
            others: RwLock::default(),
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
            None => Box::pin(slot.renew(self.load_or_fetch(core, tenant, &slot))).await,
        }
    }

    /// Drops a token that the server rejected.
    pub(crate) async fn reject(&self, core: &Core, tenant: &Tenant, token: &Token) {
        self.slot(tenant).reject(token);
        let key = self.key(core, tenant);
        if let Err(error) = self.store.remove(&key, &token.to_stored()).await {
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

    fn key(&self, core: &Core, tenant: &Tenant) -> String {
        let app = self.app.as_ref().map_or("", |app| &app.id);
        let tenant = tenant.key().unwrap_or_default();
        format!("{} tenant_access_token {app} {tenant}", core.base_url())
    }

    async fn load_or_fetch(
        &self,
        core: &Core,
        tenant: &Tenant,
        slot: &Slot,
    ) -> Result<Token, Error> {
        let key = self.key(core, tenant);
        let stored = self.store.load(&key).await.map_err(store_error)?;
        if let Some(token) = stored.as_ref().and_then(Token::from_stored)
            && token.is_fresh()
            && !slot.is_rejected(&token)
        {
            return Ok(token);
        }
        let token = self.fetch(core, tenant).await?;
        // The token works even if it cannot be shared.
        if let Err(error) = self.store.save(&key, token.to_stored()).await {
            tracing::warn!(%error, "a token could not be saved in the store");
        }
        Ok(token)
    }

    async fn fetch(&self, core: &Core, tenant: &Tenant) -> Result<Token, Error> {
        let Some(app) = &self.app else {
            return Err(Error::configuration(
                "calls as the app need `custom_app(app_id, app_secret)` in the builder",
            ));
        };
        if tenant.key().is_some() {
            return Err(Error::configuration("a custom app has only one tenant"));
        }
        let request = InternalRequest {
            app_id: app.id.clone(),
            app_secret: app.secret.clone(),
        };
        let body = serde_json::to_vec(&request)
            .map_err(|error| Error::invalid_request("app id or secret").with_source(error))?;
        let url = format!("{}{}", core.base_url(), INTERNAL.path);
        let mut prepared = Prepared::new(INTERNAL, url, Auth::None);
        prepared.body = PreparedBody::Json(body.into());
        prepared.secrets.push(app.secret.clone());
        let mut decoder = Decoder::<InternalAnswer>::whole();
        let metadata = core.run(&prepared, &mut decoder).await?;
        let answer = decoder.into_data().unwrap_or_default();
        let lifetime = answer
            .expire
            .and_then(|seconds| u64::try_from(seconds).ok())
            .map_or(UNKNOWN_LIFETIME, Duration::from_secs);
        Token::new(&answer.tenant_access_token, lifetime).ok_or_else(|| {
            let mut error = Error::new(Kind::UnexpectedAnswer, "no token in the answer")
                .with_operation(INTERNAL.id);
            metadata.describe(&mut error);
            error
        })
    }
}

fn store_error(error: StoreError) -> Error {
    Error::new(Kind::Store, "a token could not be loaded").with_source(error)
}

impl fmt::Debug for TenantTokens {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("TenantTokens")
            .field("app", &self.app)
            .finish_non_exhaustive()
    }
}
