//! Chunks in the segments of a drive.

use std::collections::BTreeMap;
use std::io;
use std::ops::Range;
use std::sync::Arc;

use bytes::Bytes;
use tokio::sync::Semaphore;

use super::bulk::Bulk;
use super::open;
use super::{Blocks, ChunkFuture, ChunkStore, Cipher, SealedBlock, Writing, Written};
use crate::disk::{Block, is_fatal};
use crate::error::{Damage, Error, Result};
use crate::failure::Failure;
use crate::ids::{ExtentId, SegmentId};
use crate::meta::Place;
use crate::record::{
    self, ALIGNED_PAYLOAD_AT, ChunkHead, Content, PAYLOAD_AT_MAX, Padding, RecordHeader,
};
use crate::segment::{Segment, SegmentPin, Segments};

/// Chunks that are on their way to one drive at a time; who has more waits. What bounds the memory
/// of all uploads together, beside the one chunk that each of them is filling.
const CHUNK_WRITES_MAX: usize = 64;

/// A part of a chunk is read by itself only if what is saved is worth a second read.
const PART_READ_BYTES_MIN: usize = 128 << 10;

/// The chunks of one drive: new ones go to bulk segments, all kinds are read.
#[derive(Debug)]
pub struct SegmentChunks {
    segments: Arc<Segments>,
    failure: Failure,
    bulk: Bulk,
    blocks: Blocks,
    writes: Arc<Semaphore>,
}

impl SegmentChunks {
    /// Touches nothing yet: the first write makes the first segment.
    pub fn new(segments: Arc<Segments>, failure: Failure, blocks: Blocks) -> Self {
        SegmentChunks {
            bulk: Bulk::new(Arc::clone(&segments), failure.clone()),
            segments,
            failure,
            blocks,
            writes: Arc::new(Semaphore::new(CHUNK_WRITES_MAX)),
        }
    }

    pub fn failure(&self) -> &Failure {
        &self.failure
    }

    async fn begin(&self, extent: ExtentId, chunk: SealedBlock) -> Result<Writing> {
        let SealedBlock {
            head, mut block, ..
        } = chunk;
        let record_bytes = head.record_bytes(Padding::Aligned);
        let turn = Arc::clone(&self.writes).acquire_owned().await;
        let turn = turn.map_err(|closed| Error::Stopped {
            reason: closed.to_string(),
        })?;
        let (pin, offset) = self.bulk.reserve(record_bytes).await?;
        let key = pin.key();
        let front = &mut block[..ALIGNED_PAYLOAD_AT];
        record::write_chunk_head(front, key, offset, extent, &head, Padding::Aligned);
        let payload_end = ALIGNED_PAYLOAD_AT + head.stored_bytes as usize;
        let len = record_bytes as usize;
        // The block was used before: what it still holds is somebody else's.
        block[payload_end..len].fill(0);
        let block = block.share();
        let payload = block.slice(ALIGNED_PAYLOAD_AT..payload_end);
        let place = Place {
            segment: pin.id(),
            offset,
            record_bytes,
        };
        let failure = self.failure.clone();
        // A task of its own: the file must stay pinned until the drive is done with it, even if
        // nobody waits any more, or a late write could hit whatever the file is used for next.
        let task = tokio::spawn(async move {
            let written = pin.file().write(block, len, offset).await;
            drop(turn);
            finished(written, extent, place, pin, &failure)
        });
        let done = Box::pin(async move {
            task.await.unwrap_or_else(|stopped| {
                Err(Error::Stopped {
                    reason: stopped.to_string(),
                })
            })
        });
        Ok(Writing { payload, done })
    }

    /// One sync for each segment that is concerned, at most.
    async fn settle_all(&self, written: &[Written]) -> Result<()> {
        self.failure.check()?;
        let mut last: BTreeMap<SegmentId, (&SegmentPin, u64)> = BTreeMap::new();
        for (pin, number) in written.iter().filter_map(|one| one.pin.as_ref()) {
            let entry = last.entry(pin.id()).or_insert((pin, *number));
            entry.1 = entry.1.max(*number);
        }
        for (pin, number) in last.into_values() {
            pin.settle(number, &self.failure).await?;
        }
        Ok(())
    }

    async fn load(&self, wish: Wish) -> Result<Bytes> {
        let place = wish.place;
        let segment = self.segments.get(place.segment);
        let segment =
            segment.ok_or_else(|| Error::damaged(Damage::MissingSegment(place.segment)))?;
        let end = place.offset.checked_add(u64::from(place.record_bytes));
        let inside = end.is_some_and(|end| end <= segment.capacity());
        if !inside || place.record_bytes as usize > Blocks::RECORD_BYTES_MAX {
            return Err(wish.damaged("place lies outside of its segment"));
        }
        match wish.is_small_part() {
            true => self.load_part(&segment, wish).await,
            false => self.load_whole(&segment, wish).await,
        }
    }

