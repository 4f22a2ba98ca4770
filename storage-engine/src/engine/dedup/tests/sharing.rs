//! What is shared, what is not, and when it goes.

use super::super::super::requests::{CopyPart, Encryption, SecretKey, StageOptions, Target};
use super::*;
use crate::row::Compression;

async fn set_compression(engine: &Engine, bucket: &str, compression: Compression) {
    let change = UpdateBucket {
        compression: Some(compression),
        ..UpdateBucket::default()
    };
    engine.update_bucket(bucket, change).await.unwrap();
}

async fn delete(engine: &Engine, bucket: &str, key: &str) {
    rig::delete(engine, bucket, key, None).await.unwrap();
}

#[tokio::test]
async fn the_same_content_is_stored_once_and_goes_with_its_last_name() {
    let rig = Rig::new(1);
    let engine = rig.open();
    dedup_bucket(&engine, BUCKET, "owner").await;
    let data = body(1, 2 * MIB + 300_000);
    let orders = [
        [0, 1, 2],
        [0, 2, 1],
        [1, 0, 2],
        [1, 2, 0],
        [2, 0, 1],
        [2, 1, 0],
    ];
    for order in orders {
        rig::put(&engine, BUCKET, "k0", &data).await.unwrap();
        let once = stored_bytes(&engine);
        assert!(once as usize > data.len(), "{once}");
        assert_eq!(hints(&engine), 3);
        rig::put(&engine, BUCKET, "k1", &data).await.unwrap();
        rig::put(&engine, BUCKET, "k2", &data).await.unwrap();
        // In place of itself, too.
        rig::put(&engine, BUCKET, "k1", &data).await.unwrap();
        assert_eq!(stored_bytes(&engine), once);
        let usage = engine.usage(BUCKET).await.unwrap();
        assert_eq!(
            usage.bytes,
            3 * data.len() as u64,
            "what is logical is counted"
        );
        for (gone, key) in order.iter().enumerate() {
            assert_eq!(stored_bytes(&engine), once);
            for left in &order[gone..] {
                expect(&engine, BUCKET, &format!("k{left}"), &data).await;
            }
            delete(&engine, BUCKET, &format!("k{key}")).await;
            engine.tidy().await.unwrap();
            expect_sound(&engine).await;
        }
        assert_eq!((stored_bytes(&engine), hints(&engine)), (0, 0));
    }
}

#[tokio::test]
async fn a_body_shares_chunks_with_itself() {
    let rig = Rig::new(2);
    let engine = rig.open();
    dedup_bucket(&engine, BUCKET, "owner").await;
    let data = Bytes::from(vec![0; 9 * MIB + 7]);
    rig::put(&engine, BUCKET, "zeros", &data).await.unwrap();
    let once = stored_bytes(&engine);
    assert!(once < MIB as u64 + 20_000, "{once}");
    rig::put(&engine, BUCKET, "more", &data).await.unwrap();
    assert_eq!(stored_bytes(&engine), once);
    expect(&engine, BUCKET, "zeros", &data).await;
    expect_sound(&engine).await;
    delete(&engine, BUCKET, "zeros").await;
    engine.tidy().await.unwrap();
    expect(&engine, BUCKET, "more", &data).await;
    delete(&engine, BUCKET, "more").await;
    engine.tidy().await.unwrap();
    assert_eq!((stored_bytes(&engine), hints(&engine)), (0, 0));
    expect_sound(&engine).await;
}

#[tokio::test]
async fn buckets_of_one_owner_share_and_those_of_another_never_do() {
    let rig = Rig::new(3);
    let engine = rig.open();
    for (name, owner) in [("a1", "a"), ("a2", "a"), ("b1", "b"), ("a b", "")] {
        dedup_bucket(&engine, name, owner).await;
    }
    let data = body(3, MIB + 200_000);
    rig::put(&engine, "a1", "k", &data).await.unwrap();
    let once = stored_bytes(&engine);
    rig::put(&engine, "a2", "k", &data).await.unwrap();
    assert_eq!(stored_bytes(&engine), once);
    rig::put(&engine, "b1", "k", &data).await.unwrap();
    assert_eq!(stored_bytes(&engine), 2 * once);
    rig::put(&engine, "a b", "k", &data).await.unwrap();
    assert_eq!(stored_bytes(&engine), 3 * once);
    delete(&engine, "a1", "k").await;
    engine.tidy().await.unwrap();
    for bucket in ["a2", "b1", "a b"] {
        expect(&engine, bucket, "k", &data).await;
    }
    expect_sound(&engine).await;
}

