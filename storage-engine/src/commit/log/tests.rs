//! The drive takes no writes for a while; then the machine stops, at every step there is.

use super::*;
use crate::commit::rig::{Machine, Rows, Store, name_of, on_one_thread};
use crate::disk::sim::Survival;

const CHANGES: u64 = 12;
const MODES: [Survival; 4] = [
    Survival::Nothing,
    Survival::Everything,
    Survival::Prefix,
    Survival::Any,
];

/// How a life ended: what rows must say, or may say instead.
struct Ended {
    possible: Vec<Rows>,
    refused: u64,
    stopped: bool,
}

/// Puts one after the other until the store stops. `strict`: what was refused is gone for good.
async fn live(store: &Store, before: &Rows, numbers: std::ops::Range<u64>, strict: bool) -> Ended {
    let mut rows = before.clone();
    let mut instead: Vec<Rows> = Vec::new();
    let (mut refused, mut stopped) = (0, false);
    for number in numbers {
        let mut with = rows.clone();
        with.insert(name_of(number), number);
        match store.put(number).await {
            Ok(()) => {
                rows = with;
                instead.clear();
            }
            Err(Error::NoSpace { .. }) => {
                refused += 1;
                // Only the first one was written at all: the others waited for it to be voided.
                if !strict && instead.is_empty() {
                    instead.push(with);
                }
            }
            Err(Error::Stopped { .. }) => {
                instead.push(with);
                stopped = true;
                break;
            }
            Err(other) => panic!("change {number}: {other}"),
        }
        assert_eq!(
            store.rows(),
            rows,
            "a change that was not answered is visible"
        );
        store.verify();
    }
    instead.push(rows);
    Ended {
        possible: instead,
        refused,
        stopped,
    }
}

/// What happens to the drive during the first life.
#[derive(Debug, Clone, Copy)]
struct Fate {
    full_at: u64,
    full_for: u64,
    crash_at: Option<u64>,
}

/// One fate and what follows from it. How many changes were refused.
async fn suffer(fate: Fate, seed: u64) -> u64 {
    let machine = Machine::new(seed);
    let Ok(store) = machine.open() else { return 0 };
    for step in fate.full_at..fate.full_at + fate.full_for {
        machine.disk.fail_at(step, libc::ENOSPC);
    }
    if let Some(step) = fate.crash_at {
        machine.disk.crash_at(step);
    }
    let ended = live(&store, &Rows::new(), 0..CHANGES, fate.full_for == 1).await;
    // Enough steps later to be sure that the last change met no error.
    let over = machine.disk.steps() > fate.full_at + fate.full_for + 8;
    if fate.crash_at.is_none() && over && !ended.stopped {
        let last = CHANGES - 1;
        assert_eq!(
            store.rows()[&name_of(last)],
            last,
            "{fate:?}: the log did not go on"
        );
    }
    for (at, mode) in MODES.into_iter().cycle().take(8).enumerate() {
        let seed = seed * 8 + at as u64;
        let machine = machine.restarted(mode, seed);
        let store = machine
            .open()
            .unwrap_or_else(|error| panic!("{fate:?}: {error}"));
        let rows = store.rows();
        assert!(
            ended.possible.contains(&rows),
            "{fate:?}, {mode:?}, seed {seed}: found {rows:?}, possible {:?}",
            ended.possible
        );
        store.verify();
        // What is left of the first life must not come up in later ones either.
        let more = CHANGES..CHANGES + 4;
        let again = live(&store, &rows, more, true).await;
        assert_eq!((again.refused, again.stopped), (0, false));
        let machine = machine.restarted(Survival::Any, seed + 1);
        let store = machine
            .open()
            .unwrap_or_else(|error| panic!("{fate:?}: {error}"));
        assert_eq!(
            Some(&store.rows()),
            again.possible.last(),
            "{fate:?}, {mode:?}"
        );
        store.verify();
    }
    drop(store.embedded);
    ended.refused
}

