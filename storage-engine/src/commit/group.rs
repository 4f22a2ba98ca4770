//! One group of changes: what it reads, what it has decided so far, what it will write.
//!
//! A group is decided change by change in memory. Each change sees the rows as the changes before
//! it leave them. Nothing here touches the log or the index, so a group that cannot be written is
//! simply dropped.

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use bytes::Bytes;

use super::holders::{self, HOLDER, Handed, Holders, Holding, Movements};
use crate::error::{Damage, Error, Result};
use crate::ids::{BucketId, ExtentId, SegmentId};
use crate::index::{Index, RowChange, Step};
use crate::key::{self, Key, KeyRange, Table};
use crate::meta::{Batch, ExtentChange, Place, UsageDelta, View};
use crate::row::{self, ExtentRow, Quota, SegmentKind, SegmentRow, UsageRow};

/// The decided part of a group.
#[derive(Debug)]
pub(crate) struct Group<'a> {
    index: &'a dyn Index,
    rows: BTreeMap<Key, Option<Bytes>>,
    row_bytes: usize,
    usage: HashMap<BucketId, UsageRow>,
    extents: HashMap<ExtentId, Extent>,
    bodies: Vec<ExtentId>,
    holders: Arc<Holders>,
    /// Buckets that this group gives to somebody, or takes away, with what was in them then.
    handed: HashMap<BucketId, Handed>,
    /// Objects and bytes by which what somebody holds differs from what is visible.
    held: HashMap<Arc<str>, (i64, i64)>,
}

/// A chunk as the index has it, and as the group leaves it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Extent {
    before: Option<Place>,
    now: Option<Chunk>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Chunk {
    lies: Lies,
    refs: u32,
}

/// Where a chunk lies: known, or in this group's own append, at a place that is not known yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Lies {
    At(Place),
    Body { number: usize },
}

/// What a finished group changes.
#[derive(Debug, Default)]
pub(crate) struct Finished {
    pub(crate) rows: Vec<RowChange>,
    pub(crate) segments: HashMap<SegmentId, SegmentRow>,
    pub(crate) highest_extent: Option<ExtentId>,
    pub(crate) movements: Movements,
}

impl<'a> Group<'a> {
    pub(crate) fn new(index: &'a dyn Index, holders: Arc<Holders>) -> Self {
        Group {
            index,
            rows: BTreeMap::new(),
            row_bytes: 0,
            usage: HashMap::new(),
            extents: HashMap::new(),
            bodies: Vec::new(),
            holders,
            handed: HashMap::new(),
            held: HashMap::new(),
        }
    }

    /// Nothing to write: every change so far was refused or had nothing to say.
    pub(crate) fn is_empty(&self) -> bool {
        self.rows.is_empty() && self.extents.is_empty() && self.usage.is_empty()
    }

    /// An upper bound for the encoded rows, accounts included.
    pub(crate) fn row_bytes_max(&self) -> usize {
        const PER_ACCOUNT: usize = 96;
        self.row_bytes + PER_ACCOUNT * (2 * self.extents.len() + self.usage.len() + 4)
    }

    /// Takes a decided batch in, whole or not at all. Tells whether the change's own `body` is
    /// named by it and has to be appended.
    pub(crate) fn accept(&mut self, batch: Batch, body: Option<ExtentId>) -> Result<bool> {
        let extents = self.decide_extents(&batch.extents, body)?;
        self.load_accounts(&batch)?;
        let handed = self.handed_by(&batch)?;
        self.extents.extend(extents);
        let named = body.filter(|body| batch.extents.contains(&ExtentChange::AddBody(*body)));
        self.bodies.extend(named);
        for (bucket, delta) in &batch.usage {
            let usage = self.usage.entry(*bucket).or_default();
            *usage = count(*usage, *delta, *bucket);
            if let Some(holder) = self.holder(*bucket) {
                let bytes = delta.bytes.saturating_add(delta.upload_bytes);
                self.hold(holder, delta.objects, bytes);
            }
        }
        for bucket in handed {
            self.hand(bucket);
        }
        for (key, value) in batch.rows {
            self.row_bytes += key.as_bytes().len() + value.as_ref().map_or(0, Bytes::len) + 12;
            if value.is_none() && key.is_of(Table::Usage) {
                // Counts of a bucket that goes in the same group must not outlive it.
                self.usage.retain(|bucket, _| Key::usage(*bucket) != key);
            }
            self.rows.insert(key, value);
        }
        Ok(named.is_some())
    }

