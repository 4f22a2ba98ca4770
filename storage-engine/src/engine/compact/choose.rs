//! Which segment is worth copying. Pure.

use super::CompactConfig;
use crate::chunk::Blocks;
use crate::ids::SegmentId;
use crate::row::SegmentKind;
use crate::segment::RECORDS_AT;

/// A segment nobody writes to any more and in which something is still named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Sealed {
    pub(super) id: SegmentId,
    pub(super) kind: SegmentKind,
    pub(super) capacity: u64,
    /// End of the last chunk in it.
    pub(super) end: u64,
    pub(super) live_bytes: u64,
    /// No segment of its kind was made after it.
    pub(super) is_newest: bool,
}

/// How badly space is needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pressure {
    Plenty,
    /// Bodies are refused, or soon will be.
    Short,
}

impl Sealed {
    /// Bytes that copying what is alive would give back.
    pub(super) fn dead_bytes(&self, pressure: Pressure) -> u64 {
        let room = self.capacity.saturating_sub(RECORDS_AT);
        match self.kind {
            // Commit records are of no use any more either.
            SegmentKind::Log => room.saturating_sub(self.live_bytes),
            // The rest at the end into which no other record fitted would be left over again.
            SegmentKind::Bulk | SegmentKind::Packed => {
                let tail = self.capacity.saturating_sub(self.end);
                let used = room.saturating_sub(tail);
                // The newest one is short because the store stopped before it was full. Its copy would
                // be as short at the next stop: a store that is started often would copy for nothing.
                let tail = match (self.is_newest, pressure) {
                    (true, Pressure::Plenty) => 0,
                    _ => tail.saturating_sub(Blocks::RECORD_BYTES_MAX as u64),
                };
                used.saturating_sub(self.live_bytes) + tail
            }
        }
    }

    fn dead_percent(&self, pressure: Pressure) -> u64 {
        percent(self.dead_bytes(pressure), self.capacity)
    }

    /// What is gained for what is written, weighted with age: what has been dying for long will
    /// not die much further, what is young may be empty soon without our doing (the cost-benefit
    /// rule of Sprite LFS).
    fn score(&self, newest: SegmentId) -> f64 {
        let live = self.live_bytes as f64 / self.capacity.max(1) as f64;
        let age = newest.0.saturating_sub(self.id.0).saturating_add(1) as f64;
        (1.0 - live) * age / (1.0 + live)
    }
}

/// The segment to compact next, if any is worth it. `newest` tells how old the others are.
pub(super) fn choose(
    sealed: &[Sealed],
    newest: SegmentId,
    pressure: Pressure,
    config: &CompactConfig,
) -> Option<SegmentId> {
    let capacity = sealed.iter().map(|segment| segment.capacity).sum();
    let dead = sealed.iter().map(|it| it.dead_bytes(pressure)).sum();
    let (dead_min, all_dead_min) = match pressure {
        Pressure::Plenty => (config.dead_percent_min, config.all_dead_percent_min),
        Pressure::Short => (config.dead_percent_min_when_short, 0),
    };
    if percent(dead, capacity) < all_dead_min {
        return None;
    }
    let worth_it = sealed
        .iter()
        .filter(|segment| segment.dead_percent(pressure) >= dead_min);
    let best = match pressure {
        Pressure::Plenty => worth_it.max_by(|a, b| a.score(newest).total_cmp(&b.score(newest))),
        // The most space for the least writing, whatever becomes of it later.
        Pressure::Short => worth_it.max_by_key(|segment| segment.dead_percent(pressure)),
    };
    best.map(|segment| segment.id)
}

fn percent(part: u64, whole: u64) -> u64 {
    part.saturating_mul(100) / whole.max(1)
}
