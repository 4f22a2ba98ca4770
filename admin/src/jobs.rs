//! Long work on the running store: scrub, check, backup, following lifecycle rules, and emptying a
//! bucket. Each is a job that is started, watched and cancelled here.

mod care;
mod empty;
mod record;
mod runner;
mod stats;
#[cfg(test)]
mod tests;

pub(crate) use record::{Job, Kind, Progress, State};
pub(crate) use runner::{Ended, Ending, Jobs, Running, Stop};
pub use stats::{JobStats, LastJob};

use crate::call::Call;
use crate::lifecycle;
use crate::limits::{JOB_MIB_PER_SECOND, JOB_MIB_PER_SECOND_MAX};
use crate::page::{self, Page, PageQuery};
use crate::refused::Refused;
use crate::s3::Ask;
use crate::time::shown_milliseconds;
use http::{Method, StatusCode};
use runner::Seen;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::path::PathBuf;
use std::sync::Arc;
use storage_engine::{BackupOptions, BackupVerify, CheckOptions, ScrubOptions};

const NOT_FOR_THIS: &str = "It is not for this kind of job.";

/// A job, as it is now or as it ended.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct JobView {
    id: String,
    kind: Kind,
    state: State,
    /// It has been told to end and will.
    is_cancelling: bool,
    /// The bucket it is about.
    bucket: Option<String>,
    /// The folder a backup goes to.
    to: Option<String>,
    started: String,
    ended: Option<String>,
    /// The ARN of who started it.
    by: String,
    progress: Progress,
    /// Of `progress.unit` in a second; null where nothing can be said.
    rate: Option<u64>,
    seconds_left: Option<u64>,
    /// What it found or did, by its kind; of one that was cancelled, as far as it came.
    report: Option<Value>,
    /// Why it failed.
    error: Option<String>,
    /// What is wrong with the store; of emptying a bucket, what could not be deleted.
    problems: u64,
}

