//! What is declared names other things: those that are declared with it, ready-made ones, and such
//! as a store has already.

use std::collections::BTreeSet;
use std::fmt;

use identity::check;
use identity::policy::{Kind, Policy, Who};
use pipeline::events::{Service, TargetArn};
use s3_api::kms::KeyId;
use serde_json::Value;

use super::{Bucket, Declared, Placed};
use crate::config::origin::{Fault, Origin, nearest};
use crate::webhook::WebhookConfig;

/// Where one thing names another one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Reference {
    pub(crate) origin: Origin,
    /// What names it.
    from: String,
    pub(crate) to: Referred,
    /// What else it could have meant.
    near: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Referred {
    /// By name or full name.
    Policy(String),
    Group(String),
    /// That takes the access log of another one.
    Bucket(String),
    /// That encrypts what is written to a bucket.
    KmsKey(String),
    /// Whom a bucket's policy names, by a name that only a store gives.
    Principal(Who),
}

const READY_MADE: &str = "arn:aws:iam::aws:policy/";

impl Declared {
    /// Whatever is named and neither declared nor ready-made: a store may have it.
    pub(crate) fn references(&self) -> Vec<Reference> {
        let mut references = Vec::new();
        let mut add = |from: &str, names: &[Placed<String>], to: fn(String) -> Referred| {
            let one = |name: &Placed<String>| Reference {
                origin: name.origin.clone(),
                from: from.to_owned(),
                to: to(name.it.clone()),
                near: None,
            };
            references.extend(names.iter().map(one));
        };
        for group in &self.groups {
            let from = format!("group {:?}", group.it.name);
            add(&from, &group.it.policies, Referred::Policy);
        }
        for account in &self.accounts {
            let from = format!("account {:?}", account.it.name);
            add(&from, &account.it.policies, Referred::Policy);
        }
        for user in &self.users {
            let from = format!("user {:?}", user.it.name);
            add(&from, &user.it.policies, Referred::Policy);
            add(&from, &user.it.groups, Referred::Group);
        }
        for bucket in &self.buckets {
            let from = format!("bucket {:?}: logging", bucket.it.name);
            let targets: Vec<_> = bucket
                .it
                .configurations
                .iter()
                .filter_map(log_target)
                .collect();
            add(&from, &targets, Referred::Bucket);
            let from = format!("bucket {:?}: encryption", bucket.it.name);
            let keys = bucket.it.configurations.iter().flat_map(kms_keys);
            add(&from, &keys.collect::<Vec<_>>(), Referred::KmsKey);
        }
        // Limits alone are those of a policy there is.
        for Placed { origin, it } in &self.policies {
            let name = vec![Placed {
                origin: origin.clone(),
                it: it.name.clone(),
            }];
            if it.document.is_none() {
                add("limits without a document", &name, Referred::Policy);
            }
        }
        references.extend(self.buckets.iter().flat_map(|it| principals(&it.it)));
        references.retain(|reference| !self.is_known(&reference.to));
        for reference in &mut references {
            reference.near = self.near(&reference.to);
        }
        references
    }

    /// Receivers of events that buckets name and nothing sets.
    pub(in crate::config) fn unknown_webhooks(&self, known: &[WebhookConfig]) -> Vec<Fault> {
        let mut faults = Vec::new();
        for bucket in &self.buckets {
            let name = &bucket.it.name;
            let notifications = bucket.it.configurations.iter();
            for it in notifications.filter(|it| it.it.0 == "notification") {
                for target in targets(&it.it.1) {
                    let target = target.target();
                    if known.iter().all(|webhook| webhook.name != target) {
                        let what = format!(
                            "bucket {name:?}: notification: there is no webhook {target:?} in the \
                             settings"
                        );
                        faults.push(Fault::placed(&it.origin, what));
                    }
                }
            }
        }
        faults
    }

    /// The receivers of events that a bucket's rules name.
    pub(crate) fn receivers(configuration: &(String, Value)) -> Vec<String> {
        let (kind, value) = configuration;
        let found = match kind.as_str() {
            "notification" => targets(value),
            _ => Vec::new(),
        };
        found.iter().map(|it| it.target().to_owned()).collect()
    }

    /// Those that all of them name.
    pub(in crate::config) fn all_receivers(&self) -> BTreeSet<String> {
        let all = self.buckets.iter().flat_map(|it| &it.it.configurations);
        all.flat_map(|it| Declared::receivers(&it.it)).collect()
    }

    /// What its policies name and no request asks for: they can be so, and change nothing.
    pub(in crate::config) fn unknown_actions(&self) -> Vec<Fault> {
        let mut found = Vec::new();
        for Placed { origin, it } in &self.policies {
            let document = it.document.as_deref().map(serde_json::from_str::<Value>);
            let told = document.and_then(Result::ok);
            let told = told.map(|document| admin::unknown_actions(&document));
            let told = told.unwrap_or_default().into_iter();
            found.extend(
                told.map(|what| Fault::placed(origin, format!("policy {:?}: {what}", it.name))),
            );
        }
        found
    }

    fn is_known(&self, to: &Referred) -> bool {
        short(to).is_some_and(|short| self.names_like(to).contains(&short))
    }

