//! Reading objects.
//!
//! Everything a reader is handed has been verified. What it reads cannot be taken away under it:
//! from before it looks at the row it is registered, and neither the chunks of large bodies nor
//! segments are given up while somebody is registered who may still read them. The one chunk of a
//! small body may be let go at any time; its place is looked up together with the row.

#[cfg(test)]
mod tests;

use std::fmt;
use std::ops::Range;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use futures_util::stream::{self, BoxStream, Stream, StreamExt, TryStreamExt};

use super::Engine;
use super::readers::Reading;
use super::requests::{ObjectInfo, ObjectPart, SecretKey, Target};
use crate::chunk::{ChunkStore, Cipher, check_key};
use crate::error::{Damage, Error, Result};
use crate::ids::{ExtentId, Sequence, UploadId, VersionId};
use crate::key::{self, Key};
use crate::limits::CHUNK_BYTES;
use crate::meta::{Meta, Place};
use crate::row::{
    Body, BucketRow, ExtentRow, KeyCheck, ManifestPage, PageStart, PartRow, Run, Summary,
    VersionRow,
};

/// How often a chunk that has just been moved or let go is looked up again.
const LOOKUPS_MAX: usize = 16;
/// Chunks read ahead of what the caller has taken.
const READ_AHEAD_CHUNKS: usize = 2;

/// An object that is there and stays while this is held, without the key its body may need.
#[derive(Debug)]
pub struct FoundObject {
    info: ObjectInfo,
    source: BodySource,
}

/// An object opened for reading.
#[derive(Debug)]
pub struct ObjectReader {
    info: ObjectInfo,
    source: BodySource,
}

type PieceStream = BoxStream<'static, Result<Bytes>>;

/// Verified bytes of a body, in order. Ends after an error.
pub struct BodyStream(Source);

enum Source {
    Ready(Option<Bytes>),
    Chunks(PieceStream),
}

/// What is needed to read a body, apart from which bytes of it.
#[derive(Debug, Clone)]
pub(super) struct BodySource {
    meta: Meta,
    chunks: Arc<dyn ChunkStore>,
    body: Body,
    secret: Option<SecretKey>,
    cipher: Option<Cipher>,
    /// Of the only chunk of a body that has just one.
    place: Option<Place>,
    _reading: Arc<Reading>,
}

impl Engine {
    /// What is known of an object, without its bytes.
    pub async fn head(&self, target: Target) -> Result<ObjectInfo> {
        let bucket = self.bucket(&target.bucket).await?;
        let row = self.version_row(&bucket, &target).await?;
        Ok(ObjectInfo {
            bucket: bucket.id,
            versioning: bucket.versioning,
            row,
        })
    }

    /// Opens an object for reading. `secret` must be the key it was written with, if it was
    /// written with one, and absent otherwise.
    pub async fn open(&self, target: Target, secret: Option<&SecretKey>) -> Result<ObjectReader> {
        self.find(target).await?.unlock(secret)
    }

    /// Finds an object to be read. What its row says may be needed to know the key.
    pub async fn find(&self, target: Target) -> Result<FoundObject> {
        for _ in 0..LOOKUPS_MAX {
            let reading = self.readers.begin(self.meta.store().next_sequence());
            let info = self.head(target.clone()).await?;
            match self.source(&info, reading).await {
                // The body was let go between the two look-ups: the row has changed too.
                Err(Error::Damaged {
                    what: Damage::MissingExtent(_),
                }) => {}
                source => return source.map(|source| FoundObject { info, source }),
            }
        }
        let info = self.head(target).await?;
        let reading = self.readers.begin(self.meta.store().next_sequence());
        let source = self.source(&info, reading).await?;
        Ok(FoundObject { info, source })
    }

