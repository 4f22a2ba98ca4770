//! AssumeRole.

use std::sync::Arc;

use super::{Issued, SET_SOURCE_IDENTITY, TAG_SESSION, duration};
use crate::caller::{Caller, Owner, Target};
use crate::error::{Error, Result};
use crate::identity::Identity;
use crate::limits;
use crate::model::{Account, Role, Tag, check_session_name, check_tags};
use crate::policy::{Context, Kind, Policy, PrincipalKind};
use crate::session::{Session, SessionOf};
use crate::store::state::State;

#[derive(Debug, Clone, Default)]
pub struct AssumeRole<'a> {
    pub role_arn: &'a str,
    pub session_name: &'a str,
    pub seconds: Option<u32>,
    /// A document that limits the session.
    pub policy: Option<&'a str>,
    /// Managed policies that limit it.
    pub policy_arns: Vec<String>,
    pub tags: Vec<Tag>,
    pub transitive_tag_keys: Vec<String>,
    pub external_id: Option<&'a str>,
    pub source_identity: Option<&'a str>,
}

#[derive(Debug, Clone)]
pub struct AssumedRole {
    pub credentials: Issued,
    /// Of the session.
    pub arn: String,
    /// `AROA…:session`
    pub id: String,
    pub packed_percent: u8,
    pub source_identity: Option<String>,
}

/// Tags a session is to have: keys with their values.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SessionTags {
    pub tags: Vec<(String, Vec<String>)>,
    pub transitive: Vec<String>,
}

/// A role with all that decides who may assume it.
pub(super) struct Trusting {
    pub(super) role: Arc<Role>,
    pub(super) account: Arc<Account>,
    pub(super) trust: Arc<Policy>,
}

/// What AssumeRole and its sisters ask of a session.
pub(super) struct Limits<'a> {
    pub(super) policy: Option<&'a str>,
    pub(super) policy_arns: &'a [String],
    pub(super) seconds: Option<u32>,
}

impl Identity {
    /// Credentials of a role. Its policy has to name who asks, or his account and then his own
    /// policies have to allow it; between accounts, too: naming somebody is enough. `context` is
    /// what is known of the request, its address for example.
    pub fn assume_role(
        &self,
        caller: &Caller,
        request: &AssumeRole<'_>,
        context: &Context<'_>,
    ) -> Result<AssumedRole> {
        check_session_name(request.session_name)?;
        if caller.kind() == PrincipalKind::FederatedUser {
            return Err(not_authorized(caller, "sts:AssumeRole", request.role_arn));
        }
        check_tags(&request.tags, limits::TAGS_MAX)?;
        if let Some(identity) = request.source_identity {
            check_session_name(identity)?;
        }
        let refused = |action| not_authorized(caller, action, request.role_arn);
        let trusting = self.trusting(request.role_arn);
        let trusting = trusting.ok_or_else(|| refused("sts:AssumeRole"))?;
        let tags = SessionTags {
            tags: request
                .tags
                .iter()
                .map(|tag| (tag.key.clone(), vec![tag.value.clone()]))
                .collect(),
            transitive: request.transitive_tag_keys.clone(),
        };
        check_transitive(caller, &tags)?;
        let mut context = context.clone();
        describe(&mut context, &trusting.role, request.session_name, &tags);
        if let Some(id) = request.external_id {
            context.set("sts:ExternalId", id);
        }
        if let Some(identity) = request.source_identity {
            context.set("sts:SourceIdentity", identity);
        }
        let may = |action| {
            let target = Target {
                resource: request.role_arn.as_bytes(),
                owner: Owner::Trusting(&trusting.account),
                policy: Some(&trusting.trust),
            };
            match caller
                .authorize_at(self.now(), action, &target, &context)
                .is_allowed()
            {
                true => Ok(()),
                false => Err(refused(action)),
            }
        };
        may("sts:AssumeRole")?;
        if !tags.tags.is_empty() {
            may(TAG_SESSION)?;
        }
        if request.source_identity.is_some() {
            may(SET_SOURCE_IDENTITY)?;
        }
        let asked = Limits {
            policy: request.policy,
            policy_arns: &request.policy_arns,
            seconds: request.seconds,
        };
        let mut session = self.role_session(&trusting.role, request.session_name, &asked)?;
        // A role assumed from a role lasts an hour at most.
        if caller.kind() == PrincipalKind::Session {
            let hour = session.issued + u64::from(limits::ROLE_SESSION_SECONDS_DEFAULT);
            session.expires = session.expires.min(hour);
        }
        let inherited = caller.transitive.iter();
        session.tags = inherited.clone().cloned().chain(tags.tags).collect();
        let inherited = inherited.map(|(key, _)| key.clone());
        session.transitive = inherited.chain(tags.transitive).collect();
        session.source_identity = request.source_identity.map(str::to_owned);
        session.restriction = caller.restriction_document();
        session.user.clone_from(&caller.user);
        self.assumed(&trusting.role, request.session_name, &session)
    }

