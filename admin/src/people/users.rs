//! Users.

use super::limits::{HeldView, LimitsView};
use super::{Attached, Of, Tags, all, attached_to, inside_of};
use crate::answer::Nothing;
use crate::call::Call;
use crate::page::{Page, SearchQuery};
use crate::passwords::{self, Password};
use crate::refused::Refused;
use crate::second_factor::{self, Whose};
use crate::time::shown;
use identity::iam::{ListedUser, PolicyHolder, UserView};
use identity::model::Holder;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

mod change;

pub(crate) use change::{UserChanged, update};

#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct UserSummary {
    name: String,
    path: String,
    arn: String,
    id: String,
    created: String,
    /// Since when nobody gets in as this user; null where it is not suspended.
    suspended: Option<String>,
}

/// A user in a list.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct UserListed {
    #[serde(flatten)]
    summary: UserSummary,
    /// When it last logged in with its password; null where it never has.
    last_login: Option<String>,
    /// How many access keys it has; null for who may not list them.
    keys: Option<usize>,
    /// When one of these was last used, to the minute; null where none was, and for who may not
    /// list them.
    last_key_use: Option<String>,
    /// Names of the groups it is in; null for who may not list them.
    groups: Option<Vec<String>>,
}

#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct UserDetail {
    #[serde(flatten)]
    summary: UserSummary,
    tags: Tags,
    /// The ARN of the policy beyond which it cannot go.
    boundary: Option<String>,
    /// Whether it can log in with a password.
    has_password: bool,
    /// When it last did; null where it never has.
    last_login: Option<String>,
    /// Whether it is asked for a code, too.
    second_factor: bool,
    groups: Vec<String>,
    attached_policies: Vec<Attached>,
    /// Names of the policies inside of it.
    policies: Vec<String>,
    /// The highest that its policies, and those of its groups, set.
    limits: LimitsView,
    usage: HeldView,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewUser {
    name: String,
    path: Option<String>,
    #[serde(default)]
    tags: Tags,
    /// The ARN of a managed policy.
    boundary: Option<String>,
    password: Option<Password>,
}

/// What is absent stays as it is.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct UserChange {
    name: Option<String>,
    path: Option<String>,
    /// The ARN of a managed policy; empty for none.
    boundary: Option<String>,
    /// Tags to set, and, with null, those to take away; others stay.
    #[serde(default)]
    tags: BTreeMap<String, Option<String>>,
    /// Whether nobody is to get in as this user: with keys, sessions, service tokens, links and the
    /// password, which all stay. True ends its sessions.
    suspended: Option<bool>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewPassword {
    password: Password,
}

pub(crate) async fn list(call: &Call<'_>, query: SearchQuery) -> Result<Page<UserListed>, Refused> {
    call.permit_iam("ListUsers", &[])?;
    let users = call.iam().list_users_with_more(query.paging()?)?;
    let mut page = Page::of(users, |user| listed(call, user));
    if let (true, Some(search), None) = (page.items.is_empty(), &query.search, &query.cursor) {
        page.items.extend(of_key(call, search));
    }
    Ok(page)
}

/// Whose access key that is, for who may list the keys of that one: logs and errors of clients name no
/// more than the key.
fn of_key(call: &Call<'_>, id: &str) -> Option<UserListed> {
    let user = call.iam().user_of_key(id)?;
    let parameters = [("UserName", user.view.name.as_deref()?)];
    call.permit_iam("ListAccessKeys", &parameters).ok()?;
    Some(listed(call, user))
}

/// Its keys and groups for who may list those of this user.
fn listed(call: &Call<'_>, user: ListedUser) -> UserListed {
    let summary = summary(&user.view);
    let may = |action| {
        let permitted = call.permit_iam(action, &[("UserName", &summary.name)]);
        permitted.is_ok()
    };
    let shows_keys = may("ListAccessKeys");
    let shows_groups = may("ListGroupsForUser");
    UserListed {
        last_login: call
            .admin
            .logins
            .last(&Holder::User(user.view.id))
            .map(shown),
        keys: shows_keys.then_some(user.keys),
        last_key_use: user.key_used.filter(|_| shows_keys).map(shown),
        groups: shows_groups.then_some(user.groups),
        summary,
    }
}

pub(crate) async fn create(call: &Call<'_>, new: NewUser) -> Result<UserDetail, Refused> {
    call.about(new.name.clone());
    let tags = new.tags.parameters();
    let mut parameters = vec![("UserName", new.name.as_str())];
    parameters.extend(
        tags.iter()
            .map(|(key, value)| (key.as_str(), value.as_str())),
    );
    parameters.extend(new.path.as_deref().map(|path| ("Path", path)));
    parameters.extend(
        new.boundary
            .as_deref()
            .map(|arn| ("PermissionsBoundary", arn)),
    );
    call.permit_iam("CreateUser", &parameters)?;
    if let Some(password) = &new.password {
        password.check("password")?;
        call.permit_iam("CreateLoginProfile", &parameters)?;
    }
    let iam = call.iam();
    let user = iam.create_user(identity::iam::NewUser {
        name: &new.name,
        path: new.path.as_deref(),
        tags: new.tags.into_list(),
        boundary: new.boundary.as_deref(),
    });
    let user = user.await?;
    if let Some(password) = &new.password {
        call.admin
            .passwords
            .set(&Holder::User(user.id.clone()), password)
            .await?;
    }
    detail(call, &new.name).await
}

pub(crate) async fn get(call: &Call<'_>) -> Result<UserDetail, Refused> {
    let name = call.path(0);
    call.permit_iam("GetUser", &[("UserName", name)])?;
    detail(call, name).await
}

