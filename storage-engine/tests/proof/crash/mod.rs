//! The power goes at every write and sync of generated histories.
//!
//! After the restart everything that was answered is there, byte for byte; what was under way is
//! done or it is not; the store's own check finds nothing; and it goes on taking changes. Each
//! crash is recovered from in every way the drive may have come through it, and once with the power
//! going again meanwhile.

mod play;
mod recover;

pub use play::{Ended, alternatives};
pub use recover::{goes_on, matching};

use play::{Machine, Round, play, play_until};
use recover::{Made, recover};

use crate::model::soaks;
use crate::operation::{At, Body, Mix, Operation, Pick, Setting, Terms, histories};
use crate::print;
use crate::seeds::{Kept, generated};
use crate::settle::Verdict;

/// Between the numbers of the crash points of two histories.
const POINTS_OF_A_HISTORY: u64 = 10_000;

/// After so many a long run says how far it is.
const POINTS_OF_A_REPORT: u64 = 10_000;

pub fn on_one_thread<T>(work: impl Future<Output = T>) -> T {
    let mut builder = tokio::runtime::Builder::new_current_thread();
    builder
        .enable_all()
        .build()
        .expect("a runtime can be made")
        .block_on(work)
}

/// Steps a whole run takes.
fn steps(seed: u64, rounds: &[Round]) -> Result<u64, String> {
    on_one_thread(async {
        let machine = Machine::new(seed);
        let engine = machine.open().map_err(|error| error.to_string())?;
        play(&engine, &machine, rounds).await?;
        Ok(machine.disk.steps())
    })
}

/// One crash and everything that may come after it.
fn crash_at(point: u64, step: u64, rounds: &[Round], made: &mut Made) -> Verdict {
    on_one_thread(async {
        let machine = Machine::new(point);
        let ended = play_until(&machine, step, rounds).await?;
        recover(&machine, &ended, point, made).await
    })
}

/// Crashes a history at every step, as far as there are any left.
fn crash_history(seed: u64, rounds: &[Round], left: u64, made: &mut Made) -> Verdict {
    let steps = steps(seed, rounds).map_err(|what| format!("without a crash: {what}"))?;
    for step in (0..=steps).take(usize::try_from(left).unwrap_or(usize::MAX)) {
        let point = seed.wrapping_mul(POINTS_OF_A_HISTORY).wrapping_add(step);
        let crashed = crash_at(point, step, rounds, made);
        crashed
            .map_err(|what| format!("crash at step {step} of {steps}, point {point}: {what}"))?;
    }
    Ok(())
}

/// Crashes one history after the other at every step until `points` are done.
fn crash_everywhere(name: &'static str, points: u64, history: impl Fn(u64) -> Vec<Round>) {
    let mut made = Made::default();
    let kept = Kept::of(name);
    for seed in kept.seeds().chain(0..) {
        let rounds = history(seed);
        let left = points.saturating_sub(made.points);
        if left == 0 {
            break;
        }
        if let Err(what) = crash_history(seed, &rounds, left, &mut made) {
            kept.fail(seed, &what, &print::rounds(&rounds));
        }
        if made.points / POINTS_OF_A_REPORT > (points - left) / POINTS_OF_A_REPORT {
            println!("{name}: {} of {points} crash points", made.points);
        }
    }
    made.expect(points);
}

/// A crash that was found once: `point` decides about everything that is left to chance.
pub fn replay(point: u64, step: u64, rounds: &[Round]) {
    crash_at(point, step, rounds, &mut Made::default()).unwrap();
}

fn points(usual: u64, soak: u64) -> u64 {
    if soaks() { soak } else { usual }
}

fn all_operations(seed: u64) -> Vec<Round> {
    let operations = generated(seed, histories(Mix::CRASH, 40));
    operations
        .into_iter()
        .map(|operation| vec![operation])
        .collect()
}

#[test]
fn every_step_of_all_operations() {
    crash_everywhere("crash", points(1_000, 500_000), all_operations);
}

/// The other half of the histories, beside the first one.
#[test]
fn every_step_of_more_operations() {
    let others = |seed| all_operations(seed + (1 << 40));
    crash_everywhere("crash-more", points(500, 250_000), others);
}

/// Several changes share a group: each of them is there or not.
#[test]
fn every_step_of_changes_in_groups() {
    crash_everywhere("crash-groups", points(600, 250_000), in_groups);
}

fn in_groups(seed: u64) -> Vec<Round> {
    let round = |round: u8| {
        let operation = |key: u8| {
            let number = seed
                .wrapping_mul(31)
                .wrapping_add(u64::from(round) * 7 + u64::from(key));
            let small = |number: u64| u8::try_from(number % 251).expect("less than 251");
            let at = At { bucket: 0, key };
            match number % 4 {
                0 => Operation::Delete {
                    at,
                    version: Pick::Current,
                    wish: None,
                    bypass: false,
                },
                _ => Operation::Put {
                    at,
                    body: Body {
                        len: small(number / 3) % 11,
                        flavour: small(number) % 6,
                        pieces: 1,
                        announced: true,
                    },
                    terms: Terms::default(),
                },
            }
        };
        // Keys that an operation takes as they are, whatever else there is.
        (10..14).map(operation).collect::<Round>()
    };
    let mut rounds = vec![vec![Operation::CreateBucket {
        bucket: 0,
        lockable: false,
    }]];
    if seed % 2 == 1 {
        let setting = Setting::Enable;
        rounds.push(vec![Operation::UpdateBucket { bucket: 0, setting }]);
    }
    rounds.extend((0..6).map(round));
    rounds
}
