//! The default transport.

use std::pin::Pin;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use ::reqwest::Url;
use bytes::Bytes;
use http_body::{Frame, SizeHint};

#[cfg(feature = "long-connection")]
use super::Upgrade;
use super::proxy::Proxies;
use super::{
    BodyStream, BoxFuture, HttpRequest, HttpResponse, RequestBody, ResponseBody, Transport, TransportError,
    TransportErrorKind, after_scheme,
};

/// A [`Transport`] on a [`reqwest::Client`].
#[derive(Clone, Debug)]
pub struct ReqwestTransport {
    client: ::reqwest::Client,
    /// The first origin that was called, as text and parsed.
    origin: OnceLock<(String, Url)>,
    /// Those of the environment, if the client uses them.
    proxies: Option<Arc<Proxies>>,
    #[cfg(feature = "long-connection")]
    upgrading: UpgradingClient,
}

impl ReqwestTransport {
    /// With a client of your own: proxies, certificates, connection pools.
    ///
    /// Switch redirects off in it (`redirect::Policy::none()`), as the default
    /// client does: an API never redirects, and a redirect that is followed
    /// repeats the request.
    pub fn new(client: ::reqwest::Client) -> Self {
        ReqwestTransport {
            #[cfg(feature = "long-connection")]
            upgrading: UpgradingClient::Given(client.clone()),
            client,
            origin: OnceLock::new(),
            proxies: None,
        }
    }

    /// Parsing scheme and host is a good part of a call's own work, and a client
    /// calls one server; so only what follows them is parsed each time.
    fn parse(&self, url: &str) -> Result<Url, <Url as std::str::FromStr>::Err> {
        if let Some((origin, parsed)) = self.origin.get()
            && let Some(path) = url.strip_prefix(origin.as_str())
            && path.starts_with('/')
            && !path[1..].starts_with(['/', '\\'])
        {
            return parsed.join(path);
        }
        let parsed = Url::parse(url)?;
        let after_scheme = after_scheme(url);
        if let Some(length) = url[after_scheme..].find('/') {
            // A host only: `https://user@host` must not be taken apart here.
            let origin = &url[..after_scheme + length];
            if !origin.contains(['@', '?', '#', '\\'])
                && let Ok(base) = Url::parse(origin)
            {
                let _ = self.origin.set((origin.to_owned(), base));
            }
        }
        Ok(parsed)
    }

    /// With a client that does not follow redirects, takes proxies from the
    /// environment, and asks for no compression.
    ///
    /// Fails if the environment asks for a proxy on the way to `base_url` that is none.
    pub(crate) fn with_defaults(connect_timeout: Duration, base_url: &str) -> Result<Self, TransportError> {
        let proxies = Proxies::of_environment(base_url)
            .map_err(|error| TransportError::new(TransportErrorKind::Invalid, error))?;
        let client = default_client(connect_timeout).build().map_err(error)?;
        Ok(ReqwestTransport {
            proxies: Some(Arc::new(proxies)),
            #[cfg(feature = "long-connection")]
            upgrading: UpgradingClient::Default { connect_timeout, client: OnceLock::new() },
            ..ReqwestTransport::new(client)
        })
    }

    /// Why there was no answer from this address.
    fn no_answer(&self, reason: ::reqwest::Error, url: &str) -> TransportError {
        let error = error(reason);
        match self.proxies.as_ref().and_then(|proxies| proxies.host_for(url)) {
            Some(host) => error.through_proxy(host),
            None => error,
        }
    }
}

fn default_client(connect_timeout: Duration) -> ::reqwest::ClientBuilder {
    ::reqwest::Client::builder()
        .connect_timeout(connect_timeout)
        .redirect(::reqwest::redirect::Policy::none())
        // Another crate of the program may switch these features of reqwest on; a few bytes could then
        // become gigabytes.
        .no_gzip()
        .no_brotli()
        .no_deflate()
        .no_zstd()
}

