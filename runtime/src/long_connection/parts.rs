//! Puts messages together that come in parts, in any order, within bounds.

use std::collections::HashMap;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use tokio::time::Instant;

/// How many parts a message may have.
const MAX_PARTS: usize = 1024;
/// How many messages may be incomplete at a time.
const MAX_MESSAGES: usize = 64;
/// How many bytes incomplete messages may hold together.
const MAX_BYTES: usize = 32 * 1024 * 1024;
/// How long a message may wait for its next part; the official clients wait from 5 seconds to 5 minutes.
const MAX_PAUSE: Duration = Duration::from_secs(30);

/// The messages that are not complete.
#[derive(Debug, Default)]
pub(crate) struct Parts {
    messages: HashMap<String, Message>,
    bytes: usize,
}

#[derive(Debug)]
struct Message {
    parts: Vec<Option<Bytes>>,
    missing: usize,
    bytes: usize,
    latest: Instant,
}

/// What a part led to.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Added {
    /// The whole message.
    Complete(Bytes),
    /// Other parts are still missing.
    Incomplete,
    /// The part cannot belong to a message.
    Refused(&'static str),
}

impl Parts {
    /// Adds part `seq` of `sum`; the second value is how many incomplete messages were given up.
    pub(crate) fn add(
        &mut self,
        message_id: &str,
        (seq, sum): (usize, usize),
        part: Bytes,
        now: Instant,
    ) -> (Added, usize) {
        let given_up = self.give_up_old(now);
        if sum > MAX_PARTS {
            return (Added::Refused("the message has more parts than are accepted"), given_up);
        }
        if seq >= sum {
            return (Added::Refused("the number of the part is not below the number of parts"), given_up);
        }
        if part.len() > MAX_BYTES {
            return (Added::Refused("the part is larger than is accepted"), given_up);
        }
        // The same message cut in another way was sent again.
        if self.messages.get(message_id).is_some_and(|message| message.parts.len() != sum) {
            self.remove(message_id);
        }
        let given_up = given_up + self.make_room(message_id, part.len());
        let message = self.messages.entry(message_id.to_owned()).or_insert_with(|| Message {
            parts: vec![None; sum],
            missing: sum,
            bytes: 0,
            latest: now,
        });
        message.latest = now;
        if message.parts[seq].is_none() {
            message.missing -= 1;
            message.bytes += part.len();
            self.bytes += part.len();
            message.parts[seq] = Some(part);
        }
        if message.missing > 0 {
            return (Added::Incomplete, given_up);
        }
        (Added::Complete(self.remove(message_id).map(Message::join).unwrap_or_default()), given_up)
    }

    /// How many messages are incomplete.
    #[cfg(test)]
    fn len(&self) -> usize {
        self.messages.len()
    }

    /// How many bytes they hold.
    #[cfg(test)]
    fn bytes(&self) -> usize {
        self.bytes
    }

    fn give_up_old(&mut self, now: Instant) -> usize {
        let is_old = |message: &Message| now.saturating_duration_since(message.latest) > MAX_PAUSE;
        let old: Vec<String> =
            self.messages.iter().filter(|(_, message)| is_old(message)).map(|(id, _)| id.clone()).collect();
        old.iter().filter_map(|id| self.remove(id)).count()
    }

    /// Gives up the messages that have waited longest, until a part of this message fits.
    fn make_room(&mut self, message_id: &str, bytes: usize) -> usize {
        let mut given_up = 0;
        loop {
            let is_new = !self.messages.contains_key(message_id);
            if self.bytes + bytes <= MAX_BYTES && self.messages.len() + usize::from(is_new) <= MAX_MESSAGES {
                return given_up;
            }
            let oldest = self.messages.iter().min_by_key(|(_, message)| message.latest).map(|(id, _)| id.clone());
            match oldest.and_then(|id| self.remove(&id)) {
                Some(_) => given_up += 1,
                None => return given_up,
            }
        }
    }

    fn remove(&mut self, message_id: &str) -> Option<Message> {
        let message = self.messages.remove(message_id)?;
        self.bytes -= message.bytes;
        Some(message)
    }
}

