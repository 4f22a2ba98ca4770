//! A store after a crash: in every way the drive may have come through it.

use storage_engine::Engine;
use storage_engine::disk::sim::Survival;

use super::play::{Ended, Machine};
use crate::operation::{At, Body, Operation, Pick, Terms};
use crate::run::check;
use crate::send::send;
use crate::settle::Verdict;
use crate::survey::{Depth, compare};

/// What each crash leaves in turn: all that can be left, and of what leaves a choice several.
pub const SURVIVALS: [Survival; 8] = [
    Survival::Nothing,
    Survival::Everything,
    Survival::Prefix,
    Survival::Prefix,
    Survival::Any,
    Survival::Any,
    Survival::Any,
    Survival::Any,
];

/// Steps of the drive within which the second of two crashes in a row comes: more than a recovery
/// takes, so that some come while the store tidies up.
const RECOVERY_STEPS: u64 = 8;

/// What has been made, so that a test that makes too little fails.
#[derive(Debug, Default)]
pub struct Made {
    pub points: u64,
    /// By the number of the survival.
    pub recoveries: [u64; SURVIVALS.len()],
    /// Recoveries that were broken off by a second crash.
    pub broken_off: u64,
    /// Recoveries after which the last request was done, and those after which it was not.
    pub done: u64,
    pub undone: u64,
    /// Recoveries that found more than the crash before them: they differ at all.
    pub differing: u64,
}

impl Made {
    /// Every crash point was recovered from in every way.
    pub fn expect(&self, points: u64) {
        println!("{self:?}");
        assert!(self.points >= points, "{points} crash points: {self:?}");
        for (made, survival) in self.recoveries.iter().zip(SURVIVALS) {
            assert!(*made >= points, "{survival:?}: {self:?}");
        }
        assert!(self.broken_off >= points / 3, "two in a row: {self:?}");
        assert!(
            self.done > points / 20,
            "requests that came through: {self:?}"
        );
        assert!(self.undone > points / 20, "requests that did not: {self:?}");
        assert!(self.differing > points / 20, "survivals: {self:?}");
    }
}

/// Recovers from one crash in every way, and once more with another crash on the way.
pub async fn recover(machine: &Machine, ended: &Ended, point: u64, made: &mut Made) -> Verdict {
    let mut outcomes = [false; SURVIVALS.len()];
    for (number, survival) in (0u64..).zip(SURVIVALS) {
        let within = |what| format!("{survival:?}, the {number}th: {what}");
        let found = machine.restarted(survival, point * 8 + number);
        let mut ended = ended.clone();
        let (engine, done) = recovered(&found, &mut ended).await.map_err(within)?;
        let at = usize::try_from(number).expect("there are few");
        outcomes[at] = done == Outcome::Done;
        if !ended.instead.is_empty() {
            made.done += u64::from(done == Outcome::Done);
            made.undone += u64::from(done == Outcome::Undone);
        }
        // One of them goes on living.
        if point % 8 == number {
            let lived = live_on(engine, &found, &mut ended, point).await;
            lived.map_err(within)?;
        }
        made.recoveries[at] += 1;
    }
    made.points += 1;
    made.differing += u64::from(outcomes.iter().any(|outcome| *outcome != outcomes[0]));
    made.broken_off += u64::from(twice(machine, ended, point).await?);
    Ok(())
}

/// The power goes again while the store recovers. Whether it came to that.
async fn twice(machine: &Machine, ended: &Ended, point: u64) -> Result<bool, String> {
    let of = |number: u64| SURVIVALS[usize::try_from(number % 8).expect("less than eight")];
    let (first, second, step) = (of(point), of(point / 8), point % RECOVERY_STEPS);
    let within = |what| format!("{first:?}, again at step {step}, then {second:?}: {what}");
    let machine = machine.restarted(first, point + 1);
    machine.disk.crash_at(step);
    let mut broken_off = true;
    if let Ok(engine) = machine.open() {
        // It may have come back before it went again: nothing changes but the drive.
        let tidied = engine.tidy().await;
        broken_off = tidied.and(engine.compact().await).is_err();
    }
    let machine = machine.restarted(second, point / 3);
    let mut ended = ended.clone();
    recovered(&machine, &mut ended).await.map_err(within)?;
    Ok(broken_off)
}

/// What became of the requests that were under way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    Done,
    /// Some of them, at least, did not take place.
    Undone,
}

/// Opens a store and compares it with what must be there, or may be there instead.
async fn recovered(machine: &Machine, ended: &mut Ended) -> Result<(Engine, Outcome), String> {
    let engine = machine
        .open()
        .map_err(|error| format!("open after the crash: {error}"))?;
    let outcome = matching(&engine, ended).await?;
    check(&engine).await?;
    Ok((engine, outcome))
}

/// Compares with what must be there, then with what may be there instead.
pub async fn matching(engine: &Engine, ended: &mut Ended) -> Result<Outcome, String> {
    let mut reasons = Vec::new();
    let may_be = std::iter::once(&ended.world.oracle).chain(&ended.instead);
    for (number, oracle) in may_be.enumerate() {
        let mut oracle = oracle.clone();
        match compare(engine, &mut oracle, Depth::Bodies).await {
            Ok(()) => {
                ended.world.oracle = oracle;
                return Ok(match number {
                    0 => Outcome::Done,
                    _ => Outcome::Undone,
                });
            }
            Err(reason) => reasons.push(reason),
        }
    }
    Err(format!(
        "nothing that may be there is there: {}",
        reasons.join("; or ")
    ))
}

/// Goes on with the recovered store, over another crash.
async fn live_on(engine: Engine, machine: &Machine, ended: &mut Ended, point: u64) -> Verdict {
    goes_on(&engine, ended, point).await?;
    let survival = SURVIVALS[usize::try_from(point / 8 % 8).expect("less than eight")];
    let machine = machine.restarted(survival, point / 5);
    drop(engine);
    let engine = machine
        .open()
        .map_err(|error| format!("open after a second crash: {error}"))?;
    compare(&engine, &mut ended.world.oracle, Depth::Bodies).await?;
    check(&engine).await
}

/// The recovered store takes changes.
pub async fn goes_on(engine: &Engine, ended: &mut Ended, point: u64) -> Verdict {
    for operation in afterwards(point) {
        let plan = ended
            .world
            .plan(&operation)
            .expect("all of them are requests");
        let reply = send(engine, plan.request).await;
        let wrong = |what| format!("after the crash, {operation:?}: {what}");
        ended.world.settle(plan.expected, reply).map_err(wrong)?;
    }
    compare(engine, &mut ended.world.oracle, Depth::Bodies).await?;
    check(engine).await
}

/// Things a recovered store must still be able to do.
fn afterwards(point: u64) -> Vec<Operation> {
    let flavour = u8::try_from(point % 5).expect("less than five");
    let at = |key| At { bucket: 0, key };
    let put = |key, len| Operation::Put {
        at: at(key),
        body: Body {
            len,
            flavour,
            pieces: 2,
            announced: true,
        },
        terms: Terms::default(),
    };
    let pick = Pick::Current;
    vec![
        Operation::CreateBucket {
            bucket: 0,
            lockable: false,
            holder: 0,
        },
        put(0, 3),
        put(1, 5),
        put(2, 12),
        Operation::Delete {
            at: at(0),
            version: pick,
            wish: None,
            bypass: false,
        },
        Operation::Tidy,
        Operation::Compact,
        put(0, 7),
    ]
}
