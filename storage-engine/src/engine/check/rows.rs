//! Reading the rows of a store, and the tables that stand for themselves.

use bytes::Bytes;
use serde::de::DeserializeOwned;

use super::tally::Usage;
use super::{Check, Problem};
use crate::error::Result;
use crate::ids::{BucketId, Sequence, UploadId};
use crate::index::{Index, Step};
use crate::key::{self, Key, KeyRange, Table};
use crate::meta::MetaStore;
use crate::row::{self, AppliedRow, BucketRow, DedupRow, EventRow, TrashRow, UploadRow, UsageRow};

/// Where rows are read: the index of a store, or the reference in memory.
#[derive(Debug, Clone, Copy)]
pub(super) enum Rows<'a> {
    Index(&'a dyn Index),
    Store(&'a dyn MetaStore),
}

impl Rows<'_> {
    pub(super) fn get(&self, key: &Key) -> Result<Option<Bytes>> {
        match self {
            Rows::Index(index) => index.get(key),
            Rows::Store(store) => store.get(key),
        }
    }

    pub(super) fn walk(
        &self,
        range: &KeyRange,
        visit: &mut dyn FnMut(&[u8], &[u8]) -> Step,
    ) -> Result<()> {
        match self {
            Rows::Index(index) => index.walk(range, visit),
            Rows::Store(store) => store.walk(range, visit),
        }
    }
}

/// A key as people can read it.
pub(super) fn name(key: &[u8]) -> String {
    let table = match key.first() {
        Some(&t) if t == Table::Bucket as u8 => "bucket",
        Some(&t) if t == Table::Document as u8 => "document",
        Some(&t) if t == Table::Usage as u8 => "usage",
        Some(&t) if t == Table::Current as u8 => "current version",
        Some(&t) if t == Table::Version as u8 => "old version",
        Some(&t) if t == Table::Null as u8 => "null version",
        Some(&t) if t == Table::Upload as u8 => "upload",
        Some(&t) if t == Table::Part as u8 => "part",
        Some(&t) if t == Table::Manifest as u8 => "manifest",
        Some(&t) if t == Table::Page as u8 => "page",
        Some(&t) if t == Table::Extent as u8 => "extent",
        Some(&t) if t == Table::Segment as u8 => "segment",
        Some(&t) if t == Table::Trash as u8 => "trash",
        Some(&t) if t == Table::Event as u8 => "event",
        _ => "row",
    };
    format!(
        "{table} {}",
        key.get(1..).unwrap_or_default().escape_ascii()
    )
}