    /// The parts an object was completed from; none if it was stored in one piece.
    pub async fn object_parts(&self, info: &ObjectInfo) -> Result<Vec<ObjectPart>> {
        let body = info.row.detail.as_ref().map(|detail| &detail.body);
        let counted = info.row.summary.etag.and_then(|etag| etag.parts());
        // Without a number of parts those there are are nobody's business: a body too long for one
        // row.
        let (Some(Body::Parts { home, .. }), Some(_)) = (body, counted) else {
            return Ok(Vec::new());
        };
        let range = key::pages(*home);
        let pages = self
            .meta
            .blocking(move |store| super::rows::<ManifestPage>(store, &range));
        let mut offset = 0;
        let mut parts = Vec::new();
        for entry in pages.await?.into_iter().flat_map(|page| page.entries) {
            let (number, size, checksum) = (entry.number, entry.size, entry.checksum);
            parts.push(ObjectPart {
                number,
                offset,
                size,
                checksum,
            });
            offset += size;
        }
        Ok(parts)
    }

    pub(super) async fn version_row(
        &self,
        bucket: &BucketRow,
        target: &Target,
    ) -> Result<VersionRow> {
        let mut before = self.meta.store().next_sequence();
        let mut current = self.current_row(bucket, &target.key).await?;
        let Some(version) = target.version else {
            return match current {
                Some(row) => Ok(row),
                None => Err(self.absent(bucket, &target.key).await?),
            };
        };
        for _ in 0..LOOKUPS_MAX {
            let found = match &current {
                Some(row) if row.summary.version_id() == version => current.clone(),
                _ => self.old_version(bucket, &target.key, version).await?,
            };
            match found {
                Some(row) if row.summary.marker => return Err(Error::IsMarker { version }),
                Some(row) => return Ok(row),
                None => {}
            }
            // It may have become current, or no longer be, between the two look-ups; or first the
            // one and then the other, and what is current looks as it did.
            let now = self.meta.store().next_sequence();
            let again = self.current_row(bucket, &target.key).await?;
            if again == current && self.meta.store().next_sequence() == before {
                break;
            }
            (before, current) = (now, again);
        }
        Err(Error::NoSuchVersion { version })
    }

    async fn current_row(&self, bucket: &BucketRow, key: &[u8]) -> Result<Option<VersionRow>> {
        self.meta.row(Key::current(bucket.id, key)).await
    }

    async fn old_version(
        &self,
        bucket: &BucketRow,
        key: &[u8],
        version: VersionId,
    ) -> Result<Option<VersionRow>> {
        let sequence: Sequence = match version {
            VersionId::Numbered { sequence, .. } => sequence,
            VersionId::Null => match self.meta.row(Key::null(bucket.id, key)).await? {
                Some(sequence) => sequence,
                None => return Ok(None),
            },
        };
        let row: Option<VersionRow> = self
            .meta
            .row(Key::version(bucket.id, key, sequence))
            .await?;
        Ok(row.filter(|row| row.summary.version_id() == version))
    }

    /// Why there is no current object: hidden by a delete marker, or not there at all.
    async fn absent(&self, bucket: &BucketRow, key: &[u8]) -> Result<Error> {
        let range = key::versions_of(bucket.id, key);
        let newest = self
            .meta
            .blocking(move |store| super::first_row::<Summary>(store, &range));
        let marker = newest.await?.filter(|newest| newest.marker);
        Ok(Error::NoSuchKey {
            marker: marker.map(|marker| marker.version_id()),
        })
    }

    async fn source(&self, info: &ObjectInfo, reading: Reading) -> Result<BodySource> {
        let version = info.row.summary.version_id();
        let detail = info
            .row
            .detail
            .as_ref()
            .ok_or(Error::IsMarker { version })?;
        let mut source = BodySource {
            meta: self.meta.clone(),
            chunks: Arc::clone(&self.chunks),
            body: detail.body.clone(),
            secret: None,
            cipher: None,
            place: None,
            _reading: Arc::new(reading),
        };
        if let Some(only) = only_chunk(&detail.body) {
            source.place = Some(source.locate(only).await?);
        }
        Ok(source)
    }
}

impl ObjectInfo {
    /// Refuses any key but the one the body was written with, also none if there was one.
    pub fn check_key(&self, key: Option<&SecretKey>) -> Result<()> {
        let detail = self.row.detail.as_ref();
        check_key(key, detail.and_then(|detail| detail.key_check.as_ref()))
    }
}

impl FoundObject {
    pub fn info(&self) -> &ObjectInfo {
        &self.info
    }

