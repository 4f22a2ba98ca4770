//! Limits on managed policies: how much those may have who have the policy.

use super::policies::{arn_of, is_ready_made_arn};
use crate::answer::Nothing;
use crate::call::Call;
use crate::condition;
use crate::refused::Refused;
use identity::Owner;
use identity::limits::REQUESTS_PER_SECOND_MAX;
use identity::model::Limits;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Null is no limit. Of somebody with several policies the highest counts of those that set it.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct LimitsView {
    /// Bytes in all buckets that the user has made, every version and unfinished upload counted.
    storage: Option<u64>,
    /// Objects in them.
    objects: Option<u64>,
    /// Of the user, whatever keys and sessions it has; 1 to 1,000,000.
    requests_per_second: Option<u32>,
    /// Bytes of one object that the user writes, wherever.
    largest_object: Option<u64>,
}

/// What all buckets hold that somebody has made, exactly and now.
#[derive(Debug, Clone, Default, Serialize, JsonSchema)]
pub(crate) struct HeldView {
    buckets: u64,
    objects: u64,
    /// Every version and unfinished upload counted.
    bytes: u64,
}

impl LimitsView {
    pub(crate) fn of(limits: &Limits) -> Self {
        Self {
            storage: limits.storage,
            objects: limits.objects,
            requests_per_second: limits.requests_per_second,
            largest_object: limits.largest_object,
        }
    }

    fn checked(&self) -> Result<Limits, Refused> {
        let is_rate = |rate: u32| (1..=REQUESTS_PER_SECOND_MAX).contains(&rate);
        if !self.requests_per_second.is_none_or(is_rate) {
            let field = "requests_per_second";
            return Err(Refused::field(field, "Give a number from 1 to 1,000,000."));
        }
        Ok(Limits {
            storage: self.storage,
            objects: self.objects,
            requests_per_second: self.requests_per_second,
            largest_object: self.largest_object,
        })
    }
}

impl HeldView {
    /// By the id of whom buckets count for.
    pub(crate) fn of(call: &Call<'_>, holder: &str) -> Self {
        let held = call.admin.engine.holding(holder);
        Self {
            buckets: held.buckets,
            objects: held.objects,
            bytes: held.bytes,
        }
    }
}

pub(crate) async fn get(call: &Call<'_>) -> Result<LimitsView, Refused> {
    let arn = arn_of(call, call.path(0))?;
    call.permit_iam("GetPolicy", &[("PolicyArn", &arn)])?;
    shown(call, &arn)
}

pub(crate) async fn set(call: &Call<'_>, limits: LimitsView) -> Result<LimitsView, Refused> {
    let arn = arn_of(call, call.path(0))?;
    permit(call, "cairn:PutPolicyLimits", &arn)?;
    let limits = limits.checked()?;
    let _held = condition::hold(call, &arn).await?;
    call.iam().set_policy_limits(&arn, limits).await?;
    shown(call, &arn)
}

pub(crate) async fn reset(call: &Call<'_>) -> Result<Nothing, Refused> {
    let arn = arn_of(call, call.path(0))?;
    permit(call, "cairn:DeletePolicyLimits", &arn)?;
    let _held = condition::hold(call, &arn).await?;
    call.iam().reset_policy_limits(&arn).await?;
    Ok(Nothing {})
}

fn shown(call: &Call<'_>, arn: &str) -> Result<LimitsView, Refused> {
    let policy = call.iam().get_policy(arn)?;
    Ok(LimitsView::of(&policy.limits))
}

/// Ready-made policies are everybody's, so only the server's own account decides about them.
fn permit(call: &Call<'_>, action: &'static str, arn: &str) -> Result<(), Refused> {
    if is_ready_made_arn(arn) {
        return call.permit_on(action, arn);
    }
    match call.may(action, arn, Owner::Caller) {
        None => Ok(()),
        Some(refusal) => Err(Refused::denied(refusal)),
    }
}
