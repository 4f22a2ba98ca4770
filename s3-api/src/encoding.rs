//! Percent, hexadecimal and base64 forms, on bytes: keys need not be UTF-8.

use std::borrow::Cow;

const UPPER_HEX: &[u8; 16] = b"0123456789ABCDEF";

/// What signatures and `encoding-type=url` leave as it is.
fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~')
}

/// Appends `bytes` in the percent form of SigV4; `keep_slash` is for paths and listed keys.
pub(crate) fn push_percent_encoded(out: &mut Vec<u8>, bytes: &[u8], keep: Keep) {
    for &byte in bytes {
        if is_unreserved(byte) || (byte == b'/' && keep == Keep::Slash) {
            out.push(byte);
        } else {
            let (high, low) = (usize::from(byte >> 4), usize::from(byte & 15));
            out.extend_from_slice(&[b'%', UPPER_HEX[high], UPPER_HEX[low]]);
        }
    }
}

/// Which reserved characters stay themselves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Keep {
    Nothing,
    Slash,
}

/// Percent-decodes; a `%` that starts no escape stands for itself.
pub(crate) fn percent_decode(raw: &[u8]) -> Cow<'_, [u8]> {
    percent_encoding::percent_decode(raw).into()
}

/// Percent-decodes a query component, in which `+` is a space.
pub(crate) fn query_decode(raw: &[u8]) -> Cow<'_, [u8]> {
    if !raw.iter().any(|&byte| matches!(byte, b'+' | b'%')) {
        return Cow::Borrowed(raw);
    }
    let spaced: Vec<u8> = raw
        .iter()
        .map(|&byte| if byte == b'+' { b' ' } else { byte })
        .collect();
    Cow::Owned(percent_encoding::percent_decode(&spaced).collect())
}

/// Exactly `N` bytes written as base64, or nothing.
pub(crate) fn base64_exact<const N: usize>(text: &str) -> Option<[u8; N]> {
    base64_bytes(text)?.try_into().ok()
}

/// Any bytes written as base64, or nothing.
pub(crate) fn base64_bytes(text: &str) -> Option<Vec<u8>> {
    base64_simd::STANDARD.decode_to_vec(text).ok()
}

pub(crate) fn base64(bytes: &[u8]) -> String {
    base64_simd::STANDARD.encode_to_string(bytes)
}

/// A digest written as 64 hexadecimal digits.
pub(crate) fn hex_digest(text: &[u8]) -> Option<[u8; 32]> {
    let mut out = [0; 32];
    hex::decode_to_slice(text, &mut out).ok()?;
    Some(out)
}

pub(crate) fn push_hex(out: &mut Vec<u8>, digest: &[u8; 32]) {
    let mut text = [0; 64];
    if hex::encode_to_slice(digest, &mut text).is_ok() {
        out.extend_from_slice(&text);
    }
}

#[cfg(test)]
mod tests;
