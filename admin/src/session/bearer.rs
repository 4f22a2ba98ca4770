//! Who brings a token: of a session, or of a service.

use super::token::SessionId;
use crate::call::Call;
use crate::inner::Inner;
use crate::refused::Refused;
use crate::session::Session;
use crate::tokens::{self, TokenId};
use http::StatusCode;
use http::header::AUTHORIZATION;
use http::request::Parts;
use identity::model::Holder;
use identity::{Caller, Proof, Suspended};
use std::sync::Arc;

/// How a request shows who it comes from.
#[derive(Debug, Clone)]
pub(crate) struct Bearer {
    pub(crate) by: By,
    pub(crate) holder: Holder,
    pub(crate) expires: u64,
    /// When the session showed a second factor.
    second_factor: Option<u64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum By {
    Session(SessionId),
    Token(TokenId),
}

impl By {
    /// What credentials that were made for it remember it by.
    pub(crate) fn name(self) -> String {
        match self {
            By::Session(SessionId(id)) => format!("session/{}", hex::encode(id)),
            By::Token(id) => format!("token/{}", id.shown()),
        }
    }

    pub(crate) fn read(name: &str) -> Option<Self> {
        match name.split_once('/')? {
            ("session", id) => {
                let mut bytes = [0; 16];
                hex::decode_to_slice(id, &mut bytes).ok()?;
                Some(By::Session(SessionId(bytes)))
            }
            ("token", id) => TokenId::read(id).map(By::Token),
            _ => None,
        }
    }
}

pub(crate) async fn authenticate(
    admin: &Inner,
    parts: &Parts,
) -> Result<(Arc<Caller>, Bearer), Refused> {
    let header = parts.headers.get(AUTHORIZATION);
    let header = header.and_then(|value| value.to_str().ok());
    let token = header.and_then(|text| {
        let (scheme, token) = text.split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
    });
    let token = token.ok_or_else(|| {
        let message = "Log in first: this needs `Authorization: Bearer …`.";
        Refused::unauthenticated("Unauthenticated", message)
    })?;
    match token.starts_with(tokens::FRONT) {
        true => by_token(admin, token).await,
        false => by_session(admin, token).await,
    }
}

async fn by_session(admin: &Inner, token: &str) -> Result<(Arc<Caller>, Bearer), Refused> {
    let now = admin.seconds();
    let access = admin.sessions.signer.open_access(token);
    let access = access.ok_or_else(invalid)?;
    if access.expires <= now {
        let message = "The access token has expired; refresh the session.";
        return Err(Refused::unauthenticated("ExpiredToken", message));
    }
    let session = admin.sessions.used(access.session, now);
    let session = session.ok_or_else(ended)?;
    if admin.generation_of(&session.holder).await? != session.generation {
        return Err(ended());
    }
    // Who is no more is logged in no longer.
    let caller = caller_of(admin, &session).ok_or_else(|| absent(admin, &session.holder))?;
    let bearer = Bearer {
        by: By::Session(access.session),
        holder: session.holder.clone(),
        expires: access.expires,
        second_factor: session.second_factor,
    };
    Ok((caller, bearer))
}

/// Whoever is logged in, as policies see it.
pub(super) fn caller_of(admin: &Inner, session: &Session) -> Option<Arc<Caller>> {
    let now = admin.seconds();
    let second_factor = session.second_factor.map(|at| now.saturating_sub(at));
    let proof = Proof::Login { second_factor };
    admin.identity.caller_of(&session.holder, proof)
}

async fn by_token(admin: &Inner, text: &str) -> Result<(Arc<Caller>, Bearer), Refused> {
    let now = admin.seconds();
    let (id, token) = admin.tokens.find(text).ok_or_else(invalid)?;
    if token.row.expires <= now {
        let message = "The token has expired; make another.";
        return Err(Refused::unauthenticated("ExpiredToken", message));
    }
    if admin.generation_of(&token.row.holder).await? != token.row.generation {
        return Err(invalid());
    }
    let proof = Proof::Token {
        restriction: token.restriction.as_ref(),
    };
    let caller = admin.identity.caller_of(&token.row.holder, proof);
    let caller = caller.ok_or_else(|| absent(admin, &token.row.holder))?;
    admin.tokens.used(id, &token, now);
    let bearer = Bearer {
        by: By::Token(id),
        holder: token.row.holder.clone(),
        expires: token.row.expires,
        second_factor: None,
    };
    Ok((caller, bearer))
}

fn invalid() -> Refused {
    Refused::unauthenticated("InvalidToken", "The access token is not valid.")
}

/// Why there is nobody whom a token that is right lets in.
fn absent(admin: &Inner, holder: &Holder) -> Refused {
    match admin.identity.is_suspended(holder) {
        true => suspended(),
        false => invalid(),
    }
}

/// Said to who has shown the password or a token.
pub(super) fn suspended() -> Refused {
    Refused::new(
        StatusCode::FORBIDDEN,
        "UserSuspended",
        Suspended.to_string(),
    )
}

/// Of requests of the machine itself, which nobody has logged in for.
fn without_login() -> Refused {
    Refused::new(
        StatusCode::FORBIDDEN,
        "LoginRequired",
        "This is somebody's own: it takes the access token of a login.",
    )
}

pub(crate) fn ended() -> Refused {
    Refused::unauthenticated("SessionEnded", "The session has ended; log in again.")
}

impl Inner {
    /// Who brought this, with what he may by now: for what goes on long after a request. Nobody
    /// where the user is no more, or the token was deleted; a session may have ended.
    pub(crate) fn caller_now(&self, bearer: &Bearer) -> Option<Arc<Caller>> {
        match bearer.by {
            By::Session(_) => {
                let second_factor = bearer.second_factor;
                let second_factor = second_factor.map(|at| self.seconds().saturating_sub(at));
                let proof = Proof::Login { second_factor };
                self.identity.caller_of(&bearer.holder, proof)
            }
            By::Token(id) => {
                let token = self.tokens.named(id)?;
                let restriction = token.restriction.as_ref();
                let proof = Proof::Token { restriction };
                self.identity.caller_of(&bearer.holder, proof)
            }
        }
    }

