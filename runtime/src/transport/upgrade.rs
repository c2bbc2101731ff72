//! Connections that begin as HTTP and go on as another protocol.

use std::fmt;

use http::HeaderMap;
use tokio::io::{AsyncRead, AsyncWrite};

use super::HttpResponse;

/// Bytes both ways.
pub trait ByteStream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> ByteStream for T {}

/// What became of a request that asked for another protocol.
#[non_exhaustive]
pub enum Upgrade {
    /// The server switches protocols (HTTP 101).
    Switched {
        /// The headers of the answer.
        headers: HeaderMap,
        /// The connection, which belongs to the caller from now on; dropping it closes it.
        stream: Box<dyn ByteStream>,
    },
    /// The server answered in HTTP.
    Refused(HttpResponse),
}

impl Upgrade {
    /// A connection that is not HTTP any more.
    pub fn switched(headers: HeaderMap, stream: impl ByteStream + 'static) -> Self {
        Upgrade::Switched { headers, stream: Box::new(stream) }
    }
}

impl fmt::Debug for Upgrade {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Upgrade::Switched { headers, .. } => {
                formatter.debug_struct("Switched").field("headers", headers).finish_non_exhaustive()
            }
            Upgrade::Refused(response) => formatter.debug_tuple("Refused").field(response).finish(),
        }
    }
}
