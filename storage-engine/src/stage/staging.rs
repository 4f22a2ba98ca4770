//! A body that is being received.

use std::sync::Arc;

use bytes::Bytes;

use super::large::{Dedup, Large};
use super::small::{self, Small};
use super::spill::Spilled;
use super::staged::{Pins, Staged, StagedParts};
use super::{Digester, Stager, within_limit};
use crate::chunk::{Transform, opaque_tag};
use crate::error::{Error, Result};
use crate::hash::ETag;
use crate::ids::ExtentId;
use crate::meta::ExtentChange;
use crate::row::{Body, BucketRow, KeyCheck, Run};
use crate::{Digests, EncryptedTag, SecretKey};

/// A body that is being received. Dropped, it leaves nothing that anybody could see.
#[derive(Debug)]
pub struct Staging {
    parts: Parts,
    received: Received,
    size: u64,
    /// A write failed or was given up: what came of it is unknown.
    broken: bool,
}

#[derive(Debug)]
pub(super) struct Parts {
    pub(super) stager: Stager,
    pub(super) transform: Transform,
    pub(super) dedup: Option<(Arc<dyn Dedup>, String)>,
    pub(super) bucket: BucketRow,
    pub(super) digester: Digester,
    pub(super) length: Option<u64>,
    pub(super) encryption: Option<Keyed>,
}

/// What a body is encrypted with, and what will prove that.
#[derive(Debug)]
pub(super) struct Keyed {
    pub(super) key: SecretKey,
    pub(super) check: KeyCheck,
    pub(super) tag: EncryptedTag,
}

#[derive(Debug)]
enum Received {
    Small(Small),
    Large(Box<Large>),
}

impl Staging {
    pub(super) fn new(parts: Parts) -> Self {
        let announced_large = parts
            .length
            .is_some_and(|length| length > parts.stager.tuning.log_body_bytes_max as u64);
        let received = match announced_large {
            true => Received::Large(parts.large()),
            false => Received::Small(Small::new()),
        };
        Staging {
            parts,
            received,
            size: 0,
            broken: false,
        }
    }

    /// Takes the next bytes of the body; waits where it comes faster than it can be stored.
    ///
    /// After an error, or if it is dropped before it returns, the body is lost: later calls say so.
    pub async fn write(&mut self, data: Bytes) -> Result<()> {
        self.check_whole()?;
        let size = self.size.saturating_add(data.len() as u64);
        if let Some(length) = self.parts.length.filter(|length| size > *length) {
            return Err(wrong_length(size, length));
        }
        within_limit(size)?;
        self.broken = true;
        self.take(data).await?;
        self.size = size;
        self.broken = false;
        Ok(())
    }

    /// Waits until the body is hashed, and durable where it is not to travel with its rows.
    pub async fn seal(self) -> Result<Staged> {
        self.check_whole()?;
        if let Some(length) = self.parts.length.filter(|length| self.size != *length) {
            return Err(wrong_length(self.size, length));
        }
        match self.received {
            Received::Small(small) => self.parts.seal_small(small.into_bytes()).await,
            Received::Large(large) => self.parts.seal_large(*large).await,
        }
    }

    async fn take(&mut self, data: Bytes) -> Result<()> {
        if let Received::Small(small) = &mut self.received {
            if data.len() <= self.parts.stager.tuning.log_body_bytes_max - small.len() {
                small.push(data);
                return Ok(());
            }
            // Longer than expected: what has come so far begins the first chunk.
            let small = std::mem::replace(small, Small::new());
            self.received = Received::Large(self.parts.large());
            self.push_large(small.into_bytes()).await?;
        }
        self.push_large(data).await
    }

    async fn push_large(&mut self, data: Bytes) -> Result<()> {
        match &mut self.received {
            Received::Large(large) => large.push(data, &mut self.parts.digester).await,
            Received::Small(_) => Ok(()),
        }
    }

    fn check_whole(&self) -> Result<()> {
        match self.broken {
            false => Ok(()),
            true => Err(Error::Invalid {
                what: "body",
                detail: "an earlier write of it failed or was given up".into(),
            }),
        }
    }
}

impl Parts {
    fn key_check(&self) -> Option<KeyCheck> {
        self.encryption.as_ref().map(|keyed| keyed.check.clone())
    }

    fn large(&self) -> Box<Large> {
        let spill = Arc::clone(&self.stager.spill);
        let spilled = Spilled::new(spill, self.bucket.clone(), self.key_check());
        let (stager, transform) = (self.stager.clone(), self.transform.clone());
        Box::new(Large::new(stager, transform, self.dedup.clone(), spilled))
    }

    async fn seal_small(mut self, plain: Bytes) -> Result<Staged> {
        self.digester.update(plain.clone()).await;
        let inline = match self.transform.cipher {
            Some(_) => plain.is_empty(),
            None => plain.len() <= self.stager.tuning.inline_bytes_max,
        };
        let log_body = match inline {
            true => None,
            false => Some(small::log_body(&self.stager, plain.clone(), &self.transform).await?),
        };
        let (body, extents) = match &log_body {
            None => (Body::Inline(plain.to_vec()), Vec::new()),
            Some(log) => (
                one_run(plain.len() as u64, vec![log.extent]),
                vec![ExtentChange::AddBody(log.extent)],
            ),
        };
        let key_check = self.key_check();
        let digests = self.digester.finish().await;
        let etag = etag(&digests, self.encryption.as_ref());
        Ok(Staged {
            parts: StagedParts {
                digests,
                body,
                extents,
                hints: Vec::new(),
                pages: Vec::new(),
                log_body,
                etag,
                key_check,
                pins: Pins::default(),
            },
            secret: self.encryption.map(|keyed| keyed.key),
        })
    }

    async fn seal_large(self, large: Large) -> Result<Staged> {
        let key_check = self.key_check();
        let (stored, digests) = large.finish(self.digester).await?;
        let etag = etag(&digests, self.encryption.as_ref());
        Ok(Staged {
            parts: StagedParts {
                digests,
                body: stored.body,
                extents: stored.extents,
                hints: stored.hints,
                pages: stored.pages,
                log_body: None,
                etag,
                key_check,
                pins: stored.pins,
            },
            secret: self.encryption.map(|keyed| keyed.key),
        })
    }
}

pub(super) fn one_run(len: u64, ids: Vec<ExtentId>) -> Body {
    Body::Runs(vec![Run {
        skip: 0,
        len,
        ids: ids.into_iter().collect(),
    }])
}

/// A tag that tells the content of an encrypted body gives away what encryption hides: whether it
/// may is for the caller to say.
fn etag(digests: &Digests, encryption: Option<&Keyed>) -> ETag {
    match encryption {
        Some(keyed) if keyed.tag == EncryptedTag::Opaque => {
            ETag::opaque(opaque_tag(&keyed.key, digests))
        }
        _ => ETag::md5(digests.md5),
    }
}

fn wrong_length(size: u64, length: u64) -> Error {
    Error::Invalid {
        what: "length",
        detail: format!("{length} bytes were announced, the body has at least {size}"),
    }
}
