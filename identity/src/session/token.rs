//! The token of a session: one byte for the layout and a [`Session`], sealed together with the
//! access key it belongs to, in letters that need no escaping in a header or a query.

use super::Session;
use crate::error::{Error, Result};
use crate::limits;
use crate::store::seal::Sealer;

/// The only layout there is so far. Postcard, because tokens travel with every request.
const LAYOUT: u8 = 1;

pub(crate) fn seal(sealer: &Sealer, access_key: &str, session: &Session) -> Result<String> {
    let plain = postcard::to_extend(session, vec![LAYOUT])
        .map_err(|_| Error::Cryptography("the session could not be written"))?;
    let sealed = sealer.seal(&plain, access_key.as_bytes())?;
    let token = base64_simd::URL_SAFE_NO_PAD.encode_to_string(sealed);
    match token.len() <= limits::SESSION_TOKEN_BYTES_MAX {
        true => Ok(token),
        false => Err(Error::PackedPolicyTooLarge(
            "Packed policies and tags consume too much space".into(),
        )),
    }
}

/// Nothing, unless this server sealed it for this key. Whether it has expired is not asked.
pub(crate) fn open(sealer: &Sealer, access_key: &str, token: &str) -> Option<Session> {
    if token.len() > limits::SESSION_TOKEN_BYTES_MAX {
        return None;
    }
    let sealed = base64_simd::URL_SAFE_NO_PAD.decode_to_vec(token).ok()?;
    let plain = sealer.open(&sealed, access_key.as_bytes())?;
    match plain.split_first() {
        Some((&LAYOUT, session)) => postcard::from_bytes(session).ok(),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
