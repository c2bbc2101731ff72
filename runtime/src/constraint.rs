//! The limits that the documentation sets for requests, checked on demand.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::{Bound, RangeBounds};

use crate::file::Files;
use crate::time::{Timestamp, Unit};
use crate::update::Update;
use crate::wire::AsText;

/// A request, or a part of one, with documented limits.
pub trait Constrained {
    /// Reports every limit that is not kept.
    fn constraints(&self, check: &mut Checker<'_>) {
        let _ = check;
    }
}

/// Every documented limit that a request does not keep.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violations(Vec<Violation>);

impl Violations {
    /// The violations, in the order of the fields.
    pub fn iter(&self) -> std::slice::Iter<'_, Violation> {
        self.0.iter()
    }
}

impl<'a> IntoIterator for &'a Violations {
    type Item = &'a Violation;
    type IntoIter = std::slice::Iter<'a, Violation>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl fmt::Display for Violations {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, violation) in self.iter().enumerate() {
            if index > 0 {
                formatter.write_str("; ")?;
            }
            violation.fmt(formatter)?;
        }
        Ok(())
    }
}

impl std::error::Error for Violations {}

/// One documented limit that a request does not keep.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    path: String,
    rule: String,
    found: String,
}

impl Violation {
    /// The field, as `members[3].id`.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The rule, as `1 to 100 characters`.
    pub fn rule(&self) -> &str {
        &self.rule
    }

    /// What was found instead, as `140 characters`; never the content itself.
    pub fn found(&self) -> &str {
        &self.found
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "`{}` must have {}, found {}", self.path, self.rule, self.found)
    }
}

/// Checks everything below `value`.
pub(crate) fn validate(value: &(impl Constrained + ?Sized)) -> Result<(), Violations> {
    let mut found = Vec::new();
    value.constraints(&mut Checker { found: &mut found, prefix: String::new() });
    if found.is_empty() {
        return Ok(());
    }
    Err(Violations(found))
}

/// Collects violations while a request is checked.
pub struct Checker<'a> {
    found: &'a mut Vec<Violation>,
    prefix: String,
}

/// A range by its two ends.
type Ends<N> = (Bound<N>, Bound<N>);

fn ends<N: Copy>(range: &impl RangeBounds<N>) -> Ends<N> {
    (range.start_bound().cloned(), range.end_bound().cloned())
}

