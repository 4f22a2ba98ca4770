//! Makes what the configuration says is to exist, and brings up to date what differs. Nothing is
//! ever deleted: what is not declared, or not any more, stays as it is.

mod bucket;
mod check;
mod user;

use std::sync::Arc;

use admin::Admin;
use http::Method;
use identity::Identity;
use identity::iam::{Iam, NewPolicy, NewVersion};
use identity::model::Limits;
use serde_json::json;
use storage_engine::Engine;
use tracing::{error, info, warn};

use crate::client::path;
use crate::config::{Declared, Origin, Placed, Policy};
use crate::webhook::WebhookConfig;

#[derive(Debug, thiserror::Error)]
pub(crate) enum DeclareError {
    /// Where it is declared, what it is, and why it cannot be so.
    #[error("{origin}: {what}: {why}")]
    One {
        origin: Origin,
        what: String,
        why: String,
    },
    #[error("{origin}: {why}")]
    At { origin: Origin, why: String },
    #[error("cannot look at what is there: {0}")]
    Store(#[from] storage_engine::Error),
    #[error(
        "what is declared cannot be made. What is wrong ({0}) is told above; nothing has been changed"
    )]
    Nothing(usize),
}

/// What is worked on. Everything belongs to the root of the server.
pub(crate) struct Declarer<'a> {
    engine: &'a Arc<Engine>,
    identity: &'a Identity,
    admin: &'a Admin,
    webhooks: &'a [WebhookConfig],
}

impl<'a> Declarer<'a> {
    pub(crate) fn new(
        engine: &'a Arc<Engine>,
        identity: &'a Identity,
        admin: &'a Admin,
        webhooks: &'a [WebhookConfig],
    ) -> Self {
        Declarer {
            engine,
            identity,
            admin,
            webhooks,
        }
    }

    /// Nothing is changed where it is known before that not all of it can be. Interrupted anywhere,
    /// it is gone on with by the next start.
    pub(crate) async fn declare(&self, declared: &Declared) -> Result<(), DeclareError> {
        let faults = self.faults(declared).await?;
        if !faults.is_empty() {
            for fault in &faults {
                error!("{fault}");
            }
            return Err(DeclareError::Nothing(faults.len()));
        }
        for Placed { origin, it } in &declared.policies {
            let made = self.policy(it).await;
            made.map_err(failed(origin, format!("policy {:?}", it.name)))?;
        }
        for Placed { origin, it } in &declared.groups {
            let made = self.group(it).await;
            made.map_err(failed(origin, format!("group {:?}", it.name)))?;
        }
        for Placed { origin, it } in &declared.accounts {
            let made = self.account(it).await;
            made.map_err(failed(origin, format!("account {:?}", it.name)))?;
        }
        for Placed { origin, it } in &declared.users {
            let made = self.user(it).await;
            made.map_err(failed(origin, format!("user {:?}", it.name)))?;
        }
        for Placed { origin, it } in &declared.buckets {
            let made = self.bucket(it).await;
            made.map_err(failed(origin, format!("bucket {:?}", it.name)))?;
        }
        // When all are there: one may name another one.
        for bucket in &declared.buckets {
            let name = &bucket.it.name;
            for Placed { origin, it } in &bucket.it.configurations {
                let (kind, meant) = it;
                let configured = self.configure(name, kind, meant).await;
                configured.map_err(failed(origin, format!("bucket {name:?}: {kind}")))?;
            }
        }
        Ok(())
    }

    async fn policy(&self, policy: &Policy) -> Result<(), String> {
        if let Some(document) = &policy.document {
            let read = serde_json::from_str(document).unwrap_or_default();
            for what in admin::unknown_actions(&read) {
                warn!(policy = policy.name, "declared: {what}");
            }
            self.document(&policy.name, document).await?;
        }
        match &policy.limits {
            Some(limits) => self.limits(&policy.name, *limits).await,
            None => Ok(()),
        }
    }

    /// Through the interface, whose audit log tells of it. Of a name that is both, one of our own is
    /// meant, and not the ready-made one.
    async fn limits(&self, name: &str, meant: Limits) -> Result<(), String> {
        let arn = self.arn(name);
        let there = self.iam().get_policy(&arn).map_err(told)?;
        if there.limits == meant {
            return Ok(());
        }
        let limits = json!({
            "storage": meant.storage,
            "objects": meant.objects,
            "requests_per_second": meant.requests_per_second,
            "largest_object": meant.largest_object,
        });
        let place = path(&["policies", &arn, "limits"]);
        self.ask(Method::PUT, &place, Some(&limits)).await?;
        info!(policy = name, "declared, limits brought up to date");
        Ok(())
    }

    async fn document(&self, name: &str, document: &str) -> Result<(), String> {
        let iam = self.iam();
        let arn = iam.arn(&format!("policy/{name}"));
        let Ok(there) = iam.get_policy(&arn) else {
            let new = NewPolicy {
                name,
                document,
                ..NewPolicy::default()
            };
            iam.create_policy(new).await.map_err(told)?;
            info!(policy = name, "declared, made");
            return Ok(());
        };
        let version = iam.get_policy_version(&arn, there.default_version);
        if version.map_err(told)?.document == document {
            return Ok(());
        }
        make_room(&iam, &arn, there.default_version).await?;
        let new = iam.create_policy_version(&arn, document, NewVersion::BecomesDefault);
        new.await.map_err(told)?;
        info!(policy = name, "declared, brought up to date");
        Ok(())
    }

    fn iam(&self) -> Iam<'_> {
        self.identity.iam_of(&self.identity.root())
    }
}

/// A policy keeps a few versions only: the oldest one that does not count makes room.
async fn make_room(iam: &Iam<'_>, arn: &str, counts: u32) -> Result<(), String> {
    let versions = iam.list_policy_versions(arn).map_err(told)?;
    if versions.len() < identity::limits::VERSIONS_PER_POLICY_MAX {
        return Ok(());
    }
    let mut oldest_first = versions.iter().rev().map(|version| version.number);
    match oldest_first.find(|number| *number != counts) {
        Some(oldest) => iam.delete_policy_version(arn, oldest).await.map_err(told),
        None => Ok(()),
    }
}

fn failed(origin: &Origin, what: String) -> impl FnOnce(String) -> DeclareError {
    let origin = origin.clone();
    move |why| DeclareError::One { origin, what, why }
}

fn told(error: impl ToString) -> String {
    error.to_string()
}
