//! Conditions on an object's state, in headers.

use crate::date::{parse_http_date, parse_iso8601, whole_seconds};
use crate::error::{Code, S3Error};
use crate::request::Permitted;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use storage_engine::Condition;
use storage_engine::hash::ETag;
use storage_engine::row::Summary;

/// The four conditions of a read, under the names of plain requests or of a copy's source.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ConditionNames {
    if_match: &'static str,
    if_none_match: &'static str,
    if_modified_since: &'static str,
    if_unmodified_since: &'static str,
}

pub(crate) const READ: ConditionNames = ConditionNames {
    if_match: "if-match",
    if_none_match: "if-none-match",
    if_modified_since: "if-modified-since",
    if_unmodified_since: "if-unmodified-since",
};

pub(crate) const COPY_SOURCE: ConditionNames = ConditionNames {
    if_match: "x-amz-copy-source-if-match",
    if_none_match: "x-amz-copy-source-if-none-match",
    if_modified_since: "x-amz-copy-source-if-modified-since",
    if_unmodified_since: "x-amz-copy-source-if-unmodified-since",
};

pub(crate) const RENAME_SOURCE: ConditionNames = ConditionNames {
    if_match: "x-amz-rename-source-if-match",
    if_none_match: "x-amz-rename-source-if-none-match",
    if_modified_since: "x-amz-rename-source-if-modified-since",
    if_unmodified_since: "x-amz-rename-source-if-unmodified-since",
};

/// What the conditions say of an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Proceed,
    NotModified,
    /// The condition of this name does not hold.
    Failed(&'static str),
}

/// The headers of one request.
#[derive(Debug)]
pub(crate) struct ReadConditions<'a> {
    names: ConditionNames,
    if_match: Option<&'a str>,
    if_none_match: Option<&'a str>,
    if_modified_since: Option<SystemTime>,
    if_unmodified_since: Option<SystemTime>,
}

impl<'a> ReadConditions<'a> {
    pub(crate) fn parse(
        request: &'a Permitted<'_>,
        names: ConditionNames,
    ) -> Result<Self, S3Error> {
        // A date that is none makes its condition void, as HTTP says.
        let date = |name| Ok(request.header_text(name)?.and_then(parse_http_date));
        Ok(Self {
            names,
            if_match: request.header_text(names.if_match)?,
            if_none_match: request.header_text(names.if_none_match)?,
            if_modified_since: date(names.if_modified_since)?,
            if_unmodified_since: date(names.if_unmodified_since)?,
        })
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.if_match.is_none()
            && self.if_none_match.is_none()
            && self.if_modified_since.is_none()
            && self.if_unmodified_since.is_none()
    }

    /// In the order of RFC 9110: a tag that was given decides alone, its date does not count.
    pub(crate) fn evaluate(&self, summary: &Summary) -> Verdict {
        if self.is_empty() {
            return Verdict::Proceed;
        }
        let etag = summary
            .etag
            .map(|etag| etag.to_string())
            .unwrap_or_default();
        let modified = modified_seconds(summary);
        let names = self.names;
        match (self.if_match, self.if_unmodified_since) {
            (Some(list), _) if !lists(list, &etag) => return Verdict::Failed(names.if_match),
            (None, Some(date)) if modified > date => {
                return Verdict::Failed(names.if_unmodified_since);
            }
            _ => {}
        }
        match (self.if_none_match, self.if_modified_since) {
            (Some(list), _) if lists(list, &etag) => Verdict::NotModified,
            (None, Some(date)) if modified <= date => Verdict::NotModified,
            _ => Verdict::Proceed,
        }
    }
}

/// `If-Range`: the range counts only if the object is still the one the client has a part of.
pub(crate) fn if_range_holds(header: &str, summary: &Summary) -> bool {
    match parse_http_date(header) {
        Some(date) => modified_seconds(summary) == date,
        None => summary
            .etag
            .is_some_and(|etag| is_tag(header, &etag.to_string())),
    }
}

fn modified_seconds(summary: &Summary) -> SystemTime {
    whole_seconds(UNIX_EPOCH + Duration::from_millis(summary.modified.0))
}

fn lists(list: &str, etag: &str) -> bool {
    list.split(',')
        .any(|item| item.trim() == "*" || is_tag(item, etag))
}

