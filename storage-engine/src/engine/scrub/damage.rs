//! Which chunks are damaged, and whose they are.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt;

use bytes::Bytes;
use serde::de::DeserializeOwned;

use super::{Chunks, DAMAGED_CHUNKS_MAX, chunk_of};
use crate::error::{Damage, Result};
use crate::ids::{BucketId, ExtentId, SegmentId, UploadId, VersionId};
use crate::index::{Index, Step};
use crate::key::{self, Key, KeyRange, Table};
use crate::meta::Place;
use crate::record::{self, RecordHeader};
use crate::row::{self, Body, BucketRow, ExtentRow, PartRow, VersionRow};
use crate::segment::Segments;

/// Owners of one chunk that are named; there may be more.
const AFFECTED_MAX: usize = 100;

/// A chunk that somebody needs and that does not verify.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DamagedChunk {
    pub damage: Damage,
    pub place: Place,
    pub affected: Vec<Affected>,
}

impl DamagedChunk {
    /// Of nobody so far.
    fn at(row: &ExtentRow, damage: Damage) -> Self {
        let place = Place {
            segment: row.segment,
            offset: row.offset,
            record_bytes: row.record_bytes,
        };
        DamagedChunk {
            damage,
            place,
            affected: Vec::new(),
        }
    }
}

/// What a damaged chunk is a part of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Affected {
    Object {
        bucket: String,
        key: Bytes,
        version: VersionId,
        /// It can be had without naming the version.
        current: bool,
    },
    /// A part of an upload that is not finished.
    Part { upload: UploadId, number: u16 },
}

impl fmt::Display for Affected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Affected::Object {
                bucket,
                key,
                version,
                ..
            } => {
                write!(
                    f,
                    "{bucket}/{} (version {version})",
                    String::from_utf8_lossy(key)
                )
            }
            Affected::Part { upload, number } => write!(f, "part {number} of upload {upload}"),
        }
    }
}

/// Damaged chunks as far as they are described, and how many there are.
#[derive(Debug, Default)]
pub(super) struct Damaged {
    pub(super) chunks: Chunks,
    pub(super) total: u64,
}

/// Whether the rows name the chunk that was found there.
pub(super) fn is_named(
    index: &dyn Index,
    segment: SegmentId,
    found: &RecordHeader,
) -> Result<bool> {
    let Some(extent) = chunk_of(found) else {
        return Ok(false);
    };
    let Some(bytes) = index.get(&Key::extent(extent))? else {
        return Ok(false);
    };
    let row: ExtentRow = row::decode(&bytes)?;
    Ok((row.segment, row.offset) == (segment, found.at))
}

/// Looks at every chunk the rows place in one of these segments, and rests after each. Blocks.
pub(super) fn find(
    index: &dyn Index,
    segments: &Segments,
    suspects: &BTreeSet<SegmentId>,
    damaged: &mut Damaged,
    rest: &mut dyn FnMut(u64),
) -> Result<()> {
    if suspects.is_empty() {
        return Ok(());
    }
    each(index, &key::table(Table::Extent), |key, row: ExtentRow| {
        let Some(extent) = key::number_of(key).map(ExtentId) else {
            return;
        };
        if suspects.contains(&row.segment) {
            damaged.look_at(index, segments, extent, &row);
            rest(u64::from(row.record_bytes));
        }
    })
}

impl Damaged {
    /// Whether a chunk is sound. It counts as damaged only while rows still name it there: it may
    /// have been moved or let go since its row was read.
    pub(super) fn look_at(
        &mut self,
        index: &dyn Index,
        segments: &Segments,
        extent: ExtentId,
        row: &ExtentRow,
    ) -> bool {
        let Some(damage) = look(segments, extent, row) else {
            return true;
        };
        let place = |row: &ExtentRow| (row.segment, row.offset);
        let now = index.get(&Key::extent(extent)).ok().flatten();
        let now = now.and_then(|now| row::decode::<ExtentRow>(&now).ok());
        if now.is_none_or(|now| place(&now) != place(row)) {
            return false;
        }
        self.total += 1;
        if self.chunks.len() < DAMAGED_CHUNKS_MAX {
            self.chunks.insert(extent, DamagedChunk::at(row, damage));
        }
        false
    }
}

/// What is wrong with a chunk, if anything is.
fn look(segments: &Segments, extent: ExtentId, row: &ExtentRow) -> Option<Damage> {
    let Some(segment) = segments.get(row.segment) else {
        return Some(Damage::MissingSegment(row.segment));
    };
    let damage = |detail| {
        let (segment, offset) = (row.segment, row.offset);
        Some(Damage::Extent {
            extent,
            segment,
            offset,
            detail,
        })
    };
    let end = row.offset.checked_add(u64::from(row.record_bytes));
    if end.is_none_or(|end| end > segment.capacity()) {
        return damage("place lies outside of its segment");
    }
    let mut bytes = vec![0; row.record_bytes as usize];
    if segment.file().read_at(&mut bytes, row.offset).is_err() {
        return damage("it cannot be read");
    }
    match record::parse_record(segment.key(), row.offset, &bytes) {
        Ok((header, _)) if chunk_of(&header) == Some(extent) => None,
        Ok(_) => damage("another chunk lies there"),
        Err(bad) => damage(bad.detail()),
    }
}

