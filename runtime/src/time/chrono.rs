//! Conversions to and from the types of `chrono`.

use ::chrono::{DateTime, NaiveDate, NaiveTime, TimeZone, Utc};

use super::{NotATime, Timestamp, Unit};

impl<U: Unit> Timestamp<U> {
    /// The point in time (feature `chrono`); `None` if it is not [set](Self::is_set), or too far away.
    pub fn to_chrono(&self) -> Option<DateTime<Utc>> {
        DateTime::from_timestamp_millis(self.set_millis()?)
    }

    /// The date that a `due` or `start` means to people in this time zone (feature `chrono`); `None` if it is not
    /// [set](Self::is_set), or too far away.
    ///
    /// An all-day one means the same date everywhere.
    pub fn chrono_date<Z: TimeZone>(&self, is_all_day: bool, zone: &Z) -> Option<NaiveDate> {
        let moment = self.to_chrono()?;
        Some(if is_all_day { moment.date_naive() } else { moment.with_timezone(zone).date_naive() })
    }
}

impl<U: Unit, Z: TimeZone> From<DateTime<Z>> for Timestamp<U> {
    /// Rounds down to a whole unit.
    fn from(time: DateTime<Z>) -> Self {
        Self::from_millis(time.timestamp_millis())
    }
}

impl<U: Unit> TryFrom<&Timestamp<U>> for DateTime<Utc> {
    type Error = NotATime;

    fn try_from(time: &Timestamp<U>) -> Result<Self, NotATime> {
        time.to_chrono().ok_or(NotATime)
    }
}

impl<U: Unit> From<NaiveDate> for Timestamp<U> {
    /// An all-day date: its midnight (UTC).
    fn from(date: NaiveDate) -> Self {
        Self::from(date.and_time(NaiveTime::MIN).and_utc())
    }
}

impl<U: Unit> TryFrom<&Timestamp<U>> for NaiveDate {
    type Error = NotATime;

    /// The date of an all-day time.
    fn try_from(time: &Timestamp<U>) -> Result<Self, NotATime> {
        time.chrono_date(true, &Utc).ok_or(NotATime)
    }
}