impl Check<'_> {
    /// Shows every row of a range that decodes; one that does not is a problem.
    pub(super) fn each<R: DeserializeOwned>(
        &mut self,
        doing: &'static str,
        range: &KeyRange,
        mut visit: impl FnMut(&mut Self, &[u8], R) -> Result<()>,
    ) -> Result<()> {
        let rows = self.rows;
        let mut failed = Ok(());
        rows.walk(range, &mut |key, value| {
            match row::decode(value) {
                Ok(row) => failed = visit(self, key, row),
                Err(bad) => self.bad_row(key, bad.to_string()),
            }
            match self.row_done(doing) && failed.is_ok() {
                true => Step::Next,
                false => Step::Stop,
            }
        })?;
        failed
    }

    pub(super) fn bad_row(&mut self, key: &[u8], detail: impl Into<String>) {
        self.problem(Problem::Row {
            row: name(key),
            detail: detail.into(),
        });
    }

    pub(super) fn bucket_of(&mut self, key: &[u8]) -> Option<BucketId> {
        let bucket = key::number_of(key).map(BucketId);
        match bucket.filter(|bucket| self.buckets.contains_key(bucket)) {
            Some(bucket) => Some(bucket),
            None => {
                let owner = bucket.map_or("no bucket".into(), |id| format!("bucket {id}"));
                self.problem(Problem::Orphan {
                    row: name(key),
                    owner,
                });
                None
            }
        }
    }

    /// Sequences come from the order of changes: none may lie in the future.
    pub(super) fn past(&mut self, key: &[u8], sequence: Sequence) {
        if sequence >= self.next_sequence {
            let next = self.next_sequence;
            self.bad_row(
                key,
                format!("sequence {sequence} has not been given out, {next} is next"),
            );
        }
    }

    pub(super) fn system(&mut self) -> Result<()> {
        let applied = Key::system(crate::commit::APPLIED);
        let Some(bytes) = self.rows.get(&applied)? else {
            return Ok(());
        };
        match row::decode::<AppliedRow>(&bytes) {
            Ok(row) => self.next_extent = Some(row.next_extent),
            Err(bad) => self.bad_row(applied.as_bytes(), bad.to_string()),
        }
        self.hints()
    }

    /// A hint may lead to a chunk that is gone, never to one that is still to come: another
    /// content would be found under it then.
    fn hints(&mut self) -> Result<()> {
        const DOING: &str = "hints";
        self.each(
            DOING,
            &key::table(Table::Dedup),
            |check, key, row: DedupRow| {
                if check.next_extent.is_some_and(|next| row.extent >= next) {
                    check.bad_row(key, format!("extent {} has not been given out", row.extent));
                }
                Ok(())
            },
        )
    }

    pub(super) fn buckets(&mut self) -> Result<()> {
        const DOING: &str = "buckets";
        self.each(
            DOING,
            &key::table(Table::Bucket),
            |check, key, row: BucketRow| {
                if key.get(1..) != Some(row.name.as_bytes()) {
                    check.bad_row(key, format!("it is named {:?} inside", row.name));
                }
                check.past(key, Sequence(row.id.0));
                check.usage.insert(row.id, Usage::default());
                if let Some(twin) = check.buckets.insert(row.id, row) {
                    check.bad_row(key, format!("bucket {:?} has the same id", twin.name));
                }
                Ok(())
            },
        )?;
        self.each(
            DOING,
            &key::table(Table::Usage),
            |check, key, row: UsageRow| {
                if let Some(bucket) = check.bucket_of(key) {
                    check.usage.entry(bucket).or_default().recorded = row;
                }
                Ok(())
            },
        )?;
        let rows = self.rows;
        rows.walk(&key::table(Table::Document), &mut |key, _| {
            self.bucket_of(key);
            match self.row_done(DOING) {
                true => Step::Next,
                false => Step::Stop,
            }
        })
    }

    pub(super) fn trash(&mut self) -> Result<()> {
        self.each(
            "trash",
            &key::table(Table::Trash),
            |check, key, row: TrashRow| {
                check.past(key, Sequence(key::number_of(key).unwrap_or(u64::MAX)));
                match row {
                    TrashRow::Body(_) => {}
                    TrashRow::Parts { home, numbers } => {
                        let parts = numbers.into_iter().map(|number| (home, number));
                        check.doomed_parts.extend(parts);
                    }
                    TrashRow::Upload { home, .. } => {
                        if !check.doomed.insert(home) {
                            check.bad_row(key, format!("upload {home} is freed twice"));
                        }
                    }
                }
                Ok(())
            },
        )
    }

    pub(super) fn events(&mut self) -> Result<()> {
        self.each(
            "events",
            &key::table(Table::Event),
            |check, key, _: EventRow| {
                match key::queue_and_event(key) {
                    Some((_, event)) => check.past(key, event.sequence),
                    None => check.bad_row(key, "its key names no event"),
                }
                Ok(())
            },
        )
    }

    pub(super) fn uploads(&mut self) -> Result<()> {
        self.each(
            "uploads",
            &key::table(Table::Upload),
            |check, key, row: UploadRow| {
                check.past(key, row.touched);
                if key::object_key_and_number(key).map(|(_, id)| UploadId(id)) != Some(row.id) {
                    check.bad_row(key, format!("it is upload {} inside", row.id));
                }
                if check.doomed.contains(&row.id) {
                    check.bad_row(key, "its parts are being freed");
                }
                check.uploads.insert(row.id, row.parts_bytes);
                if let Some(bucket) = check.bucket_of(key) {
                    let counted = &mut check.usage.entry(bucket).or_default().counted;
                    counted.uploads += 1;
                    counted.upload_bytes += row.parts_bytes;
                }
                Ok(())
            },
        )
    }
}
