//! A group that the log has and the index has refused for want of room.
//!
//! Such a group is durable, and nobody sees it. It must become visible before anything else is
//! decided, and it must not be answered before it is visible. It cannot be taken back: the index may
//! hold it all the same, whole in the write-ahead log of its own that the drive refused to go on
//! with, and would show it after a crash. So its changes wait, and with them everything they hold in
//! place for the rows to name; later changes are refused.
//!
//! Once there is room the index is opened anew and catches up with the log, as it does when a store
//! opens ([`super::replay`]). That loses nothing:
//!
//! - The index keeps a prefix of the groups, and what was flushed. Log segments are given up only
//!   before what was flushed, so all that it lacks is in the log.
//! - Nobody writes to the log meanwhile: this is the thread that does. What a group that the *log*
//!   refused may have left behind is voided first; it is no group.
//! - What is found in the end must be exactly what was committed last, the late group included.
//!   Otherwise the drive has lost something, and the store stops.
//! - Readers wait from the moment the old index is let go until the new one has caught up: what
//!   somebody has seen never vanishes.
//!
//! If the machine stops at any moment of this, the next start does the same.

#[cfg(test)]
mod tests;

use std::collections::HashMap;

use super::holders::Movements;
use crate::error::Result;
use crate::ids::SegmentId;
use crate::index::RowChange;
use crate::meta::Change;
use crate::row::{AppliedRow, SegmentRow};

/// A group that is in the log.
pub(super) struct Durable {
    pub(super) rows: Vec<RowChange>,
    pub(super) next: AppliedRow,
    pub(super) segments: HashMap<SegmentId, SegmentRow>,
    pub(super) movements: Movements,
    pub(super) log_bytes: u64,
}

/// Changes that were decided, each with what became of it.
pub(super) type Decisions = Vec<(Box<dyn Change>, Result<()>)>;

/// A durable group that nobody sees yet, and those who wait for that.
pub(super) struct Late {
    pub(super) group: Durable,
    pub(super) changes: Decisions,
}

/// Tells everybody what became of their change.
pub(super) fn answer(changes: Decisions, outcome: &Result<()>) {
    for (change, accepted) in changes {
        change.done(outcome.clone().and(accepted));
    }
}
