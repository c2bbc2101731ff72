//! The requests that fetch tokens.

use std::time::Duration;

use serde_json::Value as Json;

use crate::core::Core;
use crate::error::{Error, Kind};
use crate::metadata::Metadata;
use crate::operation::{Method, Operation};
use crate::send::{Auth, Prepared, PreparedBody};
use crate::transport::BoxFuture;

use super::Token;
use super::answer::Answer;

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

/// The pages say at most 7200 seconds; this is assumed if an answer gives no usable number.
pub(crate) const UNKNOWN_LIFETIME: Duration = Duration::from_secs(600);

/// The fields of a request that may be shown; all others are secret.
const NOT_SECRET: [&str; 6] = ["app_id", "client_id", "grant_type", "redirect_uri", "scope", "tenant_key"];

/// Sends a request for a token; everything in its body is secret.
///
/// Boxed, as [`send`]: tokens are fetched by calls, which may need tokens.
pub(super) fn fetch(core: &Core, operation: Operation, body: Json) -> BoxFuture<'_, Result<Token, Error>> {
    Box::pin(async move {
        let (answer, metadata) = exchange(core, operation, &body).await?;
        let name = if operation.id == APP.id { "app_access_token" } else { "tenant_access_token" };
        let secret = answer.text(name).unwrap_or_default();
        let lifetime = answer.duration("expire").unwrap_or(UNKNOWN_LIFETIME);
        Token::new(&secret, lifetime).ok_or_else(|| no_token(&operation, &metadata))
    })
}

/// Sends a request whose answer is nothing but a code.
pub(super) fn send(core: &Core, operation: Operation, body: Json) -> BoxFuture<'_, Result<(), Error>> {
    Box::pin(async move { exchange(core, operation, &body).await.map(drop) })
}

/// Sends a request whose body and answer are secret.
pub(crate) async fn exchange(core: &Core, operation: Operation, body: &Json) -> Result<(Answer, Metadata), Error> {
    let prepared = prepare(core, operation, body);
    let mut answer = Answer::default();
    let metadata = core.execute(&prepared, &mut answer).await?;
    Ok((answer, metadata))
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
