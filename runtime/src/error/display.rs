//! The text of an error: one line that says what, why and what to do.

use std::fmt;

use crate::shown::Shown;

use super::{Error, Inner, Kind};

/// How many of the violations and scopes that the server lists are shown.
const MAX_LISTED: usize = 20;

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = self.inner();
        if let Some(operation) = &inner.operation {
            write!(formatter, "{operation}: ")?;
        }
        match inner.kind {
            Kind::InvalidRequest => formatter.write_str("invalid request: ")?,
            Kind::Configuration => formatter.write_str("the client is not set up for this: ")?,
            Kind::Connect => formatter.write_str("no connection: ")?,
            Kind::Transport | Kind::Timeout | Kind::Refused | Kind::NoTicket => {}
            Kind::UnexpectedAnswer => formatter.write_str("unexpected answer: ")?,
            #[cfg(feature = "sessions")]
            Kind::LoginRequired => formatter.write_str("the person has to log in: ")?,
            #[cfg(feature = "sessions")]
            Kind::AuthorizationDenied => formatter.write_str("not authorized: ")?,
            Kind::Store => formatter.write_str("the token store failed: ")?,
        }
        write!(formatter, "{}", Shown(&inner.message))?;
        if let Some(cause) = self.cause() {
            write!(formatter, ": {}", Shown(&cause))?;
        }
        if let Some(violations) = &inner.violations {
            write!(formatter, ": {violations}")?;
        }
        self.write_answer(formatter, inner)?;
        self.write_advice(formatter, inner)
    }
}

impl Error {
    /// The end of the chain of sources, where the message says only what could not be done.
    fn cause(&self) -> Option<String> {
        match self.inner().kind {
            Kind::Store | Kind::Connect | Kind::Transport | Kind::Configuration | Kind::InvalidRequest => {}
            // What the server says, a reader of JSON quotes, or an earlier attempt met.
            _ => return None,
        }
        let mut cause = std::error::Error::source(self)?;
        while let Some(source) = cause.source() {
            cause = source;
        }
        Some(cause.to_string())
    }

    /// Code, status, ids, what the page says.
    fn write_answer(&self, formatter: &mut fmt::Formatter<'_>, inner: &Inner) -> fmt::Result {
        let mut separator = " (";
        let mut item = |formatter: &mut fmt::Formatter<'_>, text: fmt::Arguments<'_>| {
            formatter.write_str(separator)?;
            separator = ", ";
            formatter.write_fmt(text)
        };
        let mut any = false;
        if let Some(code) = inner.code {
            any = true;
            item(formatter, format_args!("code {code}"))?;
        }
        if let Some(status) = inner.status {
            any = true;
            item(formatter, format_args!("HTTP {status}"))?;
        }
        if let Some(log_id) = &inner.log_id {
            any = true;
            item(formatter, format_args!("log id {}", Shown(log_id)))?;
        }
        if inner.attempts > 1 {
            any = true;
            item(formatter, format_args!("after {} attempts", inner.attempts))?;
        }
        if any {
            formatter.write_str(")")?;
        }
        if let Some(body) = &inner.body {
            write!(formatter, "; the answer begins {:?}", Shown(body))?;
        }
        Ok(())
    }

    fn write_advice(&self, formatter: &mut fmt::Formatter<'_>, inner: &Inner) -> fmt::Result {
        if let Some(documented) = inner.documented {
            write!(formatter, "; {}", documented.meaning)?;
            if !documented.hint.is_empty() {
                write!(formatter, " {}", documented.hint)?;
            }
        }
        if let Some(details) = &inner.details {
            for violation in details.field_violations.iter().take(MAX_LISTED) {
                write!(formatter, "; field `{}`", Shown(&violation.field))?;
                if !violation.description.is_empty() {
                    write!(formatter, ": {}", Shown(&violation.description))?;
                }
            }
            write_rest(formatter, details.field_violations.len())?;
            for (at, scope) in details.missing_scopes.iter().take(MAX_LISTED).enumerate() {
                let before = if at == 0 { "; missing scopes: " } else { ", " };
                write!(formatter, "{before}{}", Shown(scope))?;
            }
            write_rest(formatter, details.missing_scopes.len())?;
        }
        if inner.in_doubt {
            formatter.write_str("; it may have taken effect")?;
        }
        Ok(())
    }
}

/// Says how much of a list is not shown.
fn write_rest(formatter: &mut fmt::Formatter<'_>, length: usize) -> fmt::Result {
    match length.checked_sub(MAX_LISTED) {
        None | Some(0) => Ok(()),
        Some(rest) => write!(formatter, " and {rest} more"),
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = self.inner();
        let mut debug = formatter.debug_struct("Error");
        debug.field("kind", &inner.kind);
        let message = self.to_string();
        debug.field("message", &message);
        if let Some(details) = &inner.details {
            debug.field("details", details);
        }
        if let Some(source) = &inner.source {
            debug.field("source", source);
        }
        debug.finish()
    }
}
