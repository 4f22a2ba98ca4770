//! Bodies that are stored chunk by chunk while they come.
//!
//! Where the bucket wants it, a chunk whose bytes are stored already is only named once more: one
//! that some row names, or one that came before in the same body. Chunks of bodies that are being
//! received at the same time do not find each other: what no row names may never come to be.

use std::any::Any;
use std::collections::{HashMap, VecDeque};
use std::fmt::{self, Debug};
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use bytes::Bytes;
use tokio::task::JoinError;

use super::staged::Pins;
use super::{Digester, Stager};
use crate::chunk::{Blocks, Filling, SealedBlock, Transform, Writing, Written};
use crate::error::{Error, Result};
use crate::ids::ExtentId;
use crate::index::RowChange;
use crate::meta::ExtentChange;

/// Chunks of one body that are on their way to the drive while the next one is received.
const WRITES_PER_BODY_MAX: usize = 3;

pub type DedupFuture<'a> = Pin<Box<dyn Future<Output = Result<Option<Known>>> + Send + 'a>>;

/// Finds chunks that are stored already.
pub trait Dedup: Debug + Send + Sync {
    /// A chunk of this owner whose plain bytes have this BLAKE3 digest.
    fn lookup<'a>(&'a self, owner: &'a str, digest: &'a [u8; 32]) -> DedupFuture<'a>;

    /// The row by which a new chunk will be found, to be written in the same step as the rows that
    /// name the chunk.
    fn hint(&self, owner: &str, digest: &[u8; 32], extent: ExtentId) -> RowChange;
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
    finder: Option<Finder>,
    /// Absent between chunks: memory is taken when there is something to put into it.
    filling: Option<Filling>,
    under_way: VecDeque<Writing>,
    ids: Vec<ExtentId>,
    /// Named once more than they were, once for each time.
    shared: Vec<ExtentId>,
    hints: Vec<RowChange>,
    pins: Pins,
}

/// Looks for what is stored already on behalf of one body.
#[derive(Debug)]
struct Finder {
    dedup: Arc<dyn Dedup>,
    owner: String,
    /// Chunks of this body. Bounded by the chunks one row may name.
    own: HashMap<[u8; 32], ExtentId>,
}

/// A body all of whose chunks are durable.
#[derive(Debug)]
pub(super) struct Stored {
    pub(super) ids: Vec<ExtentId>,
    pub(super) extents: Vec<ExtentChange>,
    pub(super) hints: Vec<RowChange>,
    pub(super) pins: Pins,
}

impl Large {
    pub(super) fn new(
        stager: Stager,
        transform: Transform,
        dedup: Option<(Arc<dyn Dedup>, String)>,
    ) -> Self {
        let finder = dedup.map(|(dedup, owner)| Finder {
            dedup,
            owner,
            own: HashMap::new(),
        });
        Large {
            stager,
            transform,
            finder,
            filling: None,
            under_way: VecDeque::new(),
            ids: Vec::new(),
            shared: Vec::new(),
            hints: Vec::new(),
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
        let added = self.pins.written.iter();
        let added = added.map(|one| ExtentChange::Add(one.extent, one.place));
        // Behind those that are added: a body may share chunks with itself.
        let retained = self.shared.into_iter().map(ExtentChange::Retain);
        let stored = Stored {
            extents: added.chain(retained).collect(),
            ids: self.ids,
            hints: self.hints,
            pins: self.pins,
        };
        Ok((stored, digests))
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
        let digest = self.finder.as_ref().map(|_| blake3::hash(filling.plain()));
        let digest = digest.map(<[u8; 32]>::from);
        if let Some(extent) = self.known(digest.as_ref()).await? {
            self.ids.push(extent);
            self.shared.push(extent);
            digester.update(filling.into_plain()).await;
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
        self.remember(digest, extent);
        digester.update(plain).await;
        Ok(())
    }

    /// A chunk with the same plain bytes, kept from being freed.
    async fn known(&mut self, digest: Option<&[u8; 32]>) -> Result<Option<ExtentId>> {
        let (Some(finder), Some(digest)) = (&mut self.finder, digest) else {
            return Ok(None);
        };
        if let Some(extent) = finder.own.get(digest) {
            return Ok(Some(*extent));
        }
        let Some(known) = finder.dedup.lookup(&finder.owner, digest).await? else {
            return Ok(None);
        };
        let extent = known.extent;
        finder.own.insert(*digest, extent);
        self.pins.known.push(known);
        Ok(Some(extent))
    }

    fn remember(&mut self, digest: Option<[u8; 32]>, extent: ExtentId) {
        if let (Some(finder), Some(digest)) = (&mut self.finder, digest) {
            let hint = finder.dedup.hint(&finder.owner, &digest, extent);
            self.hints.push(hint);
            finder.own.insert(digest, extent);
        }
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
