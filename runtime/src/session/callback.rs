//! What the browser brings back.

use std::fmt;

use url::{Url, form_urlencoded};

use crate::error::{Error, Kind};
use crate::object;

/// A login that waits for the browser to come back.
///
/// It is a serde type, so that it fits into a web session; it is secret, and belongs to one visitor.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct PendingAuthorization {
    pub(super) state: String,
    pub(super) code_verifier: String,
    pub(super) redirect_uri: String,
}

object! {
    PendingAuthorization {
        state: "state",
        code_verifier: "code_verifier",
        redirect_uri: "redirect_uri",
    }
}

/// A code that [`Sessions::exchange`](super::Sessions::exchange) exchanges for tokens, once and within five minutes.
#[derive(Clone, PartialEq, Eq)]
pub struct AuthorizationCode {
    pub(super) code: String,
    pub(super) redirect_uri: Option<String>,
    pub(super) code_verifier: Option<String>,
    pub(super) scope: Option<String>,
}

impl PendingAuthorization {
    /// Takes the code out of the address to which Feishu has sent the browser, or out of its query alone.
    ///
    /// # Errors
    ///
    /// - If the person refused: [`Error::is_authorization_denied`].
    /// - If the `state` is not that of this login: somebody may have tried to make the visitor log in as another.
    /// - If there is no code.
    pub fn receive(&self, address_or_query: &str) -> Result<AuthorizationCode, Error> {
        let query = query_of(address_or_query);
        let value = |name: &str| parameter(query, name).filter(|value| !value.is_empty());
        if self.state.is_empty() || value("state").as_deref() != Some(self.state.as_str()) {
            let message = "the `state` is not that of this login; begin the login again";
            return Err(Error::invalid_request(message));
        }
        match (value("error").as_deref(), value("code")) {
            (Some("access_denied"), _) => Err(Error::new(Kind::AuthorizationDenied, "the person has not agreed")),
            (Some(error), _) => {
                Err(Error::invalid_request(format!("the authorization page says `{}`", error.escape_debug())))
            }
            (None, Some(code)) => Ok(AuthorizationCode {
                code,
                redirect_uri: Some(self.redirect_uri.clone()),
                code_verifier: Some(self.code_verifier.clone()),
                scope: None,
            }),
            (None, None) => Err(Error::invalid_request("the authorization page has given no `code`")),
        }
    }
}

/// The query of an address, or of the target of a request; the whole text if it is a query alone.
fn query_of(address_or_query: &str) -> &str {
    let whole = address_or_query.split('#').next().unwrap_or_default();
    match whole.split_once('?') {
        // A query alone may have a `?` too, in a value.
        Some((before, query)) if !before.contains('=') || before.starts_with('/') || is_url(before) => query,
        _ => whole,
    }
}

fn is_url(text: &str) -> bool {
    Url::parse(text).is_ok()
}

/// The first parameter of this name, decoded.
fn parameter(query: &str, name: &str) -> Option<String> {
    let mut pairs = form_urlencoded::parse(query.as_bytes());
    pairs.find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
}

impl AuthorizationCode {
    /// A code from elsewhere, such as a web page inside the Feishu app.
    pub fn new(code: impl Into<String>) -> Self {
        AuthorizationCode { code: code.into(), redirect_uri: None, code_verifier: None, scope: None }
    }

    /// The redirect address with which the authorization page was opened.
    #[must_use]
    pub fn redirect_uri(mut self, redirect_uri: impl Into<String>) -> Self {
        self.redirect_uri = Some(redirect_uri.into());
        self
    }

    /// What the PKCE challenge was made of.
    #[must_use]
    pub fn code_verifier(mut self, code_verifier: impl Into<String>) -> Self {
        self.code_verifier = Some(code_verifier.into());
        self
    }

    /// Takes only these scopes, of those that the user has granted.
    #[must_use]
    pub fn only_scopes(mut self, scopes: impl IntoIterator<Item = impl AsRef<str>>) -> Self {
        let scopes: Vec<String> = scopes.into_iter().map(|scope| scope.as_ref().to_owned()).collect();
        self.scope = Some(scopes.join(" "));
        self
    }
}

impl fmt::Debug for PendingAuthorization {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("PendingAuthorization").field("redirect_uri", &self.redirect_uri).finish_non_exhaustive()
    }
}

impl fmt::Debug for AuthorizationCode {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("AuthorizationCode(***)")
    }
}
