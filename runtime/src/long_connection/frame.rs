//! The frames of the connection: one protobuf message of nine fields in each WebSocket message.
//!
//! The codec is our own, because it is smaller than a library for it, keeps fields that it does not know, and takes
//! payloads out of a message without copying them.

use std::fmt;
use std::time::Duration;

use bytes::{Buf, BufMut, Bytes};

/// `method` of frames that keep the connection alive.
pub(crate) const CONTROL: i32 = 0;
/// `method` of frames that hold events.
pub(crate) const DATA: i32 = 1;

/// A frame. The first four fields are always written, even when they are zero.
#[derive(Clone, Default, PartialEq)]
pub(crate) struct Frame {
    pub(crate) seq_id: u64,
    pub(crate) log_id: u64,
    pub(crate) service: i32,
    pub(crate) method: i32,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) payload_encoding: Option<String>,
    pub(crate) payload_type: Option<String>,
    pub(crate) payload: Option<Bytes>,
    pub(crate) log_id_new: Option<String>,
    /// Fields that are not known here, as they came.
    pub(crate) unknown: Vec<u8>,
}

/// Why bytes are not a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NotAFrame(&'static str);

impl fmt::Display for NotAFrame {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.0)
    }
}

impl std::error::Error for NotAFrame {}

const CUT: NotAFrame = NotAFrame("the frame is cut");

impl Frame {
    /// The frame that keeps a connection alive.
    pub(crate) fn ping(service: i32) -> Self {
        let headers = vec![("type".to_owned(), "ping".to_owned())];
        Frame { service, method: CONTROL, headers, ..Frame::default() }
    }

    /// The answer to this frame: the same with another payload, and how long that took.
    ///
    /// All headers go back, since `instance_id` names the machine of Feishu that waits.
    pub(crate) fn answer(&self, took: Duration, payload: Bytes) -> Self {
        let mut answer = Frame { payload: Some(payload), ..self.clone() };
        answer.headers.push(("biz_rt".to_owned(), took.as_millis().to_string()));
        answer
    }

    /// The first header of this name.
    pub(crate) fn header(&self, key: &str) -> Option<&str> {
        self.headers.iter().find(|(name, _)| name == key).map(|(_, value)| value.as_str())
    }

    /// Reads a frame; missing fields are zero or empty.
    ///
    /// Text that is not UTF-8 is repaired rather than refused: it must not cost an event.
    pub(crate) fn decode(mut bytes: Bytes) -> Result<Self, NotAFrame> {
        let mut frame = Frame::default();
        while bytes.has_remaining() {
            let field = Field::read(&mut bytes)?;
            match (field.number, field.value) {
                (1, Value::Varint(value)) => frame.seq_id = value,
                (2, Value::Varint(value)) => frame.log_id = value,
                // Protobuf sends an `int32` as 64 bits and cuts it on arrival.
                (3, Value::Varint(value)) => frame.service = value as i32,
                (4, Value::Varint(value)) => frame.method = value as i32,
                (5, Value::Bytes(value)) => frame.headers.push(header(value)?),
                (6, Value::Bytes(value)) => frame.payload_encoding = Some(text(&value)),
                (7, Value::Bytes(value)) => frame.payload_type = Some(text(&value)),
                (8, Value::Bytes(value)) => frame.payload = Some(value),
                (9, Value::Bytes(value)) => frame.log_id_new = Some(text(&value)),
                (1..=9, _) => return Err(NotAFrame("a field of the frame has another type")),
                (number, value) => write(&mut frame.unknown, number, &value),
            }
        }
        Ok(frame)
    }

