//! Bodies of requests and answers.

use std::fmt;
use std::pin::Pin;

use bytes::Bytes;
use futures_core::Stream;

use super::TransportError;

/// Chunks of a body, one after the other.
pub type BodyStream<E> = Pin<Box<dyn Stream<Item = Result<Bytes, E>> + Send>>;

/// The body of a request.
#[non_exhaustive]
pub enum RequestBody {
    /// No body at all.
    Empty,
    /// A body in memory.
    Bytes(Bytes),
    /// A body that is made while it is sent.
    Stream {
        /// The number of bytes, if it is known before.
        length: Option<u64>,
        /// The content.
        stream: BodyStream<std::io::Error>,
    },
}

impl fmt::Debug for RequestBody {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            RequestBody::Empty => formatter.write_str("Empty"),
            RequestBody::Bytes(bytes) => write!(formatter, "Bytes({})", bytes.len()),
            RequestBody::Stream { length, .. } => write!(formatter, "Stream({length:?})"),
        }
    }
}

/// The body of an answer, read chunk by chunk.
pub struct ResponseBody(Source);

enum Source {
    Bytes(Option<Bytes>),
    Stream(BodyStream<TransportError>),
    #[cfg(feature = "reqwest")]
    Reqwest(::reqwest::Response),
}

impl ResponseBody {
    /// A body that is already there.
    pub fn from_bytes(bytes: impl Into<Bytes>) -> Self {
        ResponseBody(Source::Bytes(Some(bytes.into())))
    }

    /// A body that comes in chunks.
    pub fn from_stream(stream: impl Stream<Item = Result<Bytes, TransportError>> + Send + 'static) -> Self {
        ResponseBody(Source::Stream(Box::pin(stream)))
    }

    #[cfg(feature = "reqwest")]
    pub(super) fn from_reqwest(response: ::reqwest::Response) -> Self {
        ResponseBody(Source::Reqwest(response))
    }

    /// The next chunk; `None` at the end.
    ///
    /// # Errors
    ///
    /// If the connection breaks before the end.
    pub async fn chunk(&mut self) -> Result<Option<Bytes>, TransportError> {
        match &mut self.0 {
            Source::Bytes(bytes) => Ok(bytes.take().filter(|bytes| !bytes.is_empty())),
            Source::Stream(stream) => {
                std::future::poll_fn(|context| stream.as_mut().poll_next(context)).await.transpose()
            }
            #[cfg(feature = "reqwest")]
            Source::Reqwest(response) => response.chunk().await.map_err(super::reqwest::error),
        }
    }
}

impl fmt::Debug for ResponseBody {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("ResponseBody(…)")
    }
}
