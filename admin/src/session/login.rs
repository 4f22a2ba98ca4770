//! Logging in, staying so, and logging out.

use super::bearer::{By, authenticate, caller_of, ended, suspended};
use super::who::Who;
use super::{Opened, Session, Stale};
use crate::answer::{Nothing, Reply};
use crate::call::Call;
use crate::cookies::Cookie;
use crate::limits::{ACCESS_SECONDS, AGENT_BYTES_MAX, IDLE_SECONDS_MAX, LOGIN_NAME_BYTES_MAX};
use crate::passwords::{self, Password, Stamp};
use crate::profile::check_code;
use crate::refused::Refused;
use crate::second_factor::{Checked, Code, Whose};
use identity::model::Holder;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// The refresh token, sent to nothing but `/api/v1/session`.
const REFRESH_COOKIE: Cookie = Cookie {
    name: "cairn_session",
    path: "/api/v1/session",
};
/// What pages of other origins cannot send without asking first.
pub(crate) const OWN_HEADER: &str = "x-cairn-session";

#[derive(Deserialize, JsonSchema)]
pub(crate) struct Login {
    /// The root user name; or a user's or account's name; or `user@account`.
    name: String,
    password: Password,
    /// Six digits of the second factor, or a recovery code. Asked for by `SecondFactorRequired`.
    code: Option<Code>,
}

#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct LoggedIn {
    /// For `Authorization: Bearer …`.
    access_token: String,
    /// Seconds until it expires.
    expires_in: u64,
    user: Who,
}

#[derive(Deserialize, JsonSchema)]
pub(crate) struct NewOwnPassword {
    current: Password,
    new: Password,
}

pub(crate) async fn log_in(call: &Call<'_>, login: Login) -> Result<Reply<LoggedIn>, Refused> {
    let Login {
        name,
        password,
        code,
    } = login;
    let shown: String = name.chars().take(LOGIN_NAME_BYTES_MAX).collect();
    call.about(shown.clone());
    if name.len() > LOGIN_NAME_BYTES_MAX {
        return Err(wrong());
    }
    let meant = call.admin.identity.holder_named(&name);
    let before = stamp_of(call, meant.as_ref()).await?;
    let holder = verify(call, &name, &password).await?.ok_or_else(wrong)?;
    let generation = call.admin.generation_of(&holder).await?;
    let of = Whose {
        holder: &holder,
        generation,
    };
    let second_factor = show_second_factor(call, of, code.as_ref()).await?;
    if call.admin.identity.is_suspended(&holder) {
        return Err(suspended());
    }
    let now = call.admin.seconds();
    let agent = call.header("user-agent").unwrap_or_default();
    let session = Session {
        holder,
        name,
        created: now,
        expires: now + IDLE_SECONDS_MAX,
        turn: 0,
        refreshed: now,
        second_factor: second_factor.then_some(now),
        generation,
        from: call.client().address.to_string(),
        agent: agent.chars().take(AGENT_BYTES_MAX).collect(),
    };
    let caller = caller_of(call.admin, &session).ok_or_else(wrong)?;
    call.is_by(&caller);
    let opened = call.admin.sessions.begin(session, now).await?;
    let held = Arc::clone(&opened.session);
    let of = Whose {
        holder: &held.holder,
        generation,
    };
    let is_as_before = stamp_of(call, Some(of.holder)).await? == before
        && second_factor == call.admin.second_factors.state(of).await?.on;
    // Whoever took the password away, or switched a second factor on, has ended the sessions there
    // were by then; this one may have come just behind.
    if !is_as_before {
        call.admin.sessions.end(opened.id).await?;
        return Err(wrong());
    }
    call.admin.logins.note(&held.holder, now).await;
    logged_in(call, opened)
}

async fn stamp_of(call: &Call<'_>, holder: Option<&Holder>) -> Result<Option<Stamp>, Refused> {
    match holder {
        Some(holder) => Ok(Some(call.admin.passwords.stamp(holder).await?)),
        None => Ok(None),
    }
}

/// Whether one was shown; refuses where there is one and it was not. That there is one is told to
/// nobody who does not know the password.
async fn show_second_factor(
    call: &Call<'_>,
    of: Whose<'_>,
    code: Option<&Code>,
) -> Result<bool, Refused> {
    if !call.admin.second_factors.state(of).await?.on {
        return Ok(false);
    }
    let Some(code) = code else {
        let message = "The password is right; a code of the second factor is needed, too.";
        return Err(Refused::unauthenticated("SecondFactorRequired", message));
    };
    match check_code(call, of, code).await? {
        Checked::Right => Ok(true),
        Checked::Wrong => {
            let message = "The code is wrong, or was used before.";
            Err(Refused::unauthenticated("InvalidSecondFactor", message))
        }
    }
}

