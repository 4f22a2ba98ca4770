//! Following the rules: at every midnight, and at once where they have changed.
//!
//! One question decides what a run does: has this bucket been followed up to the last midnight,
//! by the rules it has now? So a start, a new day and new rules are the same thing.

mod pace;
#[cfg(test)]
mod tests;

use std::collections::HashSet;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::{Duration, Instant};

use storage_engine::clock::Clock;
use storage_engine::ids::Timestamp;
use storage_engine::row::BucketRow;
use storage_engine::{Engine, Error, ListBuckets};
use tokio::sync::{Mutex, watch};

use super::calendar::Day;
use super::configuration::{Configuration, KIND};
use super::dry_run::unreadable;
use super::perform::perform;
use super::progress::{self, Progress, Unfinished};
use super::report::{self, RunReport};
use super::stats::{LifecycleStats, Totals};
use super::walk::Walk;
use crate::limits::{
    AFTER_FAILURE, POSITION_INTERVAL, RULES_POLL, RULES_REST_MAX, RULES_SEARCH_SHARE,
};
use pace::Pace;

const PAGE_BUCKETS: usize = 1000;

/// Follows the lifecycle rules of all buckets of a store.
#[derive(Debug)]
pub struct Lifecycle {
    engine: Arc<Engine>,
    clock: Arc<dyn Clock>,
    day: Day,
    totals: Totals,
    /// Held by the run that is under way: two of them would undo each other's notes.
    turn: Mutex<()>,
}

/// Told to stop by `true`.
type Stop = watch::Receiver<bool>;

/// Is shown what a run has done so far, after each step, and says whether to go on.
type Tell<'a> = &'a mut (dyn FnMut(&RunReport) -> ControlFlow<()> + Send);

/// Which buckets a run goes through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Which<'a> {
    Due,
    All,
    One(&'a str),
}

/// A bucket that has something to be followed.
struct Due {
    bucket: BucketRow,
    rules: Arc<Configuration>,
    digest: String,
    from: Unfinished,
    /// Else it has been gone through already, and an end before the last key leaves that so.
    is_due: bool,
}

/// Whether a walk came to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ending {
    Complete,
    Interrupted,
}

impl Lifecycle {
    pub fn new(engine: Arc<Engine>, clock: Arc<dyn Clock>, day: Day) -> Lifecycle {
        Lifecycle {
            engine,
            clock,
            day,
            totals: Totals::default(),
            turn: Mutex::default(),
        }
    }

    pub fn stats(&self) -> LifecycleStats {
        self.totals.stats()
    }

    /// Runs until it is told to stop or the store stops. Told to stop, it ends after the step it
    /// is in and has stored where to go on.
    pub async fn serve(&self, mut stop: Stop) {
        while !*stop.borrow() {
            let generation = self.engine.settings_generation();
            let began = Instant::now();
            let rest = match self.run_due(&stop).await {
                Ok(Some(_)) => Duration::ZERO,
                // All of it was spent on looking for something to do, unless it waited for its turn
                // or was stopped.
                Ok(None) => began
                    .elapsed()
                    .saturating_mul(RULES_SEARCH_SHARE)
                    .min(RULES_REST_MAX),
                Err(_) if self.engine.failure().check().is_err() => return,
                Err(error) => {
                    tracing::warn!(%error, "lifecycle: a run failed; it will be tried again");
                    tokio::select! {
                        () = tokio::time::sleep(AFTER_FAILURE) => continue,
                        _ = stop.wait_for(|stop| *stop) => return,
                    }
                }
            };
            tokio::select! {
                () = self.until_due(generation, rest) => {}
                _ = stop.wait_for(|stop| *stop) => return,
            }
        }
    }

    /// Returns when a new day has begun, or settings of some bucket have changed since
    /// `generation` and the last look is `rest` ago.
    async fn until_due(&self, generation: u64, rest: Duration) {
        let midnight = self.day.midnight(self.clock.now());
        let began = Instant::now();
        loop {
            let now = self.clock.now();
            if self.day.midnight(now) != midnight {
                return;
            }
            let changed = self.engine.settings_generation() != generation;
            if changed && began.elapsed() >= rest {
                return;
            }
            let left = self.day.next_midnight(now).0 - now.0;
            tokio::time::sleep(RULES_POLL.min(Duration::from_millis(left))).await;
        }
    }

