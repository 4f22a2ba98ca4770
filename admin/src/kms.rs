//! Keys that wrap the keys of encrypted objects: seen, made, rotated, and switched off and on. Of
//! themselves nothing is ever shown.

use crate::call::Call;
use crate::page::{Page, PageQuery};
use crate::refused::Refused;
use crate::time::{milliseconds, shown_milliseconds};
use http::StatusCode;
use s3_api::kms::{KeyDescription, KeyId, KeyState, KmsError};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A key, as far as anybody sees it.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct KmsKeyView {
    /// As clients give it in `x-amz-server-side-encryption-aws-kms-key-id`.
    id: String,
    /// Its full name, which clients may give as well, and which policies name it by.
    arn: String,
    state: KmsKeyState,
    /// How many it has had; the newest one wraps.
    versions: u32,
    created: String,
}

#[derive(Debug, Clone, Copy, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum KmsKeyState {
    Enabled,
    /// It wraps nothing and opens nothing.
    Disabled,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewKmsKey {
    /// 1 to 256 letters, digits and characters of `- _ . / :`.
    id: String,
}

pub(crate) async fn list(call: &Call<'_>, query: PageQuery) -> Result<Page<KmsKeyView>, Refused> {
    call.permit("kms:ListKeys")?;
    let all = call.admin.keys.list();
    let shown = all.iter().map(|key| view(call, key));
    Page::cut(shown.collect(), &query, |key| &key.id)
}

pub(crate) async fn create(call: &Call<'_>, new: NewKmsKey) -> Result<KmsKeyView, Refused> {
    call.about(new.id.clone());
    let id = permitted(call, "kms:CreateKey", &new.id)?;
    shown(call, call.admin.keys.create(&id).await)
}

pub(crate) async fn get(call: &Call<'_>) -> Result<KmsKeyView, Refused> {
    let id = permitted(call, "kms:DescribeKey", call.path(0))?;
    let keys = call.admin.keys.list();
    let found = keys.into_iter().find(|key| key.id == id.name());
    shown(
        call,
        found.ok_or_else(|| KmsError::NoSuchKey(id.name().to_owned())),
    )
}

pub(crate) async fn rotate(call: &Call<'_>) -> Result<KmsKeyView, Refused> {
    let id = permitted(call, "kms:RotateKeyOnDemand", call.path(0))?;
    shown(call, call.admin.keys.rotate(&id).await)
}

pub(crate) async fn disable(call: &Call<'_>) -> Result<KmsKeyView, Refused> {
    let id = permitted(call, "kms:DisableKey", call.path(0))?;
    let keys = &call.admin.keys;
    shown(call, keys.set_state(&id, KeyState::Disabled).await)
}

pub(crate) async fn enable(call: &Call<'_>) -> Result<KmsKeyView, Refused> {
    let id = permitted(call, "kms:EnableKey", call.path(0))?;
    let keys = &call.admin.keys;
    shown(call, keys.set_state(&id, KeyState::Enabled).await)
}

/// A key that the caller may do that to, whether or not it is there. Whoever may not learns nothing,
/// not even that it can be no name.
fn permitted(call: &Call<'_>, action: &'static str, id: &str) -> Result<KeyId, Refused> {
    let parsed = KeyId::parse(id);
    let name = parsed.as_ref().map_or(id, KeyId::name);
    call.permit_on(action, &arn(call, name))?;
    parsed.map_err(|bad| Refused::field("id", format!("{bad}.")))
}

/// As Amazon's are called: keys are the server's own account's.
fn arn(call: &Call<'_>, name: &str) -> String {
    let root = call.admin.identity.root();
    let region = &call.admin.facts.region;
    format!("arn:aws:kms:{region}:{}:key/{name}", root.number)
}

fn shown(call: &Call<'_>, key: Result<KeyDescription, KmsError>) -> Result<KmsKeyView, Refused> {
    let key = key.map_err(refusal)?;
    Ok(view(call, &key))
}

fn view(call: &Call<'_>, key: &KeyDescription) -> KmsKeyView {
    KmsKeyView {
        arn: arn(call, &key.id),
        id: key.id.clone(),
        state: match key.state {
            KeyState::Enabled => KmsKeyState::Enabled,
            KeyState::Disabled => KmsKeyState::Disabled,
        },
        versions: key.versions,
        created: shown_milliseconds(milliseconds(key.created)),
    }
}

pub(crate) fn refusal(error: KmsError) -> Refused {
    let conflict = |code, error: KmsError| {
        Refused::new(StatusCode::CONFLICT, code, sentence(&error.to_string()))
    };
    match error {
        KmsError::NoSuchKey(_) => Refused::not_found("NoSuchKmsKey", sentence(&error.to_string())),
        KmsError::Exists(_) => conflict("KmsKeyExists", error),
        KmsError::TooManyVersions { .. } => conflict("TooManyKmsKeyVersions", error),
        KmsError::Concurrent(_) => conflict("KmsKeyChanged", error),
        KmsError::Store(error) => error.into(),
        error => Refused::failure("the keys of encrypted objects", &error),
    }
}

/// As it stands in an answer for people.
fn sentence(text: &str) -> String {
    let mut chars = text.chars();
    let first = chars.next().map(|first| first.to_uppercase().to_string());
    format!("{}{}.", first.unwrap_or_default(), chars.as_str())
}
