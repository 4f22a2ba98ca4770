//! Accounts: who things belong to.

use serde::{Deserialize, Serialize};

use super::Seconds;

/// An owner of buckets and objects.
///
/// An account with a number is one as Amazon has it: a root that may do everything in it, and
/// users, groups, roles and policies of its own. The server's own account is one, too. An account
/// without a number is plain: it owns what it makes, and otherwise stands beside all other plain
/// accounts in the server's own account, where it can be given policies like a user. It and what
/// it makes there are named without a number, `arn:aws:iam:::user/CANONICAL-ID`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// The canonical id: any text, or 64 hexadecimal digits where none was given.
    pub id: String,
    /// Twelve digits, or empty.
    pub number: String,
    /// What operators call it.
    pub name: String,
    /// What listings and ACLs show.
    pub display_name: String,
    pub email: Option<String>,
    pub created: Seconds,
    /// Names of managed policies, of a plain account.
    #[serde(default)]
    pub attached: Vec<String>,
    /// The number of the account it is in: its own, or the server's. No part of the row.
    #[serde(skip)]
    pub home: String,
}

impl Account {
    pub fn is_plain(&self) -> bool {
        self.number.is_empty()
    }

    /// The account as it stands in names.
    pub fn space(&self) -> &str {
        &self.number
    }

    /// Both are one account to policies.
    pub fn shares_home_with(&self, other: &Account) -> bool {
        self.home == other.home
    }

    /// Where it is in a server whose own account has that number.
    pub(crate) fn at_home(self, server: &str) -> Self {
        let home = match self.is_plain() {
            true => server.to_owned(),
            false => self.number.clone(),
        };
        Account { home, ..self }
    }

    /// The name of its root.
    pub fn arn(&self) -> String {
        match self.is_plain() {
            true => format!("arn:aws:iam:::user/{}", self.id),
            false => format!("arn:aws:iam::{}:root", self.number),
        }
    }
}