    /// The same for as long as the session or the token lasts that it was of, whatever became of
    /// the access token.
    pub(crate) async fn caller_while(&self, bearer: &Bearer) -> Result<Arc<Caller>, Refused> {
        let now = self.seconds();
        let generation = match bearer.by {
            By::Session(id) => self.sessions.find(id, now).map(|it| it.generation),
            By::Token(id) => {
                let token = self.tokens.named(id).filter(|it| it.row.expires > now);
                token.map(|it| it.row.generation)
            }
        };
        let gone = || match self.identity.is_suspended(&bearer.holder) {
            true => suspended(),
            false => ended(),
        };
        if generation != Some(self.generation_of(&bearer.holder).await?) {
            return Err(gone());
        }
        self.caller_now(bearer).ok_or_else(gone)
    }

    /// Whether a request with it would still be let in.
    pub(crate) fn lets_in(&self, bearer: &Bearer) -> bool {
        let now = self.seconds();
        bearer.expires > now
            && !self.identity.is_suspended(&bearer.holder)
            && match bearer.by {
                By::Session(id) => self.sessions.find(id, now).is_some(),
                By::Token(id) => self.tokens.named(id).is_some(),
            }
    }
}

impl Bearer {
    /// Whether a token of a service is none of what is for whoever logged in himself.
    pub(crate) fn require_login(&self) -> Result<(), Refused> {
        match self.by {
            By::Session(_) => Ok(()),
            By::Token(_) => Err(Refused::new(
                StatusCode::FORBIDDEN,
                "LoginRequired",
                "A service token cannot do this; log in with name and password.",
            )),
        }
    }
}

impl Call<'_> {
    /// The session of whoever logged in himself.
    pub(crate) fn session(&self) -> Result<(SessionId, Arc<Session>), Refused> {
        let bearer = self.bearer.as_ref().ok_or_else(without_login)?;
        bearer.require_login()?;
        let By::Session(id) = bearer.by else {
            return Err(ended());
        };
        let session = self.admin.sessions.find(id, self.admin.seconds());
        Ok((id, session.ok_or_else(ended)?))
    }
}
