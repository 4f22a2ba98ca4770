//! Users, groups, roles and managed policies: what has a path, a name and an id.

use serde::{Deserialize, Serialize};

use super::Seconds;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tag {
    pub key: String,
    pub value: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct User {
    /// `AIDA…`, never given again.
    pub id: String,
    /// The account as it stands in names.
    pub space: String,
    pub path: String,
    pub name: String,
    pub created: Seconds,
    pub tags: Vec<Tag>,
    /// Ids.
    pub groups: Vec<String>,
    /// Names of managed policies.
    pub attached: Vec<String>,
    pub boundary: Option<String>,
    /// Since when nobody gets in as this user. Rows of the time before have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub suspended: Option<Seconds>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Group {
    /// `AGPA…`
    pub id: String,
    pub space: String,
    pub path: String,
    pub name: String,
    pub created: Seconds,
    pub attached: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Role {
    /// `AROA…`
    pub id: String,
    pub space: String,
    pub path: String,
    pub name: String,
    pub created: Seconds,
    pub description: Option<String>,
    pub session_seconds_max: u32,
    /// Who may assume it: a document.
    pub trust: String,
    pub tags: Vec<Tag>,
    pub attached: Vec<String>,
    pub boundary: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ManagedPolicy {
    /// `ANPA…`
    pub id: String,
    pub space: String,
    pub path: String,
    pub name: String,
    pub created: Seconds,
    pub updated: Seconds,
    pub description: Option<String>,
    pub default_version: u32,
    /// Numbers are never given again.
    pub next_version: u32,
    pub tags: Vec<Tag>,
}

/// One version of a managed policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PolicyVersion {
    pub policy: String,
    pub number: u32,
    pub created: Seconds,
    pub document: String,
}

impl User {
    pub fn arn(&self) -> String {
        format!("arn:aws:iam::{}:user{}{}", self.space, self.path, self.name)
    }
}

impl Group {
    pub fn arn(&self) -> String {
        format!(
            "arn:aws:iam::{}:group{}{}",
            self.space, self.path, self.name
        )
    }
}

impl Role {
    pub fn arn(&self) -> String {
        format!("arn:aws:iam::{}:role{}{}", self.space, self.path, self.name)
    }
}

impl ManagedPolicy {
    pub fn arn(&self) -> String {
        format!(
            "arn:aws:iam::{}:policy{}{}",
            self.space, self.path, self.name
        )
    }
}
