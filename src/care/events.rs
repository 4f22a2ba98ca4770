//! `cairn events`: what is still to be told, and what was given up.

use std::io::{self, Write};
use std::process::ExitCode;

use pipeline::events::{DeadLetter, Waiting, dead_letters, retry, waiting};
use serde_json::{Value, json};
use storage_engine::Error;
use storage_engine::clock::SystemClock;

use super::{Conclusion, conclude, run, with_engine};
use crate::cli::{EventsCommand, EventsRetryArgs, ListArgs};
use crate::telemetry::printable::Printable;

/// Prints one line for each webhook that has something waiting, and for each dead letter; or puts
/// dead letters back.
pub(crate) fn events(command: &EventsCommand) -> ExitCode {
    match command {
        EventsCommand::List(args) => conclude(run(|_| list(args)), &args.json),
        EventsCommand::Retry(args) => conclude(run(|_| again(args)), &args.json),
    }
}

fn list(args: &ListArgs) -> Result<Conclusion, Error> {
    with_engine(&args.data, async |engine| {
        let show = |text: String, json: Value| match args.json.wanted {
            true => print(&json.to_string()),
            false => print(&text),
        };
        let queues = waiting(engine).await?;
        for queue in queues.iter().filter(|queue| queue.events > 0) {
            show(queue_line(queue), queue_json(queue));
        }
        let mut letters = 0_u64;
        dead_letters(engine, |dead| {
            letters += 1;
            show(letter_line(&dead), letter_json(&dead));
        })
        .await?;
        let waiting: u64 = queues.iter().map(|queue| queue.events).sum();
        let line = format!("{waiting} waiting, {letters} given up");
        let json = json!({ "is": "total", "waiting": waiting, "given_up": letters });
        Ok(Conclusion::fine(line, json))
    })
}

fn again(args: &EventsRetryArgs) -> Result<Conclusion, Error> {
    with_engine(&args.data, async |engine| {
        let webhook = args.webhook.as_deref();
        let moved = retry(engine, &SystemClock, webhook).await?;
        let line = format!("{moved} will be told again");
        Ok(Conclusion::fine(line, json!({ "told_again": moved })))
    })
}

/// As they come: there may be more than memory holds.
fn print(line: &str) {
    // If standard output is closed there is nobody to tell.
    let _ = writeln!(io::stdout().lock(), "{line}");
}

fn queue_json(queue: &Waiting) -> Value {
    json!({
        "is": "waiting",
        "webhook": queue.target.to_string(),
        "events": queue.events,
        "since": queue.oldest.unwrap_or_default().seconds(),
    })
}

fn letter_json(letter: &DeadLetter) -> Value {
    json!({
        "is": "given-up",
        "webhook": letter.target.to_string(),
        "at": letter.at.seconds(),
        "event": letter.event.to_string(),
        "bucket": letter.bucket,
        "key": String::from_utf8_lossy(&letter.key),
        "version": letter.version.map(|version| version.to_string()),
        "reason": letter.reason,
    })
}

fn queue_line(queue: &Waiting) -> String {
    let Waiting {
        target,
        events,
        oldest,
        ..
    } = queue;
    let since = oldest.unwrap_or_default().seconds();
    format!("waiting\t{target}\t{events}\tsince {since}")
}

fn letter_line(letter: &DeadLetter) -> String {
    let DeadLetter {
        target,
        at,
        event,
        bucket,
        key,
        version,
        reason,
        ..
    } = letter;
    let key = String::from_utf8_lossy(key);
    let (key, reason) = (Printable(&key), Printable(reason));
    let version = version.map_or_else(|| "-".to_owned(), |version| version.to_string());
    let at = at.seconds();
    format!("given-up\t{target}\t{at}\t{event}\t{bucket}\t{key}\t{version}\t{reason}")
}
