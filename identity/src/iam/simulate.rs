//! What policies would decide, and because of what: requests are tried, and nothing is done.
//!
//! It is the same evaluation that requests get, of policies that are there or of some that are
//! only thought of.

use std::sync::Arc;

use super::{Iam, Page, Paging};
use crate::caller::Caller;
use crate::error::{Error, Result};
use crate::limits;
use crate::policy::{
    Context, Explained, Finding, Kind, Layer, Layers, Malformed, Named, Outcome, Policy, Position,
    Principal, PrincipalKind, Relation, Request, Standing, Work, explain,
};

/// What is to be tried.
#[derive(Debug, Clone, Default)]
pub struct Simulation<'a> {
    /// Documents, beside those the principal has.
    pub policies: Vec<String>,
    /// In place of the boundary the principal has.
    pub boundary: Option<String>,
    pub actions: Vec<String>,
    /// Full names; without any, `*`.
    pub resources: Vec<String>,
    /// Of all resources.
    pub resource_policy: Option<&'a str>,
    /// The account they belong to, by number or full name; the principal's, or the one their own
    /// names name, where none is given.
    pub resource_owner: Option<&'a str>,
    /// Who asks, where that is somebody else than who has the policies.
    pub caller: Option<&'a str>,
    /// Condition keys with their values.
    pub context: Vec<(String, Vec<String>)>,
}

/// What was decided of one action.
#[derive(Debug, Clone, PartialEq)]
pub struct Simulated {
    pub action: String,
    pub tried: Vec<Tried>,
}

/// What was decided of one action on one resource.
#[derive(Debug, Clone, PartialEq)]
pub struct Tried {
    pub resource: String,
    pub outcome: Outcome,
    pub matched: Vec<Matched>,
    /// Condition keys that would have been looked at.
    pub missing: Vec<String>,
    /// What the boundary says, where there is one.
    pub boundary: Option<Outcome>,
    /// What each side says, where the resource belongs to another account.
    pub sides: Option<Sides>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sides {
    pub identity: Outcome,
    pub resource: Outcome,
}

/// A statement that it rests on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Matched {
    pub layer: Layer,
    /// The policy's name, where it has one: an inline one's is `user/anna/policy`.
    pub policy: Option<String>,
    pub sid: Option<String>,
    /// Where in its document it begins, and where it ends.
    pub place: Option<(Position, Position)>,
}

/// Who asks, with which policies.
struct Subject {
    principal: Principal,
    identity: Vec<Named>,
    boundary: Option<Named>,
}

impl Simulated {
    /// Allowed is what is allowed on all resources.
    pub fn outcome(&self) -> Outcome {
        let outcomes = || self.tried.iter().map(|tried| tried.outcome);
        match () {
            () if outcomes().any(|it| it == Outcome::ExplicitDeny) => Outcome::ExplicitDeny,
            () if outcomes().all(|it| it == Outcome::Allow) => Outcome::Allow,
            () => Outcome::ImplicitDeny,
        }
    }
}

