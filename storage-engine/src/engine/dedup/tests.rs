mod crash;
mod holding;
mod sharing;

use bytes::Bytes;

use super::super::requests::{CreateBucket, NewObject, PutObject, UpdateBucket};
use super::super::rig::{self, BUCKET, MIB, Rig, body};
use super::super::{Engine, Store};
use super::*;
use crate::engine::requests::Notes;
use crate::index::Step;
use crate::key::{self, Table};
use crate::row::SegmentKind;

async fn dedup_bucket(engine: &Engine, name: &str, owner: &str) {
    let request = CreateBucket {
        name: name.into(),
        owner: owner.into(),
        lockable: false,
        ..CreateBucket::default()
    };
    engine.create_bucket(request).await.unwrap();
    set_dedup(engine, name, true).await;
}

async fn set_dedup(engine: &Engine, name: &str, wanted: bool) {
    let change = UpdateBucket {
        deduplicate: Some(wanted),
        ..UpdateBucket::default()
    };
    engine.update_bucket(name, change).await.unwrap();
}

/// Bytes of chunks that rows name, each counted once, log bodies left out.
fn stored_bytes(engine: &Engine) -> u64 {
    let Store::Embedded { embedded, .. } = &engine.store else {
        panic!("a store on a disk")
    };
    let accounts = embedded.progress().accounts();
    let bulk = accounts.values().filter(|row| row.kind != SegmentKind::Log);
    bulk.map(|row| row.live_bytes).sum()
}

fn hints(engine: &Engine) -> usize {
    let mut count = 0;
    let store = engine.meta.store();
    let walked = store.walk(&key::table(Table::Dedup), &mut |_, _| {
        count += 1;
        Step::Next
    });
    walked.unwrap();
    count
}

async fn expect(engine: &Engine, bucket: &str, key: &str, data: &Bytes) {
    let found = rig::get(engine, bucket, key).await.unwrap();
    assert!(found.as_deref() == Some(&data[..]), "{bucket} {key}");
}

async fn expect_sound(engine: &Engine) {
    assert_eq!(engine.check().await.unwrap(), []);
}

async fn put_staged(engine: &Engine, key: &str, staged: crate::Staged) -> Result<()> {
    let request = PutObject {
        bucket: BUCKET.into(),
        key: Bytes::copy_from_slice(key.as_bytes()),
        object: NewObject::default(),
        conditions: Vec::new(),
        notes: Notes::none(),
    };
    engine.put_object(request, staged).await.map(|_| ())
}

async fn write_row<R: serde::Serialize>(engine: &Engine, key: Key, row: &R) {
    let value: Bytes = row::encode(row).into();
    let written = engine.meta.commit(None, move |_, _| {
        let mut batch = crate::meta::Batch::default();
        batch.put_bytes(key.clone(), value.clone());
        Ok((batch, ()))
    });
    written.await.unwrap();
}