    /// Reads every usage row the batch counts on, so that taking it in cannot fail half way.
    fn load_accounts(&mut self, batch: &Batch) -> Result<()> {
        for (bucket, _) in &batch.usage {
            if !self.usage.contains_key(bucket) {
                let usage = View::usage(self, *bucket)?;
                self.usage.insert(*bucket, usage);
            }
        }
        Ok(())
    }

    /// Buckets that the batch gives to somebody, or takes away, with what is in them before it.
    fn handed_by(&self, batch: &Batch) -> Result<Vec<Handed>> {
        let mut handed = Vec::new();
        let documents = batch.rows.iter();
        for (key, value) in documents.filter(|(key, _)| key.is_of(Table::Document)) {
            let bucket = key::number_of(key.as_bytes()).map(BucketId);
            if let Some(bucket) = bucket.filter(|id| Key::document(*id, HOLDER) == *key) {
                let to = value.as_deref().and_then(holders::holder);
                let usage = View::usage(self, bucket)?;
                handed.push(Handed { bucket, to, usage });
            }
        }
        Ok(handed)
    }

    fn hand(&mut self, handed: Handed) {
        let Handed { bucket, to, usage } = &handed;
        let (objects, bytes) = holders::counted(usage);
        let (objects, bytes) = (signed(objects), signed(bytes));
        if let Some(holder) = self.holder(*bucket) {
            self.hold(holder, -objects, -bytes);
        }
        if let Some(holder) = to {
            self.hold(Arc::clone(holder), objects, bytes);
        }
        self.handed.insert(*bucket, handed);
    }

    fn holder(&self, bucket: BucketId) -> Option<Arc<str>> {
        match self.handed.get(&bucket) {
            Some(handed) => handed.to.clone(),
            None => self.holders.of(bucket),
        }
    }

    fn hold(&mut self, holder: Arc<str>, objects: i64, bytes: i64) {
        let held = self.held.entry(holder).or_default();
        held.0 = held.0.saturating_add(objects);
        held.1 = held.1.saturating_add(bytes);
    }

    fn movements(&mut self) -> Movements {
        let counts = |bucket: BucketId| self.holder(bucket).is_some();
        let usage = self.usage.iter().filter(|(bucket, _)| counts(**bucket));
        let usage = usage.map(|(bucket, usage)| (*bucket, *usage)).collect();
        let handed = std::mem::take(&mut self.handed);
        Movements {
            usage,
            handed: handed.into_values().collect(),
        }
    }

    fn decide_extents(
        &self,
        changes: &[ExtentChange],
        body: Option<ExtentId>,
    ) -> Result<HashMap<ExtentId, Extent>> {
        let mut decided: HashMap<ExtentId, Extent> = HashMap::new();
        for change in changes {
            let id = change.id();
            let Extent { before, now } = match decided.get(&id) {
                Some(extent) => *extent,
                None => self.extent(id)?,
            };
            let now = match change {
                ExtentChange::AddBody(_) => Some(Chunk::new(self.body(id, body)?)),
                ExtentChange::Add(_, place) => Some(Chunk::new(Lies::At(*place))),
                ExtentChange::Retain(_) => Some(now.ok_or(Error::Conflict)?.retained()?),
                ExtentChange::Release(_) => now.and_then(Chunk::released),
                ExtentChange::Move(_, from, to) => now.map(|chunk| chunk.moved(*from, *to)),
            };
            decided.insert(id, Extent { before, now });
        }
        Ok(decided)
    }