    pub(super) fn trusting(&self, arn: &str) -> Option<Trusting> {
        let state = self.state();
        let role = find_role(&state, arn)?;
        Some(Trusting {
            account: Arc::clone(state.account_of_space(&role.space)?),
            trust: Arc::clone(state.trusts.get(&role.id)?),
            role: Arc::clone(role),
        })
    }

    pub(super) fn role_session(
        &self,
        role: &Role,
        name: &str,
        asked: &Limits<'_>,
    ) -> Result<Session> {
        let default = limits::ROLE_SESSION_SECONDS_DEFAULT.min(role.session_seconds_max);
        let seconds = duration(asked.seconds, default, role.session_seconds_max)?;
        self.check_limits(asked)?;
        let of = SessionOf::Role {
            id: role.id.clone(),
            name: name.to_owned(),
        };
        let mut session = self.new_session(of, seconds)?;
        session.limit(asked);
        Ok(session)
    }

    /// Whether all session policies can be read.
    pub(super) fn check_limits(&self, asked: &Limits<'_>) -> Result<()> {
        if let Some(document) = asked.policy {
            Policy::parse(Kind::Session, document)?;
        }
        if asked.policy_arns.len() > limits::SESSION_POLICIES_MAX {
            return Err(Error::Validation(format!(
                "policyArns must have at most {} items",
                limits::SESSION_POLICIES_MAX
            )));
        }
        let state = self.state();
        let is_missing = |arn: &&String| state.managed(arn).is_none();
        match asked.policy_arns.iter().find(is_missing) {
            Some(arn) => Err(Error::NoSuchEntity(format!("Policy {arn} was not found."))),
            None => Ok(()),
        }
    }

    pub(super) fn assumed(
        &self,
        role: &Role,
        name: &str,
        session: &Session,
    ) -> Result<AssumedRole> {
        let credentials = self.issue(session)?;
        Ok(AssumedRole {
            arn: format!(
                "arn:aws:sts::{}:assumed-role/{}/{name}",
                role.space, role.name
            ),
            id: format!("{}:{name}", role.id),
            packed_percent: credentials.packed_percent(),
            source_identity: session.source_identity.clone(),
            credentials,
        })
    }
}

impl Session {
    pub(super) fn limit(&mut self, asked: &Limits<'_>) {
        self.policy = asked.policy.map(str::to_owned);
        self.policy_arns = asked.policy_arns.to_vec();
    }
}

/// What policies may look at when a role is to be assumed.
pub(super) fn describe<'a>(
    context: &mut Context<'a>,
    role: &Role,
    session_name: &'a str,
    tags: &SessionTags,
) {
    context.set("sts:RoleSessionName", session_name);
    for (key, values) in &tags.tags {
        context.set_all(format!("aws:RequestTag/{key}"), values.clone());
    }
    if !tags.tags.is_empty() {
        context.set_all("aws:TagKeys", tags.tags.iter().map(|(key, _)| key.clone()));
    }
    if !tags.transitive.is_empty() {
        context.set_all("sts:TransitiveTagKeys", tags.transitive.clone());
    }
    for tag in &role.tags {
        context.set(format!("aws:ResourceTag/{}", tag.key), tag.value.clone());
        context.set(format!("iam:ResourceTag/{}", tag.key), tag.value.clone());
    }
}

/// A tag that goes on is not to be set anew, and only tags there are can go on.
fn check_transitive(caller: &Caller, tags: &SessionTags) -> Result<()> {
    let same = |key: &str, other: &str| key.to_lowercase() == other.to_lowercase();
    let is_inherited = |key: &str| caller.transitive.iter().any(|(known, _)| same(known, key));
    if let Some((key, _)) = tags.tags.iter().find(|(key, _)| is_inherited(key)) {
        return Err(Error::Validation(format!(
            "One of the specified transitive tag keys can't be set because it conflicts with a \
             transitive tag key from the calling session: {key}"
        )));
    }
    let is_given = |key: &&String| tags.tags.iter().any(|(known, _)| same(known, key));
    match tags.transitive.iter().find(|key| !is_given(key)) {
        None => Ok(()),
        Some(key) => Err(Error::Validation(format!(
            "The specified transitive tag key must be included in the requested tags: {key}"
        ))),
    }
}

fn find_role<'a>(state: &'a State, arn: &str) -> Option<&'a Arc<Role>> {
    let rest = arn.strip_prefix("arn:aws:iam::")?;
    let (space, path) = rest.split_once(":role/")?;
    let role = state.roles.get(space, path.rsplit('/').next()?)?;
    (role.arn() == arn).then_some(role)
}

pub(super) fn not_authorized(caller: &Caller, action: &str, resource: &str) -> Error {
    Error::AccessDenied(format!(
        "User: {} is not authorized to perform: {action} on resource: {resource}",
        caller.arn()
    ))
}
