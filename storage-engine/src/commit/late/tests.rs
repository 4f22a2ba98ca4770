//! The index has no room for a while; then the machine stops, at every step there is.

use std::time::Duration;

use tokio::time::timeout;

use crate::commit::rig::{Machine, Rows, Store, name_of, on_one_thread};
use crate::disk::sim::Survival;
use crate::error::Error;
use crate::index::Index;

const CHANGES: u64 = 10;
const MODES: [Survival; 4] = [
    Survival::Nothing,
    Survival::Everything,
    Survival::Prefix,
    Survival::Any,
];

/// What happens during the first life.
#[derive(Debug, Clone, Copy)]
struct Fate {
    /// A call of apply or flush.
    full_at: u64,
    /// A step of the drive.
    crash_at: Option<u64>,
    /// Decides about what is left to chance.
    seed: u64,
}

/// Puts one after the other until the store stops. What rows may say then.
async fn live(store: &Store, fate: Fate) -> Vec<Rows> {
    let mut rows = Rows::new();
    for number in 0..CHANGES {
        let mut with = rows.clone();
        with.insert(name_of(number), number);
        match store.put(number).await {
            Ok(()) => rows = with,
            Err(Error::Stopped { .. }) if fate.crash_at.is_some() => return vec![rows, with],
            Err(other) => panic!("{fate:?}: change {number}: {other}"),
        }
        assert_eq!(store.rows(), rows, "{fate:?}: after change {number}");
        store.verify();
    }
    vec![rows]
}

/// One fate and what follows from it. The steps of the drive that it took.
async fn suffer(fate: Fate) -> u64 {
    let machine = Machine::new(fate.seed);
    machine.index.fill_up_at(fate.full_at, 0, fate.seed);
    if let Some(step) = fate.crash_at {
        machine.disk.crash_at(step);
    }
    let Ok(store) = machine.open() else { return 0 };
    let possible = live(&store, fate).await;
    let steps = machine.disk.steps();
    for (at, mode) in MODES.into_iter().enumerate() {
        let seed = fate.seed * 8 + at as u64;
        let store = machine.restarted(mode, seed).open();
        let store = store.unwrap_or_else(|error| panic!("{fate:?}, {mode:?}: {error}"));
        let rows = store.rows();
        assert!(
            possible.contains(&rows),
            "{fate:?}, {mode:?}: found {rows:?} of {possible:?}"
        );
        store.verify();
        store.put(CHANGES).await.unwrap();
    }
    steps
}

#[test]
fn every_call_of_the_index_may_find_no_room() {
    for full_at in 0..CHANGES + 2 {
        for seed in 0..8 {
            let crash_at = None;
            on_one_thread(suffer(Fate {
                full_at,
                crash_at,
                seed,
            }));
        }
    }
}

#[test]
fn the_machine_stops_while_the_index_catches_up() {
    for full_at in 0..CHANGES {
        let whole = Fate {
            full_at,
            crash_at: None,
            seed: full_at,
        };
        let steps = on_one_thread(suffer(whole));
        for step in 0..steps {
            let seed = step * CHANGES + full_at;
            let crash_at = Some(step);
            on_one_thread(suffer(Fate {
                full_at,
                crash_at,
                seed,
            }));
        }
    }
}

/// Far less than the committer waits between two attempts.
const A_MOMENT: Duration = Duration::from_millis(100);

#[test]
fn a_late_change_waits_and_later_ones_are_refused() {
    on_one_thread(async {
        let machine = Machine::new(1);
        let store = machine.open().unwrap();
        store.put(0).await.unwrap();
        machine.index.fill_up_at(machine.index.calls(), 2, 1);
        let mut late = Box::pin(store.put(1));
        assert!(
            timeout(A_MOMENT, &mut late).await.is_err(),
            "nobody sees it yet"
        );
        for number in 2..5 {
            let refused = store.put(number).await;
            assert!(matches!(refused, Err(Error::NoSpace { .. })), "{refused:?}");
            assert_eq!(store.rows(), Rows::from([(0, 0)]));
        }
        late.await.unwrap();
        assert_eq!(store.rows(), Rows::from([(0, 0), (1, 1)]));
        store.put(5).await.unwrap();
        assert_eq!(store.rows(), Rows::from([(0, 0), (1, 1), (2, 5)]));
        store.verify();
    });
}

/// Nobody waits then: the first change that comes when there is room is taken.
#[test]
fn a_flush_that_finds_no_room_is_seen_to_by_the_next_change() {
    on_one_thread(async {
        let machine = Machine::new(2);
        let store = machine.open().unwrap();
        store.put(0).await.unwrap();
        machine.index.fill_up_at(machine.index.calls(), 0, 2);
        assert!(matches!(machine.index.flush(), Err(Error::NoSpace { .. })));
        store.put(1).await.unwrap();
        assert_eq!(store.rows(), Rows::from([(0, 0), (1, 1)]));
        store.embedded.close().unwrap();
    });
}

/// It is durable: the next start shows it.
#[test]
fn a_store_that_is_closed_tells_those_who_wait() {
    on_one_thread(async {
        let machine = Machine::new(3);
        let store = machine.open().unwrap();
        store.put(0).await.unwrap();
        machine.index.fill_up_at(machine.index.calls(), u64::MAX, 3);
        let mut late = Box::pin(store.put(1));
        assert!(timeout(A_MOMENT, &mut late).await.is_err());
        store.embedded.close().unwrap();
        assert!(matches!(late.await, Err(Error::Stopped { .. })));
        let again = machine.restarted(Survival::Nothing, 3).open().unwrap();
        assert_eq!(again.rows(), Rows::from([(0, 0), (1, 1)]));
    });
}

/// The log refuses a group and cannot even void it; then the index is opened anew. What the group
/// has left in the log is nothing to catch up with.
#[test]
fn what_the_log_refused_is_not_caught_up_with() {
    for seed in 0..64 {
        on_one_thread(async {
            let machine = Machine::new(seed);
            let store = machine.open().unwrap();
            store.put(0).await.unwrap();
            let step = machine.disk.steps();
            machine.disk.fail_at(step, libc::ENOSPC);
            machine.disk.fail_at(step + 1, libc::ENOSPC);
            let refused = store.put(1).await;
            assert!(matches!(refused, Err(Error::NoSpace { .. })), "{refused:?}");
            machine.index.fill_up_at(machine.index.calls(), 0, seed);
            assert!(machine.index.flush().is_err());
            store.put(2).await.unwrap();
            assert_eq!(store.rows(), Rows::from([(0, 0), (2, 2)]), "seed {seed}");
            store.verify();
        });
    }
}