fn is_tag(item: &str, etag: &str) -> bool {
    let item = item.trim();
    let strong = item.strip_prefix("W/").unwrap_or(item);
    strong.trim_matches('"') == etag
}

/// The failure of the condition of this name.
pub(crate) fn failed(name: &'static str) -> S3Error {
    S3Error::new(Code::PreconditionFailed).extra("Condition", name)
}

/// Conditions of a change, for the engine to check when it commits.
#[derive(Debug, Default)]
pub(crate) struct WriteConditions {
    pub(crate) list: Vec<Condition>,
    name: &'static str,
}

impl WriteConditions {
    /// `If-Match` and `If-None-Match` with `*` or with tags. Amazon takes no tags in the latter
    /// and says so; stores that do take them answer what HTTP says, and so do we.
    pub(crate) fn parse(request: &Permitted<'_>) -> Result<Self, S3Error> {
        let mut conditions = Self::default();
        if let Some(value) = request.header_text("if-none-match")? {
            conditions
                .list
                .extend(value.split(',').map(other_condition));
            conditions.name = "If-None-Match";
        }
        if let Some(value) = request.header_text("if-match")? {
            conditions.list.push(match_condition(value));
            conditions.name = "If-Match";
        }
        Ok(conditions)
    }

    /// The header to name when the engine refuses.
    pub(crate) fn name(&self) -> &'static str {
        self.name
    }
}

/// Converts the refusal of a change; the client knows conditions by their header.
pub(crate) fn refusal(
    name: &'static str,
    request: &Permitted<'_>,
    error: storage_engine::Error,
) -> S3Error {
    match error {
        storage_engine::Error::Condition { .. } => failed(name),
        other => request.refusal(other),
    }
}

/// The same for work that goes on after the request has been answered.
pub(crate) fn later_refusal(
    name: &'static str,
    request: &Permitted<'_>,
) -> impl FnOnce(storage_engine::Error) -> S3Error + Send + 'static {
    let refuse = request.later_refusal();
    move |error| match error {
        storage_engine::Error::Condition { .. } => failed(name),
        other => refuse(other),
    }
}

pub(crate) fn match_condition(value: &str) -> Condition {
    match value.trim() {
        "*" => Condition::Present,
        tag => Condition::Etag(parse_tag(tag)),
    }
}

fn other_condition(value: &str) -> Condition {
    match value.trim() {
        "*" => Condition::Absent,
        tag => Condition::NotEtag(parse_tag(tag)),
    }
}

/// Text that is no tag of ours matches no object, and neither does a digest of zeros. The engine
/// still has to look: a missing object is another error than a different one.
fn parse_tag(text: &str) -> ETag {
    let strong = text.strip_prefix("W/").unwrap_or(text);
    strong.parse().unwrap_or(ETag::opaque([0; 16]))
}

/// Conditions of a delete, from headers or from an entry of a document.
#[derive(Clone, Debug, Default)]
pub(crate) struct DeleteConditions {
    pub(crate) list: Vec<Condition>,
    /// Whether the object has to be there. The conditions on time and size hold where there is
    /// none.
    must_exist: bool,
}

impl DeleteConditions {
    pub(crate) fn new(
        etag: Option<&str>,
        modified: Option<&str>,
        size: Option<&str>,
    ) -> Result<Self, S3Error> {
        let mut list: Vec<Condition> = etag.map(match_condition).into_iter().collect();
        if let Some(text) = modified {
            let time = parse_http_date(text).or_else(|| parse_iso8601(text));
            let invalid = || S3Error::invalid_argument("x-amz-if-match-last-modified-time", text);
            let elapsed = time.ok_or_else(invalid)?.duration_since(UNIX_EPOCH);
            let second = elapsed.unwrap_or_default().as_secs();
            list.push(Condition::ModifiedSecond(second));
        }
        if let Some(text) = size {
            let invalid = |_| S3Error::invalid_argument("x-amz-if-match-size", text);
            list.push(Condition::Size(text.parse().map_err(invalid)?));
        }
        let must_exist = etag.is_some();
        Ok(Self { list, must_exist })
    }

    /// Whether a refusal says that there is nothing to delete, which is what was wanted.
    pub(crate) fn is_satisfied_by(&self, error: &storage_engine::Error) -> bool {
        let is_missing = matches!(error, storage_engine::Error::NoSuchKey { .. });
        is_missing && !self.must_exist
    }
}

#[cfg(test)]
mod tests;
