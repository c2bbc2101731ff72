//! What does not come from Feishu, or not from now, or not whole.

use std::time::Duration;

use feishu_openapi_runtime::event::{Dispatcher, EventError, Incoming, Receiver};
use http::{HeaderMap, Method, Request, Response};

use super::{KEY, NOW, UPDATED, builder, encrypt, encrypted, plain, sealed, sign};

fn refusal(receiver: &Receiver, headers: &HeaderMap, body: impl AsRef<[u8]>) -> EventError {
    match receiver.receive(headers, body.as_ref()) {
        Err(error) => error,
        Ok(incoming) => panic!("not refused: {incoming:?}"),
    }
}

fn respond(receiver: Receiver, request: Request<Vec<u8>>) -> Response<bytes::Bytes> {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(Dispatcher::new(receiver).handle(request))
}

#[test]
fn a_body_without_signature_is_refused() {
    let (mut headers, body) = sealed(UPDATED);
    for name in ["X-Lark-Signature", "X-Lark-Request-Nonce", "X-Lark-Request-Timestamp"] {
        headers.remove(name);
        let error = refusal(&encrypted(), &headers, &body);
        assert!(error.is_forged());
        assert_eq!(error.to_string(), "the request is not signed");
    }
}

#[test]
fn a_body_that_somebody_else_signed_is_refused() {
    let body = encrypt(KEY, UPDATED);
    let headers = sign("guessed", &NOW.to_string(), body.as_bytes());
    let error = refusal(&encrypted(), &headers, &body);
    assert!(error.is_forged());
    assert_eq!(error.to_string(), "the signature is wrong");
}

#[test]
fn a_body_that_was_changed_is_refused() {
    let (headers, body) = sealed(UPDATED);
    assert!(refusal(&encrypted(), &headers, format!("{body} ")).is_forged());
    assert!(refusal(&encrypted(), &headers, encrypt(KEY, "{}")).is_forged());
}

#[test]
fn a_readable_body_is_refused_where_there_is_a_key() {
    let headers = sign(KEY, &NOW.to_string(), UPDATED.as_bytes());
    let error = refusal(&encrypted(), &headers, UPDATED);
    assert!(error.is_undecipherable());
    assert_eq!(error.to_string(), "the body is not encrypted");
    assert!(refusal(&encrypted(), &HeaderMap::new(), UPDATED).is_forged());
}