    /// Follows the rules of every bucket where that is due. None if there was nothing to do.
    ///
    /// Dropped before it returns, some of it has happened; the next run does what is left, and
    /// looks at some of it again.
    pub async fn run_due(&self, stop: &Stop) -> Result<Option<RunReport>, Error> {
        let mut told = |_: &RunReport| match *stop.borrow() {
            true => ControlFlow::Break(()),
            false => ControlFlow::Continue(()),
        };
        let report = self.run(Which::Due, &mut told).await?;
        Ok((report.buckets > 0).then_some(report))
    }

    /// Follows the rules of all buckets, or of one, whether or not that has been done since
    /// midnight: what was locked then, or went wrong, gets another chance. Waits for a run that is
    /// under way. A bucket without rules is refused with [`Error::NoSuchDocument`].
    pub async fn run_now(&self, bucket: Option<&str>, tell: Tell<'_>) -> Result<RunReport, Error> {
        if let Some(bucket) = bucket {
            self.engine.document(bucket, KIND).await?;
        }
        self.run(bucket.map_or(Which::All, Which::One), tell).await
    }

    async fn run(&self, which: Which<'_>, tell: Tell<'_>) -> Result<RunReport, Error> {
        let _turn = self.turn.lock().await;
        let mut report = RunReport {
            started: self.clock.now(),
            ..RunReport::default()
        };
        let outcome = {
            let _shown = self.totals.not_running_after();
            self.run_all(which, &mut report, tell).await
        };
        if report.buckets == 0 && which == Which::Due {
            return outcome.map(|()| report);
        }
        report.ended = self.clock.now();
        if outcome.is_err() {
            report.interrupted = true;
        }
        report::keep(&self.engine, &mut report).await?;
        self.totals.ended(&report);
        log(&report);
        outcome.map(|()| report)
    }

    async fn run_all(
        &self,
        which: Which<'_>,
        report: &mut RunReport,
        tell: Tell<'_>,
    ) -> Result<(), Error> {
        let midnight = self.day.midnight(report.started);
        if let Which::One(bucket) = which {
            let bucket = self.engine.bucket(bucket).await?;
            let ending = self.visit(bucket, midnight, which, report, tell).await?;
            report.interrupted = ending == Some(Ending::Interrupted);
            return Ok(());
        }
        let mut with_rules = HashSet::new();
        let mut after = None;
        loop {
            let request = ListBuckets {
                after,
                limit: PAGE_BUCKETS,
                ..ListBuckets::default()
            };
            let page = self.engine.list_buckets(request).await?;
            for bucket in page.buckets {
                let id = bucket.id;
                let visited = self.visit(bucket, midnight, which, report, tell).await?;
                let Some(ending) = visited else {
                    continue;
                };
                with_rules.insert(id);
                if ending == Ending::Interrupted || tell(report).is_break() {
                    report.interrupted = true;
                    return Ok(());
                }
            }
            match page.next {
                Some(next) => after = Some(next),
                None => return progress::forget_others(&self.engine, &with_rules).await,
            }
        }
    }

    /// Follows the rules of a bucket, if it has any and that is asked for. None if it has none.
    async fn visit(
        &self,
        bucket: BucketRow,
        midnight: Timestamp,
        which: Which<'_>,
        report: &mut RunReport,
        tell: Tell<'_>,
    ) -> Result<Option<Ending>, Error> {
        let Some(document) = self.document(&bucket).await? else {
            return Ok(None);
        };
        let ending = match self.due(bucket, &document, midnight, which).await? {
            Some(due) => self.follow(&due, report, tell).await?,
            None => Ending::Complete,
        };
        Ok(Some(ending))
    }