    /// Refuses any key but the one the object was written with, also none if it was written with
    /// one.
    pub fn unlock(self, secret: Option<&SecretKey>) -> Result<ObjectReader> {
        let FoundObject { info, mut source } = self;
        let detail = info.row.detail.as_ref();
        let check = detail.and_then(|detail| detail.key_check.as_ref());
        source.cipher = cipher(secret, check)?;
        source.secret = secret.cloned();
        Ok(ObjectReader { info, source })
    }
}

impl ObjectReader {
    pub fn info(&self) -> &ObjectInfo {
        &self.info
    }

    pub(super) fn body(&self) -> &Body {
        &self.source.body
    }

    pub fn size(&self) -> u64 {
        self.info.row.summary.size
    }

    /// The bytes of a range, which must lie inside the object.
    pub fn stream(self, range: Range<u64>) -> BodyStream {
        let end = range.end.min(self.info.row.summary.size);
        self.source.stream(range.start.min(end)..end)
    }
}

fn only_chunk(body: &Body) -> Option<ExtentId> {
    let Body::Runs(runs) = body else { return None };
    let mut ids = runs.iter().flat_map(|run| run.ids.iter());
    ids.next().filter(|_| ids.next().is_none())
}

/// A piece of a body: some bytes of one chunk.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Piece {
    extent: ExtentId,
    range: Range<u32>,
}

impl BodySource {
    pub(super) fn stream(self, range: Range<u64>) -> BodyStream {
        if range.is_empty() {
            return BodyStream(Source::Ready(None));
        }
        match &self.body {
            Body::Inline(bytes) => {
                let at = |offset: u64| usize::try_from(offset).unwrap_or(usize::MAX);
                let slice = bytes
                    .get(at(range.start)..at(range.end))
                    .unwrap_or_default();
                BodyStream(Source::Ready(Some(Bytes::copy_from_slice(slice))))
            }
            Body::Runs(runs) => {
                let pieces = pieces(runs, range);
                BodyStream(Source::Chunks(self.read(pieces)))
            }
            Body::Parts { home, pages, .. } => {
                let (home, pages) = (*home, pages.clone());
                BodyStream(Source::Chunks(self.read_parts(home, pages, range)))
            }
        }
    }

    fn read(self, pieces: Vec<Piece>) -> PieceStream {
        stream::iter(pieces)
            .map(move |piece| {
                let source = self.clone();
                async move { source.piece(piece).await }
            })
            .buffered(READ_AHEAD_CHUNKS)
            .boxed()
    }

    async fn piece(&self, piece: Piece) -> Result<Bytes> {
        let place = match self.place {
            Some(place) => place,
            None => self.locate(piece.extent).await?,
        };
        self.chunks
            .read(piece.extent, place, piece.range, self.cipher.clone())
            .await
    }

    async fn locate(&self, extent: ExtentId) -> Result<Place> {
        let row: Option<ExtentRow> = self.meta.row(Key::extent(extent)).await?;
        let row = row.ok_or(Error::damaged(Damage::MissingExtent(extent)))?;
        let ExtentRow {
            segment,
            offset,
            record_bytes,
            ..
        } = row;
        Ok(Place {
            segment,
            offset,
            record_bytes,
        })
    }

    /// Reads part after part: the row of a part is read when the one before is done.
    fn read_parts(self, home: UploadId, pages: Vec<PageStart>, range: Range<u64>) -> PieceStream {
        let meta = self.meta.clone();
        stream::once(parts_in(meta, home, pages, range))
            .map_ok(|parts| stream::iter(parts.into_iter().map(Ok)))
            .try_flatten()
            .and_then(move |(number, range)| self.clone().part(home, number, range))
            .try_flatten()
            .boxed()
    }

    async fn part(self, home: UploadId, number: u16, range: Range<u64>) -> Result<BodyStream> {
        let row: Option<PartRow> = self.meta.row(Key::part(home, number)).await?;
        let row = row.ok_or_else(|| missing(home, "part"))?;
        let cipher = cipher(self.secret.as_ref(), row.key_check.as_ref())?;
        let source = BodySource {
            body: row.body,
            cipher,
            place: None,
            ..self
        };
        Ok(source.stream(range))
    }
}