/// What is to be done. A scrub reads everything that is stored; a check recounts and follows all
/// rows as they are at one moment; a backup copies the store to a folder of the server's machine;
/// lifecycle follows the rules of buckets now, whether or not that was done at midnight.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewJob {
    kind: CareKind,
    /// Of a check: verify every byte too, not only the heads of chunks.
    #[serde(default)]
    read_data: bool,
    /// MiB in a second at most, 0 for as fast as it goes; 64 unless given.
    rate_mib: Option<u64>,
    /// Of a backup: the folder to copy to, an absolute path. Empty or missing, or with an earlier
    /// backup of this store, which is then brought up to date.
    to: Option<String>,
    /// Of a backup: what is read of the copy once it is made; `new` unless given.
    verify: Option<Verify>,
    /// Of a scrub: where an earlier one says that it was cancelled, `next` of its report.
    from: Option<String>,
    /// Of lifecycle: the one bucket whose rules are followed; all, unless given.
    bucket: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum CareKind {
    Scrub,
    Check,
    Backup,
    Lifecycle,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Verify {
    /// Every byte of what no backup to this folder has read before.
    New,
    /// Every byte, also of what an earlier backup has brought.
    All,
    /// Only where chunks begin, and what replaces an earlier copy: other damage is not noticed.
    Heads,
}

impl From<Verify> for BackupVerify {
    fn from(verify: Verify) -> Self {
        match verify {
            Verify::New => BackupVerify::New,
            Verify::All => BackupVerify::All,
            Verify::Heads => BackupVerify::Heads,
        }
    }
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Emptying {
    /// Delete what is locked in governance mode, which takes `s3:BypassGovernanceRetention`.
    #[serde(default)]
    bypass_governance: bool,
}

/// The newest first; whoever may not run jobs sees those he has started.
pub(crate) async fn list(call: &Call<'_>, query: PageQuery) -> Result<Page<JobView>, Refused> {
    let limit = query.limit()? as usize;
    let before: Option<u64> = query.cursor.as_deref().map(page::place_of).transpose()?;
    let mut all = call.admin.jobs.all().await?;
    all.retain(|seen| may_see(call, &seen.job));
    if all.is_empty() {
        call.permit("cairn:RunJob")?;
    }
    let mut behind = all
        .into_iter()
        .filter(|seen| before.is_none_or(|before| seen.job.id < before));
    let items: Vec<Seen> = behind.by_ref().take(limit).collect();
    let last = items.last().map(|seen| seen.job.id);
    let next = behind.next().and(last);
    Ok(Page {
        items: items.into_iter().map(JobView::of).collect(),
        next: next.as_ref().map(page::cursor_of),
    })
}

pub(crate) async fn get(call: &Call<'_>) -> Result<JobView, Refused> {
    Ok(JobView::of(find(call).await?))
}

/// Cancels it if it runs, and forgets it if it has ended.
pub(crate) async fn delete(call: &Call<'_>) -> Result<JobView, Refused> {
    let seen = find(call).await?;
    let (jobs, id) = (&call.admin.jobs, seen.job.id);
    match jobs.cancel(id).await {
        true => Ok(JobView::of(find(call).await?)),
        false => {
            jobs.forget(id).await?;
            Ok(JobView::of(seen))
        }
    }
}

pub(crate) async fn start(call: &Call<'_>, new: NewJob) -> Result<JobView, Refused> {
    call.permit("cairn:RunJob")?;
    let bytes_per_second = rate(new.rate_mib)?;
    if new.kind == CareKind::Lifecycle && new.rate_mib.is_some() {
        return Err(Refused::field("rate_mib", NOT_FOR_THIS));
    }
    let only = |field: &'static str, is_given: bool, kind: CareKind| match is_given {
        true if new.kind != kind => Err(Refused::field(field, NOT_FOR_THIS)),
        _ => Ok(()),
    };
    only("read_data", new.read_data, CareKind::Check)?;
    only("to", new.to.is_some(), CareKind::Backup)?;
    only("verify", new.verify.is_some(), CareKind::Backup)?;
    only("from", new.from.is_some(), CareKind::Scrub)?;
    only("bucket", new.bucket.is_some(), CareKind::Lifecycle)?;
    let engine = call.admin.engine.clone();
    let jobs = &call.admin.jobs;
    let by = call.caller.arn();
    match new.kind {
        CareKind::Scrub => {
            let from = new.from.as_deref().map(str::parse).transpose();
            let from = from.map_err(|error: storage_engine::Error| {
                Refused::field("from", error.to_string())
            })?;
            let options = ScrubOptions {
                bytes_per_second,
                from,
            };
            let job = Job::new(Kind::Scrub, by);
            let work = |running| care::scrub(engine, options, running);
            jobs.start(job, work).await.map(JobView::of)
        }
        CareKind::Check => {
            let options = CheckOptions {
                read_data: new.read_data,
                bytes_per_second,
            };
            let job = Job::new(Kind::Check, by);
            let work = |running| care::check(engine, options, running);
            jobs.start(job, work).await.map(JobView::of)
        }
        CareKind::Backup => {
            let to = new.to.unwrap_or_default();
            let path = PathBuf::from(&to);
            if !path.is_absolute() {
                let message =
                    "A backup goes to a folder of the server's machine: its absolute path.";
                return Err(Refused::field("to", message));
            }
            call.about(format!("backup to {to}"));
            let options = BackupOptions {
                bytes_per_second,
                verify: new.verify.unwrap_or(Verify::New).into(),
            };
            let job = Job {
                to: Some(to),
                ..Job::new(Kind::Backup, by)
            };
            let work = |running| care::backup(engine, path, options, running);
            jobs.start(job, work).await.map(JobView::of)
        }
        CareKind::Lifecycle => follow_rules(call, new.bucket).await,
    }
}

async fn follow_rules(call: &Call<'_>, bucket: Option<String>) -> Result<JobView, Refused> {
    if let Some(bucket) = &bucket {
        call.about(format!("lifecycle of {bucket}"));
        lifecycle::has_rules(call, bucket).await?;
    }
    let job = Job {
        bucket: bucket.clone(),
        ..Job::new(Kind::Lifecycle, call.caller.arn())
    };
    let lifecycle = Arc::clone(&call.admin.lifecycle);
    let work = |running| care::lifecycle(lifecycle, bucket, running);
    call.admin.jobs.start(job, work).await.map(JobView::of)
}

/// Deletes everything in a bucket, as whoever asks: what he may not delete stays.
pub(crate) async fn empty(call: &Call<'_>, emptying: Emptying) -> Result<JobView, Refused> {
    let bucket = call.path(0);
    // Whoever may not list it learns that now.
    let versions = Ask::bucket(Method::GET, bucket).about("versions");
    versions.query("max-keys", "0").send(call).await?;
    let uploads = Ask::bucket(Method::GET, bucket).about("uploads");
    uploads.query("max-uploads", "0").send(call).await?;
    let job = Job {
        bucket: Some(bucket.to_owned()),
        ..Job::new(Kind::Empty, call.caller.arn())
    };
    let emptied = empty::Emptied {
        admin: call.admin.me()?,
        parts: call.parts.clone(),
        caller: call.caller.clone(),
        bearer: call.bearer.clone(),
        bucket: bucket.to_owned(),
        bypass_governance: emptying.bypass_governance,
    };
    let work = |running| emptied.run(running);
    let started = call.admin.jobs.start(job, work).await;
    started.map(JobView::of)
}

fn rate(mib: Option<u64>) -> Result<u64, Refused> {
    match mib.unwrap_or(JOB_MIB_PER_SECOND) {
        mib @ 0..=JOB_MIB_PER_SECOND_MAX => Ok(mib << 20),
        _ => Err(Refused::field(
            "rate_mib",
            format!("0 to {JOB_MIB_PER_SECOND_MAX} MiB in a second."),
        )),
    }
}

fn may_see(call: &Call<'_>, job: &Job) -> bool {
    job.by == call.caller.arn() || call.permit("cairn:RunJob").is_ok()
}

/// A job that whoever asks may know of. Whoever may run none does not learn which there are.
async fn find(call: &Call<'_>) -> Result<Seen, Refused> {
    let seen = match call.path(0).parse() {
        Ok(id) => call.admin.jobs.find(id).await?,
        Err(_) => None,
    };
    match seen.filter(|seen| may_see(call, &seen.job)) {
        Some(seen) => Ok(seen),
        None => {
            call.permit("cairn:RunJob")?;
            let message = "There is no such job, or no more.";
            Err(Refused::not_found("NoSuchJob", message))
        }
    }
}

impl JobView {
    fn of(seen: Seen) -> Self {
        let Seen {
            job,
            is_cancelling,
            rate,
            seconds_left,
        } = seen;
        Self {
            id: job.id.to_string(),
            kind: job.kind,
            state: job.state,
            is_cancelling,
            bucket: job.bucket,
            to: job.to,
            started: shown_milliseconds(job.started),
            ended: job.ended.map(shown_milliseconds),
            by: job.by,
            progress: job.progress,
            rate,
            seconds_left,
            report: job.report,
            error: job.error,
            problems: job.problems,
        }
    }
}

/// What a job is refused with that cannot begin now.
fn is_running(kind: Kind) -> Refused {
    let what = match kind {
        Kind::Scrub => "A scrub",
        Kind::Check => "A check",
        Kind::Backup => "A backup",
        Kind::Lifecycle => "A run of lifecycle",
        Kind::Empty => "A job that empties this bucket",
    };
    let message = format!("{what} is under way: wait for it, or cancel it.");
    Refused::new(StatusCode::CONFLICT, "JobRunning", message)
}
