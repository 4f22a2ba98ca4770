//! Commands that look after a data folder: check, scrub, backup and restore. Each shows its
//! progress, can be interrupted, and goes on where it was. Check, scrub and backup ask the server that
//! runs on the folder to do it, if one does, or one somewhere else.

mod running;

use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use serde_json::{Value, json};
use storage_engine::{
    BackupOptions, BackupVerify, CheckOptions, CheckReport, DamagedChunk, Engine, EngineConfig,
    Error, Restored, ScrubOptions, ScrubReport, check_folder,
};
use tokio::runtime::Handle;

use crate::amounts;
use crate::cli::{BackupArgs, CheckArgs, JsonArgs, Place, RestoreArgs, ScrubArgs, Verify};
use crate::client::Failure;
use crate::exit;
use crate::manage::fail;
use crate::manage::text::{counted, list, number, text};
use crate::progress::Progress;

/// `cairn check`: prints what is wrong, one line each, and a summary.
pub(crate) fn check(args: &CheckArgs) -> ExitCode {
    let job = json!({ "kind": "check", "read_data": args.read_data, "rate_mib": args.rate.mib });
    let done = running::instead(&args.place, &job, found, |data| {
        run(|progress| {
            let options = CheckOptions {
                read_data: args.read_data,
                bytes_per_second: args.rate.bytes_per_second(),
            };
            let config = EngineConfig::new(data);
            let report = check_folder(&config, options, &mut |work| progress.show(work))?;
            Ok(found(&checked(&report)))
        })
    });
    conclude(done, &args.json)
}

/// `cairn scrub`: prints each damaged chunk with whose it is, and where to go on if it was
/// interrupted.
pub(crate) fn scrub(args: &ScrubArgs) -> ExitCode {
    let from = match args.from.as_deref().map(str::parse).transpose() {
        Ok(from) => from,
        Err(error) => {
            let typed = args.from.as_deref().unwrap_or_default();
            let refused = Failure::Usage(format!("--from {typed}: {error}"));
            return conclude(Err(refused), &args.json);
        }
    };
    let job = json!({ "kind": "scrub", "rate_mib": args.rate.mib, "from": args.from });
    let options = ScrubOptions {
        bytes_per_second: args.rate.bytes_per_second(),
        from,
    };
    let done = running::instead(&args.place, &job, damage, |data| {
        run(|progress| {
            with_engine(data, async |engine| {
                let report = engine
                    .scrub(options, &mut |work| progress.show(work))
                    .await?;
                Ok(damage(&scrubbed(&report)))
            })
        })
    });
    conclude(done, &args.json)
}

/// `cairn backup`: prints how much was copied, and what in it is damaged.
pub(crate) fn backup(args: &BackupArgs) -> ExitCode {
    // The server may stand in another folder than this command. One somewhere else has folders of
    // its own.
    let to = match args.place.find() {
        Ok(Place::Server(_)) => args.to.clone(),
        _ => std::path::absolute(&args.to).unwrap_or_else(|_| args.to.clone()),
    };
    let (verify, word) = match args.verify {
        Verify::New => (BackupVerify::New, "new"),
        Verify::All => (BackupVerify::All, "all"),
        Verify::Heads => (BackupVerify::Heads, "heads"),
    };
    let job = json!({
        "kind": "backup",
        "to": to,
        "rate_mib": args.rate.mib,
        "verify": word,
    });
    let done = running::instead(&args.place, &job, copied, |data| {
        run(|progress| {
            with_engine(data, async |engine| {
                let options = BackupOptions {
                    bytes_per_second: args.rate.bytes_per_second(),
                    verify,
                };
                let mut show = |work| progress.show(work);
                let report = engine.backup_with(&args.to, options, &mut show).await?;
                Ok(copied(&json!({
                    "segments": report.segments,
                    "segments_kept": report.segments_kept,
                    "copied_bytes": report.copied_bytes,
                    "chunks": report.chunks,
                    "damaged_total": report.damaged_total,
                    "damaged": report.damaged.iter().map(damaged).collect::<Vec<_>>(),
                    "saved_total": report.saved_total,
                    "saved": report.saved.iter().map(damaged).collect::<Vec<_>>(),
                    "mended_total": report.mended_total,
                })))
            })
        })
    });
    let typed = args.to.to_string_lossy();
    let done = done.map_err(|failure| failure.of_flag("to", "--to", &typed, ""));
    conclude(done, &args.json)
}

/// `cairn restore`: prints how much was copied.
pub(crate) fn restore(args: &RestoreArgs) -> ExitCode {
    let done = run(|progress| {
        let restored =
            storage_engine::restore(&args.from, &args.data, &mut |work| progress.show(work))?;
        Ok(brought_back(&restored))
    });
    conclude(done, &args.json)
}

