//! From bytes of a body to what is stored of them.

use bytes::Bytes;

use super::Blocks;
use super::cipher::{self, Cipher};
use crate::disk::{Block, SharedBlock};
use crate::error::Result;
use crate::hash::crc64;
use crate::limits::{CHUNK_BYTES, FRAME_BYTES};
use crate::record::{ALIGNED_PAYLOAD_AT, ChunkHead, Codec, Frame};
use crate::row::Compression;

/// Compression must save at least this part of a chunk, or it is not worth reading it back.
const SAVING_MIN_DIVISOR: usize = 16;
const ZSTD_LEVEL: i32 = 3;

/// What happens to the bytes of a body on their way to the drive.
#[derive(Debug, Clone, Default)]
pub struct Transform {
    pub compression: Compression,
    /// What is encrypted is never compressed: lengths would tell about the content.
    pub cipher: Option<Cipher>,
}

impl Transform {
    /// Whether bytes are stored as they come.
    pub fn is_plain(&self) -> bool {
        self.compression == Compression::None && self.cipher.is_none()
    }
}

/// A piece of a body ready to be stored: compressed or encrypted, with its checksums.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chunk {
    head: ChunkHead,
    stored: Bytes,
}

impl Chunk {
    /// Prepares at most [`CHUNK_BYTES`] of a body. Costs as much processor as the transform does.
    pub fn seal(plain: Bytes, transform: &Transform, blocks: &Blocks) -> Result<Self> {
        assert!(
            plain.len() <= CHUNK_BYTES,
            "a chunk of {} bytes",
            plain.len()
        );
        if transform.is_plain() {
            let head = head(&plain, None, Shape::Plain, plain.len());
            return Ok(Chunk {
                head,
                stored: plain,
            });
        }
        let mut block = blocks.take_scratch();
        let shape = encode(&plain, transform, &mut block)?;
        if let Shape::Plain = shape {
            let head = head(&plain, None, shape, plain.len());
            return Ok(Chunk {
                head,
                stored: plain,
            });
        }
        // The block is for the longest chunk; a small one may wait long for the committer.
        let stored = Bytes::copy_from_slice(&block[..shape.stored_bytes(plain.len())]);
        let head = head(&stored, None, shape, plain.len());
        Ok(Chunk { head, stored })
    }

    /// A chunk from its record: `stored` must be the payload the head describes.
    pub fn from_parts(head: ChunkHead, stored: Bytes) -> Self {
        debug_assert_eq!(head.stored_bytes as usize, stored.len());
        Chunk { head, stored }
    }

    pub fn head(&self) -> &ChunkHead {
        &self.head
    }

    /// The payload of the record.
    pub fn stored(&self) -> &Bytes {
        &self.stored
    }
}

/// A piece of a body that is being received into the place it is written from: behind the room for
/// its record's header, so that nothing is copied any more.
#[derive(Debug)]
pub struct Filling {
    block: Block,
    len: usize,
}

impl Filling {
    pub fn new(blocks: &Blocks) -> Self {
        Filling {
            block: blocks.take_large(),
            len: 0,
        }
    }

    /// Takes as much from the front of `data` as there is room for.
    pub fn push(&mut self, data: &mut Bytes) {
        let piece = data.split_to(data.len().min(CHUNK_BYTES - self.len));
        let at = ALIGNED_PAYLOAD_AT + self.len;
        self.block[at..at + piece.len()].copy_from_slice(&piece);
        self.len += piece.len();
    }

    pub fn len(&self) -> usize {
        self.len
    }

    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    pub fn is_full(&self) -> bool {
        self.len == CHUNK_BYTES
    }

    pub fn plain(&self) -> &[u8] {
        &self.block[ALIGNED_PAYLOAD_AT..][..self.len]
    }

    /// What has come so far, for those who need it without storing it. Nothing is copied.
    pub fn into_plain(self) -> Bytes {
        let end = ALIGNED_PAYLOAD_AT + self.len;
        self.block.freeze(ALIGNED_PAYLOAD_AT..end)
    }

    /// BLAKE3 of what has come so far.
    pub fn digest(&self) -> [u8; 32] {
        *blake3::hash(self.plain()).as_bytes()
    }

    /// Prepares what has come so far. Who has its [`Filling::digest`] already gives it here, and
    /// bytes that are stored as they are need not be hashed twice.
    pub fn seal(
        self,
        digest: Option<[u8; 32]>,
        transform: &Transform,
        blocks: &Blocks,
    ) -> Result<SealedBlock> {
        if transform.is_plain() {
            return Ok(self.stored_plain(digest));
        }
        let mut out = blocks.take_scratch();
        let room = &mut out[ALIGNED_PAYLOAD_AT..];
        let shape = encode(self.plain(), transform, room)?;
        if let Shape::Plain = shape {
            return Ok(self.stored_plain(digest));
        }
        let stored = &out[ALIGNED_PAYLOAD_AT..][..shape.stored_bytes(self.len)];
        Ok(SealedBlock {
            head: head(stored, None, shape, self.len),
            block: out,
            plain: Some((self.block.share(), self.len)),
        })
    }

