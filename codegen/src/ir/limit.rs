//! Limits: what the page demands of a value.
//!
//! All that there is to know of a limit is in this file: its key, the types that it goes with, its sentence, its check
//! in Rust, which of two allows more, and whether a value breaks it. Who adds one is asked for each answer by the
//! compiler.

use std::fmt;

use super::{Type, Value};

/// One limit. Lengths count characters.
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs)]
pub enum Limit {
    MinLength(u64),
    MaxLength(u64),
    Pattern(String),
    Minimum(Number),
    Maximum(Number),
    MinItems(u64),
    MaxItems(u64),
    UniqueItems,
    MaxBytes(u64),
}

/// The key that states a limit in a spec.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs)]
pub enum LimitKey {
    MinLength,
    MaxLength,
    Pattern,
    Minimum,
    Maximum,
    MinItems,
    MaxItems,
    UniqueItems,
    MaxBytes,
}

/// What a spec writes behind the key of a limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Written {
    /// A whole number from 0 on.
    Count,
    /// Any number.
    Number,
    /// Text.
    Text,
    /// `true` or `false`.
    Flag,
}

/// What pages, and so waivers, call a limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum PageFact {
    Min,
    Max,
    Pattern,
}

/// What the dialect says of a key.
struct Facts {
    name: &'static str,
    /// The `type`s of the schemas that may have it.
    types: &'static [&'static str],
    written: Written,
    page: Option<PageFact>,
}

impl LimitKey {
    /// All keys, in the order in which limits are stored and shown.
    pub const ALL: [LimitKey; 9] = [
        LimitKey::MinLength,
        LimitKey::MaxLength,
        LimitKey::Pattern,
        LimitKey::Minimum,
        LimitKey::Maximum,
        LimitKey::MinItems,
        LimitKey::MaxItems,
        LimitKey::UniqueItems,
        LimitKey::MaxBytes,
    ];

    const fn facts(self) -> Facts {
        const TEXT: &[&str] = &["string"];
        const NUMBER: &[&str] = &["integer", "number"];
        const LIST: &[&str] = &["array"];
        let (name, types, written, page) = match self {
            LimitKey::MinLength => ("minLength", TEXT, Written::Count, Some(PageFact::Min)),
            LimitKey::MaxLength => ("maxLength", TEXT, Written::Count, Some(PageFact::Max)),
            LimitKey::Pattern => ("pattern", TEXT, Written::Text, Some(PageFact::Pattern)),
            LimitKey::Minimum => ("minimum", NUMBER, Written::Number, Some(PageFact::Min)),
            LimitKey::Maximum => ("maximum", NUMBER, Written::Number, Some(PageFact::Max)),
            LimitKey::MinItems => ("minItems", LIST, Written::Count, Some(PageFact::Min)),
            LimitKey::MaxItems => ("maxItems", LIST, Written::Count, Some(PageFact::Max)),
            // Pages state neither of these two in a form that could be compared.
            LimitKey::UniqueItems => ("uniqueItems", LIST, Written::Flag, None),
            LimitKey::MaxBytes => ("x-feishu-max-bytes", TEXT, Written::Count, None),
        };
        Facts { name, types, written, page }
    }

    /// As the spec writes it.
    pub const fn name(self) -> &'static str {
        self.facts().name
    }

    /// The `type`s of the schemas that may have it.
    pub(crate) const fn types(self) -> &'static [&'static str] {
        self.facts().types
    }

    /// Whether it says something about values of a type.
    pub fn goes_with(self, ty: &Type) -> bool {
        let name = match ty {
            Type::String | Type::Millis | Type::Seconds | Type::File => "string",
            Type::Boolean => "boolean",
            Type::Integer => "integer",
            Type::Number => "number",
            Type::Struct(_) | Type::Map(_) => "object",
            Type::List(_) => "array",
            // Of texts or of numbers.
            Type::Enum(_) => return true,
        };
        self.types().contains(&name)
    }

    /// What is written behind it.
    pub(crate) const fn written(self) -> Written {
        self.facts().written
    }

    /// What pages call it; `None` if they do not state it.
    pub fn page_fact(self) -> Option<PageFact> {
        self.facts().page
    }

    /// The key of this name.
    pub fn named(name: &str) -> Option<Self> {
        LimitKey::ALL.into_iter().find(|key| key.name() == name)
    }
}

impl PageFact {
    /// As waivers write it.
    pub fn as_str(self) -> &'static str {
        match self {
            PageFact::Min => "min",
            PageFact::Max => "max",
            PageFact::Pattern => "pattern",
        }
    }
}

