//! A call: a request that waits to be sent, with its options.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;

use crate::core::Core;
use crate::encode::{EncodedBody, Encoder};
use crate::envelope::{CodeOnly, Decode, Decoder};
use crate::error::Error;
use crate::identity::Either;
use crate::metadata::{RawResponse, Response};
use crate::multipart::Multipart;
use crate::options::{CallOptions, Progress, common_options};
use crate::request::Request;
use crate::send::{Prepared, PreparedBody};
use crate::transport::BoxFuture;

/// A call: nothing is sent until it is awaited.
///
/// Awaiting it gives the content of `data`; [`with_response`](Self::with_response)
/// and [`raw`](Self::raw) give more.
///
/// # Panics
///
/// Awaiting it outside of a [tokio](https://docs.rs/tokio) runtime with time (`enable_all`) panics.
#[must_use = "nothing is sent until the call is awaited"]
#[derive(Clone)]
pub struct Call<R> {
    core: Core,
    identity: Either,
    request: R,
    options: CallOptions,
}

impl<R: Request> Call<R> {
    /// A call of `request` by `identity`.
    pub fn new(core: &Core, identity: Either, request: R) -> Self {
        Call { core: core.clone(), identity, request, options: CallOptions::default() }
    }

    /// How long one attempt may take (by default the client's timeout); for an
    /// upload, how long nothing may move.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.options.timeout = Some(timeout);
        self
    }

    common_options!();

    /// Does not fill in an idempotency key.
    ///
    /// A request without one is not repeated when it is in doubt.
    pub fn without_idempotency_key(mut self) -> Self {
        self.options.no_idempotency_key = true;
        self
    }

    /// Whether the documented limits are checked before sending.
    pub fn validate(mut self, validate: bool) -> Self {
        self.options.validate = Some(validate);
        self
    }

    /// Calls `on_progress` while the body of an upload is sent.
    pub fn on_progress(mut self, on_progress: impl Fn(Progress) + Send + Sync + 'static) -> Self {
        self.options.on_progress = Some(Arc::new(on_progress));
        self
    }

    /// The request.
    pub fn request(&self) -> &R {
        &self.request
    }

    pub(crate) fn request_mut(&mut self) -> &mut R {
        &mut self.request
    }

    /// Sends the call and gives status, headers and log id beside the data.
    ///
    /// # Errors
    ///
    /// As awaiting the call itself.
    pub fn with_response(self) -> BoxFuture<'static, Result<Response<R::Response>, Error>> {
        let core = self.core.clone();
        let prepared = self.prepare();
        Box::pin(async move {
            let mut decoder = Decoder::data();
            let metadata = core.execute(&prepared?, &mut decoder).await?;
            let data = decoder.into_data().unwrap_or_default();
            Ok(Response { data, metadata })
        })
    }

    /// Sends the call and gives the body as it came.
    ///
    /// # Errors
    ///
    /// As awaiting the call itself; only `data` is not looked at.
    pub fn raw(self) -> BoxFuture<'static, Result<RawResponse, Error>> {
        let core = self.core.clone();
        let prepared = self.prepare();
        Box::pin(async move {
            let mut decoder = CodeOnly { body: Bytes::new() };
            let metadata = core.execute(&prepared?, &mut decoder).await?;
            let body = decoder.body;
            Ok(RawResponse { body, metadata })
        })
    }

    /// Everything about the call that does not depend on its type.
    fn prepare(mut self) -> Result<Prepared, Error> {
        let operation = R::OPERATION;
        let prepare = || {
            self.fill_in_key();
            if self.options.validate.unwrap_or(self.core.config().validate) {
                self.request.validate()?;
            }
            let mut encoder = Encoder::new(self.core.base_url(), operation.path);
            self.request.encode(&mut encoder);
            let (url, body) = encoder.finish()?;
            let key = self.request.idempotency_key();
            let key = key.and_then(|key| key.take()).filter(|key| !key.is_empty());
            prepare(self.identity, operation, url, body, key, self.options)
        };
        prepare().map_err(|error| error.with_operation(operation.id))
    }

    fn fill_in_key(&mut self) {
        if self.options.no_idempotency_key {
            return;
        }
        if let Some(key @ None) = self.request.idempotency_key() {
            *key = Some(uuid::Uuid::new_v4().to_string());
        }
    }
}

/// The part of [`Call::prepare`] that is compiled once.
fn prepare(
    identity: Either,
    operation: &'static crate::Operation,
    url: String,
    body: EncodedBody,
    idempotency_key: Option<String>,
    options: CallOptions,
) -> Result<Prepared, Error> {
    if !operation.tokens.contains(identity.tokens()) {
        return Err(Error::invalid_request(format!(
            "the operation accepts {}, not {}",
            operation.tokens.names(),
            identity.tokens().names(),
        )));
    }
    let mut prepared = Prepared::new(*operation, url, identity.into());
    prepared.headers = options.header_values().map_err(Error::invalid_request)?;
    prepared.body = match body {
        EncodedBody::Empty => PreparedBody::Empty,
        EncodedBody::Json(json) => PreparedBody::Json(json.into()),
        EncodedBody::Multipart(parts) => PreparedBody::Multipart(Multipart::new(parts)),
    };
    prepared.idempotency_key = idempotency_key;
    prepared.options = options;
    Ok(prepared)
}

impl<R: Request> IntoFuture for Call<R> {
    type Output = Result<R::Response, Error>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        let core = self.core.clone();
        let prepared = self.prepare();
        Box::pin(async move {
            let mut decoder = Decoder::data();
            core.execute(&prepared?, &mut decoder as &mut dyn Decode).await?;
            Ok(decoder.into_data().unwrap_or_default())
        })
    }
}

impl<R: Request> fmt::Debug for Call<R> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Call")
            .field("operation", &R::OPERATION.id)
            .field("identity", &self.identity)
            .field("options", &self.options)
            .finish_non_exhaustive()
    }
}
