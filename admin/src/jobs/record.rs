//! Jobs as they are kept: a row each in a table of the engine. Of those that have ended the last ones of
//! each kind stay, and what the store and its backups are judged by.

use crate::limits::{JOB_BYTES_MAX, JOB_ERROR_BYTES_MAX, JOBS_KEPT_PER_KIND_MAX};
use bytes::Bytes;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use storage_engine::{Engine, Error, TableWrite, Unit, Work};

const TABLE: &str = "admin-job";
/// Rows read at once.
const PAGE: usize = 100;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Kind {
    Scrub,
    Check,
    Backup,
    /// Follows lifecycle rules.
    Lifecycle,
    /// Deletes all that is in a bucket.
    Empty,
}

impl Kind {
    /// Of which the last one says whether something needs attention.
    pub(crate) const WATCHED: [Kind; 4] = [Kind::Scrub, Kind::Check, Kind::Backup, Kind::Lifecycle];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Kind::Scrub => "scrub",
            Kind::Check => "check",
            Kind::Backup => "backup",
            Kind::Lifecycle => "lifecycle",
            Kind::Empty => "empty",
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum State {
    Running,
    Done,
    Failed,
    /// Somebody has told it to end.
    Cancelled,
    /// The server has stopped meanwhile.
    Interrupted,
}

/// How far it has come in what it is doing now.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct Progress {
    /// In words.
    pub(crate) doing: String,
    pub(crate) done: u64,
    /// Null where nobody knows yet.
    pub(crate) total: Option<u64>,
    /// `bytes`, `rows`, `chunks` or `versions`.
    pub(crate) unit: Option<ProgressUnit>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ProgressUnit {
    Bytes,
    Rows,
    Chunks,
    /// Versions and unfinished uploads.
    Versions,
}

impl Progress {
    pub(crate) fn of(work: Work) -> Self {
        Self {
            doing: work.doing.to_owned(),
            done: work.done,
            total: (work.total > 0).then_some(work.total),
            unit: Some(match work.unit {
                Unit::Bytes => ProgressUnit::Bytes,
                Unit::Rows => ProgressUnit::Rows,
                Unit::Chunks => ProgressUnit::Chunks,
            }),
        }
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Job {
    /// Later ones have higher numbers.
    pub(crate) id: u64,
    pub(crate) kind: Kind,
    pub(crate) state: State,
    /// Milliseconds since 1970.
    pub(crate) started: u64,
    pub(crate) ended: Option<u64>,
    pub(crate) by: String,
    pub(crate) bucket: Option<String>,
    pub(crate) to: Option<String>,
    pub(crate) progress: Progress,
    pub(crate) report: Option<Value>,
    pub(crate) error: Option<String>,
    pub(crate) problems: u64,
}

impl Job {
    /// One that is about to begin: when, and which number it has, is not known yet.
    pub(crate) fn new(kind: Kind, by: &str) -> Self {
        Self {
            id: 0,
            kind,
            state: State::Running,
            started: 0,
            ended: None,
            by: by.to_owned(),
            bucket: None,
            to: None,
            progress: Progress::default(),
            report: None,
            error: None,
            problems: 0,
        }
    }
}

impl Job {
    /// Whether it came to an end of its own, and so says how things are.
    pub(crate) fn has_said(&self) -> bool {
        matches!(self.state, State::Done | State::Failed)
    }
}

/// All there are, the oldest first.
pub(super) async fn read_all(engine: &Engine) -> Result<Vec<Job>, Error> {
    let mut jobs = Vec::new();
    let mut after: Option<Bytes> = None;
    loop {
        let page = engine.table_scan(TABLE, b"", after.as_deref(), PAGE);
        let page = page.await?;
        for (_, row) in &page.rows {
            jobs.push(serde_json::from_slice(row).map_err(unreadable)?);
        }
        after = page.rows.last().map(|(key, _)| key.clone());
        if !page.more {
            return Ok(jobs);
        }
    }
}

pub(super) async fn read(engine: &Engine, id: u64) -> Result<Option<Job>, Error> {
    let row = engine.table_get(TABLE, &id.to_be_bytes()).await?;
    row.map(|row| serde_json::from_slice(&row).map_err(unreadable))
        .transpose()
}

/// Writes one; if it has ended, what is too many of its kind goes.
pub(super) async fn write(engine: &Engine, job: &Job) -> Result<(), Error> {
    let row = row_of(job)?;
    let mut writes = vec![TableWrite::Put(key(job.id), row.into())];
    if job.state != State::Running {
        let mut kept = read_all(engine).await?;
        kept.retain(|it| it.id != job.id);
        kept.push(job.clone());
        kept.sort_by_key(|it| it.id);
        let gone = too_many(&kept, job.kind);
        writes.extend(gone.into_iter().map(|id| TableWrite::Delete(key(id))));
    }
    engine.table_commit(TABLE, Vec::new(), writes).await
}

/// Which of a kind are to go, of jobs with the oldest first. Anybody may start some kinds, and whoever
/// cancels a job starts another: whatever else ended, the last one stays that came to its end, that
/// failed, and that found something. By these it is told whether the store is sound and when it was
/// copied.
fn too_many(jobs: &[Job], kind: Kind) -> Vec<u64> {
    let is_ended = |job: &&Job| job.kind == kind && job.state != State::Running;
    let says: [fn(&Job) -> bool; 3] = [
        |job| job.state == State::Done,
        |job| job.state == State::Failed,
        |job| job.problems > 0,
    ];
    let mut is_said = [false; 3];
    let mut gone = Vec::new();
    for (place, job) in jobs.iter().rev().filter(is_ended).enumerate() {
        let mut is_last = false;
        for (says, is_said) in says.iter().zip(&mut is_said) {
            is_last |= says(job) && !*is_said;
            *is_said |= says(job);
        }
        if place >= JOBS_KEPT_PER_KIND_MAX && !is_last {
            gone.push(job.id);
        }
    }
    gone
}

/// A row has a bound, and lists in a report can be long of keys that are: of each as many stay as
/// there is room for. How many there were is beside them.
fn row_of(job: &Job) -> Result<Vec<u8>, Error> {
    let row = serde_json::to_vec(job).map_err(unreadable)?;
    if row.len() <= JOB_BYTES_MAX {
        return Ok(row);
    }
    let mut job = job.clone();
    if let Some(error) = &mut job.error {
        error.truncate(error.floor_char_boundary(JOB_ERROR_BYTES_MAX));
    }
    loop {
        let row = serde_json::to_vec(&job).map_err(unreadable)?;
        let is_cut = match &mut job.report {
            Some(report) if row.len() > JOB_BYTES_MAX => halve_lists(report),
            _ => return Ok(row),
        };
        if !is_cut {
            job.report = None;
        }
    }
}

/// Whether there was anything left to leave out.
fn halve_lists(value: &mut Value) -> bool {
    match value {
        Value::Array(items) if !items.is_empty() => {
            items.truncate(items.len() / 2);
            items.iter_mut().for_each(|item| {
                halve_lists(item);
            });
            true
        }
        // In all of them, not only up to the first that is cut.
        Value::Object(fields) => {
            let cut = fields.values_mut().map(halve_lists);
            cut.filter(|is_cut| *is_cut).count() > 0
        }
        _ => false,
    }
}

pub(super) async fn remove(engine: &Engine, id: u64) -> Result<(), Error> {
    let writes = vec![TableWrite::Delete(key(id))];
    engine.table_commit(TABLE, Vec::new(), writes).await
}

fn key(id: u64) -> Bytes {
    id.to_be_bytes().to_vec().into()
}

fn unreadable(error: serde_json::Error) -> Error {
    Error::Invalid {
        what: "job",
        detail: error.to_string(),
    }
}
