//! Points in time, as Feishu writes them: decimal numbers in strings.

#[cfg(feature = "chrono")]
mod chrono;
mod date;
#[cfg(feature = "jiff")]
mod jiff;

use std::borrow::Cow;
use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::marker::PhantomData;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::de::{Deserialize, Deserializer};
use serde::ser::{Serialize, Serializer};

use crate::wire::{AsText, Value, read_text};

use self::date::{date_from_days, days_from_date};

/// A point in time, as milliseconds since 1970-01-01 00:00:00 UTC (task v2, comments).
///
/// See [`Timestamp`] for what it can do.
pub type Millis = Timestamp<Milliseconds>;

/// A point in time, as seconds since 1970-01-01 00:00:00 UTC (task v1).
///
/// See [`Timestamp`] for what it can do.
pub type Seconds = Timestamp<WholeSeconds>;

/// A point in time, as a decimal number in a string: [`Millis`] or [`Seconds`].
///
/// Feishu writes "no time" as `""` or `"0"`.
/// Such a text survives a round trip, [`is_set`](Self::is_set) is false for it, and all conversions give `None` or
/// [`NotATime`].
///
/// # Comparing
///
/// Timestamps of one unit are ordered by time, and compare with [`SystemTime`].
/// "No time" is neither before nor after any time, so each of `<`, `<=`, `>`, `>=` is false for it.
///
/// ```
/// use std::time::{Duration, SystemTime};
/// use feishu_openapi_runtime::{Millis, Seconds};
///
/// let in_a_week = SystemTime::now() + Duration::from_secs(7 * 86_400);
/// assert!(Millis::now() < in_a_week);
/// assert!(Millis::now() < Millis::from(in_a_week));
/// assert!(!(Millis::from("0") < in_a_week));
/// assert_eq!(Millis::from(Seconds::from(2)), Millis::from(2_000));
/// ```
///
/// # Whole days
///
/// An all-day `due` or `start` means a date, and is written as midnight (UTC) of that date;
/// any other means a moment, whose date depends on the time zone.
/// [`date`](Self::date) gives the date of both.
///
/// ```
/// use feishu_openapi_runtime::Millis;
///
/// let beijing = 8 * 3_600;
/// let all_day = Millis::from_date(2026, 5, 1).unwrap();
/// assert_eq!(all_day.date(true, beijing), Some((2026, 5, 1)));
/// // 20:00 in UTC is 04:00 of the next day in Beijing.
/// let moment = Millis::from(all_day.as_millis().unwrap() + 20 * 3_600_000);
/// assert_eq!(moment.date(false, beijing), Some((2026, 5, 2)));
/// ```
///
/// With the feature `jiff` or `chrono` there are conversions to and from their types, and "due within 7 days" is
/// `due.jiff_date(is_all_day, &zone)? <= today.checked_add(7.days())?`.
#[derive(Clone)]
pub struct Timestamp<U> {
    text: String,
    unit: PhantomData<U>,
}

/// What a [`Timestamp`] counts.
pub trait Unit: sealed::Sealed {
    /// How many there are in a second.
    const PER_SECOND: i64;
    /// The name of the timestamp, for `Debug`.
    const NAME: &str;
}

/// Milliseconds, the unit of [`Millis`].
#[derive(Clone, Copy, Debug)]
pub enum Milliseconds {}

/// Seconds, the unit of [`Seconds`].
#[derive(Clone, Copy, Debug)]
pub enum WholeSeconds {}

impl Unit for Milliseconds {
    const PER_SECOND: i64 = 1_000;
    const NAME: &str = "Millis";
}

impl Unit for WholeSeconds {
    const PER_SECOND: i64 = 1;
    const NAME: &str = "Seconds";
}

mod sealed {
    pub trait Sealed {}
    impl Sealed for super::Milliseconds {}
    impl Sealed for super::WholeSeconds {}
}

const SECONDS_PER_DAY: i64 = 86_400;