/// The bound of a numeric range.
#[derive(Clone, Copy, Debug)]
#[allow(missing_docs)]
pub enum Number {
    Integer(i64),
    Float(f64),
}

impl Number {
    /// Whole numbers beyond 2^53 are rounded.
    pub fn as_f64(self) -> f64 {
        match self {
            Number::Integer(value) => value as f64,
            Number::Float(value) => value,
        }
    }

    fn as_i64(self) -> i64 {
        match self {
            Number::Integer(value) => value,
            Number::Float(value) => value as i64,
        }
    }

    fn read(value: &Value) -> Option<Self> {
        match *value {
            Value::Integer(value) => Some(Number::Integer(value)),
            Value::Float(value) => Some(Number::Float(value)),
            _ => None,
        }
    }
}

impl PartialEq for Number {
    fn eq(&self, other: &Self) -> bool {
        self.partial_cmp(other) == Some(std::cmp::Ordering::Equal)
    }
}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        match (self, other) {
            (Number::Integer(one), Number::Integer(other)) => one.partial_cmp(other),
            (one, other) => one.as_f64().partial_cmp(&other.as_f64()),
        }
    }
}

impl fmt::Display for Number {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Number::Integer(value) => value.fmt(formatter),
            Number::Float(value) => value.fmt(formatter),
        }
    }
}

impl Limit {
    /// The limit that a spec states by a key with a value; `None` if it states none.
    pub(crate) fn read(key: LimitKey, value: &Value) -> Option<Self> {
        let count = || match value {
            Value::Integer(count) => u64::try_from(*count).ok(),
            _ => None,
        };
        match key {
            LimitKey::MinLength => count().map(Limit::MinLength),
            LimitKey::MaxLength => count().map(Limit::MaxLength),
            LimitKey::Pattern => match value {
                Value::String(pattern) => Some(Limit::Pattern(pattern.clone())),
                _ => None,
            },
            LimitKey::Minimum => Number::read(value).map(Limit::Minimum),
            LimitKey::Maximum => Number::read(value).map(Limit::Maximum),
            LimitKey::MinItems => count().map(Limit::MinItems),
            LimitKey::MaxItems => count().map(Limit::MaxItems),
            LimitKey::UniqueItems => (*value == Value::Boolean(true)).then_some(Limit::UniqueItems),
            LimitKey::MaxBytes => count().map(Limit::MaxBytes),
        }
    }

    /// The key that states it.
    pub fn key(&self) -> LimitKey {
        match self {
            Limit::MinLength(_) => LimitKey::MinLength,
            Limit::MaxLength(_) => LimitKey::MaxLength,
            Limit::Pattern(_) => LimitKey::Pattern,
            Limit::Minimum(_) => LimitKey::Minimum,
            Limit::Maximum(_) => LimitKey::Maximum,
            Limit::MinItems(_) => LimitKey::MinItems,
            Limit::MaxItems(_) => LimitKey::MaxItems,
            Limit::UniqueItems => LimitKey::UniqueItems,
            Limit::MaxBytes(_) => LimitKey::MaxBytes,
        }
    }

    /// The value behind the key.
    pub fn value(&self) -> Value {
        let number = |number| match number {
            Number::Integer(value) => Value::Integer(value),
            Number::Float(value) => Value::Float(value),
        };
        match self {
            Limit::MinLength(limit)
            | Limit::MaxLength(limit)
            | Limit::MinItems(limit)
            | Limit::MaxItems(limit)
            | Limit::MaxBytes(limit) => number(count(*limit)),
            Limit::Minimum(limit) | Limit::Maximum(limit) => number(*limit),
            Limit::Pattern(pattern) => Value::String(pattern.clone()),
            Limit::UniqueItems => Value::Boolean(true),
        }
    }

    /// Which value it is an end of, if it is one.
    fn end(&self) -> End {
        match *self {
            Limit::MinLength(least) | Limit::MinItems(least) => End::Least(count(least)),
            Limit::MaxLength(most) | Limit::MaxItems(most) | Limit::MaxBytes(most) => End::Most(count(most)),
            Limit::Minimum(least) => End::Least(least),
            Limit::Maximum(most) => End::Most(most),
            Limit::Pattern(_) | Limit::UniqueItems => End::None,
        }
    }

    /// Whether only the empty value would do.
    pub(crate) fn allows_nothing(&self) -> bool {
        matches!(self, Limit::MaxLength(0) | Limit::MaxItems(0) | Limit::MaxBytes(0))
    }

    /// Whether a value of this type is checked before it is sent.
    pub fn is_checked(&self, ty: &Type) -> bool {
        Demand::of(self).call(ty).is_some()
    }

