//! Points in time, as Feishu writes them: decimal numbers in strings.

use std::fmt;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::de::{Deserialize, Deserializer};
use serde::ser::{Serialize, Serializer};

use crate::wire::{AsText, Value, read_text};

macro_rules! timestamp {
    ($(#[$meta:meta])* $name:ident, $unit:literal, $per_second:literal, $as_units:ident) => {
        $(#[$meta])*
        ///
        /// The text on the wire is kept as it came: `""` and `"0"`, which Feishu
        /// uses for "no time", survive a round trip.
        /// Equality is equality of the text.
        #[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
        pub struct $name(String);

        impl $name {
            /// The present moment.
            pub fn now() -> Self {
                Self::from(SystemTime::now())
            }

            /// The text on the wire.
            pub fn as_str(&self) -> &str {
                &self.0
            }

            #[doc = concat!("The number of ", $unit, " since 1970-01-01 00:00:00 UTC; `None` if the text is not a number.")]
            pub fn $as_units(&self) -> Option<i64> {
                self.0.parse().ok()
            }

            /// The point in time; `None` if the text is not a number or too far away.
            pub fn to_system_time(&self) -> Option<SystemTime> {
                let units = self.$as_units()?;
                let distance = Duration::from_millis(
                    units.unsigned_abs().checked_mul(1000 / $per_second)?,
                );
                if units < 0 {
                    return UNIX_EPOCH.checked_sub(distance);
                }
                UNIX_EPOCH.checked_add(distance)
            }

            /// Midnight (UTC) of a day that is given as days since 1970-01-01:
            /// what Feishu wants for an all-day `due` or `start`.
            ///
            /// People in every time zone then see this date.
            pub fn all_day(days_since_1970: i64) -> Self {
                Self::from(days_since_1970.saturating_mul(86_400 * $per_second))
            }

            /// Midnight (UTC) of a date of the Gregorian calendar: what Feishu wants
            /// for an all-day `due` or `start`; `None` if there is no such date.
            pub fn from_date(year: i32, month: u8, day: u8) -> Option<Self> {
                days_from_date(year, month, day).map(Self::all_day)
            }

            /// The date (UTC) as year, month and day: the date that an all-day
            /// `due` or `start` means; `None` if the text is not a number.
            pub fn to_date(&self) -> Option<(i32, u8, u8)> {
                date_from_days(self.$as_units()?.div_euclid(86_400 * $per_second))
            }
        }

        impl From<SystemTime> for $name {
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
                Self::from(millis.div_euclid(1000 / $per_second))
            }
        }

        impl From<i64> for $name {
            #[doc = concat!("From ", $unit, " since 1970-01-01 00:00:00 UTC.")]
            fn from(units: i64) -> Self {
                Self(units.to_string())
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self(text.to_owned())
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                Self(text)
            }
        }

        impl TryFrom<&$name> for SystemTime {
            type Error = NotATime;

            fn try_from(time: &$name) -> Result<Self, NotATime> {
                time.to_system_time().ok_or(NotATime)
            }
        }

        impl TryFrom<$name> for SystemTime {
            type Error = NotATime;

            fn try_from(time: $name) -> Result<Self, NotATime> {
                time.to_system_time().ok_or(NotATime)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str(&self.0)
            }
        }

        impl AsText for $name {
            fn as_text(&self) -> std::borrow::Cow<'_, str> {
                std::borrow::Cow::Borrowed(&self.0)
            }
        }

        impl Value for $name {
            fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Self>, D::Error> {
                read_text(deserializer, |text| Self(text.to_owned()))
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.0)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                Ok(Self::read(deserializer)?.unwrap_or_default())
            }
        }

        #[cfg(feature = "jiff")]
        impl From<jiff::Timestamp> for $name {
            fn from(time: jiff::Timestamp) -> Self {
                Self::from(time.as_millisecond().div_euclid(1000 / $per_second))
            }
        }

        #[cfg(feature = "jiff")]
        impl TryFrom<&$name> for jiff::Timestamp {
            type Error = NotATime;

            fn try_from(time: &$name) -> Result<Self, NotATime> {
                let units = time.$as_units().ok_or(NotATime)?;
                let millis = units.checked_mul(1000 / $per_second).ok_or(NotATime)?;
                jiff::Timestamp::from_millisecond(millis).map_err(|_| NotATime)
            }
        }

        /// An all-day date: its midnight (UTC).
        #[cfg(feature = "jiff")]
        impl From<jiff::civil::Date> for $name {
            fn from(date: jiff::civil::Date) -> Self {
                let days = date.duration_since(jiff::civil::date(1970, 1, 1)).as_hours() / 24;
                Self::all_day(days)
            }
        }

        /// The date of an all-day time.
        #[cfg(feature = "jiff")]
        impl TryFrom<&$name> for jiff::civil::Date {
            type Error = NotATime;

            fn try_from(time: &$name) -> Result<Self, NotATime> {
                let (year, month, day) = time.to_date().ok_or(NotATime)?;
                let year = i16::try_from(year).map_err(|_| NotATime)?;
                let (month, day) = (month.cast_signed(), day.cast_signed());
                jiff::civil::Date::new(year, month, day).map_err(|_| NotATime)
            }
        }

        #[cfg(feature = "chrono")]
        impl<Z: chrono::TimeZone> From<chrono::DateTime<Z>> for $name {
            fn from(time: chrono::DateTime<Z>) -> Self {
                Self::from(time.timestamp_millis().div_euclid(1000 / $per_second))
            }
        }

        #[cfg(feature = "chrono")]
        impl TryFrom<&$name> for chrono::DateTime<chrono::Utc> {
            type Error = NotATime;

            fn try_from(time: &$name) -> Result<Self, NotATime> {
                let units = time.$as_units().ok_or(NotATime)?;
                let millis = units.checked_mul(1000 / $per_second).ok_or(NotATime)?;
                chrono::DateTime::from_timestamp_millis(millis).ok_or(NotATime)
            }
        }

        /// An all-day date: its midnight (UTC).
        #[cfg(feature = "chrono")]
        impl From<chrono::NaiveDate> for $name {
            fn from(date: chrono::NaiveDate) -> Self {
                let midnight = date.and_time(chrono::NaiveTime::MIN).and_utc();
                Self::from(midnight)
            }
        }

        /// The date of an all-day time.
        #[cfg(feature = "chrono")]
        impl TryFrom<&$name> for chrono::NaiveDate {
            type Error = NotATime;

            fn try_from(time: &$name) -> Result<Self, NotATime> {
                let (year, month, day) = time.to_date().ok_or(NotATime)?;
                chrono::NaiveDate::from_ymd_opt(year, month.into(), day.into()).ok_or(NotATime)
            }
        }
    };
}

