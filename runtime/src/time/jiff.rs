//! Conversions to and from the types of `jiff`.

use ::jiff::tz::TimeZone;
use ::jiff::{Timestamp as Moment, civil};

use super::{NotATime, Timestamp, Unit};

impl<U: Unit> Timestamp<U> {
    /// The point in time (feature `jiff`); `None` if it is not [set](Self::is_set), or too far away.
    pub fn to_jiff(&self) -> Option<Moment> {
        Moment::from_millisecond(self.set_millis()?).ok()
    }

    /// The date that a `due` or `start` means to people in this time zone (feature `jiff`); `None` if it is not
    /// [set](Self::is_set), or too far away.
    ///
    /// An all-day one means the same date everywhere.
    ///
    /// ```
    /// use feishu_openapi_runtime::Millis;
    /// use jiff::{ToSpan, civil::date, tz::TimeZone};
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let (zone, today) = (TimeZone::UTC, date(2026, 4, 28));
    /// let (due, is_all_day) = (Millis::from(date(2026, 5, 1)), true);
    /// let is_due_within_a_week =
    ///     due.jiff_date(is_all_day, &zone).is_some_and(|due| due <= today + 7.days());
    /// assert!(is_due_within_a_week);
    /// # Ok(())
    /// # }
    /// ```
    pub fn jiff_date(&self, is_all_day: bool, zone: &TimeZone) -> Option<civil::Date> {
        let moment = self.to_jiff()?;
        let offset = if is_all_day { ::jiff::tz::Offset::UTC } else { zone.to_offset(moment) };
        Some(offset.to_datetime(moment).date())
    }
}

impl<U: Unit> From<Moment> for Timestamp<U> {
    /// Rounds down to a whole unit.
    fn from(time: Moment) -> Self {
        // `as_millisecond` rounds towards 1970.
        let nanoseconds = time.as_nanosecond().div_euclid(1_000_000);
        Self::from_millis(i64::try_from(nanoseconds).unwrap_or(i64::MAX))
    }
}

impl<U: Unit> TryFrom<&Timestamp<U>> for Moment {
    type Error = NotATime;

    fn try_from(time: &Timestamp<U>) -> Result<Self, NotATime> {
        time.to_jiff().ok_or(NotATime)
    }
}

impl<U: Unit> From<civil::Date> for Timestamp<U> {
    /// An all-day date: its midnight (UTC).
    fn from(date: civil::Date) -> Self {
        let days = date.duration_since(civil::date(1970, 1, 1)).as_hours() / 24;
        Self::all_day(days)
    }
}

impl<U: Unit> TryFrom<&Timestamp<U>> for civil::Date {
    type Error = NotATime;

    /// The date of an all-day time.
    fn try_from(time: &Timestamp<U>) -> Result<Self, NotATime> {
        time.jiff_date(true, &TimeZone::UTC).ok_or(NotATime)
    }
}
