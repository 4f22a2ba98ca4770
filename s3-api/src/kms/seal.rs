//! AES-256-GCM over short secrets, with a random nonce in front.

use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::hkdf::{HKDF_SHA256, KeyType, Salt};
use ring::rand::{SecureRandom, SystemRandom};

use super::KmsError;

const PURPOSE: &[u8] = b"Cairn key ring, keys at rest, version 1";

struct KeyLength;

impl KeyType for KeyLength {
    fn len(&self) -> usize {
        AES_256_GCM.key_len()
    }
}

/// The key that keys are sealed under: made from the master key for this purpose alone.
pub(super) fn under_master(master: &[u8; 32]) -> Result<LessSafeKey, KmsError> {
    let refused = |_| KmsError::Cryptography("the master key was refused");
    let mut bytes = [0; 32];
    let pseudo_random = Salt::new(HKDF_SHA256, &[]).extract(master);
    let material = pseudo_random.expand(&[PURPOSE], KeyLength);
    material
        .and_then(|material| material.fill(&mut bytes))
        .map_err(refused)?;
    key(&bytes)
}

pub(super) fn key(bytes: &[u8; 32]) -> Result<LessSafeKey, KmsError> {
    let key = UnboundKey::new(&AES_256_GCM, bytes);
    key.map(LessSafeKey::new)
        .map_err(|_| KmsError::Cryptography("a key was refused"))
}

pub(super) fn random<const N: usize>() -> Result<[u8; N], KmsError> {
    let mut bytes = [0; N];
    let filled = SystemRandom::new().fill(&mut bytes);
    filled.map_err(|_| KmsError::Cryptography("the system has no random numbers"))?;
    Ok(bytes)
}

/// Nonce, then ciphertext, then tag.
pub(super) fn seal(
    key: &LessSafeKey,
    plain: &[u8; 32],
    associated: &[u8],
) -> Result<Vec<u8>, KmsError> {
    let nonce: [u8; NONCE_LEN] = random()?;
    let mut text = plain.to_vec();
    key.seal_in_place_append_tag(
        Nonce::assume_unique_for_key(nonce),
        Aad::from(associated),
        &mut text,
    )
    .map_err(|_| KmsError::Cryptography("nothing was sealed"))?;
    Ok([&nonce[..], &text].concat())
}

/// Nothing, unless it was sealed with this key for this association.
pub(super) fn open(key: &LessSafeKey, sealed: &[u8], associated: &[u8]) -> Option<[u8; 32]> {
    let (nonce, text) = sealed.split_first_chunk::<NONCE_LEN>()?;
    let mut text = text.to_vec();
    let nonce = Nonce::assume_unique_for_key(*nonce);
    let opened = key.open_in_place(nonce, Aad::from(associated), &mut text);
    <[u8; 32]>::try_from(&*opened.ok()?).ok()
}