impl Iam<'_> {
    /// Of policies that are given, and of nothing else.
    pub async fn simulate_custom_policy(
        &self,
        simulation: &Simulation<'_>,
        paging: Paging<'_>,
    ) -> Result<Page<Simulated>> {
        if simulation.resource_policy.is_some() && simulation.caller.is_none() {
            return Err(invalid("A resource policy needs the ARN of a caller."));
        }
        let principal = match simulation.caller {
            Some(arn) => self.principal(arn)?,
            None => self.somebody(""),
        };
        let subject = Subject {
            principal,
            identity: Vec::new(),
            boundary: None,
        };
        self.simulate(subject, simulation, paging).await
    }

    /// Of the policies a user, group or role of this account has, and of those that are given.
    pub async fn simulate_principal_policy(
        &self,
        source: &str,
        simulation: &Simulation<'_>,
        paging: Paging<'_>,
    ) -> Result<Page<Simulated>> {
        let mut subject = self.subject(source)?;
        if subject.principal.role.is_some() && simulation.resource_policy.is_some() {
            return Err(invalid("Resource policies cannot be simulated for roles."));
        }
        if let Some(caller) = simulation.caller {
            subject.principal = self.principal(caller)?;
        }
        self.simulate(subject, simulation, paging).await
    }

    /// All pairs share what one request may take. Between them others have their turn.
    async fn simulate(
        &self,
        mut subject: Subject,
        simulation: &Simulation<'_>,
        paging: Paging<'_>,
    ) -> Result<Page<Simulated>> {
        check(simulation)?;
        for (number, document) in simulation.policies.iter().enumerate() {
            let name = format!("PolicyInputList.{}", number + 1);
            subject.identity.push(given(&name, document)?);
        }
        if let Some(document) = &simulation.boundary {
            let name = "PermissionsBoundaryPolicyInputList.1";
            subject.boundary = Some(given(name, document)?);
        }
        let resource_policy = simulation.resource_policy;
        let resource_policy = resource_policy.map(|text| Policy::parse(Kind::Bucket, text));
        let resource_policy = resource_policy.transpose().map_err(refused)?;
        let mut context = Context::new();
        for (key, values) in &simulation.context {
            context.set_all(key.as_str(), values.iter().map(String::as_str));
        }
        let everything = ["*".to_owned()];
        let resources = match simulation.resources.is_empty() {
            true => &everything[..],
            false => &simulation.resources,
        };
        let work = Work::default();
        let page = paging.cut(&simulation.actions, String::clone)?;
        let mut items = Vec::new();
        for action in page.items {
            let mut tried = Vec::new();
            for resource in resources {
                let layers = Layers {
                    standing: Standing::Ordinary,
                    identity: &subject.identity,
                    boundary: subject.boundary.as_ref(),
                    session: &[],
                    restriction: None,
                    resource: resource_policy.as_ref(),
                    relation: self.relation(&subject.principal, resource, simulation),
                };
                let request = Request {
                    principal: &subject.principal,
                    action: &action,
                    resource: resource.as_bytes(),
                    context: &context,
                    now: self.identity.now(),
                    work: &work,
                };
                tried.push(Tried::of(&layers, &request, resource)?);
                if work.wants_pause() {
                    tokio::task::yield_now().await;
                }
            }
            items.push(Simulated { action, tried });
        }
        let marker = page.marker;
        Ok(Page { items, marker })
    }

    /// Whether a resource belongs to the account of who asks.
    fn relation(
        &self,
        principal: &Principal,
        resource: &str,
        simulation: &Simulation<'_>,
    ) -> Relation {
        let in_name = |arn: &str| arn.split(':').nth(4).map(str::to_owned);
        let named = in_name(resource).filter(|account| !account.is_empty());
        let given = simulation.resource_owner;
        let given = given.map(|owner| in_name(owner).unwrap_or_else(|| owner.to_owned()));
        match named.or(given) {
            Some(owner) if owner != principal.account => Relation::CrossAccount,
            _ => Relation::SameAccount,
        }
    }

    /// A user, group or role of this account with its policies.
    fn subject(&self, arn: &str) -> Result<Subject> {
        if let Some(caller) = self.caller_named(arn) {
            return Ok(Subject {
                principal: caller.principal,
                identity: caller.identity,
                boundary: caller.boundary,
            });
        }
        let (principal, identity) = self.group_named(arn)?;
        Ok(Subject {
            principal,
            identity,
            boundary: None,
        })
    }

    /// Whoever is named so. Of strangers only the name is known.
    fn principal(&self, arn: &str) -> Result<Principal> {
        if let Some(caller) = self.caller_named(arn) {
            return Ok(caller.principal);
        }
        let mut parts = arn.splitn(6, ':');
        let account = match (parts.next(), parts.nth(1), parts.nth(1), parts.next()) {
            (Some("arn"), Some("iam"), Some(account), Some(resource))
                if ["user/", "group/", "role/"]
                    .iter()
                    .any(|kind| resource.starts_with(kind)) =>
            {
                account
            }
            _ => return Err(invalid("CallerArn must name a user, group or role.")),
        };
        Ok(Principal {
            account: account.to_owned(),
            ..self.somebody(arn)
        })
    }

    /// A user or role of this account, as whoever asks with nothing but that.
    pub fn caller_named(&self, arn: &str) -> Option<Caller> {
        let state = self.identity.state();
        let caller = state.caller_named(arn)?;
        let is_plain = caller.account.is_plain() && state.has_plain_accounts(&self.space);
        (is_plain || caller.space == self.space).then_some(caller)
    }

    /// Somebody of this account of whom nothing is known but a name.
    pub(super) fn somebody(&self, arn: &str) -> Principal {
        let state = self.identity.state();
        let account = state.account_of_space(&self.space);
        let mut context = Context::new();
        if !arn.is_empty() {
            context.set("aws:PrincipalArn", arn.to_owned());
        }
        Principal {
            kind: PrincipalKind::User,
            arn: arn.to_owned(),
            account: account.map_or_else(String::new, |account| account.home.clone()),
            context,
            ..Principal::default()
        }
    }
}

