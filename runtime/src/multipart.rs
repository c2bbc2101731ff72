//! `multipart/form-data` bodies, streamed.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use futures_core::Stream;
use http::HeaderValue;
use tokio::io::{AsyncRead, ReadBuf};
use tokio::time::{Instant, timeout_at};

use crate::encode::Part;
use crate::error::Error;
use crate::file::{BoxedReader, File, Source};
use crate::options::{OnProgress, Progress};
use crate::transport::RequestBody;

/// A multipart body that can be opened for each attempt.
pub(crate) struct Multipart {
    boundary: String,
    parts: Vec<Part>,
    moved: Moved,
}

/// Counts bytes, so that a timeout can tell slow from stuck.
type Moved = Arc<AtomicU64>;

/// How much of a file is in memory at a time.
const CHUNK: usize = 64 * 1024;

impl Multipart {
    pub(crate) fn new(parts: Vec<Part>) -> Self {
        Multipart { boundary: format!("feishu-{}", uuid::Uuid::new_v4().simple()), parts, moved: Moved::default() }
    }

    pub(crate) fn content_type(&self) -> HeaderValue {
        let text = format!("multipart/form-data; boundary={}", self.boundary);
        HeaderValue::try_from(text).unwrap_or(HeaderValue::from_static("multipart/form-data"))
    }

    /// Whether every file can be read once more.
    pub(crate) fn can_be_reread(&self) -> bool {
        !self.parts.iter().any(|part| match part {
            Part::Text { .. } => false,
            Part::File { file, .. } => matches!(file.source(), Source::Reader { .. }),
        })
    }

    /// Opens the files; the body is read while it is sent.
    pub(crate) async fn open(&self, on_progress: Option<OnProgress>) -> Result<RequestBody, Error> {
        let mut pieces = Vec::with_capacity(self.parts.len() * 3 + 1);
        for part in &self.parts {
            pieces.push(Piece::Bytes(self.head(part).into()));
            match part {
                Part::Text { value, .. } => pieces.push(Piece::Bytes(value.clone().into())),
                Part::File { file, .. } => pieces.push(open(file).await?),
            }
            pieces.push(Piece::Bytes(Bytes::from_static(b"\r\n")));
        }
        pieces.push(Piece::Bytes(format!("--{}--\r\n", self.boundary).into()));
        let total = pieces.iter().map(Piece::length).sum();
        let stream = PieceStream {
            pieces: pieces.into_iter(),
            current: None,
            buffer: BytesMut::new(),
            sent: 0,
            total,
            moved: self.moved.clone(),
            on_progress,
        };
        Ok(RequestBody::Stream { length: Some(total), stream: Box::pin(stream) })
    }

    fn head(&self, part: &Part) -> String {
        let boundary = &self.boundary;
        match part {
            Part::Text { name, .. } => {
                format!("--{boundary}\r\nContent-Disposition: form-data; name=\"{}\"\r\n\r\n", quote(name),)
            }
            Part::File { name, file } => format!(
                "--{boundary}\r\nContent-Disposition: form-data; name=\"{}\"; filename=\"{}\"\r\n\
                 Content-Type: application/octet-stream\r\n\r\n",
                quote(name),
                quote(file.name()),
            ),
        }
    }

    /// Waits for `future` as long as bytes move; `None` if none did for `limit`, or
    /// at the deadline.
    pub(crate) async fn while_moving<F: Future>(
        &self,
        limit: Duration,
        deadline: Option<Instant>,
        future: F,
    ) -> Option<F::Output> {
        let mut future = std::pin::pin!(future);
        loop {
            let moved = self.moved.load(Ordering::Relaxed);
            let stuck = Instant::now().checked_add(limit);
            let until = [stuck, deadline].into_iter().flatten().min();
            let Some(until) = until else {
                return Some(future.await);
            };
            if let Ok(output) = timeout_at(until, future.as_mut()).await {
                return Some(output);
            }
            let is_stuck = self.moved.load(Ordering::Relaxed) == moved;
            if is_stuck || deadline.is_some_and(|deadline| Instant::now() >= deadline) {
                return None;
            }
        }
    }
}

/// As browsers do it: UTF-8 as it is, quotes and line breaks percent-encoded.
fn quote(text: &str) -> String {
    text.replace('"', "%22").replace('\r', "%0D").replace('\n', "%0A")
}

