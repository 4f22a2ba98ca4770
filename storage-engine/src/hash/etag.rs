//! Entity tags of objects and parts.

#[cfg(test)]
mod tests;

use super::md5::Md5;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::num::NonZeroU16;
use std::str::FromStr;

/// An object's entity tag: 16 bytes, for a multipart object also the number of its parts.
///
/// The bytes are the MD5 of the body, or of the parts' tags, unless the object is encrypted and its
/// tag is to tell nothing; then they are made with its key. A tag does not tell which: S3 writes both alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ETag {
    value: [u8; 16],
    parts: Option<NonZeroU16>,
}

impl ETag {
    /// The tag of a body that was written in one request.
    #[must_use]
    pub const fn md5(digest: [u8; 16]) -> Self {
        Self {
            value: digest,
            parts: None,
        }
    }

    /// A tag that tells nothing about the body. `random` must look random to whoever has
    /// no key.
    #[must_use]
    pub const fn opaque(random: [u8; 16]) -> Self {
        Self {
            value: random,
            parts: None,
        }
    }

    /// The tag of an object completed from parts, given in order. `None` for no parts or more
    /// than 65,535.
    #[must_use]
    pub fn multipart(parts: impl IntoIterator<Item = ETag>) -> Option<Self> {
        let (mut md5, mut count) = (Md5::new(), 0_u16);
        for part in parts {
            md5.update(&part.value);
            count = count.checked_add(1)?;
        }
        Some(Self {
            value: md5.finish(),
            parts: Some(NonZeroU16::new(count)?),
        })
    }

    /// The 16 bytes: an MD5, or opaque (see the type).
    #[must_use]
    pub const fn value(&self) -> [u8; 16] {
        self.value
    }

    /// The number of parts, for an object completed from parts.
    #[must_use]
    pub const fn parts(&self) -> Option<NonZeroU16> {
        self.parts
    }
}

const DIGITS: &[u8; 16] = b"0123456789abcdef";

/// Without quotes, as XML bodies of some requests and the `-N` form need it; headers add them.
impl fmt::Display for ETag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Listings write a thousand of these a page: digit by digit, not by dividing a number.
        let mut digits = [0; 32];
        for (pair, byte) in digits.chunks_exact_mut(2).zip(self.value) {
            pair[0] = DIGITS[usize::from(byte >> 4)];
            pair[1] = DIGITS[usize::from(byte & 15)];
        }
        f.write_str(str::from_utf8(&digits).map_err(|_| fmt::Error)?)?;
        match self.parts {
            Some(parts) => write!(f, "-{parts}"),
            None => Ok(()),
        }
    }
}

/// Text that is no tag of ours. A condition on it holds for no object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an entity tag is 32 lower-case hexadecimal digits, with -N after them for N parts")]
pub struct ParseETagError;

/// Accepts one pair of quotes or none; otherwise exactly what `Display` writes, because entity
/// tags are compared byte by byte.
impl FromStr for ETag {
    type Err = ParseETagError;

    fn from_str(text: &str) -> Result<Self, ParseETagError> {
        let bare = match text.strip_prefix('"') {
            Some(rest) => rest.strip_suffix('"').ok_or(ParseETagError)?,
            None => text,
        };
        let (digits, parts) = match bare.split_once('-') {
            Some((digits, parts)) => (digits, Some(parse_parts(parts)?)),
            None => (bare, None),
        };
        let canonical = digits.len() == 32
            && digits
                .bytes()
                .all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f'));
        if !canonical {
            return Err(ParseETagError);
        }
        let value = u128::from_str_radix(digits, 16).map_err(|_| ParseETagError)?;
        Ok(Self {
            value: value.to_be_bytes(),
            parts,
        })
    }
}

fn parse_parts(text: &str) -> Result<NonZeroU16, ParseETagError> {
    if text.starts_with(['0', '+']) {
        return Err(ParseETagError);
    }
    text.parse().map_err(|_| ParseETagError)
}
