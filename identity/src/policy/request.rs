//! What is to be decided: somebody wants to do something somewhere.

use std::borrow::Cow;
use std::time::{SystemTime, UNIX_EPOCH};

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::context::{Context, Found};
use super::principal::Principal;
use super::work::Work;

/// A question to the policies.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    pub principal: &'a Principal,
    /// `s3:GetObject`
    pub action: &'a str,
    /// The resource's full name. Bytes, because keys of objects are bytes.
    pub resource: &'a [u8],
    pub context: &'a Context<'a>,
    pub now: SystemTime,
    /// What is left for it, and for other questions of the same request.
    pub work: &'a Work,
}

/// What it takes to write a time.
const TIME_STEPS: usize = 100;

impl<'a> Request<'a> {
    /// Values of a condition key: what is known of the principal first, which no request can
    /// overrule, then what came with the request.
    pub(crate) fn values(&self, key: &str) -> Option<Found<'a>> {
        // Both are gone through from the front.
        let entries = self.principal.context.len() + self.context.len();
        if !self.work.spend(entries) {
            return None;
        }
        let principal = self.principal.context.get(key);
        if let Some(values) = principal.or_else(|| self.context.get(key)) {
            return Some(Found::Kept(values));
        }
        let made = if key.eq_ignore_ascii_case("aws:EpochTime") {
            self.seconds().to_string()
        } else if key.eq_ignore_ascii_case("aws:CurrentTime") && self.work.spend(TIME_STEPS) {
            let time = OffsetDateTime::from(self.now).replace_nanosecond(0).ok()?;
            time.format(&Rfc3339).ok()?
        } else {
            return None;
        };
        Some(Found::Made([Cow::Owned(made)]))
    }

    fn seconds(&self) -> u64 {
        let since = self.now.duration_since(UNIX_EPOCH).unwrap_or_default();
        since.as_secs()
    }
}
