//! Groups, and who is in them.

use super::users::{UserSummary, summary};
use super::{Attached, Of, all, attached_to, inside_of};
use crate::answer::Nothing;
use crate::call::Call;
use crate::page::{Page, SearchQuery};
use crate::refused::Refused;
use crate::time::shown;
use identity::iam::{PolicyHolder, Renaming};
use identity::model::Group;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct GroupSummary {
    name: String,
    path: String,
    arn: String,
    id: String,
    created: String,
}

#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct GroupDetail {
    #[serde(flatten)]
    summary: GroupSummary,
    members: Vec<UserSummary>,
    attached_policies: Vec<Attached>,
    /// Names of the policies inside of it.
    policies: Vec<String>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewGroup {
    name: String,
    path: Option<String>,
}

/// What is absent stays as it is.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct GroupChange {
    name: Option<String>,
    path: Option<String>,
}

pub(crate) async fn list(
    call: &Call<'_>,
    query: SearchQuery,
) -> Result<Page<GroupSummary>, Refused> {
    call.permit_iam("ListGroups", &[])?;
    let groups = call.iam().list_groups("/", query.paging()?)?;
    Ok(Page::of(groups, |group| shown_group(&group)))
}

pub(crate) async fn create(call: &Call<'_>, new: NewGroup) -> Result<GroupDetail, Refused> {
    call.about(new.name.clone());
    let mut parameters = vec![("GroupName", new.name.as_str())];
    parameters.extend(new.path.as_deref().map(|path| ("Path", path)));
    call.permit_iam("CreateGroup", &parameters)?;
    call.iam()
        .create_group(&new.name, new.path.as_deref())
        .await?;
    detail(call, &new.name)
}

pub(crate) async fn get(call: &Call<'_>) -> Result<GroupDetail, Refused> {
    call.permit_iam("GetGroup", &[("GroupName", call.path(0))])?;
    detail(call, call.path(0))
}

pub(crate) async fn update(call: &Call<'_>, change: GroupChange) -> Result<GroupDetail, Refused> {
    let name = call.path(0);
    let new_name = change.name.as_deref();
    let mut parameters = vec![("GroupName", name)];
    parameters.extend(new_name.map(|name| ("NewGroupName", name)));
    parameters.extend(change.path.as_deref().map(|path| ("NewPath", path)));
    call.permit_iam("UpdateGroup", &parameters)?;
    let update = Renaming {
        name: new_name,
        path: change.path.as_deref(),
    };
    call.iam().update_group(name, update).await?;
    detail(call, new_name.unwrap_or(name))
}

/// With all that hangs on it. Stopped half way, the group is there with less, and can be deleted
/// again.
pub(crate) async fn delete(call: &Call<'_>) -> Result<Nothing, Refused> {
    let name = call.path(0);
    call.permit_iam("DeleteGroup", &[("GroupName", name)])?;
    let iam = call.iam();
    for user in all(|paging| Ok(iam.get_group(name, paging)?.1))? {
        iam.remove_user_from_group(name, user.name.as_deref().unwrap_or_default())
            .await?;
    }
    let of = PolicyHolder::Group(name);
    for policy in attached_to(call, Of::Group, name)? {
        iam.detach_policy(of, &policy.arn).await?;
    }
    for policy in inside_of(call, Of::Group, name)? {
        iam.delete_policy_of(of, &policy).await?;
    }
    iam.delete_group(name).await?;
    Ok(Nothing {})
}

pub(crate) async fn add_member(call: &Call<'_>) -> Result<Nothing, Refused> {
    let (group, user) = (call.path(0), call.path(1));
    call.permit_iam(
        "AddUserToGroup",
        &[("GroupName", group), ("UserName", user)],
    )?;
    call.iam().add_user_to_group(group, user).await?;
    Ok(Nothing {})
}

pub(crate) async fn remove_member(call: &Call<'_>) -> Result<Nothing, Refused> {
    let (group, user) = (call.path(0), call.path(1));
    call.permit_iam(
        "RemoveUserFromGroup",
        &[("GroupName", group), ("UserName", user)],
    )?;
    call.iam().remove_user_from_group(group, user).await?;
    Ok(Nothing {})
}

fn detail(call: &Call<'_>, name: &str) -> Result<GroupDetail, Refused> {
    let iam = call.iam();
    let (group, _) = iam.get_group(name, Default::default())?;
    let members = all(|paging| Ok(iam.get_group(name, paging)?.1))?;
    Ok(GroupDetail {
        summary: shown_group(&group),
        members: members.iter().map(summary).collect(),
        attached_policies: attached_to(call, Of::Group, name)?,
        policies: inside_of(call, Of::Group, name)?,
    })
}

fn shown_group(group: &Group) -> GroupSummary {
    GroupSummary {
        name: group.name.clone(),
        path: group.path.clone(),
        arn: group.arn(),
        id: group.id.clone(),
        created: shown(group.created),
    }
}