/// Steps that one life takes, and those of opening before it.
fn steps() -> (u64, u64) {
    on_one_thread(async {
        let machine = Machine::new(1);
        let store = machine.open().unwrap();
        let begin = machine.disk.steps();
        let ended = live(&store, &Rows::new(), 0..CHANGES, true).await;
        assert!(!ended.stopped && ended.refused == 0);
        (begin, machine.disk.steps())
    })
}

#[test]
fn what_the_drive_had_no_room_for_never_counts_and_the_log_goes_on() {
    let (begin, end) = steps();
    let mut refused = 0;
    for full_at in begin..end {
        for full_for in 1..=4 {
            let fate = Fate {
                full_at,
                full_for,
                crash_at: None,
            };
            refused += on_one_thread(suffer(fate, full_at * 4 + full_for));
        }
    }
    assert!(
        refused > end - begin,
        "{refused} refusals in {} steps",
        end - begin
    );
}

#[test]
fn the_machine_stops_while_the_log_recovers_from_a_full_drive() {
    let (begin, end) = steps();
    let mut refused = 0;
    for full_at in begin..end {
        for (full_for, after) in [
            (1, 0),
            (1, 1),
            (1, 2),
            (1, 3),
            (1, 4),
            (2, 0),
            (2, 2),
            (3, 3),
        ] {
            let fate = Fate {
                full_at,
                full_for,
                crash_at: Some(full_at + full_for + after),
            };
            refused += on_one_thread(suffer(fate, full_at * 8 + after));
        }
    }
    assert!(
        refused > end - begin,
        "{refused} refusals in {} steps",
        end - begin
    );
}

#[test]
fn a_group_is_one_write_and_one_sync() {
    on_one_thread(async {
        let machine = Machine::new(1);
        let store = machine.open().unwrap();
        let before = machine.disk.steps();
        // Short bodies: all of them fit into the first segment with room to spare.
        let puts = (0..8).map(|number| store.put(7 * number + 3));
        for put in futures_util::future::join_all(puts).await {
            put.unwrap();
        }
        let stats = store.embedded.progress().stats();
        assert_eq!(stats.changes, 8);
        assert_eq!(machine.disk.steps() - before, 2 * stats.groups);
    });
}

/// Nobody waits for a segment to be made, and replay finds them in the order they were filled.
#[test]
fn segments_made_ahead_are_filled_in_the_order_of_their_ids() {
    on_one_thread(async {
        let machine = Machine::new(1);
        let store = machine.open().unwrap();
        let mut filled = Vec::new();
        for number in 0..60 {
            store.put(number).await.unwrap();
            let now = store.embedded.progress().applied().segment;
            if filled.last() != Some(&now) {
                filled.push(now);
            }
        }
        assert!(filled.len() > 3, "{filled:?}");
        assert!(filled.is_sorted(), "{filled:?}");
        let rows = store.rows();
        // From an index that has seen nothing: the log alone must tell all of it.
        let machine = Machine {
            disk: machine.disk.restart(Survival::Nothing, 1),
            index: Arc::default(),
        };
        let again = machine.open().unwrap();
        assert_eq!(again.rows(), rows);
        again.verify();
        again.embedded.close().unwrap();
        let last = again.segments.all().pop().unwrap();
        assert!(
            last.id() > *filled.last().unwrap(),
            "a start goes on in a segment of its own"
        );
    });
}

/// At an orderly end nothing is left of a segment that was made and not needed.
#[test]
fn a_segment_made_ahead_in_vain_is_put_aside() {
    on_one_thread(async {
        let store = Machine::new(1).open().unwrap();
        // These fill the first segment to its last quarter and no further.
        for number in 0..6 {
            store.put(number).await.unwrap();
        }
        assert_eq!(store.embedded.progress().applied().segment, SegmentId(1));
        store.embedded.close().unwrap();
        assert_eq!(store.segments.all().len(), 1);
        let next = store.segments.create(SegmentKind::Log).unwrap();
        assert_eq!(next.id(), SegmentId(3), "none was made ahead");
    });
}
