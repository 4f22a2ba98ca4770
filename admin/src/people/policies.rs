//! Managed policies, by their names.

use super::limits::LimitsView;
use super::{Tags, all, document};
use crate::actions::{UnknownAction, unknown_in};
use crate::answer::Nothing;
use crate::call::Call;
use crate::condition;
use crate::page::{Page, limit};
use crate::refused::Refused;
use crate::time::shown;
use identity::iam::{NewVersion, Paging, PolicyFilter, PolicyScope, PolicyView};
use identity::limits::VERSIONS_PER_POLICY_MAX;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PoliciesQuery {
    /// All, unless given.
    scope: Option<Scope>,
    /// What their names contain, case aside.
    search: Option<String>,
    /// Items of the page, 1 to 1,000; 100 unless given.
    limit: Option<u32>,
    /// Where the page begins: `next` of the page before.
    cursor: Option<String>,
}

#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "PolicyScope")]
pub(crate) enum Scope {
    All,
    /// Those that are there from the beginning.
    ReadyMade,
    /// Those of the account.
    Own,
}

#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct PolicySummary {
    name: String,
    arn: String,
    path: String,
    description: Option<String>,
    created: String,
    updated: String,
    /// There from the beginning; it cannot be changed.
    is_ready_made: bool,
    /// How many users, groups and roles have it.
    attachments: usize,
    /// How many it bounds.
    boundaries: usize,
    limits: LimitsView,
}

#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct PolicyDetail {
    #[serde(flatten)]
    summary: PolicySummary,
    tags: Tags,
    /// The number of the version that counts.
    version: u32,
    document: Value,
    /// Actions in it that no request asks for: they change nothing.
    warnings: Vec<UnknownAction>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CheckedDocument {
    document: Value,
}

