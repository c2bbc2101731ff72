//! What a request gives: the checks of generated requests ask it, where demands concern several fields.

use std::collections::BTreeMap;

use crate::constraint::{Number, Texts};
use crate::update::Update;

/// A field whose value may be empty.
pub trait Filled {
    /// Whether there is anything: absent fields, empty texts and empty lists give nothing.
    fn is_filled(&self) -> bool;
}

impl Filled for String {
    fn is_filled(&self) -> bool {
        !self.is_empty()
    }
}

impl<T> Filled for Vec<T> {
    fn is_filled(&self) -> bool {
        !self.is_empty()
    }
}

impl<T> Filled for BTreeMap<String, T> {
    fn is_filled(&self) -> bool {
        !self.is_empty()
    }
}

impl<T: Filled> Filled for Option<T> {
    fn is_filled(&self) -> bool {
        self.as_ref().is_some_and(T::is_filled)
    }
}

impl<T: Filled> Filled for Update<T> {
    fn is_filled(&self) -> bool {
        self.as_set().is_some_and(T::is_filled)
    }
}

/// A field that may be absent.
pub trait Whole {
    /// What it holds.
    type Value;

    /// The value, if it is there.
    fn value(&self) -> Option<&Self::Value>;
}

impl<T> Whole for Option<T> {
    type Value = T;

    fn value(&self) -> Option<&T> {
        self.as_ref()
    }
}

impl<T> Whole for Update<T> {
    type Value = T;

    fn value(&self) -> Option<&T> {
        self.as_set()
    }
}

/// Whether a field has a value that is not empty.
pub fn has(value: &dyn Filled) -> bool {
    value.is_filled()
}

/// Whether a field is this text.
pub fn is(value: &dyn Texts, wanted: &str) -> bool {
    let mut is = false;
    value.each_text(&mut |_, text| is |= text == wanted);
    is
}

/// The number, or point in time, of a field.
pub fn number(value: &dyn Number<i64>) -> Option<i64> {
    value.number()
}

/// Something about a part of a field that may be absent: nothing, if it is.
pub fn part<W: Whole, V: Default>(whole: &W, get: impl FnOnce(&W::Value) -> V) -> V {
    whole.value().map(get).unwrap_or_default()
}
