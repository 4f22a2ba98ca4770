//! What policies would decide: requests that are tried and not made.

use super::answer::{Outcome, inside, list, more, names};
use super::call::Call;
use super::refused::Refused;
use crate::op::ACTIONS;
use crate::xml::writer::Writer;
use identity::iam::{Matched, Page, Sides, Simulated, Simulation, Tried};
use identity::policy::{ActionTarget, Layer, Outcome as Decided, Position};

pub(super) async fn custom(call: &Call<'_>) -> Outcome {
    refuse(call, "OrderedOrganizationPolicyInputList")?;
    let simulation = simulation(call)?;
    let paging = call.parameters.paging()?;
    let page = call
        .iam()
        .simulate_custom_policy(&simulation, paging)
        .await?;
    answer(&page)
}

pub(super) async fn principal(call: &Call<'_>) -> Outcome {
    refuse(call, "PolicyExclusionList")?;
    let source = call.required("PolicySourceArn")?;
    let simulation = simulation(call)?;
    let paging = call.parameters.paging()?;
    let iam = call.iam();
    let page = iam
        .simulate_principal_policy(source, &simulation, paging)
        .await?;
    answer(&page)
}

/// What is not served must not be passed over: the answer would be another one.
fn refuse(call: &Call<'_>, list: &'static str) -> Result<(), Refused> {
    match call.parameters.has_list(list) {
        false => Ok(()),
        true => Err(Refused::invalid_input(format!("{list} is not supported."))),
    }
}

fn simulation<'a>(call: &Call<'a>) -> Result<Simulation<'a>, Refused> {
    let parameters = call.parameters;
    let mut boundaries = parameters.list("PermissionsBoundaryPolicyInputList")?;
    if boundaries.len() > 1 {
        let message = "There can be one permissions boundary only.";
        return Err(Refused::invalid_input(message.to_owned()));
    }
    Ok(Simulation {
        policies: parameters.list("PolicyInputList")?,
        boundary: boundaries.pop(),
        actions: parameters.list("ActionNames")?,
        resources: parameters.list("ResourceArns")?,
        resource_policy: call.text("ResourcePolicy"),
        resource_owner: call.text("ResourceOwner"),
        caller: call.text("CallerArn"),
        context: parameters.context_entries()?,
    })
}

fn answer(page: &Page<Simulated>) -> Outcome {
    inside(|xml| {
        list(xml, "EvaluationResults", &page.items, evaluation);
        more(xml, page.marker.as_deref());
    })
}

/// What was found on any resource, and then of each.
fn evaluation(xml: &mut Writer, simulated: &Simulated) {
    let is_of_everything = matches!(&simulated.tried[..], [one] if one.resource == "*");
    xml.text("EvalActionName", &simulated.action);
    xml.text(
        "EvalResourceName",
        match is_of_everything {
            true => "*",
            false => template(&simulated.action),
        },
    );
    xml.text("EvalDecision", word(simulated.outcome()));
    let decisive: Vec<&Tried> = simulated
        .tried
        .iter()
        .filter(|tried| tried.outcome == simulated.outcome())
        .collect();
    matched(xml, &once(decisive.iter().flat_map(|it| &it.matched)));
    let all = || simulated.tried.iter();
    names(
        xml,
        "MissingContextValues",
        &once(all().flat_map(|it| &it.missing)),
    );
    boundary(xml, all().filter_map(|tried| tried.boundary));
    sides(xml, all().filter_map(|tried| tried.sides));
    if !is_of_everything {
        list(xml, "ResourceSpecificResults", &simulated.tried, specific);
    }
}

fn specific(xml: &mut Writer, tried: &Tried) {
    xml.text("EvalResourceName", &tried.resource);
    xml.text("EvalResourceDecision", word(tried.outcome));
    matched(xml, &once(&tried.matched));
    names(xml, "MissingContextValues", &tried.missing);
    sides(xml, tried.sides.into_iter());
    boundary(xml, tried.boundary.into_iter());
}