    fn stored_plain(self, digest: Option<[u8; 32]>) -> SealedBlock {
        debug_assert!(digest.is_none_or(|digest| digest == self.digest()));
        SealedBlock {
            head: head(self.plain(), digest, Shape::Plain, self.len),
            block: self.block,
            plain: None,
        }
    }
}

/// A chunk in a block that will be written as it is, once its header is filled in.
#[derive(Debug)]
pub struct SealedBlock {
    pub(super) head: ChunkHead,
    /// The payload stands at [`ALIGNED_PAYLOAD_AT`].
    pub(super) block: Block,
    /// The bytes of the body, where they are not the payload.
    plain: Option<(SharedBlock, usize)>,
}

impl SealedBlock {
    /// Copies a chunk that was not received into a block.
    pub fn copy_of(chunk: &Chunk, blocks: &Blocks) -> Self {
        let mut block = blocks.take_large();
        let stored = chunk.stored();
        block[ALIGNED_PAYLOAD_AT..][..stored.len()].copy_from_slice(stored);
        SealedBlock {
            head: chunk.head().clone(),
            block,
            plain: None,
        }
    }

    pub fn head(&self) -> &ChunkHead {
        &self.head
    }

    pub fn stored(&self) -> &[u8] {
        &self.block[ALIGNED_PAYLOAD_AT..][..self.head.stored_bytes as usize]
    }

    /// The bytes of the body, unless they are what is stored.
    pub fn plain(&self) -> Option<Bytes> {
        let (block, len) = self.plain.as_ref()?;
        Some(block.slice(ALIGNED_PAYLOAD_AT..ALIGNED_PAYLOAD_AT + len))
    }
}

/// What the transform made of the bytes.
enum Shape {
    Plain,
    Compressed(Codec, usize),
    Encrypted([u8; 12], Vec<[u8; 16]>),
}

impl Shape {
    fn stored_bytes(&self, logical_bytes: usize) -> usize {
        match self {
            Shape::Compressed(_, bytes) => *bytes,
            Shape::Plain | Shape::Encrypted(..) => logical_bytes,
        }
    }
}

/// Fills the start of `out`, unless the bytes are best stored as they are.
fn encode(plain: &[u8], transform: &Transform, out: &mut [u8]) -> Result<Shape> {
    if let Some(cipher) = &transform.cipher {
        let nonce = cipher::random()?;
        let payload = &mut out[..plain.len()];
        payload.copy_from_slice(plain);
        let tags = cipher.seal(&nonce, narrow(plain.len()), payload)?;
        return Ok(Shape::Encrypted(nonce, tags));
    }
    let worth_bytes = plain.len() - plain.len() / SAVING_MIN_DIVISOR;
    // A compressor that finds no room in what is worth it has found nothing.
    let (codec, bytes) = match transform.compression {
        Compression::None => return Ok(Shape::Plain),
        Compression::Lz4 => (Codec::Lz4, lz4_flex::block::compress_into(plain, out).ok()),
        Compression::Zstd => {
            let room = &mut out[..worth_bytes];
            let bytes = zstd::bulk::compress_to_buffer(plain, room, ZSTD_LEVEL);
            (Codec::Zstd, bytes.ok())
        }
    };
    let worth_it = bytes.filter(|bytes| *bytes < plain.len() && *bytes <= worth_bytes);
    Ok(worth_it.map_or(Shape::Plain, |bytes| Shape::Compressed(codec, bytes)))
}

fn head(stored: &[u8], digest: Option<[u8; 32]>, shape: Shape, logical_bytes: usize) -> ChunkHead {
    let (codec, nonce, tags) = match shape {
        Shape::Plain => (Codec::None, None, Vec::new()),
        Shape::Compressed(codec, _) => (codec, None, Vec::new()),
        Shape::Encrypted(nonce, tags) => (Codec::None, Some(nonce), tags),
    };
    let frames = stored.chunks(FRAME_BYTES).enumerate();
    let frames = frames.map(|(number, frame)| Frame {
        crc: crc64(frame),
        tag: tags.get(number).copied().unwrap_or_default(),
    });
    ChunkHead {
        logical_bytes: narrow(logical_bytes),
        stored_bytes: narrow(stored.len()),
        codec,
        nonce,
        blake3: digest.unwrap_or_else(|| *blake3::hash(stored).as_bytes()),
        frames: frames.collect(),
    }
}

fn narrow(bytes: usize) -> u32 {
    u32::try_from(bytes).expect("a chunk is bounded by CHUNK_BYTES, far below 4 GiB")
}