timestamp! {
    /// A point in time, as milliseconds since 1970-01-01 00:00:00 UTC (task v2, comments).
    Millis, "milliseconds", 1000, as_millis
}

timestamp! {
    /// A point in time, as seconds since 1970-01-01 00:00:00 UTC (task v1).
    Seconds, "seconds", 1, as_seconds
}

impl Seconds {
    /// The number of milliseconds since 1970-01-01 00:00:00 UTC; `None` if the
    /// text is not a number.
    pub fn as_millis(&self) -> Option<i64> {
        self.as_seconds()?.checked_mul(1000)
    }
}

/// A text that is not a point in time, such as `""`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct NotATime;

impl fmt::Display for NotATime {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("not a point in time, or too far away")
    }
}

impl std::error::Error for NotATime {}

/// Days since 1970-01-01 of a date of the Gregorian calendar, after Howard
/// Hinnant's `days_from_civil`.
fn days_from_date(year: i32, month: u8, day: u8) -> Option<i64> {
    if !(1..=12).contains(&month) || day == 0 || day > days_in_month(year, month) {
        return None;
    }
    // The year begins in March, so that the leap day is its last.
    let year = i64::from(year) - i64::from(month <= 2);
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let month_from_march = i64::from((month + 9) % 12);
    let day_of_year = (153 * month_from_march + 2) / 5 + i64::from(day) - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    Some(era * 146_097 + day_of_era - 719_468)
}

fn days_in_month(year: i32, month: u8) -> u8 {
    let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    match month {
        2 if is_leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// The reverse of [`days_from_date`].
fn date_from_days(days: i64) -> Option<(i32, u8, u8)> {
    let days = days.checked_add(719_468)?;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = (month_from_march + 2) % 12 + 1;
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    Some((i32::try_from(year).ok()?, u8::try_from(month).ok()?, u8::try_from(day).ok()?))
}
