//! The requests that fetch tokens.

use std::time::Duration;

use serde_json::Value as Json;

use crate::core::Core;
use crate::envelope::Decoder;
use crate::error::{Error, Kind};
use crate::object;
use crate::operation::{Method, Operation};
use crate::send::{Auth, Prepared, PreparedBody};

use super::Token;

/// Fetching a token twice is as good as once: the same one comes back.
const FETCH: Operation = Operation { method: Method::Post, repeatable: true, ..Operation::DEFAULT };

/// The tenant access token of a custom app.
pub(super) const INTERNAL: Operation = Operation {
    id: "auth.v3.tenant_access_token.internal",
    path: "/open-apis/auth/v3/tenant_access_token/internal",
    page: "https://open.feishu.cn/document/ukTMukTMukTM/ukDNz4SO0MjL5QzM/auth-v3/auth/tenant_access_token_internal",
    ..FETCH
};

/// The app access token of a store app.
pub(super) const APP: Operation = Operation {
    id: "auth.v3.app_access_token.create",
    path: "/open-apis/auth/v3/app_access_token",
    page: "https://open.feishu.cn/document/ukTMukTMukTM/ukDNz4SO0MjL5QzM/auth-v3/auth/app_access_token",
    ..FETCH
};

/// The tenant access token of a store app.
pub(super) const TENANT: Operation = Operation {
    id: "auth.v3.tenant_access_token.create",
    path: "/open-apis/auth/v3/tenant_access_token",
    page: "https://open.feishu.cn/document/ukTMukTMukTM/ukDNz4SO0MjL5QzM/auth-v3/auth/tenant_access_token",
    ..FETCH
};

/// Asks for another push of the app ticket.
pub(super) const RESEND: Operation = Operation {
    id: "auth.v3.app_ticket.resend",
    path: "/open-apis/auth/v3/app_ticket/resend",
    page: "https://open.feishu.cn/document/ukTMukTMukTM/ukDNz4SO0MjL5QzM/auth-v3/auth/app_ticket_resend",
    ..FETCH
};

/// The pages say at most 7200 seconds; this many are assumed if an answer says nothing.
const UNKNOWN_LIFETIME: Duration = Duration::from_secs(600);

#[derive(Default)]
struct Answer {
    tenant_access_token: String,
    app_access_token: String,
    expire: Option<i64>,
}

object! {
    Answer {
        tenant_access_token: "tenant_access_token",
        app_access_token: "app_access_token",
        expire: "expire",
    }
}

/// Sends a request for a token; everything in its body is secret.
pub(super) async fn fetch(core: &Core, operation: Operation, body: Json) -> Result<Token, Error> {
    let prepared = prepare(core, operation, &body);
    // Not wrapped in `data`.
    let mut decoder = Decoder::<Answer>::whole();
    let metadata = core.run(&prepared, &mut decoder).await?;
    let answer = decoder.into_data().unwrap_or_default();
    let lifetime =
        answer.expire.and_then(|seconds| u64::try_from(seconds).ok()).map_or(UNKNOWN_LIFETIME, Duration::from_secs);
    let secret = if operation.id == APP.id { answer.app_access_token } else { answer.tenant_access_token };
    Token::new(&secret, lifetime).ok_or_else(|| {
        let error = Error::new(Kind::UnexpectedAnswer, "no token in the answer");
        let mut error = error.with_operation(operation.id);
        metadata.describe(&mut error);
        error
    })
}

/// Sends a request that is answered with nothing but a code.
pub(super) async fn send(core: &Core, operation: Operation, body: Json) -> Result<(), Error> {
    let prepared = prepare(core, operation, &body);
    let mut decoder = Decoder::<Answer>::whole();
    core.run(&prepared, &mut decoder).await.map(drop)
}

fn prepare(core: &Core, operation: Operation, body: &Json) -> Prepared {
    let url = format!("{}{}", core.base_url(), operation.path);
    let mut prepared = Prepared::new(operation, url, Auth::None);
    prepared.body = PreparedBody::Json(body.to_string().into());
    let values = body.as_object().into_iter().flatten();
    let secrets = values.filter(|(name, _)| !matches!(name.as_str(), "app_id" | "tenant_key"));
    prepared.secrets = secrets.filter_map(|(_, value)| value.as_str().map(str::to_owned)).collect();
    prepared
}
