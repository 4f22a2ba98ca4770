//! One statement of a policy, compiled.

use super::arn::ArnPattern;
use super::condition::Condition;
use super::principal::{Closeness, Who};
use super::request::Request;
use super::text::{Case, Text};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    Allow,
    Deny,
}

/// A list, or everything but what is in it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Choice<T> {
    pub(crate) negated: bool,
    pub(crate) list: Vec<T>,
}

impl<T> Choice<T> {
    fn chooses(&self, matches: impl Fn(&T) -> bool) -> bool {
        self.list.iter().any(matches) != self.negated
    }
}

#[derive(Debug, Clone, PartialEq)]
pub struct Statement {
    pub(crate) sid: Option<Box<str>>,
    pub(crate) effect: Effect,
    /// Absent in policies that are attached to a principal.
    pub(crate) principals: Option<Choice<Who>>,
    pub(crate) actions: Choice<Text>,
    /// Absent in trust policies.
    pub(crate) resources: Option<Choice<ArnPattern>>,
    pub(crate) conditions: Vec<Condition>,
}

impl Statement {
    pub fn sid(&self) -> Option<&str> {
        self.sid.as_deref()
    }

    pub fn effect(&self) -> Effect {
        self.effect
    }

    /// How closely the statement names who asks, if it is about the request at all.
    pub(crate) fn applies(&self, request: &Request<'_>) -> Option<Closeness> {
        let action = request.action.as_bytes();
        let is_meant = |pattern: &Text| pattern.matches(action, Case::Ignored, request);
        if !self.actions.chooses(is_meant) {
            return None;
        }
        if let Some(resources) = &self.resources
            && !resources.chooses(|pattern| pattern.matches(request.resource, request))
        {
            return None;
        }
        let closeness = self.names(request)?;
        let mut conditions = self.conditions.iter();
        conditions
            .all(|condition| condition.holds(request))
            .then_some(closeness)
    }

    fn names(&self, request: &Request<'_>) -> Option<Closeness> {
        let Some(principals) = &self.principals else {
            return Some(Closeness::Itself);
        };
        let named = principals.list.iter();
        let closest = named.filter_map(|who| who.names(request.principal)).max();
        match principals.negated {
            false => closest,
            true => closest.is_none().then_some(Closeness::Itself),
        }
    }

    pub(crate) fn principals(&self) -> &[Who] {
        let principals = self.principals.as_ref();
        principals.map_or(&[], |principals| &principals.list)
    }

    pub(crate) fn looks_at(&self, prefix: &str) -> bool {
        let begins = |key: &str| {
            key.get(..prefix.len())
                .is_some_and(|front| front.eq_ignore_ascii_case(prefix))
        };
        let resources = self.resources.iter().flat_map(|choice| &choice.list);
        let mut of_resources = resources.flat_map(ArnPattern::keys);
        let mut of_conditions = self.conditions.iter().flat_map(Condition::keys);
        of_resources.any(begins) || of_conditions.any(begins)
    }
}
