//! The decision, as Amazon documents it.
//!
//! A deny anywhere decides. Otherwise, within one account, an allow on either side is enough: on
//! the identity's, as far as boundary and session policy go along, or on the resource's, where it
//! names who asks closely enough. Between accounts both sides have to allow.

use std::sync::Arc;

use super::Policy;
use super::principal::{Closeness, PrincipalKind};
use super::request::Request;
use super::statement::{Effect, Statement};
use super::trace::{Finding, Nobody, Verdict, Witness};

/// A policy under the name it is attached by.
#[derive(Debug, Clone, PartialEq)]
pub struct Named {
    pub name: Arc<str>,
    pub policy: Arc<Policy>,
}

/// What a principal may do before any policy is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Only what policies allow.
    Ordinary,
    /// As owner of what the request is about, or root of an account: everything its account may.
    Owner,
    /// The server's root: everything, whatever policies of resources say.
    Administrator,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Relation {
    /// Principal and resource belong to one account.
    SameAccount,
    CrossAccount,
    /// The resource is a role and its policy says who may assume it: without it nobody may, and
    /// naming who asks is enough.
    Trust,
}

/// All policies that have a say in a request.
#[derive(Debug, Clone, Copy)]
pub struct Layers<'a> {
    pub standing: Standing,
    /// Of the principal and its groups.
    pub identity: &'a [Named],
    pub boundary: Option<&'a Named>,
    /// Handed over for a session: together they limit it, none do not.
    pub session: &'a [Named],
    /// Of the credential itself. Whatever grants something, this has to allow it, too.
    pub restriction: Option<&'a Named>,
    pub resource: Option<&'a Policy>,
    pub relation: Relation,
}

/// What an account that owns a bucket may do whatever the bucket's policy says.
pub(super) const OF_BUCKET_POLICY: [&str; 3] = [
    "s3:GetBucketPolicy",
    "s3:PutBucketPolicy",
    "s3:DeleteBucketPolicy",
];

impl<'a> Layers<'a> {
    /// The policy of the resource, where it has a say. Nobody can lock the administrator out of a
    /// bucket, nor, as with Amazon, the root of an account that owns one out of the policy that does
    /// it. Whom a root vouches for is not the root.
    pub(super) fn heard(&self, request: &Request<'_>) -> Option<&'a Policy> {
        let is_about_policy = OF_BUCKET_POLICY
            .iter()
            .any(|action| request.action.eq_ignore_ascii_case(action));
        let is_root = request.principal.kind == PrincipalKind::Account;
        let is_own = is_root && self.relation == Relation::SameAccount;
        match self.standing {
            Standing::Administrator => None,
            Standing::Owner if is_own && is_about_policy => None,
            Standing::Owner | Standing::Ordinary => self.resource,
        }
    }
}

/// Where in the layers something was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layer {
    Standing,
    Identity,
    Boundary,
    Session,
    Restriction,
    Resource,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    Allow,
    /// A statement denies it.
    ExplicitDeny,
    /// Nothing allows it.
    ImplicitDeny,
}

/// The answer, and what it rests on.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Decision<'a> {
    pub outcome: Outcome,
    pub because: Because<'a>,
    /// It took more than there was for it, and so it is denied, whatever policies say.
    pub is_given_up: bool,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Because<'a> {
    /// Where it was decided; of an implicit deny, where an allow was missing.
    pub layer: Layer,
    /// The policy's name, where it has one.
    pub policy: Option<&'a str>,
    pub statement: Option<&'a Statement>,
}

impl Decision<'_> {
    pub fn is_allowed(&self) -> bool {
        self.outcome == Outcome::Allow
    }

    /// Whether a statement forbids it: then nothing else, an ACL for example, can allow it.
    pub fn is_denied(&self) -> bool {
        self.outcome == Outcome::ExplicitDeny
    }
}

impl Layer {
    /// As Amazon's messages call it.
    fn words(self) -> &'static str {
        match self {
            Layer::Standing | Layer::Identity => "identity-based policy",
            Layer::Boundary => "permissions boundary",
            Layer::Session => "session policy",
            Layer::Restriction => "policy of the credential",
            Layer::Resource => "resource-based policy",
        }
    }
}

impl Decision<'_> {
    /// Why it is refused, in Amazon's words where it has any: `because no identity-based policy
    /// allows the s3:GetObject action`. Of what is allowed there is nothing to say.
    pub fn why_not(&self, action: &str) -> String {
        let layer = self.because.layer.words();
        match self.outcome {
            _ if self.is_given_up => format!(
                "because it takes too much work to find out what the policies say about the \
                 {action} action"
            ),
            Outcome::Allow => String::new(),
            Outcome::ExplicitDeny if layer.starts_with('i') => {
                format!("with an explicit deny in an {layer}")
            }
            Outcome::ExplicitDeny => format!("with an explicit deny in a {layer}"),
            Outcome::ImplicitDeny => format!("because no {layer} allows the {action} action"),
        }
    }
}

/// Decides. Nothing but the arguments has an influence.
pub fn evaluate<'a>(layers: &Layers<'a>, request: &Request<'_>) -> Decision<'a> {
    // Once for a request: what follows is given up for the same reason.
    let is_told = request.work.is_over();
    let decision = decide(layers, request, Nobody);
    if decision.is_given_up && !is_told {
        let resource = String::from_utf8_lossy(request.resource);
        tracing::warn!(
            who = request.principal.arn,
            action = request.action,
            %resource,
            "denied: it takes too much work to find out what the policies say"
        );
    }
    decision
}

