//! Cairn's storage engine.
//!
//! Small bodies and the metadata that makes them visible are committed by one synced append to a
//! log; large bodies go to bulk segments first. RocksDB is the index over both, never the truth:
//! it is brought up to date from the log after a crash. This crate knows bytes, rows, keys,
//! durability and space. It must not know HTTP, XML, S3 error codes or users.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::cast_possible_truncation))]

pub mod chunk;
pub mod clock;
mod commit;
pub mod disk;
mod engine;
mod error;
pub mod failure;
#[doc(hidden)]
pub mod fuzz;
pub mod hash;
pub mod ids;
pub mod index;
pub mod key;
pub mod limits;
pub mod meta;
pub mod record;
pub mod row;
pub mod segment;
pub mod stage;

pub use commit::{Allowances, CommitStats, HOLDER, Holding};
pub use engine::requests::*;
pub use engine::{
    Affected, BackupOptions, BackupReport, BackupVerify, Becoming, BodyStream, BucketSettings,
    CheckOptions, CheckReport, CompactConfig, CompactStats, DAMAGED_CHUNKS_MAX, DamagedChunk,
    Engine, EngineConfig, EngineStats, Event, EventPage, FoundObject, Note, ObjectReader, OnWork,
    PROBLEMS_MAX, Parts, Problem, Restored, ScrubOptions, ScrubPosition, ScrubReport, ScrubStats,
    SegmentStats, TRASH_COUNTED_MAX, TableGuard, TablePage, TableWrite, Unit, Work, check_folder,
    restore, unwatched,
};
pub use error::{Damage, Error, Result};
pub use stage::{Staged, Staging};
