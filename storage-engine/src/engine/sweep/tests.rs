use std::sync::{Arc, Mutex};

use futures_util::StreamExt;

use super::super::rig::between::{Between, Look};
use super::super::rig::{self, BUCKET, MIB, Rig, body};
use super::super::{Engine, Store};
use super::*;

fn live_bytes(engine: &Engine) -> u64 {
    let Store::Embedded { embedded, .. } = &engine.store else {
        panic!("a store on a disk")
    };
    let accounts = embedded.progress().accounts();
    accounts.values().map(|account| account.live_bytes).sum()
}

/// A reader that begins after the sweeper has asked who reads, and whose body is let go before the
/// sweeper looks at the notes.
#[tokio::test]
async fn nothing_is_freed_that_a_new_reader_has_found() {
    let rig = Rig::new(1);
    let engine = Arc::new(rig.open_alone());
    let data = body(1, 3 * MIB);
    rig::make_bucket(&engine, BUCKET).await;
    rig::put(&engine, BUCKET, "k", &data).await.unwrap();
    let (meta, between) = Between::over(&engine.meta);
    let sweeper = Sweeper::new(
        meta,
        engine.readers.clone(),
        engine.hints.holds().clone(),
        engine.sweeper.homes.clone(),
    );
    let reader = Arc::new(Mutex::new(None));
    between.before(Look::Rows(Table::Trash), {
        let (engine, reader) = (Arc::clone(&engine), Arc::clone(&reader));
        async move {
            let opened = engine.open(rig::target(BUCKET, "k"), None).await.unwrap();
            *reader.lock().unwrap() = Some(opened);
            rig::delete(&engine, BUCKET, "k", None).await.unwrap();
        }
    });
    assert_eq!(sweeper.sweep().await.unwrap(), 0);
    assert!(between.is_over());
    let reader = reader.lock().unwrap().take().unwrap();
    let mut stream = reader.stream(0..data.len() as u64);
    let mut read = Vec::new();
    while let Some(piece) = stream.next().await {
        read.extend_from_slice(&piece.unwrap());
    }
    assert!(read == data);
    assert!(live_bytes(&engine) >= data.len() as u64);
    // Once it has come to its end the body goes.
    drop(stream);
    assert_eq!(sweeper.sweep().await.unwrap(), 1);
    assert_eq!(live_bytes(&engine), 0);
    assert_eq!(engine.check().await.unwrap(), []);
}

/// A reader that began before a body was let go keeps it, and no other one.
#[tokio::test]
async fn an_old_reader_keeps_what_it_may_be_reading() {
    let rig = Rig::new(2);
    let engine = rig.open();
    rig::make_bucket(&engine, BUCKET).await;
    for key in ["before", "after"] {
        rig::put(&engine, BUCKET, key, &body(2, 2 * MIB))
            .await
            .unwrap();
    }
    rig::delete(&engine, BUCKET, "before", None).await.unwrap();
    // At the very sequence of the next change.
    let reading = engine.readers.begin(engine.meta.store().next_sequence());
    rig::delete(&engine, BUCKET, "after", None).await.unwrap();
    let all = live_bytes(&engine);
    engine.sweeper.sweep().await.unwrap();
    let kept = live_bytes(&engine);
    assert!(kept >= 2 * MIB as u64 && kept < all, "{kept} of {all}");
    drop(reading);
    engine.sweeper.sweep().await.unwrap();
    assert_eq!(live_bytes(&engine), 0);
    assert_eq!(engine.check().await.unwrap(), []);
}
