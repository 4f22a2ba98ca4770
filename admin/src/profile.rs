//! One's own: who one is, and one's second factor.

use crate::answer::Nothing;
use crate::call::Call;
use crate::guesses::Whence;
use crate::limits::CODE_BYTES_MAX;
use crate::passwords::Password;
use crate::people::limits::{HeldView, LimitsView};
use crate::refused::Refused;
use crate::second_factor::{self, Checked, Code, Drawn, Whose};
use crate::session::Session;
use crate::session::login::verify;
use crate::session::token::SessionId;
use crate::session::who::name_of;
use identity::model::Holder;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::net::IpAddr;
use std::sync::Arc;

#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Profile {
    name: String,
    arn: String,
    /// The server's own root, which may do everything.
    is_root: bool,
    has_password: bool,
    second_factor: bool,
    recovery_codes_left: usize,
    /// The highest that one's policies set, and those of one's groups.
    limits: LimitsView,
    usage: HeldView,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct WithPassword {
    password: Password,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct WithCode {
    /// Six digits that the device shows.
    code: Code,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct WithBoth {
    password: Password,
    /// Six digits that the device shows, or a recovery code.
    code: Code,
}

#[derive(Serialize, JsonSchema)]
pub(crate) struct RecoveryCodes {
    /// Each works once, instead of a code of the device. Shown only now.
    recovery_codes: Vec<String>,
}

pub(crate) async fn get(call: &Call<'_>) -> Result<Profile, Refused> {
    let admin = call.admin;
    let bearer = call.bearer.as_ref();
    let holder = bearer.map(|bearer| &bearer.holder).ok_or_else(|| {
        let message = "Log in first: this needs `Authorization: Bearer …`.";
        Refused::unauthenticated("Unauthenticated", message)
    })?;
    let is_root = admin.identity.is_server_root(holder);
    let of = Whose {
        holder,
        generation: admin.generation_of(holder).await?,
    };
    let state = admin.second_factors.state(of).await?;
    Ok(Profile {
        name: name_of(call),
        arn: call.caller.arn().to_owned(),
        is_root,
        has_password: is_root || admin.passwords.has(holder).await?,
        second_factor: state.on,
        recovery_codes_left: state.recovery_codes,
        limits: LimitsView::of(&admin.identity.limits_of(holder.id())),
        usage: HeldView::of(call, holder.id()),
    })
}

pub(crate) async fn begin_second_factor(
    call: &Call<'_>,
    given: WithPassword,
) -> Result<Drawn, Refused> {
    let (_, session) = confirmed(call, &given.password).await?;
    let secret = call.admin.second_factors.begin(of(&session)).await?;
    Drawn::new(&secret, &session.name)
}

/// Whoever else is logged in so has shown no second factor, and has to log in anew.
pub(crate) async fn switch_on_second_factor(
    call: &Call<'_>,
    given: WithCode,
) -> Result<RecoveryCodes, Refused> {
    let (id, session) = call.session()?;
    let (admin, now) = (call.admin, call.admin.seconds());
    check_length(&given.code)?;
    let from = whence(call, &session.holder);
    admin.guesses.admit_code(&session.holder, from, now)?;
    let factors = &admin.second_factors;
    let switched = factors.switch_on(of(&session), &given.code, now).await?;
    let recovery_codes = switched.ok_or_else(wrong_code)?;
    admin.guesses.code_was_right(&session.holder, from);
    let sessions = &admin.sessions;
    sessions.end_all_of(&session.holder, Some(id)).await?;
    sessions.set_second_factor(id, Some(now), now).await?;
    Ok(RecoveryCodes { recovery_codes })
}

pub(crate) async fn remove_second_factor(
    call: &Call<'_>,
    given: WithBoth,
) -> Result<Nothing, Refused> {
    let (id, session) = doubly_confirmed(call, &given).await?;
    let (admin, now) = (call.admin, call.admin.seconds());
    admin.second_factors.remove(&session.holder).await?;
    let sessions = &admin.sessions;
    sessions.end_all_of(&session.holder, Some(id)).await?;
    sessions.set_second_factor(id, None, now).await?;
    Ok(Nothing {})
}

pub(crate) async fn renew_recovery_codes(
    call: &Call<'_>,
    given: WithBoth,
) -> Result<RecoveryCodes, Refused> {
    let (_, session) = doubly_confirmed(call, &given).await?;
    let factors = &call.admin.second_factors;
    Ok(RecoveryCodes {
        recovery_codes: factors.renew_recovery(of(&session)).await?,
    })
}

/// The password once more: a browser that was left alone changes nothing of a login.
async fn confirmed(
    call: &Call<'_>,
    password: &Password,
) -> Result<(SessionId, Arc<Session>), Refused> {
    let (id, session) = call.session()?;
    let holder = verify(call, &session.name, password).await?;
    // Somebody else may go by that name by now.
    match holder.as_ref() == Some(&session.holder) {
        true => Ok((id, session)),
        false => Err(Refused::field("password", "The password is wrong.")),
    }
}

async fn doubly_confirmed(
    call: &Call<'_>,
    given: &WithBoth,
) -> Result<(SessionId, Arc<Session>), Refused> {
    let (id, session) = confirmed(call, &given.password).await?;
    let state = call.admin.second_factors.state(of(&session)).await?;
    if !state.on {
        return Err(second_factor::absent());
    }
    match check_code(call, of(&session), &given.code).await? {
        Checked::Right => Ok((id, session)),
        Checked::Wrong => Err(wrong_code()),
    }
}

/// Counts the attempt before it looks, as with passwords. Recovery codes are not counted.
pub(crate) async fn check_code(
    call: &Call<'_>,
    of: Whose<'_>,
    code: &Code,
) -> Result<Checked, Refused> {
    let (admin, now) = (call.admin, call.admin.seconds());
    check_length(code)?;
    if code.is_for_recovery() {
        return admin.second_factors.check(of, code, now).await;
    }
    let from = whence(call, of.holder);
    admin.guesses.admit_code(of.holder, from, now)?;
    let checked = admin.second_factors.check(of, code, now).await?;
    if checked == Checked::Right {
        admin.guesses.code_was_right(of.holder, from);
    }
    Ok(checked)
}

/// From where a code for somebody's second factor comes, and whether it was shown there.
fn whence(call: &Call<'_>, holder: &Holder) -> (IpAddr, Whence) {
    let address = call.client().address;
    let sessions = &call.admin.sessions;
    match sessions.has_shown_second_factor(holder, address, call.admin.seconds()) {
        true => (address, Whence::Known),
        false => (address, Whence::Strange),
    }
}

fn check_length(code: &Code) -> Result<(), Refused> {
    match code.bytes() <= CODE_BYTES_MAX {
        true => Ok(()),
        false => Err(Refused::field("code", "A code is not as long as that.")),
    }
}

fn of(session: &Session) -> Whose<'_> {
    Whose {
        holder: &session.holder,
        generation: session.generation,
    }
}

fn wrong_code() -> Refused {
    Refused::field("code", "The code is wrong, or was used before.")
}
