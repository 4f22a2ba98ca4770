//! What a file says is to exist: policies, groups, users and accounts with their keys, buckets with
//! their configurations.

use std::collections::BTreeMap;
use std::path::Path;

use identity::model::{Limits, Secret};
use serde::Deserialize;
use serde_json::{Value, json};
use toml::Spanned;
use toml::de::{DeValue, ValueDeserializer};

use super::amount::Bytes;
use super::file::{beside, line_of, text_of};
use super::limits::LimitsTable;
use super::origin::{Fault, Origin};
use crate::secret_file;

/// In the order in which they are made: later ones may name earlier ones.
#[derive(Debug, Default)]
pub(crate) struct Declared {
    pub(crate) policies: Vec<Placed<Policy>>,
    pub(crate) groups: Vec<Placed<Group>>,
    pub(crate) accounts: Vec<Placed<Account>>,
    pub(crate) users: Vec<Placed<User>>,
    pub(crate) buckets: Vec<Placed<Bucket>>,
}

/// With the place where it is said.
#[derive(Debug)]
pub(crate) struct Placed<T> {
    pub(crate) origin: Origin,
    pub(crate) it: T,
}

#[derive(Debug)]
pub(crate) struct Policy {
    pub(crate) name: String,
    /// None where there is such a policy already, which is only limited.
    pub(crate) document: Option<String>,
    /// None where they stay as they are.
    pub(crate) limits: Option<Limits>,
}

#[derive(Debug)]
pub(crate) struct Group {
    pub(crate) name: String,
    /// By name or full name.
    pub(crate) policies: Vec<String>,
}

#[derive(Debug)]
pub(crate) struct User {
    pub(crate) name: String,
    /// By name or full name.
    pub(crate) policies: Vec<String>,
    pub(crate) groups: Vec<String>,
    pub(crate) keys: Vec<Key>,
}

#[derive(Debug)]
pub(crate) struct Account {
    pub(crate) name: String,
    pub(crate) number: Option<String>,
    /// By name or full name.
    pub(crate) policies: Vec<String>,
    pub(crate) keys: Vec<Key>,
}

#[derive(Debug)]
pub(crate) struct Key {
    pub(crate) access: String,
    pub(crate) secret: Secret,
}

