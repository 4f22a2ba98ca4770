//! Lifecycle: what rules would do, and what they have done.

use crate::call::Call;
use crate::limits::DRY_RUN_LOOKED_AT_MAX;
use crate::page::{self, Page, PageQuery};
use crate::refused::Refused;
use crate::s3::Ask;
use crate::time::{milliseconds, shown_milliseconds};
use http::Method;
use pipeline::lifecycle::{KIND, Planned, RunReport, Subject, plan_page, reports};
use schemars::JsonSchema;
use serde::Serialize;
use storage_engine::Error;
use storage_engine::ids::Timestamp;

/// What is due in a bucket at this moment.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct DryRun {
    items: Vec<PlannedView>,
    /// Versions and unfinished uploads that were looked at for this page.
    looked_at: u64,
    /// The `cursor` of the next page; null at the end. A page may have no items and not be the last.
    next: Option<String>,
}

#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct PlannedView {
    key: String,
    /// Null of an upload.
    version: Option<String>,
    upload_id: Option<String>,
    /// `expire`, `delete` an older version, `remove-marker`, `move:CLASS` or `abort` an upload.
    action: String,
    /// The id of the rule that says so.
    rule: String,
    size: u64,
    /// Since when it is due.
    due: String,
}

/// A run through all buckets that were due.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct RunView {
    number: u64,
    started: String,
    ended: String,
    /// It was told to stop, or failed; the next run goes on where it was.
    interrupted: bool,
    buckets: u64,
    /// Versions and unfinished uploads.
    looked_at: u64,
    /// Versions and delete markers deleted for good.
    expired: u64,
    /// Objects hidden behind a new delete marker.
    marked: u64,
    transitioned: u64,
    aborted: u64,
    /// Due, but locked.
    locked: u64,
    /// Changed between the look and the deed.
    left_alone: u64,
    errors: u64,
}

/// Refuses a bucket that has none, or is not there.
pub(crate) async fn has_rules(call: &Call<'_>, bucket: &str) -> Result<(), Refused> {
    match call.admin.engine.document(bucket, KIND).await {
        Ok(_) => Ok(()),
        Err(error) => Err(refusal(error)),
    }
}

fn refusal(error: Error) -> Refused {
    match error {
        Error::NoSuchDocument => Refused::not_found(
            "NoSuchLifecycleConfiguration",
            "The lifecycle configuration does not exist",
        ),
        error => error.into(),
    }
}

pub(crate) async fn dry_run(call: &Call<'_>, query: PageQuery) -> Result<DryRun, Refused> {
    let bucket = call.path(0);
    let limit = query.limit()? as usize;
    let from = query.cursor.as_deref().map(page::place_of).transpose()?;
    // Both may be seen: the rules, and what there is.
    let rules = Ask::bucket(Method::GET, bucket).about("lifecycle");
    rules.send(call).await?;
    let versions = Ask::bucket(Method::GET, bucket).about("versions");
    versions.query("max-keys", "0").send(call).await?;
    let (engine, day) = (&call.admin.engine, call.admin.facts.lifecycle_day);
    let now = Timestamp(milliseconds((call.admin.now)()));
    let from = from.unwrap_or_default();
    let page = plan_page(engine, bucket, now, day, from, limit, DRY_RUN_LOOKED_AT_MAX);
    // They may have been removed in between.
    let page = page.await.map_err(refusal)?;
    Ok(DryRun {
        items: page.planned.iter().map(PlannedView::of).collect(),
        looked_at: page.looked_at,
        next: page.next.as_ref().map(page::cursor_of),
    })
}

impl PlannedView {
    fn of(planned: &Planned) -> Self {
        let (version, upload_id) = match planned.task.subject() {
            Subject::Version(version) => (Some(version.to_string()), None),
            Subject::Upload(upload) => (None, Some(upload.to_string())),
        };
        Self {
            key: String::from_utf8_lossy(&planned.key).into_owned(),
            version,
            upload_id,
            action: planned.task.name(),
            rule: planned.rule.clone(),
            size: planned.size,
            due: shown_milliseconds(planned.due.0),
        }
    }
}

/// The last hundred, the newest first.
pub(crate) async fn runs(call: &Call<'_>, query: PageQuery) -> Result<Page<RunView>, Refused> {
    call.permit("cairn:ReadLifecycle")?;
    let reports = reports(&call.admin.engine).await?;
    Page::part(reports.iter().rev().map(RunView::of).collect(), &query)
}

impl RunView {
    pub(crate) fn of(report: &RunReport) -> Self {
        let counts = &report.counts;
        Self {
            number: report.number,
            started: shown_milliseconds(report.started.0),
            ended: shown_milliseconds(report.ended.0),
            interrupted: report.interrupted,
            buckets: report.buckets,
            looked_at: counts.looked_at,
            expired: counts.expired,
            marked: counts.marked,
            transitioned: counts.transitioned,
            aborted: counts.aborted,
            locked: counts.locked,
            left_alone: counts.left_alone,
            errors: counts.errors,
        }
    }
}
