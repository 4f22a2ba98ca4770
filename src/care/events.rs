//! `cairn events`: what is still to be told, and what was given up.

use std::io::{self, Write};
use std::process::ExitCode;

use pipeline::events::{DeadLetter, Waiting, dead_letters, retry, waiting};
use storage_engine::clock::SystemClock;

use super::{Conclusion, conclude, run, with_engine};
use crate::cli::EventsCommand;
use crate::exit;
use crate::telemetry::printable::Printable;

/// Prints one line for each webhook that has something waiting, and for each dead letter; or puts
/// dead letters back.
pub(crate) fn events(command: &EventsCommand) -> ExitCode {
    conclude(run(|_| match command {
        EventsCommand::List(args) => with_engine(&args.data, async |engine| {
            let queues = waiting(engine).await?;
            print(queues.iter().map(queue));
            let mut letters = 0_u64;
            dead_letters(engine, |dead| {
                letters += 1;
                print([letter(&dead)]);
            })
            .await?;
            let waiting: usize = queues.iter().map(|queue| queue.events).sum();
            Ok(said(format!("{waiting} waiting, {letters} given up")))
        }),
        EventsCommand::Retry(args) => with_engine(&args.data, async |engine| {
            let webhook = args.webhook.as_deref();
            let moved = retry(engine, &SystemClock, webhook).await?;
            Ok(said(format!("{moved} will be told again")))
        }),
    }))
}

fn said(line: String) -> Conclusion {
    (exit::FINE, vec![line])
}

/// As they come: there may be more than memory holds.
fn print(lines: impl IntoIterator<Item = String>) {
    let mut out = io::stdout().lock();
    for line in lines {
        // If standard output is closed there is nobody to tell.
        let _ = writeln!(out, "{line}");
    }
}

fn queue(queue: &Waiting) -> String {
    let Waiting {
        target,
        events,
        oldest,
    } = queue;
    format!("waiting\t{target}\t{events}\tsince {}", oldest.seconds())
}

fn letter(letter: &DeadLetter) -> String {
    let DeadLetter {
        target,
        at,
        event,
        bucket,
        key,
        version,
        reason,
    } = letter;
    let key = String::from_utf8_lossy(key);
    let (key, reason) = (Printable(&key), Printable(reason));
    let version = version.map_or_else(|| "-".to_owned(), |version| version.to_string());
    let at = at.seconds();
    format!("given-up\t{target}\t{at}\t{event}\t{bucket}\t{key}\t{version}\t{reason}")
}
