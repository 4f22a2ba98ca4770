//! Access keys. A secret is shown once, when it is made.

use crate::answer::Nothing;
use crate::call::Call;
use crate::page::{Page, PageQuery};
use crate::refused::Refused;
use crate::time::{self, shown};
use identity::iam::{Iam, KeyRequest, KeyStatus};
use identity::model::AccessKey;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::fmt;

#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct KeyView {
    id: String,
    created: String,
    active: bool,
    expires: Option<String>,
    description: Option<String>,
    /// A policy restricts what it may be used for.
    restricted: bool,
    /// When it was last used, to the hour or so; null where it never was.
    last_used: Option<String>,
}

#[derive(Serialize, JsonSchema)]
pub(crate) struct KeyMade {
    #[serde(flatten)]
    key: KeyView,
    /// Shown only now.
    secret: String,
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewKey {
    /// An access key that is taken over from elsewhere, with its secret: only the server's own
    /// root may say which. Both are made where they are not given.
    id: Option<String>,
    secret: Option<GivenSecret>,
    /// RFC 3339.
    expires: Option<String>,
    description: Option<String>,
    /// A policy that restricts what it may be used for.
    restriction: Option<Value>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct KeyChange {
    pub(super) active: bool,
}

/// A secret as somebody sent it. It shows itself to nobody who prints it.
#[derive(Deserialize, JsonSchema)]
#[serde(transparent)]
pub(crate) struct GivenSecret(String);

impl fmt::Debug for GivenSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("GivenSecret(..)")
    }
}

pub(crate) async fn list(call: &Call<'_>, query: PageQuery) -> Result<Page<KeyView>, Refused> {
    let user = call.path(0);
    call.permit_iam("ListAccessKeys", &[("UserName", user)])?;
    let iam = call.iam();
    let keys = iam.list_access_keys(Some(user), query.paging()?)?;
    Ok(Page::of(keys, |key| view(&iam, &key)))
}

pub(crate) async fn create(call: &Call<'_>, new: NewKey) -> Result<KeyMade, Refused> {
    let user = call.path(0);
    call.permit_iam("CreateAccessKey", &[("UserName", user)])?;
    let (iam, about) = (call.iam(), user.to_owned());
    create_for(call, &iam, Some(user), about, new).await
}

/// Makes one, for a user or for the root of an account.
pub(super) async fn create_for(
    call: &Call<'_>,
    iam: &Iam<'_>,
    user: Option<&str>,
    about: String,
    new: NewKey,
) -> Result<KeyMade, Refused> {
    let secret = given(call, new.id.as_deref(), new.secret.as_ref())?;
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
        id: new.id.as_deref(),
        secret,
        expires,
        description: new.description.as_deref(),
        restriction: restriction.as_deref(),
    };
    let made = iam.create_access_key_as(user, request).await?;
    call.about(format!("{about}/{}", made.key.id));
    Ok(KeyMade::of(iam, &made))
}

impl KeyMade {
    pub(super) fn of(iam: &Iam<'_>, made: &identity::iam::NewKey) -> Self {
        Self {
            key: view(iam, &made.key),
            secret: made.secret.expose().to_owned(),
        }
    }
}

/// The secret of a key that is taken over: whoever else could choose one would choose one that
/// can be guessed.
pub(super) fn given<'s>(
    call: &Call<'_>,
    id: Option<&str>,
    secret: Option<&'s GivenSecret>,
) -> Result<Option<&'s str>, Refused> {
    let secret = secret.map(|secret| secret.0.as_str());
    match (id, secret) {
        (None, None) => Ok(None),
        (Some(_), None) => Err(Refused::field(
            "secret",
            "An access key goes with a secret.",
        )),
        (None, Some(_)) => Err(Refused::field("id", "A secret goes with an access key.")),
        (Some(_), Some(_)) if !call.caller.is_administrator() => Err(Refused::denied(
            "Only the server's own root may say which access key it is to be.",
        )),
        (Some(_), secret) => Ok(secret),
    }
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

pub(super) fn view(iam: &Iam<'_>, key: &AccessKey) -> KeyView {
    let used = iam.last_use_of(&key.id).ok().and_then(|(_, used)| used);
    KeyView {
        last_used: used.map(|used| shown(used.at)),
        id: key.id.clone(),
        created: shown(key.created),
        active: key.active,
        expires: key.expires.map(shown),
        description: key.description.clone(),
        restricted: key.restriction.is_some(),
    }
}