    pub(crate) fn encode(&self) -> Vec<u8> {
        let length = self.payload.as_ref().map_or(0, Bytes::len) + 64 * self.headers.len() + 64;
        let mut bytes = Vec::with_capacity(length);
        write_varint(&mut bytes, 1, self.seq_id);
        write_varint(&mut bytes, 2, self.log_id);
        write_varint(&mut bytes, 3, i64::from(self.service) as u64);
        write_varint(&mut bytes, 4, i64::from(self.method) as u64);
        let mut header = Vec::new();
        for (key, value) in &self.headers {
            header.clear();
            write_bytes(&mut header, 1, key.as_bytes());
            write_bytes(&mut header, 2, value.as_bytes());
            write_bytes(&mut bytes, 5, &header);
        }
        let texts = [(6, &self.payload_encoding), (7, &self.payload_type)];
        for (number, text) in texts {
            if let Some(text) = text {
                write_bytes(&mut bytes, number, text.as_bytes());
            }
        }
        if let Some(payload) = &self.payload {
            write_bytes(&mut bytes, 8, payload);
        }
        if let Some(text) = &self.log_id_new {
            write_bytes(&mut bytes, 9, text.as_bytes());
        }
        bytes.put_slice(&self.unknown);
        bytes
    }
}

impl fmt::Debug for Frame {
    // Payloads are what people wrote.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Frame")
            .field("seq_id", &self.seq_id)
            .field("log_id", &self.log_id)
            .field("service", &self.service)
            .field("method", &self.method)
            .field("headers", &self.headers)
            .field("payload", &self.payload.as_ref().map(Bytes::len))
            .finish_non_exhaustive()
    }
}

struct Field {
    number: u64,
    value: Value,
}

enum Value {
    Varint(u64),
    Bytes(Bytes),
    Fixed64(u64),
    Fixed32(u32),
}

impl Field {
    fn read(bytes: &mut Bytes) -> Result<Self, NotAFrame> {
        let tag = read_varint(bytes)?;
        let number = tag >> 3;
        if number == 0 || number >= 1 << 29 {
            return Err(NotAFrame("a field of the frame has a number that no field has"));
        }
        let value = match tag & 7 {
            0 => Value::Varint(read_varint(bytes)?),
            1 => Value::Fixed64(bytes.try_get_u64_le().map_err(|_| CUT)?),
            2 => {
                let length = usize::try_from(read_varint(bytes)?).map_err(|_| CUT)?;
                if length > bytes.len() {
                    return Err(CUT);
                }
                Value::Bytes(bytes.split_to(length))
            }
            5 => Value::Fixed32(bytes.try_get_u32_le().map_err(|_| CUT)?),
            _ => return Err(NotAFrame("a field of the frame has a type that is not in use")),
        };
        Ok(Field { number, value })
    }
}

fn header(mut bytes: Bytes) -> Result<(String, String), NotAFrame> {
    let mut header = (String::new(), String::new());
    while bytes.has_remaining() {
        let field = Field::read(&mut bytes)?;
        match (field.number, field.value) {
            (1, Value::Bytes(value)) => header.0 = text(&value),
            (2, Value::Bytes(value)) => header.1 = text(&value),
            (1 | 2, _) => return Err(NotAFrame("a header of the frame is not text")),
            _ => {}
        }
    }
    Ok(header)
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// At most ten bytes, and no more than 64 bits.
fn read_varint(bytes: &mut Bytes) -> Result<u64, NotAFrame> {
    let mut value = 0;
    for shift in (0..64).step_by(7) {
        let byte = bytes.try_get_u8().map_err(|_| CUT)?;
        if shift == 63 && byte > 1 {
            break;
        }
        value |= u64::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            return Ok(value);
        }
    }
    Err(NotAFrame("a number in the frame has more than 64 bits"))
}

fn put_varint(bytes: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        bytes.put_u8(value as u8 | 0x80);
        value >>= 7;
    }
    bytes.put_u8(value as u8);
}

fn write_varint(bytes: &mut Vec<u8>, number: u64, value: u64) {
    put_varint(bytes, number << 3);
    put_varint(bytes, value);
}

fn write_bytes(bytes: &mut Vec<u8>, number: u64, value: &[u8]) {
    put_varint(bytes, number << 3 | 2);
    put_varint(bytes, value.len() as u64);
    bytes.put_slice(value);
}

