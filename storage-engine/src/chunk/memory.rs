//! The reference: chunks in a map.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::{Mutex, MutexGuard, PoisonError};

use bytes::Bytes;

use super::open;
use super::{Blocks, Chunk, ChunkFuture, ChunkStore, Cipher, SealedBlock, Writing, Written};
use crate::error::{Damage, Error, Result};
use crate::ids::{ExtentId, SegmentId};
use crate::meta::Place;
use crate::record::Padding;

/// Keeps every chunk until it is dropped. Writing an extent again changes nothing.
#[derive(Debug, Default)]
pub struct MemoryChunks {
    chunks: Mutex<HashMap<ExtentId, Chunk>>,
    blocks: Blocks,
}

impl MemoryChunks {
    fn chunks(&self) -> MutexGuard<'_, HashMap<ExtentId, Chunk>> {
        self.chunks.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps a chunk as if it had been written, at the place with its extent's number in segment 0.
    pub fn insert(&self, extent: ExtentId, chunk: Chunk) {
        self.chunks().entry(extent).or_insert(chunk);
    }

    fn put(&self, extent: ExtentId, sealed: &SealedBlock) -> Writing {
        let stored = Bytes::copy_from_slice(sealed.stored());
        let chunk = Chunk::from_parts(sealed.head().clone(), stored.clone());
        let written = Written {
            extent,
            place: Place {
                segment: SegmentId(0),
                offset: extent.0,
                record_bytes: chunk.head().record_bytes(Padding::Aligned),
            },
            pin: None,
        };
        self.insert(extent, chunk);
        Writing {
            payload: stored,
            done: Box::pin(std::future::ready(Ok(written))),
        }
    }

    fn get(
        &self,
        extent: ExtentId,
        place: Place,
        wanted: &Range<u32>,
        cipher: Option<&Cipher>,
    ) -> Result<Bytes> {
        let chunk = self.chunks().get(&extent).cloned();
        let missing = || Error::damaged(Damage::MissingExtent(extent));
        let chunk = chunk
            .filter(|_| place.segment == SegmentId(0) && place.offset == extent.0)
            .ok_or_else(missing)?;
        let head = chunk.head();
        super::check_range(wanted, head.logical_bytes)?;
        let span = open::span(head, wanted);
        let mut block = self.blocks.take(span.len()).ok_or_else(missing)?;
        let held = 0..span.len();
        block[held.clone()].copy_from_slice(&chunk.stored()[span]);
        let opened = open::open(head, block, held, wanted, cipher, &self.blocks);
        opened.map_err(|closed| super::explain(closed, extent, place))
    }
}

impl ChunkStore for MemoryChunks {
    fn write(&self, extent: ExtentId, chunk: SealedBlock) -> ChunkFuture<'_, Writing> {
        Box::pin(std::future::ready(Ok(self.put(extent, &chunk))))
    }

    fn settle<'a>(&'a self, _written: &'a [Written]) -> ChunkFuture<'a, ()> {
        Box::pin(std::future::ready(Ok(())))
    }

    fn read(
        &self,
        extent: ExtentId,
        place: Place,
        wanted: Range<u32>,
        cipher: Option<Cipher>,
    ) -> ChunkFuture<'_, Bytes> {
        let opened = self.get(extent, place, &wanted, cipher.as_ref());
        Box::pin(std::future::ready(opened))
    }
}
