//! Policies inside of users, groups and roles. One function does it for all three; which it is
//! stands in the name of the action.

use super::answer::{Outcome, document_text, inside, more, names, nothing};
use super::call::Call;
use super::refused::Refused;
use identity::iam::PolicyHolder;

/// Whose policies: the parameter that names it, and what that means.
#[derive(Clone, Copy, Debug)]
pub(super) struct Of {
    pub(super) parameter: &'static str,
    pub(super) holder: for<'a> fn(&'a str) -> PolicyHolder<'a>,
}

pub(super) const USER: Of = Of {
    parameter: "UserName",
    holder: |name| PolicyHolder::User(name),
};
pub(super) const GROUP: Of = Of {
    parameter: "GroupName",
    holder: |name| PolicyHolder::Group(name),
};
pub(super) const ROLE: Of = Of {
    parameter: "RoleName",
    holder: |name| PolicyHolder::Role(name),
};

impl Of {
    pub(super) fn in_call<'a>(self, call: &Call<'a>) -> Result<PolicyHolder<'a>, Refused> {
        Ok((self.holder)(call.required(self.parameter)?))
    }
}

pub(super) async fn put(call: &Call<'_>, of: Of) -> Outcome {
    let name = call.required("PolicyName")?;
    let document = call.required("PolicyDocument")?;
    let holder = of.in_call(call)?;
    call.iam().put_policy(holder, name, document).await?;
    nothing()
}

pub(super) async fn get(call: &Call<'_>, of: Of) -> Outcome {
    let name = call.required("PolicyName")?;
    let document = call.iam().get_policy_of(of.in_call(call)?, name)?;
    let whose = call.required(of.parameter)?;
    inside(|xml| {
        xml.text(of.parameter, whose);
        xml.text("PolicyName", name);
        document_text(xml, "PolicyDocument", &document);
    })
}

pub(super) async fn delete(call: &Call<'_>, of: Of) -> Outcome {
    let name = call.required("PolicyName")?;
    call.iam().delete_policy_of(of.in_call(call)?, name).await?;
    nothing()
}

pub(super) async fn list(call: &Call<'_>, of: Of) -> Outcome {
    let paging = call.parameters.paging()?;
    let policies = call.iam().list_policies_of(of.in_call(call)?, paging)?;
    inside(|xml| {
        names(xml, "PolicyNames", &policies.items);
        more(xml, policies.marker.as_deref());
    })
}
