//! The table of an operation's error codes.

/// The codes of an operation, as its page lists them: HTTP status, code, whether the page says to try again, what the
/// code means, and what to do about it.
///
/// ```
/// use feishu_openapi_runtime::{ErrorCode, error_codes};
///
/// const ERRORS: &[ErrorCode] = error_codes! {
///     400 1470400: "A parameter is wrong.", "The message names it.";
///     500 1470500 retry: "The server failed.";
/// };
/// assert_eq!(ERRORS[0].code, 1470400);
/// ```
#[macro_export]
macro_rules! error_codes {
    ($($status:literal $code:literal $($retry:ident)?: $meaning:literal $(, $hint:literal)?;)*) => {
        &[$($crate::ErrorCode::new($status, $code, $meaning)$(.$retry())?$(.hint($hint))?),*]
    };
}
