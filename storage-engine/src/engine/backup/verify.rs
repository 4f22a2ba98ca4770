//! Looking at what was put together, before it takes the place of what was there.

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use super::mend::Mender;
use super::{Backup, BackupVerify};
use crate::engine::check::{CheckOptions, CheckReport, Parts, Problem, Whole, check_copy};
use crate::engine::scrub::{DamagedChunk, described};
use crate::engine::work::{OnWork, watched};
use crate::error::{Damage, Error, Result};
use crate::ids::{ExtentId, SegmentId};

/// What was seen.
pub(super) struct Seen {
    pub(super) chunks: u64,
    pub(super) lost: Vec<DamagedChunk>,
    pub(super) lost_total: u64,
    pub(super) saved: Vec<DamagedChunk>,
    pub(super) saved_total: u64,
    pub(super) mended_total: u64,
}

impl Backup {
    /// Opens the copy, looks at every chunk in it and mends what can be. A segment in which something
    /// is damaged, here or in the store, is copied anew the next time, and read anew: it is told of
    /// as long as it is so.
    pub(super) async fn verify(
        &self,
        names: BTreeMap<SegmentId, String>,
        suspect: BTreeSet<SegmentId>,
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
            let mut read = match verify {
                BackupVerify::New => target.unread()?,
                BackupVerify::All => files.iter().cloned().collect(),
                BackupVerify::Heads => BTreeSet::new(),
            };
            // What was copied before may be the last that is sound: it does not go unread.
            let replaced = files.iter().filter(|name| target.is_replaced(name));
            read.extend(replaced.cloned());
            read.extend(suspect.iter().filter_map(|id| names.get(id)).cloned());
            let whole = names.iter().filter(|(_, name)| read.contains(*name));
            let whole = Whole::In(whole.map(|(id, _)| *id).collect());
            let parts = Parts::open(&config)?;
            let mut mender = Mender::new(&target, suspect);
            let report = check_copy(&parts, whole, &mut mender, options, progress)?;
            let mended = mender.into_mended();
            let lost = damaged_only(&report)?;
            let unsound = match report.problems_total == lost.len() as u64 {
                true => {
                    let lost_in = lost.iter().map(|(id, _)| id);
                    let in_store = lost_in.chain(&mended.saved_in);
                    in_store.filter_map(|id| names.get(id).cloned()).collect()
                }
                // Not all are described: any segment may have one.
                false => names.into_values().collect(),
            };
            target.note_read(&read, &unsound)?;
            let lost = lost.into_iter().map(|(_, chunk)| chunk);
            Ok(Seen {
                chunks: report.chunks,
                lost: described(&parts.index, lost)?,
                lost_total: report.damaged_chunks,
                saved: described(&parts.index, mended.saved.into_iter())?,
                saved_total: mended.saved_total,
                mended_total: mended.mended_total,
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
