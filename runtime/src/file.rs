//! Files to upload.

use std::fmt;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use tokio::io::AsyncRead;

/// A file to upload: a name and where its content comes from.
///
/// The content is streamed, never held in memory as a whole (except what the
/// caller holds with [`File::bytes`]).
/// A clone is the same file; a reader can be read only once, by one of them.
///
/// ```
/// # use feishu_openapi_runtime as feishu_openapi;
/// use feishu_openapi::File;
///
/// let note = File::bytes("会议纪要.txt", "Decided: ship it.");
/// assert_eq!(note.size(), Some(17));
/// ```
#[derive(Clone)]
pub struct File {
    name: String,
    source: Source,
}

#[derive(Clone)]
pub(crate) enum Source {
    Bytes(Bytes),
    Path(PathBuf),
    Reader { length: u64, reader: OneReader },
}

/// Taken by whoever reads it first.
pub(crate) type OneReader = Arc<Mutex<Option<BoxedReader>>>;
pub(crate) type BoxedReader = Pin<Box<dyn AsyncRead + Send>>;

impl File {
    /// A file from memory.
    pub fn bytes(name: impl Into<String>, content: impl Into<Bytes>) -> Self {
        File { name: name.into(), source: Source::Bytes(content.into()) }
    }

    /// A file on disk, under its own name; it is opened when it is sent.
    ///
    /// It must be a regular file or a link to one: a call with a folder, a named
    /// pipe or a device fails with [`is_invalid_request`](crate::Error::is_invalid_request).
    pub fn path(path: impl Into<PathBuf>) -> Self {
        let path = path.into();
        let name = path.file_name().map(|name| name.to_string_lossy());
        File { name: name.unwrap_or_default().into_owned(), source: Source::Path(path) }
    }

    /// A file from a reader that gives exactly `length` bytes.
    ///
    /// A reader can be read only once, so an upload with one is never repeated
    /// after a failure.
    pub fn reader(name: impl Into<String>, length: u64, reader: impl AsyncRead + Send + 'static) -> Self {
        File {
            name: name.into(),
            source: Source::Reader { length, reader: Arc::new(Mutex::new(Some(Box::pin(reader)))) },
        }
    }

    /// Under another name.
    #[must_use]
    pub fn with_name(mut self, name: impl Into<String>) -> Self {
        self.name = name.into();
        self
    }

    /// The name that Feishu shows.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The size in bytes; `None` if the file on disk cannot be looked at.
    pub fn size(&self) -> Option<u64> {
        match &self.source {
            Source::Bytes(content) => Some(content.len() as u64),
            Source::Path(path) => std::fs::metadata(path).ok().map(|metadata| metadata.len()),
            Source::Reader { length, .. } => Some(*length),
        }
    }

    pub(crate) fn source(&self) -> &Source {
        &self.source
    }
}

/// A file, several, or none.
pub trait Files {
    /// The files, in order.
    fn files(&self) -> Vec<&File>;
}

impl Files for File {
    fn files(&self) -> Vec<&File> {
        vec![self]
    }
}

impl Files for Vec<File> {
    fn files(&self) -> Vec<&File> {
        self.iter().collect()
    }
}

impl<T: Files> Files for Option<T> {
    fn files(&self) -> Vec<&File> {
        self.as_ref().map(T::files).unwrap_or_default()
    }
}

impl fmt::Debug for File {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let source = match &self.source {
            Source::Bytes(_) => "bytes",
            Source::Path(_) => "path",
            Source::Reader { .. } => "reader",
        };
        formatter.debug_struct("File").field("name", &self.name).field("source", &source).finish_non_exhaustive()
    }
}
