//! Secrets under the server's master key.

use std::fmt;

use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::hkdf::{HKDF_SHA256, KeyType, Salt};

use crate::error::{Error, Result};
use crate::model::random;

/// Seals what must not be read, and knows it again: AES-256-GCM with a random nonce, under a key
/// made from the master key for one purpose. What it is associated with is sealed with it, so that
/// nothing can be put in another's place.
pub struct Sealer(LessSafeKey);

impl fmt::Debug for Sealer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sealer(..)")
    }
}

/// What a key is for: keys of different purposes have nothing to do with each other.
#[derive(Debug, Clone, Copy)]
pub enum Purpose {
    SecretsAtRest,
    SessionTokens,
    /// What devices make one-time passwords of.
    SecondFactors,
    /// Answers that are given again to who asks again.
    RepeatedAnswers,
}

struct KeyLength;

impl KeyType for KeyLength {
    fn len(&self) -> usize {
        AES_256_GCM.key_len()
    }
}

impl Sealer {
    pub fn new(master: &[u8; 32], purpose: Purpose) -> Result<Self> {
        let info: &[&[u8]] = match purpose {
            Purpose::SecretsAtRest => &[b"Cairn identity, secrets at rest, version 1"],
            Purpose::SessionTokens => &[b"Cairn identity, session tokens, version 1"],
            Purpose::SecondFactors => &[b"Cairn admin, second factors, version 1"],
            Purpose::RepeatedAnswers => &[b"Cairn admin, repeated answers, version 1"],
        };
        let refused = |_| Error::Cryptography("the key was refused");
        let pseudo_random = Salt::new(HKDF_SHA256, &[]).extract(master);
        let mut key = [0; 32];
        let material = pseudo_random.expand(info, KeyLength).map_err(refused)?;
        material.fill(&mut key).map_err(refused)?;
        let key = UnboundKey::new(&AES_256_GCM, &key).map_err(refused)?;
        Ok(Sealer(LessSafeKey::new(key)))
    }

    /// Nonce, then ciphertext, then tag.
    pub fn seal(&self, plain: &[u8], associated: &[u8]) -> Result<Vec<u8>> {
        let nonce: [u8; NONCE_LEN] = random()?;
        let mut sealed = Vec::with_capacity(NONCE_LEN + plain.len() + AES_256_GCM.tag_len());
        sealed.extend_from_slice(&nonce);
        let mut text = plain.to_vec();
        let nonce = Nonce::assume_unique_for_key(nonce);
        self.0
            .seal_in_place_append_tag(nonce, Aad::from(associated), &mut text)
            .map_err(|_| Error::Cryptography("nothing was sealed"))?;
        sealed.extend_from_slice(&text);
        Ok(sealed)
    }

    /// Nothing, unless it was sealed with this key for this association.
    pub fn open(&self, sealed: &[u8], associated: &[u8]) -> Option<Vec<u8>> {
        let (nonce, text) = sealed.split_first_chunk::<NONCE_LEN>()?;
        let mut text = text.to_vec();
        let nonce = Nonce::assume_unique_for_key(*nonce);
        let opened = self
            .0
            .open_in_place(nonce, Aad::from(associated), &mut text);
        let length = opened.ok()?.len();
        text.truncate(length);
        Some(text)
    }
}

#[cfg(test)]
mod tests;
