//! Accounts, as operators make and remove them. Amazon has no verb for it that clients would use.

use std::sync::Arc;

use crate::error::{Error, Result};
use crate::iam::{KeyRequest, NewKey, UserView, draft, key_is_free, without_key};
use crate::identity::Identity;
use crate::limits;
use crate::model::{AccessKey, Account, Holder, check_email, new_account_number, new_canonical_id};
use crate::store::row::{Row, RowKey};
use crate::store::state::State;
use crate::store::table::Write;

/// Whether an account stands on its own.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Number<'a> {
    /// It owns what it makes and is otherwise one of the server's own account.
    #[default]
    None,
    /// Twelve digits are found for it.
    Made,
    Given(&'a str),
}

#[derive(Debug, Clone, Default)]
pub struct NewAccount<'a> {
    pub name: &'a str,
    /// 64 hexadecimal digits are made where none is given.
    pub canonical_id: Option<&'a str>,
    pub number: Number<'a>,
    /// The name, where none is given.
    pub display_name: Option<&'a str>,
    pub email: Option<&'a str>,
    pub key: KeyRequest<'a>,
}

impl Identity {
    /// Makes an account with a first access key of its root.
    pub async fn add_account(&self, new: NewAccount<'_>) -> Result<(Arc<Account>, NewKey)> {
        let account = self.account_of(&new)?;
        let first = draft(self, &new.key)?;
        self.change(|state, writes| {
            is_free(state, &account)?;
            key_is_free(state, &first.key.id)?;
            let key = AccessKey {
                holder: Holder::Account(account.id.clone()),
                ..first.key
            };
            writes.push(Write::Put(Row::Account(account.clone())));
            writes.push(Write::Put(Row::Key(key.clone())));
            let secret = first.secret;
            let account = account.at_home(&state.root.number);
            Ok((Arc::new(account), NewKey { key, secret }))
        })
        .await
    }

    /// By name; the server's own comes with them.
    pub fn list_accounts(&self) -> Vec<Arc<Account>> {
        let mut accounts: Vec<_> = self.state().accounts.values().cloned().collect();
        accounts.sort_by(|one, other| one.name.cmp(&other.name));
        accounts
    }

    /// The users in an account, by name. Those that plain accounts have made are in the server's
    /// own.
    pub fn list_users_of(&self, account: &Account) -> Vec<UserView> {
        let state = self.state();
        let is_own = account.id == state.root.id;
        let further = is_own.then_some("");
        let own = Some(account.space()).filter(|_| !account.is_plain());
        let spaces = own.into_iter().chain(further);
        let users = spaces.flat_map(|space| state.users.in_space(space));
        let mut users: Vec<UserView> = users.map(|user| UserView::of(user)).collect();
        users.sort_by_key(|user| user.name.as_ref().map(|name| name.to_lowercase()));
        users
    }

    /// Removes an account with the keys and policies of its root. Refused while it has users,
    /// groups, roles, policies or providers; what it owns in buckets is not asked here.
    pub async fn remove_account(&self, canonical_id: &str) -> Result<()> {
        self.change(|state, writes| {
            let account = state.accounts.get(canonical_id).ok_or_else(|| {
                Error::NoSuchEntity(format!("There is no account {canonical_id}."))
            })?;
            if account.id == state.root.id {
                return Err(Error::InvalidInput(
                    "The server's own account cannot be removed.".into(),
                ));
            }
            if !account.is_plain() && !is_empty(state, account.space()) {
                return Err(Error::DeleteConflict(
                    "Cannot delete entity, the account still has users, groups, roles, policies \
                     or providers."
                        .into(),
                ));
            }
            let keys = state.keys_of.get(&account.id).into_iter().flatten();
            for id in keys {
                writes.extend(without_key(id));
            }
            let inline = state.inline.get(&account.id).into_iter().flatten();
            let inline = inline.map(|(name, _)| RowKey::Inline(account.id.clone(), name.clone()));
            writes.extend(inline.map(Write::Delete));
            writes.push(Write::Delete(RowKey::Account(account.id.clone())));
            Ok(())
        })
        .await
    }

    fn account_of(&self, new: &NewAccount<'_>) -> Result<Account> {
        let number = match new.number {
            Number::None => String::new(),
            Number::Made => new_account_number()?,
            Number::Given(number) => number.to_owned(),
        };
        check_account(new.name, &number)?;
        new.email.map(check_email).transpose()?;
        Ok(Account {
            id: match new.canonical_id {
                Some(id) => text("canonical id", id, limits::CANONICAL_ID_BYTES_MAX)?,
                None => new_canonical_id()?,
            },
            number,
            name: new.name.to_owned(),
            display_name: text(
                "display name",
                new.display_name.unwrap_or(new.name),
                limits::DISPLAY_NAME_BYTES_MAX,
            )?,
            email: new.email.map(str::to_owned),
            created: self.seconds(),
            attached: Vec::new(),
            home: String::new(),
        })
    }
}

/// Name and number; a number that is empty is none.
pub(crate) fn check_account(name: &str, number: &str) -> Result<()> {
    let is_number = number.len() == 12 && number.bytes().all(|byte| byte.is_ascii_digit());
    if !number.is_empty() && !is_number {
        return Err(Error::Validation(
            "An account number has twelve digits".into(),
        ));
    }
    text("name", name, limits::USER_NAME_BYTES_MAX).map(|_| ())
}

fn is_free(state: &State, new: &Account) -> Result<()> {
    let clash = state.accounts.values().find_map(|known| match () {
        () if known.id == new.id => Some("this canonical id"),
        () if known.name == new.name => Some("this name"),
        () if !new.is_plain() && known.number == new.number => Some("this number"),
        () if same_email(known, new) => Some("this email address"),
        () => None,
    });
    // A plain account is named like a user.
    let spaces = ["", state.root.space()];
    let is_user = |space: &&str| state.users.get(space, &new.id).is_some();
    let user = new.is_plain() && spaces.iter().any(is_user);
    let clash = clash.or(user.then_some("this canonical id, a user,"));
    match clash {
        Some(what) => Err(Error::EntityAlreadyExists(format!(
            "An account with {what} already exists."
        ))),
        None if state.accounts.len() >= limits::ACCOUNTS_MAX => Err(Error::LimitExceeded(format!(
            "Cannot exceed quota for Accounts: {}",
            limits::ACCOUNTS_MAX
        ))),
        None => Ok(()),
    }
}

fn same_email(one: &Account, other: &Account) -> bool {
    match (&one.email, &other.email) {
        (Some(one), Some(other)) => one.eq_ignore_ascii_case(other),
        _ => false,
    }
}

fn is_empty(state: &State, space: &str) -> bool {
    state.users.count(space) == 0
        && state.groups.count(space) == 0
        && state.roles.count(space) == 0
        && state.policies.count(space) == 0
        && !state.providers.keys().any(|(known, _)| known == space)
}

/// Anything that can be shown, and that has no slash or colon where it goes into names.
fn text(what: &'static str, text: &str, bytes_max: usize) -> Result<String> {
    let in_names = what == "canonical id";
    let shown =
        |c: char| !c.is_control() && !(in_names && (c.is_whitespace() || "/:*?".contains(c)));
    match (1..=bytes_max).contains(&text.len()) && text.chars().all(shown) {
        true => Ok(text.to_owned()),
        false => Err(Error::Validation(format!(
            "A {what} has 1 to {bytes_max} bytes that can be shown"
        ))),
    }
}

#[cfg(test)]
mod tests;