/// Decides while somebody looks on, as long as there is work left for it.
pub(super) fn decide<'a>(
    layers: &Layers<'a>,
    request: &Request<'_>,
    witness: impl Witness<'a>,
) -> Decision<'a> {
    // What would deny it may not have been read, so no list may allow it either.
    let given_up = Decision {
        outcome: Outcome::ExplicitDeny,
        because: only(Layer::Standing),
        is_given_up: true,
    };
    if request.work.is_over() {
        return given_up;
    }
    request.work.begin();
    let decision = read(layers, request, witness);
    request.work.end();
    match request.work.is_over() {
        false => decision,
        true => given_up,
    }
}

/// What the policies say, as far as they could be read.
fn read<'a>(layers: &Layers<'a>, request: &Request<'_>, witness: impl Witness<'a>) -> Decision<'a> {
    let mut reading = Reading {
        request,
        denied: None,
        witness,
    };
    let restriction = reading.look(Layer::Restriction, layers.restriction);
    let boundary = reading.look(Layer::Boundary, layers.boundary);
    let session = reading.any(Layer::Session, layers.session);
    let mut identity = reading.any(Layer::Identity, layers.identity);
    let resource = reading.resource(layers.heard(request));
    if let Some(because) = reading.denied {
        return Decision {
            outcome: Outcome::ExplicitDeny,
            because,
            is_given_up: false,
        };
    }
    if layers.standing != Standing::Ordinary {
        identity = Some(only(Layer::Standing));
    }
    let limits = boundary.and(match session {
        None if !layers.session.is_empty() => Err(Layer::Session),
        _ => Ok(()),
    });
    let relation = match layers.standing {
        // Everything is his.
        Standing::Administrator => Relation::SameAccount,
        Standing::Ordinary | Standing::Owner => layers.relation,
    };
    let granted = || grant(relation, request, identity, limits, resource);
    let decided = restriction.and_then(|()| granted());
    let (outcome, because) = match decided {
        Ok(because) => (Outcome::Allow, because),
        Err(lacking) => (Outcome::ImplicitDeny, only(lacking)),
    };
    Decision {
        outcome,
        because,
        is_given_up: false,
    }
}

/// Who allows it, or where an allow is missing.
fn grant<'a>(
    relation: Relation,
    request: &Request<'_>,
    identity: Option<Because<'a>>,
    limits: Result<(), Layer>,
    resource: Option<(Closeness, Because<'a>)>,
) -> Result<Because<'a>, Layer> {
    let by_identity = match identity {
        Some(because) => limits.map(|()| because),
        None => Err(Layer::Identity),
    };
    // They have no policies of their own and belong to no account.
    let has_no_identity = matches!(
        request.principal.kind,
        PrincipalKind::Anonymous | PrincipalKind::Federated | PrincipalKind::Service
    );
    let closeness = resource.map(|(closeness, _)| closeness);
    let by_resource = resource.map(|(_, because)| because).ok_or(Layer::Resource);
    let is_close = match closeness {
        Some(Closeness::Itself) => true,
        Some(Closeness::Role) => limits.is_ok(),
        Some(Closeness::Account) | None => false,
    };
    match relation {
        _ if has_no_identity => by_resource,
        Relation::SameAccount | Relation::Trust if is_close => by_resource,
        Relation::SameAccount => by_identity,
        Relation::CrossAccount | Relation::Trust => by_identity.and(by_resource),
    }
}

/// Policies being read, with the first statement that denies.
struct Reading<'a, 'r, W> {
    request: &'r Request<'r>,
    denied: Option<Because<'a>>,
    witness: W,
}

type Allowed<'a> = Option<(Closeness, Because<'a>)>;

impl<'a, W: Witness<'a>> Reading<'a, '_, W> {
    /// The layer, where there is such a policy and it does not allow.
    fn look(&mut self, layer: Layer, policy: Option<&'a Named>) -> Result<(), Layer> {
        let found = policy.map(|named| self.any(layer, std::slice::from_ref(named)));
        match found {
            Some(None) => Err(layer),
            Some(Some(_)) | None => Ok(()),
        }
    }

    /// The first statement that allows. All are looked at: each may deny.
    fn any(&mut self, layer: Layer, policies: &'a [Named]) -> Option<Because<'a>> {
        let mut first = None;
        for named in policies {
            let found = self.statements(layer, Some(&named.name), &named.policy);
            first = first.or(found.map(|(_, because)| because));
        }
        first
    }

    fn resource(&mut self, policy: Option<&'a Policy>) -> Allowed<'a> {
        self.statements(Layer::Resource, None, policy?)
    }

    /// The statement that allows most closely.
    fn statements(
        &mut self,
        layer: Layer,
        name: Option<&'a str>,
        policy: &'a Policy,
    ) -> Allowed<'a> {
        let mut allowed: Allowed<'a> = None;
        for (number, statement) in policy.statements().iter().enumerate() {
            let because = Because {
                layer,
                policy: name,
                statement: Some(statement),
            };
            let Some(closeness) = statement.is_about(self.request) else {
                self.witness.skipped(statement, self.request);
                continue;
            };
            let holds = statement.holds(self.request);
            let verdict = match statement.effect() {
                _ if !holds => Verdict::ConditionsFail,
                Effect::Deny => Verdict::Denies,
                Effect::Allow => Verdict::Allows,
            };
            let finding = || Finding {
                layer,
                policy: name,
                document: policy.document(),
                number,
                statement,
                verdict,
            };
            self.witness.found(finding, self.request);
            match verdict {
                Verdict::Denies => self.denied = self.denied.or(Some(because)),
                Verdict::Allows if allowed.is_none_or(|(known, _)| known < closeness) => {
                    allowed = Some((closeness, because));
                }
                Verdict::Allows | Verdict::ConditionsFail => {}
            }
        }
        allowed
    }
}

fn only(layer: Layer) -> Because<'static> {
    Because {
        layer,
        policy: None,
        statement: None,
    }
}
