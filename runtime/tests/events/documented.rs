//! Every example of the pages about events; those of the Task events are tested with the spec.

use std::time::{Duration, UNIX_EPOCH};

use feishu_openapi_runtime::event::{Challenge, Incoming, Receiver};
use http::HeaderMap;

use super::{KEY, encrypt, encrypted, event, plain, sealed};

const CHALLENGE: &str = r#"{ "challenge": "ajls384kdjxxxx", "token": "xxxxxx", "type": "url_verification" }"#;

fn challenge(incoming: Incoming) -> Challenge {
    match incoming {
        Incoming::Challenge(challenge) => challenge,
        other => panic!("no challenge: {other:?}"),
    }
}

#[test]
fn a_challenge_is_answered() {
    let receiver = Receiver::builder().verification_token("xxxxxx").build().unwrap();
    let incoming = receiver.receive(&HeaderMap::new(), CHALLENGE.as_bytes()).unwrap();
    assert_eq!(challenge(incoming).answer(), r#"{"challenge":"ajls384kdjxxxx"}"#);
}

#[test]
fn an_encrypted_challenge_is_answered_although_it_is_not_signed() {
    let receiver = Receiver::builder().verification_token("xxxxxx").encrypt_key("kudryavka").build().unwrap();
    let body = encrypt("kudryavka", CHALLENGE);
    let incoming = receiver.receive(&HeaderMap::new(), body.as_bytes());
    assert_eq!(challenge(incoming.unwrap()).text(), "ajls384kdjxxxx");
}

#[test]
fn a_challenge_is_answered_in_any_envelope() {
    let header = r#"{ "event_id": "1", "event_type": "url_verification", "token": "xxxxxx" }"#;
    let bodies = [
        r#"{ "challenge": "ajls384kdjxxxx", "token": "xxxxxx" }"#.to_owned(),
        format!(r#"{{ "schema": "2.0", "header": {header}, "event": {{ "challenge": "ajls384kdjxxxx" }} }}"#),
        format!(r#"{{ "schema": "2.0", "header": {header}, "challenge": "ajls384kdjxxxx" }}"#),
        format!(r#"{{ "schema": "2.0", "header": {header}, {}"#, &CHALLENGE[1..]),
        r#"{ "schema": "2.0", "header": { "token": "xxxxxx" }, "type": "url_verification", "challenge": "ajls384kdjxxxx" }"#
            .to_owned(),
        r#"{ "uuid": "1", "token": "xxxxxx", "type": "event_callback",
            "event": { "type": "url_verification", "challenge": "ajls384kdjxxxx" } }"#
            .to_owned(),
    ];
    let plain = Receiver::builder().verification_token("xxxxxx").build().unwrap();
    let sealed = Receiver::builder().verification_token("xxxxxx").encrypt_key(KEY).build().unwrap();
    let other = Receiver::builder().verification_token("yyyyyy").build().unwrap();
    for body in bodies {
        let incoming = plain.receive(&HeaderMap::new(), body.as_bytes()).unwrap();
        assert_eq!(challenge(incoming).text(), "ajls384kdjxxxx", "{body}");
        let incoming = sealed.receive(&HeaderMap::new(), encrypt(KEY, &body).as_bytes()).unwrap();
        assert_eq!(challenge(incoming).text(), "ajls384kdjxxxx", "{body}");
        assert!(other.receive(&HeaderMap::new(), body.as_bytes()).unwrap_err().is_forged(), "{body}");
    }
}

#[test]
fn a_challenge_that_another_program_encrypted_is_answered() {
    // Made with openssl from the page's example and the key "test key".
    let body = br#"{"encrypt": "AAECAwQFBgcICQoLDA0OD2u9INIjQbkB77gO4nxBV4C/mN50sXmZlajyz67oXt6NOYNKn05MTFuK7zijmXKMdRtEScnC4TQ2TJ/LEcvBJYzwGmVc8sksZHAhgI3aW8Uw"}"#;
    let receiver = Receiver::builder().encrypt_key("test key").build().unwrap();
    let incoming = receiver.receive(&HeaderMap::new(), body).unwrap();
    assert_eq!(challenge(incoming).text(), "ajls384kdjxxxx");
}

#[test]
fn the_example_of_an_encrypted_body_is_no_challenge_for_us() {
    // The page does not give its key, and has crossed parts of it out.
    let body = include_str!("encrypted_example.json");
    let error = encrypted().receive(&HeaderMap::new(), body.as_bytes()).unwrap_err();
    assert!(error.is_forged());
}

#[test]
fn an_event_of_version_2_is_read() {
    // Without the comma that the page has after the last entry of the header.
    let body = r#"{
        "schema": "2.0",
        "header": {
            "event_id": "f7984f25108f8137722bb63cee927e66",
            "token": "066zT6pS4QCbgj5Do145GfDbbagCHGgF",
            "create_time": "1603977298000000",
            "event_type": "contact.user_group.created_v3",
            "tenant_key": "xxxxxxx",
            "app_id": "cli_xxxxxxxx"
        },
        "event":{
        }
    }"#;
    let receiver = Receiver::builder().verification_token("066zT6pS4QCbgj5Do145GfDbbagCHGgF").build().unwrap();
    let delivery = event(receiver.receive(&HeaderMap::new(), body.as_bytes()).unwrap());
    assert_eq!(delivery.header.schema, "2.0");
    assert_eq!(delivery.header.event_id, "f7984f25108f8137722bb63cee927e66");
    assert_eq!(delivery.header.event_type, "contact.user_group.created_v3");
    assert_eq!(delivery.header.app_id, "cli_xxxxxxxx");
    assert_eq!(delivery.header.tenant_key, "xxxxxxx");
    // This page has microseconds, those of events have milliseconds.
    let created = UNIX_EPOCH + Duration::from_secs(1_603_977_298);
    assert_eq!(delivery.header.created(), Some(created));
    assert_eq!(delivery.event, serde_json::json!({}));
}

#[test]
fn an_event_of_version_1_is_read() {
    let body = r#"{
        "ts": "1502199207.7171419",
        "uuid": "bc447199585340d1f3728d26b1c0297a",
        "token": "41a9425ea7df4536a7623e38fa321bae",
        "type": "event_callback",
        "event": {
            "app_id": "cli_9c8609450f78d102",
            "chat_id": "oc_26b66a5eb603162b849f91bcd8815b20",
            "operator": {
                "open_id": "ou_2d2c0399b53d06fd195bb393cd1e38f2",
                "user_id": "gfa21d92"
            },
            "tenant_key": "736588c9260f175c",
            "type": "p2p_chat_create",
            "user": {
                "name": "user_name",
                "open_id": "ou_7dede290d6a27698b969a7fd70ca53da",
                "user_id": "gfa21d92"
            }
        }
    }"#;
    let receiver = Receiver::builder().verification_token("41a9425ea7df4536a7623e38fa321bae").build().unwrap();
    let delivery = event(receiver.receive(&HeaderMap::new(), body.as_bytes()).unwrap());
    assert_eq!(delivery.header.schema, "1.0");
    assert_eq!(delivery.header.event_id, "bc447199585340d1f3728d26b1c0297a");
    assert_eq!(delivery.header.event_type, "p2p_chat_create");
    assert_eq!(delivery.header.app_id, "cli_9c8609450f78d102");
    assert_eq!(delivery.header.tenant_key, "736588c9260f175c");
    let created = UNIX_EPOCH + Duration::from_secs(1_502_199_207);
    assert_eq!(delivery.header.created(), Some(created));
    assert_eq!(delivery.event["user"]["name"], "user_name");
}

#[test]
fn the_same_event_is_read_plain_and_encrypted() {
    let readable = event(plain().receive(&HeaderMap::new(), super::UPDATED.as_bytes()).unwrap());
    let (headers, body) = sealed(super::UPDATED);
    let decrypted = event(encrypted().receive(&headers, body.as_bytes()).unwrap());
    assert_eq!(readable, decrypted);
    assert_eq!(readable.event["obj_type"], 1);
}
