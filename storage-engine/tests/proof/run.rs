//! Runs a history against a store, and compares after every step.

use std::sync::Arc;

use storage_engine::clock::ManualClock;
use storage_engine::ids::Timestamp;
use storage_engine::{CheckOptions, Engine};

use crate::operation::Operation;
use crate::send::send;
use crate::settle::Verdict;
use crate::store::{BEGIN, Store, clock};
use crate::survey::{Depth, compare};
use crate::world::World;

/// An open store and what it must hold.
#[derive(Debug)]
pub struct Run {
    pub world: World,
    store: Option<Store>,
    engine: Option<Arc<Engine>>,
    clock: Arc<ManualClock>,
    restarts: u64,
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
    run.step(&Operation::Tidy)
        .await
        .map_err(|what| format!("tidying up at the end: {what}"))?;
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
    let options = CheckOptions { read_data: false };
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
