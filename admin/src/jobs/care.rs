//! Looking after the store: what the commands `scrub`, `check`, `backup` and `lifecycle run` do, on
//! one that runs.

use super::record::{Progress, ProgressUnit};
use super::{Ended, Ending, Running, Stop};
use crate::lifecycle::RunView;
use crate::limits::JOB_FINDINGS_MAX;
use pipeline::lifecycle::{Lifecycle, RunReport};
use serde_json::{Value, json};
use std::fmt::Display;
use std::path::PathBuf;
use std::sync::Arc;
use storage_engine::{BackupOptions, CheckOptions, DamagedChunk, Engine, ScrubOptions};

pub(super) async fn scrub(
    engine: Arc<Engine>,
    options: ScrubOptions,
    running: Arc<Running>,
) -> Result<Ended, Stop> {
    let mut progress = |work| running.on_work(work);
    let report = engine.scrub(options, &mut progress).await?;
    Ok(Ended {
        ending: match report.next {
            Some(_) => Ending::CutShort,
            None => Ending::Whole,
        },
        problems: report.damaged_total,
        report: json!({
            "bytes": report.bytes,
            "records": report.records,
            "damaged_unneeded": report.dead_damaged,
            "damaged_total": report.damaged_total,
            "damaged": damaged(&report.damaged),
            "next": report.next.map(|next| next.to_string()),
        }),
    })
}

pub(super) async fn check(
    engine: Arc<Engine>,
    options: CheckOptions,
    running: Arc<Running>,
) -> Result<Ended, Stop> {
    let mut progress = |work| running.on_work(work);
    let report = engine.check_running(options, &mut progress).await?;
    Ok(Ended {
        ending: Ending::Whole,
        problems: report.problems_total,
        report: json!({
            "rows": report.rows,
            "chunks": report.chunks,
            "bytes": report.chunk_bytes,
            "problems_total": report.problems_total,
            "problems": texts(&report.problems),
        }),
    })
}

pub(super) async fn backup(
    engine: Arc<Engine>,
    to: PathBuf,
    options: BackupOptions,
    running: Arc<Running>,
) -> Result<Ended, Stop> {
    let mut progress = |work| running.on_work(work);
    let report = engine.backup_with(&to, options, &mut progress).await?;
    Ok(Ended {
        ending: Ending::Whole,
        problems: report.damaged_total + report.saved_total,
        report: json!({
            "segments": report.segments,
            "segments_kept": report.segments_kept,
            "copied_bytes": report.copied_bytes,
            "chunks": report.chunks,
            "damaged_total": report.damaged_total,
            "damaged": damaged(&report.damaged),
            "saved_total": report.saved_total,
            "saved": damaged(&report.saved),
            "mended_total": report.mended_total,
        }),
    })
}

pub(super) async fn lifecycle(
    lifecycle: Arc<Lifecycle>,
    bucket: Option<String>,
    running: Arc<Running>,
) -> Result<Ended, Stop> {
    let progress = |doing: &str, done| Progress {
        doing: doing.to_owned(),
        done,
        total: None,
        unit: Some(ProgressUnit::Versions),
    };
    // Nothing is told before it is this one's turn.
    if running
        .tell(progress("wait for the run under way", 0))
        .is_break()
    {
        return Err(Stop::Told);
    }
    let mut tell =
        |report: &RunReport| running.tell(progress("follow rules", report.counts.looked_at));
    let report = lifecycle.run_now(bucket.as_deref(), &mut tell).await?;
    Ok(Ended {
        ending: match report.interrupted {
            true => Ending::CutShort,
            false => Ending::Whole,
        },
        problems: report.counts.errors,
        report: json!(RunView::of(&report)),
    })
}

fn damaged(chunks: &[DamagedChunk]) -> Vec<Value> {
    let first = chunks.iter().take(JOB_FINDINGS_MAX);
    let shown = first.map(|chunk| {
        json!({
            "damage": chunk.damage.to_string(),
            "affected": texts(&chunk.affected),
        })
    });
    shown.collect()
}

/// The first ones: a row does not hold all of a store that is broken throughout.
fn texts<T: Display>(findings: &[T]) -> Vec<Value> {
    let first = findings.iter().take(JOB_FINDINGS_MAX);
    first.map(|finding| finding.to_string().into()).collect()
}
