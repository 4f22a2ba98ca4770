//! What a run did, kept for those who ask later.

use serde::{Deserialize, Serialize};
use storage_engine::ids::Timestamp;
use storage_engine::{Engine, Error, TableWrite};

use crate::limits::REPORTS_MAX;

const TABLE: &str = "lifecycle-run";

/// One run through all buckets that were due.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunReport {
    /// Runs are numbered from one.
    pub number: u64,
    pub started: Timestamp,
    pub ended: Timestamp,
    pub buckets: u64,
    /// It was told to stop; the next run goes on where it was.
    pub interrupted: bool,
    #[serde(flatten)]
    pub counts: Counts,
}

/// What was done, counted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Versions and unfinished uploads.
    pub looked_at: u64,
    /// Versions and delete markers deleted for good.
    pub expired: u64,
    /// Objects hidden behind a new delete marker.
    pub marked: u64,
    pub transitioned: u64,
    pub aborted: u64,
    /// Would have been deleted, but were locked.
    pub locked: u64,
    /// Had changed between the look and the deed.
    pub left_alone: u64,
    pub errors: u64,
}

/// The last runs, the oldest first.
pub async fn reports(engine: &Engine) -> Result<Vec<RunReport>, Error> {
    let limit = usize::try_from(REPORTS_MAX).unwrap_or(usize::MAX);
    let page = engine.table_scan(TABLE, b"", None, limit).await?;
    let read = page.rows.iter().map(|(_, row)| {
        serde_json::from_slice(row).map_err(|error| Error::Invalid {
            what: "report of a lifecycle run",
            detail: error.to_string(),
        })
    });
    read.collect()
}

/// Numbers a report, keeps it, and forgets the oldest ones.
pub(super) async fn keep(engine: &Engine, report: &mut RunReport) -> Result<(), Error> {
    let kept = reports(engine).await?;
    report.number = kept.last().map_or(1, |last| last.number + 1);
    let row = serde_json::to_vec(report).map_err(|error| Error::Invalid {
        what: "report of a lifecycle run",
        detail: error.to_string(),
    })?;
    let key = |number: u64| number.to_be_bytes().to_vec().into();
    let mut writes = vec![TableWrite::Put(key(report.number), row.into())];
    let old = kept.iter().map(|report| report.number);
    let old = old.filter(|number| number + REPORTS_MAX <= report.number);
    writes.extend(old.map(|number| TableWrite::Delete(key(number))));
    engine.table_commit(TABLE, Vec::new(), writes).await
}
