//! The client: hand-written, and here rather than in the runtime, because only the crate that owns a type can give it
//! `task_v2()`.

use std::fmt;

use crate::rt::{self, Call, Core, Either, Error, Identity, Request, Tenant, User};

/// Builds a [`Client`].
pub type ClientBuilder = rt::ClientBuilder<Client>;

/// A client for the Feishu (Lark) Open Platform.
///
/// It is cheap to clone and safe to share; all clones use the same connections and tokens.
/// The type parameter is the identity of the caller:
///
/// - `Client` (that is, `Client<Tenant>`) calls as the app, with a `tenant_access_token` that it fetches and keeps;
/// - [`as_user`](Client::as_user) gives a `Client<User>` that calls as a person, and `as_session` (feature `sessions`)
///   one whose token is kept fresh;
/// - [`as_either`](Client::as_either) gives a `Client<Either>` for programs that choose while they run.
///
/// An operation that does not accept the identity is a compile error, or with [`Either`] an error before anything is
/// sent.
///
/// ```no_run
/// use feishu_openapi::{Client, task::v2::task};
///
/// # async fn example() -> Result<(), feishu_openapi::Error> {
/// let client = Client::builder().custom_app("cli_a1b2", "secret").build()?;
/// let answer = client.task_v2().task().get(task::Get::new("e297ddff-06ca-4166-b917-4ce57cd3a7a0")).await?;
/// if let Some(task) = answer.task {
///     println!("{}", task.summary);
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Client<I = Tenant> {
    core: Core,
    identity: I,
}

impl Client {
    /// Starts a new client; [`custom_app`](ClientBuilder::custom_app) names the app.
    pub fn builder() -> ClientBuilder {
        ClientBuilder::new()
    }
}

impl From<Core> for Client {
    fn from(core: Core) -> Self {
        Client { core, identity: Tenant::default() }
    }
}

impl<I: Identity> Client<I> {
    /// The same client, calling as the person to whom this `user_access_token` belongs.
    ///
    /// The token is sent as it is and is never replaced by another.
    pub fn as_user(&self, user_access_token: impl AsRef<str>) -> Client<User> {
        self.with_identity(User::new(user_access_token))
    }

    /// The same client, calling as a person who is logged in under this name, with a token that is kept fresh.
    ///
    /// [`sessions`](Client::sessions) logs people in.
    #[cfg(feature = "sessions")]
    pub fn as_session(&self, user: impl Into<std::sync::Arc<str>>) -> Client<User> {
        self.with_identity(User::session(user))
    }

    /// The sessions of people: log in, keep, refresh, log out.
    #[cfg(feature = "sessions")]
    pub fn sessions(&self) -> rt::session::Sessions {
        self.core.sessions()
    }

    /// A connection over which the app's events come to this dispatcher, without a public address.
    ///
    /// Events belong to the app, whoever this client calls as.
    #[cfg(feature = "long-connection")]
    pub fn long_connection(
        &self,
        dispatcher: impl Into<std::sync::Arc<rt::event::Dispatcher>>,
    ) -> rt::long_connection::LongConnection {
        self.core.long_connection(dispatcher)
    }

    /// The same client, calling as an identity that is chosen while the program runs.
    pub fn as_either(&self, identity: impl Into<Either>) -> Client<Either> {
        self.with_identity(identity.into())
    }

    /// The same client, calling as the app inside the tenant `tenant_key`; for store apps.
    pub fn for_tenant(
        &self,
        tenant_key: impl Into<std::sync::Arc<str>>,
    ) -> Client<Tenant> {
        self.with_identity(Tenant::new(tenant_key))
    }

    /// What all calls go through; it makes calls for which there is no typed operation.
    pub fn core(&self) -> &Core {
        &self.core
    }

    // Nothing calls it where the features leave no version of an API; those are generated, and not named here.
    #[allow(dead_code)]
    pub(crate) fn call<R: Request>(&self, request: R) -> Call<R> {
        Call::new(&self.core, self.identity.to_either(), request)
    }

    fn with_identity<J>(&self, identity: J) -> Client<J> {
        Client { core: self.core.clone(), identity }
    }
}

impl Client<Tenant> {
    /// A `tenant_access_token` for uses outside this client, fetched or from the store.
    ///
    /// It stays valid for at most two hours; ask again rather than keep it.
    pub async fn tenant_access_token(&self) -> Result<String, Error> {
        self.core.tenant_access_token(&self.identity).await
    }
}

impl<I: fmt::Debug> fmt::Debug for Client<I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("identity", &self.identity)
            .finish_non_exhaustive()
    }
}