    /// What of a value breaks it, in words.
    pub(crate) fn broken_by(&self, value: &Value) -> Option<String> {
        let key = self.key().name();
        let counted = |found: usize, what: &str| {
            let found_number = count(found as u64);
            let outside = match self.end() {
                End::Least(least) => found_number < least,
                End::Most(most) => found_number > most,
                End::None => false,
            };
            outside.then(|| format!("{found} {what}, `{key}` is {}", self.value()))
        };
        match (self, value) {
            (Limit::MinLength(_) | Limit::MaxLength(_), Value::String(text)) => {
                counted(text.chars().count(), "characters")
            }
            (Limit::Pattern(pattern), Value::String(text)) => {
                let expression = regex_lite::Regex::new(&format!("^(?:{pattern})$")).ok()?;
                (!expression.is_match(text)).then(|| format!("does not match `{pattern}`"))
            }
            (Limit::Minimum(least), value) => {
                Number::read(value).filter(|number| number < least).map(|_| format!("`{key}` is {least}"))
            }
            (Limit::Maximum(most), value) => {
                Number::read(value).filter(|number| number > most).map(|_| format!("`{key}` is {most}"))
            }
            (Limit::MinItems(_) | Limit::MaxItems(_), Value::List(list)) => counted(list.len(), "elements"),
            (Limit::UniqueItems, Value::List(list)) => {
                let doubled = list.iter().enumerate().any(|(index, value)| list[..index].contains(value));
                doubled.then(|| format!("an element stands here twice, with `{key}`"))
            }
            // The content of a file is not in a spec; what else does not fit is another mistake.
            (Limit::MaxBytes(_), _)
            | (
                Limit::MinLength(_)
                | Limit::MaxLength(_)
                | Limit::Pattern(_)
                | Limit::MinItems(_)
                | Limit::MaxItems(_)
                | Limit::UniqueItems,
                _,
            ) => None,
        }
    }

    /// Whether every value keeps it: pages say "0 to 100 characters".
    fn forbids_nothing(&self) -> bool {
        match self {
            Limit::MinLength(least) | Limit::MinItems(least) => *least == 0,
            Limit::Minimum(least) => *least == Number::Integer(i64::MIN),
            Limit::Maximum(most) => *most == Number::Integer(i64::MAX),
            Limit::MaxLength(_) | Limit::MaxItems(_) | Limit::MaxBytes(_) | Limit::Pattern(_) | Limit::UniqueItems => {
                false
            }
        }
    }

    /// Whether a limit of one key allows less now than before, or more.
    fn effect(before: Option<&Limit>, after: Option<&Limit>) -> Effect {
        let forbids = |limit: &&Limit| !limit.forbids_nothing();
        match (before.filter(forbids), after.filter(forbids)) {
            (None, None) => Effect::None,
            (None, Some(_)) => Effect::Tighter,
            (Some(_), None) => Effect::Looser,
            (Some(before), Some(after)) => match (before.end(), after.end()) {
                (End::Least(before), End::Least(after)) if after > before => Effect::Tighter,
                (End::Most(before), End::Most(after)) if after < before => Effect::Tighter,
                (End::Least(_) | End::Most(_), _) => Effect::Looser,
                // Which of two patterns allows more cannot be told; it counts as less.
                (End::None, _) => Effect::Tighter,
            },
        }
    }
}

impl fmt::Display for Limit {
    /// The value behind the key, as diffs show it.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Limit::Pattern(pattern) => write!(formatter, "`{pattern}`"),
            Limit::Minimum(number) | Limit::Maximum(number) => number.fmt(formatter),
            limit => limit.value().fmt(formatter),
        }
    }
}

/// The end of a range.
#[derive(Clone, Copy)]
enum End {
    Least(Number),
    Most(Number),
    None,
}

fn count(count: u64) -> Number {
    i64::try_from(count).map_or(Number::Float(count as f64), Number::Integer)
}

/// A limit of one key that differs between two specs.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LimitChange<'a> {
    pub(crate) before: Option<&'a Limit>,
    pub(crate) after: Option<&'a Limit>,
    pub(crate) effect: Effect,
}

/// What a change of a limit does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Effect {
    /// Less is allowed.
    Tighter,
    /// More is allowed.
    Looser,
    /// The same is allowed.
    None,
}

/// What a value must satisfy, and what the elements or values in it must.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Limits {
    /// What the value itself must satisfy, in the order of [`LimitKey::ALL`].
    pub own: Vec<Limit>,
    /// What each element of a list, or each value of a map, must satisfy; never empty limits.
    pub inner: Option<Box<Limits>>,
}

