//! Whether chunks lie where their rows say.

use std::collections::HashMap;
use std::sync::Arc;

use super::extents::Named;
use super::{Check, Problem, Unit, Whole, Work};
use crate::chunk::Blocks;
use crate::error::{Damage, Result};
use crate::ids::{ExtentId, SegmentId};
use crate::meta::Place;
use crate::record::{self, BadRecord, Content, PAYLOAD_AT_MAX};
use crate::segment::{RECORDS_AT, Segment, Segments};

/// Where chunks lie.
#[derive(Debug, Clone, Copy)]
pub(super) struct Media<'a> {
    segments: &'a Segments,
    /// Those of the moment that is checked, which may have been given up since.
    held: Option<&'a HashMap<SegmentId, Arc<Segment>>>,
}

impl<'a> Media<'a> {
    pub(super) fn of(segments: &'a Segments) -> Self {
        let held = None;
        Media { segments, held }
    }

    pub(super) fn held(segments: &'a Segments, held: &'a HashMap<SegmentId, Arc<Segment>>) -> Self {
        let held = Some(held);
        Media { segments, held }
    }

    pub(super) fn get(&self, id: SegmentId) -> Option<Arc<Segment>> {
        let held = self.held.and_then(|held| held.get(&id)).cloned();
        held.or_else(|| self.segments.get(id))
    }

    /// Why the file of a segment is none.
    pub(super) fn unreadable(&self, id: SegmentId) -> Option<String> {
        let mut unreadable = self.segments.unreadable().into_iter();
        unreadable
            .find(|file| file.id == id)
            .map(|file| file.reason)
    }
}

impl Check<'_> {
    /// Looks at the chunks in the order in which they lie.
    pub(super) fn look_at(&mut self, mut chunks: Vec<Named>) -> Result<()> {
        let Some(media) = self.media else {
            return Ok(());
        };
        chunks.sort_unstable_by_key(|chunk| (chunk.place.segment, chunk.place.offset));
        let doing = match self.whole {
            Whole::Nowhere => "places of chunks",
            Whole::Everywhere | Whole::In(_) => "data of chunks",
        };
        let total = chunks
            .iter()
            .map(|chunk| u64::from(chunk.place.record_bytes))
            .sum::<u64>();
        let total = self.report.chunk_bytes + total;
        let mut buffer = vec![0; Blocks::RECORD_BYTES_MAX];
        for chunk in chunks {
            let whole = self.whole.is_in(chunk.place.segment);
            if let Err(bad) = look(&media, &chunk, whole, &mut buffer)
                && !self.mended(&media, &chunk, &bad)?
            {
                self.problem(Problem::Damage(damage(&chunk, bad)));
            }
            let bytes = u64::from(chunk.place.record_bytes);
            self.report.chunk_bytes += bytes;
            self.pace.rest_after(match whole {
                true => bytes,
                false => bytes.min(PAYLOAD_AT_MAX as u64),
            });
            let done = self.report.chunk_bytes;
            self.tell(Work {
                doing,
                done,
                total,
                unit: Unit::Bytes,
            });
            if self.interrupted {
                break;
            }
        }
        Ok(())
    }

    /// Whether a damaged chunk has been put right by somebody.
    fn mended(&mut self, media: &Media<'_>, chunk: &Named, bad: &Bad) -> Result<bool> {
        let segment = media.get(chunk.place.segment);
        let (Some(mender), Some(segment)) = (&mut self.mender, segment) else {
            return Ok(false);
        };
        if chunk.place.record_bytes as usize > Blocks::RECORD_BYTES_MAX {
            return Ok(false);
        }
        mender.mend(DamagedRecord {
            extent: chunk.id,
            place: chunk.place,
            damage: damage(chunk, *bad),
            segment: &segment,
            is_sound: &|bytes| verify(&segment, chunk, true, bytes).is_ok(),
        })
    }
}

/// Puts sound records where damaged ones lie.
pub(in crate::engine) trait Mend {
    /// True if there was one and it lies there now.
    fn mend(&mut self, record: DamagedRecord<'_>) -> Result<bool>;
}

/// A chunk whose record is not what rows say.
pub(in crate::engine) struct DamagedRecord<'a> {
    pub(in crate::engine) extent: ExtentId,
    pub(in crate::engine) place: Place,
    pub(in crate::engine) damage: Damage,
    pub(in crate::engine) segment: &'a Segment,
    /// Whether bytes are the record that belongs there.
    pub(in crate::engine) is_sound: &'a dyn Fn(&[u8]) -> bool,
}

fn damage(chunk: &Named, bad: Bad) -> Damage {
    let (segment, offset) = (chunk.place.segment, chunk.place.offset);
    match bad {
        Bad::NoSegment => Damage::MissingSegment(segment),
        Bad::Record(detail) => Damage::Extent {
            extent: chunk.id,
            segment,
            offset,
            detail,
        },
    }
}

#[derive(Clone, Copy)]
enum Bad {
    NoSegment,
    Record(&'static str),
}

impl From<BadRecord> for Bad {
    fn from(bad: BadRecord) -> Self {
        Bad::Record(bad.detail())
    }
}

fn look(media: &Media<'_>, chunk: &Named, whole: bool, buffer: &mut [u8]) -> Looked<()> {
    let segment = media.get(chunk.place.segment).ok_or(Bad::NoSegment)?;
    let bytes = read(&segment, chunk, whole, buffer)?;
    verify(&segment, chunk, whole, bytes)
}

/// Whether bytes are the record of a chunk, or the head of it.
fn verify(segment: &Segment, chunk: &Named, whole: bool, bytes: &[u8]) -> Looked<()> {
    let header = record::parse_header(segment.key(), chunk.place.offset, bytes)?;
    let Content::Chunk { extent, head } = &header.content else {
        return Err(Bad::Record("a commit lies there"));
    };
    if *extent != chunk.id || header.record_bytes != chunk.place.record_bytes {
        return Err(Bad::Record("another chunk lies there"));
    }
    if head.logical_bytes < chunk.wanted {
        return Err(Bad::Record("it is shorter than the body it belongs to"));
    }
    if whole {
        header.open(bytes)?;
    }
    Ok(())
}

type Looked<T> = std::result::Result<T, Bad>;

fn read<'b>(
    segment: &Segment,
    chunk: &Named,
    whole: bool,
    buffer: &'b mut [u8],
) -> Looked<&'b [u8]> {
    let place = chunk.place;
    let end = place.offset.checked_add(u64::from(place.record_bytes));
    let inside = place.offset >= RECORDS_AT && end.is_some_and(|end| end <= segment.capacity());
    let bytes = place.record_bytes as usize;
    let bytes = if whole {
        bytes
    } else {
        bytes.min(PAYLOAD_AT_MAX)
    };
    match buffer.get_mut(..bytes) {
        Some(buffer) if inside => {
            let read = segment.file().read_at(buffer, place.offset);
            read.map_err(|_| Bad::Record("it cannot be read"))?;
            Ok(buffer)
        }
        _ => Err(Bad::Record("place lies outside of its segment")),
    }
}
