//! Clients that race each other: what they saw must have happened in some order.
//!
//! The checker is the one of Wing and Gong (1993) with Lowe's memory of configurations: it looks
//! for an order of the operations of one key that fits both the clock and a plain register.

mod checker;
mod clients;

use std::sync::Arc;
use std::time::Duration;

use storage_engine::{Engine, Error};

use crate::model::soaks;
use crate::store::{clock, open_folder};
use checker::{Action, Event, linearizable};
use clients::race;

/// Clients, operations of each, keys they meet at.
const CLIENTS: u64 = 6;
const OPERATIONS: u64 = 40;

#[test]
fn histories_of_racing_clients_are_linearizable() {
    let rounds = if soaks() { 5_000 } else { 12 };
    crate::run::on_runtime(async move {
        let folder = tempfile::tempdir().unwrap();
        let engine = Arc::new(open_folder(folder.path(), &clock()).unwrap());
        for seed in 0..rounds {
            for (key, history) in race(&engine, seed, CLIENTS, OPERATIONS).await.unwrap() {
                assert!(
                    linearizable(&history),
                    "round {seed}, key {key}: {history:#?}"
                );
            }
        }
        crate::run::check(&engine).await.unwrap();
        stop(engine).await;
    });
}

async fn stop(engine: Arc<Engine>) {
    engine.shutdown().await.unwrap();
    let after = engine.delete_bucket("race").await;
    assert!(matches!(after, Err(Error::Stopped { .. })), "{after:?}");
    tokio::time::sleep(Duration::from_millis(1)).await;
}

fn event(begun: u64, ended: u64, action: Action) -> Event {
    Event {
        begun,
        ended,
        action,
    }
}

#[test]
fn the_checker_accepts_what_overlaps() {
    let history = [
        event(0, 10, Action::Put(1)),
        event(1, 4, Action::Get(None)),
        event(2, 3, Action::Get(None)),
        event(5, 6, Action::Get(Some(1))),
        event(7, 8, Action::PutIfAbsent(2, false)),
        event(11, 12, Action::PutIf(1, 3, true)),
        event(13, 14, Action::Get(Some(3))),
    ];
    assert!(linearizable(&history));
}

#[test]
fn the_checker_refuses_what_cannot_have_happened() {
    let stale = [
        event(0, 1, Action::Put(1)),
        event(2, 3, Action::Put(2)),
        event(4, 5, Action::Get(Some(1))),
    ];
    let back_and_forth = [
        event(0, 9, Action::Put(1)),
        event(1, 2, Action::Get(Some(1))),
        event(3, 4, Action::Get(None)),
    ];
    let both_first = [
        event(0, 5, Action::PutIfAbsent(1, true)),
        event(1, 4, Action::PutIfAbsent(2, true)),
    ];
    let lost = [
        event(0, 1, Action::Put(1)),
        event(2, 5, Action::PutIf(1, 2, true)),
        event(2, 5, Action::PutIf(1, 3, true)),
    ];
    let undead = [
        event(0, 1, Action::Put(1)),
        event(2, 3, Action::Delete),
        event(4, 5, Action::Get(Some(1))),
    ];
    for wrong in [&stale[..], &back_and_forth, &both_first, &lost, &undead] {
        assert!(!linearizable(wrong), "{wrong:?}");
    }
}
