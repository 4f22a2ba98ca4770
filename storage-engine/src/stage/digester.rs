//! All digests of a body in one pass.

use bytes::Bytes;
use tokio::task::JoinHandle;

use crate::Digests;
use crate::hash::md5::INLINE_BYTES_MAX;
use crate::hash::{Algorithm, Checksum, Hasher, LaneHasher, Md5Stream, md5_inline};

/// Digests of longer pieces that take their time are computed beside whatever else goes on.
const BESIDE_BYTES_MIN: usize = 64 << 10;

/// Hashes a body while it is being stored.
///
/// Cancelled in [`Digester::update`] it must not be used any more: whether the piece counts is not
/// known then.
#[derive(Debug)]
pub struct Digester {
    size: u64,
    lanes: LaneHasher,
    /// All that has come so far, while that is one short piece: not worth a stream yet.
    first: Option<Bytes>,
    md5: Option<Md5Stream>,
    quick: Vec<Hasher>,
    slow: Slow,
    order: Vec<Algorithm>,
}

/// Hashers that would keep a thread of the runtime busy for too long.
#[derive(Debug)]
enum Slow {
    Idle(Vec<Hasher>),
    Busy(JoinHandle<Vec<Hasher>>),
}

impl Digester {
    pub(super) fn new(lanes: LaneHasher, algorithms: &[Algorithm]) -> Self {
        let mut order = Vec::new();
        for algorithm in algorithms {
            if !order.contains(algorithm) {
                order.push(*algorithm);
            }
        }
        let hashers = order.iter().copied().map(Hasher::new);
        let (quick, slow) = hashers.partition(|hasher| is_quick(hasher.algorithm()));
        Digester {
            size: 0,
            lanes,
            first: None,
            md5: None,
            quick,
            slow: Slow::Idle(slow),
            order,
        }
    }

    /// Appends a piece. Waits while too much waits to be hashed.
    pub async fn update(&mut self, piece: Bytes) {
        if piece.is_empty() {
            return;
        }
        self.size += piece.len() as u64;
        for hasher in &mut self.quick {
            hasher.update(&piece);
        }
        self.slow.update(&piece).await;
        self.update_md5(piece).await;
    }

    async fn update_md5(&mut self, piece: Bytes) {
        let nothing_yet = self.md5.is_none() && self.first.is_none();
        if nothing_yet && piece.len() <= INLINE_BYTES_MAX {
            self.first = Some(piece);
            return;
        }
        let stream = self.md5.get_or_insert_with(|| self.lanes.stream());
        if let Some(first) = self.first.take() {
            stream.update(first).await;
        }
        stream.update(piece).await;
    }

    /// Waits until everything is hashed.
    pub async fn finish(mut self) -> Digests {
        let md5 = match self.md5 {
            Some(stream) => stream.finish().await,
            None => md5_inline(&self.first.unwrap_or_default()),
        };
        let slow = std::mem::take(self.slow.idle().await);
        let hashers = self.quick.into_iter().chain(slow);
        let found: Vec<Checksum> = hashers.map(Hasher::finish).collect();
        let of = |algorithm: &Algorithm| found.iter().find(|one| one.algorithm() == *algorithm);
        Digests {
            size: self.size,
            md5,
            checksums: self.order.iter().filter_map(of).copied().collect(),
        }
    }
}

impl Slow {
    async fn update(&mut self, piece: &Bytes) {
        let hashers = self.idle().await;
        if hashers.is_empty() {
            return;
        }
        if piece.len() < BESIDE_BYTES_MIN {
            hashers.iter_mut().for_each(|hasher| hasher.update(piece));
            return;
        }
        let mut hashers = std::mem::take(hashers);
        let piece = piece.clone();
        *self = Slow::Busy(tokio::task::spawn_blocking(move || {
            hashers.iter_mut().for_each(|hasher| hasher.update(&piece));
            hashers
        }));
    }

    /// Waits for the piece that is being hashed. Cancel-safe.
    async fn idle(&mut self) -> &mut Vec<Hasher> {
        if let Slow::Busy(task) = self {
            let hashers = match task.await {
                Ok(hashers) => hashers,
                Err(stopped) => match stopped.try_into_panic() {
                    Ok(panic) => std::panic::resume_unwind(panic),
                    // The runtime is ending, and this task with it.
                    Err(_) => std::future::pending().await,
                },
            };
            *self = Slow::Idle(hashers);
        }
        match self {
            Slow::Idle(hashers) => hashers,
            Slow::Busy(_) => unreachable!("made idle just above"),
        }
    }
}

/// At several gigabytes a second nobody notices.
fn is_quick(algorithm: Algorithm) -> bool {
    match algorithm {
        Algorithm::Crc32
        | Algorithm::Crc32c
        | Algorithm::Crc64Nvme
        | Algorithm::Xxhash64
        | Algorithm::Xxhash3
        | Algorithm::Xxhash128 => true,
        Algorithm::Sha1 | Algorithm::Sha256 | Algorithm::Sha512 | Algorithm::Md5 => false,
    }
}
