//! Jobs that run: started one of a kind at a time, told to end, and noted when they have.
//!
//! A job is written as running before it begins and as ended after it has. One that is still
//! written as running at a start was cut off by the stop, or the crash, before.

use super::record::{self, Job, Kind, Progress, State};
use super::stats::JobStats;
use crate::limits::{CANCEL_PATIENCE_SECONDS, EMPTYING_AT_ONCE_MAX, STOP_PATIENCE_SECONDS};
use crate::refused::Refused;
use crate::time::milliseconds;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt;
use std::ops::ControlFlow;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};
use storage_engine::{Engine, Error, Work};
use tokio::sync::{Mutex as AsyncMutex, watch};
use tokio::time::{Instant, sleep, timeout};

pub(crate) struct Jobs {
    engine: Arc<Engine>,
    running: Mutex<BTreeMap<u64, Arc<Running>>>,
    /// The number of the next one. Held by whoever begins one or writes that one has ended.
    next: AsyncMutex<u64>,
    /// The server is told to stop.
    stopping: watch::Receiver<bool>,
    /// How many have ended since the start.
    ended: watch::Sender<u64>,
    stats: Mutex<JobStats>,
}

/// A job that runs.
pub(crate) struct Running {
    job: Mutex<Job>,
    /// Since when it does what it does now, and how much was done then.
    phase: Mutex<Option<(Instant, u64)>>,
    cancelled: watch::Sender<bool>,
    stopping: watch::Receiver<bool>,
}

/// A job as it is at this moment.
#[derive(Debug)]
pub(crate) struct Seen {
    pub(crate) job: Job,
    pub(crate) is_cancelling: bool,
    pub(crate) rate: Option<u64>,
    pub(crate) seconds_left: Option<u64>,
}

/// What came of the work.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) ending: Ending,
    pub(crate) report: Value,
    pub(crate) problems: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ending {
    Whole,
    /// It was told to end before.
    CutShort,
}

/// Why work ended without a result.
#[derive(Debug)]
pub(crate) enum Stop {
    /// It was told to.
    Told,
    Failed(String),
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        match error {
            Error::Interrupted => Stop::Told,
            error => Stop::Failed(error.to_string()),
        }
    }
}

impl fmt::Debug for Jobs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Jobs(..)")
    }
}

impl Jobs {
    /// Notes of those that the last stop cut off that it did.
    pub(crate) async fn open(
        engine: Arc<Engine>,
        stopping: watch::Receiver<bool>,
    ) -> Result<Self, Error> {
        let kept = record::read_all(&engine).await?;
        let next = kept.last().map_or(1, |last| last.id + 1);
        let stats = JobStats::of(&kept);
        for job in kept.into_iter().filter(|it| it.state == State::Running) {
            record::write(&engine, &interrupted(job)).await?;
        }
        Ok(Self {
            engine,
            running: Mutex::default(),
            next: AsyncMutex::new(next),
            stopping,
            ended: watch::Sender::new(0),
            stats: Mutex::new(stats),
        })
    }

    /// Begins a job, unless one like it runs. It goes on whoever asked for it goes away.
    pub(crate) async fn start<W>(
        self: &Arc<Self>,
        job: Job,
        work: impl FnOnce(Arc<Running>) -> W,
    ) -> Result<Seen, Refused>
    where
        W: Future<Output = Result<Ended, Stop>> + Send + 'static,
    {
        let mut next = self.next.lock().await;
        self.admit(&job)?;
        let job = Job {
            id: *next,
            started: now(),
            ..job
        };
        record::write(&self.engine, &job).await?;
        *next += 1;
        tracing::info!(job = job.id, kind = ?job.kind, by = job.by, "a job begins");
        let id = job.id;
        let running = Arc::new(Running {
            job: Mutex::new(job),
            phase: Mutex::new(None),
            cancelled: watch::Sender::new(false),
            stopping: self.stopping.clone(),
        });
        self.running().insert(id, Arc::clone(&running));
        let seen = running.seen();
        let work = tokio::spawn(running.clone().until_told(work(Arc::clone(&running))));
        let jobs = Arc::clone(self);
        tokio::spawn(async move {
            let outcome = work.await;
            let outcome = outcome.unwrap_or_else(|bug| Err(Stop::Failed(bug.to_string())));
            jobs.end(id, &running, outcome).await;
        });
        Ok(seen)
    }

