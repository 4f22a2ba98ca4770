//! Tags of users, roles, policies and providers.

use super::Iam;
use crate::error::{Error, Result};
use crate::limits;
use crate::model::{Tag, check_tags};
use crate::store::row::Row;
use crate::store::state::State;
use crate::store::table::Write;

/// What tags hang on: users and roles by name, the others by full name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tagged<'a> {
    User(&'a str),
    Role(&'a str),
    Policy(&'a str),
    Provider(&'a str),
}

impl Iam<'_> {
    /// Adds tags, in place of those with the same keys.
    pub async fn tag(&self, what: Tagged<'_>, new: Vec<Tag>) -> Result<()> {
        self.retag(what, new, &[]).await
    }

    /// Removes tags by their keys; what is not there is no error.
    pub async fn untag(&self, what: Tagged<'_>, keys: &[String]) -> Result<()> {
        self.retag(what, Vec::new(), keys).await
    }

    /// Both at once.
    pub async fn retag(&self, what: Tagged<'_>, new: Vec<Tag>, without: &[String]) -> Result<()> {
        check_tags(&new, limits::TAGS_MAX)?;
        self.identity
            .change(|state, writes| {
                let mut row = self.tagged_row(state, what)?;
                exchange(tags_of(&mut row)?, new, without)?;
                writes.push(Write::Put(row));
                Ok(())
            })
            .await
    }

    pub fn list_tags(&self, what: Tagged<'_>) -> Result<Vec<Tag>> {
        let mut row = self.tagged_row(&self.identity.state(), what)?;
        Ok(std::mem::take(tags_of(&mut row)?))
    }

    fn tagged_row(&self, state: &State, what: Tagged<'_>) -> Result<Row> {
        Ok(match what {
            Tagged::User(name) => Row::User((*self.user(state, name)?).clone()),
            Tagged::Role(name) => Row::Role((*self.role(state, name)?).clone()),
            Tagged::Policy(arn) => Row::Policy((*self.own_policy(state, arn)?).clone()),
            Tagged::Provider(arn) => Row::Provider((*self.provider(state, arn)?).clone()),
        })
    }
}

fn tags_of(row: &mut Row) -> Result<&mut Vec<Tag>> {
    match row {
        Row::User(user) => Ok(&mut user.tags),
        Row::Role(role) => Ok(&mut role.tags),
        Row::Policy(policy) => Ok(&mut policy.tags),
        Row::Provider(provider) => Ok(&mut provider.tags),
        _ => Err(Error::InvalidInput("This has no tags.".into())),
    }
}

/// Some for others with the same keys, and without some.
pub(super) fn exchange(tags: &mut Vec<Tag>, new: Vec<Tag>, without: &[String]) -> Result<()> {
    let is_new = |tag: &Tag| new.iter().any(|new| same_key(&new.key, &tag.key));
    let is_gone = |tag: &Tag| without.iter().any(|key| same_key(key, &tag.key));
    tags.retain(|tag| !is_new(tag) && !is_gone(tag));
    tags.extend(new);
    check_tags(tags, limits::TAGS_MAX)
}

fn same_key(one: &str, other: &str) -> bool {
    one.to_lowercase() == other.to_lowercase()
}
