//! Tokens as they are asked for, seen and deleted: one's own, and by who may, those of others.

use super::{Token, TokenId, Wanted};
use crate::answer::Nothing;
use crate::call::Call;
use crate::limits::{TOKEN_NAME_CHARS_MAX, TOKEN_SECONDS_MAX, TOKEN_SECONDS_MIN};
use crate::page::{Page, PageQuery};
use crate::people::users;
use crate::refused::Refused;
use crate::time::shown;
use http::StatusCode;
use identity::Restriction;
use identity::model::Holder;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct TokenView {
    id: String,
    name: String,
    created: String,
    expires: String,
    /// To within five minutes.
    last_used: Option<String>,
    /// What it may not go beyond; null where it may what its user may.
    policy: Option<Value>,
}

#[derive(Serialize, JsonSchema)]
pub(crate) struct TokenMade {
    #[serde(flatten)]
    view: TokenView,
    /// `cairn_…`, for `Authorization: Bearer …`. Shown only now.
    token: String,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewToken {
    /// What it is for, 1 to 64 characters.
    name: String,
    /// Seconds until it expires, 60 to 31,622,400 (366 days).
    expires_in: u64,
    /// A policy that it may not go beyond, whatever its user may.
    policy: Option<Value>,
}

pub(crate) async fn list(call: &Call<'_>, query: PageQuery) -> Result<Page<TokenView>, Refused> {
    page(call, &whoever_asks(call)?, &query)
}

pub(crate) async fn create(call: &Call<'_>, new: NewToken) -> Result<TokenMade, Refused> {
    let holder = whoever_asks(call)?;
    call.about(new.name.clone());
    make(call, holder, new).await
}

pub(crate) async fn create_for_user(call: &Call<'_>, new: NewToken) -> Result<TokenMade, Refused> {
    let name = call.path(0);
    call.permit_iam("CreateServiceSpecificCredential", &[("UserName", name)])?;
    let holder = users::holder(call, name)?;
    call.about(format!("{name}: {}", new.name));
    make(call, holder, new).await
}

/// Whoever logged in himself; a request of the machine itself is the server's own root.
fn whoever_asks(call: &Call<'_>) -> Result<Holder, Refused> {
    match call.bearer {
        Some(_) => Ok(call.session()?.1.holder.clone()),
        None => Ok(Holder::Account(call.admin.identity.root().id.clone())),
    }
}

async fn make(call: &Call<'_>, holder: Holder, new: NewToken) -> Result<TokenMade, Refused> {
    let is_root = call.admin.identity.is_server_root(&holder);
    // A folder that was never served has none yet, or the server's environment has it.
    let has_secret = call
        .admin
        .root_secret()
        .is_some_and(|it| !it.expose().is_empty());
    if is_root && !has_secret {
        let message = "The server's own root has no secret here, which its tokens belong to.";
        return Err(Refused::new(
            StatusCode::CONFLICT,
            "NoRootCredential",
            message,
        ));
    }
    let chars = new.name.chars();
    let is_shown = new.name.trim() == new.name && !chars.clone().any(char::is_control);
    if !is_shown || !(1..=TOKEN_NAME_CHARS_MAX).contains(&chars.count()) {
        let message = format!(
            "A name has 1 to {TOKEN_NAME_CHARS_MAX} characters, none of them a control character, \
             and no spaces around it."
        );
        return Err(Refused::field("name", message));
    }
    if !(TOKEN_SECONDS_MIN..=TOKEN_SECONDS_MAX).contains(&new.expires_in) {
        let message = format!("A token lasts {TOKEN_SECONDS_MIN} to {TOKEN_SECONDS_MAX} seconds.");
        return Err(Refused::field("expires_in", message));
    }
    let policy = new.policy.as_ref().map(Value::to_string);
    if let Some(document) = &policy {
        Restriction::parse(document)?;
    }
    let now = call.admin.seconds();
    let wanted = Wanted {
        generation: call.admin.generation_of(&holder).await?,
        holder,
        name: new.name,
        expires: now + new.expires_in,
        policy,
    };
    let is_let_in = || call.bearer.as_ref().is_none_or(|it| call.admin.lets_in(it));
    let made = call.admin.tokens.make(wanted, now, is_let_in);
    let (id, token, text) = made.await?;
    Ok(TokenMade {
        view: view(id, &token),
        token: text,
    })
}

pub(crate) async fn delete(call: &Call<'_>) -> Result<Nothing, Refused> {
    remove(call, &whoever_asks(call)?, call.path(0)).await
}

pub(crate) async fn list_of_user(
    call: &Call<'_>,
    query: PageQuery,
) -> Result<Page<TokenView>, Refused> {
    let name = call.path(0);
    call.permit_iam("ListServiceSpecificCredentials", &[("UserName", name)])?;
    page(call, &users::holder(call, name)?, &query)
}

pub(crate) async fn delete_of_user(call: &Call<'_>) -> Result<Nothing, Refused> {
    let name = call.path(0);
    call.permit_iam("DeleteServiceSpecificCredential", &[("UserName", name)])?;
    remove(call, &users::holder(call, name)?, call.path(1)).await
}

fn page(call: &Call<'_>, holder: &Holder, query: &PageQuery) -> Result<Page<TokenView>, Refused> {
    let all = call.admin.tokens.of_holder(holder).into_iter();
    let shown = all.map(|(id, token)| view(id, &token));
    Page::cut(shown.collect(), query, |it| &it.id)
}

async fn remove(call: &Call<'_>, holder: &Holder, id: &str) -> Result<Nothing, Refused> {
    let is_removed = match TokenId::read(id) {
        Some(id) => call.admin.tokens.remove(holder, id).await?,
        None => false,
    };
    match is_removed {
        true => Ok(Nothing {}),
        false => Err(Refused::not_found(
            "NoSuchToken",
            "There is no such token of theirs.",
        )),
    }
}

fn view(id: TokenId, token: &Token) -> TokenView {
    let policy = token.row.policy.as_deref();
    TokenView {
        id: id.shown(),
        name: token.row.name.clone(),
        created: shown(token.row.created),
        expires: shown(token.row.expires),
        last_used: token.last_used().map(shown),
        // It was read when it was made.
        policy: policy.and_then(|text| serde_json::from_str(text).ok()),
    }
}
