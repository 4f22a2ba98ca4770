//! A history up to the moment the power goes, and what may be true then.

use std::sync::Arc;

use futures_util::future::join_all;
use storage_engine::clock::ManualClock;
use storage_engine::disk::Disk;
use storage_engine::disk::sim::{SimDisk, Survival};
use storage_engine::ids::Timestamp;
use storage_engine::index::MemoryIndex;
use storage_engine::{Engine, Error, Result};

use crate::operation::{At, Operation};
use crate::oracle::Oracle;
use crate::send::{Reply, SCRUB, is_lost, send};
use crate::store::{BEGIN, assemble, clock};
use crate::world::{World, bucket, key};

/// What is under way together; nothing in a round depends on anything else in it.
pub type Round = Vec<Operation>;

/// How far a run came before the power went.
#[derive(Debug, Clone)]
pub struct Ended {
    pub world: World,
    /// What may be true besides `world`: some of the last requests did not take place.
    pub instead: Vec<Oracle>,
}

/// The parts that a crash acts upon.
#[derive(Debug)]
pub struct Machine {
    pub disk: SimDisk,
    pub index: Arc<MemoryIndex>,
    pub clock: Arc<ManualClock>,
}

impl Machine {
    pub fn new(seed: u64) -> Self {
        Machine {
            disk: SimDisk::new(seed),
            index: Arc::default(),
            clock: clock(),
        }
    }

    pub fn open(&self) -> Result<Engine> {
        assemble(
            Arc::new(self.disk.clone()),
            self.index.clone(),
            Arc::clone(&self.clock),
        )
    }

    /// Whether the power has gone.
    fn is_off(&self) -> bool {
        Disk::list(&self.disk).is_err_and(|error| SimDisk::is_power_off(&error))
    }

    /// The machine after the power has come back. Can be asked again, for what else it may find.
    pub fn restarted(&self, survival: Survival, seed: u64) -> Machine {
        let clock = ManualClock::default();
        clock.set(storage_engine::clock::Clock::now(&*self.clock));
        Machine {
            disk: self.disk.restart(survival, seed),
            index: Arc::new(self.index.crash(seed)),
            clock: Arc::new(clock),
        }
    }
}

/// Plays until the power goes at `step` of the disk, or to the end.
pub async fn play_until(
    machine: &Machine,
    step: u64,
    rounds: &[Round],
) -> std::result::Result<Ended, String> {
    machine.disk.crash_at(step);
    // The power may go before the store is open for the first time.
    match machine.open() {
        Ok(engine) => play(&engine, machine, rounds).await,
        Err(error) if is_lost(&error) => Ok(Ended {
            world: World::new(BEGIN),
            instead: Vec::new(),
        }),
        Err(error) => Err(format!("open: {error}")),
    }
}

/// Plays rounds until one of them loses an answer. A mismatch before that is an error.
pub async fn play(
    engine: &Engine,
    machine: &Machine,
    rounds: &[Round],
) -> std::result::Result<Ended, String> {
    let mut world = World::new(BEGIN);
    for round in rounds {
        let before = world.oracle.clone();
        let mut plans = Vec::new();
        for operation in round {
            match operation {
                Operation::Wait { seconds } => {
                    world.oracle.now += u64::from(*seconds) * 1000;
                    machine.clock.set(Timestamp(world.oracle.now));
                }
                operation => plans.extend(world.plan(operation)),
            }
        }
        let (requests, expected): (Vec<_>, Vec<_>) = plans
            .into_iter()
            .map(|plan| (plan.request, plan.expected))
            .unzip();
        let replies = join_all(requests.into_iter().map(|request| send(engine, request))).await;
        let mut lost = Vec::new();
        for (at, (expected, reply)) in expected.into_iter().zip(replies).enumerate() {
            match reply {
                Err(error) if is_lost(&error) => lost.push(at),
                // Without power nothing can be read, and a scrub calls that damage.
                Err(Error::Invalid { what: SCRUB, .. }) if machine.is_off() => lost.push(at),
                Ok(Reply::DeletedMany(replies)) if replies.iter().any(is_lost_reply) => {
                    lost.push(at);
                }
                reply => world
                    .settle(expected, reply)
                    .map_err(|what| format!("{round:?}: {what}"))?,
            }
        }
        if !lost.is_empty() {
            if !machine.is_off() {
                return Err(format!("{round:?}: the store stopped by itself"));
            }
            let instead = alternatives(&before, &world.oracle, round, &lost);
            return Ok(Ended { world, instead });
        }
    }
    Ok(Ended {
        world,
        instead: Vec::new(),
    })
}

fn is_lost_reply<T>(reply: &Result<T>) -> bool {
    reply.as_ref().is_err_and(is_lost)
}

/// What else can be true: a single request has not taken place, or any of several.
pub fn alternatives(before: &Oracle, after: &Oracle, round: &Round, lost: &[usize]) -> Vec<Oracle> {
    let keys: Vec<At> = match round.as_slice() {
        [Operation::DeleteMany { bucket, keys }] => crate::plan::keys_of(*keys)
            .map(|key| At {
                bucket: *bucket,
                key,
            })
            .collect(),
        [Operation::Expire { .. }] => return crate::plan::expired_one_by_one(before, after),
        [_] => return vec![before.clone()],
        round => lost.iter().map(|at| key_of(&round[*at])).collect(),
    };
    (1..1u32 << keys.len())
        .map(|undone| {
            let mut oracle = after.clone();
            for (bit, at) in keys.iter().enumerate() {
                if undone & (1 << bit) != 0 {
                    undo(&mut oracle, before, *at);
                }
            }
            oracle
        })
        .collect()
}

fn key_of(operation: &Operation) -> At {
    match operation {
        Operation::Put { at, .. } | Operation::Delete { at, .. } => *at,
        other => panic!("{other:?} is not for rounds of several"),
    }
}

fn undo(oracle: &mut Oracle, before: &Oracle, at: At) {
    let (name, key) = (bucket(at.bucket), key(at.key));
    let Some(old) = before.buckets.get(&name) else {
        return;
    };
    let own = oracle
        .buckets
        .get_mut(&name)
        .expect("a round of several makes no buckets");
    match old.keys.get(&key) {
        Some(versions) => own.keys.insert(key, versions.clone()),
        None => own.keys.remove(&key),
    };
}
