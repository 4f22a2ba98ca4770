//! Bodies short enough to stay in memory.

use bytes::{Bytes, BytesMut};

use super::Stager;
use super::large::sealing_failed;
use crate::chunk::{Chunk, Transform};
use crate::error::Result;
use crate::meta::LogBody;

/// Longer bodies are not compressed or encrypted on a thread of the runtime.
const SEAL_HERE_BYTES_MAX: usize = 16 << 10;

/// What has come so far. Copied only if it comes in several pieces.
#[derive(Debug)]
pub(super) enum Small {
    One(Bytes),
    Several(BytesMut),
}

impl Small {
    pub(super) fn new() -> Self {
        Small::One(Bytes::new())
    }

    pub(super) fn len(&self) -> usize {
        match self {
            Small::One(piece) => piece.len(),
            Small::Several(pieces) => pieces.len(),
        }
    }

    pub(super) fn push(&mut self, data: Bytes) {
        match self {
            Small::One(piece) if piece.is_empty() => *piece = data,
            Small::One(piece) => {
                let mut pieces = BytesMut::with_capacity((piece.len() + data.len()) * 2);
                pieces.extend_from_slice(piece);
                pieces.extend_from_slice(&data);
                *self = Small::Several(pieces);
            }
            Small::Several(pieces) => pieces.extend_from_slice(&data),
        }
    }

    pub(super) fn into_bytes(self) -> Bytes {
        match self {
            Small::One(piece) => piece,
            Small::Several(pieces) => pieces.freeze(),
        }
    }
}

/// The body as it goes to the log with its rows.
pub(super) async fn log_body(
    stager: &Stager,
    plain: Bytes,
    transform: &Transform,
) -> Result<LogBody> {
    let blocks = stager.blocks.clone();
    let chunk = if transform.is_plain() || plain.len() <= SEAL_HERE_BYTES_MAX {
        Chunk::seal(plain, transform, &blocks)
    } else {
        let transform = transform.clone();
        let sealing = move || Chunk::seal(plain, &transform, &blocks);
        let sealed = tokio::task::spawn_blocking(sealing).await;
        sealed.unwrap_or_else(|stopped| Err(sealing_failed(&stopped)))
    }?;
    Ok(LogBody {
        extent: stager.ids.next(),
        chunk,
    })
}
