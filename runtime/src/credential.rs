//! Looks at credentials that programs read from files and variables of the environment.

/// What to do about a credential with a space or a line break, for the end of a message.
pub(crate) const TRIM: &str = "trim what comes from a file";

/// Whether a text has a character that no id, secret, token, ticket or code of Feishu has.
pub(crate) fn has_space(text: &str) -> bool {
    text.contains(|character: char| character.is_whitespace() || character.is_control())
}

/// The same for a text that people may choose, which may have spaces inside.
#[cfg(feature = "events")]
pub(crate) fn has_outer_space(text: &str) -> bool {
    text.trim() != text || text.contains(char::is_control)
}