impl<U: Unit> Timestamp<U> {
    /// Milliseconds in one unit.
    const MILLIS: i64 = 1_000 / U::PER_SECOND;

    fn new(text: impl Into<String>) -> Self {
        Timestamp { text: text.into(), unit: PhantomData }
    }

    /// The present moment.
    pub fn now() -> Self {
        Self::from(SystemTime::now())
    }

    /// The text on the wire.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether it is a point in time: neither `""`, `"0"`, nor a text that is not a number.
    pub fn is_set(&self) -> bool {
        self.units().is_some_and(|units| units != 0)
    }

    /// The number on the wire; `None` if the text is not a number.
    pub(crate) fn units(&self) -> Option<i64> {
        self.text.parse().ok()
    }

    /// The point in time in milliseconds; `None` if it is none.
    fn set_millis(&self) -> Option<i64> {
        self.units().filter(|units| *units != 0)?.checked_mul(Self::MILLIS)
    }

    /// Milliseconds since 1970-01-01 00:00:00 UTC, 0 included; `None` if the text is not a number, or too large a one.
    pub fn as_millis(&self) -> Option<i64> {
        self.units()?.checked_mul(Self::MILLIS)
    }

    /// Whole seconds since 1970-01-01 00:00:00 UTC, rounded down, 0 included; `None` if the text is not a number.
    pub fn as_seconds(&self) -> Option<i64> {
        Some(self.units()?.div_euclid(U::PER_SECOND))
    }

    /// The point in time; `None` if it is not [set](Self::is_set), or too far away.
    pub fn to_system_time(&self) -> Option<SystemTime> {
        let millis = self.set_millis()?;
        let distance = Duration::from_millis(millis.unsigned_abs());
        match millis {
            ..0 => UNIX_EPOCH.checked_sub(distance),
            _ => UNIX_EPOCH.checked_add(distance),
        }
    }

    /// Midnight (UTC) of a day that is given as days since 1970-01-01:
    /// what Feishu wants for an all-day `due` or `start`.
    ///
    /// People in every time zone then see this date.
    /// Day 0 cannot be written, since it is how Feishu writes "no time".
    pub fn all_day(days_since_1970: i64) -> Self {
        Self::from(days_since_1970.saturating_mul(SECONDS_PER_DAY * U::PER_SECOND))
    }

    /// Midnight (UTC) of a date of the Gregorian calendar: what Feishu wants
    /// for an all-day `due` or `start`; `None` if there is no such date.
    pub fn from_date(year: i32, month: u8, day: u8) -> Option<Self> {
        days_from_date(year, month, day).map(Self::all_day)
    }

    /// The date (UTC) as year, month and day: the date that an all-day `due` or `start` means; `None` if it is not
    /// [set](Self::is_set).
    pub fn to_date(&self) -> Option<(i32, u8, u8)> {
        self.date(true, 0)
    }

    /// The date as year, month and day that a `due` or `start` means to people whose clocks are so many seconds ahead
    /// of UTC; `None` if it is not [set](Self::is_set).
    ///
    /// An all-day one means the same date everywhere.
    pub fn date(&self, is_all_day: bool, utc_offset_seconds: i32) -> Option<(i32, u8, u8)> {
        let offset = if is_all_day { 0 } else { i64::from(utc_offset_seconds) };
        let millis = self.set_millis()?.checked_add(offset * 1_000)?;
        date_from_days(millis.div_euclid(SECONDS_PER_DAY * 1_000))
    }

    fn from_millis(millis: i64) -> Self {
        Self::from(millis.div_euclid(Self::MILLIS))
    }

    /// What decides about equality: the number, or the text if it is not a number.
    fn key(&self) -> Result<i64, &str> {
        self.units().ok_or(&self.text)
    }
}

