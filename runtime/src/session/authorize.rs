//! The address of the page on which a person agrees.

use std::collections::HashSet;
use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};
use url::Url;

use crate::core::Core;
use crate::encode::percent_encode;
use crate::error::Error;

use super::PendingAuthorization;

/// As many scopes can be asked for at once.
const MAX_SCOPES: usize = 50;

/// Builds the address of the page on which a person agrees that the app acts for them; see
/// [`Sessions::authorize`](super::Sessions::authorize).
#[derive(Debug)]
#[must_use = "it does nothing until `begin` is called"]
pub struct AuthorizationBuilder {
    core: Core,
    redirect_uri: String,
    scopes: Vec<String>,
    is_consent_wanted: bool,
}

/// A login that has begun.
pub struct Authorization {
    /// Where to send the browser.
    pub url: String,
    /// What has to be at hand when the browser comes back; keep it in the web session of this visitor.
    pub pending: PendingAuthorization,
}

impl AuthorizationBuilder {
    pub(super) fn new(core: &Core, redirect_uri: String) -> Self {
        AuthorizationBuilder { core: core.clone(), redirect_uri, scopes: Vec::new(), is_consent_wanted: false }
    }

    /// Asks for these scopes as well, as `task:task:read`; at most 50 at once.
    ///
    /// Scopes that the user granted before stay granted.
    /// Without `offline_access` there is no `refresh_token`, and the session ends with the first token.
    pub fn scopes(mut self, scopes: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.scopes.extend(scopes.into_iter().map(Into::into));
        self
    }

    /// Shows the page even to those who agreed before (`prompt=consent`).
    pub fn prompt_consent(mut self) -> Self {
        self.is_consent_wanted = true;
        self
    }

    /// Makes the address, with a fresh `state` and PKCE challenge.
    ///
    /// # Errors
    ///
    /// If the client has no app, the redirect address is not a URL, a scope is empty or has a space, there are more than
    /// 50, or the system has no random numbers.
    pub fn begin(self) -> Result<Authorization, Error> {
        let app = self.core.app_or_error()?;
        // A browser would pass over spaces and line breaks; Feishu compares the address as it is.
        let is_url = Url::parse(&self.redirect_uri).is_ok_and(|url| url.has_host());
        if !is_url || self.redirect_uri.contains(char::is_whitespace) {
            return Err(Error::invalid_request(format!("the redirect address is not a URL: {:?}", self.redirect_uri)));
        }
        let scope = check_scopes(&self.scopes)?;
        let state = random_text()?;
        let code_verifier = random_text()?;
        let mut url = format!("{}/open-apis/authen/v1/authorize", self.core.accounts_url());
        let challenge = challenge(&code_verifier);
        let parameters = [
            ("?client_id=", app.id.as_str()),
            ("&response_type=", "code"),
            ("&redirect_uri=", &self.redirect_uri),
            ("&scope=", &scope),
            ("&state=", &state),
            ("&code_challenge=", &challenge),
            ("&code_challenge_method=", "S256"),
            ("&prompt=", if self.is_consent_wanted { "consent" } else { "" }),
        ];
        for (name, value) in parameters.into_iter().filter(|(_, value)| !value.is_empty()) {
            url.push_str(name);
            url.push_str(&percent_encode(value));
        }
        let pending = PendingAuthorization { state, code_verifier, redirect_uri: self.redirect_uri };
        Ok(Authorization { url, pending })
    }
}

fn check_scopes(scopes: &[String]) -> Result<String, Error> {
    let mut seen = HashSet::new();
    let unique: Vec<&str> = scopes.iter().map(String::as_str).filter(|scope| seen.insert(*scope)).collect();
    if let Some(scope) = unique.iter().find(|scope| scope.is_empty() || scope.contains(char::is_whitespace)) {
        return Err(Error::invalid_request(format!("not a scope: {scope:?}; give each scope apart")));
    }
    if unique.len() > MAX_SCOPES {
        let message = format!("{} scopes, and at most {MAX_SCOPES} can be asked for at once", unique.len());
        return Err(Error::invalid_request(message));
    }
    Ok(unique.join(" "))
}

/// 43 characters with 256 random bits, as RFC 7636 recommends for a `code_verifier`.
fn random_text() -> Result<String, Error> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes)
        .map_err(|error| Error::configuration("the system has no random numbers").with_source(error))?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

/// `code_challenge` by the method `S256`.
fn challenge(code_verifier: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(code_verifier.as_bytes()))
}

impl fmt::Debug for Authorization {
    // The address holds the state, which must not be known to others.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let page = self.url.split('?').next().unwrap_or_default();
        formatter.debug_struct("Authorization").field("url", &page).field("pending", &self.pending).finish()
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_challenge_is_that_of_rfc_7636() {
        let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
        assert_eq!(super::challenge(verifier), "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
    }
}
