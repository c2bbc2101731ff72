//! What is known about an operation, as plain data.

use std::time::Duration;

/// The HTTP method of an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Method {
    /// `GET`
    Get,
    /// `POST`
    Post,
    /// `PUT`
    Put,
    /// `PATCH`
    Patch,
    /// `DELETE`
    Delete,
}

impl Method {
    /// The name in capital letters.
    pub const fn as_str(self) -> &'static str {
        match self {
            Method::Get => "GET",
            Method::Post => "POST",
            Method::Put => "PUT",
            Method::Patch => "PATCH",
            Method::Delete => "DELETE",
        }
    }
}

impl From<Method> for http::Method {
    fn from(method: Method) -> Self {
        match method {
            Method::Get => http::Method::GET,
            Method::Post => http::Method::POST,
            Method::Put => http::Method::PUT,
            Method::Patch => http::Method::PATCH,
            Method::Delete => http::Method::DELETE,
        }
    }
}

/// The kinds of access token that an operation accepts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Tokens {
    tenant: bool,
    user: bool,
}

impl Tokens {
    /// `tenant_access_token` only.
    pub const TENANT: Tokens = Tokens { tenant: true, user: false };
    /// `user_access_token` only.
    pub const USER: Tokens = Tokens { tenant: false, user: true };
    /// Both kinds.
    pub const BOTH: Tokens = Tokens { tenant: true, user: true };

    /// Whether every kind in `other` is accepted.
    pub const fn contains(self, other: Tokens) -> bool {
        (self.tenant || !other.tenant) && (self.user || !other.user)
    }

    pub(crate) const fn names(self) -> &'static str {
        match (self.tenant, self.user) {
            (true, true) => "a tenant or user access token",
            (true, false) => "a tenant access token",
            (false, true) => "a user access token",
            (false, false) => "no access token",
        }
    }
}

/// How often an operation may be called, per app and tenant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct RateLimit {
    requests: u32,
    period: Duration,
}

impl RateLimit {
    /// So many requests per second.
    pub const fn per_second(requests: u32) -> Self {
        RateLimit { requests, period: Duration::from_secs(1) }
    }

    /// So many requests per minute.
    pub const fn per_minute(requests: u32) -> Self {
        RateLimit { requests, period: Duration::from_secs(60) }
    }

    /// The number of requests in each [`period`](Self::period).
    pub const fn requests(&self) -> u32 {
        self.requests
    }

    /// The time that [`requests`](Self::requests) counts for.
    pub const fn period(&self) -> Duration {
        self.period
    }
}

/// What a code means for one operation, as its page says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ErrorCode {
    /// The HTTP status that comes with the code.
    pub status: u16,
    /// The `code` of the answer.
    pub code: i64,
    /// What it means.
    pub meaning: &'static str,
    /// What to do about it; may be empty.
    pub hint: &'static str,
    /// Whether the page says to try again.
    pub retry: bool,
}

impl ErrorCode {
    /// A code and its meaning.
    pub const fn new(status: u16, code: i64, meaning: &'static str) -> Self {
        ErrorCode { status, code, meaning, hint: "", retry: false }
    }

    /// With what to do about it.
    pub const fn hint(mut self, hint: &'static str) -> Self {
        self.hint = hint;
        self
    }

    /// The page says to try again.
    pub const fn retry(mut self) -> Self {
        self.retry = true;
        self
    }
}

/// What is known about an operation.
///
/// Built as `Operation { id: "…", …, ..Operation::DEFAULT }`, so that new facts
/// can be added.
#[derive(Clone, Copy, Debug)]
pub struct Operation {
    /// `<service>.<version>.<resource>.<method>`, as `task.v2.task.create`.
    pub id: &'static str,
    /// The HTTP method.
    pub method: Method,
    /// The path with its parameters in braces, beginning with `/open-apis/`.
    pub path: &'static str,
    /// The address of the documentation page.
    pub page: &'static str,
    /// The accepted kinds of access token.
    pub tokens: Tokens,
    /// The app needs one of these scopes.
    pub scopes: &'static [&'static str],
    /// How often it may be called.
    pub rate_limits: &'static [RateLimit],
    /// Documented as safe to repeat, although not a `GET`.
    pub repeatable: bool,
    /// Has an idempotency key.
    pub keyed: bool,
    /// The codes on its page.
    pub errors: &'static [ErrorCode],
}

impl Operation {
    /// The base for struct update syntax.
    pub const DEFAULT: Operation = Operation {
        id: "",
        method: Method::Get,
        path: "",
        page: "",
        tokens: Tokens::BOTH,
        scopes: &[],
        rate_limits: &[],
        repeatable: false,
        keyed: false,
        errors: &[],
    };

    /// What the page says about a code; the status breaks ties.
    pub fn error(&self, code: i64, status: u16) -> Option<&'static ErrorCode> {
        let mut same_code = self.errors.iter().filter(|error| error.code == code);
        let first = same_code.clone().next();
        same_code.find(|error| error.status == status).or(first)
    }

    /// Whether sending it twice does no more than sending it once.
    pub(crate) fn is_safe_to_repeat(&self) -> bool {
        self.repeatable || self.method == Method::Get
    }
}
