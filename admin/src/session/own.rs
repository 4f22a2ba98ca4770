//! The sessions one has oneself: seen, and ended.

use super::token::SessionId;
use crate::answer::Nothing;
use crate::call::Call;
use crate::page::{Page, PageQuery};
use crate::refused::Refused;
use crate::time::shown;
use schemars::JsonSchema;
use serde::Serialize;

#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct SessionView {
    id: String,
    started: String,
    last_seen: String,
    /// It was logged in from there.
    address: String,
    /// What the browser calls itself.
    agent: String,
    /// The one that asks.
    current: bool,
}

/// The one used last first.
pub(crate) async fn list(call: &Call<'_>, query: PageQuery) -> Result<Page<SessionView>, Refused> {
    let (own, session) = call.session()?;
    let sessions = &call.admin.sessions;
    let mut all = sessions.of_holder(&session.holder, call.admin.seconds());
    all.sort_unstable_by_key(|(id, _, seen)| (std::cmp::Reverse(*seen), *id));
    let shown = all.into_iter().map(|(id, session, seen)| SessionView {
        id: hex::encode(id.0),
        started: shown(session.created),
        last_seen: shown(seen),
        address: session.from.clone(),
        agent: session.agent.clone(),
        current: id == own,
    });
    Page::cut(shown.collect(), &query, |it| &it.id)
}

pub(crate) async fn end(call: &Call<'_>) -> Result<Nothing, Refused> {
    let (_, own) = call.session()?;
    let sessions = &call.admin.sessions;
    let absent = || Refused::not_found("NoSuchSession", "There is no such session of yours.");
    let mut id = [0; 16];
    hex::decode_to_slice(call.path(0), &mut id).map_err(|_| absent())?;
    let id = SessionId(id);
    let session = sessions.find(id, call.admin.seconds());
    session
        .filter(|it| it.holder == own.holder)
        .ok_or_else(absent)?;
    sessions.end(id).await?;
    Ok(Nothing {})
}
