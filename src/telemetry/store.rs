//! What the store tells of itself, as metrics: one row each.

use storage_engine::EngineStats;

use super::rows::Row;

pub(super) const ROWS: &[Row<EngineStats>] = &[
    (
        "cairn_commit_groups_total",
        "Groups of changes written since the start, which is the number of syncs of the log",
        |s| s.commit.groups,
    ),
    (
        "cairn_commit_changes_total",
        "Changes answered since the start, refused ones included",
        |s| s.commit.changes,
    ),
    (
        "cairn_commit_log_bytes_total",
        "Bytes written to the log since the start",
        |s| s.commit.log_bytes,
    ),
    (
        "cairn_index_memtable_bytes",
        "Index rows gathered in memory",
        |s| s.index.memtable_bytes,
    ),
    (
        "cairn_index_cache_bytes",
        "Index blocks held in memory",
        |s| s.index.cache_bytes,
    ),
    (
        "cairn_index_files_bytes",
        "Size of the index on the drive",
        |s| s.index.files_bytes,
    ),
    (
        "cairn_index_pending_compaction_bytes",
        "Index bytes that wait to be merged",
        |s| s.index.pending_compaction_bytes,
    ),
    ("cairn_log_segments", "Segments of the log", |s| {
        s.logs.count
    }),
    (
        "cairn_log_segments_bytes",
        "Bytes set aside for them",
        |s| s.logs.bytes,
    ),
    (
        "cairn_log_segments_live_bytes",
        "Bytes of small bodies in them that are still named",
        |s| s.logs.live_bytes,
    ),
    ("cairn_bulk_segments", "Segments of large bodies", |s| {
        s.bulk.count
    }),
    (
        "cairn_bulk_segments_bytes",
        "Bytes set aside for them",
        |s| s.bulk.bytes,
    ),
    (
        "cairn_bulk_segments_live_bytes",
        "Bytes in them that are still named",
        |s| s.bulk.live_bytes,
    ),
    (
        "cairn_packed_segments",
        "Segments compaction has written",
        |s| s.packed.count,
    ),
    (
        "cairn_packed_segments_bytes",
        "Bytes set aside for them",
        |s| s.packed.bytes,
    ),
    (
        "cairn_packed_segments_live_bytes",
        "Bytes in them that are still named",
        |s| s.packed.live_bytes,
    ),
    (
        "cairn_idle_segments_bytes",
        "Files of segments given up, kept to be used anew",
        |s| s.idle_bytes,
    ),
    ("cairn_drive_bytes", "Size of the drive", |s| s.total_bytes),
    ("cairn_drive_free_bytes", "Free bytes of the drive", |s| {
        s.free_bytes
    }),
    (
        "cairn_drive_reserve_bytes",
        "Bytes kept free for deletes and compaction",
        |s| s.reserve_bytes,
    ),
    (
        "cairn_compaction_segments_total",
        "Segments gone through by compaction since the start",
        |s| s.compaction.segments,
    ),
    (
        "cairn_compaction_moved_chunks_total",
        "Chunks it has moved",
        |s| s.compaction.moved_chunks,
    ),
    (
        "cairn_compaction_moved_bytes_total",
        "Bytes it has moved",
        |s| s.compaction.moved_bytes,
    ),
    (
        "cairn_compaction_damaged_chunks_total",
        "Chunks it has found damaged and left where they are",
        |s| s.compaction.damaged_chunks,
    ),
    ("cairn_readers", "Bodies being read", |s| s.readers),
    (
        "cairn_trash",
        "Notes of what is still to be freed; counted up to a bound",
        |s| s.trash,
    ),
    (
        "cairn_scrub_runs_total",
        "Scrubs finished since the start",
        |s| s.scrub.runs,
    ),
    (
        "cairn_scrub_bytes_total",
        "Bytes scrubbed since the start",
        |s| s.scrub.bytes,
    ),
    (
        "cairn_scrub_damaged_chunks",
        "Damaged chunks the last scrub found",
        |s| s.scrub.damaged_chunks,
    ),
    (
        "cairn_behind",
        "1 while changes are refused because the drive has no room for the index",
        |s| u64::from(s.behind),
    ),
    (
        "cairn_stopped",
        "1 if the store has stopped taking changes",
        |s| u64::from(s.stopped),
    ),
];