/// Generated code calls these; little of them depends on the types of fields and ranges, so that most of it is compiled
/// once.
impl Checker<'_> {
    /// The number of characters of a text, or of each text in a list.
    pub fn length(&mut self, name: &str, value: &dyn Texts, range: impl RangeBounds<usize>) {
        self.length_within(name, value, ends(&range));
    }

    fn length_within(&mut self, name: &str, value: &dyn Texts, range: Ends<usize>) {
        value.each_text(&mut |index, text| {
            let length = text.chars().count();
            if !range.contains(&length) {
                let rule = describe(range, "characters");
                self.report(name, index, rule, format!("{length} characters"));
            }
        });
    }

    /// A whole number.
    pub fn range(&mut self, name: &str, value: &dyn Number<i64>, range: impl RangeBounds<i64>) {
        self.number_within(name, value.number(), ends(&range));
    }

    /// A number with a fraction.
    pub fn range_f64(&mut self, name: &str, value: &dyn Number<f64>, range: impl RangeBounds<f64>) {
        self.number_within(name, value.number(), ends(&range));
    }

    fn number_within<N: PartialOrd + fmt::Display + Copy>(&mut self, name: &str, number: Option<N>, range: Ends<N>) {
        if let Some(number) = number.filter(|number| !range.contains(number)) {
            self.report(name, None, describe(range, ""), number.to_string());
        }
    }

    /// The number of items of a list or a map.
    pub fn items(&mut self, name: &str, value: &dyn Counted, range: impl RangeBounds<usize>) {
        self.count_within(name, value.count(), ends(&range));
    }

    fn count_within(&mut self, name: &str, count: Option<usize>, range: Ends<usize>) {
        if let Some(count) = count.filter(|count| !range.contains(count)) {
            let rule = describe(range, "items");
            self.report(name, None, rule, format!("{count} items"));
        }
    }

    /// A text, or each text of a list, has to match a regular expression as a whole.
    pub fn pattern(&mut self, name: &str, value: &dyn Texts, pattern: &str) {
        // A pattern that cannot be read must not make requests fail.
        let Ok(expression) = regex_lite::Regex::new(&format!("^(?:{pattern})$")) else {
            return;
        };
        value.each_text(&mut |index, text| {
            if !expression.is_match(text) {
                let rule = format!("the form `{pattern}`");
                let found = format!("{} other characters", text.chars().count());
                self.report(name, index, rule, found);
            }
        });
    }

    /// No item may stand in a list twice.
    pub fn unique(&mut self, name: &str, value: &dyn Listed) {
        for index in value.repeated() {
            let rule = "no item twice".to_owned();
            self.report(name, Some(index), rule, "a repeated item".to_owned());
        }
    }

    /// The size of a file, or of each file of a list, in bytes; a file whose size
    /// is not known is not checked.
    pub fn max_bytes(&mut self, name: &str, value: &dyn Files, limit: u64) {
        for (index, file) in value.files().into_iter().enumerate() {
            if let Some(size) = file.size().filter(|size| *size > limit) {
                let rule = format!("at most {limit} bytes");
                self.report(name, Some(index), rule, format!("{size} bytes"));
            }
        }
    }

    /// Where `when` holds, the field must be given, too.
    pub fn needs(&mut self, when: &str, holds: bool, name: &str, is_given: bool) {
        if holds && !is_given {
            self.report(name, None, format!("a value with {when}"), "none".to_owned());
        }
    }

    /// Where `when` holds, the field must not be given.
    pub fn excludes(&mut self, when: &str, holds: bool, name: &str, is_given: bool) {
        if holds && is_given {
            self.report(name, None, format!("no value with {when}"), "both".to_owned());
        }
    }

    /// One of these fields must be given.
    pub fn any_of(&mut self, names: &[&str], is_any_given: bool) {
        if let ([first, others @ ..], false) = (names, is_any_given) {
            let others: Vec<String> = others.iter().map(|name| format!("`{name}`")).collect();
            let rule = format!("a value unless {} has one", others.join(" or "));
            self.report(first, None, rule, "none".to_owned());
        }
    }

    /// A number, or a point in time, that must not be negative.
    pub fn not_negative(&mut self, name: &str, number: Option<i64>) {
        self.number_within(name, number, ends(&(0..)));
    }

    /// The first point in time must not be later than the second, if both are given.
    pub fn order(&mut self, name: &str, time: Option<i64>, other: &str, limit: Option<i64>) {
        if let (Some(time), Some(limit)) = (time, limit)
            && time > limit
        {
            self.report(name, None, format!("a value not after that of `{other}`"), "a later one".to_owned());
        }
    }

    /// Both must have the same value, if both are given.
    pub fn equal(&mut self, name: &str, value: Option<bool>, other: &str, same: Option<bool>) {
        if value.is_some() && same.is_some() && value != same {
            self.report(name, None, format!("the value of `{other}`"), "another one".to_owned());
        }
    }

    /// Checks an object, or each object of a list or a map.
    pub fn nested(&mut self, name: &str, value: &dyn Nested) {
        value.each_nested(&mut |position, part| {
            let prefix = format!("{}{name}{position}.", self.prefix);
            part.constraints(&mut Checker { found: &mut *self.found, prefix });
        });
    }

    /// Checks each element of a list, or each value of a map, by itself; in `check` it has no name of its own.
    pub fn each<E: Each>(&mut self, name: &str, value: &E, check: impl Fn(&mut Checker<'_>, &E::Item)) {
        value.each(&mut |position, item| {
            let prefix = format!("{}{name}{position}", self.prefix);
            check(&mut Checker { found: &mut *self.found, prefix }, item);
        });
    }

    fn report(&mut self, name: &str, index: Option<usize>, rule: String, found: String) {
        let position = index.map(|index| format!("[{index}]")).unwrap_or_default();
        self.found.push(Violation { path: format!("{}{name}{position}", self.prefix), rule, found });
    }
}

