//! Calls that no typed operation exists for.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::core::Core;
use crate::encode::{EncodedBody, Encoder, Part, QueryValue};
use crate::envelope::{CodeOnly, Decoder};
use crate::error::Error;
use crate::file::File;
use crate::identity::{Either, Identity, Tenant, User};
use crate::metadata::{RawResponse, Response};
use crate::multipart::Multipart;
use crate::operation::{Method, Operation};
use crate::options::{CallOptions, Progress, common_options};
use crate::send::{Prepared, PreparedBody};
use crate::transport::BoxFuture;

/// A call that no typed operation exists for.
///
/// Tokens, retries, deadlines and errors work as for typed operations.
///
/// ```no_run
/// # use feishu_openapi_runtime as feishu_openapi;
/// use feishu_openapi::{Core, Error, Method, serde_json};
///
/// # async fn run(core: &Core) -> Result<(), Error> {
/// let users: serde_json::Value = core
///     .request(Method::Post, "/open-apis/contact/v3/users/batch_get_id")
///     .query("user_id_type", "open_id")
///     .json(&serde_json::json!({ "emails": ["zhang.san@example.com"] }))
///     .repeatable()
///     .send()
///     .await?;
/// # Ok(())
/// # }
/// ```
#[must_use = "nothing is sent until `send` is awaited"]
pub struct RawRequest {
    core: Core,
    method: Method,
    path: String,
    identity: Either,
    encoder: Encoder,
    json: Option<Bytes>,
    parts: Vec<Part>,
    repeatable: bool,
    idempotency_key: Option<String>,
    options: CallOptions,
    /// The first thing that was wrong; told when it is sent.
    error: Option<Error>,
}

impl Core {
    /// A call that no typed operation exists for.
    ///
    /// The path begins with `/`; its parameters stand in braces and are filled in
    /// with [`RawRequest::path`].
    pub fn request(&self, method: Method, path: impl Into<String>) -> RawRequest {
        RawRequest::new(self, method, path.into())
    }
}

impl RawRequest {
    pub(crate) fn new(core: &Core, method: Method, path: String) -> Self {
        RawRequest {
            core: core.clone(),
            method,
            encoder: Encoder::new(core.base_url(), path.clone()),
            error: check_path(&path).err(),
            path,
            identity: Tenant::default().into(),
            json: None,
            parts: Vec::new(),
            repeatable: false,
            idempotency_key: None,
            options: CallOptions::default(),
        }
    }

    /// Fills in `{name}` in the path, as exactly one encoded segment.
    pub fn path(mut self, name: &str, value: impl AsRef<str>) -> Self {
        let filled = self.encoder.fill_path(name, value.as_ref());
        self.error = self.error.or(filled.err());
        self
    }

    /// Adds a query parameter; `None` is left out, a list repeats the key.
    pub fn query(mut self, name: &str, value: impl QueryValue) -> Self {
        self.encoder.query(name, &value);
        self
    }

    /// Sets the JSON body.
    pub fn json(mut self, body: &(impl Serialize + ?Sized)) -> Self {
        match serde_json::to_vec(body) {
            Ok(json) => self.json = Some(json.into()),
            Err(error) => {
                let error = Error::invalid_request("the body cannot be written").with_source(error);
                self.error.get_or_insert(error);
            }
        }
        self
    }

    /// Adds a text part to a multipart body; `None` is left out, a list repeats the part.
    ///
    /// A call with both parts and [`json`](Self::json) is refused.
    pub fn part(mut self, name: impl Into<String>, value: impl QueryValue) -> Self {
        let name = name.into();
        value.put(&mut |text| {
            let name = name.clone().into();
            self.parts.push(Part::Text { name, value: text.to_owned() });
        });
        self
    }

    /// Adds a file to a multipart body.
    ///
    /// As for every upload, the client's deadline does not apply, only one that is
    /// set with [`deadline`](Self::deadline); the timeout begins anew whenever bytes move.
    pub fn file(mut self, name: impl Into<String>, file: File) -> Self {
        let name = name.into().into();
        self.parts.push(Part::File { name, file });
        self
    }

    /// Calls `on_progress` while a multipart body is sent.
    pub fn on_progress(mut self, on_progress: impl Fn(Progress) + Send + Sync + 'static) -> Self {
        self.options.on_progress = Some(Arc::new(on_progress));
        self
    }

    /// Names the idempotency key that the request holds.
    ///
    /// Put it into the query or the body as the page says; then it may be repeated
    /// when an attempt is in doubt, for four and a half minutes. An empty key is none.
    pub fn idempotency_key(mut self, key: impl Into<String>) -> Self {
        self.idempotency_key = Some(key.into()).filter(|key| !key.is_empty());
        self
    }

