//! Between being found and being named, and what becomes of hints that lead nowhere.

use super::super::super::requests::UploadTarget;
use super::*;
use crate::error::Error;

async fn delete(engine: &Engine, key: &str) {
    rig::delete(engine, BUCKET, key, None).await.unwrap();
}

/// A store with one object whose content is at hand.
async fn one_object(seed: u64, data: &Bytes) -> (Rig, Engine) {
    let rig = Rig::new(seed);
    let engine = rig.open();
    dedup_bucket(&engine, BUCKET, "owner").await;
    rig::put(&engine, BUCKET, "k", data).await.unwrap();
    (rig, engine)
}

#[tokio::test]
async fn what_was_found_stays_until_it_is_named() {
    for len in [MIB, 2 * MIB + 200_000] {
        let data = body(20, len);
        let (_rig, engine) = one_object(20, &data).await;
        let once = stored_bytes(&engine);
        // Let go, and found before it is freed.
        delete(&engine, "k").await;
        let staged = rig::stage(&engine, BUCKET, &data).await.unwrap();
        for _ in 0..3 {
            engine.tidy().await.unwrap();
            assert_eq!(stored_bytes(&engine), once);
        }
        put_staged(&engine, "again", staged).await.unwrap();
        engine.tidy().await.unwrap();
        assert_eq!(stored_bytes(&engine), once);
        expect(&engine, BUCKET, "again", &data).await;
        expect_sound(&engine).await;
        // Found, and given up: it goes with the next sweep.
        delete(&engine, "again").await;
        let staged = rig::stage(&engine, BUCKET, &data).await.unwrap();
        engine.tidy().await.unwrap();
        assert_eq!(stored_bytes(&engine), once);
        drop(staged);
        engine.tidy().await.unwrap();
        assert_eq!((stored_bytes(&engine), hints(&engine)), (0, 0));
        expect_sound(&engine).await;
    }
}

#[tokio::test]
async fn what_is_held_keeps_nothing_else_from_going() {
    let data = body(21, MIB);
    let (_rig, engine) = one_object(21, &data).await;
    let once = stored_bytes(&engine);
    rig::put(&engine, BUCKET, "shared", &data).await.unwrap();
    for number in 0..100 {
        rig::put(&engine, BUCKET, "other", &body(2100 + number, 150_000))
            .await
            .unwrap();
    }
    delete(&engine, "other").await;
    // One of two names goes though the chunk is held; the last one does not.
    let held = rig::stage(&engine, BUCKET, &data).await.unwrap();
    delete(&engine, "k").await;
    engine.tidy().await.unwrap();
    assert_eq!(stored_bytes(&engine), once);
    assert_eq!(engine.sweeper.sweep().await.unwrap(), 0);
    delete(&engine, "shared").await;
    rig::put(&engine, BUCKET, "other", &body(2199, MIB))
        .await
        .unwrap();
    delete(&engine, "other").await;
    engine.tidy().await.unwrap();
    assert_eq!(stored_bytes(&engine), once);
    drop(held);
    engine.tidy().await.unwrap();
    assert_eq!(stored_bytes(&engine), 0);
    expect_sound(&engine).await;
}

#[tokio::test]
async fn parts_that_are_found_outlive_their_upload() {
    let data = body(22, 2 * MIB + 200_000);
    let (_rig, engine) = one_object(22, &body(23, 10)).await;
    let upload: UploadTarget = rig::begin_upload(&engine, BUCKET, "parts").await;
    for number in 1..=3 {
        rig::put_part(&engine, &upload, number, &data).await;
    }
    let once = stored_bytes(&engine);
    let staged = rig::stage(&engine, BUCKET, &data).await.unwrap();
    engine.abort_upload(&upload).await.unwrap();
    engine.tidy().await.unwrap();
    assert_eq!(stored_bytes(&engine), once);
    put_staged(&engine, "k", staged).await.unwrap();
    engine.tidy().await.unwrap();
    assert_eq!(stored_bytes(&engine), once);
    expect(&engine, BUCKET, "k", &data).await;
    expect_sound(&engine).await;
    delete(&engine, "k").await;
    engine.tidy().await.unwrap();
    assert_eq!((stored_bytes(&engine), hints(&engine)), (0, 0));
}

#[tokio::test]
async fn a_chunk_that_went_all_the_same_refuses_the_change_that_would_name_it() {
    let data = body(24, MIB);
    let (_rig, engine) = one_object(24, &data).await;
    let staged = rig::stage(&engine, BUCKET, &data).await.unwrap();
    // Without the option one chunk is freed at once.
    set_dedup(&engine, BUCKET, false).await;
    delete(&engine, "k").await;
    let refused = put_staged(&engine, "again", staged).await;
    assert!(matches!(refused, Err(Error::Conflict)), "{refused:?}");
    expect_sound(&engine).await;
    set_dedup(&engine, BUCKET, true).await;
    rig::put(&engine, BUCKET, "again", &data).await.unwrap();
    expect(&engine, BUCKET, "again", &data).await;
    expect_sound(&engine).await;
}