impl Tried {
    fn of(layers: &Layers<'_>, request: &Request<'_>, resource: &str) -> Result<Self> {
        let explained = explain(layers, request);
        let grants =
            |found: &&Finding<'_>| matches!(found.layer, Layer::Identity | Layer::Resource);
        let is_denied = explained.decision.is_denied();
        let matched = || {
            let deciding = explained.deciding();
            deciding.filter(|found| is_denied || grants(found))
        };
        // To find a statement, its document is gone through.
        let documents: usize = matched().map(|found| found.document.len()).sum();
        let missing: usize = explained.missing.iter().map(|key| key.len()).sum();
        if !request.work.spend(documents + missing) {
            return Err(too_much_work());
        }
        Ok(Self {
            resource: resource.to_owned(),
            outcome: explained.decision.outcome,
            matched: matched().map(Matched::from).collect(),
            missing: explained
                .missing
                .iter()
                .map(|key| (*key).to_owned())
                .collect(),
            boundary: layers.boundary.map(|_| explained.says(Layer::Boundary)),
            sides: sides(layers, &explained),
        })
    }
}

/// It would say what it is of policies that were not read to the end.
pub fn too_much_work() -> Error {
    Error::LimitExceeded(format!(
        "This takes more work than one request may: {} steps, of which a decision may take {}. Ask \
         about fewer actions and resources at once, or with fewer and shorter patterns and values.",
        limits::REQUEST_STEPS_MAX,
        limits::DECISION_STEPS_MAX
    ))
}

fn sides(layers: &Layers<'_>, explained: &Explained<'_>) -> Option<Sides> {
    (layers.relation == Relation::CrossAccount).then(|| Sides {
        identity: explained.says(Layer::Identity),
        resource: explained.says(Layer::Resource),
    })
}

impl From<&Finding<'_>> for Matched {
    fn from(found: &Finding<'_>) -> Self {
        Matched {
            layer: found.layer,
            policy: found.policy.map(str::to_owned),
            sid: found.statement.sid().map(str::to_owned),
            place: found.place(),
        }
    }
}

fn check(simulation: &Simulation<'_>) -> Result<()> {
    let is_action = |action: &&String| {
        let word = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
        let named = action.split_once(':').is_some_and(|(vendor, name)| {
            let mut words = [vendor, name].into_iter();
            words.all(|text| !text.is_empty() && text.bytes().all(word))
        });
        named && action.len() <= limits::ACTION_BYTES_MAX
    };
    if let Some(action) = simulation.actions.iter().find(|action| !is_action(action)) {
        return Err(invalid(&format!("Invalid Action name: {}", shown(action))));
    }
    let is_resource = |name: &&String| {
        (*name == "*" || name.starts_with("arn:")) && name.len() <= limits::RESOURCE_BYTES_MAX
    };
    let mut resources = simulation.resources.iter();
    if let Some(name) = resources.find(|name| !is_resource(name)) {
        return Err(invalid(&format!("Invalid Resource ARN: {}", shown(name))));
    }
    check_context(&simulation.context)?;
    let pairs = simulation.actions.len() * simulation.resources.len().max(1);
    match simulation.actions.is_empty() || pairs > limits::SIMULATED_MAX {
        false => Ok(()),
        true => Err(invalid(&format!(
            "A simulation is of 1 to {} pairs of an action and a resource.",
            limits::SIMULATED_MAX
        ))),
    }
}

/// Each value is held against each pattern of each policy.
fn check_context(context: &[(String, Vec<String>)]) -> Result<()> {
    let is_key = |key: &str| key.contains(':') && key.len() <= limits::CONTEXT_KEY_BYTES_MAX;
    if let Some((key, _)) = context.iter().find(|(key, _)| !is_key(key)) {
        return Err(invalid(&format!("Invalid context key: {}", shown(key))));
    }
    let is_long = |value: &String| value.len() > limits::CONTEXT_VALUE_BYTES_MAX;
    if let Some((key, _)) = context.iter().find(|(_, all)| all.iter().any(is_long)) {
        return Err(invalid(&format!(
            "A value of context key {key} is too long"
        )));
    }
    let count: usize = context.iter().map(|(_, all)| all.len().max(1)).sum();
    match count > limits::CONTEXT_VALUES_MAX {
        false => Ok(()),
        true => Err(invalid("There are too many values of context keys.")),
    }
}

/// The beginning of what may be long.
fn shown(text: &str) -> String {
    text.chars().take(limits::ACTION_BYTES_MAX).collect()
}

fn given(name: &str, document: &str) -> Result<Named> {
    Ok(Named {
        name: name.into(),
        policy: Arc::new(Policy::parse(Kind::Identity, document).map_err(refused)?),
    })
}

fn refused(error: Malformed) -> Error {
    invalid(&error.to_string())
}

fn invalid(why: &str) -> Error {
    Error::InvalidInput(why.to_owned())
}

#[cfg(test)]
mod tests;
