//! Whether something may be done to anything at all of what begins alike: nobody can look at each
//! of it. What is asked of single things is up to [`super::evaluate`].

use super::Policy;
use super::evaluate::{Layers, Named, Relation, Standing};
use super::request::Request;
use super::statement::Effect;

/// How much of what begins alike a pattern describes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Reach {
    Nothing,
    Something,
    Everything,
}

/// Whether there may be something allowed: the resource of the request is what its name begins
/// with. Conditions are taken to be met where a statement allows. So no is no, and yes is a
/// question that is worth asking; so is what takes too much work to find out.
pub(crate) fn could(layers: &Layers<'_>, request: &Request<'_>) -> bool {
    request.work.begin();
    let may_be = may_be_allowed(layers, request);
    request.work.end();
    may_be || request.work.is_over()
}

fn may_be_allowed(layers: &Layers<'_>, request: &Request<'_>) -> bool {
    let is_administrator = layers.standing == Standing::Administrator;
    let resource = layers.heard(request);
    let limits = layers.boundary.iter().chain(&layers.restriction).copied();
    let named = layers.identity.iter().chain(layers.session).chain(limits);
    let mut policies = named.map(|it| &*it.policy).chain(resource);
    if policies.any(|policy| denies_all(policy, request)) {
        return false;
    }
    let allows = |named: &Named| allows_some(&named.policy, request);
    let by_identity = layers.standing != Standing::Ordinary || layers.identity.iter().any(allows);
    let by_session = layers.session.is_empty() || layers.session.iter().any(allows);
    let by_resource = resource.is_some_and(|policy| allows_some(policy, request));
    let is_limited = layers.boundary.is_some_and(|it| !allows(it)) || !by_session;
    let is_restricted = layers.restriction.is_some_and(|it| !allows(it));
    let by_identity = by_identity && !is_limited;
    let is_granted = match layers.relation {
        _ if is_administrator => by_identity,
        Relation::SameAccount | Relation::Trust => by_identity || by_resource,
        Relation::CrossAccount => by_identity && by_resource,
    };
    is_granted && !is_restricted
}

fn allows_some(policy: &Policy, request: &Request<'_>) -> bool {
    let mut statements = policy.statements().iter();
    statements.any(|it| it.effect() == Effect::Allow && it.reach(request) > Reach::Nothing)
}

fn denies_all(policy: &Policy, request: &Request<'_>) -> bool {
    let mut statements = policy.statements().iter();
    statements.any(|it| {
        let is_about_all = || it.reach(request) == Reach::Everything;
        // Of what is not known another request may say something.
        let is_met = || it.holds(request) && it.missing(request).is_empty();
        it.effect() == Effect::Deny && is_about_all() && is_met()
    })
}

#[cfg(test)]
mod tests;
