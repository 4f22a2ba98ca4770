//! Runs a history against a store, and compares after every step.

use std::sync::Arc;

use bytes::Bytes;
use futures_util::StreamExt;
use storage_engine::clock::ManualClock;
use storage_engine::ids::Timestamp;
use storage_engine::{BodyStream, CheckOptions, Engine};

use crate::operation::{At, Operation, Pick};
use crate::send::send;
use crate::settle::Verdict;
use crate::store::{BEGIN, Store, clock};
use crate::survey::{Depth, compare};
use crate::world::World;

/// Readers at a time.
const HELD_MAX: usize = 3;

/// An open store and what it must hold.
pub struct Run {
    pub world: World,
    store: Option<Store>,
    engine: Option<Arc<Engine>>,
    clock: Arc<ManualClock>,
    restarts: u64,
    /// Readers that have begun and not come to their end.
    held: Vec<Reading>,
}

/// A reader, and what it has still to bring.
struct Reading {
    stream: BodyStream,
    rest: Bytes,
}

impl Run {
    pub fn begin(store: Store) -> Result<Run, String> {
        let clock = clock();
        let engine = store
            .open(&clock)
            .map_err(|error| format!("open: {error}"))?;
        Ok(Run {
            world: World::new(BEGIN),
            store: Some(store),
            engine: Some(Arc::new(engine)),
            clock,
            restarts: 0,
            held: Vec::new(),
        })
    }

    pub fn engine(&self) -> &Engine {
        self.engine
            .as_ref()
            .expect("a store is open between two steps")
    }

    /// One operation, and a look at all rows.
    pub async fn step(&mut self, operation: &Operation) -> Verdict {
        match operation {
            Operation::Wait { seconds } => {
                self.world.oracle.now += u64::from(*seconds) * 1000;
                self.clock.set(Timestamp(self.world.oracle.now));
                Ok(())
            }
            Operation::Restart => self.restart().await,
            Operation::Hold {
                at,
                version,
                range,
                begun,
            } => {
                self.hold(*at, *version, *range).await?;
                match begun {
                    true => self.read_on(self.held.len().saturating_sub(1)).await,
                    false => Ok(()),
                }
            }
            Operation::ReadOn { held } => self.read_on(usize::from(*held)).await,
            request => {
                let plan = self
                    .world
                    .plan(request)
                    .expect("everything else is a request");
                let answer = send(self.engine(), plan.request).await;
                self.world.settle(plan.expected, answer)
            }
        }?;
        self.compare(Depth::Rows).await
    }

    /// Ends the process, sometimes politely, and starts it again.
    async fn restart(&mut self) -> Verdict {
        let store = self.store.take().expect("there is a store");
        if !store.lasts() {
            self.store = Some(store);
            return Ok(());
        }
        self.held.clear();
        let engine = self.engine.take().expect("a store is open");
        self.restarts += 1;
        let polite = self.restarts.is_multiple_of(2);
        if polite {
            engine
                .shutdown()
                .await
                .map_err(|error| format!("shutdown: {error}"))?;
        }
        drop(engine);
        let store = match polite {
            true => store,
            false => store.after_death(self.restarts),
        };
        let engine = store.open(&self.clock);
        let engine = engine.map_err(|error| format!("open again: {error}"))?;
        self.engine = Some(Arc::new(engine));
        self.store = Some(store);
        self.compare(Depth::Bodies).await
    }

    /// Opens something and reads nothing of it yet.
    async fn hold(&mut self, at: At, version: Pick, range: (u8, u8)) -> Verdict {
        let Some(held) = self.world.hold(at, version, range) else {
            return Ok(());
        };
        let opened = self.engine().open(held.target, held.secret.as_ref()).await;
        let reader = opened.map_err(|error| format!("open: {error}"))?;
        if self.held.len() == HELD_MAX {
            self.held.remove(0);
        }
        self.held.push(Reading {
            stream: reader.stream(held.range),
            rest: held.bytes,
        });
        Ok(())
    }

    /// One more piece of what is being read.
    async fn read_on(&mut self, number: usize) -> Verdict {
        if self.held.is_empty() {
            return Ok(());
        }
        let number = number % self.held.len();
        let Reading { stream, rest } = &mut self.held[number];
        let piece = stream.next().await.transpose();
        match piece.map_err(|error| format!("reading on: {error}"))? {
            Some(piece) if rest.starts_with(&piece) => *rest = rest.slice(piece.len()..),
            Some(_) => return Err("reading on: other bytes came".into()),
            None if rest.is_empty() => drop(self.held.remove(number)),
            None => return Err(format!("reading on: {} bytes are missing", rest.len())),
        }
        Ok(())
    }

    /// Everything that is being read, to its end.
    pub async fn read_out(&mut self) -> Verdict {
        while !self.held.is_empty() {
            self.read_on(0).await?;
        }
        Ok(())
    }

    pub async fn compare(&mut self, depth: Depth) -> Verdict {
        let engine = self.engine.as_ref().expect("a store is open");
        compare(engine, &mut self.world.oracle, depth).await
    }
}

/// A whole history; the first step that goes wrong is named.
pub async fn history(store: Store, operations: &[Operation]) -> Verdict {
    let mut run = Run::begin(store)?;
    for (at, operation) in operations.iter().enumerate() {
        let wrong = |what| format!("step {at}, {operation:?}: {what}");
        run.step(operation).await.map_err(wrong)?;
    }
    run.compare(Depth::Bodies)
        .await
        .map_err(|what| format!("at the end: {what}"))?;
    run.read_out().await?;
    for last in [Operation::Tidy, Operation::Compact] {
        let wrong = |what| format!("{last:?} at the end: {what}");
        run.step(&last).await.map_err(wrong)?;
    }
    run.compare(Depth::Bodies)
        .await
        .map_err(|what| format!("after tidying up: {what}"))?;
    check(run.engine()).await?;
    run.step(&Operation::Restart)
        .await
        .map_err(|what| format!("restart at the end: {what}"))?;
    check(run.engine()).await
}

/// The engine's own verdict on what it has stored.
pub async fn check(engine: &Engine) -> Verdict {
    let options = CheckOptions {
        read_data: false,
        ..CheckOptions::default()
    };
    let report = engine
        .check_with(options)
        .await
        .map_err(|error| format!("check: {error}"))?;
    match report.problems.first() {
        None => Ok(()),
        Some(first) => Err(format!(
            "check: {} problems, first: {first}",
            report.problems_total
        )),
    }
}

/// Blocks on a runtime like the server's.
pub fn on_runtime<T>(work: impl Future<Output = T>) -> T {
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    let runtime = builder
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("a runtime can be made");
    runtime.block_on(work)
}