/// What a check has found, with whose it is. What rows do not name any more is left out. Blocks.
pub(in crate::engine) fn described(
    index: &dyn Index,
    found: impl Iterator<Item = (ExtentId, Damage)>,
) -> Result<Vec<DamagedChunk>> {
    let mut chunks = Chunks::new();
    for (extent, damage) in found {
        let Some(bytes) = index.get(&Key::extent(extent))? else {
            continue;
        };
        let row: ExtentRow = row::decode(&bytes)?;
        chunks.insert(extent, DamagedChunk::at(&row, damage));
    }
    find_affected(index, &mut chunks)?;
    Ok(chunks.into_values().collect())
}

/// Walks over the rows once and notes who needs which of the damaged chunks. Blocks.
pub(super) fn find_affected(index: &dyn Index, chunks: &mut Chunks) -> Result<()> {
    if chunks.is_empty() {
        return Ok(());
    }
    let mut buckets: BTreeMap<BucketId, String> = BTreeMap::new();
    each(index, &key::table(Table::Bucket), |_, row: BucketRow| {
        buckets.insert(row.id, row.name);
    })?;
    let mut homes: HashMap<UploadId, BTreeSet<ExtentId>> = HashMap::new();
    each(index, &key::table(Table::Part), |key, row: PartRow| {
        let Some(upload) = key::number_of(key).map(UploadId) else {
            return;
        };
        let damaged: Vec<ExtentId> = damaged_in(&row.body, chunks).collect();
        for extent in damaged {
            homes.entry(upload).or_default().insert(extent);
            note(chunks, extent, || Affected::Part {
                upload,
                number: row.number,
            });
        }
    })?;
    for table in [Table::Current, Table::Version] {
        each(index, &key::table(table), |key, row: VersionRow| {
            let Some(detail) = &row.detail else { return };
            let extents: BTreeSet<ExtentId> = match &detail.body {
                Body::Parts { home, .. } => homes.get(home).cloned().unwrap_or_default(),
                body => damaged_in(body, chunks).collect(),
            };
            for extent in extents {
                note(chunks, extent, || object(&buckets, table, key, &row));
            }
        })?;
    }
    // Parts of a completed upload are shown as the objects made of them.
    for chunk in chunks.values_mut() {
        if chunk
            .affected
            .iter()
            .any(|one| matches!(one, Affected::Object { .. }))
        {
            chunk
                .affected
                .retain(|one| matches!(one, Affected::Object { .. }));
        }
    }
    Ok(())
}

fn object(
    buckets: &BTreeMap<BucketId, String>,
    table: Table,
    key: &[u8],
    row: &VersionRow,
) -> Affected {
    let bucket = key::number_of(key).and_then(|id| buckets.get(&BucketId(id)).cloned());
    let current = table == Table::Current;
    let object = match current {
        true => key::object_key_of_current(key).map(Bytes::copy_from_slice),
        false => key::object_key_and_number(key).map(|(key, _)| Bytes::from(key)),
    };
    Affected::Object {
        bucket: bucket.unwrap_or_default(),
        key: object.unwrap_or_default(),
        version: row.summary.version_id(),
        current,
    }
}

fn damaged_in<'a>(body: &'a Body, chunks: &'a Chunks) -> impl Iterator<Item = ExtentId> + 'a {
    let runs = match body {
        Body::Runs(runs) => runs.as_slice(),
        Body::Inline(_) | Body::Parts { .. } => &[],
    };
    let ids = runs.iter().flat_map(|run| run.ids.iter());
    ids.filter(|id| chunks.contains_key(id))
}

fn note(chunks: &mut Chunks, extent: ExtentId, affected: impl FnOnce() -> Affected) {
    if let Some(chunk) = chunks
        .get_mut(&extent)
        .filter(|c| c.affected.len() < AFFECTED_MAX)
    {
        chunk.affected.push(affected());
    }
}

/// Shows every row that decodes; the others are for [`Engine::check`](crate::Engine::check).
pub(super) fn each<R: DeserializeOwned>(
    index: &dyn Index,
    range: &KeyRange,
    mut visit: impl FnMut(&[u8], R),
) -> Result<()> {
    index.walk(range, &mut |key, value| {
        if let Ok(row) = row::decode(value) {
            visit(key, row);
        }
        Step::Next
    })
}
