//! What is declared names other things: those that are declared with it, ready-made ones, and such
//! as a store has already.

use std::fmt;

use identity::check;
use pipeline::events::{Service, TargetArn};
use serde_json::Value;

use super::{Declared, Placed};
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

    fn is_known(&self, to: &Referred) -> bool {
        self.names_like(to).contains(&short(to))
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
        }
    }

    fn near(&self, to: &Referred) -> Option<String> {
        nearest(short(to), self.names_like(to).into_iter()).map(str::to_owned)
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
        let known = match &self.to {
            Referred::Policy(_) => "neither declared nor ready-made",
            Referred::Group(_) | Referred::Bucket(_) => "not declared",
        };
        let (kind, name) = match &self.to {
            Referred::Policy(name) => ("policy", name),
            Referred::Group(name) => ("group", name),
            Referred::Bucket(name) => ("bucket", name),
        };
        write!(f, "{}: {kind} {name:?} is {known}", self.from)?;
        match &self.near {
            Some(near) => write!(f, " (did you mean {near}?)"),
            None => Ok(()),
        }
    }
}

fn short(to: &Referred) -> &str {
    match to {
        Referred::Policy(name) if name.starts_with("arn:") => {
            name.rsplit('/').next().unwrap_or_default()
        }
        Referred::Policy(name) | Referred::Group(name) | Referred::Bucket(name) => name,
    }
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