    /// Short names of that kind.
    fn names_like(&self, to: &Referred) -> Vec<&str> {
        match to {
            Referred::Policy(name) => {
                let with_document = self.policies.iter().filter(|it| it.it.document.is_some());
                let declared = with_document.map(|policy| policy.it.name.as_str());
                let mut names: Vec<&str> = check::ready_made_policies().collect();
                match (name.starts_with("arn:"), name.starts_with(READY_MADE)) {
                    (_, true) => {}
                    (true, false) => names = declared.collect(),
                    (false, false) => names.extend(declared),
                }
                names
            }
            Referred::Group(_) => self.groups.iter().map(|it| it.it.name.as_str()).collect(),
            Referred::Bucket(_) => self.buckets.iter().map(|it| it.it.name.as_str()).collect(),
            Referred::KmsKey(_) | Referred::Principal(_) => Vec::new(),
        }
    }

    fn near(&self, to: &Referred) -> Option<String> {
        nearest(short(to)?, self.names_like(to).into_iter()).map(str::to_owned)
    }
}

impl Reference {
    /// Amazon's names are all known.
    pub(crate) fn can_be_stored(&self) -> bool {
        !matches!(&self.to, Referred::Policy(name) if name.starts_with(READY_MADE))
    }

    /// Where nothing of that name can be.
    pub(crate) fn fault(&self) -> Fault {
        Fault::placed(&self.origin, self)
    }

    /// Where nobody knows what the store has.
    pub(crate) fn doubt(&self) -> Fault {
        let what = format!("{self}; a server starts only if its store has one");
        Fault::placed(&self.origin, what)
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (kind, name, known) = match &self.to {
            Referred::Policy(name) => ("policy", name, "neither declared nor ready-made"),
            Referred::Group(name) => ("group", name, "not declared"),
            Referred::Bucket(name) => ("bucket", name, "not declared"),
            Referred::KmsKey(name) => ("KMS key", name, "made by `cairn kms key add`"),
            Referred::Principal(
                Who::Arn(name) | Who::UniqueId(name) | Who::CanonicalUser(name),
            ) => ("principal", name, "known only to a store"),
            Referred::Principal(_) => return write!(f, "{}: somebody", self.from),
        };
        write!(f, "{}: {kind} {name:?} is {known}", self.from)?;
        match &self.near {
            Some(near) => write!(f, " (did you mean {near}?)"),
            None => Ok(()),
        }
    }
}

/// What may be declared, by the name it is declared by.
fn short(to: &Referred) -> Option<&str> {
    match to {
        Referred::Policy(name) if name.starts_with("arn:") => name.rsplit('/').next(),
        Referred::Policy(name) | Referred::Group(name) | Referred::Bucket(name) => Some(name),
        Referred::KmsKey(_) | Referred::Principal(_) => None,
    }
}

/// Those that somebody has to make.
fn kms_keys(configuration: &Placed<(String, Value)>) -> Vec<Placed<String>> {
    let Placed { origin, it } = configuration;
    let (kind, value) = it;
    let rules = value["Rules"].as_array().into_iter().flatten();
    let named = rules
        .filter(|_| kind == "encryption")
        .filter_map(|rule| rule["ApplyServerSideEncryptionByDefault"]["KMSMasterKeyID"].as_str())
        .filter_map(|text| KeyId::parse(text).ok())
        .filter(|id| !id.is_made_at_need());
    let placed = named.map(|id| Placed {
        origin: origin.clone(),
        it: id.name().to_owned(),
    });
    placed.collect()
}

/// Whom a bucket's policy names, but for accounts, which may be another server's.
fn principals(bucket: &Bucket) -> Vec<Reference> {
    let mut found = Vec::new();
    for Placed { origin, it } in &bucket.configurations {
        let (kind, value) = it;
        let Ok(policy) = Policy::parse(Kind::Bucket, &value.to_string()) else {
            continue;
        };
        let is_of_store =
            |who: &&Who| matches!(who, Who::Arn(_) | Who::UniqueId(_) | Who::CanonicalUser(_));
        let named = policy.principals().filter(|_| kind == "policy");
        found.extend(named.filter(is_of_store).map(|who| Reference {
            origin: origin.clone(),
            from: format!("bucket {:?}: policy", bucket.name),
            to: Referred::Principal(who.clone()),
            near: None,
        }));
    }
    found
}

/// Whatever stands under names that end so.
fn targets(value: &Value) -> Vec<TargetArn> {
    const SERVICES: [Service; 3] = [Service::Topic, Service::Queue, Service::Function];
    let parsed = |text: &str| {
        let mut services = SERVICES.into_iter();
        services.find_map(|service| TargetArn::parse(service, text))
    };
    match value {
        Value::Array(items) => items.iter().flat_map(targets).collect(),
        Value::Object(fields) => {
            let found = fields
                .iter()
                .flat_map(|(name, value)| match value.as_str() {
                    Some(text) if name.ends_with("Arn") => parsed(text).into_iter().collect(),
                    _ => targets(value),
                });
            found.collect()
        }
        _ => Vec::new(),
    }
}

fn log_target(configuration: &Placed<(String, Value)>) -> Option<Placed<String>> {
    let (kind, value) = &configuration.it;
    let target = value["LoggingEnabled"]["TargetBucket"].as_str()?;
    (kind == "logging").then(|| Placed {
        origin: configuration.origin.clone(),
        it: target.to_owned(),
    })
}
