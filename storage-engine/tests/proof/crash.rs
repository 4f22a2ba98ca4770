//! The power goes at every write and sync of generated histories.
//!
//! After the restart everything that was answered is there, byte for byte; what was under way is
//! done or it is not; the store's own check finds nothing; and it goes on taking changes.

use std::sync::Arc;

use futures_util::future::join_all;
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use storage_engine::clock::ManualClock;
use storage_engine::disk::sim::{SimDisk, Survival};
use storage_engine::ids::Timestamp;
use storage_engine::index::MemoryIndex;
use storage_engine::{Engine, Result};

use crate::model::soaks;
use crate::operation::{At, Body, Mix, Operation, Pick, Terms, histories};
use crate::oracle::Oracle;
use crate::run::check;
use crate::send::{Reply, is_lost, send};
use crate::settle::Verdict;
use crate::store::{BEGIN, assemble, clock};
use crate::survey::{Depth, compare};
use crate::world::{World, bucket, key};

const MODES: [Survival; 4] = [
    Survival::Nothing,
    Survival::Everything,
    Survival::Prefix,
    Survival::Any,
];

/// What is under way together; nothing in a round depends on anything else in it.
type Round = Vec<Operation>;

/// How far a run came before the power went.
struct Ended {
    world: World,
    /// What may be true besides `world`: some of the last requests did not take place.
    instead: Vec<Oracle>,
}

/// The parts that a crash acts upon.
struct Machine {
    disk: SimDisk,
    index: Arc<MemoryIndex>,
    clock: Arc<ManualClock>,
}

impl Machine {
    fn new(seed: u64) -> Self {
        Machine {
            disk: SimDisk::new(seed),
            index: Arc::default(),
            clock: clock(),
        }
    }

    fn open(&self) -> Result<Engine> {
        assemble(
            Arc::new(self.disk.clone()),
            self.index.clone(),
            Arc::clone(&self.clock),
        )
    }

    /// The machine after the power has come back.
    fn restarted(&self, point: u64) -> Machine {
        let mode = MODES[usize::try_from(point % 4).expect("less than four")];
        Machine {
            disk: self.disk.restart(mode, point),
            index: Arc::new(self.index.crash(point)),
            clock: Arc::clone(&self.clock),
        }
    }
}

