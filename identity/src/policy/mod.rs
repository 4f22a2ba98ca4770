//! Policies: documents that say who may do what where, and what they decide.
//!
//! A document is stored as it was given and compiled once; a decision is a pure function of
//! compiled policies and a request. Nothing here knows an action or a resource by name.

mod action;
mod arn;
mod bucket;
mod condition;
mod context;
mod evaluate;
mod json;
mod malformed;
mod parse;
mod position;
mod principal;
mod public;
mod reach;
mod request;
mod statement;
mod text;
mod trace;
mod work;

#[cfg(test)]
mod tests;

use std::sync::Arc;

pub use action::ActionPattern;
pub use bucket::{ActionTarget, KnownAction};
pub use context::Context;
pub use evaluate::{
    Because, Decision, Layer, Layers, Named, Outcome, Relation, Standing, evaluate,
};
pub use malformed::{Field, Malformed, Reason};
pub use position::Position;
pub(crate) use position::of_statement as statement_place;
pub use principal::{Principal, PrincipalKind, RoleName, Who};
pub(crate) use reach::could;
pub use request::Request;
pub use statement::{Effect, Statement};
pub use trace::{Explained, Finding, Verdict, explain};
pub use work::Work;

/// What a policy is attached to, which decides what may stand in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// To users, groups and roles; also boundaries. It names no principal.
    Identity,
    /// Handed over with a request for temporary credentials. It names no principal.
    Session,
    /// To a bucket. It names principals.
    Bucket,
    /// To a role: who may assume it. It names principals and no resources.
    Trust,
}

/// A document together with what it means.
#[derive(Clone, PartialEq)]
pub struct Policy {
    kind: Kind,
    document: Arc<str>,
    statements: Box<[Statement]>,
}

impl std::fmt::Debug for Policy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Policy").field(&self.document).finish()
    }
}

impl Policy {
    /// Reads a document, or says in Amazon's words what is wrong with it.
    pub fn parse(kind: Kind, document: &str) -> Result<Policy, Malformed> {
        let statements =
            parse::statements(kind, document).map_err(|reason| Malformed { kind, reason })?;
        Ok(Policy {
            kind,
            document: document.into(),
            statements: statements.into(),
        })
    }

    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// As it was given.
    pub fn document(&self) -> &Arc<str> {
        &self.document
    }

    pub fn statements(&self) -> &[Statement] {
        &self.statements
    }

    /// Whether any statement looks at a condition key that begins so, case aside: what is costly
    /// to find out need not be found out for others.
    pub fn looks_at(&self, prefix: &str) -> bool {
        let mut statements = self.statements.iter();
        statements.any(|statement| statement.looks_at(prefix))
    }

    /// Whether it lets in anyone at all, by Amazon's definition of public.
    pub fn is_public(&self) -> bool {
        self.statements.iter().any(public::is_public)
    }

    /// Of a bucket policy, whether each statement is about that bucket and about actions there
    /// are. The crate that has the actions brings the table.
    pub fn check_bucket(&self, bucket: &str, actions: &[KnownAction]) -> Result<(), Malformed> {
        let reason = self
            .statements
            .iter()
            .find_map(|statement| bucket::wrong(statement, bucket, actions));
        match reason {
            None => Ok(()),
            Some(reason) => Err(Malformed {
                kind: self.kind,
                reason,
            }),
        }
    }

    /// Everyone and everything its statements name.
    pub fn principals(&self) -> impl Iterator<Item = &Who> {
        self.statements.iter().flat_map(Statement::principals)
    }

    /// Its length as quotas count it: white space left out.
    pub fn counted_bytes(document: &str) -> usize {
        document
            .bytes()
            .filter(|b| !b.is_ascii_whitespace())
            .count()
    }
}
