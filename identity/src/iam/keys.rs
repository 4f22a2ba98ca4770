//! Access keys of users and roots.

use std::ops::RangeInclusive;
use std::sync::Arc;

use super::{Iam, Page, Paging, put, room};
use crate::error::{Error, Result};
use crate::limits;
use crate::model::{AccessKey, Holder, LastUse, Seconds, Secret, new_access_key, new_secret};
use crate::policy::Kind;
use crate::store::row::{Row, RowKey};
use crate::store::state::{Kept, State};
use crate::store::table::Write;

/// A key that was made. Its secret is shown this once.
#[derive(Debug, Clone)]
pub struct NewKey {
    pub key: AccessKey,
    pub secret: Secret,
}

/// What a key shall be, beyond what IAM lets one say.
#[derive(Debug, Clone, Default)]
pub struct KeyRequest<'a> {
    /// Both are made where they are not given.
    pub id: Option<&'a str>,
    pub secret: Option<&'a str>,
    pub expires: Option<Seconds>,
    /// A policy that restricts the key, whatever its holder may do.
    pub restriction: Option<&'a str>,
    pub description: Option<&'a str>,
}

impl Iam<'_> {
    pub async fn create_access_key(&self, user: Option<&str>) -> Result<NewKey> {
        self.create_access_key_as(user, KeyRequest::default()).await
    }

    /// A key of a given kind; with a given id and secret, for example.
    pub async fn create_access_key_as(
        &self,
        user: Option<&str>,
        request: KeyRequest<'_>,
    ) -> Result<NewKey> {
        let draft = draft(self.identity, &request)?;
        self.identity
            .change(|state, writes| {
                let holder = self.holder(state, user)?;
                let count = state.keys_of.get(holder.id()).map_or(0, |keys| keys.len());
                room("AccessKeysPerUser", count, limits::KEYS_PER_USER_MAX)?;
                key_is_free(state, &draft.key.id)?;
                let new = NewKey {
                    key: AccessKey {
                        holder,
                        ..draft.key
                    },
                    secret: draft.secret,
                };
                writes.push(put(Row::Key(new.key.clone())));
                Ok(new)
            })
            .await
    }

    pub fn list_access_keys(
        &self,
        user: Option<&str>,
        paging: Paging<'_>,
    ) -> Result<Page<Arc<AccessKey>>> {
        let state = self.identity.state();
        let holder = self.holder(&state, user)?;
        let ids = state.keys_of.get(holder.id()).into_iter().flatten();
        let keys = ids.filter_map(|id| state.keys.get(id));
        paging.page(keys.map(|kept| Arc::clone(&kept.row)), |key| &key.id)
    }

    /// Switches a key on or off.
    pub async fn update_access_key(
        &self,
        user: Option<&str>,
        id: &str,
        status: KeyStatus,
    ) -> Result<()> {
        self.identity
            .change(|state, writes| {
                let mut key = (*self.key(state, user, id)?.row).clone();
                key.active = status == KeyStatus::Active;
                writes.push(put(Row::Key(key)));
                Ok(())
            })
            .await
    }

    pub async fn delete_access_key(&self, user: Option<&str>, id: &str) -> Result<()> {
        self.identity
            .change(|state, writes| {
                self.key(state, user, id)?;
                writes.extend(without_key(id));
                Ok(())
            })
            .await
    }

    /// Changes nothing of the key the server was started with.
    fn key<'s>(&self, state: &'s State, user: Option<&str>, id: &str) -> Result<&'s Kept> {
        let holder = self.holder(state, user)?;
        let kept = state.keys.get(id).filter(|kept| kept.row.holder == holder);
        let kept = kept.ok_or_else(|| no_key(id))?;
        match kept.row.sealed.is_empty() {
            false => Ok(kept),
            true => Err(Error::InvalidInput(
                "This access key is the server's own and stands in its configuration.".into(),
            )),
        }
    }

    /// Whose a key of this account is, under the full name, and when it was last used.
    pub fn last_use_of(&self, id: &str) -> Result<(Arc<AccessKey>, Option<LastUse>)> {
        let state = self.identity.state();
        let kept = state.keys.get(id);
        let kept = kept.filter(|kept| self.holder_arn_in(&state, &kept.row).is_some());
        let kept = kept.ok_or_else(|| no_key(id))?;
        Ok((Arc::clone(&kept.row), kept.usage.last()))
    }

    /// The full name of whoever holds a key, if that is somebody of this account.
    pub fn holder_arn(&self, id: &str) -> Option<String> {
        let state = self.identity.state();
        self.holder_arn_in(&state, &state.keys.get(id)?.row)
    }

    fn holder_arn_in(&self, state: &State, key: &AccessKey) -> Option<String> {
        match &key.holder {
            Holder::User(id) => {
                let user = state.users.by_id(id)?;
                (user.space == self.space).then(|| user.arn())
            }
            Holder::Account(id) => {
                let account = state.accounts.get(id)?;
                let is_plain = account.is_plain() && state.has_plain_accounts(&self.space);
                (is_plain || account.space() == self.space).then(|| account.arn())
            }
        }
    }

    /// The name of whoever holds a key of this account: what the wire form shows.
    pub fn holder_name(&self, key: &AccessKey) -> Option<String> {
        let state = self.identity.state();
        match &key.holder {
            Holder::User(id) => state.users.by_id(id).map(|user| user.name.clone()),
            Holder::Account(id) => {
                let account = state.accounts.get(id)?;
                account.is_plain().then(|| account.id.clone())
            }
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyStatus {
    Active,
    Inactive,
}

/// A key of nobody yet.
pub(crate) fn draft(
    identity: &crate::identity::Identity,
    request: &KeyRequest<'_>,
) -> Result<NewKey> {
    let id = match request.id {
        Some(id) => checked_id(id)?,
        None => new_access_key()?,
    };
    let secret = match request.secret {
        Some(secret) => checked_secret(secret)?,
        None => new_secret()?,
    };
    if let Some(restriction) = request.restriction {
        super::document(Kind::Identity, restriction)?;
    }
    super::check_description(request.description)?;
    let key = AccessKey {
        holder: Holder::Account(String::new()),
        created: identity.seconds(),
        active: true,
        expires: request.expires,
        restriction: request.restriction.map(str::to_owned),
        description: request.description.map(str::to_owned),
        sealed: identity.seal_secret(&id, &secret)?,
        id,
    };
    Ok(NewKey {
        key,
        secret: Secret::new(&secret),
    })
}

/// A key and what is known of it, gone.
pub(crate) fn without_key(id: &str) -> [Write; 2] {
    let key = RowKey::Key(id.to_owned());
    [
        Write::Delete(key),
        Write::Delete(RowKey::Used(id.to_owned())),
    ]
}

fn no_key(id: &str) -> Error {
    Error::NoSuchEntity(format!("The Access Key with id {id} cannot be found."))
}

/// Keys are unique among all accounts.
pub(crate) fn key_is_free(state: &State, id: &str) -> Result<()> {
    match state.keys.contains_key(id) {
        false => Ok(()),
        true => Err(Error::EntityAlreadyExists(format!(
            "Access key {id} already exists."
        ))),
    }
}

/// Whether a key could be given with these.
pub(crate) fn check_key(id: &str, secret: &str) -> Result<()> {
    checked_id(id)?;
    checked_secret(secret).map(|_| ())
}

fn checked_id(id: &str) -> Result<String> {
    let bounds = limits::ACCESS_KEY_BYTES_MIN..=limits::ACCESS_KEY_BYTES_MAX;
    let id = checked("access key", id, bounds)?;
    // It stands in headers and scopes, which these take apart.
    if id.contains(['/', ',', '=', '%']) {
        return Err(Error::Validation(
            "The access key must not contain any of / , = %".into(),
        ));
    }
    match id.starts_with("ASIA") {
        false => Ok(id),
        true => Err(Error::Validation(
            "The access key must not begin with ASIA, as those of temporary credentials do".into(),
        )),
    }
}

fn checked_secret(secret: &str) -> Result<String> {
    let bounds = limits::SECRET_BYTES_MIN..=limits::SECRET_BYTES_MAX;
    checked("secret key", secret, bounds)
}

fn checked(what: &str, text: &str, bounds: RangeInclusive<usize>) -> Result<String> {
    let is_printable = text.bytes().all(|byte| byte.is_ascii_graphic());
    match bounds.contains(&text.len()) && is_printable {
        true => Ok(text.to_owned()),
        false => Err(Error::Validation(format!(
            "The {what} must have {} to {} printable ASCII characters, and no space",
            bounds.start(),
            bounds.end()
        ))),
    }
}