static UNLIMITED: Limits = Limits { own: Vec::new(), inner: None };

impl Limits {
    /// Limits of a value, and of what it holds.
    pub(crate) fn new(mut own: Vec<Limit>, inner: Limits) -> Self {
        own.sort_by_key(Limit::key);
        Limits { own, inner: (!inner.is_empty()).then(|| Box::new(inner)) }
    }

    /// What each element of a list, or each value of a map, must satisfy.
    pub fn inner(&self) -> &Limits {
        self.inner.as_deref().unwrap_or(&UNLIMITED)
    }

    /// Whether nothing is demanded.
    pub fn is_empty(&self) -> bool {
        self.own.is_empty() && self.inner.is_none()
    }

    /// How many limits there are, at any depth.
    pub fn count(&self) -> usize {
        self.own.len() + self.inner.as_ref().map_or(0, |inner| inner.count())
    }

    /// The own limit of a key.
    fn get(&self, key: LimitKey) -> Option<&Limit> {
        self.own.iter().find(|limit| limit.key() == key)
    }

    /// Which own limits differ from those before.
    pub(crate) fn changes<'a>(&'a self, before: &'a Limits) -> impl Iterator<Item = LimitChange<'a>> {
        LimitKey::ALL.into_iter().filter_map(|key| {
            let (before, after) = (before.get(key), self.get(key));
            (before != after).then(|| LimitChange { before, after, effect: Limit::effect(before, after) })
        })
    }

    /// Two own limits that no value satisfies together.
    pub(crate) fn contradictions(&self) -> impl Iterator<Item = (&Limit, &Limit)> {
        self.own.windows(2).filter_map(|pair| match (Demand::of(&pair[0]).with(Demand::of(&pair[1])), pair) {
            (Some(_), [low, high]) => match (low.end(), high.end()) {
                (End::Least(least), End::Most(most)) if least > most => Some((low, high)),
                _ => None,
            },
            _ => None,
        })
    }

    /// The methods of the runtime's checker that check a value of this type, with what they take besides.
    pub(crate) fn checks(&self, ty: &Type) -> Vec<(&'static str, Option<String>)> {
        let limits = self.own.iter().filter(|limit| !limit.forbids_nothing());
        demands(limits).into_iter().filter_map(|demand| demand.call(ty)).collect()
    }

    /// Whether something is checked in a value of this type, at any depth.
    pub(crate) fn are_checked(&self, ty: &Type) -> bool {
        !self.checks(ty).is_empty() || ty.inner().is_some_and(|inner| self.inner().are_checked(inner))
    }

    /// All demands as sentences, with code as `code` writes it. Each has the words for the part of a value that it is
    /// about: none for the value itself, `Each` for the elements of a list, `Each value` for those of a map, `Each of
    /// each` below them.
    pub(crate) fn sentences(&self, ty: &Type, code: fn(&str) -> String) -> Vec<(String, String)> {
        let mut sentences = Vec::new();
        let (mut limits, mut ty, mut part) = (self, Some(ty), String::new());
        while !limits.is_empty() {
            sentences.extend(demands(&limits.own).into_iter().map(|demand| (part.clone(), demand.sentence(code))));
            let each = if matches!(ty, Some(Type::Map(_))) { "Each value" } else { "Each" };
            part = match part.as_str() {
                "" => each.to_owned(),
                outer => format!("{each} of {}", outer.to_lowercase()),
            };
            ty = ty.and_then(Type::inner);
            limits = limits.inner();
        }
        sentences
    }
}

/// What limits demand of a value: both ends of a range together.
fn demands<'a>(limits: impl IntoIterator<Item = &'a Limit>) -> Vec<Demand<'a>> {
    let mut demands: Vec<Demand<'_>> = Vec::new();
    for limit in limits {
        let demand = Demand::of(limit);
        let last = demands.pop();
        match last.and_then(|last| last.with(demand)) {
            Some(both) => demands.push(both),
            None => demands.extend(last.into_iter().chain([demand])),
        }
    }
    demands
}

/// One demand on a value: a limit, or both ends of a range.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Demand<'a> {
    Length(Range<u64>),
    Pattern(&'a str),
    Value(Range<Number>),
    Items(Range<u64>),
    Unique,
    Bytes(u64),
}

/// A range that may lack an end.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Range<N> {
    low: Option<N>,
    high: Option<N>,
}

impl<N: Copy> Range<N> {
    fn from(low: N) -> Self {
        Range { low: Some(low), high: None }
    }

    fn to(high: N) -> Self {
        Range { low: None, high: Some(high) }
    }

