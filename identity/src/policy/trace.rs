//! What a decision rests on: all statements about the request, beside the decision. The decision
//! is the same one that requests get, made by the same code while a witness looks on.

use std::sync::Arc;

use super::evaluate::{Decision, Layer, Layers, Outcome, decide};
use super::position::{self, Position};
use super::request::Request;
use super::statement::Statement;
use super::work::Work;

/// Looks on while it is decided.
pub(super) trait Witness<'a> {
    /// A statement that is about the request.
    fn found(&mut self, finding: impl FnOnce() -> Finding<'a>, request: &Request<'_>);

    /// A statement that is about something else, or somebody else.
    fn skipped(&mut self, statement: &'a Statement, request: &Request<'_>);
}

/// Of ordinary requests: compiled away.
pub(super) struct Nobody;

impl<'a> Witness<'a> for Nobody {
    #[inline(always)]
    fn found(&mut self, _: impl FnOnce() -> Finding<'a>, _: &Request<'_>) {}

    #[inline(always)]
    fn skipped(&mut self, _: &'a Statement, _: &Request<'_>) {}
}

/// What came of a statement that is about the request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    Allows,
    Denies,
    /// It says nothing, because a condition is not met.
    ConditionsFail,
}

/// A statement that is about the request, and where it stands.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Finding<'a> {
    pub layer: Layer,
    /// The policy's name, where it has one.
    pub policy: Option<&'a str>,
    pub document: &'a Arc<str>,
    /// Which statement of the document, from 0.
    pub number: usize,
    pub statement: &'a Statement,
    pub verdict: Verdict,
}

impl Finding<'_> {
    /// Where in the document the statement begins, and where it ends.
    pub fn place(&self) -> Option<(Position, Position)> {
        position::of_statement(self.document, self.number)
    }
}

/// A decision with all that was found on the way.
#[derive(Debug, Clone, PartialEq)]
pub struct Explained<'a> {
    pub decision: Decision<'a>,
    /// In the order in which policies are read: access key, boundary, session, identity, resource.
    pub findings: Vec<Finding<'a>>,
    /// Condition keys that statements about the action look at and the request says nothing of,
    /// each once. With them it may be decided otherwise.
    pub missing: Vec<&'a str>,
}

impl<'a> Explained<'a> {
    /// The statements that it rests on: those that deny, or else those that allow, if that is what
    /// was decided. What nothing allows rests on none.
    pub fn deciding(&self) -> impl Iterator<Item = &Finding<'a>> {
        let decisive = match self.decision.outcome {
            Outcome::Allow => Some(Verdict::Allows),
            Outcome::ExplicitDeny => Some(Verdict::Denies),
            Outcome::ImplicitDeny => None,
        };
        let findings = self.findings.iter();
        findings.filter(move |finding| Some(finding.verdict) == decisive)
    }

    /// What one layer alone says.
    pub fn says(&self, layer: Layer) -> Outcome {
        let has = |verdict| {
            let mut findings = self.findings.iter();
            findings.any(|found| found.layer == layer && found.verdict == verdict)
        };
        match () {
            () if has(Verdict::Denies) => Outcome::ExplicitDeny,
            () if has(Verdict::Allows) => Outcome::Allow,
            () => Outcome::ImplicitDeny,
        }
    }
}

/// Decides as [`super::evaluate`] does, and says because of what. It allocates: for people who
/// ask, not for requests.
pub fn explain<'a>(layers: &Layers<'a>, request: &Request<'_>) -> Explained<'a> {
    let mut trace = Trace::default();
    let decision = decide(layers, request, &mut trace);
    Explained {
        decision,
        findings: trace.findings,
        missing: trace.missing,
    }
}

#[derive(Default)]
struct Trace<'a> {
    findings: Vec<Finding<'a>>,
    missing: Vec<&'a str>,
}

impl<'a> Trace<'a> {
    fn miss(&mut self, keys: Vec<&'a str>, work: &Work) {
        for key in keys {
            // Each is held against all that are known.
            if !work.spend(self.missing.len()) {
                return;
            }
            let mut known = self.missing.iter();
            if !known.any(|known| known.eq_ignore_ascii_case(key)) {
                self.missing.push(key);
            }
        }
    }
}

impl<'a> Witness<'a> for &mut Trace<'a> {
    fn found(&mut self, finding: impl FnOnce() -> Finding<'a>, request: &Request<'_>) {
        let finding = finding();
        self.miss(finding.statement.missing(request), request.work);
        self.findings.push(finding);
    }

    fn skipped(&mut self, statement: &'a Statement, request: &Request<'_>) {
        self.miss(statement.missing_variables(request), request.work);
    }
}

#[cfg(test)]
mod tests;