    async fn document(&self, bucket: &BucketRow) -> Result<Option<bytes::Bytes>, Error> {
        match self.engine.document(&bucket.name, KIND).await {
            Ok(document) => Ok(Some(document)),
            Err(Error::NoSuchDocument | Error::NoSuchBucket { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Whether there is something to follow. Rules that are all switched off ask for nothing.
    async fn due(
        &self,
        bucket: BucketRow,
        document: &[u8],
        midnight: Timestamp,
        which: Which<'_>,
    ) -> Result<Option<Due>, Error> {
        let digest = progress::digest(document);
        let progress = Progress::of(&self.engine, bucket.id).await?;
        let due = progress.due(&digest, midnight);
        let is_due = due.is_some();
        let from = match (which, due) {
            (Which::Due, None) => return Ok(None),
            (Which::Due, Some(from)) => from,
            // Who asks for it means all of it.
            (Which::All | Which::One(_), _) => Unfinished::begin(midnight),
        };
        let Some(rules) = Configuration::from_stored(document) else {
            let (name, error) = (&bucket.name, unreadable());
            tracing::error!(bucket = name, %error, "lifecycle: rules are not followed");
            let done = Progress {
                digest,
                done: Some(midnight),
                unfinished: None,
            };
            done.store(&self.engine, bucket.id).await?;
            return Ok(None);
        };
        let any = rules.enabled().next().is_some();
        Ok(any.then(|| Due {
            bucket,
            rules: Arc::new(rules),
            digest,
            from,
            is_due,
        }))
    }

    /// Goes through one bucket. What goes wrong there must not keep others from their turn: it is
    /// told, and tried again the next day.
    async fn follow(
        &self,
        due: &Due,
        report: &mut RunReport,
        tell: Tell<'_>,
    ) -> Result<Ending, Error> {
        report.buckets += 1;
        self.totals.set_running();
        match self.walk(due, report, tell).await {
            Ok(Ending::Interrupted) => return Ok(Ending::Interrupted),
            Ok(Ending::Complete) => {}
            // It went away meanwhile.
            Err(Error::NoSuchBucket { .. }) => return Ok(Ending::Complete),
            Err(error @ Error::Stopped { .. }) => return Err(error),
            Err(error) => {
                let before = report.counts;
                report.counts.errors += 1;
                self.totals.add(&before, &report.counts);
                let bucket = &due.bucket.name;
                tracing::error!(bucket, %error, "lifecycle: a bucket was not gone through");
            }
        }
        self.store(due, Some(due.from.midnight), None).await?;
        Ok(Ending::Complete)
    }

    async fn walk(
        &self,
        due: &Due,
        report: &mut RunReport,
        tell: Tell<'_>,
    ) -> Result<Ending, Error> {
        let Due {
            bucket,
            rules,
            from,
            ..
        } = due;
        let (engine, rules) = (Arc::clone(&self.engine), Arc::clone(rules));
        let position = from.position.clone();
        let mut walk = Walk::new(engine, bucket.clone(), rules, self.day, position);
        let mut pace = Pace::new(&self.engine);
        let mut stored = Instant::now();
        loop {
            let before = report.counts;
            let Some(step) = walk.next(self.clock.now()).await? else {
                break;
            };
            report.counts.looked_at += step.looked_at;
            let (looked_at, changes) = (step.looked_at, step.planned.len() as u64);
            let performed = perform(&self.engine, bucket, step.planned, &mut report.counts).await;
            self.totals.add(&before, &report.counts);
            performed?;
            let stopping = tell(report).is_break();
            if due.is_due && (stopping || stored.elapsed() >= POSITION_INTERVAL) {
                let unfinished = Some(Unfinished {
                    midnight: from.midnight,
                    position: walk.position().clone(),
                });
                self.store(due, None, unfinished).await?;
                stored = Instant::now();
            }
            if stopping {
                return Ok(Ending::Interrupted);
            }
            pace.rest(&self.engine, looked_at, changes).await;
        }
        Ok(Ending::Complete)
    }

    async fn store(
        &self,
        due: &Due,
        done: Option<Timestamp>,
        unfinished: Option<Unfinished>,
    ) -> Result<(), Error> {
        let progress = Progress {
            digest: due.digest.clone(),
            done,
            unfinished,
        };
        progress.store(&self.engine, due.bucket.id).await
    }
}

fn log(report: &RunReport) {
    let RunReport {
        number,
        started,
        ended,
        buckets,
        interrupted,
        counts,
    } = report;
    tracing::info!(
        run = number,
        buckets,
        looked_at = counts.looked_at,
        expired = counts.expired,
        marked = counts.marked,
        transitioned = counts.transitioned,
        aborted = counts.aborted,
        locked = counts.locked,
        left_alone = counts.left_alone,
        errors = counts.errors,
        interrupted,
        milliseconds = ended.0.saturating_sub(started.0),
        "lifecycle"
    );
}
