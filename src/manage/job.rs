//! Work that the server does as a job, watched from here.

use std::thread::sleep;
use std::time::Duration;

use serde_json::Value;
use storage_engine::{Unit, Work};

use super::text::{number, text};
use crate::client::{Client, Failure, path};
use crate::progress::Progress;

/// How often a job is asked how far it is: often at first, because some end at once.
const FIRST_LOOK: Duration = Duration::from_millis(10);
const LOOK: Duration = Duration::from_millis(300);

/// Begins a job and follows it to its end; what it reports. An interrupt of this command ends the
/// job as well, in order.
pub(crate) fn follow(
    client: &Client,
    mut progress: Progress,
    job: &Value,
) -> Result<Value, Failure> {
    let mut job = client.post("/jobs", job)?;
    let place = path(&["jobs", &text(&job, "id")]);
    let mut is_told_to_end = false;
    let mut look = FIRST_LOOK;
    while text(&job, "state") == "running" {
        if progress.show(work(&job)).is_break() && !is_told_to_end {
            client.delete(&place)?;
            is_told_to_end = true;
        }
        sleep(look);
        look = LOOK.min(look * 2);
        job = client.get(&place)?;
    }
    progress.finish();
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

fn work(job: &Value) -> Work {
    let progress = &job["progress"];
    Work {
        doing: match text(job, "kind").as_str() {
            "backup" => "the server copies",
            "check" => "the server checks",
            "lifecycle" => "rules are followed",
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
