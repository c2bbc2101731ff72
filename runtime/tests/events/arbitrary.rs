//! Whatever arrives, nothing panics, and nothing that Feishu did not send gets through.

use http::{HeaderMap, HeaderValue};
use proptest::collection::vec;
use proptest::prelude::*;

use super::{KEY, NOW, UPDATED, encrypted, plain, sealed, sign};

fn headers(values: &[Vec<u8>]) -> HeaderMap {
    let names = ["x-lark-signature", "x-lark-request-timestamp", "x-lark-request-nonce"];
    let mut headers = HeaderMap::new();
    for (name, value) in names.into_iter().zip(values) {
        if let Ok(value) = HeaderValue::from_bytes(value) {
            headers.insert(name, value);
        }
    }
    headers
}

/// JSON that looks a little like an envelope.
fn almost_an_envelope() -> impl Strategy<Value = String> {
    let key = prop::sample::select(vec![
        "schema",
        "header",
        "event",
        "type",
        "token",
        "challenge",
        "encrypt",
        "event_type",
        "uuid",
        "ts",
        "event_id",
    ]);
    let text = prop::sample::select(vec![
        "null",
        "1",
        "-1.5e300",
        "\"\"",
        "\"2.0\"",
        "\"url_verification\"",
        "[]",
        "{}",
        "{\"event_type\": \"x\"}",
        "{\"token\": 1}",
        "\"\\ud83d\\ude00\"",
        "\"AAAA\"",
    ]);
    vec((key, text), 0..6).prop_map(|entries| {
        let entries: Vec<String> = entries.iter().map(|(key, value)| format!("\"{key}\": {value}")).collect();
        format!("{{{}}}", entries.join(", "))
    })
}

proptest! {
    #[test]
    fn arbitrary_bytes_are_refused(
        body in vec(any::<u8>(), 0..512),
        values in vec(vec(any::<u8>(), 0..80), 3),
    ) {
        let headers = headers(&values);
        prop_assert!(plain().receive(&headers, &body).is_err());
        prop_assert!(encrypted().receive(&headers, &body).is_err());
        let signed = sign(KEY, &NOW.to_string(), &body);
        prop_assert!(encrypted().receive(&signed, &body).is_err());
    }

    #[test]
    fn arbitrary_content_is_refused(content in vec(any::<u8>(), 0..512)) {
        let (headers, body) = sealed(&content);
        prop_assert!(encrypted().receive(&headers, body.as_bytes()).is_err());
    }

    #[test]
    fn envelopes_without_the_token_are_refused(content in almost_an_envelope()) {
        prop_assert!(plain().receive(&HeaderMap::new(), content.as_bytes()).is_err());
        let (headers, body) = sealed(&content);
        prop_assert!(encrypted().receive(&headers, body.as_bytes()).is_err());
    }

    #[test]
    fn arbitrary_times_are_understood_or_not(text in "[0-9.]{0,30}|\\PC{0,10}") {
        let mut body: serde_json::Value = serde_json::from_str(UPDATED).unwrap();
        body["header"]["create_time"] = text.into();
        let incoming = plain().receive(&HeaderMap::new(), body.to_string().as_bytes());
        let _ = super::event(incoming.unwrap()).header.created();
    }

    #[test]
    fn one_changed_byte_is_noticed(place in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let (headers, body) = sealed(UPDATED);
        let mut changed = body.clone().into_bytes();
        let place = place.index(changed.len());
        prop_assume!(changed[place] != byte);
        changed[place] = byte;
        let error = encrypted().receive(&headers, &changed).map(drop).unwrap_err();
        prop_assert!(error.is_forged());
    }
}
