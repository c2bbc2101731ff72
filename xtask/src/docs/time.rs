//! Update times: pages count milliseconds, the spec writes ISO 8601 in UTC.

/// `2023-08-07T09:51:53Z` as milliseconds since 1970.
pub(crate) fn millis(text: &str) -> Option<i64> {
    // Times of other zones are no times of the spec.
    text.strip_suffix('Z')?;
    text.parse::<jiff::Timestamp>().ok().map(jiff::Timestamp::as_millisecond)
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
