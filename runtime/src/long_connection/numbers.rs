//! The numbers by which the platform steers a connection.

use std::time::Duration;

use serde_json::{Map, Value};

/// The longest time between two pings, whatever the platform says: dead peers are noticed after two of them.
const MAX_PING_INTERVAL: Duration = Duration::from_secs(10 * 60);
const MAX_RECONNECT_INTERVAL: Duration = Duration::from_secs(60 * 60);

/// What the platform says with the address, and again with each pong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Numbers {
    pub(crate) ping_interval: Duration,
    /// The longest wait between two attempts to connect.
    pub(crate) reconnect_interval: Duration,
    /// How many such attempts may fail in a row; `None` for any number.
    pub(crate) reconnect_count: Option<u64>,
}

impl Default for Numbers {
    /// What the official clients assume until they know better.
    fn default() -> Self {
        Numbers {
            ping_interval: Duration::from_secs(120),
            reconnect_interval: Duration::from_secs(120),
            reconnect_count: None,
        }
    }
}

impl Numbers {
    /// Takes over what is there and makes sense; a missing number, or a zero, changes nothing.
    pub(crate) fn update(&mut self, config: &Map<String, Value>) {
        if let Some(interval) = seconds(config, "PingInterval", "ping_interval") {
            self.ping_interval = interval.min(MAX_PING_INTERVAL);
        }
        if let Some(interval) = seconds(config, "ReconnectInterval", "reconnect_interval") {
            self.reconnect_interval = interval.min(MAX_RECONNECT_INTERVAL);
        }
        match number(config, "ReconnectCount", "reconnect_count") {
            None | Some(0) => {}
            Some(count) => self.reconnect_count = u64::try_from(count).ok(),
        }
    }
}

fn seconds(config: &Map<String, Value>, name: &str, other: &str) -> Option<Duration> {
    let seconds = u64::try_from(number(config, name, other)?).ok()?;
    (seconds > 0).then(|| Duration::from_secs(seconds))
}

/// A number, which may come as text.
fn number(config: &Map<String, Value>, name: &str, other: &str) -> Option<i64> {
    match config.get(name).or_else(|| config.get(other))? {
        Value::Number(number) => number.as_i64(),
        Value::String(text) => text.parse().ok(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn updated(config: Value) -> (u64, u64, Option<u64>) {
        let mut numbers = Numbers::default();
        numbers.update(config.as_object().unwrap());
        (numbers.ping_interval.as_secs(), numbers.reconnect_interval.as_secs(), numbers.reconnect_count)
    }

    #[test]
    fn numbers_of_the_platform_replace_the_defaults() {
        let config = json!({ "ReconnectCount": 7, "ReconnectInterval": 60, "ReconnectNonce": 30, "PingInterval": 90 });
        assert_eq!(updated(config), (90, 60, Some(7)));
        let config = json!({ "reconnect_count": "7", "reconnect_interval": "60", "ping_interval": "90" });
        assert_eq!(updated(config), (90, 60, Some(7)));
    }

    #[test]
    fn numbers_that_make_no_sense_change_nothing() {
        for strange in [json!(0), json!(-1), json!(null), json!("x"), json!(1.5), json!({})] {
            let config = json!({ "PingInterval": strange, "ReconnectInterval": strange, "ReconnectCount": strange });
            assert_eq!(updated(config), (120, 120, None));
        }
        assert_eq!(updated(json!({})), (120, 120, None));
    }

    #[test]
    fn endless_intervals_are_cut() {
        let config = json!({ "PingInterval": i64::MAX, "ReconnectInterval": i64::MAX, "ReconnectCount": i64::MAX });
        assert_eq!(updated(config), (600, 3600, Some(i64::MAX as u64)));
    }
}
