//! Building a client.

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;
use std::time::Duration;

use http::HeaderValue;

use crate::core::{App, Config, Core, Shared};
use crate::credential::{TRIM, has_space};
use crate::error::Error;
use crate::retry::{Budget, RetryPolicy};
use crate::token::{MemoryTokenStore, SharedStore, StoreOutage, TenantTokens, TokenStore};
use crate::transport::{Transport, after_scheme};

/// The base URL of Feishu (China).
pub const FEISHU: &str = "https://open.feishu.cn";
/// The base URL of Lark (international).
pub const LARKSUITE: &str = "https://open.larksuite.com";

/// Builds a client `C`.
///
/// Without [`custom_app`](Self::custom_app) or [`store_app`](Self::store_app) the client can only call as people.
#[must_use = "a builder does nothing until `build` is called"]
pub struct ClientBuilder<C> {
    settings: Settings,
    builds: PhantomData<fn() -> C>,
}

/// What the builder was told; it knows nothing of `C`, so that it is compiled once.
struct Settings {
    app: Option<App>,
    base_url: String,
    transport: Option<Arc<dyn Transport>>,
    store: Arc<dyn TokenStore>,
    outage: StoreOutage,
    connect_timeout: Duration,
    config: Config,
    user_agent: Option<String>,
    #[cfg(feature = "sessions")]
    accounts_url: Option<String>,
    #[cfg(feature = "sessions")]
    on_session_change: Option<crate::session::OnChange>,
    #[cfg(feature = "pacing")]
    pacing: bool,
}

impl<C: From<Core>> ClientBuilder<C> {
    /// With Feishu's base URL and the default settings.
    #[allow(clippy::new_without_default)]
    pub fn new() -> Self {
        ClientBuilder { settings: Settings::new(), builds: PhantomData }
    }

    /// A custom (self-built) app, by the App ID and App Secret of the developer console.
    pub fn custom_app(mut self, app_id: impl Into<String>, app_secret: impl Into<String>) -> Self {
        self.settings.app = Some(App { id: app_id.into(), secret: app_secret.into(), is_store_app: false });
        self
    }

    /// A store (ISV) app, which many tenants install.
    ///
    /// Calls as the app are made for one tenant, [`Tenant::new`](crate::Tenant::new);
    /// each `app_ticket` that Feishu pushes has to be given to
    /// [`Core::put_app_ticket`].
    pub fn store_app(mut self, app_id: impl Into<String>, app_secret: impl Into<String>) -> Self {
        self.settings.app = Some(App { id: app_id.into(), secret: app_secret.into(), is_store_app: true });
        self
    }

    /// The server: [`FEISHU`] (the default), [`LARKSUITE`], or any other.
    pub fn base_url(mut self, base_url: impl Into<String>) -> Self {
        self.settings.base_url = base_url.into();
        self
    }

    /// Sends requests in another way.
    pub fn transport(mut self, transport: impl Transport) -> Self {
        self.settings.transport = Some(Arc::new(transport));
        self
    }

    /// Sends requests with this client: proxies, certificates, connection pools.
    ///
    /// Without it, the default client takes its proxy from `HTTPS_PROXY`, `ALL_PROXY` and `NO_PROXY` (`HTTP_PROXY` for
    /// a server without TLS), and [`build`](Self::build) fails if the one that counts is not the address of a proxy.
    ///
    /// Switch redirects off in it, see
    /// [`ReqwestTransport::new`](crate::transport::ReqwestTransport::new).
    #[cfg(feature = "reqwest")]
    pub fn reqwest_client(self, client: ::reqwest::Client) -> Self {
        self.transport(crate::transport::ReqwestTransport::new(client))
    }

    /// Keeps tokens elsewhere than in this client's memory.
    pub fn token_store(mut self, store: impl TokenStore) -> Self {
        self.settings.store = Arc::new(store);
        self
    }

    /// What happens while the token store fails; by default, calls that need it fail.
    pub fn on_store_outage(mut self, outage: StoreOutage) -> Self {
        self.settings.outage = outage;
        self
    }

