//! Calls that fail.

use std::sync::Arc;

use storage_engine::disk::sim::{Call, SimDisk, Survival};
use storage_engine::index::MemoryIndex;
use storage_engine::{CreateBucket, Engine, Error};

use crate::crash::on_one_thread;
use crate::model::soaks;
use crate::operation::{At, Body, Mix, Operation, Terms, histories};
use crate::run::check;
use crate::seeds::generated;
use crate::send::{is_lost, send};
use crate::settle::Verdict;
use crate::store::{BEGIN, assemble, clock};
use crate::survey::{Depth, compare};
use crate::world::{Request, World};

/// Nothing may be acknowledged by a store that has stopped.
async fn stays_stopped(engine: &Engine) -> Verdict {
    let (name, owner) = ("later".to_owned(), "owner".to_owned());
    match engine
        .create_bucket(CreateBucket {
            name,
            owner,
            lockable: false,
            ..CreateBucket::default()
        })
        .await
    {
        Err(Error::Stopped { .. }) => Ok(()),
        other => Err(format!("a store that has stopped answered {other:?}")),
    }
}

/// One history with one call that fails. Whether the store stopped for it.
async fn fail_at(step: u64, code: i32, operations: &[Operation]) -> Result<bool, String> {
    let (disk, index, clock) = (SimDisk::new(step), Arc::new(MemoryIndex::new()), clock());
    let mut world = World::new(BEGIN);
    let mut instead = None;
    disk.fail_at(step, code);
    if let Ok(engine) = assemble(Arc::new(disk.clone()), index.clone(), Arc::clone(&clock)) {
        for operation in operations {
            let before = world.clone();
            let Some(plan) = world.plan(operation) else {
                continue;
            };
            let reads = matches!(
                plan.request,
                Request::Get(..) | Request::Tidy | Request::Compact | Request::Scrub
            );
            match send(&engine, plan.request).await {
                Err(Error::NoSpace { .. }) => world = before,
                Err(error) if is_lost(&error) => {
                    if engine.failure().check().is_err() {
                        stays_stopped(&engine).await?;
                        instead = Some(before.oracle);
                        break;
                    }
                    // Refused for a reason that leaves the drive's content beyond doubt.
                    if !reads {
                        world = before;
                    }
                }
                reply => world
                    .settle(plan.expected, reply)
                    .map_err(|what| format!("{operation:?}: {what}"))?,
            }
            compare(&engine, &mut world.oracle, Depth::Rows)
                .await
                .map_err(|what| format!("after {operation:?}: {what}"))?;
        }
    }
    let disk = disk.restart(Survival::Any, step);
    let index = Arc::new(index.crash(step));
    let engine = assemble(Arc::new(disk), index, clock);
    let engine = engine.map_err(|error| format!("open afterwards: {error}"))?;
    let mut oracle = world.oracle.clone();
    if let Err(reason) = compare(&engine, &mut oracle, Depth::Bodies).await {
        let mut other = instead.clone().ok_or_else(|| reason.clone())?;
        compare(&engine, &mut other, Depth::Bodies)
            .await
            .map_err(|second| format!("{reason}; or {second}"))?;
    }
    check(&engine).await?;
    Ok(instead.is_some())
}

fn fail_everywhere(code: i32, usual: u64) {
    let (mut done, mut stopped) = (0, 0);
    let wanted = if soaks() { usual * 500 } else { usual };
    for seed in 1_000.. {
        let mut operations = generated(seed, histories(Mix::CRASH, 30));
        // Some of many may be done and some not: that is for the crashes to try.
        operations.retain(|operation| {
            !matches!(
                operation,
                Operation::DeleteMany { .. } | Operation::Expire { .. }
            )
        });
        for step in 0..120 {
            match on_one_thread(fail_at(step, code, &operations)) {
                Ok(has_stopped) => stopped += u64::from(has_stopped),
                Err(what) => panic!("history {seed}, step {step} fails: {what}\n{operations:#?}"),
            }
            done += 1;
            if done >= wanted {
                println!("{done} failing calls, {stopped} of them stopped the store");
                return;
            }
        }
    }
}

