//! Access keys. A secret is shown once, when it is made.

use crate::answer::Nothing;
use crate::call::Call;
use crate::page::{Page, PageQuery};
use crate::refused::Refused;
use crate::time::{self, shown};
use identity::iam::{KeyRequest, KeyStatus};
use identity::model::AccessKey;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct KeyView {
    id: String,
    created: String,
    active: bool,
    expires: Option<String>,
    description: Option<String>,
    /// A policy restricts what it may be used for.
    restricted: bool,
}

#[derive(Serialize, JsonSchema)]
pub(crate) struct KeyMade {
    #[serde(flatten)]
    key: KeyView,
    /// Shown only now.
    secret: String,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewKey {
    /// RFC 3339.
    expires: Option<String>,
    description: Option<String>,
    /// A policy that restricts what it may be used for.
    restriction: Option<Value>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct KeyChange {
    active: bool,
}

pub(crate) async fn list(call: &Call<'_>, query: PageQuery) -> Result<Page<KeyView>, Refused> {
    let user = call.path(0);
    call.permit_iam("ListAccessKeys", &[("UserName", user)])?;
    let keys = call.iam().list_access_keys(Some(user), query.paging()?)?;
    Ok(Page::of(keys, |key| view(&key)))
}

pub(crate) async fn create(call: &Call<'_>, new: NewKey) -> Result<KeyMade, Refused> {
    let user = call.path(0);
    call.permit_iam("CreateAccessKey", &[("UserName", user)])?;
    let expires = new
        .expires
        .as_deref()
        .map(|text| time::parse("expires", text));
    let expires = expires.transpose()?.map(time::seconds);
    if expires.is_some_and(|at| at <= call.admin.seconds()) {
        return Err(Refused::field("expires", "It would have expired already."));
    }
    let restriction = new.restriction.as_ref().map(Value::to_string);
    let request = KeyRequest {
        expires,
        description: new.description.as_deref(),
        restriction: restriction.as_deref(),
        ..KeyRequest::default()
    };
    let made = call.iam().create_access_key_as(Some(user), request).await?;
    call.about(format!("{user}/{}", made.key.id));
    Ok(KeyMade {
        key: view(&made.key),
        secret: made.secret.expose().to_owned(),
    })
}

pub(crate) async fn update(call: &Call<'_>, change: KeyChange) -> Result<Nothing, Refused> {
    let (user, id) = (call.path(0), call.path(1));
    call.permit_iam("UpdateAccessKey", &[("UserName", user)])?;
    let status = match change.active {
        true => KeyStatus::Active,
        false => KeyStatus::Inactive,
    };
    call.iam().update_access_key(Some(user), id, status).await?;
    Ok(Nothing {})
}

pub(crate) async fn delete(call: &Call<'_>) -> Result<Nothing, Refused> {
    let (user, id) = (call.path(0), call.path(1));
    call.permit_iam("DeleteAccessKey", &[("UserName", user)])?;
    call.iam().delete_access_key(Some(user), id).await?;
    Ok(Nothing {})
}

fn view(key: &AccessKey) -> KeyView {
    KeyView {
        id: key.id.clone(),
        created: shown(key.created),
        active: key.active,
        expires: key.expires.map(shown),
        description: key.description.clone(),
        restricted: key.restriction.is_some(),
    }
}
