//! Users that are declared, with their keys and policies.

use std::sync::Arc;

use identity::iam::{KeyRequest, PolicyHolder};
use identity::model::Account;
use identity::{NewAccount, Refusal};
use tracing::info;

use super::{Declarer, told};
use crate::config::{Key, User};

impl Declarer<'_> {
    pub(super) async fn user(&self, user: &User) -> Result<(), String> {
        let account = match self.identity.account_by_name(&user.name) {
            Some(account) => account,
            None => self.new_user(user).await?,
        };
        if account.id == self.identity.root().id {
            return Err("this is the name of the server's own account".to_owned());
        }
        for key in &user.keys {
            self.key(&account, key).await?;
        }
        let iam = self.iam();
        for policy in &user.policies {
            if !account.is_plain() {
                return Err(
                    "an account with a number may do everything in it, and is given no \
                            policies"
                        .to_owned(),
                );
            }
            let (of, arn) = (PolicyHolder::User(&account.id), self.arn(policy));
            let attached = iam.attach_policy(of, &arn).await;
            attached.map_err(|error| format!("policy {policy:?}: {error}"))?;
        }
        Ok(())
    }

    /// An account begins with a key: the first of those that are declared.
    async fn new_user(&self, user: &User) -> Result<Arc<Account>, String> {
        let Some(first) = user.keys.first() else {
            return Err(
                "a new user wants at least one key: keys = [{ access-key = …, secret-key = \
                        … }]"
                    .to_owned(),
            );
        };
        let new = NewAccount {
            name: &user.name,
            key: KeyRequest {
                id: Some(&first.access),
                secret: Some(first.secret.expose()),
                ..KeyRequest::default()
            },
            ..NewAccount::default()
        };
        let (account, _) = self.identity.add_account(new).await.map_err(told)?;
        info!(user = user.name, "declared, made");
        Ok(account)
    }

    /// With another secret it is made anew. A key that somebody has disabled stays so.
    async fn key(&self, account: &Account, key: &Key) -> Result<(), String> {
        let iam = self.identity.iam_of(account);
        let id = &key.access;
        let about = |error: identity::Error| format!("key {id}: {error}");
        match self.identity.find(id, None) {
            Ok(known) => {
                let holder = known.caller.account();
                if holder.id != account.id {
                    return Err(format!("key {id} is one of {:?}", holder.name));
                }
                if known.secret.expose() == key.secret.expose() {
                    return Ok(());
                }
                iam.delete_access_key(None, id).await.map_err(about)?;
            }
            Err(Refusal::UnknownKey) => {}
            Err(_) => return Ok(()),
        }
        let request = KeyRequest {
            id: Some(id),
            secret: Some(key.secret.expose()),
            ..KeyRequest::default()
        };
        let made = iam.create_access_key_as(None, request).await;
        made.map_err(about)?;
        info!(user = account.name, key = id, "declared, key made");
        Ok(())
    }

    /// A policy by its full name, or by its short one: one of ours, or else a ready-made one.
    fn arn(&self, policy: &str) -> String {
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
