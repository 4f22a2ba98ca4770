//! The bounds of the lane hasher.

use super::kernel::LANES_MAX;

/// The most bytes one stream may have queued, unless a single piece is larger than that.
pub(super) const QUEUED_BYTES_MAX: usize = 2 << 20;

/// A piece counts as at least this much, so that the bound on bytes also bounds the pieces, each
/// of which may keep a larger buffer alive.
pub(super) const PIECE_CHARGE_BYTES_MIN: usize = 4 << 10;

/// The most streams one turn takes on.
pub(super) const TURN_STREAMS_MAX: usize = LANES_MAX;

/// What one turn takes from each of its streams at most: long enough that the locks around a turn
/// do not show, short enough that no stream waits long behind the others.
pub(super) const TURN_BYTES: usize = 64 << 10;

/// Up to this size a message is better hashed by the caller with [`super::md5_inline`] than
/// handed to a [`super::LaneHasher`].
pub const INLINE_BYTES_MAX: usize = 32 << 10;