    /// Calls as this identity; without it, as the app.
    pub fn identity(mut self, identity: &impl Identity) -> Self {
        self.identity = identity.to_either();
        self
    }

    /// Calls as the person with this `user_access_token`.
    pub fn as_user(self, user_access_token: impl AsRef<str>) -> Self {
        self.identity(&User::new(user_access_token))
    }

    /// Sending it twice does no more than sending it once, so it may be repeated
    /// when an attempt is in doubt; needless for `GET`.
    pub fn repeatable(mut self) -> Self {
        self.repeatable = true;
        self
    }

    /// How long one attempt may take.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.options.timeout = Some(timeout);
        self
    }

    common_options!();

    /// Sends the call and reads `data` of the answer as a `T`.
    ///
    /// # Errors
    ///
    /// If the call fails, or `data` is not a `T`.
    pub async fn send<T: DeserializeOwned + Send>(self) -> Result<T, Error> {
        Ok(self.send_with_response().await?.data)
    }

    /// Sends the call and gives status, headers and log id beside the data.
    ///
    /// # Errors
    ///
    /// If the call fails, or `data` is not a `T`.
    pub async fn send_with_response<T: DeserializeOwned + Send>(self) -> Result<Response<T>, Error> {
        let core = self.core.clone();
        let mut decoder = Decoder::any_data();
        let metadata = core.execute(&self.prepare()?, &mut decoder).await?;
        match decoder.into_data() {
            Some(data) => Ok(Response { data, metadata }),
            None => Err(Error::invalid_request("the answer has no data")),
        }
    }

    /// Sends the call and gives the body as it came.
    ///
    /// # Errors
    ///
    /// If the call fails.
    pub async fn raw(self) -> Result<RawResponse, Error> {
        let core = self.core.clone();
        let mut decoder = CodeOnly { body: Bytes::new() };
        let metadata = core.execute(&self.prepare()?, &mut decoder).await?;
        let body = decoder.body;
        Ok(RawResponse { body, metadata })
    }

    fn prepare(self) -> Result<Prepared, Error> {
        let name = format!("{} {}", self.method.as_str(), self.path);
        let with_name = |error: Error| error.with_operation(&name);
        if let Some(error) = self.error {
            return Err(with_name(error));
        }
        let headers = self.options.header_values();
        let headers = headers.map_err(Error::invalid_request).map_err(with_name)?;
        let (url, body) = self.encoder.finish().map_err(with_name)?;
        // `/.{name}` is harmless until the name is filled in.
        let path = url.strip_prefix(self.core.base_url()).unwrap_or(&url);
        check_path(path.split('?').next().unwrap_or(path)).map_err(with_name)?;
        debug_assert!(matches!(body, EncodedBody::Empty), "raw bodies are set apart");
        let operation = Operation { method: self.method, repeatable: self.repeatable, ..Operation::DEFAULT };
        let mut prepared = Prepared::new(operation, url, self.identity.into());
        prepared.headers = headers;
        prepared.idempotency_key = self.idempotency_key;
        prepared.body = match (self.json, self.parts) {
            (None, parts) if parts.is_empty() => PreparedBody::Empty,
            (Some(json), parts) if parts.is_empty() => PreparedBody::Json(json),
            (None, parts) => PreparedBody::Multipart(Multipart::new(parts)),
            (Some(_), _) => return Err(with_name(Error::invalid_request("a body is either JSON or multipart"))),
        };
        prepared.name = Some(name);
        prepared.options = self.options;
        Ok(prepared)
    }
}

impl IntoFuture for RawRequest {
    type Output = Result<serde_json::Value, Error>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.send())
    }
}

/// A token must only ever go to the server of the client.
fn check_path(path: &str) -> Result<(), Error> {
    let is_plain = path.starts_with('/')
        && !path.starts_with("//")
        && !path.contains(['?', '#', '\\'])
        && path.chars().all(|character| character.is_ascii_graphic())
        && !has_dot_segment(path);
    if is_plain {
        return Ok(());
    }
    Err(Error::invalid_request("the path has to begin with one `/` and to have neither a query, `.`, `..` nor spaces"))
}

/// Whether a parser of URLs would take a segment for `.` or `..`, which lead to another path.
fn has_dot_segment(path: &str) -> bool {
    path.split('/').any(|segment| {
        let segment = segment.to_ascii_lowercase().replace("%2e", ".");
        matches!(segment.as_str(), "." | "..")
    })
}

impl fmt::Debug for RawRequest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("RawRequest")
            .field("method", &self.method)
            .field("path", &self.path)
            .field("identity", &self.identity)
            .finish_non_exhaustive()
    }
}
