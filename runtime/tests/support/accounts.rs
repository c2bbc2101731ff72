//! A Feishu that knows users: it gives out tokens, rotates them, and accepts calls.

#![allow(dead_code, missing_docs, unreachable_pub)]

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use feishu_openapi_runtime::serde_json::json;
use feishu_openapi_runtime::session::UserTokens;
use feishu_openapi_runtime::testing::{Received, Reply};

/// Gives out `u-1` and `r-1`, then `u-2` and `r-2`, and so on.
#[derive(Clone, Default)]
pub struct Accounts(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    given: u32,
    /// User by token.
    access: HashMap<String, String>,
    refresh: HashMap<String, String>,
    used: HashSet<String>,
    /// The answer to the next refreshes, instead of tokens.
    refusal: Option<(u16, i64)>,
    delay: Duration,
    /// Seconds that an access token lives.
    lifetime: Option<i64>,
    refreshes: u32,
}

impl Accounts {
    /// Tokens as after a login; the access token is good for `left`.
    pub fn log_in(&self, user: &str, left: Duration) -> UserTokens {
        let (access, refresh) = self.0.lock().unwrap().give(user);
        let now = SystemTime::now();
        UserTokens::new(access, now + left).with_refresh_token(refresh, now + Duration::from_secs(604_800))
    }

    /// From now on this access token is refused.
    pub fn revoke(&self, access_token: &str) {
        self.0.lock().unwrap().access.remove(access_token);
    }

    /// What refreshes are answered with from now on.
    pub fn refuse(&self, refusal: impl Into<Option<(u16, i64)>>) {
        self.0.lock().unwrap().refusal = refusal.into();
    }

    /// How long a refresh takes.
    pub fn delay(&self, delay: Duration) {
        self.0.lock().unwrap().delay = delay;
    }

    /// How many seconds the next access tokens live.
    pub fn lifetime(&self, seconds: i64) {
        self.0.lock().unwrap().lifetime = Some(seconds);
    }

    /// How many refreshes were asked for.
    pub fn refreshes(&self) -> u32 {
        self.0.lock().unwrap().refreshes
    }

    /// The refresh token that works for this user.
    pub fn live_refresh_token(&self, user: &str) -> Option<String> {
        let state = self.0.lock().unwrap();
        state.refresh.iter().find(|(_, owner)| *owner == user).map(|(token, _)| token.clone())
    }

    pub fn answer(&self, request: &Received) -> Reply {
        let mut state = self.0.lock().unwrap();
        if request.path() == "/open-apis/authen/v2/oauth/token" {
            let delay = state.delay;
            return state.tokens(request).delay(delay);
        }
        match state.access.get(request.token().unwrap_or_default()) {
            Some(user) => Reply::data(json!({ "user": user })),
            None => Reply::code(401, 99_991_677, "token expire"),
        }
    }
}

impl State {
    fn give(&mut self, user: &str) -> (String, String) {
        self.given += 1;
        let tokens = (format!("u-{}", self.given), format!("r-{}", self.given));
        self.access.insert(tokens.0.clone(), user.to_owned());
        self.refresh.insert(tokens.1.clone(), user.to_owned());
        tokens
    }

    fn tokens(&mut self, request: &Received) -> Reply {
        let body = request.json();
        self.refreshes += 1;
        if let Some((status, code)) = self.refusal {
            return refusal(status, code);
        }
        if body["client_id"] != "cli_app" || body["client_secret"] != "the-app-secret" {
            return refusal(400, 20_002);
        }
        let token = body["refresh_token"].as_str().unwrap_or_default();
        match self.refresh.remove(token) {
            Some(user) => {
                self.used.insert(token.to_owned());
                let (access, refresh) = self.give(&user);
                let lifetime = self.lifetime.unwrap_or(7200);
                Reply::json(
                    200,
                    &json!({
                        "code": 0, "access_token": access, "expires_in": lifetime,
                        "refresh_token": refresh, "refresh_token_expires_in": 604_800,
                        "scope": "offline_access task:task:read", "token_type": "Bearer",
                    }),
                )
            }
            None if self.used.contains(token) => refusal(400, 20_073),
            None => refusal(400, 20_026),
        }
    }
}

fn refusal(status: u16, code: i64) -> Reply {
    Reply::json(status, &json!({ "code": code, "error": "invalid_grant", "error_description": "refused" }))
}
