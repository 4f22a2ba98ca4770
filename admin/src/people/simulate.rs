//! What policies would decide, and because of which statements.

use crate::call::Call;
use crate::refused::Refused;
use identity::iam::{Matched, PolicyHolder, Simulation, Tried};
use identity::policy::{Layer, Outcome, Position};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Question {
    /// The name of a user of the account, or the ARN of a user, group or role.
    principal: String,
    /// 1 to 100 actions, `s3:GetObject`.
    actions: Vec<String>,
    /// ARNs, `arn:aws:s3:::photos/*`; `*` without any.
    #[serde(default)]
    resources: Vec<String>,
    /// Condition keys with their values.
    #[serde(default)]
    context: BTreeMap<String, Vec<String>>,
}

#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Answers {
    items: Vec<Verdict>,
}

/// What policies decide of one action on one resource. Access control lists and the policy of a
/// bucket are not among them.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Verdict {
    action: String,
    resource: String,
    decision: Decision,
    /// The statements it rests on. None, where nothing says anything of it.
    statements: Vec<StatementView>,
    /// Condition keys that were looked at and not given.
    missing_context: Vec<String>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Decision {
    Allowed,
    /// A statement denies it.
    ExplicitlyDenied,
    /// Nothing allows it.
    ImplicitlyDenied,
}

#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct StatementView {
    /// `user/anna/NAME` of one inside of a user, the ARN of a managed one.
    policy: Option<String>,
    source: Source,
    sid: Option<String>,
    from: Option<Place>,
    to: Option<Place>,
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
    line: usize,
    column: usize,
}

pub(crate) async fn simulate(call: &Call<'_>, question: Question) -> Result<Answers, Refused> {
    let iam = call.iam();
    let arn = match question.principal.starts_with("arn:") {
        true => question.principal,
        false => iam.arn_of(PolicyHolder::User(&question.principal)),
    };
    call.permit_iam("SimulatePrincipalPolicy", &[("PolicySourceArn", &arn)])?;
    let simulation = Simulation {
        actions: question.actions,
        resources: question.resources,
        context: question.context.into_iter().collect(),
        ..Simulation::default()
    };
    let found = super::all(|paging| iam.simulate_principal_policy(&arn, &simulation, paging))?;
    let items = found.into_iter().flat_map(|of_action| {
        let action = of_action.action;
        let verdict = move |tried: Tried| Verdict::of(action.clone(), tried);
        of_action.tried.into_iter().map(verdict)
    });
    Ok(Answers {
        items: items.collect(),
    })
}

impl Verdict {
    fn of(action: String, tried: Tried) -> Self {
        Self {
            action,
            resource: tried.resource,
            decision: match tried.outcome {
                Outcome::Allow => Decision::Allowed,
                Outcome::ExplicitDeny => Decision::ExplicitlyDenied,
                Outcome::ImplicitDeny => Decision::ImplicitlyDenied,
            },
            statements: tried.matched.into_iter().map(StatementView::of).collect(),
            missing_context: tried.missing,
        }
    }
}

impl StatementView {
    fn of(matched: Matched) -> Self {
        let place = |at: Position| Place {
            line: at.line,
            column: at.column,
        };
        Self {
            policy: matched.policy,
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
        }
    }
}
