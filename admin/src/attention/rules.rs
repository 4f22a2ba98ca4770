//! From what on something needs attention. Pure.
//!
//! `monitoring/alerts.yaml` has the same thresholds: who changes one changes the other.

#[cfg(test)]
mod tests;

use super::{Concern, ConcernKind, ConcernLevel};
use crate::counted;
use crate::events::WebhookView;
use crate::facts::CertificateEnd;
use crate::jobs::{Job, Kind, State};
use crate::time::{shown, shown_milliseconds};
use ConcernLevel::{Critical, Warning};
use storage_engine::EngineStats;
use storage_engine::row::{Quota, UsageRow};

const DAY: u64 = 24 * 3600;
/// How full a drive may be.
const DRIVE_WARNING: f64 = 0.9;
const DRIVE_CRITICAL: f64 = 0.95;
/// How full a bucket with a quota may be.
const QUOTA_WARNING: f64 = 0.9;
/// Of all answers.
const ERRORS_WARNING: f64 = 0.01;
/// How long an event may wait, in seconds: a webhook that answers takes it at once.
const WAITING: u64 = 300;
/// What is left of a certificate.
const CERTIFICATE_WARNING: u64 = 14 * DAY;
const CERTIFICATE_CRITICAL: u64 = 3 * DAY;
/// How old the last backup may be, where there are any.
const BACKUP: u64 = 7 * DAY;

fn concern(kind: ConcernKind, level: ConcernLevel, message: String, next: &str) -> Concern {
    Concern {
        kind,
        level,
        about: None,
        share: None,
        count: None,
        time: None,
        message,
        next: next.to_owned(),
    }
}

/// What the store itself says, and its drive.
pub(super) fn store(folder: &str, stats: &EngineStats) -> Vec<Concern> {
    let mut found = Vec::new();
    if stats.stopped {
        let message = "The store has stopped taking changes.".to_owned();
        let next = "Look at the drive and at the log, then start the server again.";
        found.push(concern(ConcernKind::Stopped, Critical, message, next));
    }
    if stats.behind {
        let message = "The drive has no room for the index: changes are refused.".to_owned();
        let next = "Make room on the drive; the server goes on by itself.";
        found.push(concern(ConcernKind::Behind, Critical, message, next));
    }
    found.extend(drive(folder, stats));
    let count = stats.compaction.damaged_chunks;
    if count > 0 {
        let message = format!("Compaction has found {count} damaged chunks.");
        let next = "Run a scrub, which names the objects they belong to.";
        found.push(Concern {
            count: Some(count),
            ..concern(ConcernKind::Damage, Critical, message, next)
        });
    }
    found
}

/// The reserve is no room, and what is given up and waits to be used anew is.
fn drive(folder: &str, stats: &EngineStats) -> Option<Concern> {
    let free = stats.free_bytes.saturating_add(stats.idle_bytes);
    let free = free.saturating_sub(stats.reserve_bytes);
    let share = 1.0 - part(free, stats.total_bytes)?;
    if share < DRIVE_WARNING {
        return None;
    }
    let (level, message) = match () {
        () if free == 0 => (
            Critical,
            format!(
                "{folder}: the drive is full but for what is kept for deletes: uploads are refused."
            ),
        ),
        () if share >= DRIVE_CRITICAL => (Critical, filled(folder, share)),
        () => (Warning, filled(folder, share)),
    };
    let next = "Make room, or give the server a larger drive.";
    Some(Concern {
        about: Some(folder.to_owned()),
        share: Some(share),
        ..concern(ConcernKind::Drive, level, message, next)
    })
}

fn filled(folder: &str, share: f64) -> String {
    format!("{folder}: the drive is {:.0} % full.", share * 100.0)
}

/// How full a bucket is by its quota, of bytes or of objects. Everything in it counts, unfinished
/// uploads too.
fn filled_by_quota(quota: Quota, usage: UsageRow) -> f64 {
    let of = |held: u64, most: Option<u64>| most.and_then(|most| part(held, most));
    let bytes = of(
        usage.bytes.saturating_add(usage.upload_bytes),
        quota.bytes_max,
    );
    let objects = of(usage.objects, quota.objects_max);
    bytes.into_iter().chain(objects).fold(0.0, f64::max)
}

/// Whether it needs attention: for whoever counts such buckets.
pub fn is_near_quota(quota: Quota, usage: UsageRow) -> bool {
    filled_by_quota(quota, usage) >= QUOTA_WARNING
}