impl<U: Unit> From<SystemTime> for Timestamp<U> {
    /// Rounds down to a whole unit.
    fn from(time: SystemTime) -> Self {
        let millis = match time.duration_since(UNIX_EPOCH) {
            Ok(after) => i64::try_from(after.as_millis()).unwrap_or(i64::MAX),
            Err(before) => {
                // Rounds down, as after 1970.
                let before = before.duration();
                let whole = i64::try_from(before.as_millis()).unwrap_or(i64::MAX);
                let rest = i64::from(before.subsec_nanos() % 1_000_000 != 0);
                -whole.saturating_add(rest)
            }
        };
        Self::from_millis(millis)
    }
}

impl<U: Unit> From<i64> for Timestamp<U> {
    /// From this many units since 1970-01-01 00:00:00 UTC.
    fn from(units: i64) -> Self {
        Self::new(units.to_string())
    }
}

impl<U: Unit> From<&str> for Timestamp<U> {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}

impl<U: Unit> From<String> for Timestamp<U> {
    fn from(text: String) -> Self {
        Self::new(text)
    }
}

impl From<Seconds> for Millis {
    /// "No time" stays as it is.
    fn from(seconds: Seconds) -> Self {
        seconds.set_millis().map_or_else(|| Self::new(seconds.text), Self::from_millis)
    }
}

impl From<Millis> for Seconds {
    /// Rounds down to a whole second; "no time" stays as it is.
    fn from(millis: Millis) -> Self {
        millis.set_millis().map_or_else(|| Self::new(millis.text), Self::from_millis)
    }
}

impl<U: Unit> TryFrom<&Timestamp<U>> for SystemTime {
    type Error = NotATime;

    fn try_from(time: &Timestamp<U>) -> Result<Self, NotATime> {
        time.to_system_time().ok_or(NotATime)
    }
}

impl<U: Unit> TryFrom<Timestamp<U>> for SystemTime {
    type Error = NotATime;

    fn try_from(time: Timestamp<U>) -> Result<Self, NotATime> {
        time.to_system_time().ok_or(NotATime)
    }
}

impl<U: Unit> PartialEq for Timestamp<U> {
    fn eq(&self, other: &Self) -> bool {
        self.key() == other.key()
    }
}

impl<U: Unit> Eq for Timestamp<U> {}

impl<U: Unit> Hash for Timestamp<U> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.key().hash(state);
    }
}

impl<U: Unit> PartialOrd for Timestamp<U> {
    /// By time; "no time" has no order.
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        match (self.key(), other.key()) {
            (Ok(one), Ok(two)) if one != 0 && two != 0 => Some(one.cmp(&two)),
            (one, two) => (one == two).then_some(Ordering::Equal),
        }
    }
}

impl<U: Unit> PartialEq<SystemTime> for Timestamp<U> {
    fn eq(&self, other: &SystemTime) -> bool {
        self.to_system_time() == Some(*other)
    }
}

impl<U: Unit> PartialOrd<SystemTime> for Timestamp<U> {
    /// By time; "no time" has no order.
    fn partial_cmp(&self, other: &SystemTime) -> Option<Ordering> {
        Some(self.to_system_time()?.cmp(other))
    }
}

impl<U: Unit> Default for Timestamp<U> {
    /// "No time", as an empty text.
    fn default() -> Self {
        Self::new("")
    }
}

impl<U: Unit> fmt::Display for Timestamp<U> {
    /// The text on the wire.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}

impl<U: Unit> fmt::Debug for Timestamp<U> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple(U::NAME).field(&self.text).finish()
    }
}

impl<U: Unit> AsText for Timestamp<U> {
    fn as_text(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.text)
    }
}

impl<U: Unit> Value for Timestamp<U> {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Self>, D::Error> {
        read_text(deserializer, |text| Self::new(text))
    }
}

impl<U: Unit> Serialize for Timestamp<U> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}

impl<'de, U: Unit> Deserialize<'de> for Timestamp<U> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self::read(deserializer)?.unwrap_or_default())
    }
}

/// A text that is not a point in time, such as `""` or `"0"`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct NotATime;

impl fmt::Display for NotATime {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("not a point in time, or too far away")
    }
}

impl std::error::Error for NotATime {}