#[derive(Debug)]
pub(crate) struct Bucket {
    pub(crate) name: String,
    pub(crate) versioning: Option<Versioning>,
    pub(crate) object_lock: bool,
    pub(crate) quota_bytes: Option<u64>,
    pub(crate) quota_objects: Option<u64>,
    /// By kind, in the shape of the admin interface.
    pub(crate) configurations: Vec<(String, Value)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Versioning {
    Enabled,
    Suspended,
}

/// The keys of a file under which these are found.
pub(super) const TABLES: [&str; 5] = ["policy", "group", "account", "user", "bucket"];

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct PolicyTable {
    name: String,
    document: Option<Value>,
    file: Option<String>,
    limits: Option<LimitsTable>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct GroupTable {
    name: String,
    #[serde(default)]
    policies: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct AccountTable {
    name: String,
    number: Option<String>,
    #[serde(default)]
    policies: Vec<String>,
    #[serde(default)]
    keys: Vec<KeyTable>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct UserTable {
    name: String,
    #[serde(default)]
    policies: Vec<String>,
    #[serde(default)]
    groups: Vec<String>,
    #[serde(default)]
    keys: Vec<KeyTable>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct KeyTable {
    access_key: String,
    secret_key: Option<String>,
    secret_key_file: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct BucketTable {
    name: String,
    versioning: Option<Versioning>,
    #[serde(default)]
    object_lock: bool,
    quota: Option<Bytes>,
    quota_objects: Option<u64>,
    policy: Option<Value>,
    policy_file: Option<String>,
    #[serde(default)]
    tags: BTreeMap<String, String>,
    #[serde(default)]
    config: BTreeMap<String, Value>,
}

/// Reads tables of one file.
pub(super) struct Reader<'a> {
    pub(super) path: &'a Path,
    pub(super) text: &'a str,
    pub(super) declared: Declared,
    /// A secret stands in the file itself.
    pub(super) holds_secrets: Option<&'static str>,
    pub(super) faults: Vec<Fault>,
}

impl Reader<'_> {
    /// Everything under one of the tables' names.
    pub(super) fn read(&mut self, name: &str, value: Spanned<DeValue<'_>>) {
        let line = line_of(self.text, value.span().start);
        let DeValue::Array(items) = value.into_inner() else {
            let what = format!("{name}: expected tables [[{name}]]");
            self.faults.push(Fault::at(self.path, line, what));
            return;
        };
        for item in items {
            let line = line_of(self.text, item.span().start);
            let read = match name {
                "policy" => self.policy(item, line),
                "group" => self.group(item, line),
                "account" => self.account(item, line),
                "user" => self.user(item, line),
                _ => self.bucket(item, line),
            };
            self.faults.extend(read.err());
        }
    }

    fn policy(&mut self, item: Spanned<DeValue<'_>>, line: usize) -> Result<(), Fault> {
        let PolicyTable {
            name,
            document,
            file,
            limits,
        } = self.table(item, line)?;
        let named = |what: String| self.fault(line, format!("policy {name:?}: {what}"));
        let document = self.document(document, file).map_err(named)?;
        if document.is_none() && limits.is_none() {
            let what = "expected document or file, or limits of a policy there is";
            return Err(named(what.to_owned()));
        }
        let limits = limits.map(LimitsTable::checked).transpose();
        let it = Policy {
            limits: limits.map_err(named)?,
            document,
            name,
        };
        self.declared.policies.push(self.placed(line, it));
        Ok(())
    }

    fn group(&mut self, item: Spanned<DeValue<'_>>, line: usize) -> Result<(), Fault> {
        let GroupTable { name, policies } = self.table(item, line)?;
        let it = self.placed(line, Group { name, policies });
        self.declared.groups.push(it);
        Ok(())
    }

    fn account(&mut self, item: Spanned<DeValue<'_>>, line: usize) -> Result<(), Fault> {
        let AccountTable {
            name,
            number,
            policies,
            keys,
        } = self.table(item, line)?;
        let keys: Result<Vec<Key>, String> = keys.into_iter().map(|key| self.key(key)).collect();
        let it = Account {
            keys: keys.map_err(|what| self.fault(line, format!("account {name:?}: {what}")))?,
            name,
            number,
            policies,
        };
        self.declared.accounts.push(self.placed(line, it));
        Ok(())
    }

    fn user(&mut self, item: Spanned<DeValue<'_>>, line: usize) -> Result<(), Fault> {
        let UserTable {
            name,
            policies,
            groups,
            keys,
        } = self.table(item, line)?;
        let keys: Result<Vec<Key>, String> = keys.into_iter().map(|key| self.key(key)).collect();
        let it = User {
            keys: keys.map_err(|what| self.fault(line, format!("user {name:?}: {what}")))?,
            name,
            policies,
            groups,
        };
        self.declared.users.push(self.placed(line, it));
        Ok(())
    }

    fn bucket(&mut self, item: Spanned<DeValue<'_>>, line: usize) -> Result<(), Fault> {
        let table: BucketTable = self.table(item, line)?;
        let name = table.name;
        let named = |what: String| format!("bucket {name:?}: {what}");
        let policy = self.document(table.policy, table.policy_file);
        let configurations = policy
            .and_then(|policy| self.configurations(policy.as_deref(), &table.tags, table.config));
        let configurations = configurations.map_err(|what| self.fault(line, named(what)))?;
        let quota_bytes = table.quota.map(|Bytes(bytes)| bytes);
        if table.object_lock && table.versioning == Some(Versioning::Suspended) {
            let what = "object-lock wants versions: versioning cannot be suspended".to_owned();
            return Err(self.fault(line, named(what)));
        }
        let it = Bucket {
            versioning: table.versioning,
            object_lock: table.object_lock,
            quota_bytes,
            quota_objects: table.quota_objects,
            configurations,
            name,
        };
        self.declared.buckets.push(self.placed(line, it));
        Ok(())
    }

    /// In the shape of the admin interface, and as far as that can tell what is wrong with one.
    fn configurations(
        &self,
        policy: Option<&str>,
        tags: &BTreeMap<String, String>,
        others: BTreeMap<String, Value>,
    ) -> Result<Vec<(String, Value)>, String> {
        let mut all = Vec::new();
        if !tags.is_empty() {
            let tags = tags
                .iter()
                .map(|(key, value)| json!({ "Key": key, "Value": value }));
            let tags: Vec<Value> = tags.collect();
            all.push(("tagging".to_owned(), json!({ "TagSet": tags })));
        }
        for (kind, value) in others {
            let value = match value {
                Value::String(file) => {
                    let text = self.document(None, Some(file))?.unwrap_or_default();
                    parsed(&kind, &text)?
                }
                value => value,
            };
            all.push((kind, value));
        }
        if let Some(policy) = policy {
            all.push(("policy".to_owned(), parsed("policy", policy)?));
        }
        all.sort_by(|one, other| one.0.cmp(&other.0));
        if let Some(twice) = all.windows(2).find(|pair| pair[0].0 == pair[1].0) {
            return Err(format!("{} is declared twice", twice[0].0));
        }
        for (kind, value) in &all {
            admin::check_bucket_configuration(kind, value)
                .map_err(|what| format!("{kind}: {what}"))?;
        }
        Ok(all)
    }

    fn table<'de, T: Deserialize<'de>>(
        &self,
        item: Spanned<DeValue<'de>>,
        line: usize,
    ) -> Result<T, Fault> {
        T::deserialize(ValueDeserializer::from(item)).map_err(|error| {
            let line = error
                .span()
                .map_or(line, |span| line_of(self.text, span.start));
            Fault::at(self.path, line, error.message())
        })
    }

    /// Given here as a table or as JSON, or in a file beside this one.
    fn document(
        &self,
        here: Option<Value>,
        file: Option<String>,
    ) -> Result<Option<String>, String> {
        match (here, file) {
            (None, None) => Ok(None),
            (Some(_), Some(_)) => {
                Err("expected a document or a file with one, not both".to_owned())
            }
            (Some(Value::String(json)), None) => Ok(Some(json)),
            (Some(table), None) => Ok(Some(table.to_string())),
            (None, Some(file)) => {
                let file = beside(self.path, &file);
                let read = text_of(Path::new(&file));
                let (text, _) = read.map_err(|error| format!("{file}: {error}"))?;
                Ok(Some(text))
            }
        }
    }

    fn key(&mut self, key: KeyTable) -> Result<Key, String> {
        let secret = match (key.secret_key, key.secret_key_file) {
            (Some(secret), None) => {
                self.holds_secrets = Some("secret-key");
                secret
            }
            (None, Some(file)) => {
                let file = beside(self.path, &file);
                let read = secret_file::load(Path::new(&file), "put the secret key into it");
                let text = read.map_err(|error| error.to_string())?;
                let text = text.ok_or_else(|| format!("{file}: there is no such file"))?;
                let text = String::from_utf8(text).map_err(|_| format!("{file}: not UTF-8"))?;
                text.trim_end().to_owned()
            }
            _ => return Err("a key wants secret-key or secret-key-file".to_owned()),
        };
        Ok(Key {
            access: key.access_key,
            secret: Secret::new(&secret),
        })
    }

    fn placed<T>(&self, line: usize, it: T) -> Placed<T> {
        let origin = Origin::File(self.path.to_owned(), line);
        Placed { origin, it }
    }

    fn fault(&self, line: usize, what: String) -> Fault {
        Fault::at(self.path, line, what)
    }
}

fn parsed(what: &str, text: &str) -> Result<Value, String> {
    serde_json::from_str(text).map_err(|error| format!("the {what} is not JSON: {error}"))
}
