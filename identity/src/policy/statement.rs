//! One statement of a policy, compiled.

use super::arn::ArnPattern;
use super::condition::Condition;
use super::principal::{Closeness, Who};
use super::reach::Reach;
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

    /// How closely the statement names who asks, if it is about what is asked. Whether it applies
    /// is up to its conditions then.
    pub(crate) fn is_about(&self, request: &Request<'_>) -> Option<Closeness> {
        if !self.is_about_action(request) {
            return None;
        }
        if let Some(resources) = &self.resources
            && !resources.chooses(|pattern| pattern.matches(request.resource, request))
        {
            return None;
        }
        self.names(request)
    }

    /// Whether it speaks of the action, on whatever.
    pub(crate) fn is_about_action(&self, request: &Request<'_>) -> bool {
        let action = request.action.as_bytes();
        let is_meant = |pattern: &Text| pattern.matches(action, Case::Ignored, request);
        self.actions.chooses(is_meant)
    }

    /// How much it is about of what begins like the resource of the request.
    pub(crate) fn reach(&self, request: &Request<'_>) -> Reach {
        if !self.is_about_action(request) || self.names(request).is_none() {
            return Reach::Nothing;
        }
        let Some(resources) = &self.resources else {
            return Reach::Everything;
        };
        let patterns = resources.list.iter();
        let most = patterns.map(|it| it.reach(request.resource, request)).max();
        match (resources.negated, most.unwrap_or(Reach::Nothing)) {
            (false, most) => most,
            (true, Reach::Everything) => Reach::Nothing,
            (true, Reach::Something) => Reach::Something,
            (true, Reach::Nothing) => Reach::Everything,
        }
    }

    /// Whether all conditions are met.
    pub(crate) fn holds(&self, request: &Request<'_>) -> bool {
        let mut conditions = self.conditions.iter();
        conditions.all(|condition| condition.holds(request))
    }

    /// Condition keys that the statement looks at and the request says nothing of.
    pub(crate) fn missing(&self, request: &Request<'_>) -> Vec<&str> {
        missing(self.keys(), request)
    }

    /// The same of variables only: one that nothing fills makes a resource match nothing.
    pub(crate) fn missing_variables(&self, request: &Request<'_>) -> Vec<&str> {
        match self.is_about_action(request) {
            true => missing(self.variables().collect(), request),
            false => Vec::new(),
        }
    }

    /// Keys of variables and conditions.
    fn keys(&self) -> Vec<&str> {
        let of_conditions = self.conditions.iter().flat_map(Condition::keys);
        self.variables().chain(of_conditions).collect()
    }

    fn variables(&self) -> impl Iterator<Item = &str> {
        let resources = self.resources.iter().flat_map(|choice| &choice.list);
        resources.flat_map(ArnPattern::keys)
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
        self.keys().into_iter().any(begins)
    }
}

fn missing<'a>(mut keys: Vec<&'a str>, request: &Request<'_>) -> Vec<&'a str> {
    keys.retain(|key| request.values(key).is_none());
    keys
}
