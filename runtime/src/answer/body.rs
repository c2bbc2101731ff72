//! Reading the body of an answer.

use bytes::{Bytes, BytesMut};
use http::HeaderMap;
use tokio::task::coop::consume_budget;

use crate::metadata::{Metadata, header};
use crate::transport::{ResponseBody, TransportError};

/// How much of a failure is read, in bytes; its code and its message stand at the beginning.
pub(crate) const MAX_FAILURE: usize = 1 << 20;

/// A body, or its beginning and why there is no more.
pub(crate) type ReadBody = Result<Bytes, (Bytes, Unread)>;

/// Why a body was not read to its end.
pub(crate) enum Unread {
    /// The connection broke.
    Broken(TransportError),
    /// It has more bytes than this.
    TooLarge(usize),
}

/// Reads the body of an answer, of a success up to a limit, of a failure the beginning.
pub(crate) async fn read_body(metadata: &Metadata, body: ResponseBody, limit: usize) -> ReadBody {
    if !metadata.status.is_success() {
        return match read(body, limit.min(MAX_FAILURE)).await {
            Err((beginning, Unread::TooLarge(_))) => Ok(beginning),
            result => result,
        };
    }
    // Some servers say at the beginning what would be found out in the middle.
    if announced(&metadata.headers).is_some_and(|length| length > limit as u64) {
        return Err((Bytes::new(), Unread::TooLarge(limit)));
    }
    read(body, limit).await
}

fn announced(headers: &HeaderMap) -> Option<u64> {
    header(headers, "content-length")?.trim().parse().ok()
}

/// Reads a body to its end; a body in one chunk is not copied.
async fn read(mut body: ResponseBody, limit: usize) -> ReadBody {
    let mut first = Bytes::new();
    let mut all = BytesMut::new();
    loop {
        // While chunks are ready, nothing else would look at the clock.
        consume_budget().await;
        let chunk = match body.chunk().await {
            Ok(Some(chunk)) => chunk,
            Ok(None) => return Ok(if all.is_empty() { first } else { all.freeze() }),
            Err(error) => {
                let beginning = if all.is_empty() { first } else { all.freeze() };
                return Err((beginning, Unread::Broken(error)));
            }
        };
        let left = limit - first.len().max(all.len());
        if first.is_empty() && chunk.len() <= left {
            first = chunk;
            continue;
        }
        if all.is_empty() {
            all.extend_from_slice(&first);
        }
        all.extend_from_slice(&chunk[..chunk.len().min(left)]);
        if chunk.len() > left {
            return Err((all.freeze(), Unread::TooLarge(limit)));
        }
    }
}
