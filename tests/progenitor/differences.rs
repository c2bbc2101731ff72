//! The written list: what the two clients do differently, and why. An entry that no longer occurs fails the tests.

/// Operations that progenitor has not, and why.
pub(crate) const NOT_TAKEN: [(&str, &str); 1] =
    [("task.v2.attachment.upload", "progenitor has no multipart bodies, and refuses a document that has one")];

/// Operation, difference (`place: ours, theirs`), reason.
pub(crate) const KNOWN: &[(&str, &str, &str)] = &[];
