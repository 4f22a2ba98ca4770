//! Managed policies attached to users, groups and roles.

use super::answer::{Outcome, nothing, page};
use super::call::Call;
use super::inline::Of;

pub(super) async fn attach(call: &Call<'_>, of: Of) -> Outcome {
    let arn = call.required("PolicyArn")?;
    call.iam().attach_policy(of.in_call(call)?, arn).await?;
    nothing()
}

pub(super) async fn detach(call: &Call<'_>, of: Of) -> Outcome {
    let arn = call.required("PolicyArn")?;
    call.iam().detach_policy(of.in_call(call)?, arn).await?;
    nothing()
}

pub(super) async fn list(call: &Call<'_>, of: Of) -> Outcome {
    let prefix = call.text("PathPrefix").unwrap_or("/");
    let paging = call.parameters.paging()?;
    let holder = of.in_call(call)?;
    let attached = call.iam().list_attached_policies(holder, prefix, paging)?;
    page("AttachedPolicies", &attached, |xml, arn| {
        xml.text("PolicyName", arn.rsplit('/').next().unwrap_or(arn));
        xml.text("PolicyArn", arn);
    })
}
