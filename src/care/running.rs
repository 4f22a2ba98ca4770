//! Work on a folder that a server runs on: the server does it, as a job, and it is watched from here.

use std::path::Path;
use std::thread::sleep;
use std::time::Duration;

use serde_json::Value;
use storage_engine::{Error, Unit, Work};

use super::Conclusion;
use crate::client::{Client, Failure, path, with_running};
use crate::manage::text::{number, text};

/// How often a job is asked how far it is.
const LOOK: Duration = Duration::from_millis(300);

/// Has the server do it, if one runs there; else does it here.
pub(super) fn instead(
    data: &Path,
    job: &Value,
    conclusion: fn(&Value) -> Conclusion,
    here: impl FnOnce() -> Result<Conclusion, Failure>,
) -> Result<Conclusion, Failure> {
    match with_running(data, |client| follow(client, job, conclusion))? {
        Some(conclusion) => Ok(conclusion),
        None => here(),
    }
}

/// To its end. An interrupt of this command ends the job as well, in order.
fn follow(
    client: &Client,
    job: &Value,
    conclusion: fn(&Value) -> Conclusion,
) -> Result<Conclusion, Failure> {
    let mut progress = client.progress()?;
    let mut job = client.post("/jobs", job)?;
    let place = path(&["jobs", &text(&job, "id")]);
    let mut is_told_to_end = false;
    while text(&job, "state") == "running" {
        if progress.show(work(&job)).is_break() && !is_told_to_end {
            client.delete(&place)?;
            is_told_to_end = true;
        }
        sleep(LOOK);
        job = client.get(&place)?;
    }
    progress.finish();
    let report = &job["report"];
    match text(&job, "state").as_str() {
        "done" => Ok(conclusion(report)),
        // Only what says where to go on is worth more than that it was interrupted.
        "cancelled" if report["next"].is_string() => Ok(conclusion(report)),
        "cancelled" => Err(Error::Interrupted.into()),
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