impl Transport for ReqwestTransport {
    fn send(&self, request: HttpRequest) -> BoxFuture<'_, Result<HttpResponse, TransportError>> {
        Box::pin(async move {
            let url =
                self.parse(&request.url).map_err(|error| TransportError::new(TransportErrorKind::Invalid, error))?;
            let mut message = ::reqwest::Request::new(request.method, url);
            *message.headers_mut() = request.headers;
            match request.body {
                RequestBody::Empty => {}
                RequestBody::Bytes(bytes) => *message.body_mut() = Some(bytes.into()),
                RequestBody::Stream { length, stream } => {
                    let body = ::reqwest::Body::wrap(StreamedBody { left: length, stream: Mutex::new(stream) });
                    *message.body_mut() = Some(body);
                }
            }
            let mut response =
                self.client.execute(message).await.map_err(|error| self.no_answer(error, &request.url))?;
            let headers = std::mem::take(response.headers_mut());
            Ok(HttpResponse { status: response.status(), headers, body: ResponseBody::from_reqwest(response) })
        })
    }

    #[cfg(feature = "long-connection")]
    fn upgrade(&self, request: HttpRequest) -> BoxFuture<'_, Result<Upgrade, TransportError>> {
        Box::pin(async move {
            let url =
                Url::parse(&request.url).map_err(|error| TransportError::new(TransportErrorKind::Invalid, error))?;
            let mut message = ::reqwest::Request::new(request.method, url);
            *message.headers_mut() = request.headers;
            let sent = self.upgrading.get()?.execute(message).await;
            let mut response = sent.map_err(|error| self.no_answer(error, &request.url))?;
            let status = response.status();
            let headers = std::mem::take(response.headers_mut());
            if status == http::StatusCode::SWITCHING_PROTOCOLS {
                return Ok(Upgrade::switched(headers, response.upgrade().await.map_err(error)?));
            }
            if response.version() > http::Version::HTTP_11 {
                let message = "the server was asked over HTTP/2, which cannot switch protocols; give the long \
                               connection a client with `http1_only`";
                return Err(TransportError::new(TransportErrorKind::Invalid, message));
            }
            let body = ResponseBody::from_reqwest(response);
            Ok(Upgrade::Refused(HttpResponse { status, headers, body }))
        })
    }
}

/// What sends requests that ask for another protocol.
#[cfg(feature = "long-connection")]
#[derive(Clone, Debug)]
enum UpgradingClient {
    /// The user's own client.
    Given(::reqwest::Client),
    /// One like the default client, but without HTTP/2, which cannot switch protocols; built when it is needed.
    Default { connect_timeout: Duration, client: OnceLock<::reqwest::Client> },
}

#[cfg(feature = "long-connection")]
impl UpgradingClient {
    fn get(&self) -> Result<::reqwest::Client, TransportError> {
        match self {
            UpgradingClient::Given(client) => Ok(client.clone()),
            UpgradingClient::Default { connect_timeout, client } => {
                if let Some(client) = client.get() {
                    return Ok(client.clone());
                }
                let built = default_client(*connect_timeout).http1_only().pool_max_idle_per_host(0).build();
                let built = built.map_err(error)?;
                Ok(client.get_or_init(|| built).clone())
            }
        }
    }
}

/// Drops the URL, which may hold a download code, and says what is known.
pub(super) fn error(error: ::reqwest::Error) -> TransportError {
    let kind = if error.is_connect() {
        TransportErrorKind::Connect
    } else if error.is_timeout() {
        TransportErrorKind::Timeout
    } else if error.is_builder() {
        TransportErrorKind::Invalid
    } else {
        TransportErrorKind::Ambiguous
    };
    TransportError::new(kind, error.without_url())
}

struct StreamedBody {
    left: Option<u64>,
    /// Never locked: it only makes the stream `Sync`, which reqwest asks for.
    stream: Mutex<BodyStream<std::io::Error>>,
}

impl http_body::Body for StreamedBody {
    type Data = Bytes;
    type Error = std::io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, std::io::Error>>> {
        let stream = self.stream.get_mut().unwrap_or_else(PoisonError::into_inner);
        let polled = stream.as_mut().poll_next(context);
        polled.map(|chunk| {
            let chunk = match chunk? {
                Ok(chunk) => chunk,
                Err(error) => return Some(Err(error)),
            };
            if let Some(left) = &mut self.left {
                *left = left.saturating_sub(chunk.len() as u64);
            }
            Some(Ok(Frame::data(chunk)))
        })
    }

    fn size_hint(&self) -> SizeHint {
        self.left.map(SizeHint::with_exact).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_known_origin_gives_the_same_urls() {
        for first in ["https://open.feishu.cn/a", "http://127.0.0.1:80/", "https://host?x"] {
            let transport = ReqwestTransport::new(::reqwest::Client::new());
            transport.parse(first).unwrap();
            for url in [
                "https://open.feishu.cn/open-apis/task/v2/tasks/a%2Fb?page_token=x%3D&y=1",
                "https://open.feishu.cn/%E4%BB%BB?q=a#f",
                "https://open.feishu.cn//evil.example/x",
                "https://open.feishu.cn/\\evil.example/x",
                "https://open.feishu.cn.evil.example/x",
                "https://open.feishu.cn@evil.example/x",
                "https://open.feishu.cn:444/x",
                "http://127.0.0.1:80/x",
                "https://host/y",
            ] {
                assert_eq!(transport.parse(url).unwrap(), Url::parse(url).unwrap(), "{url}");
            }
        }
    }
}
