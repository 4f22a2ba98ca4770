//! What somebody should do something about: the one rule of it, which the console and `cairn status` show.
//! For each part of it `monitoring/alerts.yaml` has an alert over metrics.

mod rules;

pub use rules::is_near_quota;

use crate::call::Call;
use crate::events;
use crate::jobs::{Kind, State};
use crate::limits::{ATTENTION_QUOTAS_MAX, ERRORS_SECONDS};
use crate::page::{Page, PageQuery};
use crate::refused::Refused;
use crate::s3::Ask;
use http::Method;
use schemars::JsonSchema;
use serde::Serialize;

/// Something that needs attention.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub(crate) struct Concern {
    kind: ConcernKind,
    level: ConcernLevel,
    /// The folder, bucket, webhook, file or kind of job it is about.
    about: Option<String>,
    /// How full something is, or how much of all, from 0 to 1.
    share: Option<f64>,
    /// How many there are.
    count: Option<u64>,
    /// Since when, or until when, it is so.
    time: Option<String>,
    /// What is wrong, in a sentence.
    message: String,
    /// What to do next.
    next: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ConcernKind {
    /// The store takes no changes until the server is started again.
    Stopped,
    /// Changes are refused until the drive has room for the index.
    Behind,
    /// A drive is nearly full.
    Drive,
    /// A bucket is nearly as full as it may be.
    Quota,
    /// Something that is stored does not verify.
    Damage,
    /// The last job of a kind failed, or left something undone.
    Job,
    /// Events were given up.
    EventsGivenUp,
    /// A webhook takes no events.
    EventsWait,
    /// The server answers with errors of its own.
    Errors,
    /// A certificate runs out.
    Certificate,
    /// The last backup is old.
    Backup,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ConcernLevel {
    Warning,
    /// Something does not work, or is about not to.
    Critical,
}

/// The gravest first. What takes a permission of its own is there for those who have it: quotas of
/// buckets one may look at, events, jobs.
pub(crate) async fn list(call: &Call<'_>, query: PageQuery) -> Result<Page<Concern>, Refused> {
    call.permit("cairn:GetServerInfo")?;
    let admin = call.admin;
    let stats = admin.engine.stats().await?;
    let mut found = rules::store(&admin.facts.data.display().to_string(), &stats);
    found.extend(rules::errors(admin.history.answers(ERRORS_SECONDS)));
    let now = admin.seconds();
    let certificates = admin.counters.certificates();
    found.extend(
        certificates
            .iter()
            .filter_map(|it| rules::certificate(it, now)),
    );
    found.extend(quotas(call).await?);
    if call.permit("cairn:ReadEvents").is_ok() {
        let webhooks = events::webhooks(call).await?;
        found.extend(webhooks.iter().flat_map(|it| rules::webhook(it, now)));
    }
    if call.permit("cairn:RunJob").is_ok() {
        found.extend(jobs(call, now).await?);
    }
    found.sort_by_key(|concern| concern.level == ConcernLevel::Warning);
    Page::part(found, &query)
}

/// The fullest ones.
async fn quotas(call: &Call<'_>) -> Result<Vec<Concern>, Refused> {
    let mut full: Vec<Concern> = Vec::new();
    let walk = call.admin.engine.each_usage(|bucket, usage| {
        full.extend(rules::quota(&bucket.name, bucket.quota, usage));
    });
    walk.await?;
    full.sort_by(|a, b| b.share.unwrap_or(0.0).total_cmp(&a.share.unwrap_or(0.0)));
    let mut shown = Vec::new();
    for concern in full {
        let bucket = concern.about.as_deref().unwrap_or_default();
        if Ask::bucket(Method::HEAD, bucket).would_pass(call).await? {
            shown.push(concern);
        }
        if shown.len() >= ATTENTION_QUOTAS_MAX {
            break;
        }
    }
    Ok(shown)
}

/// Of each kind the last one counts that came to an end: what it did not find any more is mended.
async fn jobs(call: &Call<'_>, now: u64) -> Result<Vec<Concern>, Refused> {
    let jobs = call.admin.jobs.all().await?;
    let mut found = Vec::new();
    for kind in Kind::WATCHED {
        let mut of_kind = jobs.iter().map(|seen| &seen.job);
        let last = of_kind.find(|job| job.kind == kind && job.has_said());
        found.extend(last.and_then(rules::job));
    }
    let backups = jobs.iter().map(|seen| &seen.job);
    let mut backups = backups.filter(|job| job.kind == Kind::Backup && job.state == State::Done);
    found.extend(backups.next().and_then(|last| rules::backup(last, now)));
    Ok(found)
}
