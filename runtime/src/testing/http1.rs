//! As much of HTTP/1.1 as a test server needs.

use std::fmt::Write as _;
use std::io;

use bytes::{Buf, Bytes, BytesMut};
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::reply::Fault;
use super::{Received, Reply};

pub(super) struct Connection {
    stream: TcpStream,
    buffer: BytesMut,
}

/// Request line and headers.
pub(super) struct Head {
    method: Method,
    target: String,
    headers: HeaderMap,
}

impl Head {
    pub(super) fn to_received(&self, body: Bytes) -> Received {
        let headers = self.headers.clone();
        Received::new(self.method.clone(), &self.target, headers, body)
    }
}

impl Connection {
    pub(super) fn new(stream: TcpStream) -> Self {
        Connection { stream, buffer: BytesMut::with_capacity(8 * 1024) }
    }

    pub(super) fn stream(&mut self) -> &mut TcpStream {
        &mut self.stream
    }

    /// `None` if the client closed the connection between two requests.
    pub(super) async fn read_head(&mut self) -> io::Result<Option<Head>> {
        let Some(end) = self.read_until(b"\r\n\r\n").await? else {
            return Ok(None);
        };
        let head = self.buffer.split_to(end);
        self.buffer.advance(4);
        let text = std::str::from_utf8(&head).map_err(invalid)?;
        let mut lines = text.split("\r\n");
        let mut request_line = lines.next().unwrap_or_default().split(' ');
        let (Some(method), Some(target)) = (request_line.next(), request_line.next()) else {
            return Err(invalid("no request line"));
        };
        let mut headers = HeaderMap::new();
        for line in lines {
            let (name, value) = line.split_once(':').ok_or_else(|| invalid("no header"))?;
            let name = HeaderName::try_from(name).map_err(invalid)?;
            let value = HeaderValue::try_from(value.trim()).map_err(invalid)?;
            headers.append(name, value);
        }
        Ok(Some(Head { method: Method::try_from(method).map_err(invalid)?, target: target.to_owned(), headers }))
    }

    pub(super) async fn read_body(&mut self, head: &Head) -> io::Result<Bytes> {
        let is_chunked = head
            .headers
            .get(http::header::TRANSFER_ENCODING)
            .is_some_and(|encoding| encoding.as_bytes().eq_ignore_ascii_case(b"chunked"));
        if is_chunked {
            return self.read_chunks().await;
        }
        let length = head.headers.get(http::header::CONTENT_LENGTH);
        let length = length.and_then(|length| length.to_str().ok()?.parse().ok());
        self.read_exactly(length.unwrap_or(0)).await
    }

    async fn read_chunks(&mut self) -> io::Result<Bytes> {
        let mut body = BytesMut::new();
        loop {
            let Some(end) = self.read_until(b"\r\n").await? else {
                return Err(io::ErrorKind::UnexpectedEof.into());
            };
            let line = self.buffer.split_to(end);
            self.buffer.advance(2);
            let size = std::str::from_utf8(&line).map_err(invalid)?;
            let size = usize::from_str_radix(size.trim(), 16).map_err(invalid)?;
            let chunk = self.read_exactly(size + 2).await?;
            if size == 0 {
                return Ok(body.freeze());
            }
            body.extend_from_slice(&chunk[..size]);
        }
    }

    async fn read_exactly(&mut self, length: usize) -> io::Result<Bytes> {
        while self.buffer.len() < length {
            if self.stream.read_buf(&mut self.buffer).await? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
        Ok(self.buffer.split_to(length).freeze())
    }

    /// Where `pattern` begins in the buffer; `None` if the client is done.
    async fn read_until(&mut self, pattern: &[u8]) -> io::Result<Option<usize>> {
        loop {
            let mut windows = self.buffer.windows(pattern.len());
            if let Some(position) = windows.position(|window| window == pattern) {
                return Ok(Some(position));
            }
            if self.stream.read_buf(&mut self.buffer).await? == 0 {
                return match self.buffer.is_empty() {
                    true => Ok(None),
                    false => Err(io::ErrorKind::UnexpectedEof.into()),
                };
            }
        }
    }
}

pub(super) async fn write(stream: &mut TcpStream, reply: &Reply) -> io::Result<()> {
    let mut head = format!("HTTP/1.1 {}\r\n", reply.status);
    for (name, value) in &reply.headers {
        let value = String::from_utf8_lossy(value.as_bytes());
        // Writing to a string cannot fail.
        let _ = write!(head, "{name}: {value}\r\n");
    }
    let _ = write!(head, "content-length: {}\r\n\r\n", reply.body.len());
    let (first, second) = reply.body.split_at(reply.body.len() / 2);
    let mut message = head.into_bytes();
    message.extend_from_slice(first);
    if reply.body_pause.is_zero() && reply.fault.is_none() {
        message.extend_from_slice(second);
        return stream.write_all(&message).await;
    }
    stream.write_all(&message).await?;
    tokio::time::sleep(reply.body_pause).await;
    if reply.fault == Some(Fault::Truncate) {
        return Ok(());
    }
    stream.write_all(second).await
}

fn invalid(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, error)
}
