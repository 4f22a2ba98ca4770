//! The token of a session: one byte for the layout and a [`Session`], sealed together with the
//! access key it belongs to, in letters that need no escaping in a header or a query.

use super::Session;
use crate::error::{Error, Result};
use crate::limits;
use crate::store::seal::Sealer;

/// A [`Session`]. Postcard, because tokens travel with every request.
const PLAIN: u8 = 1;
/// The same, and behind it the name of the login that it ends with.
const OF_LOGIN: u8 = 2;
/// The same, and behind it the id of the user that has assumed its role.
const OF_USER: u8 = 3;

pub(crate) fn seal(sealer: &Sealer, access_key: &str, session: &Session) -> Result<String> {
    let plain = plain(session)?;
    let sealed = sealer.seal(&plain, access_key.as_bytes())?;
    let token = base64_simd::URL_SAFE_NO_PAD.encode_to_string(sealed);
    match token.len() <= limits::SESSION_TOKEN_BYTES_MAX {
        true => Ok(token),
        false => Err(Error::PackedPolicyTooLarge(
            "Packed policies and tags consume too much space".into(),
        )),
    }
}

/// A login is of a user itself, and a role is assumed: no session has both.
fn plain(session: &Session) -> Result<Vec<u8>> {
    let (layout, behind) = match (&session.login, &session.user) {
        (Some(login), _) => (OF_LOGIN, Some(login)),
        (None, Some(user)) => (OF_USER, Some(user)),
        (None, None) => (PLAIN, None),
    };
    let unwritten = |_| Error::Cryptography("the session could not be written");
    let plain = postcard::to_extend(session, vec![layout]).map_err(unwritten)?;
    match behind {
        None => Ok(plain),
        Some(text) => postcard::to_extend(text, plain).map_err(unwritten),
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
        Some((&PLAIN, session)) => postcard::from_bytes(session).ok(),
        Some((&OF_LOGIN, rest)) => {
            let (session, login) = with_text(rest)?;
            Some(Session {
                login: Some(login),
                ..session
            })
        }
        Some((&OF_USER, rest)) => {
            let (session, user) = with_text(rest)?;
            Some(Session {
                user: Some(user),
                ..session
            })
        }
        _ => None,
    }
}

fn with_text(rest: &[u8]) -> Option<(Session, String)> {
    let (session, rest) = postcard::take_from_bytes::<Session>(rest).ok()?;
    Some((session, postcard::from_bytes(rest).ok()?))
}

#[cfg(test)]
mod tests;
