//! Proxies that the environment asks for.

use std::env;
use std::ffi::OsString;
use std::fmt;

use http::Uri;
use hyper_util::client::proxy::matcher::Matcher;

/// The proxies of the environment and, where there are such settings, of the operating system.
///
/// reqwest asks the same matcher, so an error can say which proxy a request went to.
#[derive(Debug)]
pub(super) struct Proxies(Matcher);

impl Proxies {
    /// Fails if a variable asks for a proxy on the way to this server and is not the address of one: to go there
    /// directly may be what the variable is to prevent.
    pub(super) fn of_environment(base_url: &str) -> Result<Self, BadProxy> {
        check(base_url, |name| env::var_os(name))?;
        Ok(Proxies(Matcher::from_system()))
    }

    /// The host and port of the proxy for this address, without user and password.
    pub(super) fn host_for(&self, url: &str) -> Option<String> {
        let proxy = self.0.intercept(&url.parse().ok()?)?;
        Some(proxy.uri().authority()?.to_string())
    }
}

/// Looks at the variables that count for this server.
fn check(base_url: &str, variable: impl Fn(&str) -> Option<OsString>) -> Result<(), BadProxy> {
    let Ok(server) = base_url.parse::<Uri>() else {
        return Ok(());
    };
    // A web server sets it, together with variables for the headers of its callers; then no proxy is used.
    if variable("REQUEST_METHOD").is_some() {
        return Ok(());
    }
    let first = |names: [&'static str; 2]| names.into_iter().find_map(|name| Some((name, variable(name)?)));
    let without = first(["NO_PROXY", "no_proxy"]).and_then(|(_, hosts)| hosts.into_string().ok()).unwrap_or_default();
    let leads = |proxy: &str| Matcher::builder().all(proxy).no(without.as_str()).build().intercept(&server).is_some();
    if !leads("http://localhost") {
        return Ok(());
    }
    let own = match server.scheme_str() {
        Some("http") => ["HTTP_PROXY", "http_proxy"],
        _ => ["HTTPS_PROXY", "https_proxy"],
    };
    let is_set = |(_, value): &(_, OsString)| !value.is_empty();
    match first(own).filter(is_set).or_else(|| first(["ALL_PROXY", "all_proxy"]).filter(is_set)) {
        Some((name, value)) if !value.to_str().is_some_and(leads) => Err(BadProxy(name)),
        _ => Ok(()),
    }
}

/// A variable that is not the address of a proxy; the value is not shown, for it may hold a password.
#[derive(Debug)]
pub(super) struct BadProxy(&'static str);

impl fmt::Display for BadProxy {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "the variable {} is not the address of a proxy, such as `http://127.0.0.1:3128`", self.0)
    }
}

impl std::error::Error for BadProxy {}

#[cfg(test)]
mod tests {
    use super::*;

    const SERVER: &str = "https://open.feishu.cn";

    fn bad<const N: usize>(base_url: &str, variables: [(&str, &str); N]) -> Option<&'static str> {
        let variable =
            |name: &str| variables.iter().find(|(known, _)| *known == name).map(|(_, value)| OsString::from(value));
        check(base_url, variable).err().map(|bad| bad.0)
    }

    #[test]
    fn a_variable_that_is_no_address_is_named() {
        for value in [":::", "socks6://host", "http://", "user:pass word@host", "/etc/proxy"] {
            assert_eq!(bad(SERVER, [("HTTPS_PROXY", value)]), Some("HTTPS_PROXY"), "{value}");
            assert_eq!(bad(SERVER, [("https_proxy", value)]), Some("https_proxy"), "{value}");
            assert_eq!(bad(SERVER, [("ALL_PROXY", value)]), Some("ALL_PROXY"), "{value}");
            assert_eq!(bad(SERVER, [("HTTPS_PROXY", ""), ("all_proxy", value)]), Some("all_proxy"), "{value}");
            assert_eq!(bad("http://localhost", [("http_proxy", value)]), Some("http_proxy"), "{value}");
        }
    }

    #[test]
    fn a_variable_that_does_not_count_is_not_looked_at() {
        assert_eq!(bad(SERVER, []), None);
        assert_eq!(bad(SERVER, [("HTTP_PROXY", ":::")]), None);
        assert_eq!(bad(SERVER, [("HTTPS_PROXY", "http://u:p@host:1"), ("ALL_PROXY", ":::")]), None);
        assert_eq!(bad(SERVER, [("HTTPS_PROXY", "host:1"), ("https_proxy", ":::")]), None);
        assert_eq!(bad(SERVER, [("HTTPS_PROXY", ":::"), ("NO_PROXY", "feishu.cn")]), None);
        assert_eq!(bad(SERVER, [("HTTPS_PROXY", ":::"), ("REQUEST_METHOD", "GET")]), None);
        assert_eq!(bad(SERVER, [("ALL_PROXY", "socks5://host")]), None);
    }

    #[test]
    fn a_proxy_is_named_without_its_password() {
        let matcher = Matcher::builder().https("http://user:password@proxy.example:3128/x").no("larksuite.com").build();
        let proxies = Proxies(matcher);
        assert_eq!(proxies.host_for("https://open.feishu.cn/a?b").as_deref(), Some("proxy.example:3128"));
        assert_eq!(proxies.host_for("https://open.larksuite.com/a"), None);
        assert_eq!(proxies.host_for("http://open.feishu.cn/a"), None);
    }
}