async fn open(file: &File) -> Result<Piece, Error> {
    match file.source() {
        Source::Bytes(content) => Ok(Piece::Bytes(content.clone())),
        Source::Path(path) => {
            let unreadable = |error| {
                let message = format!("the file {} cannot be read", path.display());
                Error::invalid_request(message).with_source(error)
            };
            let not_regular = || {
                let message = format!("{} is not a regular file; only regular files can be uploaded", path.display());
                Error::invalid_request(message)
            };
            // Looked at before it is opened: opening a named pipe waits for a writer, and the thread with it.
            let metadata = tokio::fs::metadata(path).await.map_err(unreadable)?;
            if !metadata.is_file() {
                return Err(not_regular());
            }
            let opened = tokio::fs::File::open(path).await.map_err(unreadable)?;
            let metadata = opened.metadata().await.map_err(unreadable)?;
            if !metadata.is_file() {
                return Err(not_regular());
            }
            Ok(Piece::Reader { left: metadata.len(), reader: Box::pin(opened) })
        }
        Source::Reader { length, reader } => {
            let taken = reader.lock().unwrap_or_else(PoisonError::into_inner).take();
            let Some(reader) = taken else {
                let name = file.name();
                return Err(Error::invalid_request(format!("the reader of the file {name:?} was read before")));
            };
            Ok(Piece::Reader { left: *length, reader })
        }
    }
}

/// A stretch of the body.
enum Piece {
    Bytes(Bytes),
    Reader { left: u64, reader: BoxedReader },
}

impl Piece {
    fn length(&self) -> u64 {
        match self {
            Piece::Bytes(bytes) => bytes.len() as u64,
            Piece::Reader { left, .. } => *left,
        }
    }
}

struct PieceStream {
    pieces: std::vec::IntoIter<Piece>,
    current: Option<Piece>,
    buffer: BytesMut,
    sent: u64,
    total: u64,
    moved: Moved,
    on_progress: Option<OnProgress>,
}

impl PieceStream {
    fn poll_chunk(&mut self, context: &mut Context<'_>) -> Poll<Option<io::Result<Bytes>>> {
        loop {
            match self.current.take().or_else(|| self.pieces.next()) {
                None => return Poll::Ready(None),
                Some(Piece::Bytes(bytes)) if bytes.is_empty() => {}
                Some(Piece::Reader { left: 0, .. }) => {}
                Some(Piece::Bytes(mut bytes)) => {
                    let chunk = bytes.split_to(bytes.len().min(CHUNK));
                    self.current = Some(Piece::Bytes(bytes));
                    return Poll::Ready(Some(Ok(chunk)));
                }
                Some(Piece::Reader { left, mut reader }) => {
                    let polled = read(&mut self.buffer, reader.as_mut(), left, context);
                    let chunk = match polled {
                        Poll::Pending => {
                            self.current = Some(Piece::Reader { left, reader });
                            return Poll::Pending;
                        }
                        Poll::Ready(chunk) => chunk?,
                    };
                    let left = left - chunk.len() as u64;
                    self.current = Some(Piece::Reader { left, reader });
                    return Poll::Ready(Some(Ok(chunk)));
                }
            }
        }
    }
}

/// Reads the next chunk; exactly `left` bytes have to come.
fn read(
    buffer: &mut BytesMut,
    reader: Pin<&mut (dyn AsyncRead + Send)>,
    left: u64,
    context: &mut Context<'_>,
) -> Poll<io::Result<Bytes>> {
    let size = usize::try_from(left).unwrap_or(CHUNK).min(CHUNK);
    buffer.resize(size, 0);
    let mut target = ReadBuf::new(buffer);
    match reader.poll_read(context, &mut target) {
        Poll::Pending => Poll::Pending,
        Poll::Ready(Err(error)) => Poll::Ready(Err(error)),
        Poll::Ready(Ok(())) => {
            let length = target.filled().len();
            if length == 0 {
                let message = "a file ended before its announced length";
                return Poll::Ready(Err(io::Error::new(io::ErrorKind::UnexpectedEof, message)));
            }
            Poll::Ready(Ok(buffer.split_to(length).freeze()))
        }
    }
}

impl Stream for PieceStream {
    type Item = io::Result<Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let polled = self.poll_chunk(context);
        if let Poll::Ready(Some(Ok(chunk))) = &polled {
            let length = chunk.len() as u64;
            self.sent += length;
            self.moved.fetch_add(length, Ordering::Relaxed);
            if let Some(on_progress) = &self.on_progress {
                on_progress(Progress { sent: self.sent, total: Some(self.total) });
            }
        }
        polled
    }
}
