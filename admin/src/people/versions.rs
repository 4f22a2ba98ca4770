//! Versions of managed policies, and who has a policy.

use super::policies::{PolicyDetail, arn_of, detail};
use super::{all, document};
use crate::call::Call;
use crate::condition;
use crate::page::{Page, PageQuery};
use crate::refused::Refused;
use crate::time::shown;
use identity::iam::{EntityFilter, EntityKind, PolicyEntity, PolicyUsage};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "PolicyVersion")]
pub(crate) struct VersionView {
    version: u32,
    created: String,
    /// It is the one that counts.
    is_default: bool,
    document: Value,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct DefaultVersion {
    version: u32,
}

/// Who has a policy.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct PolicyUse {
    kind: UserOfPolicy,
    name: String,
    how: HowUsed,
}

/// In the order in which they are told.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum UserOfPolicy {
    Group,
    Role,
    User,
    /// One without a number, which stands in the server's own account as a user does.
    Account,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum HowUsed {
    Attached,
    /// It goes no further.
    Boundary,
}

/// The newest first: there are five at most.
pub(crate) async fn list(call: &Call<'_>, query: PageQuery) -> Result<Page<VersionView>, Refused> {
    let arn = arn_of(call, call.path(0))?;
    call.permit_iam("ListPolicyVersions", &[("PolicyArn", &arn)])?;
    call.permit_iam("GetPolicyVersion", &[("PolicyArn", &arn)])?;
    let iam = call.iam();
    let counts = iam.get_policy(&arn)?.default_version;
    let versions = iam.list_policy_versions(&arn)?;
    let shown = versions.iter().map(|version| {
        Ok(VersionView {
            version: version.number,
            created: shown(version.created),
            is_default: version.number == counts,
            document: document(&version.document)?,
        })
    });
    Page::part(shown.collect::<Result<_, Refused>>()?, &query)
}

/// Brings an old one back: it counts from the next request on.
pub(crate) async fn set_default(
    call: &Call<'_>,
    wanted: DefaultVersion,
) -> Result<PolicyDetail, Refused> {
    let arn = arn_of(call, call.path(0))?;
    call.permit_iam("SetDefaultPolicyVersion", &[("PolicyArn", &arn)])?;
    let _held = condition::hold(call, &arn).await?;
    let iam = call.iam();
    iam.set_default_policy_version(&arn, wanted.version).await?;
    detail(call, &arn)
}

/// Groups first, then roles, users and accounts, each by name; whom it bounds behind whom it is attached to.
pub(crate) async fn uses(call: &Call<'_>, query: PageQuery) -> Result<Page<PolicyUse>, Refused> {
    let arn = arn_of(call, call.path(0))?;
    call.permit_iam("ListEntitiesForPolicy", &[("PolicyArn", &arn)])?;
    let iam = call.iam();
    let mut items = Vec::new();
    for usage in [PolicyUsage::Attached, PolicyUsage::Boundary] {
        let filter = EntityFilter {
            kinds: vec![EntityKind::Group, EntityKind::Role, EntityKind::User],
            path_prefix: "/",
            usage: Some(usage),
        };
        let found = all(|paging| iam.list_entities_for_policy(&arn, &filter, paging))?;
        let found = found.into_iter().map(|entity| holder(call, entity));
        let mut found: Vec<_> = found.collect();
        found.sort();
        items.extend(found.into_iter().map(|(kind, name)| PolicyUse {
            kind,
            name,
            how: match usage {
                PolicyUsage::Attached => HowUsed::Attached,
                PolicyUsage::Boundary => HowUsed::Boundary,
            },
        }));
    }
    Page::part(items, &query)
}

/// To IAM an account without a number is a user that is called by the account's id.
fn holder(call: &Call<'_>, entity: PolicyEntity) -> (UserOfPolicy, String) {
    let kind = match entity.kind {
        EntityKind::Group => UserOfPolicy::Group,
        EntityKind::Role => UserOfPolicy::Role,
        EntityKind::User => match call.admin.identity.account(&entity.id) {
            Some(account) => return (UserOfPolicy::Account, account.name.clone()),
            None => UserOfPolicy::User,
        },
    };
    (kind, entity.name)
}
