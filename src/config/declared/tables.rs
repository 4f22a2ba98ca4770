//! Tables of a file, as they are written.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;
use toml::Spanned;

use super::Versioning;
use crate::config::amount::Bytes;
use crate::config::limits::LimitsTable;

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct PolicyTable {
    pub(super) name: String,
    pub(super) document: Option<Spanned<Value>>,
    pub(super) file: Option<String>,
    pub(super) limits: Option<LimitsTable>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct GroupTable {
    pub(super) name: String,
    #[serde(default)]
    pub(super) policies: Vec<Spanned<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct AccountTable {
    pub(super) name: String,
    pub(super) number: Option<String>,
    #[serde(default)]
    pub(super) policies: Vec<Spanned<String>>,
    #[serde(default)]
    pub(super) keys: Vec<Spanned<KeyTable>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct UserTable {
    pub(super) name: String,
    #[serde(default)]
    pub(super) policies: Vec<Spanned<String>>,
    #[serde(default)]
    pub(super) groups: Vec<Spanned<String>>,
    #[serde(default)]
    pub(super) keys: Vec<Spanned<KeyTable>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct KeyTable {
    pub(super) access_key: String,
    pub(super) secret_key: Option<String>,
    pub(super) secret_key_file: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct BucketTable {
    pub(super) name: String,
    pub(super) versioning: Option<Versioning>,
    #[serde(default)]
    pub(super) object_lock: bool,
    pub(super) quota: Option<Bytes>,
    pub(super) quota_objects: Option<u64>,
    pub(super) policy: Option<Spanned<Value>>,
    pub(super) policy_file: Option<String>,
    #[serde(default)]
    pub(super) tags: BTreeMap<String, String>,
    #[serde(default)]
    pub(super) config: BTreeMap<String, Spanned<Value>>,
}
