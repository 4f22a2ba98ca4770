//! Telling targets what lies in their queues: at least once, and the events of one key in the
//! order of their changes.
//!
//! Every target has a line of its own, so that one that is down holds up nobody else. A target
//! that cannot be reached pauses as a whole, longer each time; an event that its target refuses
//! pauses with all later ones of its key, while other keys go on. What is older than patience
//! allows, or was refused too often, is given up: it goes among the dead letters.

mod line;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use futures_util::future::{join, join_all};
use futures_util::stream::{self, StreamExt};
use storage_engine::clock::Clock;
use storage_engine::ids::EventId;
use storage_engine::{Engine, Error, Event};
use tokio::sync::watch;

use super::courier::{Courier, Undelivered};
use super::dead::{dead_queue, discard, is_dead_queue, retry};
use super::message::message;
use super::note::Told;
use super::stats::{EventStats, Totals};
use super::trouble::{Trouble, Troubles};
use crate::limits::{
    AFTER_FAILURE, DEAD_LETTERS_MAX, EVENT_AGE_MAX, EVENTS_AT_ONCE_MAX, FIRST_PAUSE, LONGEST_PAUSE,
    ORPHANS_POLL, REASON_BYTES_MAX, REFUSALS_MAX, ROUND_EVENTS_MAX, ROUND_SCAN_MAX,
};
use line::{Line, Rest};

/// Told to stop by `true`.
type Stop = watch::Receiver<bool>;

/// For how long, and how often, a target is asked to take an event.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    pub first_pause: Duration,
    pub longest_pause: Duration,
    pub refusals_max: u32,
    pub age_max: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Patience {
            first_pause: FIRST_PAUSE,
            longest_pause: LONGEST_PAUSE,
            refusals_max: REFUSALS_MAX,
            age_max: EVENT_AGE_MAX,
        }
    }
}

impl Patience {
    /// After so many failures in a row.
    fn pause(&self, failures: u32) -> Duration {
        let doubled = 1_u32.checked_shl(failures.saturating_sub(1));
        let pause = self.first_pause.saturating_mul(doubled.unwrap_or(u32::MAX));
        pause.min(self.longest_pause)
    }
}

/// Tells the targets of a server.
#[derive(Debug)]
pub struct Delivery {
    engine: Arc<Engine>,
    clock: Arc<dyn Clock>,
    courier: Arc<dyn Courier>,
    region: String,
    patience: Patience,
    totals: Totals,
    troubles: Troubles,
    /// Counts how often dead letters have been put back.
    retries: watch::Sender<u64>,
    /// Counts how often some have been thrown away: how many are left has to be counted anew.
    discards: AtomicU64,
}

/// Why an event was not told.
#[derive(Debug)]
enum Failure {
    Undelivered(Undelivered),
    /// Its note is none of ours.
    Unreadable,
}

/// What became of the events of one key, in their order.
#[derive(Debug, Default)]
struct Outcome {
    told: Vec<Event>,
    failed: Option<(Event, Failure)>,
}

impl Delivery {
    pub fn new(
        engine: Arc<Engine>,
        clock: Arc<dyn Clock>,
        courier: Arc<dyn Courier>,
        region: impl Into<String>,
    ) -> Delivery {
        Delivery {
            engine,
            clock,
            courier,
            region: region.into(),
            patience: Patience::default(),
            totals: Totals::default(),
            troubles: Troubles::default(),
            retries: watch::Sender::new(0),
            discards: AtomicU64::new(0),
        }
    }

    #[must_use]
    pub fn with_patience(mut self, patience: Patience) -> Delivery {
        self.patience = patience;
        self
    }

    pub fn stats(&self) -> EventStats {
        self.totals.stats(self.clock.now())
    }

    /// What keeps targets from being told, by their names.
    pub fn troubles(&self) -> BTreeMap<String, Trouble> {
        self.troubles.all()
    }

