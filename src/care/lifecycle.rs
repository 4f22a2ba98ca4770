//! `cairn lifecycle`: what rules would do, and what they have done.

use std::io::{self, Write};
use std::process::ExitCode;
use std::time::Duration;

use pipeline::lifecycle::{Day, Planned, RunReport, plan, reports};
use serde_json::{Value, json};
use storage_engine::clock::{Clock, SystemClock};
use storage_engine::{Error, Unit, Work};

use super::{Conclusion, conclude, run, with_engine};
use crate::cli::{JsonArgs, LifecycleArgs};
use crate::config;
use crate::exit;
use crate::progress::Progress;
use crate::telemetry::printable::Printable;

/// Prints one line for each thing that would be done, or for each run.
pub(crate) fn lifecycle(args: &LifecycleArgs) -> ExitCode {
    let done = match &args.dry_run {
        Some(bucket) => match config::day(Duration::from_secs(args.day.lifecycle_day)) {
            Ok(day) => run(|progress| planned(args, bucket, day, progress)),
            Err(detail) => {
                let what = "--lifecycle-day";
                Err(Error::Invalid { what, detail }.into())
            }
        },
        None => run(|_| with_engine(&args.data, async |engine| Ok(ran(&reports(engine).await?)))),
    };
    conclude(done, &args.json)
}

fn planned(
    args: &LifecycleArgs,
    bucket: &str,
    day: Day,
    progress: &mut Progress,
) -> Result<Conclusion, Error> {
    with_engine(&args.data, async |engine| {
        let (mut count, now) = (0_u64, SystemClock.now());
        let mut tell = |done, step: &[Planned]| {
            count += step.len() as u64;
            print(step, &args.json);
            progress.show(Work {
                doing: "looking",
                done,
                total: 0,
                unit: Unit::Rows,
            })
        };
        match plan(engine, bucket, now, day, &mut tell).await {
            Ok(looked_at) => {
                let line = format!("{looked_at} looked at, {count} to be done; nothing was");
                let json = json!({ "looked_at": looked_at, "to_be_done": count });
                Ok(Conclusion::fine(line, json))
            }
            Err(Error::NoSuchDocument) => {
                let line = format!("bucket {bucket:?} has no lifecycle rules");
                let json = json!({ "looked_at": 0, "to_be_done": 0, "rules": 0 });
                Ok(Conclusion::fine(line, json))
            }
            Err(error) => Err(error),
        }
    })
}

/// Printed as they come: there may be more than memory holds.
fn print(step: &[Planned], json: &JsonArgs) {
    let mut out = io::stdout().lock();
    for planned in step {
        let line = match json.wanted {
            true => row(planned).to_string(),
            false => line(planned),
        };
        // If standard output is closed there is nobody to tell.
        let _ = writeln!(out, "{line}");
    }
}

fn row(planned: &Planned) -> Value {
    json!({
        "task": planned.task.name(),
        "key": String::from_utf8_lossy(&planned.key),
        "what": planned.task.subject().to_string(),
        "rule": planned.rule,
    })
}

fn line(planned: &Planned) -> String {
    let (task, what) = (planned.task.name(), planned.task.subject());
    let key = String::from_utf8_lossy(&planned.key);
    let (key, rule) = (Printable(&key), Printable(&planned.rule));
    format!("{task}\t{key}\t{what}\t{rule}")
}

fn ran(reports: &[RunReport]) -> Conclusion {
    let mut lines: Vec<String> = reports.iter().map(report).collect();
    if lines.is_empty() {
        lines.push("no run yet".to_owned());
    }
    Conclusion {
        code: exit::FINE,
        lines,
        json: reports.iter().map(report_row).collect(),
    }
}

fn report_row(report: &RunReport) -> Value {
    let counts = &report.counts;
    json!({
        "number": report.number,
        "started": report.started.seconds(),
        "ended": report.ended.seconds(),
        "interrupted": report.interrupted,
        "buckets": report.buckets,
        "looked_at": counts.looked_at,
        "expired": counts.expired,
        "marked": counts.marked,
        "transitioned": counts.transitioned,
        "aborted": counts.aborted,
        "locked": counts.locked,
        "left_alone": counts.left_alone,
        "errors": counts.errors,
    })
}

fn report(report: &RunReport) -> String {
    let RunReport {
        number,
        started,
        ended,
        buckets,
        interrupted,
        counts,
    } = report;
    let (from, to) = (started.seconds(), ended.seconds());
    let cut = if *interrupted { ", interrupted" } else { "" };
    format!(
        "run {number}, {from} to {to} (seconds since 1970){cut}: {buckets} buckets, {} looked at, \
         {} expired, {} marked, {} transitioned, {} aborted, {} locked, {} left alone, {} errors",
        counts.looked_at,
        counts.expired,
        counts.marked,
        counts.transitioned,
        counts.aborted,
        counts.locked,
        counts.left_alone,
        counts.errors,
    )
}
