//! What would be decided, and because of which statements: of what is in buckets by the evaluation that
//! requests get, of everything else by the policies of who is asked about.

use super::permissions::{self, Said};
use crate::actions::{UnknownAction, unknown};
use crate::call::Call;
use crate::limits::PAGE_ITEMS_MAX;
use crate::refused::Refused;
use identity::Caller;
use identity::iam::{Matched, Paging, PolicyHolder, Simulated, Simulation, Tried, too_much_work};
use identity::model::Holder;
use identity::policy::{Layer, Outcome, Position};
use s3_api::{Deliberation, Explanation, Ground, Scheme};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap};
use storage_engine::Error;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Question {
    /// The name of a user of the account, or the ARN of a user, group or role.
    pub(super) principal: String,
    /// 1 to 100 actions, `s3:GetObject`.
    pub(super) actions: Vec<String>,
    /// ARNs, `arn:aws:s3:::photos/*`. Without any it is asked which statements of the principal speak
    /// of the actions, and on what.
    #[serde(default)]
    pub(super) resources: Vec<String>,
    /// Condition keys with their values.
    #[serde(default)]
    pub(super) context: BTreeMap<String, Vec<String>>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Simulated")]
pub(crate) struct Answers {
    pub(super) items: Vec<Verdict>,
    /// Actions that were asked about and that no request asks for.
    pub(super) warnings: Vec<UnknownAction>,
}

/// What is decided of one action on one resource.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Verdict {
    pub(super) action: String,
    /// Null where it was asked about none.
    pub(super) resource: Option<String>,
    pub(super) decision: Decision,
    /// What was asked.
    pub(super) scope: Scope,
    /// What decided, where everything was asked, or the user is suspended.
    pub(super) ground: Option<GroundView>,
    /// The statements it rests on. None, where nothing says anything of it.
    pub(super) statements: Vec<StatementView>,
    /// Condition keys that were looked at and not given.
    pub(super) missing_context: Vec<String>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Decision {
    Allowed,
    /// A statement denies it.
    ExplicitlyDenied,
    /// Nothing allows it.
    ImplicitlyDenied,
    /// It was asked about no resource, and is allowed on some, or under conditions: the statements
    /// say on which.
    Depends,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "StatementScope")]
pub(crate) enum Scope {
    /// All that a request for it would meet: the principal's policies, the bucket's policy, its public
    /// access block, access control lists, who owns the object there is, and its tags.
    Everything,
    /// The principal's own policies. The resource is no bucket there is, and nothing in one, or one may
    /// not see how it decides: that takes s3:GetBucketPolicy, s3:GetBucketAcl and
    /// s3:GetBucketPublicAccessBlock.
    Principal,
    /// Which statements the principal has, whatever they are about.
    Statements,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum GroundView {
    /// Policies, and who owns what.
    Policies,
    /// The bucket's policy would let a stranger in, and its public access block rules that out.
    PublicAccessBlock,
    /// An access control list grants it.
    Acl,
    /// A list grants it to the account, and the account's policies not to this user.
    AclToAccount,
    /// The user is suspended, so that nothing it has counts.
    Suspended,
}

#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct StatementView {
    /// `user/anna/NAME` of one inside of a user, the ARN of a managed one, the ARN of the bucket of a
    /// bucket's.
    pub(super) policy: Option<String>,
    pub(super) source: Source,
    pub(super) sid: Option<String>,
    pub(super) from: Option<Place>,
    pub(super) to: Option<Place>,
    /// What it says, where it was asked about no resource.
    pub(super) says: Option<Said>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Source {
    Standing,
    Identity,
    Boundary,
    Session,
    Restriction,
    Resource,
}

/// In the document of the policy.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Place {
    pub(super) line: usize,
    pub(super) column: usize,
}

