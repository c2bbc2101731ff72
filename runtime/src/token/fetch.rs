//! The requests that fetch tokens.

use std::time::Duration;

use serde::de::DeserializeOwned;
use serde_json::Value as Json;

use crate::core::Core;
use crate::envelope::Decoder;
use crate::error::{Error, Kind};
use crate::metadata::Metadata;
use crate::object;
use crate::operation::{Method, Operation};
use crate::send::{Auth, Prepared, PreparedBody};
use crate::transport::BoxFuture;

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

/// What a body holds that may be shown; better one name too few than one too many.
const NOT_SECRET: [&str; 6] = ["app_id", "client_id", "grant_type", "redirect_uri", "scope", "tenant_key"];

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
///
/// Boxed, as [`send`]: tokens are fetched by calls, which may need tokens.
pub(super) fn fetch(core: &Core, operation: Operation, body: Json) -> BoxFuture<'_, Result<Token, Error>> {
    Box::pin(async move {
        let (answer, metadata) = exchange::<Answer>(core, operation, &body).await?;
        let lifetime = lifetime(answer.expire);
        let secret = if operation.id == APP.id { answer.app_access_token } else { answer.tenant_access_token };
        Token::new(&secret, lifetime).ok_or_else(|| no_token(&operation, &metadata))
    })
}

/// Sends a request that is answered with nothing but a code.
pub(super) fn send(core: &Core, operation: Operation, body: Json) -> BoxFuture<'_, Result<(), Error>> {
    Box::pin(async move { exchange::<Answer>(core, operation, &body).await.map(drop) })
}

/// Sends a request whose body and answer are secret.
pub(crate) async fn exchange<T: DeserializeOwned + Default + Send>(
    core: &Core,
    operation: Operation,
    body: &Json,
) -> Result<(T, Metadata), Error> {
    let prepared = prepare(core, operation, body);
    // Not wrapped in `data`.
    let mut decoder = Decoder::<T>::whole();
    let metadata = core.run(&prepared, &mut decoder).await?;
    Ok((decoder.into_data().unwrap_or_default(), metadata))
}

/// How long a token lives whose answer says so many seconds.
pub(crate) fn lifetime(seconds: Option<i64>) -> Duration {
    seconds.and_then(|seconds| u64::try_from(seconds).ok()).map_or(UNKNOWN_LIFETIME, Duration::from_secs)
}

pub(crate) fn no_token(operation: &Operation, metadata: &Metadata) -> Error {
    let mut error = Error::new(Kind::UnexpectedAnswer, "no token in the answer").with_operation(operation.id);
    metadata.describe(&mut error);
    error
}

fn prepare(core: &Core, operation: Operation, body: &Json) -> Prepared {
    let url = format!("{}{}", core.base_url(), operation.path);
    let mut prepared = Prepared::new(operation, url, Auth::None);
    prepared.body = PreparedBody::Json(body.to_string().into());
    let values = body.as_object().into_iter().flatten();
    let secrets = values.filter(|(name, _)| !NOT_SECRET.contains(&name.as_str()));
    prepared.secrets = secrets.filter_map(|(_, value)| value.as_str().map(str::to_owned)).collect();
    prepared.is_answer_secret = true;
    prepared
}