/// A range in words: `1 to 100 characters`, `at most 5 items`.
fn describe<N: fmt::Display>(range: Ends<N>, unit: &str) -> String {
    let text = |bound: Bound<N>| match bound {
        Bound::Included(end) => Bound::Included(end.to_string()),
        Bound::Excluded(end) => Bound::Excluded(end.to_string()),
        Bound::Unbounded => Bound::Unbounded,
    };
    describe_texts(text(range.0), text(range.1), unit)
}

fn describe_texts(low: Bound<String>, high: Bound<String>, unit: &str) -> String {
    let text = match (low, high) {
        (Bound::Included(low), Bound::Included(high)) => format!("{low} to {high}"),
        (Bound::Included(low), Bound::Excluded(high)) => format!("{low} to less than {high}"),
        (Bound::Included(low), Bound::Unbounded) => format!("at least {low}"),
        (Bound::Excluded(low), Bound::Included(high)) => format!("more than {low}, up to {high}"),
        (Bound::Excluded(low), Bound::Excluded(high)) => {
            format!("more than {low}, less than {high}")
        }
        (Bound::Excluded(low), Bound::Unbounded) => format!("more than {low}"),
        (Bound::Unbounded, Bound::Included(high)) => format!("at most {high}"),
        (Bound::Unbounded, Bound::Excluded(high)) => format!("less than {high}"),
        (Bound::Unbounded, Bound::Unbounded) => "any number".to_owned(),
    };
    let unit = if unit.is_empty() { "as the value" } else { unit };
    format!("{text} {unit}")
}

/// Is told each text, with its place if it stands in a list.
pub(crate) type EachText<'a> = dyn FnMut(Option<usize>, &str) + 'a;

