//! `cairn job`, and work that the server does as a job, watched from here.

use std::process::ExitCode;
use std::thread::sleep;
use std::time::Duration;

use serde_json::Value;
use storage_engine::{Unit, Work};

use super::spans::{duration, to_the_second};
use super::table::{Fields, Table};
use super::text::{maybe, moment, number, text};
use super::{People, Shown, run as run_with};
use crate::cli::{JobCommand, JobIdArgs, JobShowArgs};
use crate::client::{Client, Failure, path};
use crate::exit;
use crate::progress::{Progress, amount};

/// How often a job is asked how far it is: often at first, because some end at once.
const FIRST_LOOK: Duration = Duration::from_millis(10);
const LOOK: Duration = Duration::from_millis(300);

/// What an interrupt of a command means for the job it watches.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Interrupted {
    Ends,
    LeavesAlone,
}

pub(crate) fn run(command: &JobCommand) -> ExitCode {
    match command {
        JobCommand::List(args) => run_with(args, list),
        JobCommand::Show(args) => run_with(&args.job.client, |client| show(client, args)),
        JobCommand::Cancel(args) => run_with(&args.client, |client| cancel(client, args)),
        JobCommand::Remove(args) => run_with(&args.client, |client| remove(client, args)),
    }
}

fn place(id: &str) -> String {
    path(&["jobs", id])
}

fn is_running(job: &Value) -> bool {
    text(job, "state") == "running"
}

fn list(client: &Client) -> Result<Shown, Failure> {
    let jobs = client.all("/jobs")?;
    let head = &[
        "id", "kind", "about", "state", "started", "progress", "problems", "by",
    ];
    let table = Table::of(head, &jobs, |job| {
        vec![
            text(job, "id"),
            text(job, "kind"),
            about(job),
            state(job),
            moment(job, "started"),
            match is_running(job) {
                true => how_far(job),
                false => String::new(),
            },
            text(job, "problems"),
            text(job, "by"),
        ]
    });
    Ok(Shown::list(jobs, table))
}

/// Its bucket, or the folder that it copies to.
fn about(job: &Value) -> String {
    maybe(job, "bucket").unwrap_or_else(|| text(job, "to"))
}

fn state(job: &Value) -> String {
    match job["is_cancelling"] == true && is_running(job) {
        true => "running, told to end".to_owned(),
        false => text(job, "state"),
    }
}

fn how_far(job: &Value) -> String {
    let Work {
        done, total, unit, ..
    } = work(job);
    let mut told = format!(
        "{}: {}",
        text(&job["progress"], "doing"),
        amount(done, unit)
    );
    if let Some(percent) = done.saturating_mul(100).checked_div(total) {
        told.push_str(&format!(" of {} ({percent} %)", amount(total, unit)));
    }
    if let Some(left) = job["seconds_left"].as_u64() {
        told.push_str(&format!(", {} left", duration(left)));
    }
    told
}

fn show(client: &Client, args: &JobShowArgs) -> Result<Shown, Failure> {
    let place = place(&args.job.id);
    let mut job = client.get(&place)?;
    if args.watch {
        job = watch(client, client.progress()?, job, Interrupted::LeavesAlone)?;
    }
    let code = match text(&job, "state").as_str() {
        "running" if args.watch => exit::INTERRUPTED,
        "failed" => exit::PROBLEMS,
        _ if number(&job, "problems") > 0 => exit::PROBLEMS,
        _ => exit::FINE,
    };
    Ok(shown(job).with_code(code))
}

fn shown(job: Value) -> Shown {
    let ended = maybe(&job, "ended").map(|at| to_the_second(&at));
    let mut fields = Fields::default()
        .with("id", text(&job, "id"))
        .with("kind", text(&job, "kind"))
        .maybe("about", Some(about(&job)).filter(|it| !it.is_empty()))
        .with("state", state(&job))
        .with("by", text(&job, "by"))
        .with("started", moment(&job, "started"))
        .maybe("ended", ended)
        .maybe("progress", is_running(&job).then(|| how_far(&job)))
        .with("problems", text(&job, "problems"))
        .maybe("error", maybe(&job, "error"));
    if !job["report"].is_null() {
        fields = fields.with_report(&job["report"]);
    }
    Shown::new(job, People::Fields(fields))
}

fn cancel(client: &Client, args: &JobIdArgs) -> Result<Shown, Failure> {
    let (id, place) = (&args.id, place(&args.id));
    if !is_running(&client.get(&place)?) {
        return Err(Failure::Local(format!(
            "job {id} has ended: cairn job show {id} says how"
        )));
    }
    let job = client.delete(&place)?;
    Ok(Shown::done(job, format!("job {id} was told to end")))
}

fn remove(client: &Client, args: &JobIdArgs) -> Result<Shown, Failure> {
    let (id, place) = (&args.id, place(&args.id));
    if is_running(&client.get(&place)?) {
        return Err(Failure::Local(format!(
            "job {id} runs: cairn job cancel {id} ends it"
        )));
    }
    let job = client.delete(&place)?;
    Ok(Shown::done(job, format!("job {id} is forgotten")))
}

/// Begins a job and follows it to its end; what it reports. An interrupt of this command ends the
/// job as well, in order.
pub(crate) fn follow(client: &Client, progress: Progress, job: &Value) -> Result<Value, Failure> {
    follow_at(client, progress, "/jobs", job)
}

/// The same of a job that is begun elsewhere.
pub(crate) fn follow_at(
    client: &Client,
    progress: Progress,
    place: &str,
    wanted: &Value,
) -> Result<Value, Failure> {
    let job = client.post(place, wanted)?;
    let mut job = watch(client, progress, job, Interrupted::Ends)?;
    let report = job["report"].take();
    match text(&job, "state").as_str() {
        "done" => Ok(report),
        // Only what says where to go on is worth more than that it was interrupted.
        "cancelled" if report["next"].is_string() => Ok(report),
        "cancelled" => Err(Failure::Interrupted),
        "failed" => Err(Failure::Local(text(&job, "error"))),
        _ => Err(Failure::Local(
            "the server stopped before the end; run the command again".to_owned(),
        )),
    }
}

/// The job as it ended, or as it was when this command was interrupted.
fn watch(
    client: &Client,
    mut progress: Progress,
    mut job: Value,
    interrupted: Interrupted,
) -> Result<Value, Failure> {
    let place = place(&text(&job, "id"));
    let mut is_told_to_end = false;
    let mut look = FIRST_LOOK;
    while is_running(&job) {
        if progress.show(work(&job)).is_break() && !is_told_to_end {
            if interrupted == Interrupted::LeavesAlone {
                break;
            }
            client.delete(&place)?;
            is_told_to_end = true;
        }
        sleep(look);
        look = LOOK.min(look * 2);
        job = client.get(&place)?;
    }
    progress.finish();
    Ok(job)
}

fn work(job: &Value) -> Work {
    let progress = &job["progress"];
    Work {
        doing: match text(job, "kind").as_str() {
            "backup" => "the server copies",
            "check" => "the server checks",
            "lifecycle" => "rules are followed",
            "empty" => "the bucket is emptied",
            _ => "the server reads",
        },
        done: number(progress, "done"),
        total: number(progress, "total"),
        unit: match text(progress, "unit").as_str() {
            "bytes" => Unit::Bytes,
            "chunks" => Unit::Chunks,
            _ => Unit::Rows,
        },
    }
}
