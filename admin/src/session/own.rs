//! Sessions: one's own, and by who may, those of others; seen, and ended.

use super::token::SessionId;
use crate::answer::Nothing;
use crate::call::Call;
use crate::page::{Page, PageQuery};
use crate::people::users;
use crate::refused::Refused;
use crate::time::shown;
use identity::model::Holder;
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
    page(call, &call.session()?.1.holder, &query)
}

pub(crate) async fn end(call: &Call<'_>) -> Result<Nothing, Refused> {
    let own = call.session()?.1.holder.clone();
    end_of(call, &own, call.path(0)).await
}

pub(crate) async fn list_of_user(
    call: &Call<'_>,
    query: PageQuery,
) -> Result<Page<SessionView>, Refused> {
    call.permit("cairn:ListUserSessions")?;
    page(call, &users::holder(call, call.path(0))?, &query)
}

pub(crate) async fn end_of_user(call: &Call<'_>) -> Result<Nothing, Refused> {
    call.permit("cairn:EndUserSession")?;
    let holder = users::holder(call, call.path(0))?;
    end_of(call, &holder, call.path(1)).await
}

fn page(call: &Call<'_>, holder: &Holder, query: &PageQuery) -> Result<Page<SessionView>, Refused> {
    // A service token, or a command on the machine, asks from no session.
    let own = call.session().ok().map(|(id, _)| id);
    let sessions = &call.admin.sessions;
    let mut all = sessions.of_holder(holder, call.admin.seconds());
    all.sort_unstable_by_key(|(id, _, seen)| (std::cmp::Reverse(*seen), *id));
    let shown = all.into_iter().map(|(id, session, seen)| SessionView {
        id: hex::encode(id.0),
        started: shown(session.created),
        last_seen: shown(seen),
        address: session.from.clone(),
        agent: session.agent.clone(),
        current: Some(id) == own,
    });
    Page::cut(shown.collect(), query, |it| &it.id)
}

async fn end_of(call: &Call<'_>, holder: &Holder, id: &str) -> Result<Nothing, Refused> {
    let sessions = &call.admin.sessions;
    let absent = || Refused::not_found("NoSuchSession", "There is no such session of theirs.");
    let mut bytes = [0; 16];
    hex::decode_to_slice(id, &mut bytes).map_err(|_| absent())?;
    let id = SessionId(bytes);
    let session = sessions.find(id, call.admin.seconds());
    session
        .filter(|it| it.holder == *holder)
        .ok_or_else(absent)?;
    sessions.end(id).await?;
    Ok(Nothing {})
}
