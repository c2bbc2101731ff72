//! The requests for tokens of users, and their codes.

use crate::error_codes;
use crate::operation::{ErrorCode, Method, Operation};

/// Sending it twice is refused at worst: the tokens of an answer that did not arrive are lost either way.
const TOKEN: Operation = Operation {
    id: "authen.v2.oauth.token",
    method: Method::Post,
    path: "/open-apis/authen/v2/oauth/token",
    repeatable: true,
    ..Operation::DEFAULT
};

/// Tokens for an authorization code.
pub(super) const EXCHANGE: Operation = Operation {
    page: "https://open.feishu.cn/document/uAjLw4CM/ukTMukTMukTM/authentication-management/access-token/get-user-access-token",
    errors: EXCHANGE_ERRORS,
    ..TOKEN
};

/// Tokens for a refresh token.
pub(super) const REFRESH: Operation = Operation {
    page: "https://open.feishu.cn/document/uAjLw4CM/ukTMukTMukTM/authentication-management/access-token/refresh-user-access-token",
    errors: REFRESH_ERRORS,
    ..TOKEN
};

/// Whether a refused refresh says that this refresh token will never work again.
pub(super) fn ends_session(code: i64) -> bool {
    matches!(code, 20_026 | 20_037 | 20_064 | 20_073)
}

/// Codes that both pages list.
macro_rules! token_errors {
    ($($own:tt)*) => {
        error_codes! {
            400 20001: "A parameter is missing.";
            400 20002: "The app secret is wrong.", "Compare app id and app secret with the developer console.";
            400 20008: "The user does not exist.", "Look whether the account of the user still exists.";
            400 20009: "The tenant has not installed the app.";
            400 20010: "The user may not use the app.", "Let the user's administrator make the app available to them.";
            400 20024: "Code or refresh token belong to another app.", "Use the app that the user has authorized.";
            400 20036: "This `grant_type` is not supported.";
            400 20048: "The app does not exist.";
            500 20050 retry: "The server failed.", "Try again; if it goes on, ask Feishu's support.";
            400 20063: "The request lacks a field.", "The message says which.";
            400 20066: "The state of the user forbids it.", "Look whether the user is active.";
            400 20067: "A scope is listed twice.";
            400 20068: "A scope was not granted by the user.", "Ask only for scopes of the authorization.";
            400 20069: "The app is not enabled.";
            400 20070: "The app was authenticated in two ways at once.";
            503 20072 retry: "The server is not available for now.", "Try again later.";
            $($own)*
        }
    };
}

const EXCHANGE_ERRORS: &[ErrorCode] = token_errors! {
    400 20003: "There is no such authorization code.", "A code works once; begin the login again.";
    400 20004: "The authorization code has expired.", "A code works for five minutes; begin the login again.";
    400 20049: "The `code_verifier` does not fit.", "Exchange the code with what its login was begun with.";
    400 20065: "The authorization code was used before.", "A code works once; begin the login again.";
    400 20071: "The `redirect_uri` is another than that of the authorization.";
};

const REFRESH_ERRORS: &[ErrorCode] = token_errors! {
    400 20026: "This is no refresh token.", "Let the user log in again.";
    400 20037: "The refresh token has expired.", "Let the user log in again.";
    400 20064: "The refresh token was revoked.", "Let the user log in again.";
    400 20073: "The refresh token was used before.", "Let the user log in again.";
    400 20074: "The app may not refresh tokens.", "Switch refreshing on in the app's security settings, and publish it.";
};

/// The tables, for a test that holds them against the pages.
#[cfg(feature = "testing")]
#[doc(hidden)]
pub fn operations() -> [Operation; 2] {
    [EXCHANGE, REFRESH]
}
