//! Whether something could be made so, as far as that depends on nothing that is there: what is
//! asked before there is anything to ask.

use crate::accounts::check_account;
use crate::error::Result;
use crate::iam::{check_key, managed_document};
use crate::limits;
use crate::model::check_name;
use crate::ready_made;

pub fn user(name: &str) -> Result<()> {
    check_name("userName", name, limits::USER_NAME_BYTES_MAX)
}

pub fn group(name: &str) -> Result<()> {
    check_name("groupName", name, limits::GROUP_NAME_BYTES_MAX)
}

/// The number is empty for one that has none.
pub fn account(name: &str, number: &str) -> Result<()> {
    check_account(name, number)
}

pub fn key(id: &str, secret: &str) -> Result<()> {
    check_key(id, secret)
}

pub fn policy_name(name: &str) -> Result<()> {
    check_name("policyName", name, limits::POLICY_NAME_BYTES_MAX)
}

pub fn policy_document(text: &str) -> Result<()> {
    managed_document(text)
}

/// The names of the managed policies that are always there.
pub fn ready_made_policies() -> impl Iterator<Item = &'static str> {
    ready_made::names()
}

#[cfg(test)]
mod tests;
