//! Changing a user. All permissions are asked for before anything is changed.

use super::{UserChange, UserDetail, detail, holder};
use crate::call::Call;
use crate::people::Tags;
use crate::refused::Refused;
use http::StatusCode;
use identity::iam::{Renaming, Suspension, Tagged};

pub(crate) async fn update(call: &Call<'_>, change: UserChange) -> Result<UserDetail, Refused> {
    let name = call.path(0);
    let iam = call.iam();
    permit(call, name, &change)?;
    match change.boundary.as_deref() {
        None => {}
        Some("") if iam.get_user(Some(name))?.boundary.is_none() => {}
        Some("") => iam.set_user_boundary(name, None).await?,
        Some(arn) => iam.set_user_boundary(name, Some(arn)).await?,
    }
    if !change.tags.is_empty() {
        let (set, removed) = Tags::parted(change.tags);
        iam.retag(Tagged::User(name), set.into_list(), &removed)
            .await?;
    }
    if let Some(is_suspended) = change.suspended {
        suspend(call, name, is_suspended).await?;
    }
    let new_name = change.name.as_deref();
    if new_name.is_some() || change.path.is_some() {
        let update = Renaming {
            name: new_name,
            path: change.path.as_deref(),
        };
        iam.update_user(name, update).await?;
    }
    detail(call, new_name.unwrap_or(name)).await
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

/// Its sessions end for good: those that a crash left behind, when it is taken back.
async fn suspend(call: &Call<'_>, name: &str, is_suspended: bool) -> Result<(), Refused> {
    let iam = call.iam();
    let user = iam.get_user(Some(name))?;
    if is_suspended && user.id == call.caller.unique_id() {
        return Err(Refused::new(
            StatusCode::CONFLICT,
            "OwnSuspension",
            "Nobody suspends himself: he could not take himself back.",
        ));
    }
    let holder = holder(call, name)?;
    let sessions = &call.admin.sessions;
    match is_suspended {
        true => {
            iam.suspend_user(name, Suspension::Begins).await?;
            sessions.end_all_of(&holder, None).await
        }
        false => {
            sessions.end_all_of(&holder, None).await?;
            Ok(iam.suspend_user(name, Suspension::Ends).await?)
        }
    }
}