    /// Both ends, where one of them is missing in each.
    fn with(self, upper: Self) -> Option<Self> {
        (self.high.is_none() && upper.low.is_none()).then_some(Range { low: self.low, high: upper.high })
    }

    fn map<M>(self, map: impl Fn(N) -> M) -> Range<M> {
        Range { low: self.low.map(&map), high: self.high.map(map) }
    }
}

impl<N: fmt::Debug> Range<N> {
    /// `1..=100`, `..=100` or `1..`.
    fn rust(&self) -> String {
        match (&self.low, &self.high) {
            (Some(low), Some(high)) => format!("{low:?}..={high:?}"),
            (Some(low), None) => format!("{low:?}.."),
            (None, Some(high)) => format!("..={high:?}"),
            (None, None) => "..".to_owned(),
        }
    }
}

impl<'a> Demand<'a> {
    fn of(limit: &'a Limit) -> Self {
        match limit {
            Limit::MinLength(least) => Demand::Length(Range::from(*least)),
            Limit::MaxLength(most) => Demand::Length(Range::to(*most)),
            Limit::Pattern(pattern) => Demand::Pattern(pattern),
            Limit::Minimum(least) => Demand::Value(Range::from(*least)),
            Limit::Maximum(most) => Demand::Value(Range::to(*most)),
            Limit::MinItems(least) => Demand::Items(Range::from(*least)),
            Limit::MaxItems(most) => Demand::Items(Range::to(*most)),
            Limit::UniqueItems => Demand::Unique,
            Limit::MaxBytes(most) => Demand::Bytes(*most),
        }
    }

    /// This and the next demand in one, if they are the ends of one range.
    fn with(self, next: Demand<'a>) -> Option<Demand<'a>> {
        match (self, next) {
            (Demand::Length(low), Demand::Length(high)) => low.with(high).map(Demand::Length),
            (Demand::Value(low), Demand::Value(high)) => low.with(high).map(Demand::Value),
            (Demand::Items(low), Demand::Items(high)) => low.with(high).map(Demand::Items),
            _ => None,
        }
    }

    /// In a sentence.
    fn sentence(self, code: fn(&str) -> String) -> String {
        let count = |number: u64, unit: &str| format!("{number} {unit}{}", if number == 1 { "" } else { "s" });
        let counted = |range: Range<u64>, unit: &str| match (range.low, range.high) {
            (Some(low), Some(high)) if low == high => format!("Exactly {}.", count(low, unit)),
            (Some(low), Some(high)) => format!("{low} to {}.", count(high, unit)),
            (Some(1), None) => "Not empty.".to_owned(),
            (Some(low), None) => format!("At least {}.", count(low, unit)),
            (None, Some(high)) => format!("At most {}.", count(high, unit)),
            (None, None) => format!("Any number of {unit}s."),
        };
        match self {
            Demand::Length(range) => counted(range, "character"),
            Demand::Items(range) => counted(range, "element"),
            Demand::Value(Range { low: Some(low), high: Some(high) }) => format!("{low} to {high}."),
            Demand::Value(Range { low: Some(low), high: None }) => format!("At least {low}."),
            Demand::Value(Range { low: None, high: Some(high) }) => format!("At most {high}."),
            Demand::Value(Range { low: None, high: None }) => "Any number.".to_owned(),
            Demand::Pattern(pattern) => format!("Matches {}.", code(pattern)),
            Demand::Unique => "No element twice.".to_owned(),
            Demand::Bytes(most) => format!("At most {}.", count(most, "byte")),
        }
    }

    /// The method of the runtime's checker that checks it on a value of this type, and what it takes besides; `None` if
    /// nothing checks it.
    fn call(self, ty: &Type) -> Option<(&'static str, Option<String>)> {
        Some(match (self, ty) {
            (Demand::Length(range), Type::String) => ("length", Some(range.rust())),
            (Demand::Pattern(pattern), Type::String) => ("pattern", Some(format!("{pattern:?}"))),
            (Demand::Value(range), Type::Integer) => ("range", Some(range.map(Number::as_i64).rust())),
            (Demand::Value(range), Type::Number) => ("range_f64", Some(range.map(Number::as_f64).rust())),
            (Demand::Items(range), Type::List(_)) => ("items", Some(range.rust())),
            (Demand::Unique, Type::List(_)) => ("unique", None),
            (Demand::Bytes(most), Type::File) => ("max_bytes", Some(format!("{most}u64"))),
            // Enums and times have values of their own; the server judges these.
            (
                Demand::Length(_)
                | Demand::Pattern(_)
                | Demand::Value(_)
                | Demand::Items(_)
                | Demand::Unique
                | Demand::Bytes(_),
                _,
            ) => return None,
        })
    }
}
