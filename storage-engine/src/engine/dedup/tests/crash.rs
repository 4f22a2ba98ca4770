//! Many at a time, and the power going in between.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use super::*;
use crate::disk::sim::Survival;
use crate::error::Error;

type Model = BTreeMap<String, Bytes>;

/// Few contents, so that they meet.
fn content(number: u64) -> Bytes {
    let len = [150_000, MIB, MIB + 140_000, 2 * MIB + 1][number as usize % 4];
    body(number % 8, len)
}

fn number(seed: u64, round: u64) -> u64 {
    let hash = blake3::hash(&[seed.to_le_bytes(), round.to_le_bytes()].concat());
    hash.as_bytes()
        .iter()
        .fold(0, |sum, byte| (sum << 8) | u64::from(*byte))
}

/// Puts and deletes keys of its own; what it has in the end. Ends early once the power is off:
/// then the last key may have either content.
async fn work(engine: &Engine, worker: u64, rounds: u64) -> (Model, Option<String>) {
    let mut model = Model::new();
    for round in 0..rounds {
        let dice = number(worker, round);
        let key = format!("w{worker} k{}", dice % 4);
        let data = content(dice >> 8);
        let outcome = match (dice >> 16) & 3 {
            0 => rig::delete(engine, BUCKET, &key, None).await,
            _ => rig::put(engine, BUCKET, &key, &data).await,
        };
        match (outcome, (dice >> 16) & 3) {
            (Ok(()), 0) => drop(model.remove(&key)),
            (Ok(()), _) => drop(model.insert(key, data)),
            (Err(Error::Io { .. } | Error::Stopped { .. }), _) => return (model, Some(key)),
            (Err(error), _) => panic!("{error:?}"),
        }
    }
    (model, None)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_at_a_time_share_and_let_go() {
    let rig = Rig::new(30);
    let engine = Arc::new(rig.open());
    dedup_bucket(&engine, BUCKET, "owner").await;
    let sweeping = {
        let engine = Arc::clone(&engine);
        tokio::spawn(async move {
            loop {
                engine.tidy().await.unwrap();
                engine.compact().await.unwrap();
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        })
    };
    let workers = (0..6u64).map(|worker| {
        let engine = Arc::clone(&engine);
        tokio::spawn(async move { work(&engine, worker, 60).await })
    });
    let workers: Vec<_> = workers.collect();
    let mut models = Vec::new();
    for worker in workers {
        models.push(worker.await.unwrap().0);
    }
    sweeping.abort();
    let _ = sweeping.await;
    for (key, data) in models.iter().flatten() {
        expect(&engine, BUCKET, key, data).await;
    }
    engine.tidy().await.unwrap();
    expect_sound(&engine).await;
    let logical: usize = models.iter().flatten().map(|(_, data)| data.len()).sum();
    let stored = stored_bytes(&engine) as usize;
    assert!(stored < logical, "{stored} of {logical}");
    for (key, _) in models.iter().flatten() {
        rig::delete(&engine, BUCKET, key, None).await.unwrap();
    }
    engine.tidy().await.unwrap();
    assert_eq!((stored_bytes(&engine), hints(&engine)), (0, 0));
    expect_sound(&engine).await;
}

/// Works until the power goes at `step`. What is certain, and what is not.
async fn crash(seed: u64, step: u64) -> (Rig, Model, Vec<String>) {
    let rig = Rig::new(seed);
    let engine = Arc::new(rig.open());
    dedup_bucket(&engine, BUCKET, "owner").await;
    rig.disk.crash_at(rig.disk.steps() + step);
    let workers = (0..2u64).map(|worker| {
        let engine = Arc::clone(&engine);
        async move {
            let done = work(&engine, seed * 10 + worker, 40).await;
            // Who has nothing left to do sweeps, as far as it goes.
            let _ = engine.tidy().await;
            done
        }
    });
    let done = futures_util::future::join_all(workers).await;
    let mut model = Model::new();
    let mut unsure = Vec::new();
    for (own, last) in done {
        unsure.extend(last);
        model.extend(own);
    }
    model.retain(|key, _| !unsure.contains(key));
    (rig, model, unsure)
}

#[tokio::test]
async fn a_crash_leaves_no_hint_that_is_wrong() {
    let survivals = [
        Survival::Nothing,
        Survival::Everything,
        Survival::Prefix,
        Survival::Any,
    ];
    let mut interrupted = 0;
    for step in (1..100).step_by(9) {
        let (rig, model, unsure) = crash(31 + step, step).await;
        interrupted += unsure.len();
        for (seed, survival) in (0..).zip(survivals) {
            let rig = rig.after_crash(survival, step * 10 + seed);
            let engine = rig.open();
            expect_sound(&engine).await;
            for (key, data) in &model {
                expect(&engine, BUCKET, key, data).await;
            }
            // What comes again finds what is there, and nothing else.
            for number in 0..4 {
                let (key, data) = (format!("new {number}"), content(number));
                rig::put(&engine, BUCKET, &key, &data).await.unwrap();
                expect(&engine, BUCKET, &key, &data).await;
            }
            engine.tidy().await.unwrap();
            expect_sound(&engine).await;
        }
    }
    assert!(interrupted > 10, "{interrupted}");
}