    /// Where the page is on which people agree that the app acts for them.
    ///
    /// By default `https://accounts.feishu.cn` or `https://accounts.larksuite.com`, as the base URL says; with another
    /// base URL, the base URL itself.
    #[cfg(feature = "sessions")]
    pub fn accounts_url(mut self, accounts_url: impl Into<String>) -> Self {
        self.settings.accounts_url = Some(accounts_url.into());
        self
    }

    /// Calls `on_change` with the name of the user when this client has refreshed a session, or has learnt that it is
    /// over.
    ///
    /// It is called between Feishu's answer and the call that waits for it, so it should take no time.
    #[cfg(feature = "sessions")]
    pub fn on_session_change(
        mut self,
        on_change: impl Fn(&str, &crate::session::SessionChange) + Send + Sync + 'static,
    ) -> Self {
        self.settings.on_session_change = Some(Arc::new(on_change));
        self
    }

    /// How long one attempt may take, connecting included: 30 seconds by default.
    ///
    /// For uploads, how long nothing may move.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.settings.config.timeout = timeout;
        self
    }

    /// How long connecting may take: 10 seconds by default.
    ///
    /// It has no effect with a transport or a client of your own.
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.settings.connect_timeout = timeout;
        self
    }

    /// How long a call may take with all its attempts and waits: 120 seconds by
    /// default, `None` for no limit.
    ///
    /// Uploads have no deadline but their own.
    /// A download has to begin within it: redirects and failures count, the content does not.
    pub fn deadline(mut self, deadline: impl Into<Option<Duration>>) -> Self {
        self.settings.config.deadline = deadline.into();
        self
    }

    /// How many bytes an answer may have: 64 MiB (67,108,864 bytes) by default.
    ///
    /// A call whose answer has more fails and is not repeated; see [`Error::is_unexpected_answer`].
    /// Of an answer that reports a failure, the first 1 MiB is read at most.
    /// Downloads have no such limit, since they are read chunk by chunk.
    pub fn max_answer_bytes(mut self, bytes: usize) -> Self {
        self.settings.config.max_answer_bytes = bytes;
        self
    }

    /// When requests are sent again.
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.settings.config.retry = policy;
        self
    }

    /// Whether requests are checked against the documented limits before they are
    /// sent; not by default, since the server's limits may change.
    pub fn validate(mut self, validate: bool) -> Self {
        self.settings.config.validate = validate;
        self
    }

    /// Whether calls wait so that the documented rate limits of each operation and
    /// tenant are kept; not by default.
    ///
    /// It helps programs that call in bulk; several processes do not know of each
    /// other.
    #[cfg(feature = "pacing")]
    pub fn pacing(mut self, pacing: bool) -> Self {
        self.settings.pacing = pacing;
        self
    }

    /// The `User-Agent` header.
    pub fn user_agent(mut self, user_agent: impl Into<String>) -> Self {
        self.settings.user_agent = Some(user_agent.into());
        self
    }

    /// Builds the client; nothing is sent yet.
    ///
    /// # Errors
    ///
    /// If a setting cannot work: an empty app id or secret, a base URL that is
    /// none, a `User-Agent` that is no header, or no transport.
    pub fn build(self) -> Result<C, Error> {
        self.settings.build().map(C::from)
    }
}

impl Settings {
    fn new() -> Self {
        let agent = concat!("feishu-openapi-rust/", env!("CARGO_PKG_VERSION"));
        Settings {
            app: None,
            base_url: FEISHU.to_owned(),
            transport: None,
            store: Arc::new(MemoryTokenStore::new()),
            outage: StoreOutage::default(),
            connect_timeout: Duration::from_secs(10),
            config: Config {
                timeout: Duration::from_secs(30),
                deadline: Some(Duration::from_secs(120)),
                retry: RetryPolicy::default(),
                validate: false,
                max_answer_bytes: 64 << 20,
                user_agent: HeaderValue::from_static(agent),
            },
            user_agent: None,
            #[cfg(feature = "sessions")]
            accounts_url: None,
            #[cfg(feature = "sessions")]
            on_session_change: None,
            #[cfg(feature = "pacing")]
            pacing: false,
        }
    }