pub(crate) async fn simulate(call: &Call<'_>, question: Question) -> Result<Answers, Refused> {
    let iam = call.iam();
    let arn = match question.principal.starts_with("arn:") {
        true => question.principal.clone(),
        false => iam.arn_of(PolicyHolder::User(&question.principal)),
    };
    call.permit_iam("SimulatePrincipalPolicy", &[("PolicySourceArn", &arn)])?;
    let warnings = unknown(question.actions.iter().map(String::as_str));
    let mut items = match question.resources.is_empty() {
        true => permissions::without_resources(call, &arn, question).await?,
        false => on_resources(call, &arn, question).await?,
    };
    // Of a group only its policies are known.
    let user = iam.caller_named(&arn);
    let user = user.map(|it| Holder::User(it.unique_id().to_owned()));
    if user.is_some_and(|it| call.admin.identity.is_suspended(&it)) {
        items.iter_mut().for_each(Verdict::suspend);
    }
    Ok(Answers { items, warnings })
}

/// By the principal's own policies. As many actions as can be asked about are on one page.
pub(super) async fn simulated(
    call: &Call<'_>,
    arn: &str,
    simulation: &Simulation<'_>,
) -> Result<Vec<Simulated>, Refused> {
    let paging = Paging {
        items_max: Some(PAGE_ITEMS_MAX as usize),
        ..Paging::default()
    };
    let iam = call.iam();
    let page = iam.simulate_principal_policy(arn, simulation, paging);
    Ok(page.await?.items)
}

async fn on_resources(
    call: &Call<'_>,
    arn: &str,
    question: Question,
) -> Result<Vec<Verdict>, Refused> {
    let iam = call.iam();
    let simulation = Simulation {
        actions: question.actions,
        resources: question.resources,
        context: question.context.into_iter().collect(),
        ..Simulation::default()
    };
    let found = simulated(call, arn, &simulation).await?;
    let principal = iam.caller_named(arn);
    let mut buckets = Buckets::new(call, &simulation.context);
    let mut items = Vec::new();
    for of_action in found {
        for tried in of_action.tried {
            let whole = match &principal {
                Some(caller) => {
                    let asked = (of_action.action.as_str(), tried.resource.as_str());
                    buckets.explain(caller, asked).await?
                }
                None => None,
            };
            items.push(match whole {
                Some(explained) => Verdict::whole(&of_action.action, tried.resource, explained),
                None => Verdict::of(&of_action.action, tried),
            });
        }
    }
    match call.work.is_over() {
        false => Ok(items),
        true => Err(too_much_work().into()),
    }
}

/// What has to be allowed to know how a bucket decides.
const SEEING: [&str; 3] = [
    "s3:GetBucketPolicy",
    "s3:GetBucketAcl",
    "s3:GetBucketPublicAccessBlock",
];

/// Buckets, as far as who asks may know how they decide.
struct Buckets<'c> {
    call: &'c Call<'c>,
    /// Of the request that is thought of.
    context: Vec<(&'c str, &'c str)>,
    seen: HashMap<String, bool>,
}

impl<'c> Buckets<'c> {
    fn new(call: &'c Call<'_>, context: &'c [(String, Vec<String>)]) -> Self {
        let pairs = context.iter().flat_map(|(key, values)| {
            let values = values.iter();
            values.map(move |value| (key.as_str(), value.as_str()))
        });
        Self {
            call,
            context: pairs.collect(),
            seen: HashMap::new(),
        }
    }

    /// The whole answer, if the resource is a bucket there is, or something in one.
    async fn explain(
        &mut self,
        caller: &Caller,
        (action, resource): (&str, &str),
    ) -> Result<Option<Explanation>, Refused> {
        let Some((bucket, key)) = of_bucket(action, resource) else {
            return Ok(None);
        };
        if !self.may_see(bucket).await? {
            return Ok(None);
        }
        let asked = Deliberation {
            caller,
            action,
            bucket,
            key: key.as_bytes(),
            context: &self.context,
            work: &self.call.work,
        };
        found(self.call.admin.s3.explain(asked).await)
    }