/// One text or several.
pub trait Texts {
    /// Calls `each` for every text.
    fn each_text(&self, each: &mut EachText<'_>);
}

impl<T: AsText> Texts for T {
    fn each_text(&self, each: &mut EachText<'_>) {
        each(None, &self.as_text());
    }
}

impl<T: AsText> Texts for Vec<T> {
    fn each_text(&self, each: &mut EachText<'_>) {
        for (index, item) in self.iter().enumerate() {
            each(Some(index), &item.as_text());
        }
    }
}

impl<T: Texts> Texts for Option<T> {
    fn each_text(&self, each: &mut EachText<'_>) {
        if let Some(value) = self {
            value.each_text(each);
        }
    }
}

impl<T: Texts> Texts for Update<T> {
    fn each_text(&self, each: &mut EachText<'_>) {
        if let Update::Set(value) = self {
            value.each_text(each);
        }
    }
}

/// A number that may be absent.
pub trait Number<N> {
    /// The number, if it is there.
    fn number(&self) -> Option<N>;
}

impl Number<i64> for i64 {
    fn number(&self) -> Option<i64> {
        Some(*self)
    }
}

impl<U: Unit> Number<i64> for Timestamp<U> {
    fn number(&self) -> Option<i64> {
        self.units()
    }
}

impl Number<f64> for f64 {
    fn number(&self) -> Option<f64> {
        Some(*self)
    }
}

impl<N, T: Number<N>> Number<N> for Option<T> {
    fn number(&self) -> Option<N> {
        self.as_ref().and_then(T::number)
    }
}

impl<N, T: Number<N>> Number<N> for Update<T> {
    fn number(&self) -> Option<N> {
        self.as_set().and_then(T::number)
    }
}

/// A list or a map.
pub trait Counted {
    /// The number of items, if the list is there.
    fn count(&self) -> Option<usize>;
}

impl<T> Counted for Vec<T> {
    fn count(&self) -> Option<usize> {
        Some(self.len())
    }
}

impl<T> Counted for BTreeMap<String, T> {
    fn count(&self) -> Option<usize> {
        Some(self.len())
    }
}

impl<T: Counted> Counted for Option<T> {
    fn count(&self) -> Option<usize> {
        self.as_ref().and_then(T::count)
    }
}

impl<T: Counted> Counted for Update<T> {
    fn count(&self) -> Option<usize> {
        self.as_set().and_then(T::count)
    }
}

/// A list whose items can be compared.
pub trait Listed {
    /// The places of items that stand in the list before.
    fn repeated(&self) -> Vec<usize>;
}

impl<T: PartialEq> Listed for Vec<T> {
    fn repeated(&self) -> Vec<usize> {
        let repeated = |index: &usize| self[..*index].contains(&self[*index]);
        (0..self.len()).filter(repeated).collect()
    }
}

impl<T: Listed> Listed for Option<T> {
    fn repeated(&self) -> Vec<usize> {
        self.as_ref().map(T::repeated).unwrap_or_default()
    }
}

impl<T: Listed> Listed for Update<T> {
    fn repeated(&self) -> Vec<usize> {
        self.as_set().map(T::repeated).unwrap_or_default()
    }
}

/// Is told each part, with what its place adds to the path.
pub(crate) type EachPart<'a> = dyn FnMut(&str, &dyn Constrained) + 'a;

/// An object, or objects in a list or a map.
pub trait Nested {
    /// Calls `each` for every object.
    fn each_nested(&self, each: &mut EachPart<'_>);
}

impl<T: Constrained> Nested for T {
    fn each_nested(&self, each: &mut EachPart<'_>) {
        each("", self);
    }
}

impl<T: Constrained> Nested for Vec<T> {
    fn each_nested(&self, each: &mut EachPart<'_>) {
        for (index, item) in self.iter().enumerate() {
            each(&format!("[{index}]"), item);
        }
    }
}

impl<T: Constrained> Nested for BTreeMap<String, T> {
    fn each_nested(&self, each: &mut EachPart<'_>) {
        for (key, item) in self {
            each(&format!("[{key:?}]"), item);
        }
    }
}

impl<T: Nested> Nested for Option<T> {
    fn each_nested(&self, each: &mut EachPart<'_>) {
        if let Some(value) = self {
            value.each_nested(each);
        }
    }
}

impl<T: Nested> Nested for Update<T> {
    fn each_nested(&self, each: &mut EachPart<'_>) {
        if let Update::Set(value) = self {
            value.each_nested(each);
        }
    }
}

/// A list or a map whose elements are checked by themselves.
pub trait Each {
    /// What it holds.
    type Item;

    /// Calls `each` for every element, with what its place adds to the path.
    fn each(&self, each: &mut dyn FnMut(&str, &Self::Item));
}

impl<T> Each for Vec<T> {
    type Item = T;

    fn each(&self, each: &mut dyn FnMut(&str, &T)) {
        for (index, item) in self.iter().enumerate() {
            each(&format!("[{index}]"), item);
        }
    }
}

impl<T> Each for BTreeMap<String, T> {
    type Item = T;

    fn each(&self, each: &mut dyn FnMut(&str, &T)) {
        for (key, item) in self {
            each(&format!("[{key:?}]"), item);
        }
    }
}

impl<T: Each> Each for Option<T> {
    type Item = T::Item;

    fn each(&self, each: &mut dyn FnMut(&str, &T::Item)) {
        if let Some(value) = self {
            value.each(each);
        }
    }
}

impl<T: Each> Each for Update<T> {
    type Item = T::Item;

    fn each(&self, each: &mut dyn FnMut(&str, &T::Item)) {
        if let Update::Set(value) = self {
            value.each(each);
        }
    }
}