fn brought_back(restored: &Restored) -> Conclusion {
    let json = json!({
        "copied_bytes": restored.copied_bytes,
        "with_gaps": restored.with_gaps,
    });
    let copied = amounts::shown(restored.copied_bytes);
    let gaps = restored.with_gaps.len() as u64;
    if gaps == 0 {
        let line = format!("{copied} copied; start a server on it");
        return Conclusion::fine(line, json);
    }
    let segments = counted(gaps, "segment");
    Conclusion {
        code: exit::PROBLEMS,
        lines: vec![format!(
            "{copied} copied; {segments} of the backup could not be read whole: `cairn check --read-data` \
             names the objects that are damaged by it, all others are whole"
        )],
        json,
    }
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

fn scrubbed(report: &ScrubReport) -> Value {
    json!({
        "records": report.records,
        "bytes": report.bytes,
        "damaged_total": report.damaged_total,
        "damaged_unneeded": report.dead_damaged,
        "damaged": report.damaged.iter().map(damaged).collect::<Vec<_>>(),
        "next": report.next.map(|next| next.to_string()),
    })
}

/// What a scrub has found, whoever did it.
fn damage(report: &Value) -> Conclusion {
    let (mut lines, total) = damaged_chunks(report);
    lines.push(format!(
        "{} ({}) read: {}, and {} that nobody needs",
        counted(number(report, "records"), "record"),
        amounts::shown(number(report, "bytes")),
        counted(total, "damaged chunk"),
        counted(number(report, "damaged_unneeded"), "damaged record"),
    ));
    let next = report["next"].as_str();
    if let Some(next) = next {
        lines.push(format!("interrupted: go on with --from {next}"));
    }
    let code = match (next, total) {
        (Some(_), _) => exit::INTERRUPTED,
        (None, 0) => exit::FINE,
        (None, _) => exit::PROBLEMS,
    };
    let mut json = report.clone();
    if let Some(fields) = json.as_object_mut() {
        let next = fields.remove("next").unwrap_or_default();
        fields.insert("go_on_from".to_owned(), next);
    }
    Conclusion { code, lines, json }
}

/// A line or some of each damaged chunk, and how many there are.
fn damaged_chunks(report: &Value) -> (Vec<String>, u64) {
    let total = number(report, "damaged_total");
    (chunks(list(report, "damaged"), total, ""), total)
}

/// A line or some of each, with what has come of it, and how many are not told.
fn chunks(told: &[Value], total: u64, outcome: &str) -> Vec<String> {
    let mut lines = Vec::new();
    for chunk in told {
        lines.push(text(chunk, "damage") + outcome);
        let affected = list(chunk, "affected").iter().filter_map(Value::as_str);
        lines.extend(affected.map(|whose| format!("  {whose}")));
    }
    let untold = total.saturating_sub(told.len() as u64);
    if untold > 0 {
        let untold = counted(untold, "more damaged chunk");
        lines.push(format!("and {untold}{outcome}"));
    }
    lines
}

/// What a backup has brought. It ends as it found the store, whatever the copy has got of it.
fn copied(report: &Value) -> Conclusion {
    let (mut lines, lost) = damaged_chunks(report);
    let saved = number(report, "saved_total");
    let sound = ": sound in the backup";
    lines.extend(chunks(list(report, "saved"), saved, sound));
    let mended = number(report, "mended_total");
    if mended > 0 {
        let chunks = counted(mended, "chunk");
        lines.push(format!(
            "{chunks} of the backup before had been damaged, and copied again: look at its drive"
        ));
    }
    let copied = format!(
        "{}, {} of them copied before; {} copied, {} looked at",
        counted(number(report, "segments"), "segment"),
        number(report, "segments_kept"),
        amounts::shown(number(report, "copied_bytes")),
        counted(number(report, "chunks"), "chunk"),
    );
    let in_both = (lost > 0).then(|| {
        let chunks = counted(lost, "damaged chunk");
        format!("{chunks}, in the backup as in the store")
    });
    let in_store = (saved > 0).then(|| {
        let chunks = counted(saved, "damaged chunk");
        format!("{chunks} of the store, which the backup has sound from the one before")
    });
    let found: Vec<String> = in_both.into_iter().chain(in_store).collect();
    let (code, summary) = match found.is_empty() {
        true => (exit::FINE, copied),
        false => (exit::PROBLEMS, format!("{copied}: {}", found.join("; "))),
    };
    lines.push(summary);
    Conclusion {
        code,
        lines,
        json: report.clone(),
    }
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
) -> Result<Conclusion, Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build();
    let runtime = runtime.map_err(Error::io("threads"))?;
    let _entered = runtime.enter();
    let mut progress = Progress::start().map_err(Error::io("signals"))?;
    let conclusion = command(&mut progress);
    progress.finish();
    Ok(conclusion?)
}

/// Findings go to standard output, what kept the command from its end to standard error.
fn conclude(outcome: Result<Conclusion, Failure>, json: &JsonArgs) -> ExitCode {
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
        Err(failure) => return fail(&failure, json),
    };
    ExitCode::from(code)
}

fn checked(report: &CheckReport) -> Value {
    json!({
        "rows": report.rows,
        "chunks": report.chunks,
        "bytes": report.chunk_bytes,
        "problems_total": report.problems_total,
        "problems": report.problems.iter().map(ToString::to_string).collect::<Vec<_>>(),
    })
}

/// What a check has found, whoever did it.
fn found(report: &Value) -> Conclusion {
    let told = list(report, "problems");
    let mut lines: Vec<String> = told
        .iter()
        .filter_map(Value::as_str)
        .map(str::to_owned)
        .collect();
    let total = number(report, "problems_total");
    let untold = total.saturating_sub(told.len() as u64);
    if untold > 0 {
        lines.push(format!("and {}", counted(untold, "more problem")));
    }
    let looked_at = format!(
        "{} and {} ({}) looked at",
        counted(number(report, "rows"), "row"),
        counted(number(report, "chunks"), "chunk"),
        amounts::shown(number(report, "bytes"))
    );
    let (code, summary) = match total {
        0 => (exit::FINE, format!("{looked_at}: no problems")),
        _ => (
            exit::PROBLEMS,
            format!("{looked_at}: {}", counted(total, "problem")),
        ),
    };
    lines.push(summary);
    Conclusion {
        code,
        lines,
        json: report.clone(),
    }
}

fn damaged(chunk: &DamagedChunk) -> Value {
    json!({
        "damage": chunk.damage.to_string(),
        "affected": chunk.affected.iter().map(ToString::to_string).collect::<Vec<_>>(),
    })
}