pub(super) fn quota(bucket: &str, quota: Quota, usage: UsageRow) -> Option<Concern> {
    is_near_quota(quota, usage).then(|| {
        let share = filled_by_quota(quota, usage);
        let message = match share > 1.0 {
            // A quota of a few bytes makes numbers of this nobody can read.
            true => format!("Bucket {bucket} is over its quota."),
            false => format!("Bucket {bucket} holds {:.0} % of its quota.", share * 100.0),
        };
        let next = "Delete something, or raise the quota.";
        Concern {
            about: Some(bucket.to_owned()),
            share: Some(share),
            ..concern(ConcernKind::Quota, Warning, message, next)
        }
    })
}

pub(super) fn errors((all, failed): (u64, u64)) -> Option<Concern> {
    let share = part(failed, all)?;
    (failed > 0 && share >= ERRORS_WARNING).then(|| {
        let message = format!(
            "{failed} of the last {all} requests were answered with an error of the server (5xx)."
        );
        Concern {
            share: Some(share),
            count: Some(failed),
            ..concern(
                ConcernKind::Errors,
                Warning,
                message,
                "The server's log says why.",
            )
        }
    })
}

pub(super) fn certificate(certificate: &CertificateEnd, now: u64) -> Option<Concern> {
    let CertificateEnd { file, not_after } = certificate;
    let left = not_after.saturating_sub(now);
    let level = match left {
        left if left < CERTIFICATE_CRITICAL => Critical,
        left if left < CERTIFICATE_WARNING => Warning,
        _ => return None,
    };
    let message = match left {
        0 => format!("The certificate in {file} has run out."),
        left => format!(
            "The certificate in {file} runs out in {}.",
            counted(left / DAY, "day")
        ),
    };
    let next = "Put a new one in its place; the server reads it by itself.";
    Some(Concern {
        about: Some(file.clone()),
        time: Some(shown(*not_after)),
        ..concern(ConcernKind::Certificate, level, message, next)
    })
}

pub(super) fn webhook(webhook: &WebhookView, now: u64) -> Vec<Concern> {
    let mut found = Vec::new();
    let WebhookView {
        name,
        given_up,
        waiting,
        ..
    } = webhook;
    if *given_up > 0 {
        let message = format!(
            "{} for webhook {name} given up.",
            counted(*given_up, "event")
        );
        let next = "cairn events list says why; cairn events retry has them told again, cairn events remove throws them away.";
        found.push(Concern {
            about: Some(name.clone()),
            count: Some(*given_up),
            ..concern(ConcernKind::EventsGivenUp, Warning, message, next)
        });
    }
    if webhook.has_waited_since(now.saturating_sub(WAITING)) {
        let message = format!("Webhook {name} takes no events: {waiting} wait.");
        let next = "Look whether it answers; the server's log says what it last said.";
        found.push(Concern {
            about: Some(name.clone()),
            count: Some(*waiting),
            time: webhook.waiting_since.clone(),
            ..concern(ConcernKind::EventsWait, Warning, message, next)
        });
    }
    found
}

/// The last one of its kind.
pub(super) fn job(job: &Job) -> Option<Concern> {
    let name = job.kind.name();
    let is_of_store = matches!(job.kind, Kind::Scrub | Kind::Check | Kind::Backup);
    let (kind, level, message, next) = match (job.state, job.problems) {
        (State::Failed, _) => {
            let why = job.error.as_deref().unwrap_or("the log says why");
            let message = format!("The last {name} failed: {why}");
            let next = "Mend what it says, then start it again.";
            (ConcernKind::Job, Warning, message, next)
        }
        (_, 0) => return None,
        (_, count) if is_of_store => {
            let things = counted(count, "thing");
            let message = format!("The last {name} found {things} wrong in the store.");
            let next = "Its report names what is affected: bring that back from a backup that has it sound, and look at the drive.";
            (ConcernKind::Damage, Critical, message, next)
        }
        (_, count) => {
            let message = format!("The last {name} could not do {}.", counted(count, "thing"));
            (ConcernKind::Job, Warning, message, "Its report says which.")
        }
    };
    Some(Concern {
        about: Some(name.to_owned()),
        count: Some(job.problems).filter(|count| *count > 0),
        time: job.ended.map(shown_milliseconds),
        ..concern(kind, level, message, next)
    })
}

/// The last one that was made. Where there never was one, backups are made in another way.
pub(super) fn backup(last: &Job, now: u64) -> Option<Concern> {
    let ended = last.ended?;
    let age = now.saturating_sub(ended / 1000);
    (age > BACKUP).then(|| {
        let message = format!("The last backup is {} old.", counted(age / DAY, "day"));
        let next = "Make another one: cairn backup, or a job.";
        Concern {
            time: Some(shown_milliseconds(ended)),
            ..concern(ConcernKind::Backup, Warning, message, next)
        }
    })
}

/// Nothing of nothing.
fn part(of: u64, whole: u64) -> Option<f64> {
    (whole > 0).then(|| of as f64 / whole as f64)
}