    fn admit(&self, job: &Job) -> Result<(), Refused> {
        let running = self.running();
        let others = running.values().map(|it| it.job());
        let (mut is_there, mut emptying) = (false, 0);
        for other in others {
            // Those of lifecycle would only wait for each other.
            let is_like = other.bucket == job.bucket || job.kind == Kind::Lifecycle;
            is_there |= other.kind == job.kind && is_like;
            emptying += usize::from(other.kind == Kind::Empty);
        }
        match is_there || (job.kind == Kind::Empty && emptying >= EMPTYING_AT_ONCE_MAX) {
            true => Err(super::is_running(job.kind)),
            false => Ok(()),
        }
    }

    async fn end(&self, id: u64, running: &Running, outcome: Result<Ended, Stop>) {
        let _held = self.next.lock().await;
        let told = match *self.stopping.borrow() {
            true => State::Interrupted,
            false => State::Cancelled,
        };
        let mut job = running.job().clone();
        job.ended = Some(now());
        match outcome {
            Ok(ended) => {
                job.state = match ended.ending {
                    Ending::Whole => State::Done,
                    Ending::CutShort => told,
                };
                job.report = Some(ended.report);
                job.problems = ended.problems;
            }
            Err(Stop::Told) => job.state = told,
            Err(Stop::Failed(error)) => {
                job.state = State::Failed;
                job.error = Some(error);
            }
        }
        let Job {
            kind,
            state,
            problems,
            error,
            ..
        } = &job;
        tracing::info!(job = id, ?kind, ?state, problems, ?error, "a job has ended");
        {
            let mut stats = self.stats.lock().unwrap_or_else(PoisonError::into_inner);
            stats.remember(&job);
            stats.failed += u64::from(job.state == State::Failed);
        }
        // Shown as interrupted if this fails, and noted so at the next start.
        if let Err(error) = record::write(&self.engine, &job).await {
            tracing::error!(job = id, %error, "what came of a job cannot be kept");
        }
        self.running().remove(&id);
        self.ended.send_modify(|ended| *ended += 1);
    }

    /// The newest first.
    pub(crate) async fn all(&self) -> Result<Vec<Seen>, Refused> {
        // In this order: one that ends in between is found twice rather than not at all.
        let running: BTreeMap<u64, Seen> = {
            let running = self.running();
            running.iter().map(|(id, it)| (*id, it.seen())).collect()
        };
        let kept = record::read_all(&self.engine).await?;
        let mut all: BTreeMap<u64, Seen> = running;
        for job in kept {
            if job.state != State::Running {
                all.insert(job.id, Seen::ended(job));
            } else {
                let id = job.id;
                all.entry(id)
                    .or_insert_with(|| Seen::ended(interrupted(job)));
            }
        }
        Ok(all.into_values().rev().collect())
    }

    pub(crate) async fn find(&self, id: u64) -> Result<Option<Seen>, Refused> {
        if let Some(running) = self.running().get(&id) {
            return Ok(Some(running.seen()));
        }
        let job = record::read(&self.engine, id).await?;
        Ok(job.map(|job| match job.state {
            State::Running => Seen::ended(interrupted(job)),
            _ => Seen::ended(job),
        }))
    }

    /// Tells it to end, and waits a moment until it has. False if it does not run.
    pub(crate) async fn cancel(&self, id: u64) -> bool {
        let Some(running) = self.running().get(&id).cloned() else {
            return false;
        };
        let mut ended = self.ended.subscribe();
        running.cancelled.send_replace(true);
        let gone =
            async { while self.running().contains_key(&id) && ended.changed().await.is_ok() {} };
        // Whoever asks is told that it is under way.
        let _ = timeout(Duration::from_secs(CANCEL_PATIENCE_SECONDS), gone).await;
        true
    }

