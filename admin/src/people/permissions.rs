//! What somebody may do: the statements in effect, each with where it comes from.

use super::simulate::{
    Decision, Place, Question, Scope, Source, StatementView, Verdict, simulated,
};
use crate::call::Call;
use crate::page::{Page, PageQuery};
use crate::refused::Refused;
use identity::iam::{Held, PolicyHolder, Simulation};
use identity::policy::{Effect, Layer, Outcome};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

/// A statement somebody has.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct PermissionView {
    /// `user/anna/NAME` of one inside of a user, `group/readers/NAME` inside of a group, the ARN of a
    /// managed one.
    policy: String,
    /// `identity`, or `boundary` where it only limits what others allow.
    source: Source,
    /// The group that brings it, where it is not the user's own.
    group: Option<String>,
    sid: Option<String>,
    from: Option<Place>,
    to: Option<Place>,
    says: Said,
}

/// What a statement says.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Said {
    effect: EffectView,
    /// `s3:Get*`; all but `not_actions`, where those are given.
    actions: Vec<String>,
    not_actions: Vec<String>,
    /// ARNs; all but `not_resources`, where those are given.
    resources: Vec<String>,
    not_resources: Vec<String>,
    /// As the document has it; null without one.
    condition: Option<Value>,
    /// What was given of the request contradicts it.
    condition_fails: bool,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum EffectView {
    Allow,
    Deny,
}

/// Of a user of the account: its own statements, those of its groups, and its boundary.
pub(crate) async fn of_user(
    call: &Call<'_>,
    query: PageQuery,
) -> Result<Page<PermissionView>, Refused> {
    let iam = call.iam();
    let arn = iam.arn_of(PolicyHolder::User(call.path(0)));
    call.permit_iam("SimulatePrincipalPolicy", &[("PolicySourceArn", &arn)])?;
    iam.get_user(Some(call.path(0)))?;
    let held = iam.statements_of(&arn, None, &[], &call.work)?;
    Page::part(held.iter().map(PermissionView::of).collect(), &query)
}

/// Which statements speak of the actions, and on what.
pub(super) async fn without_resources(
    call: &Call<'_>,
    arn: &str,
    question: Question,
) -> Result<Vec<Verdict>, Refused> {
    let iam = call.iam();
    let simulation = Simulation {
        actions: question.actions,
        context: question.context.into_iter().collect(),
        ..Simulation::default()
    };
    let found = simulated(call, arn, &simulation).await?;
    let mut items = Vec::new();
    for of_action in found {
        let action = Some(&*of_action.action);
        let held = iam.statements_of(arn, action, &simulation.context, &call.work)?;
        if call.work.wants_pause() {
            tokio::task::yield_now().await;
        }
        let on_all = of_action.outcome();
        let missing = of_action.tried.into_iter().flat_map(|tried| tried.missing);
        items.push(Verdict {
            resource: None,
            decision: decision(&held, on_all),
            scope: Scope::Statements,
            ground: None,
            statements: held.iter().map(statement).collect(),
            missing_context: missing.collect(),
            action: of_action.action,
        });
    }
    Ok(items)
}

/// What is allowed on `*` is allowed on all, unless something else is denied.
fn decision(held: &[Held], on_all: Outcome) -> Decision {
    let has = |layer, effect| {
        let mut held = held.iter();
        held.any(|it| it.layer == layer && it.effect == effect && !it.fails)
    };
    let is_denied = has(Layer::Identity, Effect::Deny) || has(Layer::Boundary, Effect::Deny);
    match on_all {
        Outcome::ExplicitDeny => Decision::ExplicitlyDenied,
        _ if !has(Layer::Identity, Effect::Allow) => Decision::ImplicitlyDenied,
        Outcome::Allow if !is_denied => Decision::Allowed,
        _ => Decision::Depends,
    }
}

fn statement(held: &Held) -> StatementView {
    let view = PermissionView::of(held);
    StatementView {
        policy: Some(view.policy),
        source: view.source,
        sid: view.sid,
        from: view.from,
        to: view.to,
        says: Some(view.says),
    }
}

impl PermissionView {
    fn of(held: &Held) -> Self {
        let place = |at: identity::policy::Position| Place {
            line: at.line,
            column: at.column,
        };
        Self {
            policy: held.policy.clone(),
            source: match held.layer {
                Layer::Boundary => Source::Boundary,
                _ => Source::Identity,
            },
            group: held.group.clone(),
            sid: held.sid.clone(),
            from: held.place.map(|(from, _)| place(from)),
            to: held.place.map(|(_, to)| place(to)),
            says: Said::of(held),
        }
    }
}

impl Said {
    /// As it stands in the document, which was checked when it was stored.
    fn of(held: &Held) -> Self {
        let document: Value = serde_json::from_str(&held.document).unwrap_or_default();
        let statement = match &document["Statement"] {
            Value::Array(all) => all.get(held.number).cloned().unwrap_or_default(),
            one => one.clone(),
        };
        let list = |field: &str| match &statement[field] {
            Value::String(one) => vec![one.clone()],
            Value::Array(all) => {
                let texts = all.iter().filter_map(Value::as_str);
                texts.map(str::to_owned).collect()
            }
            _ => Vec::new(),
        };
        Self {
            effect: match held.effect {
                Effect::Allow => EffectView::Allow,
                Effect::Deny => EffectView::Deny,
            },
            actions: list("Action"),
            not_actions: list("NotAction"),
            resources: list("Resource"),
            not_resources: list("NotResource"),
            condition_fails: held.fails,
            condition: Some(statement["Condition"].clone()).filter(|it| !it.is_null()),
        }
    }
}
