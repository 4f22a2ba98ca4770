//! Tags of users, roles, policies and providers.

use super::answer::{self, Outcome, cut, nothing, page};
use super::call::Call;
use super::refused::Refused;
use identity::iam::Tagged;

/// What tags hang on: the parameter that names it, and what that means.
#[derive(Clone, Copy, Debug)]
pub(super) struct Of {
    parameter: &'static str,
    tagged: for<'a> fn(&'a str) -> Tagged<'a>,
}

pub(super) const USER: Of = Of {
    parameter: "UserName",
    tagged: |name| Tagged::User(name),
};
pub(super) const ROLE: Of = Of {
    parameter: "RoleName",
    tagged: |name| Tagged::Role(name),
};
pub(super) const POLICY: Of = Of {
    parameter: "PolicyArn",
    tagged: |arn| Tagged::Policy(arn),
};
pub(super) const PROVIDER: Of = Of {
    parameter: "OpenIDConnectProviderArn",
    tagged: |arn| Tagged::Provider(arn),
};

impl Of {
    fn in_call<'a>(self, call: &Call<'a>) -> Result<Tagged<'a>, Refused> {
        Ok((self.tagged)(call.required(self.parameter)?))
    }
}

pub(super) async fn tag(call: &Call<'_>, of: Of) -> Outcome {
    let tags = call.parameters.tags()?;
    call.iam().tag(of.in_call(call)?, tags).await?;
    nothing()
}

pub(super) async fn untag(call: &Call<'_>, of: Of) -> Outcome {
    let keys = call.parameters.list("TagKeys")?;
    call.iam().untag(of.in_call(call)?, &keys).await?;
    nothing()
}

pub(super) async fn list(call: &Call<'_>, of: Of) -> Outcome {
    let tags = cut(call, call.iam().list_tags(of.in_call(call)?)?)?;
    page("Tags", &tags, answer::tag)
}
