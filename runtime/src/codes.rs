//! Codes that mean the same for every operation.
//!
//! From the [general error codes](https://open.feishu.cn/document/ukTMukTMukTM/ugjM14COyUjL4ITN)
//! and the [rate limits](https://open.feishu.cn/document/ukTMukTMukTM/uUzN04SN3QjL1cDN).

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
    matches!(code, 99_991_400 | 1_470_450 | 1_470_451)
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
