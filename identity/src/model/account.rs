//! Accounts: who things belong to.

use serde::{Deserialize, Serialize};

use super::Seconds;

/// Where users of accounts without a number are named, and the server's own account is at home.
pub const PLAIN_SPACE: &str = "";

/// An owner of buckets and objects.
///
/// An account with a number is one as Amazon has it: a root that may do everything in it, and
/// users, groups, roles and policies of its own. An account without one is plain: it owns what it
/// makes, and otherwise stands beside all other plain accounts in the server's own account, where
/// it is named like a user, `arn:aws:iam:::user/CANONICAL-ID`, and can be given policies like one.
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
    pub fn shares_space_with(&self, other: &Account) -> bool {
        self.number == other.number
    }

    /// The name of its root.
    pub fn arn(&self) -> String {
        match self.is_plain() {
            true => format!("arn:aws:iam:::user/{}", self.id),
            false => format!("arn:aws:iam::{}:root", self.number),
        }
    }
}