#[test]
fn a_readable_challenge_is_refused_where_there_is_a_key() {
    let body = format!(r#"{{"type": "url_verification", "token": "{}", "challenge": "x"}}"#, super::TOKEN);
    assert!(refusal(&encrypted(), &HeaderMap::new(), body).is_forged());
}

#[test]
fn an_encrypted_body_without_a_key_is_a_mistake_of_ours() {
    let (headers, body) = sealed(UPDATED);
    let error = refusal(&plain(), &headers, body);
    assert!(error.is_configuration());
    assert_eq!(error.status(), 500);
}

#[test]
fn another_token_is_refused() {
    for body in [
        UPDATED.replace("rvaYgk", "guess1"),
        UPDATED.replace("\"token\"", "\"tokem\""),
        r#"{"uuid": "1", "event": {"type": "x"}, "token": ""}"#.to_owned(),
        r#"{"type": "url_verification", "token": "guess", "challenge": "x"}"#.to_owned(),
    ] {
        let error = refusal(&plain(), &HeaderMap::new(), &body);
        assert!(error.is_forged());
        assert_eq!(error.to_string(), "the verification token is missing or wrong");
        let (headers, body) = sealed(body);
        assert!(refusal(&encrypted(), &headers, body).is_forged());
    }
}

#[test]
fn an_unsigned_challenge_with_another_token_is_refused() {
    let body = encrypt(KEY, r#"{"type": "url_verification", "token": "guess", "challenge": "x"}"#);
    assert!(refusal(&encrypted(), &HeaderMap::new(), body).is_forged());
}

#[test]
fn an_old_signature_is_refused() {
    let receive = |receiver: &Receiver, timestamp: &str| {
        let body = encrypt(KEY, UPDATED);
        let headers = sign(KEY, timestamp, body.as_bytes());
        receiver.receive(&headers, body.as_bytes()).map(drop)
    };
    let at = |seconds: u64| receive(&encrypted(), &seconds.to_string());
    assert!(at(NOW - 300).is_ok());
    assert!(at(NOW - 301).unwrap_err().is_stale());
    assert!(at(NOW + 300).is_ok());
    assert!(at(NOW + 301).unwrap_err().is_stale());
    for nonsense in ["", "soon", "-1", "18446744073709551616"] {
        assert!(receive(&encrypted(), nonsense).unwrap_err().is_stale());
    }

    let wide = builder().replay_window(Duration::from_secs(7 * 3600));
    assert!(receive(&wide.build().unwrap(), &(NOW - 6 * 3600).to_string()).is_ok());
    let any = builder().replay_window(None).build().unwrap();
    assert!(receive(&any, "1").is_ok());
}

#[test]
fn a_signature_in_milliseconds_is_understood() {
    let body = encrypt(KEY, UPDATED);
    let headers = sign(KEY, &format!("{NOW}000"), body.as_bytes());
    assert!(encrypted().receive(&headers, body.as_bytes()).is_ok());
}

#[test]
fn a_large_body_is_refused_before_it_is_read() {
    let receiver = Receiver::builder().verification_token(super::TOKEN);
    let receiver = receiver.max_body_bytes(UPDATED.len()).build().unwrap();
    assert!(receiver.receive(&HeaderMap::new(), UPDATED.as_bytes()).is_ok());
    let error = refusal(&receiver, &HeaderMap::new(), format!("{UPDATED} "));
    assert!(error.is_too_large());
    assert_eq!(error.status(), 413);

    let body = " ".repeat(1024 * 1024 + 1);
    assert!(refusal(&plain(), &HeaderMap::new(), body).is_too_large());
}

#[test]
fn a_cut_body_is_refused() {
    let (_, body) = sealed(UPDATED);
    for length in 0..body.len() {
        let cut = &body.as_bytes()[..length];
        let headers = sign(KEY, &NOW.to_string(), cut);
        assert!(refusal(&encrypted(), &headers, cut).is_malformed());
    }
    for length in 0..UPDATED.len() {
        assert!(refusal(&plain(), &HeaderMap::new(), &UPDATED[..length]).is_malformed());
    }
}

#[test]
fn a_cut_or_padded_ciphertext_is_refused() {
    for (encrypted_text, message) in [
        ("", "`encrypt` is too short to hold anything"),
        ("*", "`encrypt` is not base64"),
        ("AAECAwQFBgcICQoLDA0ODyJH", "`encrypt` is cut: it is not made of whole blocks"),
        ("AAECAwQFBgcICQoLDA0ODyJH8PxK0QcROq4RCvJMg3Y=", "`encrypt` was made with another key, or is damaged"),
    ] {
        let body = format!(r#"{{"encrypt": "{encrypted_text}"}}"#);
        let headers = sign(KEY, &NOW.to_string(), body.as_bytes());
        let error = refusal(&encrypted(), &headers, &body);
        assert!(error.is_undecipherable());
        assert_eq!(error.to_string(), message);
    }
}

#[test]
fn what_is_no_event_is_refused() {
    let cases: [(&[u8], &str); 9] = [
        (b"", "the body is not JSON"),
        (b"{\"a\": \xff", "the body is not JSON"),
        (b"hello", "the body is not JSON"),
        (b"[]", "the body is no JSON object"),
        (b"null", "the body is no JSON object"),
        (b"{}", "the body has no envelope that Feishu documents"),
        (b"{\"schema\": \"2.0\", \"header\": []}", "the body has no envelope that Feishu documents"),
        (b"{\"header\": {}}", "the envelope does not say what event it holds"),
        (b"{\"type\": \"url_verification\"}", "the check of the address holds no challenge"),
    ];
    for (body, message) in cases {
        let readable = refusal(&plain(), &HeaderMap::new(), body);
        assert!(readable.is_malformed());
        assert_eq!(readable.to_string(), message);
        assert_eq!(readable.status(), 400);
        let (headers, body) = sealed(body);
        assert_eq!(refusal(&encrypted(), &headers, body).to_string(), message);
    }
    // JSON that is nested too deeply must not exhaust the stack.
    let deep = "[".repeat(1_000_000);
    assert!(refusal(&plain(), &HeaderMap::new(), deep).is_malformed());
}

#[test]
fn who_cannot_sign_learns_nothing() {
    let body = |encrypted: &str| format!(r#"{{"encrypt": "{encrypted}"}}"#).into_bytes();
    let bodies = [
        encrypt(KEY, UPDATED).into_bytes(),
        encrypt(KEY, "no JSON").into_bytes(),
        encrypt("guessed", UPDATED).into_bytes(),
        body("AAECAwQFBgcICQoLDA0ODyJH8PxK0QcROq4RCvJMg3Y="),
        body("*"),
        b"no JSON".to_vec(),
    ];
    for body in bodies {
        let response = respond(encrypted(), Request::post("/").body(body).unwrap());
        assert_eq!(response.status(), 401);
        assert_eq!(&response.body()[..], br#"{"msg":"not authentic"}"#);
    }
}

#[test]
fn only_posts_are_answered() {
    let request = Request::builder().method(Method::GET);
    let request = request.body(UPDATED.as_bytes().to_vec()).unwrap();
    assert_eq!(respond(plain(), request).status(), 405);
}

#[test]
fn a_receiver_needs_a_secret() {
    let cases = [
        (Receiver::builder(), "without an encrypt key or a verification token anybody could send events"),
        (Receiver::builder().encrypt_key(""), "the encrypt key is empty; leave it out if the app has none"),
        (
            Receiver::builder().encrypt_key(KEY).verification_token(""),
            "the verification token is empty; leave it out if only signatures are to be checked",
        ),
        (
            Receiver::builder().encrypt_key("key\n"),
            "there is a space or a line break around the encrypt key; trim what comes from a file",
        ),
        (
            Receiver::builder().encrypt_key(KEY).verification_token("token\r\n"),
            "there is a space or a line break around the verification token; trim what comes from a file",
        ),
    ];
    for (builder, message) in cases {
        let error = builder.build().unwrap_err();
        assert!(error.is_configuration());
        assert_eq!(error.to_string(), message);
    }
}

#[test]
fn secrets_are_not_shown() {
    let builder = builder();
    let shown = format!("{builder:?}");
    let dispatcher = Dispatcher::new(encrypted());
    let shown = format!("{shown} {dispatcher:?} {:?}", dispatcher.receiver());
    assert!(!shown.contains(KEY), "{shown}");
    assert!(!shown.contains(super::TOKEN), "{shown}");
}

#[test]
fn only_small_bodies_are_decrypted_without_a_signature() {
    let challenge = |padding| {
        let text = "x".repeat(padding);
        format!(r#"{{"type": "url_verification", "token": "{}", "challenge": "x", "padding": "{text}"}}"#, super::TOKEN)
    };
    let small = encrypt(KEY, challenge(2000));
    assert!(matches!(encrypted().receive(&HeaderMap::new(), small.as_bytes()), Ok(Incoming::Challenge(_))));
    // Even one that could be answered: nobody has looked at it.
    let large = encrypt(KEY, challenge(4000));
    let error = encrypted().receive(&HeaderMap::new(), large.as_bytes()).unwrap_err();
    assert!(error.is_forged());
    assert_eq!(error.to_string(), "the request is not signed");
    let (headers, body) = sealed(challenge(4000));
    assert!(matches!(encrypted().receive(&headers, body.as_bytes()), Ok(Incoming::Challenge(_))));
}