    fn build(self) -> Result<Core, Error> {
        if let Some(app) = &self.app {
            check_app(app)?;
        }
        let base_url = check_base_url(&self.base_url)?;
        #[cfg(feature = "sessions")]
        let accounts_url = match &self.accounts_url {
            Some(url) => check_base_url(url)?,
            None => default_accounts_url(&base_url).to_owned(),
        };
        let mut config = self.config;
        if let Some(agent) = self.user_agent {
            config.user_agent = HeaderValue::try_from(agent).map_err(|error| {
                Error::configuration("the user agent is not allowed in a header").with_source(error)
            })?;
        }
        let transport = match self.transport {
            Some(transport) => transport,
            None => default_transport(self.connect_timeout, &base_url)?,
        };
        let store = SharedStore::new(self.store, self.outage);
        Ok(Core::new(Shared {
            base_url,
            transport,
            app: self.app,
            #[cfg(feature = "sessions")]
            sessions: crate::session::SessionTokens::new(store.clone(), self.on_session_change),
            #[cfg(feature = "sessions")]
            accounts_url,
            tenants: TenantTokens::new(store),
            budget: Budget::new(&config.retry),
            config,
            #[cfg(feature = "pacing")]
            pacer: self.pacing.then(crate::pacing::Pacer::new),
        }))
    }
}

#[cfg(feature = "reqwest")]
fn default_transport(connect_timeout: Duration, base_url: &str) -> Result<Arc<dyn Transport>, Error> {
    match crate::transport::ReqwestTransport::with_defaults(connect_timeout, base_url) {
        Ok(transport) => Ok(Arc::new(transport)),
        Err(error) => Err(Error::configuration("the HTTP client cannot be built").with_source(error)),
    }
}

#[cfg(not(feature = "reqwest"))]
fn default_transport(_: Duration, _: &str) -> Result<Arc<dyn Transport>, Error> {
    Err(Error::configuration("without the feature `reqwest` the builder needs `transport(…)`"))
}

#[cfg(feature = "sessions")]
fn default_accounts_url(base_url: &str) -> &str {
    match base_url {
        FEISHU => "https://accounts.feishu.cn",
        LARKSUITE => "https://accounts.larksuite.com",
        other => other,
    }
}

fn check_app(app: &App) -> Result<(), Error> {
    let texts = [&app.id, &app.secret];
    if texts.iter().any(|text| text.is_empty()) {
        return Err(Error::configuration("app id and app secret must not be empty"));
    }
    if texts.iter().any(|text| has_space(text)) {
        return Err(Error::configuration(format!("there is a space or a line break in app id or app secret; {TRIM}")));
    }
    Ok(())
}

/// The base URL without the slash at its end.
fn check_base_url(base_url: &str) -> Result<String, Error> {
    let trimmed = base_url.trim_end_matches('/');
    let scheme = ["https://", "http://"]
        .into_iter()
        .find(|scheme| trimmed.get(..scheme.len()).is_some_and(|beginning| beginning.eq_ignore_ascii_case(scheme)));
    if trimmed.ends_with("/open-apis") {
        let message = format!("the base URL ends where paths begin, leave `/open-apis` out: {:?}", shown(base_url));
        return Err(Error::configuration(message));
    }
    match scheme.map(|scheme| &trimmed[scheme.len()..]) {
        Some(rest)
            if !rest.is_empty()
                && !rest.contains(['?', '#', '{', '}', '@'])
                && rest.chars().all(|character| character.is_ascii_graphic()) =>
        {
            Ok(trimmed.to_owned())
        }
        _ => Err(Error::configuration(format!(
            "the base URL has to be `https://` or `http://` and a host: {:?}",
            shown(base_url)
        ))),
    }
}

/// An address as it may be printed: user, password and whatever follows the path may be secret.
fn shown(url: &str) -> String {
    let (scheme, rest) = url.split_at(after_scheme(url));
    let (user, rest) = rest.rsplit_once('@').map_or(("", rest), |(_, rest)| ("***@", rest));
    match rest.find(['?', '#']) {
        Some(end) => format!("{scheme}{user}{}…", &rest[..end]),
        None => format!("{scheme}{user}{rest}"),
    }
}

impl<C> fmt::Debug for ClientBuilder<C> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("ClientBuilder")
            .field("app", &self.settings.app)
            .field("base_url", &shown(&self.settings.base_url))
            .field("config", &self.settings.config)
            .finish_non_exhaustive()
    }
}
