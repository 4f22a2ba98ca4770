//! Groups, users and accounts that are declared, with their keys and policies.

use std::sync::Arc;

use identity::iam::{Iam, KeyRequest, NewUser, PolicyHolder};
use identity::model;
use identity::{NewAccount, Number, Refusal};
use tracing::info;

use super::{Declarer, told};
use crate::config::{Account, Group, Key, Placed, User};

pub(super) const WITHOUT_KEY: &str = "a new account wants at least one key: keys = [{ access-key = …, \
                                      secret-key = … }]";

impl Declarer<'_> {
    pub(super) async fn group(&self, group: &Group) -> Result<(), String> {
        let (iam, name) = (self.iam(), &group.name);
        if iam.get_group(name, Default::default()).is_err() {
            iam.create_group(name, None).await.map_err(told)?;
            info!(group = name, "declared, made");
        }
        self.attach(PolicyHolder::Group(name), &group.policies)
            .await
    }

    /// A user, or an account of this name that is there without one: once these were accounts.
    pub(super) async fn user(&self, user: &User) -> Result<(), String> {
        let (iam, name) = (self.iam(), &user.name);
        let there = iam.get_user(Some(name));
        if let (Err(_), Some(account)) = (&there, self.identity.account_by_name(name)) {
            return self.given(&account, &user.keys, &user.policies).await;
        }
        let view = match there {
            Ok(view) => view,
            Err(_) => {
                let new = NewUser {
                    name,
                    ..NewUser::default()
                };
                let made = iam.create_user(new).await.map_err(told)?;
                info!(user = name, "declared, made");
                made
            }
        };
        for key in &user.keys {
            self.key(&iam, Some(name), &view.arn, key).await?;
        }
        let groups = iam.list_groups_for_user(name, Default::default());
        let groups = groups.map_err(told)?.items;
        for group in &user.groups {
            let group = &group.it;
            if groups.iter().all(|there| there.name != *group) {
                let joined = iam.add_user_to_group(group, name).await;
                joined.map_err(|error| format!("group {group:?}: {error}"))?;
            }
        }
        self.attach(PolicyHolder::User(name), &user.policies).await
    }

    pub(super) async fn account(&self, account: &Account) -> Result<(), String> {
        let there = match self.identity.account_by_name(&account.name) {
            Some(there) => there,
            None => self.new_account(account).await?,
        };
        self.given(&there, &account.keys, &account.policies).await
    }

    /// What belongs to an account.
    async fn given(
        &self,
        account: &model::Account,
        keys: &[Key],
        policies: &[Placed<String>],
    ) -> Result<(), String> {
        let iam = self.identity.iam_of(account);
        for key in keys {
            self.key(&iam, None, &account.arn(), key).await?;
        }
        self.attach(PolicyHolder::User(&account.id), policies).await
    }

    /// An account begins with a key: the first of those that are declared.
    async fn new_account(&self, account: &Account) -> Result<Arc<model::Account>, String> {
        let Some(first) = account.keys.first() else {
            return Err(WITHOUT_KEY.to_owned());
        };
        let new = NewAccount {
            name: &account.name,
            number: account
                .number
                .as_deref()
                .map_or(Number::None, Number::Given),
            key: KeyRequest {
                id: Some(&first.access),
                secret: Some(first.secret.expose()),
                ..KeyRequest::default()
            },
            ..NewAccount::default()
        };
        let (made, _) = self.identity.add_account(new).await.map_err(told)?;
        info!(account = account.name, "declared, made");
        Ok(made)
    }

    /// With another secret it is made anew. A key that somebody has disabled stays so.
    async fn key(
        &self,
        iam: &Iam<'_>,
        user: Option<&str>,
        holder: &str,
        key: &Key,
    ) -> Result<(), String> {
        let id = &key.access;
        let about = |error: identity::Error| format!("key {id}: {error}");
        match self.identity.find(id, None) {
            Ok(known) => {
                if known.holder_arn() != holder {
                    return Err(format!("key {id} is one of {}", known.holder_arn()));
                }
                if known.secret.expose() == key.secret.expose() {
                    return Ok(());
                }
                iam.delete_access_key(user, id).await.map_err(about)?;
            }
            Err(Refusal::UnknownKey) => {}
            Err(_) => return Ok(()),
        }
        let request = KeyRequest {
            id: Some(id),
            secret: Some(key.secret.expose()),
            ..KeyRequest::default()
        };
        let made = iam.create_access_key_as(user, request).await;
        made.map_err(about)?;
        info!(holder, key = id, "declared, key made");
        Ok(())
    }

    async fn attach(
        &self,
        of: PolicyHolder<'_>,
        policies: &[Placed<String>],
    ) -> Result<(), String> {
        let iam = self.iam();
        for Placed { it: policy, .. } in policies {
            let attached = iam.attach_policy(of, &self.arn(policy)).await;
            attached.map_err(|error| format!("policy {policy:?}: {error}"))?;
        }
        Ok(())
    }

    /// A policy by its full name, or by its short one: one of ours, or else a ready-made one.
    pub(super) fn arn(&self, policy: &str) -> String {
        if policy.starts_with("arn:") {
            return policy.to_owned();
        }
        let iam = self.iam();
        let own = iam.arn(&format!("policy/{policy}"));
        match iam.get_policy(&own) {
            Ok(_) => own,
            Err(_) => format!("arn:aws:iam::aws:policy/{policy}"),
        }
    }
}