#[tokio::test]
async fn a_bucket_that_does_not_want_it_takes_no_part() {
    let rig = Rig::new(4);
    let engine = rig.open();
    rig::make_bucket(&engine, "plain").await;
    dedup_bucket(&engine, BUCKET, "owner").await;
    let data = body(4, MIB + 200_000);
    rig::put(&engine, "plain", "k", &data).await.unwrap();
    let once = stored_bytes(&engine);
    assert_eq!(hints(&engine), 0);
    rig::put(&engine, BUCKET, "k", &data).await.unwrap();
    rig::put(&engine, "plain", "k2", &data).await.unwrap();
    assert_eq!((stored_bytes(&engine), hints(&engine)), (3 * once, 2));
    // Switched off while a body is under way: what it brings is not to be found.
    let other = body(40, MIB + 1);
    let staged = rig::stage(&engine, BUCKET, &other).await.unwrap();
    set_dedup(&engine, BUCKET, false).await;
    put_staged(&engine, "k3", staged).await.unwrap();
    assert_eq!(hints(&engine), 2);
    expect(&engine, BUCKET, "k3", &other).await;
    expect_sound(&engine).await;
}

#[tokio::test]
async fn compressed_chunks_are_found_by_what_they_were() {
    let rig = Rig::new(5);
    let engine = rig.open();
    dedup_bucket(&engine, "packed", "owner").await;
    dedup_bucket(&engine, "plain", "owner").await;
    set_compression(&engine, "packed", Compression::Zstd).await;
    let text: Vec<u8> = (0..3 * MIB as u64)
        .map(|i| ((i * i) >> 9) as u8 & 15)
        .collect();
    let text = Bytes::from(text);
    rig::put(&engine, "packed", "k", &text).await.unwrap();
    let once = stored_bytes(&engine);
    assert!((once as usize) < text.len(), "{once}");
    rig::put(&engine, "plain", "k", &text).await.unwrap();
    set_compression(&engine, "packed", Compression::Lz4).await;
    rig::put(&engine, "packed", "k2", &text).await.unwrap();
    assert_eq!(stored_bytes(&engine), once);
    delete(&engine, "packed", "k").await;
    engine.tidy().await.unwrap();
    expect(&engine, "plain", "k", &text).await;
    expect(&engine, "packed", "k2", &text).await;
    expect_sound(&engine).await;
}

#[tokio::test]
async fn what_is_encrypted_shares_nothing() {
    let rig = Rig::new(6);
    let engine = rig.open();
    dedup_bucket(&engine, BUCKET, "owner").await;
    let data = body(6, MIB + 200_000);
    let mut stored = 0;
    for key in ["k1", "k2"] {
        let options = StageOptions {
            bucket: BUCKET.into(),
            encryption: Some(Encryption::opaque(SecretKey([5; 32]))),
            ..StageOptions::default()
        };
        let mut staging = engine.stage(options).await.unwrap();
        staging.write(data.clone()).await.unwrap();
        let staged = staging.seal().await.unwrap();
        put_staged(&engine, key, staged).await.unwrap();
        let now = stored_bytes(&engine);
        assert!(now > stored + data.len() as u64);
        stored = now;
    }
    assert_eq!(hints(&engine), 0);
    rig::put(&engine, BUCKET, "plain", &data).await.unwrap();
    assert!(stored_bytes(&engine) > stored + data.len() as u64);
    expect_sound(&engine).await;
}

#[tokio::test]
async fn parts_and_copies_share_too() {
    let rig = Rig::new(7);
    let engine = rig.open();
    dedup_bucket(&engine, BUCKET, "owner").await;
    rig::make_bucket(&engine, "plain").await;
    let (one, two) = (body(70, 2 * MIB), body(71, MIB + 200_000));
    rig::put(&engine, BUCKET, "one", &one).await.unwrap();
    rig::put(&engine, BUCKET, "two", &two).await.unwrap();
    let once = stored_bytes(&engine);
    let upload = rig::begin_upload(&engine, BUCKET, "parts").await;
    rig::put_part(&engine, &upload, 1, &one).await;
    rig::put_part(&engine, &upload, 2, &one).await;
    rig::put_part(&engine, &upload, 3, &two).await;
    rig::put_part(&engine, &upload, 4, &two).await;
    // A part again, once with the same content and once with another.
    rig::put_part(&engine, &upload, 2, &one).await;
    rig::put_part(&engine, &upload, 3, &one).await;
    let copy = CopyPart {
        target: upload.clone(),
        number: 5,
        source: rig::target(BUCKET, "two"),
        source_conditions: Vec::new(),
        range: Some(0..100_000),
        source_key: None,
        encryption: None,
    };
    engine.copy_part(copy).await.unwrap();
    assert_eq!(stored_bytes(&engine), once);
    rig::complete(&engine, &upload, &[1, 3, 5]).await;
    rig::copy(&engine, (BUCKET, "parts"), ("plain", "parts")).await;
    rig::copy(&engine, (BUCKET, "two"), ("plain", "two")).await;
    for key in ["one", "two", "parts"] {
        delete(&engine, BUCKET, key).await;
        engine.tidy().await.unwrap();
        expect_sound(&engine).await;
    }
    let whole = [&one[..], &one[..], &two[..100_000]].concat();
    expect(&engine, "plain", "parts", &whole.into()).await;
    expect(&engine, "plain", "two", &two).await;
    // What only a copy elsewhere names is found as well.
    rig::put(&engine, BUCKET, "again", &two).await.unwrap();
    assert_eq!(stored_bytes(&engine), once);
    for (bucket, key) in [("plain", "parts"), (BUCKET, "again"), ("plain", "two")] {
        delete(&engine, bucket, key).await;
        engine.tidy().await.unwrap();
        expect_sound(&engine).await;
    }
    assert_eq!((stored_bytes(&engine), hints(&engine)), (0, 0));
}