#[tokio::test]
async fn a_hint_that_leads_nowhere_is_replaced_or_removed() {
    let data = body(25, 2 * MIB);
    let (_rig, engine) = one_object(25, &data).await;
    rig::put(&engine, BUCKET, "kept", &body(26, MIB))
        .await
        .unwrap();
    delete(&engine, "k").await;
    engine.sweeper.sweep().await.unwrap();
    assert_eq!(hints(&engine), 3);
    let before = stored_bytes(&engine);
    rig::put(&engine, BUCKET, "k", &data).await.unwrap();
    assert_eq!(stored_bytes(&engine), 3 * before);
    rig::put(&engine, BUCKET, "k2", &data).await.unwrap();
    assert_eq!((stored_bytes(&engine), hints(&engine)), (3 * before, 3));
    expect(&engine, BUCKET, "k", &data).await;
    assert_eq!(engine.hints.prune().await.unwrap(), 0);
    delete(&engine, "k").await;
    delete(&engine, "k2").await;
    engine.sweeper.sweep().await.unwrap();
    // One that does not decode is one of them.
    let nonsense = Key::dedup(7, &[7; 32]);
    write_row(&engine, nonsense, &"nonsense").await;
    assert_eq!(engine.hints.prune().await.unwrap(), 3);
    assert_eq!(hints(&engine), 1);
    expect_sound(&engine).await;
}

#[tokio::test]
async fn hints_are_pruned_page_by_page() {
    let (_rig, engine) = one_object(27, &body(27, MIB)).await;
    let target = rig::target(BUCKET, "k");
    let detail = engine.head(target).await.unwrap().row.detail.unwrap();
    let crate::row::Body::Runs(runs) = detail.body else {
        panic!("{:?}", detail.body)
    };
    let there = runs[0].ids.iter().next().unwrap();
    let mut batch = crate::meta::Batch::default();
    for number in 0..5000u64 {
        let digest = *blake3::hash(&number.to_le_bytes()).as_bytes();
        let extent = match number % 5 {
            0 => there,
            _ => ExtentId((1 << 40) | number),
        };
        batch.rows.push(engine.hints.hint("owner", &digest, extent));
    }
    let written = engine
        .meta
        .commit(None, move |_, _| Ok((batch.clone(), ())));
    written.await.unwrap();
    assert_eq!(engine.hints.prune().await.unwrap(), 4000);
    assert_eq!(hints(&engine), 1001);
}

#[tokio::test]
async fn a_chunk_with_too_many_names_is_not_named_once_more() {
    let data = body(28, MIB);
    let (_rig, engine) = one_object(28, &data).await;
    let digest = *blake3::hash(&data).as_bytes();
    let known = engine.hints.find("owner", &digest).await.unwrap().unwrap();
    let key = Key::extent(known.extent);
    let row: ExtentRow = engine.meta.row(key.clone()).await.unwrap().unwrap();
    for (refs, found) in [(NAMES_MAX - 1, true), (NAMES_MAX, false), (u32::MAX, false)] {
        write_row(&engine, key.clone(), &ExtentRow { refs, ..row }).await;
        let known = engine.hints.find("owner", &digest).await.unwrap();
        assert_eq!(known.is_some(), found, "{refs}");
    }
}

#[test]
fn holding_and_leaving_exclude_each_other() {
    let holds = Holds::default();
    let [a, b, c] = [1, 2, 3].map(ExtentId);
    let first = holds.hold(a).unwrap();
    let second = holds.hold(a).unwrap();
    let (leaving, held) = holds.leave(&[a, b, b, a]);
    assert_eq!(held, [a]);
    assert!(holds.hold(b).is_none() && holds.hold(c).is_some());
    // Those that are held already may be held by more.
    drop(holds.hold(a).unwrap());
    // What leaves belongs to who said so first.
    let (other, held) = holds.leave(&[b]);
    assert!(held.is_empty());
    drop(other);
    assert!(holds.hold(b).is_none());
    drop(leaving);
    assert!(holds.hold(b).is_some());
    drop(first);
    assert_eq!(holds.leave(&[a]).1, [a]);
    drop(second);
    let (leaving, held) = holds.leave(&[a]);
    assert!(held.is_empty() && holds.hold(a).is_none());
    drop(leaving);
    assert!(
        format!("{holds:?}").contains("held: {}, leaving: {}"),
        "{holds:?}"
    );
}
