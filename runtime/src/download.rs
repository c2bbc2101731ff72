//! Downloads from short-lived addresses.

use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use http::header::{LOCATION, USER_AGENT};
use tokio::io::{AsyncWrite, AsyncWriteExt};
use tokio::time::{Instant, timeout, timeout_at};

use crate::answer::{self, MAX_FAILURE};
use crate::core::Core;
use crate::error::{Error, Kind};
use crate::metadata::Metadata;
use crate::operation::Operation;
use crate::retry::{Counts, Outcome};
use crate::transport::{HttpRequest, HttpResponse, ResponseBody};

/// How many redirects a download follows.
const MAX_REDIRECTS: u32 = 5;

impl Core {
    /// Downloads from a short-lived address, such as the `url` of an attachment.
    ///
    /// The address itself is the permission: no token is sent.
    /// Attachment addresses work for three minutes and three downloads, so a
    /// download is repeated only if there was no connection; ask for the
    /// attachment again to get a new address.
    ///
    /// # Errors
    ///
    /// If the address is not `https://` or `http://`, the server does not answer
    /// with a file, or none begins within the client's
    /// [`deadline`](crate::ClientBuilder::deadline) (120 seconds by default).
    pub async fn download(&self, url: &str) -> Result<Download, Error> {
        let result = self.open_download(url).await;
        result.map_err(|error| error.with_operation("download"))
    }

    /// Comes to the beginning of a file, or fails, within the deadline.
    async fn open_download(&self, url: &str) -> Result<Download, Error> {
        match self.config().deadline {
            None => self.follow(url).await,
            Some(deadline) => match timeout(deadline, self.follow(url)).await {
                Ok(result) => result,
                Err(_) => {
                    let message = format!("no file within the deadline of {deadline:?}");
                    Err(Error::new(Kind::Timeout, message))
                }
            },
        }
    }

    async fn follow(&self, url: &str) -> Result<Download, Error> {
        let limit = self.config().timeout;
        let mut url = url.to_owned();
        let mut redirects = 0;
        let mut counts = Counts::default();
        let response = loop {
            let failure = match self.get(&url, limit).await {
                Ok(response) => match redirect(&url, &response) {
                    Some(target) if redirects < MAX_REDIRECTS => {
                        redirects += 1;
                        url = target;
                        continue;
                    }
                    _ => break response,
                },
                Err(failure) => failure,
            };
            let wait = match failure.outcome {
                Outcome::NotSent => self.config().retry.next(failure.outcome, &mut counts),
                _ => None,
            };
            match wait {
                Some(wait) => tokio::time::sleep(wait).await,
                None => return Err(failure.error),
            }
        };
        self.begin_download(response, &url, limit).await
    }

    async fn get(&self, url: &str, limit: Duration) -> Result<HttpResponse, answer::FailedAttempt> {
        if !url.starts_with("https://") && !url.starts_with("http://") {
            return Err(answer::FailedAttempt {
                error: Error::invalid_request("the address has to begin with `https://`"),
                outcome: Outcome::Refused,
            });
        }
        let mut request = HttpRequest::new(http::Method::GET, url);
        request.headers.insert(USER_AGENT, self.config().user_agent.clone());
        match timeout(limit, self.transport().send(request)).await {
            Ok(response) => response.map_err(|error| answer::no_answer(error, url)),
            Err(_) => Err(answer::FailedAttempt { error: timed_out(limit), outcome: Outcome::Ambiguous }),
        }
    }

    async fn begin_download(&self, response: HttpResponse, url: &str, limit: Duration) -> Result<Download, Error> {
        let metadata = Metadata { status: response.status, headers: response.headers, attempts: 1, request_id: None };
        let mut download = Download { metadata, body: response.body, limit, read: 0 };
        if download.metadata.status.is_success() {
            return Ok(download);
        }
        // A failure is an envelope or a page of a gateway; what has come when it stalls or breaks is enough.
        let end = Instant::now().checked_add(limit);
        let mut beginning = Vec::new();
        while beginning.len() < MAX_FAILURE {
            let chunk = download.body.chunk();
            let chunk = match end {
                Some(end) => timeout_at(end, chunk).await.ok(),
                None => Some(chunk.await),
            };
            match chunk {
                Some(Ok(Some(chunk))) => beginning.extend_from_slice(&chunk[..chunk.len().min(MAX_FAILURE)]),
                _ => break,
            }
        }
        Err(answer::failed_download(&Operation::DEFAULT, &download.metadata, &beginning, &secrets_of(url)))
    }
}

