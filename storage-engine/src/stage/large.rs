//! Bodies that are stored chunk by chunk while they come.

use std::any::Any;
use std::collections::VecDeque;
use std::fmt::{self, Debug};
use std::sync::Arc;

use bytes::Bytes;
use tokio::task::JoinError;

use super::staged::Pins;
use super::{Digester, Stager};
use crate::chunk::{Blocks, Filling, SealedBlock, Transform, Writing, Written};
use crate::error::{Error, Result};
use crate::ids::ExtentId;
use crate::meta::ExtentChange;

/// Chunks of one body that are on their way to the drive while the next one is received.
const WRITES_PER_BODY_MAX: usize = 3;

/// Finds chunks that are stored already.
pub trait Dedup: Debug + Send + Sync {
    /// A chunk of this owner whose plain bytes have this BLAKE3 digest. Never blocks: what is not
    /// at hand is not found.
    fn lookup(&self, owner: &str, digest: &[u8; 32]) -> Option<Known>;
}

/// A chunk that is stored already.
pub struct Known {
    pub extent: ExtentId,
    /// Keeps the extent from being freed until the change that names it is committed.
    pub pin: Box<dyn Any + Send + Sync>,
}

impl Debug for Known {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Known({})", self.extent)
    }
}

/// A body on its way into chunks.
#[derive(Debug)]
pub(super) struct Large {
    stager: Stager,
    transform: Transform,
    dedup: Option<(Arc<dyn Dedup>, String)>,
    /// Absent between chunks: memory is taken when there is something to put into it.
    filling: Option<Filling>,
    under_way: VecDeque<Writing>,
    ids: Vec<ExtentId>,
    pins: Pins,
}

/// A body all of whose chunks are durable.
#[derive(Debug)]
pub(super) struct Stored {
    pub(super) ids: Vec<ExtentId>,
    pub(super) extents: Vec<ExtentChange>,
    pub(super) pins: Pins,
}

impl Large {
    pub(super) fn new(
        stager: Stager,
        transform: Transform,
        dedup: Option<(Arc<dyn Dedup>, String)>,
    ) -> Self {
        Large {
            stager,
            transform,
            dedup,
            filling: None,
            under_way: VecDeque::new(),
            ids: Vec::new(),
            pins: Pins::default(),
        }
    }

    /// Takes bytes in. Waits for the drive where too much is on its way already.
    pub(super) async fn push(&mut self, mut data: Bytes, digester: &mut Digester) -> Result<()> {
        while !data.is_empty() {
            let blocks = &self.stager.blocks;
            let filling = self.filling.get_or_insert_with(|| Filling::new(blocks));
            filling.push(&mut data);
            if filling.is_full() {
                self.ship(digester).await?;
            }
        }
        Ok(())
    }

    /// Waits until everything that was pushed is durable and hashed.
    pub(super) async fn finish(
        mut self,
        mut digester: Digester,
    ) -> Result<(Stored, crate::Digests)> {
        self.ship(&mut digester).await?;
        let (durable, digests) = tokio::join!(self.settle(), digester.finish());
        durable?;
        let Large { ids, pins, .. } = self;
        let added = pins.written.iter();
        let added = added.map(|one| ExtentChange::Add(one.extent, one.place));
        let retained = pins.known.iter();
        let retained = retained.map(|known| ExtentChange::Retain(known.extent));
        let extents = added.chain(retained).collect();
        Ok((Stored { ids, extents, pins }, digests))
    }

    async fn settle(&mut self) -> Result<()> {
        while let Some(writing) = self.under_way.pop_front() {
            self.pins.written.push(writing.finish().await?);
        }
        self.stager.chunks.settle(&self.pins.written).await
    }

    /// Sends the chunk that is being filled on its way.
    async fn ship(&mut self, digester: &mut Digester) -> Result<()> {
        let Some(filling) = self.filling.take() else {
            return Ok(());
        };
        if let Some(known) = self.known(&filling) {
            digester
                .update(Bytes::copy_from_slice(filling.plain()))
                .await;
            self.ids.push(known.extent);
            self.pins.known.push(known);
            return Ok(());
        }
        let (transform, blocks) = (self.transform.clone(), self.stager.blocks.clone());
        let sealed = seal(filling, transform, blocks).await?;
        while self.under_way.len() >= WRITES_PER_BODY_MAX {
            if let Some(oldest) = self.under_way.pop_front() {
                self.pins.written.push(oldest.finish().await?);
            }
        }
        let plain = sealed.plain();
        let extent = self.stager.ids.next();
        let writing = self.stager.chunks.write(extent, sealed).await?;
        // The drive reads the same memory at the same time.
        let plain = plain.unwrap_or_else(|| writing.payload().clone());
        self.ids.push(extent);
        self.under_way.push_back(writing);
        digester.update(plain).await;
        Ok(())
    }

    fn known(&self, filling: &Filling) -> Option<Known> {
        let (dedup, owner) = self.dedup.as_ref()?;
        dedup.lookup(owner, blake3::hash(filling.plain()).as_bytes())
    }
}

/// Compressing and encrypting take too long for a thread of the runtime.
async fn seal(filling: Filling, transform: Transform, blocks: Blocks) -> Result<SealedBlock> {
    if transform.is_plain() {
        return filling.seal(&transform, &blocks);
    }
    let sealing = move || filling.seal(&transform, &blocks);
    let sealed = tokio::task::spawn_blocking(sealing).await;
    sealed.unwrap_or_else(|stopped| Err(sealing_failed(&stopped)))
}

pub(super) fn sealing_failed(stopped: &JoinError) -> Error {
    Error::Stopped {
        reason: stopped.to_string(),
    }
}

impl Pins {
    /// What was written for this body, for those who look at where it lies.
    pub fn written(&self) -> &[Written] {
        &self.written
    }
}
