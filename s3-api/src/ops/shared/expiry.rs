//! Telling clients what lifecycle rules will do: when an object expires, when an upload ends.
//!
//! What is told is a courtesy beside an answer that is already true: nothing here can fail it.
//! Dates are those of real days, whatever length of a day the server follows its rules by.

use crate::date::http_date;
use crate::encoding::{Keep, push_percent_encoded};
use crate::request::Permitted;
use crate::response::set;
use http::{HeaderMap, HeaderName};
use pipeline::lifecycle::{
    Configuration, Day, Facts, Place, Rule, Versions, abort_of, expiration_of, needs_tags,
};
use std::time::{Duration, UNIX_EPOCH};
use storage_engine::ids::{Timestamp, UploadName};
use storage_engine::row::{Summary, Tag};
use storage_engine::{PutOutcome, Target, UploadTarget};

const EXPIRATION: HeaderName = HeaderName::from_static("x-amz-expiration");
const ABORT_DATE: HeaderName = HeaderName::from_static("x-amz-abort-date");
const ABORT_RULE_ID: HeaderName = HeaderName::from_static("x-amz-abort-rule-id");

/// When the newest version of the key expires.
pub(crate) fn tell(
    request: &Permitted<'_>,
    summary: &Summary,
    tags: &[Tag],
    headers: &mut HeaderMap,
) {
    let Some(rules) = rules_of(request) else {
        return;
    };
    let key = request.key();
    let facts = facts(&key, summary, Some(tags));
    if let Some((due, rule)) = expiration_of(rules, &facts, Day::REAL) {
        let (date, rule) = (date(due), rule_id(rule));
        let text = format!("expiry-date=\"{date}\", rule-id=\"{rule}\"");
        set(headers, EXPIRATION, &text);
    }
}

/// The same for a version just made whose tags came from elsewhere; they are looked up if rules
/// ask for them.
pub(crate) async fn tell_of_new(
    request: &Permitted<'_>,
    outcome: &PutOutcome,
    headers: &mut HeaderMap,
) {
    let Some(rules) = rules_of(request) else {
        return;
    };
    let (key, summary) = (request.key(), &outcome.summary);
    if !needs_tags(rules, &facts(&key, summary, None)) {
        return tell(request, summary, &[], headers);
    }
    let target = Target {
        bucket: request.bucket().to_owned(),
        key,
        version: Some(summary.version_id()),
    };
    if let Ok(info) = request.engine().head(target).await
        && let Some(detail) = &info.row.detail
    {
        tell(request, &info.row.summary, &detail.tags, headers);
    }
}

/// When an unfinished upload ends.
pub(crate) fn tell_abort(request: &Permitted<'_>, started: Timestamp, headers: &mut HeaderMap) {
    let found =
        rules_of(request).and_then(|rules| abort_of(rules, &request.key(), started, Day::REAL));
    if let Some((due, rule)) = found {
        set(headers, ABORT_DATE, &date(due));
        set(headers, ABORT_RULE_ID, &rule_id(rule));
    }
}

/// The same for one that has just begun.
pub(crate) async fn tell_abort_of_new(
    request: &Permitted<'_>,
    upload: UploadName,
    headers: &mut HeaderMap,
) {
    let now = Timestamp::default();
    let any = rules_of(request).and_then(|rules| abort_of(rules, &request.key(), now, Day::REAL));
    if any.is_none() {
        return;
    }
    let target = UploadTarget {
        bucket: request.bucket().to_owned(),
        key: request.key(),
        upload,
    };
    if let Ok(upload) = request.engine().upload(&target).await {
        tell_abort(request, upload.started, headers);
    }
}

fn rules_of<'r>(request: &'r Permitted<'_>) -> Option<&'r Configuration> {
    request.settings_of_bucket().ok()?.lifecycle()
}

fn facts<'f>(key: &'f [u8], summary: &'f Summary, tags: Option<&'f [Tag]>) -> Facts<'f> {
    Facts {
        key,
        size: summary.size,
        written: summary.modified,
        label: &summary.label,
        tags,
        place: Place::Current {
            versions: Versions::Kept,
        },
    }
}

fn date(at: Timestamp) -> String {
    // Nothing later can be written as a date.
    const LAST: u64 = 253_402_300_799;
    http_date(UNIX_EPOCH + Duration::from_secs(at.seconds().min(LAST)))
}

/// As headers have it: encoded like a part of an address.
fn rule_id(rule: &Rule) -> String {
    let mut encoded = Vec::new();
    push_percent_encoded(&mut encoded, rule.id.as_bytes(), Keep::Nothing);
    String::from_utf8_lossy(&encoded).into_owned()
}
