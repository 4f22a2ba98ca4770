//! One step of a compaction: some records of a segment, copied into memory and from there to
//! where they go.

use std::io::IoSlice;

use bytes::Bytes;

use crate::chunk::Chunk;
use crate::disk::{DIRECT_ALIGN_BYTES, is_fatal};
use crate::error::{Error, Result};
use crate::failure::Failure;
use crate::ids::{ExtentId, SegmentId};
use crate::index::Index;
use crate::key::Key;
use crate::meta::Place;
use crate::record::{self, Content, Padding, Record, RecordHeader, RecordKey};
use crate::row::{self, ExtentRow, SegmentKind};
use crate::segment::scan::{Found, Scan};
use crate::segment::{RECORDS_AT, Segment, SegmentPin, Segments};

/// Bytes copied in one step, give or take a record.
const BATCH_BYTES: usize = 4 << 20;
/// Chunks moved by one change: what the committer does in one go stays small beside a sync.
const BATCH_CHUNKS_MAX: usize = 256;
/// Bytes looked through in one step, so that a step through dead records ends too.
const LOOKED_AT_BYTES_MAX: u64 = 64 << 20;
/// Every step begins a new block: no write touches one that was synced before.
const STEP_ALIGN_BYTES: u64 = DIRECT_ALIGN_BYTES as u64;

/// The segment that copies go to. Its pin keeps everybody else away until it is full.
#[derive(Debug)]
pub(super) struct Packing {
    pub(super) pin: SegmentPin,
    pub(super) end: u64,
}

/// Where copies may go.
#[derive(Debug)]
pub(super) struct Room {
    pub(super) segment: SegmentId,
    pub(super) key: RecordKey,
    pub(super) at: u64,
    pub(super) end: u64,
}

/// Copies in memory, and the places they were made for.
#[derive(Debug)]
pub(super) struct Copies {
    pub(super) at: u64,
    pub(super) bytes: Vec<u8>,
    pub(super) moves: Vec<(ExtentId, Place, Place)>,
    /// Records that are named and do not verify.
    pub(super) damaged: u64,
    pub(super) end: Step,
}

/// How a step ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// There may be more to copy.
    More,
    /// The next record does not fit any more.
    Full,
    /// The segment has been gone through.
    Last,
}

impl Packing {
    pub(super) fn room(&self) -> Room {
        Room {
            segment: self.pin.id(),
            key: self.pin.key().clone(),
            at: self.end,
            end: self.pin.capacity(),
        }
    }

    /// Makes a segment. Blocks.
    pub(super) fn create(segments: &Segments) -> Result<Packing> {
        let pin = segments.create_pinned(SegmentKind::Packed)?;
        Ok(Packing {
            pin,
            end: RECORDS_AT,
        })
    }
}

/// Copies the next records that are alive. Blocks; changes nothing.
pub(super) fn gather(index: &dyn Index, scan: &mut Scan, room: &Room) -> Result<Copies> {
    let start = scan.at();
    let mut copies = Copies {
        at: room.at.next_multiple_of(STEP_ALIGN_BYTES),
        bytes: Vec::new(),
        moves: Vec::new(),
        damaged: 0,
        end: Step::More,
    };
    while copies.bytes.len() < BATCH_BYTES
        && copies.moves.len() < BATCH_CHUNKS_MAX
        && scan.at() - start < LOOKED_AT_BYTES_MAX
    {
        let found = match scan.find_next() {
            Ok(Some(found)) => found,
            Ok(None) => {
                copies.end = Step::Last;
                break;
            }
            // The scan goes on behind it; whatever is alive there stays.
            Err(error) => {
                tracing::error!(segment = %scan.segment().id(), at = scan.at(), %error, "unreadable");
                continue;
            }
        };
        let Found::Record { header, .. } = found else {
            continue;
        };
        let Content::Chunk { extent, .. } = header.content else {
            continue;
        };
        let from = Place {
            segment: scan.segment().id(),
            offset: header.at,
            record_bytes: header.record_bytes,
        };
        if lies_at(index, extent)? == Some(from)
            && !copy(scan.segment(), &header, from, room, &mut copies)
        {
            scan.seek(header.at);
            copies.end = Step::Full;
            break;
        }
    }
    Ok(copies)
}

/// Where the rows say that a chunk lies.
fn lies_at(index: &dyn Index, extent: ExtentId) -> Result<Option<Place>> {
    let Some(bytes) = index.get(&Key::extent(extent))? else {
        return Ok(None);
    };
    let ExtentRow {
        segment,
        offset,
        record_bytes,
        ..
    } = row::decode(&bytes)?;
    Ok(Some(Place {
        segment,
        offset,
        record_bytes,
    }))
}

/// Copies one record, unless it is damaged. `false` if there is no room for it.
fn copy(
    segment: &Segment,
    header: &RecordHeader,
    from: Place,
    room: &Room,
    copies: &mut Copies,
) -> bool {
    let mut bytes = vec![0; header.record_bytes as usize];
    let read = segment.file().read_at(&mut bytes, header.at);
    let read = read.map_err(|error| error.to_string());
    let opened = read.and_then(|()| header.open(&bytes).map_err(|bad| bad.to_string()));
    let (extent, head, stored) = match opened {
        Ok(Record::Chunk {
            extent,
            head,
            stored,
        }) => (extent, head, stored),
        Ok(Record::Commit { .. }) => return true,
        Err(detail) => {
            let (segment, offset) = (from.segment, from.offset);
            tracing::error!(%segment, offset, detail, "a chunk does not verify: it is not moved");
            copies.damaged += 1;
            return true;
        }
    };
    let record_bytes = head.record_bytes(Padding::Tight);
    let offset = copies.at + copies.bytes.len() as u64;
    if offset + u64::from(record_bytes) > room.end {
        return false;
    }
    let chunk = Chunk::from_parts(head, Bytes::copy_from_slice(stored));
    record::encode_chunk(
        &mut copies.bytes,
        &room.key,
        offset,
        extent,
        &chunk,
        Padding::Tight,
    );
    copies.moves.push((
        extent,
        from,
        Place {
            segment: room.segment,
            offset,
            record_bytes,
        },
    ));
    true
}

/// Makes copies durable where they were made for. Blocks.
pub(super) fn write(
    pin: &SegmentPin,
    copies: Copies,
    failure: &Failure,
) -> Result<Vec<(ExtentId, Place, Place)>> {
    failure.check()?;
    let written = pin
        .file()
        .write_at(&[IoSlice::new(&copies.bytes)], copies.at);
    if let Err(error) = written {
        let fatal = is_fatal(&error);
        let error = Error::io("write a packed segment")(error);
        return Err(if fatal { failure.set(&error) } else { error });
    }
    let synced = pin.file().sync();
    synced.map_err(|error| failure.set(&Error::io("sync a packed segment")(error)))?;
    Ok(copies.moves)
}