    pub(crate) async fn forget(&self, id: u64) -> Result<(), Refused> {
        // Nobody writes one meanwhile.
        let _held = self.next.lock().await;
        record::remove(&self.engine, id).await?;
        let kept = record::read_all(&self.engine).await?;
        let mut stats = self.stats.lock().unwrap_or_else(PoisonError::into_inner);
        *stats = JobStats {
            failed: stats.failed,
            ..JobStats::of(&kept)
        };
        Ok(())
    }

    /// Returns once nothing runs any more; it has been told to before.
    pub(crate) async fn ended(&self) {
        let mut ended = self.ended.subscribe();
        let all = async { while !self.running().is_empty() && ended.changed().await.is_ok() {} };
        if timeout(Duration::from_secs(STOP_PATIENCE_SECONDS), all)
            .await
            .is_err()
        {
            tracing::warn!("jobs took too long to end and are cut off");
        }
    }

    pub(crate) fn stats(&self) -> JobStats {
        let stats = *self.stats.lock().unwrap_or_else(PoisonError::into_inner);
        JobStats {
            running: self.running().len() as u64,
            ..stats
        }
    }

    fn running(&self) -> MutexGuard<'_, BTreeMap<u64, Arc<Running>>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Running {
    fn job(&self) -> MutexGuard<'_, Job> {
        self.job.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn is_told(&self) -> bool {
        *self.cancelled.borrow() || *self.stopping.borrow()
    }

    /// For whatever does the work: notes how far it has come, and says whether to go on.
    pub(crate) fn on_work(&self, work: Work) -> ControlFlow<()> {
        self.tell(Progress::of(work))
    }

    pub(crate) fn tell(&self, progress: Progress) -> ControlFlow<()> {
        let mut job = self.job();
        let mut phase = self.phase.lock().unwrap_or_else(PoisonError::into_inner);
        if phase.is_none() || job.progress.doing != progress.doing {
            *phase = Some((Instant::now(), progress.done));
        }
        job.progress = progress;
        match self.is_told() {
            true => ControlFlow::Break(()),
            false => ControlFlow::Continue(()),
        }
    }

    /// The work, which is dropped if it does not end soon after it was told to.
    async fn until_told(
        self: Arc<Self>,
        work: impl Future<Output = Result<Ended, Stop>>,
    ) -> Result<Ended, Stop> {
        let (mut cancelled, mut stopping) = (self.cancelled.subscribe(), self.stopping.clone());
        let told = async {
            tokio::select! {
                _ = cancelled.wait_for(|it| *it) => {}
                Ok(_) = stopping.wait_for(|it| *it) => {}
            }
            sleep(Duration::from_secs(CANCEL_PATIENCE_SECONDS)).await;
        };
        tokio::select! {
            outcome = work => outcome,
            () = told => Err(Stop::Told),
        }
    }

    fn seen(&self) -> Seen {
        let job = self.job().clone();
        let phase = *self.phase.lock().unwrap_or_else(PoisonError::into_inner);
        let rate = phase.and_then(|(since, from)| {
            let seconds = since.elapsed().as_secs_f64();
            let done = job.progress.done.saturating_sub(from);
            (seconds >= 0.5).then(|| whole(done as f64 / seconds))
        });
        let left = job.progress.total.zip(rate).filter(|(_, rate)| *rate > 0);
        let left = left.map(|(total, rate)| total.saturating_sub(job.progress.done) / rate);
        Seen {
            job,
            is_cancelling: self.is_told(),
            rate,
            seconds_left: left,
        }
    }
}

impl Seen {
    fn ended(job: Job) -> Self {
        Self {
            job,
            is_cancelling: false,
            rate: None,
            seconds_left: None,
        }
    }
}

fn interrupted(job: Job) -> Job {
    Job {
        state: State::Interrupted,
        ended: Some(job.ended.unwrap_or_else(now)),
        ..job
    }
}

fn now() -> u64 {
    milliseconds(SystemTime::now())
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a float saturates when it becomes an integer"
)]
fn whole(rate: f64) -> u64 {
    rate as u64
}
