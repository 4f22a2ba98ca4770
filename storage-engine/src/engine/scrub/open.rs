//! Segments that are still being filled: what rows name in them stands still, and is looked at chunk
//! by chunk.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::super::work::{OnWork, blocking};
use super::{STEP_BYTES, Scrub, damage};
use crate::error::Result;
use crate::ids::{ExtentId, SegmentId};
use crate::key::{self, Table};
use crate::row::{ExtentRow, SegmentRow};
use crate::segment::Segment;

/// A chunk, with the row that names it.
pub(super) type OpenChunk = (ExtentId, ExtentRow);

pub(super) fn bytes(chunks: &[OpenChunk], from: u64) -> u64 {
    let chunks = chunks.iter().filter(|(_, row)| row.offset >= from);
    chunks.map(|(_, row)| u64::from(row.record_bytes)).sum()
}

impl Scrub {
    /// What is alive beside these sealed segments, in the order in which it lies: as much as fits
    /// into the few segments that are being filled. Empty where there is no such segment any more,
    /// which is found out otherwise.
    pub(super) async fn open_chunks(
        &self,
        sealed: &[(Arc<Segment>, SegmentRow)],
    ) -> Result<BTreeMap<SegmentId, Vec<OpenChunk>>> {
        let read: BTreeSet<SegmentId> = sealed.iter().map(|(it, _)| it.id()).collect();
        let open: BTreeSet<SegmentId> = {
            let accounts = self.accounts.accounts();
            let alive = accounts.iter().filter(|(_, it)| it.live_bytes > 0);
            let ids = alive.map(|(id, _)| *id);
            ids.filter(|id| !read.contains(id) && self.segments.get(*id).is_some())
                .collect()
        };
        if open.is_empty() {
            return Ok(BTreeMap::new());
        }
        let index = Arc::clone(&self.index);
        blocking(move || {
            let mut chunks: BTreeMap<SegmentId, Vec<OpenChunk>> = BTreeMap::new();
            let extents = key::table(Table::Extent);
            damage::each(index.as_ref(), &extents, |key, row: ExtentRow| {
                if let Some(number) = key::number_of(key)
                    && open.contains(&row.segment)
                {
                    let chunk = (ExtentId(number), row);
                    chunks.entry(chunk.1.segment).or_default().push(chunk);
                }
            })?;
            for chunks in chunks.values_mut() {
                chunks.sort_unstable_by_key(|(_, row)| row.offset);
            }
            Ok(chunks)
        })
        .await
    }

    /// Looks at the chunks of one segment. Where it was interrupted, if it was.
    pub(super) async fn open(
        &mut self,
        chunks: Vec<OpenChunk>,
        start: u64,
        total: u64,
        progress: &mut OnWork<'_>,
    ) -> Result<Option<u64>> {
        let chunks = chunks.into_iter().filter(|(_, row)| row.offset >= start);
        let mut chunks = chunks.peekable();
        while chunks.peek().is_some() {
            let mut bytes = 0;
            let mut step = Vec::new();
            while bytes < STEP_BYTES
                && let Some(chunk) = chunks.next()
            {
                bytes += u64::from(chunk.1.record_bytes);
                step.push(chunk);
            }
            let index = Arc::clone(&self.index);
            let segments = Arc::clone(&self.segments);
            let mut found = std::mem::take(&mut self.found);
            let (found, sound) = blocking(move || {
                let mut sound = 0;
                for (extent, row) in &step {
                    sound += u64::from(found.look_at(index.as_ref(), &segments, *extent, row));
                }
                Ok((found, sound))
            })
            .await?;
            self.found = found;
            self.report.records += sound;
            self.report.bytes += bytes;
            if let Some((_, next)) = chunks.peek()
                && self.tell(total, progress).is_break()
            {
                return Ok(Some(next.offset));
            }
            self.rest_after(bytes).await;
        }
        Ok(None)
    }
}