#[tokio::test]
async fn short_bodies_stay_in_the_log_and_go_at_once() {
    let rig = Rig::new(8);
    let engine = rig.open();
    dedup_bucket(&engine, BUCKET, "owner").await;
    let data = body(8, 100_000);
    rig::put(&engine, BUCKET, "k1", &data).await.unwrap();
    rig::put(&engine, BUCKET, "k2", &data).await.unwrap();
    assert_eq!((stored_bytes(&engine), hints(&engine)), (0, 0));
    delete(&engine, BUCKET, "k1").await;
    let mut notes = 0;
    let trash = key::table(Table::Trash);
    let walked = engine.meta.store().walk(&trash, &mut |_, _| {
        notes += 1;
        Step::Next
    });
    walked.unwrap();
    assert_eq!(notes, 0);
    expect(&engine, BUCKET, "k2", &data).await;
    expect_sound(&engine).await;
}

#[tokio::test]
async fn chunks_that_compaction_has_moved_are_found() {
    let rig = Rig::new(9);
    let engine = rig.open();
    dedup_bucket(&engine, BUCKET, "owner").await;
    for number in 0..12 {
        let data = body(900 + number, MIB);
        rig::put(&engine, BUCKET, &format!("k{number}"), &data)
            .await
            .unwrap();
    }
    for number in (0..12).filter(|number| number % 3 != 0) {
        delete(&engine, BUCKET, &format!("k{number}")).await;
    }
    engine.tidy().await.unwrap();
    assert!(engine.compact().await.unwrap() > 0);
    let before = stored_bytes(&engine);
    let data = body(903, MIB);
    rig::put(&engine, BUCKET, "again", &data).await.unwrap();
    assert_eq!(stored_bytes(&engine), before);
    expect(&engine, BUCKET, "again", &data).await;
    expect_sound(&engine).await;
}

#[tokio::test]
async fn a_match_of_the_key_alone_is_none() {
    let rig = Rig::new(10);
    let engine = rig.open();
    dedup_bucket(&engine, BUCKET, "owner").await;
    rig::put(&engine, BUCKET, "theirs", &body(10, MIB))
        .await
        .unwrap();
    let target: Target = rig::target(BUCKET, "theirs");
    let detail = engine.head(target).await.unwrap().row.detail.unwrap();
    let crate::row::Body::Runs(runs) = detail.body else {
        panic!("{:?}", detail.body)
    };
    let theirs = runs[0].ids.iter().next().unwrap();
    let ours = body(11, MIB);
    let digest = *blake3::hash(&ours).as_bytes();
    let right = engine.hints.hint("owner", &digest, theirs);
    let row: DedupRow = row::decode(&right.1.unwrap()).unwrap();
    let found = |row: DedupRow| {
        let (engine, key) = (&engine, right.0.clone());
        async move {
            write_row(engine, key, &row).await;
            engine.hints.find("owner", &digest).await.unwrap()
        }
    };
    let mut other = row;
    other.digest[15] ^= 1;
    assert!(found(other).await.is_none());
    other = row;
    other.scope[0] ^= 1;
    assert!(found(other).await.is_none());
    // So the test tests something: with the whole of both it would have been believed.
    assert_eq!(found(row).await.map(|known| known.extent), Some(theirs));
    other = row;
    other.digest[0] ^= 1;
    write_row(&engine, right.0.clone(), &other).await;
    rig::put(&engine, BUCKET, "ours", &ours).await.unwrap();
    expect(&engine, BUCKET, "ours", &ours).await;
    // The row that was in the way has made way.
    let before = stored_bytes(&engine);
    rig::put(&engine, BUCKET, "ours too", &ours).await.unwrap();
    assert_eq!(stored_bytes(&engine), before);
}
