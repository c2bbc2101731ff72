//! Codes that mean the same for every operation.
//!
//! From the [general error codes](https://open.feishu.cn/document/ukTMukTMukTM/ugjM14COyUjL4ITN)
//! and the [rate limits](https://open.feishu.cn/document/ukTMukTMukTM/uUzN04SN3QjL1cDN).

use crate::operation::ErrorCode;

/// What a code means that no page of an operation explains; the pages have it in common.
pub(crate) fn general(code: i64) -> Option<&'static ErrorCode> {
    GENERAL.iter().find(|known| known.code == code)
}

static GENERAL: &[ErrorCode] = crate::error_codes! {
    400 1500 retry: "The server failed.";
    400 1642 retry: "The server failed.";
    400 1663 retry: "The server failed.";
    400 1668 retry: "The server failed.";
    400 2200 retry: "The server failed, usually because of too many calls.", "Call more slowly, or switch pacing on.";
    400 5000 retry: "The server failed, usually because of too many calls.", "Call more slowly, or switch pacing on.";
    400 10003: "A parameter is missing or wrong.", "Look at app id and secret.";
    400 10014: "The app cannot be used.", "Look at app id and secret, and in the developer console whether the app is switched off.";
    400 10015: "The app secret is wrong.", "Compare it with the one in the developer console.";
    400 10101 retry: "The server failed.";
    400 10105 retry: "The server failed.";
    400 11232: "Too many messages.", "Call more slowly, or switch pacing on.";
    400 11233: "Too many messages to this chat.", "Call more slowly, or switch pacing on.";
    400 11247: "Too many messages.", "Call more slowly, or switch pacing on.";
    400 18121 retry: "The same message is being sent by another request.";
    400 40006 retry: "The server failed.";
    400 45500 retry: "The server failed.";
    400 55001 retry: "The server failed, usually because of too many calls.", "Call more slowly, or switch pacing on.";
    400 90217: "Too many requests.", "Call more slowly, or switch pacing on.";
    400 90235 retry: "An earlier change is still being carried out, or this one is too large.", "Wait, and make fewer changes at once.";
    400 95001 retry: "The server failed.";
    400 95003 retry: "The server failed.";
    400 95005 retry: "The server failed.";
    400 95010 retry: "The server failed.";
    400 95011 retry: "The server failed.";
    400 105001 retry: "The server failed.";
    400 1000004: "Too many requests to this operation.", "Call more slowly, or switch pacing on.";
    400 1000005: "Too many requests of this app.", "Call more slowly, or switch pacing on.";
    400 1050002 retry: "The server failed.";
    400 1050008 retry: "The server failed.";
    400 1069399 retry: "The server failed.";
    400 99991400: "Too many requests.", "Call more slowly, or switch pacing on.";
    429 99991403: "The quota of API calls for this month is used up.", "The tenant's administrator can raise it.";
    400 99991661: "There is no access token.", "";
    400 99991663: "The access token is not valid, or the operation does not take a tenant_access_token.", "";
    400 99991664: "The app_access_token is not valid.", "";
    400 99991665: "The tenant_access_token is not valid.", "";
    400 99991668: "The user_access_token is not valid any more, or the operation does not take one.", "Refresh it, or let the person log in again.";
    400 99991671: "The access token has the wrong form.", "Tokens begin with `t-` or `u-`.";
    400 99991672: "The app lacks a scope.", "Add one of the missing scopes in the developer console, and publish a version of the app.";
    400 99991676: "The token lacks a scope.", "Add the scope to the app; a person has to agree to it.";
    400 99991677: "The user_access_token has expired.", "Refresh it, or let the person log in again.";
    400 99991679: "The person has not agreed to a scope.", "Let the person log in again, with the missing scopes.";
};

/// The app ticket of a store app is missing or stale.
pub(crate) const BAD_TICKET: i64 = 10_012;
/// No permission, for tasks; HTTP 401 on some v1 pages, and yet no token rejection.
pub(crate) const TASK_FORBIDDEN: i64 = 1_470_403;
/// Not found, for tasks.
pub(crate) const TASK_NOT_FOUND: i64 = 1_470_404;
/// A request with the same idempotency key is in flight.
pub(crate) const SAME_KEY_IN_FLIGHT: i64 = 1_470_422;
/// The quota of the month is used up.
pub(crate) const MONTHLY_QUOTA: i64 = 99_991_403;

/// Says "slow down", whatever the HTTP status.
pub(crate) fn is_rate_limit(code: i64) -> bool {
    matches!(code, 99_991_400 | 1_470_450 | 1_470_451 | 11_232 | 11_233 | 11_247 | 90_217 | 1_000_004 | 1_000_005)
}

/// Says "this access token is not good".
pub(crate) fn is_token_rejection(code: i64) -> bool {
    matches!(code, 99_991_661 | 99_991_663 | 99_991_664 | 99_991_665 | 99_991_668 | 99_991_671 | 99_991_677)
}

/// Says "the app id and the secret do not go together".
pub(crate) fn is_wrong_secret(code: i64) -> bool {
    matches!(code, 10_003 | 10_014 | 10_015)
}

/// Says "a scope is missing": of the app, or granted by the person.
pub(crate) fn is_missing_scope(code: i64) -> bool {
    matches!(code, 99_991_672 | 99_991_676 | 99_991_679)
}