/// Plays rounds until one of them loses an answer. A mismatch before that is an error.
async fn play(
    engine: &Engine,
    machine: &Machine,
    rounds: &[Round],
) -> std::result::Result<Ended, String> {
    let mut world = World::new(BEGIN);
    for round in rounds {
        let before = world.clone();
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
                Ok(Reply::DeletedMany(replies)) if replies.iter().any(is_lost_reply) => {
                    lost.push(at);
                }
                reply => world
                    .settle(expected, reply)
                    .map_err(|what| format!("{round:?}: {what}"))?,
            }
        }
        if !lost.is_empty() {
            let instead = alternatives(&before.oracle, &world.oracle, round, &lost);
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
fn alternatives(before: &Oracle, after: &Oracle, round: &Round, lost: &[usize]) -> Vec<Oracle> {
    let keys: Vec<At> = match round.as_slice() {
        [Operation::DeleteMany { bucket, keys }] => keys
            .iter()
            .map(|key| At {
                bucket: *bucket,
                key: *key,
            })
            .collect(),
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

/// Compares with what must be there, or what may be there instead.
async fn recovered(engine: &Engine, ended: &mut Ended) -> Verdict {
    let mut oracle = ended.world.oracle.clone();
    let mut reasons = Vec::new();
    match compare(engine, &mut oracle, Depth::Bodies).await {
        Ok(()) => {
            ended.world.oracle = oracle;
            return Ok(());
        }
        Err(reason) => reasons.push(reason),
    }
    for other in &ended.instead {
        let mut oracle = other.clone();
        match compare(engine, &mut oracle, Depth::Bodies).await {
            Ok(()) => {
                ended.world.oracle = oracle;
                return Ok(());
            }
            Err(reason) => reasons.push(reason),
        }
    }
    Err(format!(
        "nothing that may be there is there: {}",
        reasons.join("; or ")
    ))
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
        put(0, 7),
    ]
}

/// One crash and everything after it.
async fn crash_at(point: u64, step: u64, rounds: &[Round]) -> Verdict {
    let machine = Machine::new(point);
    machine.disk.crash_at(step);
    // The power may go before the store is open for the first time.
    let mut ended = match machine.open() {
        Ok(engine) => play(&engine, &machine, rounds).await?,
        Err(error) if is_lost(&error) => Ended {
            world: World::new(BEGIN),
            instead: Vec::new(),
        },
        Err(error) => return Err(format!("open: {error}")),
    };
    let mut machine = machine.restarted(point);
    // Every other time the power goes again while the store recovers.
    if point % 2 == 1 {
        machine.disk.crash_at(point / 2 % 9);
        if let Ok(engine) = machine.open() {
            // It may have come back before it went again: nothing changes but the drive.
            let _ = engine.tidy().await;
        }
        machine = machine.restarted(point / 3);
    }
    let engine = machine
        .open()
        .map_err(|error| format!("open after the crash: {error}"))?;
    recovered(&engine, &mut ended).await?;
    check(&engine).await?;
    for operation in afterwards(point) {
        let plan = ended
            .world
            .plan(&operation)
            .expect("all of them are requests");
        let reply = send(&engine, plan.request).await;
        let wrong = |what| format!("after the crash, {operation:?}: {what}");
        ended.world.settle(plan.expected, reply).map_err(wrong)?;
    }
    compare(&engine, &mut ended.world.oracle, Depth::Bodies).await?;
    check(&engine).await?;
    let machine = machine.restarted(point / 5);
    drop(engine);
    let engine = machine
        .open()
        .map_err(|error| format!("open after a second crash: {error}"))?;
    compare(&engine, &mut ended.world.oracle, Depth::Bodies).await?;
    check(&engine).await
}

pub fn on_one_thread<T>(work: impl Future<Output = T>) -> T {
    let mut builder = tokio::runtime::Builder::new_current_thread();
    builder
        .enable_all()
        .build()
        .expect("a runtime can be made")
        .block_on(work)
}

/// Steps a whole run takes.
fn steps(seed: u64, rounds: &[Round]) -> std::result::Result<u64, String> {
    on_one_thread(async {
        let machine = Machine::new(seed);
        let engine = machine.open().map_err(|error| error.to_string())?;
        play(&engine, &machine, rounds).await?;
        Ok(machine.disk.steps())
    })
}

/// Crashes one history after the other at every step until `points` are done.
fn crash_everywhere(points: u64, mut history: impl FnMut(u64) -> Vec<Round>) {
    let mut done = 0;
    for seed in 0.. {
        let rounds = history(seed);
        let steps = steps(seed, &rounds);
        let steps = steps.unwrap_or_else(|what| panic!("history {seed} without a crash: {what}"));
        for step in 0..=steps {
            let point = seed * 10_000 + step;
            if let Err(what) = on_one_thread(crash_at(point, step, &rounds)) {
                panic!("history {seed}, crash at step {step} of {steps}: {what}\n{rounds:#?}");
            }
            done += 1;
            if done >= points {
                println!("{done} crash points in {} histories", seed + 1);
                return;
            }
        }
    }
}

pub fn generated<T>(seed: u64, strategy: impl Strategy<Value = T>) -> T {
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    strategy
        .new_tree(&mut runner)
        .expect("nothing is filtered")
        .current()
}

fn points(usual: u64, soak: u64) -> u64 {
    if soaks() { soak } else { usual }
}

#[test]
fn every_step_of_all_operations() {
    crash_everywhere(points(1_400, 700_000), |seed| {
        let operations = generated(seed, histories(Mix::CRASH, 40));
        operations
            .into_iter()
            .map(|operation| vec![operation])
            .collect()
    });
}

/// Several changes share a group: each of them is there or not.
#[test]
fn every_step_of_changes_in_groups() {
    crash_everywhere(points(1_000, 300_000), |seed| {
        let round = |round: u8| {
            let operation = |key: u8| {
                let number = seed.wrapping_mul(31) + u64::from(round) * 7 + u64::from(key);
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
            let setting = crate::operation::Setting::Enable;
            rounds.push(vec![Operation::UpdateBucket { bucket: 0, setting }]);
        }
        rounds.extend((0..6).map(round));
        rounds
    });
}
