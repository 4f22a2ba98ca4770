//! A failing history, made as small as it gets: rounds and operations that are not needed for it
//! to fail the same way are left out.

use std::time::Instant;

use super::play::Round;
use super::recover::Made;
use super::{Failed, Kind, crash_history};
use crate::operation::Operation;
use crate::shrink::{SHRINK_MAX, smallest};

/// Leaves out rounds, then single operations, for as long as some crash fails in the same way.
pub(super) fn smaller(
    kind: Kind,
    seed: u64,
    rounds: Vec<Round>,
    failed: Failed,
) -> (Vec<Round>, Failed) {
    let until = Instant::now() + SHRINK_MAX;
    let way = way(&failed).to_owned();
    let fails = |rounds: &[Round]| {
        let outcome = crash_history(kind, seed, rounds, u64::MAX, &mut Made::default());
        outcome.err().filter(|failed| self::way(failed) == way)
    };
    let (rounds, failed) = smallest(rounds, failed, until, fails);
    let single: Vec<(usize, Operation)> = rounds
        .into_iter()
        .enumerate()
        .flat_map(|(number, round)| round.into_iter().map(move |operation| (number, operation)))
        .collect();
    let (single, failed) = smallest(single, failed, until, |single| fails(&in_rounds(single)));
    (in_rounds(&single), failed)
}

fn in_rounds(single: &[(usize, Operation)]) -> Vec<Round> {
    let rounds = single.chunk_by(|(one, _), (next, _)| one == next);
    let operations = |round: &[(usize, Operation)]| {
        let operations = round.iter().map(|(_, operation)| operation.clone());
        operations.collect()
    };
    rounds.map(operations).collect()
}

/// Which promise was broken, whatever it was about and however the drive came through the crash:
/// what is said between the first two colons. Without a crash it is the operation that differs.
fn way(failed: &Failed) -> &str {
    let mut parts = failed.what.split(": ");
    match failed.at {
        Some(_) => parts.nth(1).unwrap_or_default(),
        None => "without a crash",
    }
}

#[test]
fn the_way_is_what_does_not_depend_on_the_history() {
    let failed = |what: &str| Failed {
        at: Some((1, 2)),
        what: what.to_owned(),
    };
    let one = failed("Any, the 4th: nothing that may be there is there: bucket 3 has 2 rows");
    let other = failed("Nothing, the 0th: nothing that may be there is there: no bucket 1");
    let third = failed("Prefix, again at step 3, then Any: open after the crash: data folder: x");
    assert_eq!(way(&one), way(&other));
    assert_ne!(way(&one), way(&third));
}

#[test]
fn operations_find_their_rounds_again() {
    let tidy = || Operation::Tidy;
    let single = [(0, tidy()), (2, tidy()), (2, tidy())];
    let lengths: Vec<usize> = in_rounds(&single).iter().map(Vec::len).collect();
    assert_eq!(lengths, [1, 2]);
}
