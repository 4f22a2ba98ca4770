//! Commands that look after a data folder while no server runs on it.

use std::io::{self, Write};
use std::process::ExitCode;

use storage_engine::{CheckOptions, CheckReport, EngineConfig, Error, check_folder};

use crate::cli::CheckArgs;
use crate::progress::Progress;

/// The store is whole.
const EXIT_SOUND: u8 = 0;
/// The command could not do its work.
const EXIT_FAILED: u8 = 1;
/// The command did its work and found something wrong.
const EXIT_PROBLEMS: u8 = 3;
/// Stopped by a signal before the end.
const EXIT_INTERRUPTED: u8 = 130;

/// `cairn check`: prints what is wrong, one line each, and a summary.
pub(crate) fn check(args: &CheckArgs) -> ExitCode {
    conclude(run(|progress| {
        let options = CheckOptions {
            read_data: args.read_data,
        };
        let config = EngineConfig::new(&args.data);
        let report = check_folder(&config, options, &mut |work| progress.show(work))?;
        Ok(verdict(&report))
    }))
}

/// An exit code, and what to print.
type Conclusion = (u8, Vec<String>);

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

fn conclude(outcome: Result<Conclusion, Error>) -> ExitCode {
    let (code, lines) = match outcome {
        Ok(conclusion) => conclusion,
        Err(Error::Interrupted) => (
            EXIT_INTERRUPTED,
            vec!["interrupted: nothing can be said of the store".to_owned()],
        ),
        Err(error) => (EXIT_FAILED, vec![format!("error: {error}")]),
    };
    let mut out = io::stdout().lock();
    for line in lines {
        // If standard output is closed there is nobody to tell; the exit code tells all the same.
        let _ = writeln!(out, "{line}");
    }
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
    let looked_at = format!(
        "{rows} rows and {chunks} chunks ({} MiB) looked at",
        report.chunk_bytes >> 20
    );
    if report.problems_total == 0 {
        lines.push(format!("{looked_at}: no problems"));
        return (EXIT_SOUND, lines);
    }
    let found = report.problems_total;
    lines.push(format!("{looked_at}: {found} problems"));
    (EXIT_PROBLEMS, lines)
}
