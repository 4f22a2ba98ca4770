//! Which statements somebody has, and where each comes from: for people who want to see what somebody
//! may do, before there is a request.

use std::sync::Arc;

use super::Iam;
use super::simulate::too_much_work;
use crate::error::{Error, Result};
use crate::policy::{
    Context, Effect, Layer, Named, Position, Principal, Request, Statement, Work, statement_place,
};
use crate::store::state::State;

/// A statement somebody has.
#[derive(Debug, Clone, PartialEq)]
pub struct Held {
    /// [`Layer::Identity`], or [`Layer::Boundary`] where it only limits.
    pub layer: Layer,
    /// The policy's name; an inline one's is `user/anna/policy`.
    pub policy: String,
    /// The group that brings it, where it is not his own.
    pub group: Option<String>,
    pub effect: Effect,
    pub sid: Option<String>,
    /// Which statement of the document, from 0.
    pub number: usize,
    pub document: Arc<str>,
    /// What is known of the request contradicts one of its conditions.
    pub fails: bool,
    /// Where in the document it begins, and where it ends.
    pub place: Option<(Position, Position)>,
}

/// Policies with who brings them.
struct Source {
    layer: Layer,
    group: Option<String>,
    policies: Vec<Named>,
}

impl Iam<'_> {
    /// Of a user, group, role or plain account of this account: all statements, or those that speak
    /// of an action, on whatever. What is not known of the request may meet any condition.
    pub fn statements_of(
        &self,
        arn: &str,
        action: Option<&str>,
        known: &[(String, Vec<String>)],
        work: &Work,
    ) -> Result<Vec<Held>> {
        let (principal, sources) = self.sources(arn)?;
        let mut context = Context::new();
        for (key, values) in known {
            context.set_all(key.as_str(), values.iter().map(String::as_str));
        }
        let mut held = Vec::new();
        for source in sources {
            for named in &source.policies {
                let request = Request {
                    principal: &principal,
                    action: action.unwrap_or_default(),
                    resource: b"*",
                    context: &context,
                    now: self.identity.now(),
                    work,
                };
                let statements = named.policy.statements().iter().enumerate();
                let about = statements
                    .filter(|(_, it)| action.is_none() || it.is_about_action(&request))
                    .map(|(number, it)| source.held(named, number, it, &request));
                held.extend(about);
            }
        }
        match work.is_over() {
            false => Ok(held),
            true => Err(too_much_work()),
        }
    }

    fn sources(&self, arn: &str) -> Result<(Principal, Vec<Source>)> {
        let Some(caller) = self.caller_named(arn) else {
            // A group has no boundary and belongs to nobody else.
            let (principal, policies) = self.group_named(arn)?;
            let own = Source {
                layer: Layer::Identity,
                group: None,
                policies,
            };
            return Ok((principal, vec![own]));
        };
        let state = self.identity.state();
        let mut sources = Vec::new();
        match state.users.by_id(caller.unique_id()) {
            Some(user) => {
                let own = ("user", user.name.as_str());
                sources.push(gather(&state, own, &user.id, &user.attached));
                for group in user.groups.iter().filter_map(|id| state.groups.by_id(id)) {
                    let name = ("group", group.name.as_str());
                    sources.push(Source {
                        group: Some(group.name.clone()),
                        ..gather(&state, name, &group.id, &group.attached)
                    });
                }
            }
            None => sources.push(Source {
                layer: Layer::Identity,
                group: None,
                policies: caller.identity.clone(),
            }),
        }
        sources.extend(caller.boundary.clone().map(|boundary| Source {
            layer: Layer::Boundary,
            group: None,
            policies: vec![boundary],
        }));
        Ok((caller.principal, sources))
    }

    /// Whoever is in it, with its policies.
    pub(super) fn group_named(&self, arn: &str) -> Result<(Principal, Vec<Named>)> {
        let principal = self.somebody(arn);
        let state = self.identity.state();
        let mut groups = state.groups.in_space(&self.space);
        let group = groups.find(|group| group.arn() == arn).ok_or_else(|| {
            Error::NoSuchEntity(format!("{arn} is no user, group or role of this account."))
        })?;
        let name = ("group", group.name.as_str());
        let policies = gather(&state, name, &group.id, &group.attached).policies;
        Ok((principal, policies))
    }
}

fn gather(state: &State, place: (&str, &str), id: &str, attached: &[String]) -> Source {
    let mut policies = Vec::new();
    state.collect(&mut policies, place, id, attached);
    Source {
        layer: Layer::Identity,
        group: None,
        policies,
    }
}

impl Source {
    fn held(
        &self,
        named: &Named,
        number: usize,
        statement: &Statement,
        request: &Request<'_>,
    ) -> Held {
        let document = named.policy.document();
        Held {
            layer: self.layer,
            policy: named.name.to_string(),
            group: self.group.clone(),
            effect: statement.effect(),
            sid: statement.sid().map(str::to_owned),
            number,
            fails: !statement.holds(request) && statement.missing(request).is_empty(),
            // To find it, the document is gone through.
            place: match request.work.spend(document.len()) {
                true => statement_place(document, number),
                false => None,
            },
            document: Arc::clone(document),
        }
    }
}

#[cfg(test)]
mod tests;
