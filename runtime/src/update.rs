//! What a partial update does with a field.

/// What a partial update does with one field: keep it, clear it, or set it.
///
/// The names of everything that is not kept go to `update_fields`.
///
/// ```
/// # use feishu_openapi_runtime as feishu_openapi;
/// use feishu_openapi::Update;
///
/// let due: Update<String> = Update::default();
/// assert_eq!(due, Update::Keep);
/// assert_eq!(Update::from("tomorrow".to_owned()), Update::Set("tomorrow".to_owned()));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Update<T> {
    /// Leave the field as it is.
    #[default]
    Keep,
    /// Make the field empty.
    Clear,
    /// Give the field a new value.
    Set(T),
}

impl<T> Update<T> {
    /// The new value, if there is one.
    pub fn as_set(&self) -> Option<&T> {
        match self {
            Update::Set(value) => Some(value),
            Update::Keep | Update::Clear => None,
        }
    }

    /// Whether the field stays as it is.
    pub fn is_keep(&self) -> bool {
        matches!(self, Update::Keep)
    }
}

impl<T> From<T> for Update<T> {
    fn from(value: T) -> Self {
        Update::Set(value)
    }
}