    async fn may_see(&mut self, bucket: &str) -> Result<bool, Refused> {
        if let Some(known) = self.seen.get(bucket) {
            return Ok(*known);
        }
        let client = self.call.client();
        let address = client.address.to_string();
        let is_secure = (client.scheme == Scheme::Https).to_string();
        let context = [
            ("aws:SourceIp", address.as_str()),
            ("aws:SecureTransport", is_secure.as_str()),
        ];
        let mut may_see = true;
        for action in SEEING {
            let asked = Deliberation {
                caller: &self.call.caller,
                action,
                bucket,
                key: b"",
                context: &context,
                work: &self.call.work,
            };
            let explained = found(self.call.admin.s3.explain(asked).await)?;
            may_see &= explained.is_some_and(|it| it.is_allowed());
        }
        self.seen.insert(bucket.to_owned(), may_see);
        Ok(may_see)
    }
}

/// Bucket and key, where it is about such.
fn of_bucket<'r>(action: &str, resource: &'r str) -> Option<(&'r str, &'r str)> {
    let is_of_s3 = action
        .get(..3)
        .is_some_and(|front| front.eq_ignore_ascii_case("s3:"));
    let name = resource
        .strip_prefix("arn:aws:s3:::")
        .filter(|_| is_of_s3)?;
    let (bucket, key) = name.split_once('/').unwrap_or((name, ""));
    (!bucket.is_empty()).then_some((bucket, key))
}

/// Nothing, where there is no such bucket.
fn found(explained: Result<Explanation, Error>) -> Result<Option<Explanation>, Refused> {
    match explained {
        Ok(explained) => Ok(Some(explained)),
        Err(Error::NoSuchBucket { .. } | Error::Invalid { .. }) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

impl Verdict {
    /// Whatever it would be otherwise.
    fn suspend(&mut self) {
        self.decision = Decision::ImplicitlyDenied;
        self.ground = Some(GroundView::Suspended);
        self.statements.clear();
        self.missing_context.clear();
    }

    fn of(action: &str, tried: Tried) -> Self {
        let statements = tried.matched.into_iter();
        Self {
            action: action.to_owned(),
            resource: Some(tried.resource),
            decision: Decision::of(tried.outcome),
            scope: Scope::Principal,
            ground: None,
            statements: statements.map(|it| StatementView::of(it, None)).collect(),
            missing_context: tried.missing,
        }
    }

    fn whole(action: &str, resource: String, explained: Explanation) -> Self {
        let bucket = resource.split('/').next().unwrap_or_default();
        let statements = explained.statements.into_iter();
        let statements = statements.map(|it| StatementView::of(it, Some(bucket)));
        Self {
            action: action.to_owned(),
            decision: Decision::of(explained.outcome),
            scope: Scope::Everything,
            ground: Some(match explained.ground {
                Ground::Policies => GroundView::Policies,
                Ground::PublicAccessBlock => GroundView::PublicAccessBlock,
                Ground::List => GroundView::Acl,
                Ground::ListToAccount => GroundView::AclToAccount,
            }),
            statements: statements.collect(),
            missing_context: explained.missing,
            resource: Some(resource),
        }
    }
}

impl Decision {
    fn of(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Allow => Self::Allowed,
            Outcome::ExplicitDeny => Self::ExplicitlyDenied,
            Outcome::ImplicitDeny => Self::ImplicitlyDenied,
        }
    }
}

impl StatementView {
    fn of(matched: Matched, bucket: Option<&str>) -> Self {
        let place = |at: Position| Place {
            line: at.line,
            column: at.column,
        };
        Self {
            policy: match matched.layer {
                Layer::Resource => bucket.map(str::to_owned),
                _ => matched.policy,
            },
            source: match matched.layer {
                Layer::Standing => Source::Standing,
                Layer::Identity => Source::Identity,
                Layer::Boundary => Source::Boundary,
                Layer::Session => Source::Session,
                Layer::Restriction => Source::Restriction,
                Layer::Resource => Source::Resource,
            },
            sid: matched.sid,
            from: matched.place.map(|(from, _)| place(from)),
            to: matched.place.map(|(_, to)| place(to)),
            says: None,
        }
    }
}