    /// The names of all targets.
    pub fn targets(&self) -> Vec<String> {
        self.courier.targets()
    }

    /// Puts dead letters of one target, or of all, back among what is to be told, and lets every
    /// target be asked at once. Tells how many. Once begun it comes to its end, whoever waits.
    pub async fn retry(self: &Arc<Self>, target: Option<&str>) -> Result<usize, Error> {
        let (own, target) = (Arc::clone(self), target.map(str::to_owned));
        let retried = tokio::spawn(async move {
            let moved = retry(&own.engine, own.clock.as_ref(), target.as_deref()).await;
            // Some may have been moved before it failed.
            own.retries.send_modify(|retries| *retries += 1);
            moved
        });
        retried.await.unwrap_or_else(|ended| {
            let reason = ended.to_string();
            Err(Error::Stopped { reason })
        })
    }

    /// Throws away all dead letters of a target, for good. Tells how many. Once begun it comes to its
    /// end, whoever waits.
    pub async fn discard(self: &Arc<Self>, target: &str) -> Result<usize, Error> {
        let (own, target) = (Arc::clone(self), target.to_owned());
        let discarded = tokio::spawn(async move {
            let discarded = discard(&own.engine, &target).await;
            // Some may be gone although it failed.
            own.discards.fetch_add(1, Ordering::Relaxed);
            discarded
        });
        discarded.await.unwrap_or_else(|ended| {
            let reason = ended.to_string();
            Err(Error::Stopped { reason })
        })
    }

    /// Runs until it is told to stop or the store stops. Messages on their way are abandoned then,
    /// and told again after the next start.
    pub async fn serve(&self, stop: Stop) {
        let targets = self.targets();
        let lines = targets
            .iter()
            .map(|target| self.follow(target, stop.clone()));
        join(
            join_all(lines),
            self.look_after_orphans(&targets, stop.clone()),
        )
        .await;
    }

    async fn follow(&self, target: &str, mut stop: Stop) {
        let mut line = Line::new(target);
        let mut written = self.engine.events_written();
        let mut retries = self.retries.subscribe();
        while !*stop.borrow() {
            written.mark_unchanged();
            line.heed(*retries.borrow_and_update());
            let until = match self.round(&mut line, &stop).await {
                Ok(Rest::None) => continue,
                Ok(Rest::Until(until)) => until,
                Err(_) if self.engine.failure().check().is_err() => return,
                Err(error) => {
                    tracing::warn!(target, %error, "events: a round failed; it will be tried again");
                    Instant::now() + AFTER_FAILURE
                }
            };
            let more = async {
                // A target that pauses does so whatever is new.
                if line.pauses() || written.changed().await.is_err() {
                    std::future::pending::<()>().await;
                }
            };
            tokio::select! {
                () = tokio::time::sleep_until(until.into()) => {}
                () = more => {}
                // The sender is this delivery's own.
                _ = retries.changed() => {}
                _ = stop.wait_for(|stop| *stop) => return,
            }
        }
    }

    /// Tells what is due, and says how long there is nothing more to do.
    async fn round(&self, line: &mut Line, stop: &Stop) -> Result<Rest, Error> {
        if line.pauses() {
            return Ok(line.rest());
        }
        let keys = self.gather(line).await?;
        if keys.is_empty() {
            return Ok(line.rest());
        }
        let down = AtomicBool::new(false);
        let outcomes: Vec<Outcome> = stream::iter(keys)
            .map(|events| self.tell_key(line.target(), events, &down, stop.clone()))
            .buffer_unordered(EVENTS_AT_ONCE_MAX)
            .collect()
            .await;
        self.settle(line, outcomes).await?;
        Ok(match line.pauses() {
            true => line.rest(),
            false => Rest::None,
        })
    }