    /// The place of the change's own body: behind those the group has taken already.
    fn body(&self, id: ExtentId, body: Option<ExtentId>) -> Result<Lies> {
        match body {
            Some(own) if own == id => Ok(Lies::Body {
                number: self.bodies.len(),
            }),
            _ => Err(Error::damaged(Damage::Other(format!(
                "change names body {id} but does not bring it"
            )))),
        }
    }

    fn extent(&self, id: ExtentId) -> Result<Extent> {
        if let Some(known) = self.extents.get(&id) {
            return Ok(*known);
        }
        let Some(bytes) = self.index.get(&Key::extent(id))? else {
            return Ok(Extent::default());
        };
        let row: ExtentRow = row::decode(&bytes)?;
        let place = place_of(&row);
        let now = Chunk {
            lies: Lies::At(place),
            refs: row.refs,
        };
        Ok(Extent {
            before: Some(place),
            now: Some(now),
        })
    }

    /// The rows to write, once it is known where the group's bodies go.
    ///
    /// `places` are those of the bodies it appends, in their order; `accounts` are the segments as they stand.
    pub(crate) fn finish(
        mut self,
        places: &[Place],
        accounts: &HashMap<SegmentId, SegmentRow>,
        kind_of: &dyn Fn(SegmentId) -> SegmentKind,
    ) -> Result<Finished> {
        let movements = self.movements();
        let mut rows = self.rows;
        let mut segments = SegmentAccounts {
            accounts,
            kind_of,
            changed: HashMap::new(),
        };
        for (id, extent) in &self.extents {
            let after = extent.now.map(|chunk| (chunk.place(places), chunk.refs));
            if let Some(place) = extent.before {
                segments.free(place);
            }
            if let Some((place, _)) = after {
                segments.occupy(place);
            }
            if extent.before.is_some() || after.is_some() {
                let value = after.map(|(place, refs)| extent_row(place, refs));
                rows.insert(Key::extent(*id), value);
            }
        }
        for (bucket, usage) in &self.usage {
            // A bucket deleted in this group takes its counts with it.
            let key = Key::usage(*bucket);
            rows.entry(key)
                .or_insert_with(|| Some(row::encode(usage).into()));
        }
        for (segment, account) in &segments.changed {
            rows.insert(Key::segment(*segment), Some(row::encode(account).into()));
        }
        Ok(Finished {
            segments: segments.changed,
            rows: rows.into_iter().collect(),
            highest_extent: self.extents.keys().max().copied(),
            movements,
        })
    }
}

impl View for Group<'_> {
    fn get(&self, key: &Key) -> Result<Option<Bytes>> {
        match self.rows.get(key) {
            Some(value) => Ok(value.clone()),
            None => self.index.get(key),
        }
    }

    fn first(&self, range: &KeyRange) -> Result<Option<(Key, Bytes)>> {
        let mut found = None;
        self.index.walk(range, &mut |key, value| {
            let key = Key::from_bytes(key.to_vec());
            if self.rows.contains_key(&key) {
                return Step::Next;
            }
            found = Some((key, Bytes::copy_from_slice(value)));
            Step::Stop
        })?;
        let decided = self.rows.range(range.start.clone()..range.end.clone());
        let decided = decided
            .filter_map(|(key, value)| Some((key, value.as_ref()?)))
            .next();
        Ok(match (found, decided) {
            (Some(old), Some((key, _))) if old.0 < *key => Some(old),
            (_, Some((key, value))) => Some((key.clone(), value.clone())),
            (old, None) => old,
        })
    }

    fn usage(&self, bucket: BucketId) -> Result<UsageRow> {
        if let Some(usage) = self.usage.get(&bucket) {
            return Ok(*usage);
        }
        match View::get(self, &Key::usage(bucket))? {
            Some(bytes) => Ok(row::decode(&bytes)?),
            None => Ok(UsageRow::default()),
        }
    }

    fn allowance(&self, bucket: BucketId) -> Option<(Quota, Holding)> {
        let holder = self.holder(bucket)?;
        let quota = self.holders.allowance(&holder)?;
        let mut holding = self.holders.holding(&holder);
        let (objects, bytes) = self.held.get(&holder).copied().unwrap_or_default();
        holding.objects = holding.objects.saturating_add_signed(objects);
        holding.bytes = holding.bytes.saturating_add_signed(bytes);
        Some((quota, holding))
    }
}

