//! The texts that the generator reads.

/// One spec file. The generator does not touch the disk; its caller reads and writes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// The path as the reader of messages knows it, with `/`, e.g. `spec/task/v2/task.yaml`.
    pub path: String,
    /// The content.
    pub text: String,
}

impl Source {
    /// A file with this path and content.
    pub fn new(path: impl Into<String>, text: impl Into<String>) -> Self {
        Source { path: path.into(), text: text.into() }
    }
}
