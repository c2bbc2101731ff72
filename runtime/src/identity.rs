//! Who makes a call.

use std::fmt;
use std::sync::Arc;

use http::HeaderValue;

use crate::operation::Tokens;

/// The app itself, inside one tenant: calls carry a `tenant_access_token`.
///
/// A custom app has one tenant, [`Tenant::default`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Tenant {
    key: Option<Arc<str>>,
}

impl Tenant {
    /// The tenant with this `tenant_key`; store apps serve many.
    pub fn new(tenant_key: impl Into<Arc<str>>) -> Self {
        Tenant { key: Some(tenant_key.into()) }
    }

    /// The `tenant_key`; `None` is the only tenant of a custom app.
    pub fn key(&self) -> Option<&str> {
        self.key.as_deref()
    }
}

/// A person who has authorized the app: calls carry a `user_access_token`.
///
/// A token that is given as it is is never replaced by another.
#[derive(Clone)]
pub struct User(Access);

#[derive(Clone)]
pub(crate) enum Access {
    /// `None` if the token cannot stand in a header.
    Token(Option<HeaderValue>),
    /// The token store has the tokens of this user.
    #[cfg(feature = "sessions")]
    Session(Arc<str>),
}

impl User {
    /// A person, by the `user_access_token` (without `Bearer`).
    pub fn new(user_access_token: impl AsRef<str>) -> Self {
        User(Access::Token(bearer(user_access_token.as_ref())))
    }

    /// A person whose session the client keeps fresh, by the name under which
    /// [`Sessions::put`](crate::session::Sessions::put) keeps it.
    #[cfg(feature = "sessions")]
    pub fn session(user: impl Into<Arc<str>>) -> Self {
        User(Access::Session(user.into()))
    }

    pub(crate) fn access(&self) -> &Access {
        &self.0
    }
}

impl fmt::Debug for User {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Access::Token(_) => formatter.write_str("User(***)"),
            #[cfg(feature = "sessions")]
            Access::Session(user) => write!(formatter, "User(session of {user:?})"),
        }
    }
}

/// What the value of the `Authorization` header begins with.
pub(crate) const BEARER: &str = "Bearer ";

/// The value of the `Authorization` header; `None` if the token is empty or has
/// characters that no header may have.
pub(crate) fn bearer(token: &str) -> Option<HeaderValue> {
    if token.is_empty() || !token.bytes().all(|byte| byte.is_ascii_graphic()) {
        return None;
    }
    let mut header = HeaderValue::try_from(format!("{BEARER}{token}")).ok()?;
    header.set_sensitive(true);
    Some(header)
}

/// An identity that is chosen while the program runs.
///
/// The compiler cannot check it; a call that does not accept it fails before
/// anything is sent.
#[derive(Clone, Debug)]
pub enum Either {
    /// The app.
    Tenant(Tenant),
    /// A person.
    User(User),
}

impl Either {
    /// The kind of token that this identity uses.
    pub(crate) fn tokens(&self) -> Tokens {
        match self {
            Either::Tenant(_) => Tokens::TENANT,
            Either::User(_) => Tokens::USER,
        }
    }
}

impl From<Tenant> for Either {
    fn from(tenant: Tenant) -> Self {
        Either::Tenant(tenant)
    }
}

impl From<User> for Either {
    fn from(user: User) -> Self {
        Either::User(user)
    }
}

mod sealed {
    pub trait Sealed {}
    impl Sealed for super::Tenant {}
    impl Sealed for super::User {}
    impl Sealed for super::Either {}
}

/// [`Tenant`], [`User`] or [`Either`].
pub trait Identity: sealed::Sealed + Clone + fmt::Debug + Send + Sync + 'static {
    /// The identity as a value.
    fn to_either(&self) -> Either;
}

impl Identity for Tenant {
    fn to_either(&self) -> Either {
        Either::Tenant(self.clone())
    }
}

impl Identity for User {
    fn to_either(&self) -> Either {
        Either::User(self.clone())
    }
}

impl Identity for Either {
    fn to_either(&self) -> Either {
        self.clone()
    }
}

/// A request that Feishu accepts from the identity `I`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be called as `{I}`",
    label = "Feishu does not accept this call with the token of a `{I}`",
    note = "as a person: `client.as_user(user_access_token)`",
    note = "as the app: the client that `Client::builder()` built"
)]
pub trait Accepts<I> {}