impl Chunk {
    fn new(lies: Lies) -> Self {
        Chunk { lies, refs: 1 }
    }

    fn retained(self) -> Result<Self> {
        let refs = self.refs.checked_add(1).ok_or(Error::Conflict)?;
        Ok(Chunk { refs, ..self })
    }

    fn released(self) -> Option<Self> {
        match self.refs {
            0 | 1 => None,
            refs => Some(Chunk {
                refs: refs - 1,
                ..self
            }),
        }
    }

    fn moved(self, from: Place, to: Place) -> Self {
        match self.lies == Lies::At(from) {
            true => Chunk {
                lies: Lies::At(to),
                ..self
            },
            false => self,
        }
    }

    fn place(&self, bodies: &[Place]) -> Place {
        match self.lies {
            Lies::At(place) => place,
            Lies::Body { number } => bodies[number],
        }
    }
}

/// Live bytes of the segments a group touches, as absolute values.
struct SegmentAccounts<'a> {
    accounts: &'a HashMap<SegmentId, SegmentRow>,
    kind_of: &'a dyn Fn(SegmentId) -> SegmentKind,
    changed: HashMap<SegmentId, SegmentRow>,
}

impl SegmentAccounts<'_> {
    fn account(&mut self, segment: SegmentId) -> &mut SegmentRow {
        self.changed.entry(segment).or_insert_with(|| {
            let fresh = || SegmentRow {
                kind: (self.kind_of)(segment),
                live_bytes: 0,
                end: 0,
            };
            self.accounts.get(&segment).copied().unwrap_or_else(fresh)
        })
    }

    fn occupy(&mut self, place: Place) {
        let account = self.account(place.segment);
        account.live_bytes += u64::from(place.record_bytes);
        account.end = account
            .end
            .max(place.offset + u64::from(place.record_bytes));
    }

    fn free(&mut self, place: Place) {
        let account = self.account(place.segment);
        let bytes = u64::from(place.record_bytes);
        debug_assert!(
            account.live_bytes >= bytes,
            "segment {} freed twice",
            place.segment
        );
        account.live_bytes = account.live_bytes.saturating_sub(bytes);
    }
}

/// A count that would fall below zero is a bug found too late to undo; the recount of `check`
/// tells, and the change itself must not be refused for it.
fn count(usage: UsageRow, delta: UsageDelta, bucket: BucketId) -> UsageRow {
    let apply = |value: u64, delta: i64, what: &str| {
        value.checked_add_signed(delta).unwrap_or_else(|| {
            debug_assert!(
                false,
                "{what} of bucket {bucket} would be {value} {delta:+}"
            );
            tracing::error!(%bucket, what, value, delta, "usage would fall below zero");
            0
        })
    };
    UsageRow {
        objects: apply(usage.objects, delta.objects, "objects"),
        versions: apply(usage.versions, delta.versions, "versions"),
        bytes: apply(usage.bytes, delta.bytes, "bytes"),
        upload_bytes: apply(usage.upload_bytes, delta.upload_bytes, "upload bytes"),
        uploads: apply(usage.uploads, delta.uploads, "uploads"),
    }
}

fn signed(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

fn place_of(row: &ExtentRow) -> Place {
    Place {
        segment: row.segment,
        offset: row.offset,
        record_bytes: row.record_bytes,
    }
}

fn extent_row(place: Place, refs: u32) -> Bytes {
    let Place {
        segment,
        offset,
        record_bytes,
    } = place;
    row::encode(&ExtentRow {
        segment,
        offset,
        record_bytes,
        refs,
    })
    .into()
}
