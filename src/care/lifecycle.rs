//! `cairn lifecycle`: what rules would do, and what they have done.

use std::io::{self, Write};
use std::process::ExitCode;
use std::time::Duration;

use pipeline::lifecycle::{Planned, RunReport, Task, plan, reports};
use storage_engine::clock::{Clock, SystemClock};
use storage_engine::{Error, Unit, Work};

use super::{Conclusion, conclude, run, with_engine};
use crate::cli::LifecycleArgs;
use crate::config;
use crate::exit;
use crate::telemetry::printable::Printable;

/// Prints one line for each thing that would be done, or for each run.
pub(crate) fn lifecycle(args: &LifecycleArgs) -> ExitCode {
    let day = match config::day(Duration::from_secs(args.day.lifecycle_day)) {
        Ok(day) => day,
        Err(detail) => {
            let what = "--lifecycle-day";
            return conclude(Err(Error::Invalid { what, detail }));
        }
    };
    let Some(bucket) = &args.dry_run else {
        return conclude(run(|_| {
            with_engine(&args.data, async |engine| Ok(ran(&reports(engine).await?)))
        }));
    };
    conclude(run(|progress| {
        with_engine(&args.data, async |engine| {
            let (mut count, now) = (0_u64, SystemClock.now());
            let mut tell = |done, step: &[Planned]| {
                count += step.len() as u64;
                print(step);
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
                    Ok((exit::FINE, vec![line]))
                }
                Err(Error::NoSuchDocument) => {
                    let line = format!("bucket {bucket:?} has no lifecycle rules");
                    Ok((exit::FINE, vec![line]))
                }
                Err(error) => Err(error),
            }
        })
    }))
}

/// Printed as they come: there may be more than memory holds.
fn print(step: &[Planned]) {
    let mut out = io::stdout().lock();
    for planned in step {
        // If standard output is closed there is nobody to tell.
        let _ = writeln!(out, "{}", line(planned));
    }
}

fn line(planned: &Planned) -> String {
    let (task, what) = match &planned.task {
        Task::Expire(seen) => ("expire".to_owned(), seen.version.to_string()),
        Task::DeleteNoncurrent(seen) => ("delete".to_owned(), seen.version.to_string()),
        Task::RemoveMarker(seen) => ("remove-marker".to_owned(), seen.version.to_string()),
        Task::Move(seen, class) => (format!("move:{}", class.name()), seen.version.to_string()),
        Task::Abort(upload) => ("abort".to_owned(), upload.to_string()),
    };
    let key = String::from_utf8_lossy(&planned.key);
    let (key, rule) = (Printable(&key), Printable(&planned.rule));
    format!("{task}\t{key}\t{what}\t{rule}")
}

fn ran(reports: &[RunReport]) -> Conclusion {
    let mut lines: Vec<String> = reports.iter().map(report).collect();
    if lines.is_empty() {
        lines.push("no run yet".to_owned());
    }
    (exit::FINE, lines)
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