    /// The oldest events whose keys need not wait, by key.
    async fn gather(&self, line: &mut Line) -> Result<Vec<Vec<Event>>, Error> {
        let mut keys: Vec<Vec<Event>> = Vec::new();
        let mut places: HashMap<Vec<u8>, usize> = HashMap::new();
        let (mut taken, mut looked_at, mut after) = (0, 0, line.floor());
        let mut oldest = None;
        'all: loop {
            let queue = line.target();
            let page = self.engine.events(queue, after, ROUND_EVENTS_MAX).await?;
            for event in page.events {
                if oldest.is_none() {
                    oldest = Some(event.row.at);
                    line.begins_at(event.id);
                }
                looked_at += 1;
                after = Some(event.id);
                if line.holds(&event.row.key) {
                    continue;
                }
                let place = *places.entry(event.row.key.clone()).or_insert(keys.len());
                match keys.get_mut(place) {
                    Some(events) => events.push(event),
                    None => keys.push(vec![event]),
                }
                taken += 1;
                if taken >= ROUND_EVENTS_MAX {
                    break 'all;
                }
            }
            if !page.more || looked_at >= ROUND_SCAN_MAX {
                break;
            }
        }
        self.totals.set_oldest(line.target(), oldest);
        Ok(keys)
    }

    /// Tells the events of one key until one fails.
    async fn tell_key(
        &self,
        target: &str,
        events: Vec<Event>,
        down: &AtomicBool,
        mut stop: Stop,
    ) -> Outcome {
        let mut outcome = Outcome::default();
        for event in events {
            if down.load(Ordering::Relaxed) {
                break;
            }
            let Some(note) = Told::read(&event.row.note) else {
                outcome.failed = Some((event, Failure::Unreadable));
                break;
            };
            let message = message(&event, &note, &self.region);
            let sent = tokio::select! {
                biased;
                _ = stop.wait_for(|stop| *stop) => break,
                sent = self.courier.send(target, message) => sent,
            };
            match sent {
                Ok(()) => outcome.told.push(event),
                Err(undelivered) => {
                    if matches!(undelivered, Undelivered::Unreachable(_)) {
                        down.store(true, Ordering::Relaxed);
                    }
                    outcome.failed = Some((event, Failure::Undelivered(undelivered)));
                    break;
                }
            }
        }
        outcome
    }

    /// Takes what was told out of the queue, and notes who has to wait.
    async fn settle(&self, line: &mut Line, outcomes: Vec<Outcome>) -> Result<(), Error> {
        let told = outcomes.iter().flat_map(|outcome| &outcome.told);
        let ids: Vec<EventId> = told.clone().map(|event| event.id).collect();
        told.for_each(|event| line.release(&event.row.key));
        if !ids.is_empty() {
            let count = ids.len();
            self.engine.remove_events(line.target(), ids).await?;
            // Only now: what is still there will be told again.
            self.totals.told(count);
            line.reached();
            if !line.holds_any() {
                self.troubles.over(line.target());
            }
        }
        let mut unreachable = None;
        for (event, failure) in outcomes.into_iter().filter_map(|outcome| outcome.failed) {
            self.totals.failed();
            match failure {
                Failure::Unreadable => self.bury(line, event, "its note cannot be read", 0).await?,
                Failure::Undelivered(Undelivered::Unreachable(reason)) => {
                    unreachable = Some(reason);
                }
                Failure::Undelivered(Undelivered::Refused(reason)) => {
                    self.refused(line, event, &reason).await?;
                }
            }
        }
        if let Some(reason) = unreachable {
            let pause = line.unreachable(&self.patience);
            let target = line.target();
            tracing::warn!(target, reason, ?pause, "events: a target cannot be reached");
            self.troubles
                .met(target, cut(&reason), self.clock.now(), pause);
            self.bury_aged(line, &reason).await?;
        }
        Ok(())
    }

    async fn refused(&self, line: &mut Line, event: Event, reason: &str) -> Result<(), Error> {
        let refusals = line.hold(&event, &self.patience);
        let pause = self.patience.pause(refusals);
        let target = line.target();
        self.troubles
            .met(target, cut(reason), self.clock.now(), pause);
        tracing::warn!(
            target,
            reason,
            refusals,
            "events: a target refuses an event"
        );
        if refusals >= self.patience.refusals_max || self.is_aged(&event) {
            line.release(&event.row.key);
            self.bury(line, event, reason, refusals).await?;
        }
        Ok(())
    }

    fn is_aged(&self, event: &Event) -> bool {
        let again = Told::read(&event.row.note).and_then(|told| told.again);
        let since = again.unwrap_or(event.row.at);
        let age = self.clock.now().0.saturating_sub(since.0);
        u128::from(age) >= self.patience.age_max.as_millis()
    }

    /// Gives up what has waited too long: the first ones of the queue.
    async fn bury_aged(&self, line: &mut Line, reason: &str) -> Result<(), Error> {
        loop {
            let queue = line.target();
            let page = self.engine.events(queue, line.floor(), ROUND_EVENTS_MAX);
            let events = page.await?.events;
            let aged = events.into_iter().take_while(|event| self.is_aged(event));
            let aged: Vec<Event> = aged.collect();
            let is_all = aged.len() < ROUND_EVENTS_MAX;
            for event in aged {
                line.release(&event.row.key);
                self.bury(line, event, reason, line.failures()).await?;
            }
            if is_all {
                return Ok(());
            }
        }
    }

    /// Puts an event among the dead letters, of which only so many are kept.
    async fn bury(
        &self,
        line: &mut Line,
        mut event: Event,
        reason: &str,
        tries: u32,
    ) -> Result<(), Error> {
        if let Some(mut told) = Told::read(&event.row.note) {
            told.reason = Some(cut(reason).to_owned());
            told.tries = tries;
            event.row.note = told.to_bytes();
        }
        let dead = dead_queue(line.target());
        let key = String::from_utf8_lossy(&event.row.key).into_owned();
        let target = line.target();
        tracing::error!(target, key, reason, "events: an event was given up");
        self.engine.move_event(target, &dead, event).await?;
        self.totals.buried();
        let discards = self.discards.load(Ordering::Relaxed);
        let mut letters = match line.dead_letters(discards) {
            Some(letters) => letters + 1,
            None => self.engine.count_events(&dead, u64::MAX).await?,
        };
        while letters > DEAD_LETTERS_MAX {
            let oldest = self.engine.events(&dead, None, 1).await?.events;
            let ids = oldest.iter().map(|event| event.id).collect();
            self.engine.remove_events(&dead, ids).await?;
            self.totals.dropped();
            letters -= 1;
        }
        line.set_dead_letters(letters, discards);
        Ok(())
    }

    /// Events for targets that the server does not have any more wait for them to come back, but
    /// not for ever.
    async fn look_after_orphans(&self, targets: &[String], mut stop: Stop) {
        loop {
            if let Err(error) = self.bury_orphans(targets).await {
                if self.engine.failure().check().is_err() {
                    return;
                }
                tracing::warn!(%error, "events: queues without a target were not looked at");
            }
            tokio::select! {
                () = tokio::time::sleep(ORPHANS_POLL) => {}
                _ = stop.wait_for(|stop| *stop) => return,
            }
        }
    }

    async fn bury_orphans(&self, targets: &[String]) -> Result<(), Error> {
        let queues = self.engine.event_queues().await?.into_iter();
        let orphans = queues.filter(|queue| !is_dead_queue(queue) && !targets.contains(queue));
        for queue in orphans {
            let mut line = Line::new(&queue);
            self.bury_aged(&mut line, "the server has no such target")
                .await?;
        }
        Ok(())
    }
}

fn cut(reason: &str) -> &str {
    &reason[..reason.floor_char_boundary(REASON_BYTES_MAX)]
}