/// What lets everybody download from this address, and must not show up although the server may repeat it.
fn secrets_of(url: &str) -> Vec<&str> {
    // Whatever is shorter stands in too many texts, and keeps nobody out.
    const LONG: usize = 8;
    let Some((_, query)) = url.split_once('?') else { return Vec::new() };
    let query = query.split('#').next().unwrap_or_default();
    let values = query.split('&').filter_map(|pair| pair.split_once('=')).map(|(_, value)| value);
    std::iter::once(query).chain(values).filter(|secret| secret.len() >= LONG).collect()
}

/// Where to go on; `None` if the answer is no redirect.
fn redirect(url: &str, response: &HttpResponse) -> Option<String> {
    if !response.status.is_redirection() {
        return None;
    }
    let location = response.headers.get(LOCATION)?.to_str().ok()?;
    let (scheme, rest) = url.split_once("://")?;
    // Never from an encrypted connection to one that is not.
    if location.starts_with("https://") || (scheme == "http" && location.starts_with("http://")) {
        return Some(location.to_owned());
    }
    if let Some(other_host) = location.strip_prefix("//") {
        return Some(format!("{scheme}://{other_host}"));
    }
    let host = rest.split(['/', '?', '#']).next()?;
    location.starts_with('/').then(|| format!("{scheme}://{host}{location}"))
}

fn timed_out(limit: Duration) -> Error {
    Error::new(Kind::Timeout, format!("nothing came for {limit:?}"))
}

/// A file while it is downloaded, in chunks.
///
/// ```no_run
/// # use feishu_openapi_runtime as feishu_openapi;
/// # use feishu_openapi::{Core, Error};
/// # async fn run(core: &Core, url: &str) -> Result<(), Box<dyn std::error::Error>> {
/// let mut file = tokio::fs::File::create("report.pdf").await?;
/// core.download(url).await?.copy_to(&mut file).await?;
/// # Ok(())
/// # }
/// ```
#[must_use = "the content is read chunk by chunk"]
pub struct Download {
    metadata: Metadata,
    body: ResponseBody,
    limit: Duration,
    read: u64,
}

impl Download {
    /// Status and headers.
    pub fn metadata(&self) -> &Metadata {
        &self.metadata
    }

    /// The size in bytes, if the server says it.
    pub fn size(&self) -> Option<u64> {
        let length = self.metadata.headers.get(http::header::CONTENT_LENGTH)?;
        length.to_str().ok()?.parse().ok()
    }

    /// The next chunk; `None` at the end.
    ///
    /// # Errors
    ///
    /// If nothing comes for as long as the client's timeout, or the connection
    /// breaks before the end.
    pub async fn chunk(&mut self) -> Result<Option<Bytes>, Error> {
        let chunk = match timeout(self.limit, self.body.chunk()).await {
            Ok(chunk) => chunk.map_err(|error| answer::no_answer(error, "").error),
            Err(_) => Err(timed_out(self.limit)),
        };
        let chunk = chunk.map_err(|error| error.with_operation("download"))?;
        self.read += chunk.as_ref().map_or(0, |chunk| chunk.len() as u64);
        Ok(chunk)
    }

    /// Writes everything that is left to `target` and returns how many bytes the
    /// download has.
    ///
    /// # Errors
    ///
    /// As [`chunk`](Self::chunk), or if `target` cannot be written.
    pub async fn copy_to(mut self, target: &mut (impl AsyncWrite + Unpin + ?Sized)) -> Result<u64, Error> {
        let unwritable = |error| {
            let error = Error::configuration("the target cannot be written").with_source(error);
            error.with_operation("download")
        };
        while let Some(chunk) = self.chunk().await? {
            target.write_all(&chunk).await.map_err(unwritable)?;
        }
        target.flush().await.map_err(unwritable)?;
        Ok(self.read)
    }
}

impl fmt::Debug for Download {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Download").field("size", &self.size()).field("read", &self.read).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, HeaderValue, StatusCode};

    use super::*;

    #[test]
    fn redirects_lead_to_addresses() {
        for (url, location, target) in [
            ("https://a/x", "https://b/y", Some("https://b/y")),
            ("https://a/x?q", "/y", Some("https://a/y")),
            ("https://a?q", "//b/y", Some("https://b/y")),
            ("http://a/x", "http://b/y", Some("http://b/y")),
            ("https://a/x", "http://b/y", None),
            ("https://a/x", "file:///y", None),
        ] {
            let location = HeaderValue::from_static(location);
            let headers = HeaderMap::from_iter([(LOCATION, location)]);
            let body = ResponseBody::from_bytes("");
            let response = HttpResponse::new(StatusCode::FOUND, headers, body);
            assert_eq!(redirect(url, &response).as_deref(), target);
        }
    }
}