#[test]
fn an_error_of_any_write_or_sync_is_survived() {
    fail_everywhere(libc::EIO, 300);
}

#[test]
fn no_room_at_any_step_is_survived() {
    fail_everywhere(libc::ENOSPC, 300);
}

fn put(key: u8, len: u8) -> Operation {
    Operation::Put {
        at: At { bucket: 0, key },
        body: Body {
            len,
            flavour: 1,
            pieces: 1,
            announced: true,
        },
        terms: Terms::default(),
    }
}

/// Calls that change nothing: their failure is told to whoever asked, and that is all.
#[test]
fn a_failing_read_is_reported_and_forgotten() {
    on_one_thread(async {
        let disk = SimDisk::new(3);
        let index = Arc::new(MemoryIndex::new());
        let engine = assemble(Arc::new(disk.clone()), index, clock()).unwrap();
        let mut world = World::new(BEGIN);
        let create = Operation::CreateBucket {
            bucket: 0,
            lockable: false,
            holder: 0,
        };
        for operation in [create, put(10, 5), put(11, 8), put(12, 15)] {
            let plan = world.plan(&operation).unwrap();
            let reply = send(&engine, plan.request).await;
            world.settle(plan.expected, reply).unwrap();
        }
        for key in 10..13 {
            for _ in 0..40 {
                disk.fail_next(Call::Read, libc::EIO);
            }
            let mut failures = 0;
            for _ in 0..60 {
                let get = Operation::Get {
                    at: At { bucket: 0, key },
                    version: crate::operation::Pick::Current,
                    range: (0, 255),
                    secret: None,
                };
                let plan = world.plan(&get).unwrap();
                match send(&engine, plan.request).await {
                    Err(Error::Io { .. }) => failures += 1,
                    reply => world.settle(plan.expected, reply).unwrap(),
                }
            }
            assert!(failures > 0, "no read of key {key} has failed");
            assert!(
                engine.failure().check().is_ok(),
                "a failing read has stopped the store"
            );
        }
    });
}

/// Opening asks the drive many things; whatever fails, the next attempt finds everything.
#[test]
fn an_error_while_the_store_opens_is_reported_and_the_next_attempt_succeeds() {
    on_one_thread(async {
        let calls = [
            Call::Create,
            Call::Open,
            Call::List,
            Call::SyncDir,
            Call::Len,
            Call::Read,
            Call::Write,
            Call::Sync,
            Call::Allocate,
            Call::Rename,
            Call::Remove,
            Call::Space,
        ];
        for call in calls {
            let disk = SimDisk::new(4);
            let index = Arc::new(MemoryIndex::new());
            let engine = assemble(Arc::new(disk.clone()), index.clone(), clock()).unwrap();
            let mut world = World::new(BEGIN);
            let create = Operation::CreateBucket {
                bucket: 0,
                lockable: false,
                holder: 0,
            };
            for operation in [create, put(10, 5), put(11, 8), put(12, 15)] {
                let plan = world.plan(&operation).unwrap();
                let reply = send(&engine, plan.request).await;
                world.settle(plan.expected, reply).unwrap();
            }
            drop(engine);
            let disk = disk.restart(Survival::Nothing, 1);
            disk.fail_next(call, libc::EIO);
            let nothing = Arc::new(MemoryIndex::new());
            match assemble(Arc::new(disk.clone()), nothing, clock()) {
                Err(error) => assert!(!error.to_string().is_empty()),
                Ok(engine) => {
                    let found = compare(&engine, &mut world.oracle, Depth::Rows).await;
                    found.unwrap_or_else(|what| panic!("with a failing {call:?}: {what}"));
                }
            }
            let disk = disk.restart(Survival::Nothing, 2);
            let nothing = Arc::new(MemoryIndex::new());
            let engine = assemble(Arc::new(disk), nothing, clock());
            let engine = engine.unwrap_or_else(|error| panic!("after a failing {call:?}: {error}"));
            let found = compare(&engine, &mut world.oracle, Depth::Bodies).await;
            found.unwrap_or_else(|what| panic!("after a failing {call:?}: {what}"));
        }
    });
}
