//! The encrypt key: checks signatures, decrypts bodies.

use std::fmt;

use aes::Aes256;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
#[cfg(feature = "testing")]
use cbc::cipher::BlockModeEncrypt;
use cbc::cipher::block_padding::Pkcs7;
use cbc::cipher::{BlockModeDecrypt, KeyIvInit};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::error::{EventError, Kind};

const BLOCK: usize = 16;

/// The encrypt key of an app.
pub(crate) struct EncryptKey {
    text: String,
    /// SHA-256 of the text.
    key: [u8; 32],
}

impl EncryptKey {
    pub(crate) fn new(text: String) -> Self {
        let key = Sha256::digest(text.as_bytes()).into();
        EncryptKey { text, key }
    }

    /// The signature of a request: SHA-256 over timestamp, nonce, key and the body as it is sent.
    pub(crate) fn signature(&self, timestamp: &[u8], nonce: &[u8], body: &[u8]) -> [u8; 32] {
        let signed = Sha256::new().chain_update(timestamp).chain_update(nonce);
        signed.chain_update(self.text.as_bytes()).chain_update(body).finalize().into()
    }

    /// Whether `signature`, in hexadecimal digits, is that of a request.
    pub(super) fn is_signature(&self, signature: &[u8], timestamp: &[u8], nonce: &[u8], body: &[u8]) -> bool {
        let Some(signature) = digest_from_hex(signature) else {
            return false;
        };
        self.signature(timestamp, nonce, body).ct_eq(&signature).into()
    }

    /// base64(IV + AES-256-CBC(text, padded after PKCS#7)).
    #[cfg(feature = "testing")]
    pub(crate) fn encrypt(&self, text: &str) -> String {
        let iv = *uuid::Uuid::new_v4().as_bytes();
        let cipher = cbc::Encryptor::<Aes256>::new(&self.key.into(), &iv.into());
        let mut padded = text.as_bytes().to_vec();
        padded.resize((text.len() / BLOCK + 1) * BLOCK, 0);
        let encrypted = cipher.encrypt_padded::<Pkcs7>(&mut padded, text.len()).unwrap_or_default();
        STANDARD.encode([&iv[..], encrypted].concat())
    }

    /// The text behind base64(IV + AES-256-CBC(text, padded after PKCS#7)).
    pub(super) fn decrypt(&self, encrypted: &str) -> Result<Vec<u8>, EventError> {
        let refuse = |message| EventError::new(Kind::Undecipherable, message);
        let bytes = STANDARD.decode(encrypted).map_err(|_| refuse("`encrypt` is not base64"))?;
        let Some((iv, text)) = bytes.split_first_chunk::<BLOCK>() else {
            return Err(refuse("`encrypt` is too short to hold anything"));
        };
        if text.is_empty() || text.len() % BLOCK != 0 {
            return Err(refuse("`encrypt` is cut: it is not made of whole blocks"));
        }
        let mut text = text.to_vec();
        let cipher = cbc::Decryptor::<Aes256>::new(&self.key.into(), iv.into());
        let length = cipher
            .decrypt_padded::<Pkcs7>(&mut text)
            .map_err(|_| refuse("`encrypt` was made with another key, or is damaged"))?
            .len();
        text.truncate(length);
        Ok(text)
    }
}

impl fmt::Debug for EncryptKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("***")
    }
}

/// Whether two secrets are equal, in a time that does not depend on where they differ.
pub(super) fn is_same_secret(one: &str, other: &str) -> bool {
    one.as_bytes().ct_eq(other.as_bytes()).into()
}

/// 64 hexadecimal digits, of either case.
fn digest_from_hex(text: &[u8]) -> Option<[u8; 32]> {
    let text: &[u8; 64] = text.try_into().ok()?;
    let mut digest = [0; 32];
    for (byte, pair) in digest.iter_mut().zip(text.chunks_exact(2)) {
        let high = char::from(pair[0]).to_digit(16)?;
        let low = char::from(pair[1]).to_digit(16)?;
        *byte = u8::try_from(high * 16 + low).ok()?;
    }
    Some(digest)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decrypt(encrypted: &str) -> Result<String, String> {
        let key = EncryptKey::new("test key".to_owned());
        let bytes = key.decrypt(encrypted).map_err(|error| error.to_string())?;
        Ok(String::from_utf8(bytes).unwrap())
    }

    #[test]
    fn the_pages_example_is_decrypted() {
        let text = decrypt("P37w+VZImNgPEO1RBhJ6RtKl7n6zymIbEG1pReEzghk=");
        assert_eq!(text.as_deref(), Ok("hello world"));
    }

    #[test]
    fn damaged_text_is_refused() {
        let cases = [
            ("", "`encrypt` is too short to hold anything"),
            ("?", "`encrypt` is not base64"),
            ("P37w+VZImNgPEO1RBhJ6RtKl7n6zymIbEG1pReEzghk", "`encrypt` is not base64"),
            // The IV alone, then less, then half a block more.
            ("P37w+VZImNgPEO1RBhJ6Rg==", "`encrypt` is cut: it is not made of whole blocks"),
            ("P37w+VZImNgPEO0=", "`encrypt` is too short to hold anything"),
            ("P37w+VZImNgPEO1RBhJ6RtKl7n6zymIb", "`encrypt` is cut: it is not made of whole blocks"),
            // A whole block of text and no padding, made with openssl.
            ("AAECAwQFBgcICQoLDA0ODyJH8PxK0QcROq4RCvJMg3Y=", "`encrypt` was made with another key, or is damaged"),
        ];
        for (encrypted, message) in cases {
            assert_eq!(decrypt(encrypted), Err(message.to_owned()), "{encrypted}");
        }
    }

    #[test]
    fn another_key_decrypts_nothing() {
        let key = EncryptKey::new("another key".to_owned());
        let error = key.decrypt("P37w+VZImNgPEO1RBhJ6RtKl7n6zymIbEG1pReEzghk=");
        assert!(error.is_err_and(|error| error.is_undecipherable()));
    }

    #[test]
    fn a_signature_covers_time_nonce_and_body() {
        let key = EncryptKey::new("test key".to_owned());
        // Made with sha256sum.
        let signature = b"755679bccc484598124aca69afe25c0f3a09aa6546ffb2b03c4dccbe3f28e121";
        let body: &[u8] = b"{\"encrypt\":\"AAECAwQFBgcICQoLDA0OD2u9INIjQbkB77gO4nxBV4C/mN50sXmZlajyz67oXt6NOYNKn05MTFuK7zijmXKMdRtEScnC4TQ2TJ/LEcvBJYzwGmVc8sksZHAhgI3aW8Uw\"}";
        let is = |signature: &[u8], timestamp: &[u8], nonce: &[u8], body: &[u8]| {
            key.is_signature(signature, timestamp, nonce, body)
        };
        assert!(is(signature, b"1608725989", b"nonce", body));
        assert!(is(&signature.to_ascii_uppercase(), b"1608725989", b"nonce", body));
        assert!(!is(signature, b"1608725988", b"nonce", body));
        assert!(!is(signature, b"1608725989", b"nonse", body));
        assert!(!is(signature, b"1608725989", b"nonce", &body[1..]));
        assert!(!is(&signature[1..], b"1608725989", b"nonce", body));
        assert!(!is(&[b'x'; 64], b"1608725989", b"nonce", body));
        assert!(!is(b"", b"1608725989", b"nonce", body));
    }
}
