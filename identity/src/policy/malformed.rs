//! Why a document is no policy, in Amazon's words.

use std::fmt;

use super::Kind;

/// A document that cannot be a policy of its kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.reason.words(self.kind))]
pub struct Malformed {
    pub kind: Kind,
    pub reason: Reason,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    NotJson,
    TooLarge {
        limit: usize,
    },
    UnknownVersion,
    UnknownField(String),
    Missing(Field),
    /// Both an element and its negation, or an element that is not of its type.
    Syntax(String),
    Effect(String),
    Sid,
    DuplicateSid,
    Principal(String),
    PrincipalGiven,
    /// Amazon supports it with Deny only.
    NotPrincipalAllows,
    ResourceGiven,
    Action(String),
    /// An action that no request of the service has.
    NoSuchAction,
    TrustAction,
    Resource(String),
    /// Something outside of the bucket the policy is for.
    ForeignResource,
    /// The actions are about objects and the resources are buckets, or the other way round.
    ActionWithoutResource,
    Operator(String),
    ConditionKey(String),
    Value {
        operator: String,
        value: String,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Field {
    Statement,
    Effect,
    Principal,
    Action,
    Resource,
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}

impl Reason {
    /// S3 and IAM word the same condition differently.
    fn words(&self, kind: Kind) -> String {
        match kind {
            Kind::Bucket => self.words_of_s3(),
            Kind::Identity | Kind::Session | Kind::Trust => self.words_of_iam(kind),
        }
    }

    fn words_of_s3(&self) -> String {
        match self {
            Reason::NotJson => {
                "Policies must be valid JSON and the first byte must be '{'".to_owned()
            }
            Reason::UnknownVersion => "The policy must contain a valid version string".to_owned(),
            Reason::Missing(field) => format!("Missing required field {field}"),
            Reason::Effect(effect) => format!("Invalid effect: {effect}"),
            Reason::Principal(_) => "Invalid principal in policy".to_owned(),
            Reason::Action(_) | Reason::NoSuchAction => "Policy has invalid action".to_owned(),
            Reason::Resource(_) | Reason::ForeignResource => {
                "Policy has invalid resource".to_owned()
            }
            Reason::ConditionKey(key) => format!("Policy has an invalid condition key - {key}"),
            _ => self.words_of_both(),
        }
    }

    fn words_of_iam(&self, kind: Kind) -> String {
        match self {
            Reason::NotJson => "This policy contains invalid Json".to_owned(),
            Reason::Missing(Field::Resource) => {
                "Policy statement must contain resources.".to_owned()
            }
            Reason::Missing(Field::Action) => "Policy statement must contain actions.".to_owned(),
            Reason::Missing(field) => format!("Missing required field {field}"),
            Reason::UnknownVersion | Reason::Effect(_) => "Syntax errors in policy.".to_owned(),
            Reason::Principal(name) if kind == Kind::Trust => {
                format!("Invalid principal in policy: {name}")
            }
            Reason::Action(_) => "Actions/Conditions must be prefaced by a vendor, e.g., iam, \
                                  sdb, ec2, etc."
                .to_owned(),
            Reason::Resource(name) => {
                format!("Resource {name} must be in ARN format or \"*\".")
            }
            _ => self.words_of_both(),
        }
    }

    fn words_of_both(&self) -> String {
        match self {
            Reason::TooLarge { limit } => {
                format!("Policy exceeds the maximum allowed document size of {limit} bytes.")
            }
            Reason::UnknownField(name) => format!("Unknown field {name}"),
            Reason::Syntax(what) => format!("Invalid policy syntax: {what}."),
            Reason::Sid => "Statement IDs (SID) must be alpha-numeric. Check that your input \
                            satisfies the regular expression [0-9A-Za-z]*"
                .to_owned(),
            Reason::DuplicateSid => {
                "Statement IDs (SID) in a single policy must be unique.".to_owned()
            }
            Reason::PrincipalGiven => "Policy document should not specify a principal.".to_owned(),
            Reason::NotPrincipalAllows => "Allow with NotPrincipal is not allowed.".to_owned(),
            Reason::ResourceGiven => "Has prohibited field Resource".to_owned(),
            Reason::TrustAction => {
                "AssumeRole policy may only specify STS AssumeRole actions.".to_owned()
            }
            Reason::ActionWithoutResource => {
                "Action does not apply to any resource(s) in statement".to_owned()
            }
            Reason::Operator(name) => format!("Invalid Condition type : {name}"),
            Reason::ConditionKey(key) => format!("Invalid condition key: {key}"),
            Reason::Value { operator, value } => {
                format!("Invalid value for {operator}: {value}")
            }
            Reason::Principal(name) => format!("Invalid principal in policy: {name}"),
            Reason::Effect(effect) => format!("Invalid effect: {effect}"),
            Reason::NotJson
            | Reason::UnknownVersion
            | Reason::Missing(_)
            | Reason::Action(_)
            | Reason::NoSuchAction
            | Reason::Resource(_)
            | Reason::ForeignResource => "Syntax errors in policy.".to_owned(),
        }
    }
}
