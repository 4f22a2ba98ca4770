//! Encryption of chunks under a key that a caller holds.

use std::fmt;

use ring::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, Tag, UnboundKey};
use ring::rand::{SecureRandom, SystemRandom};

use crate::error::{Error, Result};
use crate::limits::FRAME_BYTES;
use crate::record::{BadRecord, ChunkHead};
use crate::row::KeyCheck;
use crate::{Digests, SecretKey};

const KEY_CONTEXT: &str = "Cairn storage-engine, AES-256-GCM key of one body, version 1";
const TAG_CONTEXT: &str = "Cairn storage-engine, ETag of an encrypted body, version 1";
const CHECK_CONTEXT: &str = "Cairn storage-engine, proof of a caller's key, version 1";

/// AES-256-GCM under a key made for one body from a caller's key and a random salt.
///
/// One caller's key may encrypt any number of bodies: with a key for each, and a random nonce for
/// each chunk, no nonce meets the same key twice. Every frame is sealed by itself, so that a range
/// can be read by itself; its number goes into the nonce and the length of the chunk is
/// authenticated with it, so that frames can neither change places nor be cut off.
#[derive(Clone)]
pub struct Cipher(LessSafeKey);

impl fmt::Debug for Cipher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Cipher(..)")
    }
}

/// What a row keeps of a caller's key, with a new salt: it opens nothing and proves the key.
pub fn new_key_check(secret: &SecretKey) -> Result<KeyCheck> {
    let salt = random()?;
    let digest = derive(CHECK_CONTEXT, secret, &salt);
    Ok(KeyCheck { salt, digest })
}

impl Cipher {
    /// The cipher of a body whose row holds `check`; refuses any key but the one it was made with.
    pub fn open(secret: &SecretKey, check: &KeyCheck) -> Result<Cipher> {
        verify_key(secret, check)?;
        let key = derive(KEY_CONTEXT, secret, &check.salt);
        let key = UnboundKey::new(&AES_256_GCM, &key).map_err(|_| refused("key"))?;
        Ok(Cipher(LessSafeKey::new(key)))
    }

    /// Encrypts a whole payload in place; the tags of its frames, in order.
    pub(super) fn seal(
        &self,
        nonce: &[u8; 12],
        logical_bytes: u32,
        payload: &mut [u8],
    ) -> Result<Vec<[u8; 16]>> {
        let frames = payload.chunks_mut(FRAME_BYTES).enumerate();
        let tags = frames.map(|(number, frame)| {
            let (nonce, aad) = (frame_nonce(nonce, number), logical_bytes.to_le_bytes());
            let tag = self
                .0
                .seal_in_place_separate_tag(nonce, Aad::from(aad), frame);
            let tag = tag.map_err(|_| refused("frame"))?;
            <[u8; 16]>::try_from(tag.as_ref()).map_err(|_| refused("tag"))
        });
        tags.collect()
    }

    /// Decrypts consecutive frames in place, beginning with frame `first`.
    pub(super) fn unseal(
        &self,
        head: &ChunkHead,
        nonce: &[u8; 12],
        first: usize,
        frames: &mut [u8],
    ) -> std::result::Result<(), BadRecord> {
        for (number, frame) in frames.chunks_mut(FRAME_BYTES).enumerate() {
            let number = first + number;
            let entry = head.frames.get(number).ok_or(BadRecord::Layout)?;
            let aad = Aad::from(head.logical_bytes.to_le_bytes());
            let (nonce, tag) = (frame_nonce(nonce, number), Tag::from(entry.tag));
            let opened = self
                .0
                .open_in_place_separate_tag(nonce, aad, tag, frame, 0..);
            opened.map_err(|_| BadRecord::Tag)?;
        }
        Ok(())
    }
}

/// Whether a key is the one that `check` was made from.
pub fn verify_key(secret: &SecretKey, check: &KeyCheck) -> Result<()> {
    let digest = derive(CHECK_CONTEXT, secret, &check.salt);
    // Hashes compare in constant time: the answer must not tell how much of a guess was right.
    match blake3::Hash::from_bytes(digest) == blake3::Hash::from_bytes(check.digest) {
        true => Ok(()),
        false => Err(Error::WrongKey),
    }
}

/// Whether a body may be read or written with this key, or without one. A key for a body without
/// one is refused like a wrong one.
pub fn check_key(secret: Option<&SecretKey>, check: Option<&KeyCheck>) -> Result<()> {
    match (secret, check) {
        (None, None) => Ok(()),
        (Some(secret), Some(check)) => verify_key(secret, check),
        _ => Err(Error::WrongKey),
    }
}

/// A tag that tells nothing to whoever does not have the key. The same body under the same key has
/// the same one, so that who sends a part again gets the tag it knows.
pub(crate) fn opaque_tag(secret: &SecretKey, digests: &Digests) -> [u8; 16] {
    let mut hasher = blake3::Hasher::new_derive_key(TAG_CONTEXT);
    hasher.update(&secret.0).update(&digests.md5);
    hasher.update(&digests.size.to_le_bytes());
    let mut tag = [0; 16];
    hasher.finalize_xof().fill(&mut tag);
    tag
}

pub(super) fn random<const N: usize>() -> Result<[u8; N]> {
    let mut bytes = [0; N];
    let filled = SystemRandom::new().fill(&mut bytes);
    filled.map_err(|_| refused("random number"))?;
    Ok(bytes)
}

fn derive(context: &str, secret: &SecretKey, salt: &[u8; 16]) -> [u8; 32] {
    let mut hasher = blake3::Hasher::new_derive_key(context);
    hasher.update(&secret.0).update(salt);
    *hasher.finalize().as_bytes()
}

fn frame_nonce(nonce: &[u8; 12], number: usize) -> Nonce {
    let mut bytes = *nonce;
    let last = (number as u64).to_le_bytes();
    for (byte, number) in bytes[8..].iter_mut().zip(last) {
        *byte ^= number;
    }
    Nonce::assume_unique_for_key(bytes)
}

fn refused(what: &'static str) -> Error {
    let detail = format!("the cryptographic library refused the {what}");
    Error::io("encryption")(std::io::Error::other(detail))
}
