//! What is known beforehand to be impossible: asked before anything is changed.

use http::Method;
use identity::model;
use identity::policy::Who;
use storage_engine::Error;
use storage_engine::row::Versioning;

use super::user::WITHOUT_KEY;
use super::{DeclareError, Declarer, failed};
use crate::client::path;
use crate::config::{
    Account, Bucket, Declared, Key, Origin, Placed, Reference, Referred, User, Versioning as Meant,
};

impl Declarer<'_> {
    pub(super) async fn faults(&self, declared: &Declared) -> Result<Vec<DeclareError>, Error> {
        let mut faults = Vec::new();
        for reference in declared.references() {
            if !self.is_stored(&reference, declared).await? {
                faults.push(missing(&reference));
            }
        }
        for Placed { origin, it } in &declared.accounts {
            let named = || format!("account {:?}", it.name);
            let wrong = self.account_faults(it).into_iter();
            faults.extend(wrong.map(|why| failed(origin, named())(why)));
        }
        for Placed { origin, it } in &declared.users {
            let named = || format!("user {:?}", it.name);
            let wrong = self.user_faults(it).into_iter();
            faults.extend(wrong.map(|why| failed(origin, named())(why)));
        }
        for Placed { origin, it } in &declared.buckets {
            if let Some(why) = self.bucket_fault(it).await? {
                faults.push(failed(origin, format!("bucket {:?}", it.name))(why));
            }
            for (origin, why) in self.receiver_faults(it).await {
                let what = format!("bucket {:?}: notification", it.name);
                faults.push(failed(&origin, what)(why));
            }
        }
        Ok(faults)
    }

    async fn is_stored(&self, reference: &Reference, declared: &Declared) -> Result<bool, Error> {
        Ok(match &reference.to {
            Referred::KmsKey(id) => {
                let place = path(&["kms", "keys", id]);
                self.ask(Method::GET, &place, None).await.is_ok()
            }
            Referred::Principal(who) => self.identity.knows(who) || self.will_be(who, declared),
            Referred::Policy(name) => self.iam().get_policy(&self.arn(name)).is_ok(),
            Referred::Group(name) => self.iam().get_group(name, Default::default()).is_ok(),
            Referred::Bucket(name) => match self.engine.bucket(name).await {
                Ok(_) => true,
                Err(Error::NoSuchBucket { .. }) => false,
                Err(error) => return Err(error),
            },
        })
    }

    /// Whether that is a user who is made before buckets are.
    fn will_be(&self, who: &Who, declared: &Declared) -> bool {
        let named = |name: &str| self.iam().arn(&format!("user/{name}"));
        let mut users = declared.users.iter();
        matches!(who, Who::Arn(arn) if users.any(|user| named(&user.it.name) == *arn))
    }

    /// Receivers that rules are about to name for the first time, and that nobody answers for: they
    /// would refuse the rules half way through a start.
    async fn receiver_faults(&self, bucket: &Bucket) -> Vec<(Origin, String)> {
        let mut faults = Vec::new();
        for Placed { origin, it } in &bucket.configurations {
            let named = Declared::receivers(it);
            if named.is_empty() || self.is_configured(&bucket.name, &it.0, &it.1).await {
                continue;
            }
            let known = self.webhooks.iter();
            for webhook in known.filter(|webhook| named.contains(&webhook.name)) {
                let unreachable = webhook.reach().await.err();
                faults.extend(unreachable.map(|why| (origin.clone(), why)));
            }
        }
        faults
    }

    fn account_faults(&self, account: &Account) -> Vec<String> {
        let mut faults = Vec::new();
        let there = self.identity.account_by_name(&account.name);
        let fault = match &there {
            None if account.keys.is_empty() => Some(WITHOUT_KEY),
            Some(there) => self.account_fault(account, there),
            None => None,
        };
        faults.extend(fault.map(str::to_owned));
        let holder = there.map(|there| there.arn());
        faults.extend(self.key_faults(&account.keys, holder.as_deref()));
        faults
    }

    fn account_fault(&self, account: &Account, there: &model::Account) -> Option<&'static str> {
        if there.id == self.identity.root().id {
            return Some("this is the name of the server's own account");
        }
        let meant = account.number.as_deref().unwrap_or_default();
        (there.number != meant).then_some("an account keeps the number it was made with, or none")
    }

    fn user_faults(&self, user: &User) -> Vec<String> {
        let mut faults = Vec::new();
        let there = self.iam().get_user(Some(&user.name)).ok();
        let holder = match there {
            Some(there) => Some(there.arn),
            None => self.identity.account_by_name(&user.name).map(|account| {
                if !user.groups.is_empty() {
                    let what = "there is an account of this name, and accounts are in no groups";
                    faults.push(what.to_owned());
                }
                if !user.policies.is_empty() && !account.is_plain() {
                    let what = "there is an account of this name with a number, which is given no \
                                policies";
                    faults.push(what.to_owned());
                }
                account.arn()
            }),
        };
        faults.extend(self.key_faults(&user.keys, holder.as_deref()));
        faults
    }

    /// Keys that somebody else has.
    fn key_faults(&self, keys: &[Key], holder: Option<&str>) -> Vec<String> {
        let fault = |key: &Key| match self.identity.find(&key.access, None) {
            Ok(known) if holder != Some(known.holder_arn()) => Some(format!(
                "key {} is one of {}",
                key.access,
                known.holder_arn()
            )),
            Ok(_) | Err(_) => None,
        };
        keys.iter().filter_map(fault).collect()
    }

    async fn bucket_fault(&self, bucket: &Bucket) -> Result<Option<String>, Error> {
        let row = match self.engine.bucket(&bucket.name).await {
            Ok(row) => Some(row),
            Err(Error::NoSuchBucket { .. }) => None,
            Err(error) => return Err(error),
        };
        if let Some(row) = &row
            && row.owner != self.identity.root().id.as_str()
        {
            return Ok(Some("somebody else has a bucket of this name".to_owned()));
        }
        let mut kinds = bucket.configurations.iter().map(|it| it.it.0.as_str());
        let locks = kinds.any(|kind| kind == "object-lock");
        let is_versioned = match (bucket.object_lock, bucket.versioning) {
            (true, _) | (_, Some(Meant::Enabled)) => true,
            (false, Some(Meant::Suspended | Meant::Off)) => false,
            (false, None) => row.is_some_and(|row| row.versioning == Versioning::Enabled),
        };
        let what = "object-lock: only with object-lock = true, or with versioning = \"enabled\"";
        Ok((locks && !is_versioned).then(|| what.to_owned()))
    }
}

fn missing(reference: &Reference) -> DeclareError {
    let why = format!("{reference}, and the store has none");
    DeclareError::At {
        origin: reference.origin.clone(),
        why,
    }
}
