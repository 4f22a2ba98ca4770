//! Who asks, and whom a statement names.

use super::context::Context;

/// Who makes a request, as far as policies can tell one from another.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Principal {
    pub kind: PrincipalKind,
    /// The full name, `arn:aws:iam::123456789012:user/anna`; of a session, the session's.
    pub arn: String,
    /// The number of the account.
    pub account: String,
    /// The account is the server's own: it may also be named without a number.
    pub is_of_server: bool,
    /// The canonical id of whom things made by it belong to.
    pub canonical_id: String,
    /// An account without a number of its own is named by its canonical id, too.
    pub is_plain_account: bool,
    /// `AIDA…` of a user, `AROA…:session` of a role's session.
    pub unique_id: String,
    /// The role whose session it is; of a federated user, the user who vouches for it.
    pub role: Option<RoleName>,
    /// Condition keys that say something about the principal.
    pub context: Context<'static>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoleName {
    pub arn: String,
    pub unique_id: String,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum PrincipalKind {
    /// Nobody in particular: a request without a signature.
    #[default]
    Anonymous,
    /// The root of an account.
    Account,
    User,
    /// The session of a role.
    Session,
    /// Somebody for whom a user has asked for credentials, with less rights than its own.
    FederatedUser,
    /// Somebody a provider vouches for; `arn` is the provider's.
    Federated,
    /// A part of the server itself; `arn` is its name, `logging.s3.amazonaws.com`.
    Service,
}

/// Whom a statement names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Who {
    Everyone,
    /// By number, or by whatever stands in the place of it.
    Account(String),
    /// A user, role or session.
    Arn(String),
    /// A user or role by its unique id.
    UniqueId(String),
    CanonicalUser(String),
    Federated(String),
    Service(String),
}

/// How closely a statement names a principal. What it can grant depends on that.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Closeness {
    /// Its account: the account's own policies must agree.
    Account,
    /// The role or user whose session it is: boundary and session policy still limit it.
    Role,
    /// The principal itself, or everyone.
    Itself,
}

impl Who {
    pub(crate) fn names(&self, principal: &Principal) -> Option<Closeness> {
        use PrincipalKind::*;
        let itself = |same: bool| same.then_some(Closeness::Itself);
        let known = !matches!(principal.kind, Anonymous | Federated | Service);
        match self {
            Who::Everyone => Some(Closeness::Itself),
            Who::Federated(name) => itself(principal.kind == Federated && principal.arn == *name),
            Who::Service(name) => itself(principal.kind == Service && principal.arn == *name),
            _ if !known => None,
            Who::Account(name) => account(name, principal),
            Who::CanonicalUser(id) if principal.canonical_id != *id => None,
            Who::CanonicalUser(_) if principal.kind == Account => Some(Closeness::Itself),
            Who::CanonicalUser(_) => Some(Closeness::Account),
            Who::Arn(arn) if principal.arn == *arn => Some(Closeness::Itself),
            Who::UniqueId(id) if principal.unique_id == *id => Some(Closeness::Itself),
            Who::Arn(name) => role(principal, |role| role.arn == *name),
            Who::UniqueId(name) => role(principal, |role| role.unique_id == *name),
        }
    }
}

fn account(name: &str, principal: &Principal) -> Option<Closeness> {
    let is_root = principal.kind == PrincipalKind::Account;
    let is_named = principal.account == name || (principal.is_of_server && name.is_empty());
    match is_named {
        true if is_root && !principal.is_plain_account => Some(Closeness::Itself),
        true => Some(Closeness::Account),
        false if is_root && principal.is_plain_account => {
            (principal.canonical_id == name).then_some(Closeness::Itself)
        }
        false => None,
    }
}

fn role(principal: &Principal, is_named: impl Fn(&RoleName) -> bool) -> Option<Closeness> {
    let named = principal.role.as_ref().is_some_and(is_named);
    named.then_some(Closeness::Role)
}
