//! The power goes at every write and sync of generated histories.
//!
//! After the restart everything that was answered is there, byte for byte; what was under way is
//! done or it is not; the store's own check finds nothing; and it goes on taking changes. Each
//! crash is recovered from in every way the drive may have come through it, and once with the power
//! going again meanwhile.

mod play;
mod recover;
mod smaller;

pub use play::{Ended, alternatives};
pub use recover::{goes_on, matching};

use play::{Machine, Round, play, play_until};
use recover::{Made, recover};

use crate::model::soaks;
use crate::operation::{At, Body, Mix, Operation, Pick, Setting, Terms, histories};
use crate::print;
use crate::seeds::{Kept, generated};
use crate::settle::Verdict;
use smaller::smaller;

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

/// What the machine is like besides the power.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Usual,
    /// The index finds no room once, and some again at once: nobody must notice.
    IndexFillsUp,
}

/// Calls of the index within which it finds no room: as many as a history makes, or so.
const INDEX_CALLS: u64 = 40;

impl Kind {
    fn machine(self, point: u64) -> Machine {
        let machine = Machine::new(point);
        if self == Kind::IndexFillsUp {
            machine.index.fill_up_at(point % INDEX_CALLS, 0, point);
        }
        machine
    }
}

/// How a history fails.
#[derive(Debug, Clone)]
struct Failed {
    /// Point and step; none without a crash.
    at: Option<(u64, u64)>,
    what: String,
}

/// Steps a whole run takes.
fn steps(kind: Kind, seed: u64, rounds: &[Round]) -> Result<u64, String> {
    on_one_thread(async {
        let machine = kind.machine(seed);
        let engine = machine.open().map_err(|error| error.to_string())?;
        play(&engine, &machine, rounds).await?;
        Ok(machine.disk.steps())
    })
}

/// One crash and everything that may come after it.
fn crash_at(kind: Kind, point: u64, step: u64, rounds: &[Round], made: &mut Made) -> Verdict {
    on_one_thread(async {
        let machine = kind.machine(point);
        let ended = play_until(&machine, step, rounds).await?;
        recover(&machine, &ended, point, made).await
    })
}

/// Crashes a history at every step, as far as there are any left.
fn crash_history(
    kind: Kind,
    seed: u64,
    rounds: &[Round],
    left: u64,
    made: &mut Made,
) -> Result<(), Failed> {
    let steps = steps(kind, seed, rounds).map_err(|what| Failed { at: None, what })?;
    for step in (0..=steps).take(usize::try_from(left).unwrap_or(usize::MAX)) {
        let point = seed.wrapping_mul(POINTS_OF_A_HISTORY).wrapping_add(step);
        let crashed = crash_at(kind, point, step, rounds, made);
        let at = Some((point, step));
        crashed.map_err(|what| Failed { at, what })?;
    }
    Ok(())
}

/// Crashes one history after the other at every step until `points` are done.
fn crash_everywhere(
    name: &'static str,
    kind: Kind,
    points: u64,
    history: impl Fn(u64) -> Vec<Round>,
) {
    let mut made = Made::default();
    let kept = Kept::of(name);
    for seed in kept.seeds().chain(0..) {
        let rounds = history(seed);
        let left = points.saturating_sub(made.points);
        if left == 0 {
            break;
        }
        if let Err(failed) = crash_history(kind, seed, &rounds, left, &mut made) {
            fail(&kept, kind, seed, rounds, failed);
        }
        if made.points / POINTS_OF_A_REPORT > (points - left) / POINTS_OF_A_REPORT {
            println!("{name}: {} of {points} crash points", made.points);
        }
    }
    made.expect(points);
}

/// Tells of a failing history what is left of it when it is made small.
fn fail(kept: &Kept, kind: Kind, seed: u64, rounds: Vec<Round>, failed: Failed) -> ! {
    let whole = rounds.len();
    let (rounds, failed) = smaller(kind, seed, rounds, failed);
    let what = failed.what;
    let (what, call) = match failed.at {
        Some((point, step)) => (
            format!(
                "{} of {whole} rounds, crash at step {step}: {what}",
                rounds.len()
            ),
            format!("crash::replay(crash::Kind::{kind:?}, {point}, {step}, "),
        ),
        None => (
            format!(
                "{} of {whole} rounds, without a crash: {what}",
                rounds.len()
            ),
            format!("crash::replay_whole(crash::Kind::{kind:?}, {seed}, "),
        ),
    };
    kept.fail(seed, &what, &print::rounds(&call, &rounds));
}

/// A crash that was found once: `point` decides about everything that is left to chance.
pub fn replay(kind: Kind, point: u64, step: u64, rounds: &[Round]) {
    crash_at(kind, point, step, rounds, &mut Made::default()).unwrap();
}

/// A history that failed without a crash.
#[allow(dead_code, reason = "what a failure prints may call it")]
pub fn replay_whole(kind: Kind, seed: u64, rounds: &[Round]) {
    steps(kind, seed, rounds).unwrap();
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
    crash_everywhere("crash", Kind::Usual, points(1_000, 500_000), all_operations);
}

/// The other half of the histories, beside the first one.
#[test]
fn every_step_of_more_operations() {
    let others = |seed| all_operations(seed + (1 << 40));
    crash_everywhere("crash-more", Kind::Usual, points(500, 250_000), others);
}

/// Several changes share a group: each of them is there or not.
#[test]
fn every_step_of_changes_in_groups() {
    crash_everywhere("crash-groups", Kind::Usual, points(600, 250_000), in_groups);
}

/// The index is opened anew on the way, and catches up with the log. Nobody notices, and a crash
/// meanwhile is one like any other.
#[test]
fn every_step_while_the_index_fills_up() {
    let others = |seed| all_operations(seed + (1 << 41));
    let kind = Kind::IndexFillsUp;
    crash_everywhere("crash-full-index", kind, points(500, 250_000), others);
}

#[test]
fn every_step_of_groups_while_the_index_fills_up() {
    let others = |seed| in_groups(seed + (1 << 41));
    let kind = Kind::IndexFillsUp;
    crash_everywhere(
        "crash-full-index-groups",
        kind,
        points(300, 250_000),
        others,
    );
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
        holder: 0,
    }]];
    if seed % 2 == 1 {
        let setting = Setting::Enable;
        rounds.push(vec![Operation::UpdateBucket { bucket: 0, setting }]);
    }
    rounds.extend((0..6).map(round));
    rounds
}
