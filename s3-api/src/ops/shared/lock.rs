//! Retention and legal hold of object versions, in headers and in documents.

use crate::date::{iso8601, parse_iso8601};
use crate::error::{Code, S3Error};
use crate::request::Permitted;
use crate::response::set;
use http::{HeaderMap, HeaderName};
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use storage_engine::ids::Timestamp;
use storage_engine::row::{Lock, Retention, RetentionMode};

const MODE: &str = "x-amz-object-lock-mode";
const UNTIL: &str = "x-amz-object-lock-retain-until-date";
const HOLD: &str = "x-amz-object-lock-legal-hold";

/// The lock a new version is to begin with. What the headers leave open is the bucket's to say.
pub(crate) fn from_headers(request: &Permitted<'_>) -> Result<Lock, S3Error> {
    let mode = request.header_text(MODE)?;
    let until = request.header_text(UNTIL)?;
    let hold = request.header_text(HOLD)?;
    if mode.is_none() && until.is_none() && hold.is_none() {
        return Ok(Lock::default());
    }
    let retention = match (mode, until) {
        (None, None) => None,
        (Some(mode), Some(until)) => Some(parse_retention(mode, until)?),
        _ => {
            return Err(S3Error::new(Code::InvalidArgument)
                .message(format!("{UNTIL} and {MODE} must both be supplied")));
        }
    };
    let legal_hold = match hold {
        None | Some("OFF") => false,
        Some("ON") => true,
        Some(other) => {
            return Err(S3Error::invalid_argument(HOLD, other)
                .message("Legal Hold must be either of 'ON' or 'OFF'"));
        }
    };
    check_lockable(request)?;
    Ok(Lock {
        retention,
        legal_hold,
    })
}

/// Whether an upload asks for a lock of its own.
pub(crate) fn is_asked(headers: &HeaderMap) -> bool {
    [MODE, UNTIL, HOLD]
        .iter()
        .any(|name| headers.contains_key(*name))
}

/// Refuses what only a bucket with object lock has.
pub(crate) fn check_lockable(request: &Permitted<'_>) -> Result<(), S3Error> {
    match request.settings_of_bucket()?.row.lockable {
        true => Ok(()),
        false => Err(S3Error::new(Code::ObjectLockMissing)),
    }
}

/// Whether a governance retention is to give way: asked for, and by somebody who may.
pub(crate) async fn bypasses_governance(request: &Permitted<'_>) -> Result<bool, S3Error> {
    let asked = request.header("x-amz-bypass-governance-retention");
    let is_asked = asked.is_some_and(|value| value.eq_ignore_ascii_case(b"true"));
    if is_asked {
        request.require("s3:BypassGovernanceRetention").await?;
    }
    Ok(is_asked)
}

pub(crate) fn describe(lock: &Lock, headers: &mut HeaderMap) {
    if let Some(retention) = &lock.retention {
        set(
            headers,
            HeaderName::from_static(MODE),
            mode_text(retention.mode),
        );
        set(
            headers,
            HeaderName::from_static(UNTIL),
            &iso8601(until(retention)),
        );
    }
    if lock.legal_hold {
        set(headers, HeaderName::from_static(HOLD), "ON");
    }
}

pub(crate) fn parse_mode(text: &str) -> Option<RetentionMode> {
    match text {
        "GOVERNANCE" => Some(RetentionMode::Governance),
        "COMPLIANCE" => Some(RetentionMode::Compliance),
        _ => None,
    }
}

pub(crate) fn mode_text(mode: RetentionMode) -> &'static str {
    match mode {
        RetentionMode::Governance => "GOVERNANCE",
        RetentionMode::Compliance => "COMPLIANCE",
    }
}

pub(crate) fn until(retention: &Retention) -> SystemTime {
    UNIX_EPOCH + Duration::from_millis(retention.until.0)
}

/// The end of a retention, which must lie ahead.
pub(crate) fn timestamp(until: SystemTime) -> Result<Timestamp, S3Error> {
    if until <= SystemTime::now() {
        return Err(S3Error::new(Code::InvalidArgument)
            .message("The retain until date must be in the future!"));
    }
    let elapsed = until.duration_since(UNIX_EPOCH).unwrap_or_default();
    Ok(Timestamp(
        u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX),
    ))
}

fn parse_retention(mode: &str, until: &str) -> Result<Retention, S3Error> {
    let mode = parse_mode(mode)
        .ok_or_else(|| S3Error::invalid_argument(MODE, mode).message("Unknown wormMode directive"));
    let until = parse_iso8601(until).ok_or_else(|| {
        S3Error::invalid_argument(UNTIL, until)
            .message("The retain until date must be provided in ISO 8601 format")
    });
    Ok(Retention {
        mode: mode?,
        until: timestamp(until?)?,
    })
}