/// Each of them once, in the order they came.
fn once<'a, T: PartialEq>(all: impl IntoIterator<Item = &'a T>) -> Vec<&'a T> {
    let mut found = Vec::new();
    for one in all {
        if !found.contains(&one) {
            found.push(one);
        }
    }
    found
}

fn matched(xml: &mut Writer, all: &[&Matched]) {
    list(xml, "MatchedStatements", all, |xml, matched| {
        let (id, kind) = source(matched);
        xml.text("SourcePolicyId", &id);
        xml.text("SourcePolicyType", kind);
        if let Some((start, end)) = matched.place {
            position(xml, "StartPosition", start);
            position(xml, "EndPosition", end);
        }
    });
}

fn position(xml: &mut Writer, name: &'static str, at: Position) {
    xml.element(name, |xml| {
        xml.number("Line", at.line as u64);
        xml.number("Column", at.column as u64);
    });
}

/// What Amazon calls a policy, and what kind of one it is: `user_anna_policy` is an inline one.
fn source(matched: &Matched) -> (String, &'static str) {
    let Some(name) = matched.policy.as_deref() else {
        return ("ResourcePolicy".to_owned(), "resource");
    };
    let kinds = ["user", "group", "role"];
    let inline = kinds.iter().find(|kind| {
        let rest = name.strip_prefix(**kind);
        rest.is_some_and(|rest| rest.starts_with('/'))
    });
    let last = || name.rsplit('/').next().unwrap_or(name).to_owned();
    match inline {
        Some(kind) => (name.replace('/', "_"), kind),
        None if matched.layer == Layer::Resource => (name.to_owned(), "resource"),
        None if name.starts_with("arn:aws:iam::aws:") => (last(), "aws-managed"),
        None if name.starts_with("arn:") => (last(), "user-managed"),
        None => (name.to_owned(), "none"),
    }
}

/// What boundaries let through on all resources.
fn boundary(xml: &mut Writer, mut all: impl Iterator<Item = Decided>) {
    let Some(first) = all.next() else {
        return;
    };
    let lets_through = first == Decided::Allow && all.all(|it| it == Decided::Allow);
    xml.element("PermissionsBoundaryDecisionDetail", |xml| {
        xml.boolean("AllowedByPermissionsBoundary", lets_through);
    });
}

/// The strictest of what each side says; of resources of the account itself there is nothing.
fn sides(xml: &mut Writer, all: impl Iterator<Item = Sides>) {
    let all: Vec<Sides> = all.collect();
    if all.is_empty() {
        return;
    }
    let of_identity = all.iter().map(|sides| sides.identity);
    let of_resource = all.iter().map(|sides| sides.resource);
    xml.element("EvalDecisionDetails", |xml| {
        entry(xml, "IAM Policy", strictest(of_identity));
        entry(xml, "Resource Policy", strictest(of_resource));
    });
}

fn entry(xml: &mut Writer, key: &str, decided: Decided) {
    xml.element("entry", |xml| {
        xml.text("key", key);
        xml.text("value", word(decided));
    });
}

fn strictest(all: impl Iterator<Item = Decided> + Clone) -> Decided {
    let has = |wanted| all.clone().any(|it| it == wanted);
    match () {
        () if has(Decided::ExplicitDeny) => Decided::ExplicitDeny,
        () if has(Decided::ImplicitDeny) => Decided::ImplicitDeny,
        () => Decided::Allow,
    }
}

fn word(decided: Decided) -> &'static str {
    match decided {
        Decided::Allow => "allowed",
        Decided::ExplicitDeny => "explicitDeny",
        Decided::ImplicitDeny => "implicitDeny",
    }
}

/// How resources of an action are named.
fn template(action: &str) -> &'static str {
    let mut known = ACTIONS.iter();
    let known = known.find(|known| known.name.eq_ignore_ascii_case(action));
    match known.map(|known| known.target) {
        Some(ActionTarget::Object) => "arn:${Partition}:s3:::${BucketName}/${KeyName}",
        Some(ActionTarget::Bucket) => "arn:${Partition}:s3:::${BucketName}",
        Some(ActionTarget::Account) | None => "*",
    }
}
