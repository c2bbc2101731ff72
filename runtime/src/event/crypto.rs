//! The encrypt key: checks signatures, decrypts bodies.

use std::fmt;

use aes::Aes256;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use cbc::cipher::block_padding::Pkcs7;
use cbc::cipher::{BlockModeDecrypt, KeyIvInit};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::error::{EventError, Kind};

const BLOCK: usize = 16;

/// The encrypt key of an app.
pub(super) struct EncryptKey {
    text: String,
    /// SHA-256 of the text.
    key: [u8; 32],
}

impl EncryptKey {
    pub(super) fn new(text: String) -> Self {
        let key = Sha256::digest(text.as_bytes()).into();
        EncryptKey { text, key }
    }

    /// Whether `signature` is that of a request: SHA-256 over timestamp, nonce, key and the body as it was sent.
    pub(super) fn is_signature(
        &self,
        signature: &[u8],
        timestamp: &[u8],
        nonce: &[u8],
        body: &[u8],
    ) -> bool {
        let Some(signature) = digest_from_hex(signature) else {
            return false;
        };
        let expected: [u8; 32] = Sha256::new()
            .chain_update(timestamp)
            .chain_update(nonce)
            .chain_update(self.text.as_bytes())
            .chain_update(body)
            .finalize()
            .into();
        expected.ct_eq(&signature).into()
    }

    /// The text behind base64(IV + AES-256-CBC(text, padded after PKCS#7)).
    pub(super) fn decrypt(&self, encrypted: &str) -> Result<Vec<u8>, EventError> {
        let refuse = |message| EventError::new(Kind::Undecipherable, message);
        let bytes = STANDARD
            .decode(encrypted)
            .map_err(|_| refuse("`encrypt` is not base64"))?;
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