fn write(bytes: &mut Vec<u8>, number: u64, value: &Value) {
    match value {
        Value::Varint(value) => write_varint(bytes, number, *value),
        Value::Bytes(value) => write_bytes(bytes, number, value),
        Value::Fixed64(value) => {
            put_varint(bytes, number << 3 | 1);
            bytes.put_u64_le(*value);
        }
        Value::Fixed32(value) => {
            put_varint(bytes, number << 3 | 5);
            bytes.put_u32_le(*value);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    fn bytes(hex: &str) -> Bytes {
        let digits = hex.as_bytes().chunks(2);
        let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap();
        digits.map(byte).collect()
    }

    fn decode(hex: &str) -> Result<Frame, &'static str> {
        Frame::decode(bytes(hex)).map_err(|error| error.0)
    }

    #[test]
    fn a_ping_is_the_one_that_the_official_clients_send() {
        let ping = Frame::ping(33_554_678);
        assert_eq!(ping.encode(), bytes("0800100018f681801020002a0c0a0474797065120470696e67"));
    }

    #[test]
    fn numbers_of_64_bits_and_all_fields_come_back_as_they_were() {
        let frame = Frame {
            seq_id: (1 << 63) + 5,
            log_id: (1 << 62) - 1,
            service: -7,
            method: DATA,
            headers: vec![("type".into(), "event".into()), ("trace_id".into(), String::new())],
            payload_encoding: Some("e".into()),
            payload_type: Some(String::new()),
            payload: Some(Bytes::from_static(b"\x00\xff{}")),
            log_id_new: Some("日志".into()),
            unknown: bytes("5005").to_vec(),
        };
        assert_eq!(Frame::decode(frame.encode().into()), Ok(frame));
    }

    #[test]
    fn fields_that_are_not_known_are_kept() {
        // A varint, a text, eight and four bytes, all beyond the nine fields.
        let hex = "080110021803200150055a026162610102030405060708".to_owned() + "6d01020304";
        let frame = decode(&hex).unwrap();
        assert_eq!((frame.seq_id, frame.log_id, frame.service, frame.method), (1, 2, 3, 1));
        assert_eq!(frame.encode(), bytes(&hex));
    }

    #[test]
    fn what_is_not_a_frame_is_refused() {
        let cases = [
            ("08", "the frame is cut"),
            ("0880", "the frame is cut"),
            ("42057b7d", "the frame is cut"),
            ("42ffffffffffffffffff01", "the frame is cut"),
            ("6101020304", "the frame is cut"),
            ("08ffffffffffffffffff02", "a number in the frame has more than 64 bits"),
            ("08ffffffffffffffffffff01", "a number in the frame has more than 64 bits"),
            ("0a0161", "a field of the frame has another type"),
            ("4001", "a field of the frame has another type"),
            ("2a020801", "a header of the frame is not text"),
            ("2a040a057479", "the frame is cut"),
            ("0001", "a field of the frame has a number that no field has"),
            ("53", "a field of the frame has a type that is not in use"),
        ];
        for (hex, message) in cases {
            assert_eq!(decode(hex), Err(message), "{hex}");
        }
    }

    #[test]
    fn text_that_is_not_utf_8_does_not_cost_the_frame() {
        let frame = decode("2a080a0174 1203fffe61".replace(' ', "").as_str()).unwrap();
        assert_eq!(frame.header("t"), Some("\u{fffd}\u{fffd}a"));
    }

    #[test]
    fn debug_shows_no_payload() {
        let frame = Frame { payload: Some(Bytes::from_static(b"hello")), ..Frame::default() };
        assert!(!format!("{frame:?}").contains("hello"));
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(bytes in vec(any::<u8>(), 0..200)) {
            if let Ok(frame) = Frame::decode(bytes.into()) {
                let again = Frame::decode(frame.encode().into());
                prop_assert_eq!(again, Ok(frame));
            }
        }

        #[test]
        fn a_changed_frame_is_read_or_refused(at in 0_usize..300, byte in any::<u8>(), length in 0_usize..300) {
            let headers = vec![("message_id".into(), "m1".into()), ("sum".into(), "1".into())];
            let payload = Some(Bytes::from(vec![b'x'; 200]));
            let frame = Frame { seq_id: u64::MAX, method: DATA, headers, payload, ..Frame::default() };
            let mut bytes = frame.encode();
            if let Some(changed) = bytes.get_mut(at) {
                *changed = byte;
            }
            bytes.truncate(length);
            if let Ok(frame) = Frame::decode(bytes.into()) {
                prop_assert_eq!(Frame::decode(frame.encode().into()), Ok(frame));
            }
        }
    }
}
