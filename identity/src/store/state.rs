//! Everything there is, in memory, with its policies compiled.

mod accounts;
mod index;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, OnceLock, RwLock};

use super::row::{Inline, Row, RowKey, damaged};
use super::seal::Sealer;
use super::table::Write;
use crate::caller::Credential;
use crate::error::Result;
use crate::model::{
    AccessKey, Account, Group, Limits, ManagedPolicy, PolicyVersion, Provider, Role, Secret, Usage,
    User,
};
use crate::policy::{Kind, Named, Policy};
use crate::ready_made::ReadyMade;

pub(crate) use accounts::Accounts;
pub(crate) use index::Index;

#[derive(Debug)]
pub(crate) struct State {
    /// The server's own account.
    pub(crate) root: Arc<Account>,
    pub(crate) accounts: Accounts,
    pub(crate) users: Index<User>,
    pub(crate) groups: Index<Group>,
    pub(crate) roles: Index<Role>,
    pub(crate) policies: Index<ManagedPolicy>,
    /// By space, then by host and path.
    pub(crate) providers: BTreeMap<(String, String), Arc<Provider>>,
    pub(crate) keys: HashMap<String, Kept>,
    /// Ids of keys by the id of who holds them.
    pub(crate) keys_of: HashMap<String, BTreeSet<String>>,
    /// Inline policies by whose they are and by name.
    pub(crate) inline: HashMap<String, BTreeMap<String, Named>>,
    /// Versions of managed policies by their id and number.
    pub(crate) versions: HashMap<String, BTreeMap<u32, Version>>,
    /// Who may assume a role, by its id.
    pub(crate) trusts: HashMap<String, Arc<Policy>>,
    pub(crate) ready_made: ReadyMade,
    /// What managed policies were given, by their full names.
    pub(crate) limits: HashMap<String, Limits>,
    /// What came of it for those who have policies, by their ids, as far as it was asked for.
    pub(crate) limits_known: RwLock<HashMap<String, Limits>>,
    /// Goes up with each change: what was derived before is stale.
    pub(crate) generation: u64,
}

/// A key with its secret, and what it gives its holder once that has been found out.
#[derive(Debug)]
pub(crate) struct Kept {
    pub(crate) row: Arc<AccessKey>,
    pub(crate) secret: Secret,
    pub(crate) restriction: Option<Named>,
    pub(crate) usage: Arc<Usage>,
    pub(crate) credential: OnceLock<Option<Arc<Credential>>>,
}

#[derive(Debug, Clone)]
pub(crate) struct Version {
    pub(crate) row: Arc<PolicyVersion>,
    pub(crate) named: Named,
}

impl State {
    /// The server's root with its key, and nothing else. The key is the configuration's and has no
    /// row.
    pub(crate) fn new(root: Account, key: AccessKey, secret: Secret) -> Result<Self> {
        let root = Arc::new(root);
        let mut accounts = Accounts::default();
        accounts.put(Arc::clone(&root));
        let mut state = State {
            accounts,
            root,
            users: Index::default(),
            groups: Index::default(),
            roles: Index::default(),
            policies: Index::default(),
            providers: BTreeMap::new(),
            keys: HashMap::new(),
            keys_of: HashMap::new(),
            inline: HashMap::new(),
            versions: HashMap::new(),
            trusts: HashMap::new(),
            ready_made: ReadyMade::compile()?,
            limits: HashMap::new(),
            limits_known: RwLock::default(),
            generation: 0,
        };
        state.keep(key, secret)?;
        Ok(state)
    }

    /// Takes changes over. What is in rows has been checked when it was written.
    pub(crate) fn apply(&mut self, writes: Vec<Write>, sealer: &Sealer) -> Result<()> {
        for write in writes {
            match write {
                Write::Put(row) => self.put(row, sealer)?,
                Write::Delete(key) => self.delete(key),
            }
        }
        self.generation += 1;
        self.limits_known = RwLock::default();
        for kept in self.keys.values_mut() {
            kept.credential = OnceLock::new();
        }
        Ok(())
    }

    fn put(&mut self, row: Row, sealer: &Sealer) -> Result<()> {
        match row {
            Row::Account(row) => {
                let account = row.at_home(&self.root.number);
                self.accounts.put(Arc::new(account));
            }
            Row::User(row) => self.users.put(row),
            Row::Group(row) => self.groups.put(row),
            Row::Role(row) => {
                let trust = compile(Kind::Trust, &row.id, &row.trust)?;
                self.trusts.insert(row.id.clone(), trust);
                self.roles.put(row);
            }
            Row::Policy(row) => self.policies.put(row),
            Row::Version(row) => self.put_version(row)?,
            Row::Inline(row) => self.put_inline(row)?,
            Row::Key(row) => {
                let secret = open_secret(&row, sealer)?;
                self.keep(row, secret)?;
            }
            Row::Provider(row) => {
                let key = (row.space.clone(), row.host_and_path().to_owned());
                self.providers.insert(key, Arc::new(row));
            }
            Row::Limits(row) => {
                self.limits.insert(row.policy, row.limits);
            }
            // The root has been made of it.
            Row::Server(_) => {}
            Row::Used(row) => {
                if let Some(kept) = self.keys.get(&row.key) {
                    kept.usage.restore(row.last);
                }
            }
        }
        Ok(())
    }