/// With all that hangs on it. Stopped half way, the user is there with less, and can be deleted
/// again. Its second factor, and whatever is made meanwhile, goes in the change that it goes in.
pub(crate) async fn delete(call: &Call<'_>) -> Result<Nothing, Refused> {
    let name = call.path(0);
    call.permit_iam("DeleteUser", &[("UserName", name)])?;
    let iam = call.iam();
    let user = iam.get_user(Some(name))?;
    let holder = Holder::User(user.id);
    lock_out(call, &holder).await?;
    for key in all(|paging| iam.list_access_keys(Some(name), paging))? {
        iam.delete_access_key(Some(name), &key.id).await?;
    }
    for group in all(|paging| iam.list_groups_for_user(name, paging))? {
        iam.remove_user_from_group(&group.name, name).await?;
    }
    let of = PolicyHolder::User(name);
    for policy in attached_to(call, Of::User, name)? {
        iam.detach_policy(of, &policy.arn).await?;
    }
    for policy in inside_of(call, Of::User, name)? {
        iam.delete_policy_of(of, &policy).await?;
    }
    iam.delete_user(name).await?;
    Ok(Nothing {})
}

pub(crate) async fn set_password(call: &Call<'_>, new: NewPassword) -> Result<Nothing, Refused> {
    let name = call.path(0);
    call.permit_iam("UpdateLoginProfile", &[("UserName", name)])?;
    new.password.check("password")?;
    let holder = holder(call, name)?;
    call.admin.passwords.set(&holder, &new.password).await?;
    call.admin.sessions.end_all_of(&holder, None).await?;
    Ok(Nothing {})
}

pub(crate) async fn delete_password(call: &Call<'_>) -> Result<Nothing, Refused> {
    let name = call.path(0);
    call.permit_iam("DeleteLoginProfile", &[("UserName", name)])?;
    lock_out(call, &holder(call, name)?).await?;
    Ok(Nothing {})
}

/// The password goes first, so that nobody logs in anew meanwhile. Tokens were made by whoever had
/// logged in, and go with it; access keys are for S3, and stay.
pub(super) async fn lock_out(call: &Call<'_>, holder: &Holder) -> Result<(), Refused> {
    let admin = call.admin;
    admin.passwords.remove(holder).await?;
    admin.sessions.end_all_of(holder, None).await?;
    admin.tokens.remove_all_of(holder).await
}

/// For who has lost the device and the recovery codes.
pub(crate) async fn remove_second_factor(call: &Call<'_>) -> Result<Nothing, Refused> {
    let name = call.path(0);
    call.permit_iam("DeactivateMFADevice", &[("UserName", name)])?;
    let holder = holder(call, name)?;
    let of = Whose {
        holder: &holder,
        generation: 0,
    };
    if !call.admin.second_factors.state(of).await?.on {
        return Err(second_factor::absent());
    }
    call.admin.second_factors.remove(&holder).await?;
    call.admin.sessions.end_all_of(&holder, None).await?;
    Ok(Nothing {})
}

/// A user of the account that asks; or, for the server's own root, an account without a number.
pub(crate) fn holder(call: &Call<'_>, name: &str) -> Result<Holder, Refused> {
    let identity = &call.admin.identity;
    match call.iam().get_user(Some(name)) {
        Ok(user) if user.name.is_some() && !is_account(call, &user) => Ok(Holder::User(user.id)),
        found => {
            let account = identity.account_by_name(name);
            let account = account.filter(|it| it.is_plain() && call.caller.is_administrator());
            match (account, found) {
                (Some(account), _) => {
                    let holder = Holder::Account(account.id.clone());
                    match identity.is_server_root(&holder) {
                        true => Err(passwords::of_root()),
                        false => Ok(holder),
                    }
                }
                (None, Err(error)) => Err(error.into()),
                (None, Ok(_)) => Err(Refused::denied("Only the server's root may do that.")),
            }
        }
    }
}

/// Accounts without a number are named like users.
fn is_account(call: &Call<'_>, user: &UserView) -> bool {
    call.admin.identity.account(&user.id).is_some()
}

async fn detail(call: &Call<'_>, name: &str) -> Result<UserDetail, Refused> {
    let iam = call.iam();
    let user = iam.get_user(Some(name))?;
    let holder = match is_account(call, &user) {
        true => Holder::Account(user.id.clone()),
        false => Holder::User(user.id.clone()),
    };
    let groups = match holder {
        Holder::User(_) => all(|paging| iam.list_groups_for_user(name, paging))?,
        Holder::Account(_) => Vec::new(),
    };
    let of = Whose {
        holder: &holder,
        generation: call.admin.generation_of(&holder).await?,
    };
    let state = call.admin.second_factors.state(of).await?;
    Ok(UserDetail {
        summary: summary(&user),
        tags: Tags::of(&user.tags),
        has_password: call.admin.passwords.has(&holder).await?,
        last_login: call.admin.logins.last(&holder).map(shown),
        second_factor: state.on,
        groups: groups.iter().map(|group| group.name.clone()).collect(),
        attached_policies: attached_to(call, Of::User, name)?,
        policies: inside_of(call, Of::User, name)?,
        limits: LimitsView::of(&call.admin.identity.limits_of(holder.id())),
        usage: HeldView::of(call, holder.id()),
        boundary: user.boundary,
    })
}

pub(super) fn summary(user: &UserView) -> UserSummary {
    UserSummary {
        name: user.name.clone().unwrap_or_default(),
        path: user.path.clone().unwrap_or_default(),
        arn: user.arn.clone(),
        id: user.id.clone(),
        created: shown(user.created),
        suspended: user.suspended.map(shown),
    }
}
