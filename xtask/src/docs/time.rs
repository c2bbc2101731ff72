//! Update times: pages count milliseconds, the spec writes ISO 8601 in UTC.

/// `2023-08-07T09:51:53Z` as milliseconds since 1970 (date to days after Howard Hinnant).
pub(crate) fn millis(text: &str) -> Option<i64> {
    let (date, clock) = text.strip_suffix('Z')?.split_once('T')?;
    let [year, month, day] = numbers(date, '-')?;
    let [hour, minute, second] = numbers(clock, ':')?;
    let known = (1..=12).contains(&month) && (1..=31).contains(&day) && hour < 24 && minute < 60 && second < 60;
    if !known {
        return None;
    }
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let shifted_month = (month + 9) % 12;
    let day_of_year = (153 * shifted_month + 2) / 5 + day - 1;
    let days = era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468;
    Some((days * 86_400 + hour * 3_600 + minute * 60 + second) * 1_000)
}

fn numbers(text: &str, separator: char) -> Option<[i64; 3]> {
    let mut parts = text.split(separator).map(|part| part.parse::<u16>().ok().map(i64::from));
    let numbers = [parts.next()??, parts.next()??, parts.next()??];
    parts.next().is_none().then_some(numbers)
}

#[cfg(test)]
mod tests {
    use super::millis;

    #[test]
    fn update_times_are_utc() {
        assert_eq!(millis("2023-08-07T09:51:53Z"), Some(1_691_401_913_000));
        assert_eq!(millis("2000-02-29T00:00:00Z"), Some(951_782_400_000));
        assert_eq!(millis("1970-01-01T00:00:00Z"), Some(0));
    }

    #[test]
    fn anything_else_is_no_time() {
        for text in ["", "2023-08-07", "2023-13-07T09:51:53Z", "2023-08-07T09:51:53", "2023-08-07T09:51:53:00Z"] {
            assert_eq!(millis(text), None, "{text}");
        }
    }
}
