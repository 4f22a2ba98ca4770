//! A store of changes that write a body and a row each, on a simulated machine.

use std::collections::BTreeMap;
use std::sync::Arc;

use bytes::Bytes;

use super::{Embedded, EmbeddedOptions, Tags};
use crate::chunk::{Blocks, Chunk, Transform};
use crate::clock::ManualClock;
use crate::disk::Access;
use crate::disk::sim::{SimDisk, Survival};
use crate::error::Result;
use crate::failure::Failure;
use crate::ids::ExtentId;
use crate::index::{Index, MemoryIndex};
use crate::key::Key;
use crate::meta::{Batch, ExtentChange, LogBody, Meta};
use crate::record::{self, Record};
use crate::row::{self, ExtentRow};
use crate::segment::{Segments, SegmentsOptions};

const KEYS: u64 = 3;

/// What rows say: of each key the number of the change that wrote it last.
pub(super) type Rows = BTreeMap<u8, u64>;

pub(super) struct Machine {
    pub(super) disk: SimDisk,
    pub(super) index: Arc<MemoryIndex>,
}

pub(super) struct Store {
    pub(super) meta: Meta,
    pub(super) index: Arc<MemoryIndex>,
    pub(super) segments: Arc<Segments>,
    /// Ends the threads.
    pub(super) embedded: Arc<Embedded>,
}

impl Machine {
    pub(super) fn new(seed: u64) -> Self {
        Machine {
            disk: SimDisk::new(seed),
            index: Arc::default(),
        }
    }

    pub(super) fn restarted(&self, survival: Survival, seed: u64) -> Self {
        Machine {
            disk: self.disk.restart(survival, seed),
            index: Arc::new(self.index.crash(seed)),
        }
    }

    pub(super) fn open(&self) -> Result<Store> {
        let options = SegmentsOptions {
            store: [7; 16],
            // Some five changes, so that the log moves on to the next segment now and then.
            log_bytes: 64 << 10,
            bulk_bytes: 64 << 10,
            packed_bytes: 64 << 10,
            log_access: Access::Direct,
            log_prewrite: false,
            idle_bytes_max: 0,
            reserve_bytes: 0,
        };
        let segments = Arc::new(Segments::open(Arc::new(self.disk.clone()), options)?);
        let (embedded, _) = Embedded::open(EmbeddedOptions {
            index: Arc::clone(&self.index) as Arc<dyn Index>,
            segments: Arc::clone(&segments),
            clock: Arc::new(ManualClock::default()),
            tags: Tags::new(&[1; 32]),
            failure: Failure::default(),
            group_bytes_max: 16 << 10,
        })?;
        let embedded = Arc::new(embedded);
        Ok(Store {
            meta: Meta::new(Arc::clone(&embedded) as Arc<dyn crate::meta::MetaStore>),
            index: Arc::clone(&self.index),
            segments,
            embedded,
        })
    }
}

/// Lengths repeat, so that a refused group and the one after it often have the same layout.
fn body(number: u64) -> Bytes {
    let len = [5000, 5000, 9000, 200, 5000, 12_000, 5000][usize::try_from(number % 7).unwrap()];
    let mut bytes = vec![0; len];
    let mut hasher = blake3::Hasher::new();
    hasher.update(&number.to_le_bytes());
    hasher.finalize_xof().fill(&mut bytes);
    bytes.into()
}

fn key(name: u8) -> Key {
    Key::named("test", &[name])
}

pub(super) fn name_of(number: u64) -> u8 {
    u8::try_from(number % KEYS).unwrap()
}

fn value(extent: ExtentId, number: u64) -> Bytes {
    [extent.0.to_le_bytes(), number.to_le_bytes()]
        .concat()
        .into()
}

fn parse(value: &[u8]) -> (ExtentId, u64) {
    let half = |at: usize| u64::from_le_bytes(value[at..at + 8].try_into().unwrap());
    (ExtentId(half(0)), half(8))
}

impl Store {
    pub(super) async fn put(&self, number: u64) -> Result<()> {
        let chunk = Chunk::seal(body(number), &Transform::default(), &Blocks::default())?;
        let extent = ExtentId(number + 1);
        let key = key(name_of(number));
        let decide = move |view: &dyn crate::meta::View, _: &crate::meta::Stamp| {
            let mut batch = Batch::default();
            if let Some(old) = view.get(&key)? {
                batch.extents.push(ExtentChange::Release(parse(&old).0));
            }
            batch.extents.push(ExtentChange::AddBody(extent));
            batch.put_bytes(key.clone(), value(extent, number));
            Ok((batch, ()))
        };
        self.meta
            .commit(Some(LogBody { extent, chunk }), decide)
            .await
    }

    pub(super) fn rows(&self) -> Rows {
        let found = (0..3).filter_map(|name| {
            let value = self.index.get(&key(name)).unwrap()?;
            Some((name, parse(&value).1))
        });
        found.collect()
    }

    /// Every row names a body that is there, and is the one its change brought.
    pub(super) fn verify(&self) {
        for name in 0..3 {
            let Some(value) = self.index.get(&key(name)).unwrap() else {
                continue;
            };
            let (extent, number) = parse(&value);
            let row = self.index.get(&Key::extent(extent)).unwrap().unwrap();
            let row: ExtentRow = row::decode(&row).unwrap();
            let segment = self.segments.get(row.segment).unwrap();
            let mut bytes = vec![0; row.record_bytes as usize];
            if let Err(error) = segment.file().read_at(&mut bytes, row.offset) {
                // It may have gone while the next segment was being made.
                assert!(SimDisk::is_power_off(&error), "{error}");
                return;
            }
            let header = record::parse_header(segment.key(), row.offset, &bytes);
            let opened = header.and_then(|header| header.open(&bytes));
            match opened {
                Ok(Record::Chunk {
                    extent: found,
                    stored,
                    ..
                }) => {
                    assert_eq!((found, stored), (extent, &body(number)[..]));
                }
                other => panic!("body {number} of key {name}: {other:?}"),
            }
        }
    }
}

pub(super) fn on_one_thread<T>(work: impl Future<Output = T>) -> T {
    let mut builder = tokio::runtime::Builder::new_current_thread();
    builder.enable_time().build().unwrap().block_on(work)
}
