//! The object lock configuration of a bucket: that versions may be locked, and how new ones are.

use super::document::{Document, Unset};
use crate::error::{Code, S3Error};
use crate::limits::RETENTION_DAYS_MAX;
use crate::ops::shared::lock::{mode_text, parse_mode};
use crate::xml::reader::Element;
use crate::xml::writer::Writer;
use storage_engine::row::{DefaultRetention, RetentionMode};

const DAY_MILLISECONDS: u64 = 24 * 3600 * 1000;
const YEAR_DAYS: u64 = 365;

/// Object lock is on; that it is off has no document.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct ObjectLock {
    rule: Option<Rule>,
}

/// The retention of new versions that bring none of their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Rule {
    mode: RetentionMode,
    period: Period,
}

/// Kept in the unit it came in, which is how it is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Period {
    Days(u64),
    Years(u64),
}

impl ObjectLock {
    /// What the engine applies to new versions.
    pub(crate) fn default_retention(&self) -> Option<DefaultRetention> {
        self.rule.map(|rule| DefaultRetention {
            mode: rule.mode,
            milliseconds: rule.period.days().saturating_mul(DAY_MILLISECONDS),
        })
    }
}

impl Period {
    fn days(self) -> u64 {
        match self {
            Period::Days(days) => days,
            Period::Years(years) => years.saturating_mul(YEAR_DAYS),
        }
    }
}

impl Document for ObjectLock {
    const KIND: &'static str = "object-lock";
    const ROOT: &'static str = "ObjectLockConfiguration";

    fn read(root: &Element<'_>) -> Result<Self, S3Error> {
        if root.child_text("ObjectLockEnabled") != Some("Enabled") {
            return Err(S3Error::malformed("ObjectLockEnabled: expected Enabled"));
        }
        let rule = root.child("Rule").map(read_rule).transpose()?;
        Ok(Self { rule })
    }

    fn write(&self, xml: &mut Writer) {
        xml.text("ObjectLockEnabled", "Enabled");
        let Some(rule) = self.rule else { return };
        xml.element("Rule", |xml| {
            xml.element("DefaultRetention", |xml| {
                xml.text("Mode", mode_text(rule.mode));
                match rule.period {
                    Period::Days(days) => xml.number("Days", days),
                    Period::Years(years) => xml.number("Years", years),
                }
            });
        });
    }

    fn unset() -> Unset<Self> {
        Unset::Refused(Code::ObjectLockConfigurationNotFoundError)
    }
}

fn read_rule(rule: &Element<'_>) -> Result<Rule, S3Error> {
    let retention = rule
        .child("DefaultRetention")
        .ok_or_else(|| S3Error::malformed("Rule: DefaultRetention is missing"))?;
    let mode = retention.child_text("Mode").and_then(parse_mode);
    let mode = mode.ok_or_else(|| S3Error::malformed("Mode: expected GOVERNANCE or COMPLIANCE"))?;
    let number = |text: &str| {
        text.parse::<i64>()
            .map_err(|_| S3Error::malformed("Days or Years: expected a whole number"))
    };
    let days = retention.child_text("Days").map(number).transpose()?;
    let years = retention.child_text("Years").map(number).transpose()?;
    // What is less than nothing is refused like nothing.
    let positive = |number: i64| u64::try_from(number).unwrap_or(0);
    let period = match (days, years) {
        (Some(days), None) => Period::Days(positive(days)),
        (None, Some(years)) => Period::Years(positive(years)),
        _ => {
            return Err(S3Error::malformed(
                "DefaultRetention: expected either Days or Years",
            ));
        }
    };
    match period.days() {
        0 => Err(S3Error::new(Code::InvalidRetentionPeriod)
            .message("Default retention period must be a positive integer value.")),
        days if days > RETENTION_DAYS_MAX => Err(S3Error::new(Code::InvalidRetentionPeriod)
            .message("The specified default retention period is too large.")),
        _ => Ok(Rule { mode, period }),
    }
}

#[cfg(test)]
mod tests;
