//! What Amazon has and we have not: devices, certificates, passwords, profiles of machines. Tools
//! that look for them before they delete a user or role learn that there are none, which is true.

use super::answer::{Outcome, inside, more};
use super::call::Call;
use super::refused::Refused;

/// An empty list of that name; of an entity that is there, where one is named.
pub(super) async fn list(call: &Call<'_>, name: &'static str) -> Outcome {
    if let Some(user) = call.text("UserName") {
        call.iam().get_user(Some(user))?;
    }
    if let Some(role) = call.text("RoleName") {
        call.iam().get_role(role)?;
    }
    call.parameters.paging()?;
    inside(|xml| {
        xml.element(name, |_| {});
        more(xml, None);
    })
}

pub(super) async fn login_profile(call: &Call<'_>) -> Outcome {
    let user = call.iam().get_user(call.text("UserName"))?;
    let name = user.name.unwrap_or_default();
    Err(Refused::no_such_entity(format!(
        "Login Profile for User {name} cannot be found."
    )))
}

pub(super) async fn password_policy(call: &Call<'_>) -> Outcome {
    let account = &call.caller.account().home;
    Err(Refused::no_such_entity(format!(
        "The Password Policy with domain name {account} cannot be found."
    )))
}
