//! Commands that look after a data folder while no server runs on it: check, scrub, backup,
//! restore and lifecycle. Each shows its progress, can be interrupted, and goes on where it was.

mod events;
mod lifecycle;

pub(crate) use events::events;
pub(crate) use lifecycle::lifecycle;

use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use serde_json::{Value, json};
use storage_engine::{
    CheckOptions, CheckReport, DamagedChunk, Engine, EngineConfig, Error, ScrubOptions,
    ScrubReport, check_folder,
};
use tokio::runtime::Handle;

use crate::cli::{BackupArgs, CheckArgs, JsonArgs, RestoreArgs, ScrubArgs};
use crate::exit;
use crate::progress::Progress;

/// `cairn check`: prints what is wrong, one line each, and a summary.
pub(crate) fn check(args: &CheckArgs) -> ExitCode {
    let done = run(|progress| {
        let options = CheckOptions {
            read_data: args.read_data,
            ..CheckOptions::default()
        };
        let config = EngineConfig::new(&args.data);
        let report = check_folder(&config, options, &mut |work| progress.show(work))?;
        Ok(verdict(&report))
    });
    conclude(done, &args.json)
}

/// `cairn scrub`: prints each damaged chunk with whose it is, and where to go on if it was
/// interrupted.
pub(crate) fn scrub(args: &ScrubArgs) -> ExitCode {
    let from = match args.from.as_deref().map(str::parse).transpose() {
        Ok(from) => from,
        Err(error) => return conclude(Err(error), &args.json),
    };
    let options = ScrubOptions {
        bytes_per_second: args.rate << 20,
        from,
    };
    let done = run(|progress| {
        with_engine(&args.data, async |engine| {
            let report = engine
                .scrub(options, &mut |work| progress.show(work))
                .await?;
            Ok(scrubbed(&report))
        })
    });
    conclude(done, &args.json)
}

/// `cairn backup`: prints how much was copied.
pub(crate) fn backup(args: &BackupArgs) -> ExitCode {
    let done = run(|progress| {
        with_engine(&args.data, async |engine| {
            let report = engine
                .backup(&args.to, &mut |work| progress.show(work))
                .await?;
            let line = format!(
                "{} segments, {} of them copied before; {} MiB copied, {} chunks verified",
                report.segments,
                report.segments_kept,
                report.copied_bytes >> 20,
                report.chunks,
            );
            let json = json!({
                "segments": report.segments,
                "segments_kept": report.segments_kept,
                "copied_bytes": report.copied_bytes,
                "chunks": report.chunks,
            });
            Ok(Conclusion::fine(line, json))
        })
    });
    conclude(done, &args.json)
}

/// `cairn restore`: prints how much was copied.
pub(crate) fn restore(args: &RestoreArgs) -> ExitCode {
    let done = run(|progress| {
        let copied =
            storage_engine::restore(&args.from, &args.data, &mut |work| progress.show(work))?;
        let line = format!("{} MiB copied; start a server on it", copied >> 20);
        Ok(Conclusion::fine(line, json!({ "copied_bytes": copied })))
    });
    conclude(done, &args.json)
}

/// Opens the folder, works with it and closes it in order.
fn with_engine(
    data: &Path,
    work: impl AsyncFnOnce(&Arc<Engine>) -> Result<Conclusion, Error>,
) -> Result<Conclusion, Error> {
    // A command that looks after a folder must not make one where a path is mistyped.
    if !data.is_dir() {
        let what = format!("{}: there is no such folder", data.display());
        return Err(Error::Folder(what));
    }
    let engine = Arc::new(Engine::open_folder(&EngineConfig::new(data))?);
    Handle::current().block_on(async {
        let conclusion = work(&engine).await;
        engine.shutdown().await?;
        conclusion
    })
}

