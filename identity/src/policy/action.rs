//! Actions as a document names them, for who wants to know which there are.

use super::context::Context;
use super::principal::Principal;
use super::request::Request;
use super::text::{Case, Text, Variables, Wild};
use super::work::Work;

/// The name of an action, or a pattern of names.
#[derive(Debug)]
pub struct ActionPattern(Text);

impl ActionPattern {
    pub fn new(text: &str) -> Self {
        Self(Text::parse(text, Wild::Cards, Variables::Literal))
    }

    /// As statements compare them: whatever the case.
    pub fn means(&self, action: &str) -> bool {
        is_covered(&self.0, action.as_bytes(), Case::Ignored)
    }
}

/// Where nothing of a request can stand in a pattern, an empty one does.
pub(super) fn is_covered(pattern: &Text, name: &[u8], case: Case) -> bool {
    let request = Request {
        principal: &Principal::default(),
        action: "",
        resource: b"",
        context: &Context::new(),
        now: std::time::SystemTime::UNIX_EPOCH,
        work: &Work::default(),
    };
    pattern.matches(name, case, &request)
}

#[cfg(test)]
mod tests;