/// Counts the attempt before anything is looked at, so that many at once are no way around it.
pub(crate) async fn verify(
    call: &Call<'_>,
    name: &str,
    password: &Password,
) -> Result<Option<Holder>, Refused> {
    let admin = call.admin;
    let (address, now) = (call.client().address, admin.seconds());
    admin.guesses.admit(name, address, now)?;
    call.has_guessed();
    let holder = admin.identity.holder_named(name);
    let is_right = match &holder {
        Some(holder) if admin.identity.is_server_root(holder) => {
            let secret = admin.root_secret();
            let is_right = secret.is_some_and(|secret| password.is(secret.expose()));
            // As long as everybody else's, so that the name is not told by the time.
            admin.passwords.pretend(password).await?;
            is_right
        }
        Some(holder) => admin.passwords.verify(holder, password).await?,
        None => {
            admin.passwords.pretend(password).await?;
            false
        }
    };
    if is_right {
        admin.guesses.succeeded(name, address);
    }
    Ok(holder.filter(|_| is_right))
}

fn wrong() -> Refused {
    Refused::unauthenticated("InvalidCredentials", "The name or the password is wrong.")
}

pub(crate) async fn refresh(call: &Call<'_>) -> Result<Reply<LoggedIn>, Refused> {
    let token = cookie(call)?;
    let sessions = &call.admin.sessions;
    let session = sessions.of_cookie(token);
    let session = session.and_then(|id| sessions.find(id, call.admin.seconds()));
    if let Some(session) = session
        && call.admin.generation_of(&session.holder).await? != session.generation
    {
        return Err(ended());
    }
    match sessions.refresh(token, call.admin.seconds()).await? {
        Ok(opened) => logged_in(call, opened),
        Err(Stale::Unknown) => {
            let message = "There is no such session; log in.";
            Err(Refused::unauthenticated("SessionEnded", message))
        }
        Err(Stale::Reused) => {
            let message = "This refresh token was used before. The session has been ended.";
            tracing::warn!(from = %call.client().address, "a refresh token was used twice");
            Err(Refused::unauthenticated("RefreshTokenReused", message))
        }
    }
}

pub(crate) async fn log_out(call: &Call<'_>) -> Result<Reply<Nothing>, Refused> {
    let sessions = &call.admin.sessions;
    let id = match authenticate(call.admin, call.parts).await {
        Ok((_, bearer)) => {
            bearer.require_login()?;
            match bearer.by {
                By::Session(id) => Some(id),
                By::Token(_) => None,
            }
        }
        Err(_) => sessions.of_cookie(cookie(call)?),
    };
    let id = id.ok_or_else(ended)?;
    let session = sessions.find(id, call.admin.seconds());
    if let Some(caller) = session.and_then(|it| caller_of(call.admin, &it)) {
        call.is_by(&caller);
    }
    // The cookie is that of all tabs: somebody else may have logged in in another one.
    let of_another = cookie(call).ok().and_then(|it| sessions.of_cookie(it));
    let of_another = of_another.is_some_and(|other| other != id);
    sessions.end(id).await?;
    let mut reply = Reply::from(Nothing {});
    if !of_another {
        REFRESH_COOKIE.set(call, &mut reply, "", 0);
    }
    Ok(reply)
}

pub(crate) async fn change_password(
    call: &Call<'_>,
    change: NewOwnPassword,
) -> Result<Nothing, Refused> {
    let (id, session) = call.session()?;
    if call.admin.identity.is_server_root(&session.holder) {
        return Err(passwords::of_root());
    }
    change.new.check("new")?;
    let before = call.admin.passwords.stamp(&session.holder).await?;
    let holder = verify(call, &session.name, &change.current).await?;
    // Somebody else may go by that name by now.
    if holder.as_ref() != Some(&session.holder) {
        return Err(Refused::field("current", "The current password is wrong."));
    }
    let passwords = &call.admin.passwords;
    passwords
        .change(&session.holder, &change.new, before)
        .await?;
    let sessions = &call.admin.sessions;
    sessions.end_all_of(&session.holder, Some(id)).await?;
    Ok(Nothing {})
}

/// The refresh token. It counts only with a header that no page of another origin can send unasked.
fn cookie<'c>(call: &'c Call<'_>) -> Result<&'c str, Refused> {
    if call.header(OWN_HEADER) != Some("1") {
        let message = "This needs the header `x-cairn-session: 1`.";
        return Err(Refused::unauthenticated("Unauthenticated", message));
    }
    let found = REFRESH_COOKIE.of(call);
    found.ok_or_else(|| Refused::unauthenticated("Unauthenticated", "There is no session here."))
}

fn logged_in(call: &Call<'_>, opened: Opened) -> Result<Reply<LoggedIn>, Refused> {
    let Opened {
        session,
        access,
        refresh,
        ..
    } = opened;
    let caller = caller_of(call.admin, &session).ok_or_else(wrong)?;
    let mut reply = Reply::from(LoggedIn {
        access_token: access,
        expires_in: ACCESS_SECONDS,
        user: Who::of(&caller, &session.name),
    });
    REFRESH_COOKIE.set(call, &mut reply, &refresh, IDLE_SECONDS_MAX);
    Ok(reply)
}