fn scrubbed(report: &ScrubReport) -> Conclusion {
    let mut lines = Vec::new();
    for chunk in &report.damaged {
        lines.push(chunk.damage.to_string());
        lines.extend(chunk.affected.iter().map(|whose| format!("  {whose}")));
    }
    let untold = report.damaged_total - report.damaged.len() as u64;
    if untold > 0 {
        lines.push(format!("and {untold} more damaged chunks"));
    }
    lines.push(format!(
        "{} records ({} MiB) read: {} damaged chunks, and {} damaged records nobody needs",
        report.records,
        report.bytes >> 20,
        report.damaged_total,
        report.dead_damaged,
    ));
    let next = report.next.map(|next| next.to_string());
    if let Some(next) = &next {
        lines.push(format!("interrupted: go on with --from {next}"));
    }
    let code = match (&next, report.damaged_total) {
        (Some(_), _) => exit::INTERRUPTED,
        (None, 0) => exit::FINE,
        (None, _) => exit::PROBLEMS,
    };
    let json = json!({
        "records": report.records,
        "bytes": report.bytes,
        "damaged_total": report.damaged_total,
        "damaged_unneeded": report.dead_damaged,
        "damaged": report.damaged.iter().map(damaged).collect::<Vec<_>>(),
        "go_on_from": next,
    });
    Conclusion { code, lines, json }
}

/// How a command ended: its exit code, what is printed, and the same for programs.
struct Conclusion {
    code: u8,
    lines: Vec<String>,
    json: Value,
}

impl Conclusion {
    fn fine(line: String, json: Value) -> Conclusion {
        Conclusion {
            code: exit::FINE,
            lines: vec![line],
            json,
        }
    }
}

/// Runs a blocking command that shows its progress, within a runtime.
fn run(
    command: impl FnOnce(&mut Progress) -> Result<Conclusion, Error>,
) -> Result<Conclusion, Error> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build();
    let runtime = runtime.map_err(Error::io("threads"))?;
    let _entered = runtime.enter();
    let mut progress = Progress::start().map_err(Error::io("signals"))?;
    let conclusion = command(&mut progress);
    progress.finish();
    conclusion
}

/// Findings go to standard output, what kept the command from its end to standard error.
fn conclude(outcome: Result<Conclusion, Error>, json: &JsonArgs) -> ExitCode {
    // If nobody listens there is nobody to tell; the exit code tells all the same.
    let code = match outcome {
        Ok(Conclusion { code, json: it, .. }) if json.wanted => {
            let _ = writeln!(io::stdout(), "{it}");
            code
        }
        Ok(Conclusion { code, lines, .. }) => {
            let mut out = io::stdout().lock();
            for line in lines {
                let _ = writeln!(out, "{line}");
            }
            code
        }
        Err(Error::Interrupted) => {
            let line = "interrupted before the end; run the command again";
            let _ = writeln!(io::stderr(), "{line}");
            exit::INTERRUPTED
        }
        Err(error) => {
            let _ = writeln!(io::stderr(), "error: {error}");
            exit::FAILED
        }
    };
    ExitCode::from(code)
}

fn verdict(report: &CheckReport) -> Conclusion {
    let mut lines: Vec<String> = report.problems.iter().map(ToString::to_string).collect();
    let untold = report
        .problems_total
        .saturating_sub(report.problems.len() as u64);
    if untold > 0 {
        lines.push(format!("and {untold} more problems"));
    }
    let CheckReport { rows, chunks, .. } = report;
    let found = report.problems_total;
    let looked_at = format!(
        "{rows} rows and {chunks} chunks ({} MiB) looked at",
        report.chunk_bytes >> 20
    );
    let json = json!({
        "rows": rows,
        "chunks": chunks,
        "bytes": report.chunk_bytes,
        "problems_total": found,
        "problems": report.problems.iter().map(ToString::to_string).collect::<Vec<_>>(),
    });
    let (code, summary) = match found {
        0 => (exit::FINE, format!("{looked_at}: no problems")),
        _ => (exit::PROBLEMS, format!("{looked_at}: {found} problems")),
    };
    lines.push(summary);
    Conclusion { code, lines, json }
}

fn damaged(chunk: &DamagedChunk) -> Value {
    json!({
        "damage": chunk.damage.to_string(),
        "affected": chunk.affected.iter().map(ToString::to_string).collect::<Vec<_>>(),
    })
}
