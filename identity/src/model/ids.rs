//! Ids and secrets, made from random numbers.

use ring::rand::{SecureRandom, SystemRandom};

use crate::error::{Error, Result};

/// What an id is of, which Amazon writes in front of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unique {
    User,
    Group,
    Role,
    Policy,
    AccessKey,
    SessionKey,
}

const LETTERS: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const SECRET_BYTES: usize = 30;

/// Four letters that say what it is, and sixteen that are random.
pub fn unique_id(of: Unique) -> Result<String> {
    let mut id = String::from(match of {
        Unique::User => "AIDA",
        Unique::Group => "AGPA",
        Unique::Role => "AROA",
        Unique::Policy => "ANPA",
        Unique::AccessKey => "AKIA",
        Unique::SessionKey => "ASIA",
    });
    for byte in random::<16>()? {
        id.push(char::from(LETTERS[usize::from(byte) % LETTERS.len()]));
    }
    Ok(id)
}

pub fn new_access_key() -> Result<String> {
    unique_id(Unique::AccessKey)
}

/// Forty characters, as Amazon's.
pub fn new_secret() -> Result<String> {
    Ok(base64_simd::STANDARD.encode_to_string(random::<SECRET_BYTES>()?))
}

/// 64 hexadecimal digits.
pub fn new_canonical_id() -> Result<String> {
    Ok(hex::encode(random::<32>()?))
}

/// Twelve digits, the first no zero.
pub fn new_account_number() -> Result<String> {
    const SPAN: u64 = 900_000_000_000;
    let number = u64::from_le_bytes(random::<8>()?) % SPAN + SPAN / 9;
    Ok(number.to_string())
}

pub(crate) fn random<const N: usize>() -> Result<[u8; N]> {
    let mut bytes = [0; N];
    let filled = SystemRandom::new().fill(&mut bytes);
    filled.map_err(|_| Error::Cryptography("no random number"))?;
    Ok(bytes)
}
