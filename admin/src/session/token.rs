//! Tokens: a few bytes with a keyed digest behind them, so that nothing of them has to be stored.

use base64_simd::URL_SAFE_NO_PAD;

/// What a session is called. It is random, and 128 bits long.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct SessionId(pub(crate) [u8; 16]);

/// What an access token says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Access {
    pub(crate) session: SessionId,
    /// In seconds since 1970; from then on it is worth nothing.
    pub(crate) expires: u64,
}

/// What a refresh token says: how often the session has been refreshed before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Refresh {
    pub(crate) session: SessionId,
    pub(crate) turn: u64,
}

/// The keys, each for one kind of token.
pub(crate) struct Signer {
    access: [u8; 32],
    refresh: [u8; 32],
}

impl std::fmt::Debug for Signer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Signer(..)")
    }
}

impl Signer {
    pub(crate) fn new(master: &[u8; 32]) -> Self {
        Self {
            access: blake3::derive_key("cairn admin 2026-11 access tokens", master),
            refresh: blake3::derive_key("cairn admin 2026-11 refresh tokens", master),
        }
    }

    pub(crate) fn access(&self, token: Access) -> String {
        seal(&self.access, token.session, token.expires)
    }

    pub(crate) fn open_access(&self, text: &str) -> Option<Access> {
        let (session, expires) = open(&self.access, text)?;
        Some(Access { session, expires })
    }

    pub(crate) fn refresh(&self, token: Refresh) -> String {
        seal(&self.refresh, token.session, token.turn)
    }

    pub(crate) fn open_refresh(&self, text: &str) -> Option<Refresh> {
        let (session, turn) = open(&self.refresh, text)?;
        Some(Refresh { session, turn })
    }
}

const SAID_BYTES: usize = 16 + 8;
const TOKEN_BYTES: usize = SAID_BYTES + 32;

fn seal(key: &[u8; 32], session: SessionId, number: u64) -> String {
    let mut token = [0; TOKEN_BYTES];
    let (said, digest) = token.split_at_mut(SAID_BYTES);
    said[..16].copy_from_slice(&session.0);
    said[16..].copy_from_slice(&number.to_be_bytes());
    digest.copy_from_slice(blake3::keyed_hash(key, said).as_bytes());
    URL_SAFE_NO_PAD.encode_to_string(token)
}

fn open(key: &[u8; 32], text: &str) -> Option<(SessionId, u64)> {
    // Anything longer is none of ours, whatever it is.
    if text.len() != TOKEN_BYTES.div_ceil(3) * 4 - 1 {
        return None;
    }
    let token = URL_SAFE_NO_PAD.decode_to_vec(text).ok()?;
    let (said, digest) = token.split_at_checked(SAID_BYTES)?;
    let digest: [u8; 32] = digest.try_into().ok()?;
    // The comparison takes the same time wherever they differ.
    if blake3::keyed_hash(key, said) != digest {
        return None;
    }
    let session = said[..16].try_into().ok()?;
    let number = said[16..].try_into().ok()?;
    Some((SessionId(session), u64::from_be_bytes(number)))
}

#[cfg(test)]
mod tests;