impl Message {
    fn join(self) -> Bytes {
        let mut whole = BytesMut::with_capacity(self.bytes);
        for part in self.parts.into_iter().flatten() {
            whole.extend_from_slice(&part);
        }
        whole.freeze()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn part(text: &str) -> Bytes {
        Bytes::copy_from_slice(text.as_bytes())
    }

    fn add(parts: &mut Parts, id: &str, seq: usize, sum: usize, text: &str, now: Instant) -> Added {
        parts.add(id, (seq, sum), part(text), now).0
    }

    #[test]
    fn parts_come_in_any_order_and_more_than_once() {
        let (mut parts, now) = (Parts::default(), Instant::now());
        assert_eq!(add(&mut parts, "a", 2, 3, "c", now), Added::Incomplete);
        assert_eq!(add(&mut parts, "b", 0, 2, "x", now), Added::Incomplete);
        assert_eq!(add(&mut parts, "a", 2, 3, "c", now), Added::Incomplete);
        assert_eq!(add(&mut parts, "a", 0, 3, "a", now), Added::Incomplete);
        assert_eq!(add(&mut parts, "a", 1, 3, "", now), Added::Complete(part("ac")));
        assert_eq!(add(&mut parts, "b", 1, 2, "y", now), Added::Complete(part("xy")));
        assert_eq!((parts.len(), parts.bytes()), (0, 0));
    }

    #[test]
    fn a_part_that_cannot_belong_to_a_message_is_refused() {
        let (mut parts, now) = (Parts::default(), Instant::now());
        let too_far = Added::Refused("the number of the part is not below the number of parts");
        assert_eq!(add(&mut parts, "a", 2, 2, "x", now), too_far);
        assert_eq!(add(&mut parts, "a", 0, 0, "x", now), too_far);
        let too_many = Added::Refused("the message has more parts than are accepted");
        assert_eq!(add(&mut parts, "a", 0, usize::MAX, "x", now), too_many);
        assert_eq!(parts.len(), 0);
    }

    #[test]
    fn a_message_that_waits_too_long_is_given_up() {
        let (mut parts, now) = (Parts::default(), Instant::now());
        add(&mut parts, "a", 0, 2, "x", now);
        let later = now + MAX_PAUSE;
        assert_eq!(parts.add("b", (0, 2), part("x"), later).1, 0);
        assert_eq!(parts.add("b", (0, 2), part("x"), later + Duration::from_millis(1)).1, 1);
        assert_eq!(parts.len(), 1);
    }

    #[test]
    fn incomplete_messages_take_bounded_memory() {
        let (mut parts, now) = (Parts::default(), Instant::now());
        let large = Bytes::from(vec![0; 1024 * 1024]);
        let mut given_up = 0;
        for id in 0..1000_u32 {
            let at = now + Duration::from_millis(id.into());
            given_up += parts.add(&id.to_string(), (0, 2), large.clone(), at).1;
            assert!(parts.bytes() <= MAX_BYTES && parts.len() <= MAX_MESSAGES);
        }
        assert_eq!(given_up + parts.len(), 1000);
        // The newest is kept.
        let at = now + Duration::from_secs(1);
        assert!(matches!(parts.add("999", (1, 2), part("x"), at).0, Added::Complete(_)));
        let too_large = Bytes::from(vec![0; MAX_BYTES + 1]);
        assert!(matches!(parts.add("x", (0, 2), too_large, at).0, Added::Refused(_)));
    }

    #[test]
    fn a_message_that_is_cut_in_another_way_begins_again() {
        let (mut parts, now) = (Parts::default(), Instant::now());
        add(&mut parts, "a", 0, 3, "x", now);
        assert_eq!(add(&mut parts, "a", 0, 2, "1", now), Added::Incomplete);
        assert_eq!(add(&mut parts, "a", 1, 2, "2", now), Added::Complete(part("12")));
        assert_eq!(parts.bytes(), 0);
    }

    proptest! {
        #[test]
        fn any_order_gives_the_message(
            text in "[a-z]{1,40}",
            order in Just((0..7_usize).collect::<Vec<_>>()).prop_shuffle(),
        ) {
            let (mut parts, now) = (Parts::default(), Instant::now());
            let size = text.len().div_ceil(7);
            let pieces: Vec<&str> = (0..7).map(|i| {
                text.get((i * size).min(text.len())..((i + 1) * size).min(text.len())).unwrap_or_default()
            }).collect();
            let mut results: Vec<Added> = order.iter().map(|&seq| add(&mut parts, "m", seq, 7, pieces[seq], now)).collect();
            prop_assert_eq!(results.pop(), Some(Added::Complete(part(&text))));
            prop_assert!(results.iter().all(|result| *result == Added::Incomplete));
            prop_assert_eq!(parts.bytes(), 0);
        }
    }
}
