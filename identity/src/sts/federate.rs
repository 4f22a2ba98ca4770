//! GetFederationToken: credentials for somebody a user vouches for.

use super::assume::Limits;
use super::{Issued, TAG_SESSION, duration};
use crate::caller::{Caller, Owner, Target};
use crate::derive::federated_arn;
use crate::error::{Error, Result};
use crate::identity::Identity;
use crate::limits;
use crate::model::{Tag, check_name, check_tags};
use crate::policy::Context;
use crate::session::SessionOf;

#[derive(Debug, Clone, Default)]
pub struct FederationRequest<'a> {
    pub name: &'a str,
    pub seconds: Option<u32>,
    /// A document that says which of the user's rights the session has.
    pub policy: Option<&'a str>,
    /// Managed policies that say so.
    pub policy_arns: Vec<String>,
    pub tags: Vec<Tag>,
}

#[derive(Debug, Clone)]
pub struct Federated {
    pub credentials: Issued,
    pub arn: String,
    /// `123456789012:name`
    pub id: String,
    pub packed_percent: u8,
}

impl Identity {
    /// Credentials under a name the caller chooses. They give what both the caller's policies and
    /// the session's allow: nothing without any of the latter. `context` is what is known of the
    /// request, its address for example.
    pub fn get_federation_token(
        &self,
        caller: &Caller,
        request: &FederationRequest<'_>,
        context: &Context<'_>,
    ) -> Result<Federated> {
        check_federated_name(request.name)?;
        check_tags(&request.tags, limits::TAGS_MAX)?;
        let by = caller.holder().ok_or_else(|| {
            Error::AccessDenied("Cannot call GetFederationToken with session credentials".into())
        })?;
        let arn = federated_arn(caller.space(), request.name);
        self.permit_federation(caller, &arn, request, context)?;
        let asked = Limits {
            policy: request.policy,
            policy_arns: &request.policy_arns,
            seconds: request.seconds,
        };
        self.check_limits(&asked)?;
        let seconds = duration(
            request.seconds,
            limits::USER_SESSION_SECONDS_DEFAULT,
            limits::USER_SESSION_SECONDS_MAX,
        )?;
        let of = SessionOf::Federated {
            by,
            name: request.name.to_owned(),
        };
        let mut session = self.new_session(of, seconds.min(caller.user_session_seconds_max()))?;
        session.limit(&asked);
        session.restriction = caller.restriction_document();
        let tags = request.tags.iter();
        let tags = tags.map(|tag| (tag.key.clone(), vec![tag.value.clone()]));
        session.tags = tags.collect();
        let credentials = self.issue(&session)?;
        Ok(Federated {
            arn,
            id: format!("{}:{}", caller.account().home, request.name),
            packed_percent: credentials.packed_percent(),
            credentials,
        })
    }

    fn permit_federation(
        &self,
        caller: &Caller,
        arn: &str,
        request: &FederationRequest<'_>,
        context: &Context<'_>,
    ) -> Result<()> {
        let mut context = context.clone();
        for tag in &request.tags {
            context.set(format!("aws:RequestTag/{}", tag.key), tag.value.as_str());
        }
        if !request.tags.is_empty() {
            let keys = request.tags.iter().map(|tag| tag.key.as_str());
            context.set_all("aws:TagKeys", keys);
        }
        let target = Target {
            resource: arn.as_bytes(),
            owner: Owner::Caller,
            policy: None,
        };
        let tagging = (!request.tags.is_empty()).then_some(TAG_SESSION);
        for action in ["sts:GetFederationToken"].into_iter().chain(tagging) {
            let decision = caller.authorize_at(self.now(), action, &target, &context);
            if !decision.is_allowed() {
                return Err(Error::AccessDenied(caller.refusal(&decision, action, arn)));
            }
        }
        Ok(())
    }
}

fn check_federated_name(name: &str) -> Result<()> {
    check_name("name", name, limits::FEDERATED_NAME_BYTES_MAX)?;
    match name.len() >= 2 {
        true => Ok(()),
        false => Err(Error::Validation(
            "name must have length greater than or equal to 2".into(),
        )),
    }
}

#[cfg(test)]
mod tests;