/// What is odd about a policy, and no reason to refuse it.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Warnings {
    warnings: Vec<UnknownAction>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewPolicy {
    name: String,
    path: Option<String>,
    description: Option<String>,
    #[serde(default)]
    tags: Tags,
    document: Value,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewDocument {
    document: Value,
}

/// Of one that is not set yet, or is not managed. It tells of nothing but the document and the
/// server's own tables.
pub(crate) async fn check(_call: &Call<'_>, checked: CheckedDocument) -> Result<Warnings, Refused> {
    Ok(Warnings {
        warnings: unknown_in(&checked.document),
    })
}

pub(crate) async fn list(
    call: &Call<'_>,
    query: PoliciesQuery,
) -> Result<Page<PolicySummary>, Refused> {
    call.permit_iam("ListPolicies", &[])?;
    let filter = PolicyFilter {
        scope: match query.scope.unwrap_or(Scope::All) {
            Scope::All => PolicyScope::All,
            Scope::ReadyMade => PolicyScope::ReadyMade,
            Scope::Own => PolicyScope::Local,
        },
        ..everything()
    };
    let paging = Paging {
        marker: query.cursor.as_deref(),
        items_max: Some(limit(query.limit)? as usize),
        search: query.search.as_deref(),
    };
    let policies = call.iam().list_policies(filter, paging)?;
    Ok(Page::of(policies, |policy| summary(&policy)))
}

pub(crate) async fn create(call: &Call<'_>, new: NewPolicy) -> Result<PolicyDetail, Refused> {
    call.about(new.name.clone());
    let tags = new.tags.parameters();
    let mut parameters = vec![("PolicyName", new.name.as_str())];
    parameters.extend(
        tags.iter()
            .map(|(key, value)| (key.as_str(), value.as_str())),
    );
    parameters.extend(new.path.as_deref().map(|path| ("Path", path)));
    call.permit_iam("CreatePolicy", &parameters)?;
    let (iam, document) = (call.iam(), new.document.to_string());
    let policy = iam.create_policy(identity::iam::NewPolicy {
        name: &new.name,
        path: new.path.as_deref(),
        document: &document,
        description: new.description.as_deref(),
        tags: new.tags.into_list(),
    });
    let arn = policy.await?.arn;
    detail(call, &arn)
}

pub(crate) async fn get(call: &Call<'_>) -> Result<PolicyDetail, Refused> {
    let arn = arn_of(call, call.path(0))?;
    call.permit_iam("GetPolicy", &[("PolicyArn", &arn)])?;
    call.permit_iam("GetPolicyVersion", &[("PolicyArn", &arn)])?;
    detail(call, &arn)
}

/// A new version that counts from now on. The oldest goes where there are too many, and only with it.
pub(crate) async fn update(call: &Call<'_>, new: NewDocument) -> Result<PolicyDetail, Refused> {
    let arn = arn_of(call, call.path(0))?;
    call.permit_iam("CreatePolicyVersion", &[("PolicyArn", &arn)])?;
    let _held = condition::hold(call, &arn).await?;
    let iam = call.iam();
    let is_full = iam.list_policy_versions(&arn)?.len() >= VERSIONS_PER_POLICY_MAX;
    let version = match is_full {
        true => {
            call.permit_iam("DeletePolicyVersion", &[("PolicyArn", &arn)])?;
            NewVersion::ReplacesOldest
        }
        false => NewVersion::BecomesDefault,
    };
    let text = new.document.to_string();
    iam.create_policy_version(&arn, &text, version).await?;
    detail(call, &arn)
}

pub(crate) async fn delete(call: &Call<'_>) -> Result<Nothing, Refused> {
    let arn = arn_of(call, call.path(0))?;
    call.permit_iam("DeletePolicy", &[("PolicyArn", &arn)])?;
    let _held = condition::hold(call, &arn).await?;
    let iam = call.iam();
    let policy = iam.get_policy(&arn)?;
    if policy.attachments == 0 && policy.boundaries == 0 {
        for version in iam.list_policy_versions(&arn)? {
            if version.number != policy.default_version {
                iam.delete_policy_version(&arn, version.number).await?;
            }
        }
    }
    iam.delete_policy(&arn).await?;
    Ok(Nothing {})
}

/// A name of a policy of the account, or of a ready-made one; an ARN stands for itself. What is
/// not there is named as if it were: it can then be told to those only who may know.
pub(super) fn arn_of(call: &Call<'_>, name: &str) -> Result<String, Refused> {
    if name.starts_with("arn:") {
        return Ok(name.to_owned());
    }
    let iam = call.iam();
    let policies = all(|paging| iam.list_policies(everything(), paging))?;
    let mut named = policies.into_iter().filter(|policy| policy.name == name);
    // Of two the account's own is meant.
    let found = named.next();
    let found = match found {
        Some(ready) if is_ready_made(&ready) => named.next().or(Some(ready)),
        found => found,
    };
    Ok(found.map_or_else(|| iam.arn(&format!("policy/{name}")), |policy| policy.arn))
}

fn everything() -> PolicyFilter<'static> {
    PolicyFilter {
        scope: PolicyScope::All,
        path_prefix: "/",
        only_attached: false,
        usage: None,
    }
}

fn is_ready_made(policy: &PolicyView) -> bool {
    is_ready_made_arn(&policy.arn)
}

pub(super) fn is_ready_made_arn(arn: &str) -> bool {
    arn.starts_with("arn:aws:iam::aws:")
}

pub(super) fn detail(call: &Call<'_>, arn: &str) -> Result<PolicyDetail, Refused> {
    let iam = call.iam();
    let policy = iam.get_policy(arn)?;
    let version = iam.get_policy_version(arn, policy.default_version)?;
    let document = document(&version.document)?;
    Ok(PolicyDetail {
        summary: summary(&policy),
        tags: Tags::of(&policy.tags),
        version: policy.default_version,
        // Amazon's own name services that are not here.
        warnings: match is_ready_made(&policy) {
            true => Vec::new(),
            false => unknown_in(&document),
        },
        document,
    })
}

fn summary(policy: &PolicyView) -> PolicySummary {
    PolicySummary {
        name: policy.name.clone(),
        arn: policy.arn.clone(),
        path: policy.path.clone(),
        description: policy.description.clone(),
        created: shown(policy.created),
        updated: shown(policy.updated),
        is_ready_made: is_ready_made(policy),
        attachments: policy.attachments,
        boundaries: policy.boundaries,
        limits: LimitsView::of(&policy.limits),
    }
}
