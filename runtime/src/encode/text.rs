//! Values that are text on the wire: in paths, queries and forms.

use std::borrow::Cow;

use crate::time::{Millis, Seconds};

/// A value that is one text on the wire: it can stand in a path.
pub trait AsText {
    /// The text.
    fn as_text(&self) -> Cow<'_, str>;
}

impl AsText for str {
    fn as_text(&self) -> Cow<'_, str> {
        Cow::Borrowed(self)
    }
}

impl AsText for String {
    fn as_text(&self) -> Cow<'_, str> {
        Cow::Borrowed(self)
    }
}

impl AsText for i64 {
    fn as_text(&self) -> Cow<'_, str> {
        Cow::Owned(self.to_string())
    }
}

impl AsText for Millis {
    fn as_text(&self) -> Cow<'_, str> {
        Cow::Borrowed(self.as_str())
    }
}

impl AsText for Seconds {
    fn as_text(&self) -> Cow<'_, str> {
        Cow::Borrowed(self.as_str())
    }
}

/// A value that can stand in a query or in a part of a form.
pub trait QueryValue {
    /// Passes on each text; none for "nothing".
    fn put(&self, put: &mut dyn FnMut(&str));
}

impl QueryValue for str {
    fn put(&self, put: &mut dyn FnMut(&str)) {
        put(self);
    }
}

impl QueryValue for String {
    fn put(&self, put: &mut dyn FnMut(&str)) {
        put(self);
    }
}

impl QueryValue for bool {
    fn put(&self, put: &mut dyn FnMut(&str)) {
        put(if *self { "true" } else { "false" });
    }
}

impl QueryValue for i64 {
    fn put(&self, put: &mut dyn FnMut(&str)) {
        put(&self.to_string());
    }
}

impl QueryValue for f64 {
    fn put(&self, put: &mut dyn FnMut(&str)) {
        put(&self.to_string());
    }
}

impl QueryValue for Millis {
    fn put(&self, put: &mut dyn FnMut(&str)) {
        put(self.as_str());
    }
}

impl QueryValue for Seconds {
    fn put(&self, put: &mut dyn FnMut(&str)) {
        put(self.as_str());
    }
}

impl<T: QueryValue> QueryValue for Option<T> {
    fn put(&self, put: &mut dyn FnMut(&str)) {
        if let Some(value) = self {
            value.put(put);
        }
    }
}

impl<T: QueryValue> QueryValue for Vec<T> {
    fn put(&self, put: &mut dyn FnMut(&str)) {
        for item in self {
            item.put(put);
        }
    }
}

impl<T: QueryValue + ?Sized> QueryValue for &T {
    fn put(&self, put: &mut dyn FnMut(&str)) {
        (**self).put(put);
    }
}