/// Which bytes of which parts lie in a range of the whole.
pub(super) async fn parts_in(
    meta: Meta,
    home: UploadId,
    pages: Vec<PageStart>,
    range: Range<u64>,
) -> Result<Vec<(u16, Range<u64>)>> {
    let first = pages
        .partition_point(|page| page.offset <= range.start)
        .max(1)
        - 1;
    let mut parts = Vec::new();
    for (number, page) in (0u16..).zip(&pages).skip(first) {
        if page.offset >= range.end {
            break;
        }
        let row: Option<ManifestPage> = meta.row(Key::page(home, number)).await?;
        let mut offset = page.offset;
        for entry in row.ok_or_else(|| missing(home, "page"))?.entries {
            let part = offset..offset + entry.size;
            let (start, end) = (part.start.max(range.start), part.end.min(range.end));
            if start < end {
                parts.push((entry.number, start - offset..end - offset));
            }
            offset = part.end;
        }
    }
    Ok(parts)
}

/// The bytes of chunks that make up a range of a body. Pure.
fn pieces(runs: &[Run], range: Range<u64>) -> Vec<Piece> {
    const CHUNK: u64 = CHUNK_BYTES as u64;
    let mut pieces = Vec::new();
    let mut run_start = 0;
    for run in runs {
        let start = range.start.max(run_start);
        let end = range.end.min(run_start + run.len);
        if start < end {
            // Positions among the chunks of the run, of which the first may not belong whole.
            let skip = u64::from(run.skip);
            let (from, to) = (start - run_start + skip, end - run_start + skip);
            for (chunk, extent) in (0u64..).zip(run.ids.iter()) {
                let (low, high) = (chunk * CHUNK, (chunk + 1) * CHUNK);
                let (start, end) = (from.max(low), to.min(high));
                if start < end {
                    let at = |offset: u64| u32::try_from(offset - low).unwrap_or(u32::MAX);
                    pieces.push(Piece {
                        extent,
                        range: at(start)..at(end),
                    });
                }
            }
        }
        run_start += run.len;
    }
    pieces
}

/// The part of a body's runs that makes up a range of it. Pure.
pub(super) fn slice_runs(runs: &[Run], range: Range<u64>) -> Vec<Run> {
    const CHUNK: u64 = CHUNK_BYTES as u64;
    let mut slices = Vec::new();
    let mut run_start = 0;
    for run in runs {
        let start = range.start.max(run_start);
        let end = range.end.min(run_start + run.len);
        if start < end {
            let skip = u64::from(run.skip);
            let (from, to) = (start - run_start + skip, end - run_start + skip);
            let (first, last) = (from / CHUNK, to.div_ceil(CHUNK));
            let ids = (0u64..).zip(run.ids.iter());
            let ids = ids
                .filter(|(n, _)| (first..last).contains(n))
                .map(|(_, id)| id);
            slices.push(Run {
                skip: u32::try_from(from % CHUNK).unwrap_or_default(),
                len: end - start,
                ids: ids.collect(),
            });
        }
        run_start += run.len;
    }
    slices
}

/// The cipher for a body, if it has one. A key for a body without one is refused like a wrong one.
fn cipher(secret: Option<&SecretKey>, check: Option<&KeyCheck>) -> Result<Option<Cipher>> {
    match (secret, check) {
        (None, None) => Ok(None),
        (Some(secret), Some(check)) => Cipher::open(secret, check).map(Some),
        _ => Err(Error::WrongKey),
    }
}

fn missing(home: UploadId, what: &str) -> Error {
    Error::damaged(Damage::Other(format!("{what} of parts {home} is missing")))
}

impl Stream for BodyStream {
    type Item = Result<Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes>>> {
        match &mut self.0 {
            Source::Ready(bytes) => Poll::Ready(bytes.take().map(Ok)),
            Source::Chunks(chunks) => chunks.poll_next_unpin(cx),
        }
    }
}

impl fmt::Debug for BodyStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("BodyStream(..)")
    }
}