    /// Reads the record at once and opens what is wanted of it.
    async fn load_whole(&self, segment: &Segment, wish: Wish) -> Result<Bytes> {
        let len = wish.place.record_bytes as usize;
        let block = self.fetch(segment, &wish, 0, len).await?;
        let header = record::parse_header(segment.key(), wish.place.offset, &block[..len]);
        let header = header.map_err(|bad| wish.damaged(bad.detail()))?;
        let (payload_at, head) = wish.check(header)?;
        let span = open::span(&head, &wish.wanted);
        let held = payload_at + span.start..payload_at + span.end;
        self.open(wish, &head, block, held)
    }

    /// Reads the header, then only those frames that hold what is wanted.
    async fn load_part(&self, segment: &Segment, wish: Wish) -> Result<Bytes> {
        let len = PAYLOAD_AT_MAX.min(wish.place.record_bytes as usize);
        let block = self.fetch(segment, &wish, 0, len).await?;
        let header = record::parse_header(segment.key(), wish.place.offset, &block[..len]);
        let header = header.map_err(|bad| wish.damaged(bad.detail()))?;
        let (payload_at, head) = wish.check(header)?;
        drop(block);
        let span = open::span(&head, &wish.wanted);
        let skip = payload_at + span.start;
        let block = self.fetch(segment, &wish, skip, span.len()).await?;
        self.open(wish, &head, block, 0..span.len())
    }

    fn open(
        &self,
        wish: Wish,
        head: &ChunkHead,
        block: Block,
        held: Range<usize>,
    ) -> Result<Bytes> {
        let cipher = wish.cipher.as_ref();
        let opened = open::open(head, block, held, &wish.wanted, cipher, &self.blocks);
        opened.map_err(|closed| super::explain(closed, wish.extent, wish.place))
    }

    /// A part of the record, from memory as far as it is there.
    async fn fetch(
        &self,
        segment: &Segment,
        wish: &Wish,
        skip: usize,
        len: usize,
    ) -> Result<Block> {
        let block = self.blocks.take(len);
        let mut block = block.ok_or_else(|| wish.damaged("record is too long"))?;
        let offset = wish.place.offset + skip as u64;
        let file = segment.file();
        let cached = file.read_cached(&mut block[..len], offset).min(len);
        if cached == len {
            return Ok(block);
        }
        let rest = file.read(block, cached, len, offset + cached as u64).await;
        rest.map_err(|error| match error.kind() {
            io::ErrorKind::UnexpectedEof => wish.damaged("file ends before the record does"),
            _ => Error::io("read a chunk")(error),
        })
    }
}

impl ChunkStore for SegmentChunks {
    fn write(&self, extent: ExtentId, chunk: SealedBlock) -> ChunkFuture<'_, Writing> {
        Box::pin(self.begin(extent, chunk))
    }

    fn settle<'a>(&'a self, written: &'a [Written]) -> ChunkFuture<'a, ()> {
        Box::pin(self.settle_all(written))
    }

    fn read(
        &self,
        extent: ExtentId,
        place: Place,
        wanted: Range<u32>,
        cipher: Option<Cipher>,
    ) -> ChunkFuture<'_, Bytes> {
        Box::pin(self.load(Wish {
            extent,
            place,
            wanted,
            cipher,
        }))
    }
}

/// What somebody wants to read.
#[derive(Debug)]
struct Wish {
    extent: ExtentId,
    place: Place,
    wanted: Range<u32>,
    cipher: Option<Cipher>,
}

impl Wish {
    fn is_small_part(&self) -> bool {
        let record_bytes = self.place.record_bytes as usize;
        record_bytes >= PART_READ_BYTES_MIN && self.wanted.len() < record_bytes / 2
    }

    /// A verified header is the right one only if it says what the row says. Where the payload
    /// begins, and what the record says of its chunk.
    fn check(&self, header: RecordHeader) -> Result<(usize, ChunkHead)> {
        let Content::Chunk { extent, head } = header.content else {
            return Err(self.damaged("a commit lies there"));
        };
        if extent != self.extent || header.record_bytes != self.place.record_bytes {
            return Err(self.damaged("another chunk lies there"));
        }
        super::check_range(&self.wanted, head.logical_bytes)?;
        Ok((usize::from(header.payload_at), head))
    }

    fn damaged(&self, detail: &'static str) -> Error {
        super::damaged(self.extent, self.place, detail)
    }
}

/// What becomes of a write once the drive has answered.
fn finished(
    outcome: io::Result<()>,
    extent: ExtentId,
    place: Place,
    pin: SegmentPin,
    failure: &Failure,
) -> Result<Written> {
    if let Err(error) = outcome {
        let fatal = is_fatal(&error);
        let full = error.kind() == io::ErrorKind::StorageFull;
        let error = Error::io("write a chunk")(error);
        return Err(match (fatal, full) {
            (true, _) => failure.set(&error),
            (false, true) => Error::NoSpace {
                free: 0,
                reserve: 0,
            },
            (false, false) => error,
        });
    }
    let number = pin.finished();
    Ok(Written {
        extent,
        place,
        pin: Some((pin, number)),
    })
}
