//! Values that are text in queries and forms.

use crate::time::{Timestamp, Unit};

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

impl<U: Unit> QueryValue for Timestamp<U> {
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
