//! Changing a user: all of it or nothing. All permissions are asked for before, and what is wrong
//! with any value is found before one is written.

use super::{UserChange, UserDetail, UserSummary, detail, holder, summary};
use crate::call::Call;
use crate::people::Tags;
use crate::refused::Refused;
use http::StatusCode;
use identity::iam::{Alteration, Renaming, Suspension};
use schemars::JsonSchema;
use serde::Serialize;

/// A user that was changed, as far as who changed it may see it.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(untagged)]
pub(crate) enum UserChanged {
    /// For who may get a user (`iam:GetUser`).
    Whole(Box<UserDetail>),
    /// For everybody else.
    Named(UserSummary),
}

pub(crate) async fn update(call: &Call<'_>, change: UserChange) -> Result<UserChanged, Refused> {
    let name = call.path(0);
    permit(call, name, &change)?;
    let suspension = match change.suspended {
        Some(true) => Some(Suspension::Begins),
        Some(false) => Some(Suspension::Ends),
        None => None,
    };
    let (tags, without) = Tags::parted(change.tags);
    let alteration = Alteration {
        boundary: match change.boundary.as_deref() {
            None => None,
            Some("") => Some(None),
            arn => Some(arn),
        },
        tags: tags.into_list(),
        without: &without,
        suspension,
        renaming: Renaming {
            name: change.name.as_deref(),
            path: change.path.as_deref(),
        },
    };
    alter(call, name, alteration).await?;
    changed(call, change.name.as_deref().unwrap_or(name)).await
}

/// A suspended user's sessions end for good: those that a crash left behind, when it is taken back.
async fn alter(call: &Call<'_>, name: &str, to: Alteration<'_>) -> Result<(), Refused> {
    let (iam, sessions) = (call.iam(), &call.admin.sessions);
    let Some(suspension) = to.suspension else {
        return Ok(iam.alter_user(name, to).await?);
    };
    let user = iam.get_user(Some(name))?;
    if suspension == Suspension::Begins && user.id == call.caller.unique_id() {
        return Err(Refused::new(
            StatusCode::CONFLICT,
            "OwnSuspension",
            "Nobody suspends himself: he could not take himself back.",
        ));
    }
    let holder = holder(call, name)?;
    match suspension {
        Suspension::Begins => {
            iam.alter_user(name, to).await?;
            sessions.end_all_of(&holder, None).await
        }
        Suspension::Ends => {
            // Of whom is not suspended none was left behind: those there are are in use.
            if user.suspended.is_some() {
                sessions.end_all_of(&holder, None).await?;
            }
            Ok(iam.alter_user(name, to).await?)
        }
    }
}

async fn changed(call: &Call<'_>, name: &str) -> Result<UserChanged, Refused> {
    match call.permit_iam("GetUser", &[("UserName", name)]) {
        Ok(()) => Ok(UserChanged::Whole(Box::new(detail(call, name).await?))),
        Err(_) => Ok(UserChanged::Named(summary(
            &call.iam().get_user(Some(name))?,
        ))),
    }
}

/// Suspending needs what renaming does: IAM has no verb for it.
fn permit(call: &Call<'_>, name: &str, change: &UserChange) -> Result<(), Refused> {
    let about = [("UserName", name)];
    match change.boundary.as_deref() {
        None => {}
        Some("") => call.permit_iam("DeleteUserPermissionsBoundary", &about)?,
        Some(arn) => {
            let about = [("UserName", name), ("PermissionsBoundary", arn)];
            call.permit_iam("PutUserPermissionsBoundary", &about)?;
        }
    }
    let (set, removed) = Tags::parted(change.tags.clone());
    for (action, parameters) in [
        ("TagUser", set.parameters()),
        ("UntagUser", Tags::keys_as_parameters(&removed)),
    ] {
        if !parameters.is_empty() {
            let parameters = parameters.iter();
            let named = parameters.map(|(name, value)| (name.as_str(), value.as_str()));
            let about: Vec<_> = about.into_iter().chain(named).collect();
            call.permit_iam(action, &about)?;
        }
    }
    let is_renamed = change.name.is_some() || change.path.is_some();
    let is_other = change.boundary.is_some() || !change.tags.is_empty();
    if is_renamed || change.suspended.is_some() {
        let mut about = about.to_vec();
        about.extend(change.name.as_deref().map(|name| ("NewUserName", name)));
        about.extend(change.path.as_deref().map(|path| ("NewPath", path)));
        call.permit_iam("UpdateUser", &about)?;
    } else if !is_other {
        // Nothing is changed, and the answer shows the user.
        call.permit_iam("GetUser", &about)?;
    }
    Ok(())
}
