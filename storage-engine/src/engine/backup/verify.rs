//! Looking at what was put together, before it takes the place of what was there.

use std::collections::{BTreeMap, BTreeSet};

use super::{Backup, BackupVerify};
use crate::engine::check::{CheckOptions, CheckReport, Problem, Whole, check_reading, open_parts};
use crate::engine::scrub::{DamagedChunk, described};
use crate::engine::work::{OnWork, watched};
use crate::error::{Damage, Error, Result};
use crate::ids::{ExtentId, SegmentId};

/// What was seen.
pub(super) struct Seen {
    pub(super) chunks: u64,
    pub(super) damaged: Vec<DamagedChunk>,
    pub(super) damaged_total: u64,
}

impl Backup {
    /// Opens the copy and looks at every chunk in it. A segment in which something is damaged is
    /// copied anew the next time, and read anew: nobody takes it for sound meanwhile.
    pub(super) async fn verify(
        &self,
        names: BTreeMap<SegmentId, String>,
        progress: &mut OnWork<'_>,
    ) -> Result<Seen> {
        let (target, config) = (self.target.clone(), self.config.clone());
        let verify = self.options.verify;
        let options = CheckOptions {
            bytes_per_second: self.options.bytes_per_second,
            ..CheckOptions::default()
        };
        watched(progress, move |progress| {
            let files: Vec<String> = names.values().cloned().collect();
            target.complete(&files)?;
            let read = match verify {
                BackupVerify::New => target.unread()?,
                BackupVerify::All => files.into_iter().collect(),
                BackupVerify::Heads => BTreeSet::new(),
            };
            let whole = names.iter().filter(|(_, name)| read.contains(*name));
            let whole = Whole::In(whole.map(|(id, _)| *id).collect());
            let (index, segments) = open_parts(&config)?;
            let report = check_reading(&index, &segments, whole, options, progress)?;
            let found = damaged_only(&report)?;
            let unsound = match report.problems_total == found.len() as u64 {
                true => found
                    .iter()
                    .filter_map(|(id, _)| names.get(id).cloned())
                    .collect(),
                // Not all are described: any segment may have one.
                false => names.into_values().collect(),
            };
            target.note_read(&read, &unsound)?;
            let found = found.into_iter().map(|(_, chunk)| chunk);
            Ok(Seen {
                chunks: report.chunks,
                damaged_total: report.problems_total,
                damaged: described(&index, found)?,
            })
        })
        .await
    }
}

type Found = (SegmentId, (ExtentId, Damage));

/// The chunks that are damaged, if nothing else is wrong.
fn damaged_only(report: &CheckReport) -> Result<Vec<Found>> {
    let chunk = |problem: &Problem| match problem {
        Problem::Damage(
            damage @ Damage::Extent {
                extent, segment, ..
            },
        ) => Ok((*segment, (*extent, damage.clone()))),
        problem => Err(Error::damaged(Damage::Other(format!(
            "the backup has {} problems and was given up; the first that is no damaged body: \
             {problem}",
            report.problems_total
        )))),
    };
    report.problems.iter().map(chunk).collect()
}