    fn delete(&mut self, key: RowKey) {
        match key {
            RowKey::Account(id) => self.accounts.remove(&id),
            RowKey::User(id) => self.users.remove(&id),
            RowKey::Group(id) => self.groups.remove(&id),
            RowKey::Role(id) => {
                self.trusts.remove(&id);
                self.roles.remove(&id);
            }
            RowKey::Policy(id) => self.policies.remove(&id),
            RowKey::Version(policy, number) => {
                remove_from(&mut self.versions, &policy, |versions| {
                    versions.remove(&number)
                });
            }
            RowKey::Inline(of, name) => {
                remove_from(&mut self.inline, &of, |policies| policies.remove(&name));
            }
            RowKey::Key(id) => {
                if let Some(kept) = self.keys.remove(&id) {
                    remove_from(&mut self.keys_of, kept.row.holder.id(), |keys| {
                        keys.remove(&id).then_some(())
                    });
                }
            }
            RowKey::Provider(space, name) => {
                self.providers.remove(&(space, name));
            }
            RowKey::Limits(policy) => {
                self.limits.remove(&policy);
            }
            RowKey::Server | RowKey::Used(_) => {}
        }
    }

    fn keep(&mut self, row: AccessKey, secret: Secret) -> Result<()> {
        let restriction = match &row.restriction {
            None => None,
            Some(document) => Some(Named {
                name: row.id.as_str().into(),
                policy: compile(Kind::Identity, &row.id, document)?,
            }),
        };
        // A key that changes has been used as often as before.
        let known = self.keys.get(&row.id);
        let usage = known.map_or_else(Arc::default, |known| Arc::clone(&known.usage));
        let kept = Kept {
            secret,
            restriction,
            usage,
            credential: OnceLock::new(),
            row: Arc::new(row),
        };
        let holder = kept.row.holder.id().to_owned();
        let id = kept.row.id.clone();
        self.keys_of.entry(holder).or_default().insert(id.clone());
        self.keys.insert(id, kept);
        Ok(())
    }

    fn put_version(&mut self, row: PolicyVersion) -> Result<()> {
        let policy = compile(Kind::Identity, &row.policy, &row.document)?;
        let versions = self.versions.entry(row.policy.clone()).or_default();
        let named = Named {
            name: row.policy.as_str().into(),
            policy,
        };
        let row = Arc::new(row);
        versions.insert(row.number, Version { row, named });
        Ok(())
    }

    fn put_inline(&mut self, row: Inline) -> Result<()> {
        let policy = compile(Kind::Identity, &row.of, &row.document)?;
        let named = Named {
            name: row.name.as_str().into(),
            policy,
        };
        self.inline
            .entry(row.of)
            .or_default()
            .insert(row.name, named);
        Ok(())
    }

    /// The managed policy of that name, as its default version has it.
    pub(crate) fn managed(&self, arn: &str) -> Option<Named> {
        if let Some(ready) = self.ready_made.get(arn) {
            return Some(ready.named.clone());
        }
        let policy = self.managed_row(arn)?;
        let version = self
            .versions
            .get(&policy.id)?
            .get(&policy.default_version)?;
        Some(Named {
            name: arn.into(),
            policy: Arc::clone(&version.named.policy),
        })
    }

    /// The row of a managed policy that somebody made.
    pub(crate) fn managed_row(&self, arn: &str) -> Option<&Arc<ManagedPolicy>> {
        let rest = arn.strip_prefix("arn:aws:iam::")?;
        let (space, path) = rest.split_once(":policy/")?;
        let name = path.rsplit('/').next()?;
        let policy = self.policies.get(space, name)?;
        (policy.arn() == arn).then_some(policy)
    }

    /// The account whose space it is; of the space without a number, the server's.
    pub(crate) fn account_of_space(&self, space: &str) -> Option<&Arc<Account>> {
        match space.is_empty() {
            true => Some(&self.root),
            false => self.accounts.by_number(space),
        }
    }

    /// A plain account, which is looked after like a user: by its like, and by the server's own.
    pub(crate) fn plain_account(&self, space: &str, name: &str) -> Option<&Arc<Account>> {
        let account = self.accounts.get(name)?;
        (self.has_plain_accounts(space) && account.is_plain()).then_some(account)
    }

    pub(crate) fn has_plain_accounts(&self, space: &str) -> bool {
        space.is_empty() || space == self.root.number
    }
}

fn compile(kind: Kind, key: &str, document: &str) -> Result<Arc<Policy>> {
    let policy = Policy::parse(kind, document).map_err(|error| damaged(key, error))?;
    Ok(Arc::new(policy))
}

fn open_secret(row: &AccessKey, sealer: &Sealer) -> Result<Secret> {
    let wrong = || damaged(&row.id, "the secret was sealed under another master key");
    let sealed = hex::decode(&row.sealed).map_err(|error| damaged(&row.id, error))?;
    let opened = sealer.open(&sealed, RowKey::Key(row.id.clone()).encode().as_bytes());
    let text = String::from_utf8(opened.ok_or_else(wrong)?);
    Ok(Secret::new(&text.map_err(|error| damaged(&row.id, error))?))
}

/// Removes from a collection of collections, and the inner one when it is empty.
fn remove_from<C: IsEmpty, R>(
    outer: &mut HashMap<String, C>,
    key: &str,
    remove: impl FnOnce(&mut C) -> Option<R>,
) {
    if let Some(inner) = outer.get_mut(key) {
        remove(inner);
        if inner.is_empty() {
            outer.remove(key);
        }
    }
}

trait IsEmpty {
    fn is_empty(&self) -> bool;
}

impl<K, V> IsEmpty for BTreeMap<K, V> {
    fn is_empty(&self) -> bool {
        BTreeMap::is_empty(self)
    }
}

impl<T> IsEmpty for BTreeSet<T> {
    fn is_empty(&self) -> bool {
        BTreeSet::is_empty(self)
    }
}
