//! The one thread that changes anything: drain, decide, append, sync, apply, answer.
//!
//! While one group is being synced the next one gathers in the queue, so groups are as large as
//! the load makes them, and nothing ever waits for a group to fill.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crossbeam::channel::{Receiver, RecvTimeoutError};

use super::group::{Finished, Group};
use super::holders::Holders;
use super::late::{Decisions, Durable, Late, answer};
use super::log::{Log, Unwritten};
use super::progress::Progress;
use super::replay::replay;
use super::tags::Tags;
use crate::clock::Clock;
use crate::error::{Error, Result};
use crate::failure::Failure;
use crate::ids::{ExtentId, Sequence};
use crate::index::Index;
use crate::key::Key;
use crate::limits;
use crate::meta::{Change, Stamp};
use crate::record::{Padding, chunk_record_bytes};
use crate::row::{self, AppliedRow, SegmentKind};
use crate::segment::Segments;

/// The key under which the index says how far it has followed the log.
pub(crate) const APPLIED: &str = "applied";

/// How often an index without room is tried.
const RENEW_INTERVAL: Duration = Duration::from_secs(1);

pub(crate) struct Committer {
    pub(crate) queue: Receiver<Box<dyn Change>>,
    pub(crate) index: Arc<dyn Index>,
    pub(crate) segments: Arc<Segments>,
    pub(crate) log: Log,
    pub(crate) next: AppliedRow,
    pub(crate) progress: Arc<Progress>,
    pub(crate) holders: Arc<Holders>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) tags: Tags,
    pub(crate) failure: Failure,
    pub(crate) group_bytes_max: usize,
    /// The last group was refused by the drive.
    pub(crate) refusing: bool,
    pub(crate) full: Full,
}

/// What is known of an index that takes no changes for want of room.
#[derive(Default)]
pub(crate) struct Full {
    /// When it was tried last, in vain.
    tried: Option<Instant>,
    late: Option<Late>,
}

/// Changes that were decided together, each with what became of it.
#[derive(Default)]
struct Decided {
    changes: Decisions,
    /// Positions in `changes` of those whose bodies are appended, and their record lengths.
    bodies: Vec<usize>,
    body_records: Vec<u32>,
    accepted: u32,
}

impl Committer {
    /// Serves the queue until every sender is gone.
    pub(crate) fn run(mut self) {
        let mut waiting = VecDeque::new();
        while self.gather(&mut waiting) {
            match self.follow() {
                Ok(()) => self.commit(&mut waiting),
                Err(refused) => refuse(&mut waiting, &refused),
            }
        }
        if let Some(late) = self.full.late.take() {
            // Durable, but nobody will see it before the next start.
            let reason = "shutting down".into();
            answer(late.changes, &Err(Error::Stopped { reason }));
        }
    }

    /// Waits for a change and takes what else is there, or for the time to try an index that had
    /// no room. False when there will be no more.
    fn gather(&self, waiting: &mut VecDeque<Box<dyn Change>>) -> bool {
        if waiting.is_empty() {
            let next = match (self.full.late.is_some(), self.full.tried) {
                // At once for the first time: room may have come back already.
                (true, None) => self.queue.recv_timeout(Duration::ZERO),
                (_, Some(_)) => self.queue.recv_timeout(RENEW_INTERVAL),
                (false, None) => self.queue.recv().map_err(RecvTimeoutError::from),
            };
            match next {
                Ok(change) => waiting.push_back(change),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return false,
            }
        }
        while waiting.len() < limits::GROUP_CHANGES_MAX {
            match self.queue.try_recv() {
                Ok(change) => waiting.push_back(change),
                Err(_) => break,
            }
        }
        true
    }

    /// Makes sure that the index has followed the log and takes changes.
    fn follow(&mut self) -> Result<()> {
        let refused = match self.index.ready() {
            Ok(()) => return Ok(()),
            Err(refused @ Error::NoSpace { .. }) => refused,
            Err(error) => return Err(self.stop(&error)),
        };
        if let Err(stopped) = self.failure.check() {
            return Err(self.stop(&stopped));
        }
        match self.full.tried {
            Some(tried) if tried.elapsed() < RENEW_INTERVAL => Err(refused),
            _ => self.renew(),
        }
    }

    /// Opens the index anew and lets it catch up with the log: see [`super::late`].
    fn renew(&mut self) -> Result<()> {
        let first = self.full.tried.replace(Instant::now()).is_none();
        self.progress.falls_behind();
        let voided = self.log.void();
        voided.map_err(|unwritten| self.unwritten(unwritten))?;
        let expected = self.full.late.as_ref();
        let expected = expected.map_or(self.next, |late| late.group.next);
        let segments = Arc::clone(&self.segments);
        let renewed = self.index.renew(&mut |index| {
            let found = replay(index, &segments)?.applied;
            match found == expected {
                true => Ok(()),
                false => Err(Error::Folder(format!(
                    "the log goes to sequence {}, and {} was committed last",
                    found.next_sequence, expected.next_sequence
                ))),
            }
        });
        match renewed {
            Ok(()) => {
                tracing::info!("there is room for the index; changes are taken");
                self.full.tried = None;
                self.progress.has_caught_up();
                if let Some(late) = self.full.late.take() {
                    self.committed(late.group, late.changes);
                }
                Ok(())
            }
            Err(refused @ Error::NoSpace { .. }) => {
                // Told once, not for every attempt.
                if first {
                    tracing::warn!(%refused, "the drive has no room for the index; changes are refused until it has");
                }
                Err(refused)
            }
            Err(error) => Err(self.stop(&error)),
        }
    }

    /// Ends all changes, those that wait for the index included.
    fn stop(&mut self, error: &Error) -> Error {
        let stopped = self.failure.set(error);
        self.full.tried = None;
        if let Some(late) = self.full.late.take() {
            answer(late.changes, &Err(stopped.clone()));
        }
        stopped
    }

    /// Commits one group off the front of `waiting` and answers it.
    fn commit(&mut self, waiting: &mut VecDeque<Box<dyn Change>>) {
        let index = Arc::clone(&self.index);
        let mut group = Group::new(index.as_ref(), Arc::clone(&self.holders));
        let decided = self.decide(waiting, &mut group);
        if group.is_empty() {
            return answer(decided.changes, &self.failure.check());
        }
        let group = match self.write(group, &decided) {
            Ok(group) => group,
            Err(error) => return answer(decided.changes, &Err(error)),
        };
        let changes = decided.changes;
        match self.index.apply(&group.rows) {
            Ok(()) => self.committed(group, changes),
            Err(Error::NoSpace { .. }) => self.full.late = Some(Late { group, changes }),
            Err(error) => answer(changes, &Err(self.failure.set(&error))),
        }
    }

    /// A durable group is visible now.
    fn committed(&mut self, group: Durable, changes: Decisions) {
        self.next = group.next;
        self.holders.apply(group.movements);
        self.progress
            .committed(group.next, group.segments, changes.len(), group.log_bytes);
        answer(changes, &Ok(()));
    }

    fn decide(&self, waiting: &mut VecDeque<Box<dyn Change>>, group: &mut Group<'_>) -> Decided {
        let mut decided = Decided::default();
        let mut body_bytes = 0;
        while let Some(mut change) = waiting.pop_front() {
            let sequence = Sequence(self.next.next_sequence.0 + u64::from(decided.accepted));
            let stamp = Stamp {
                sequence,
                tag: self.tags.of(sequence),
                now: self.clock.now(),
            };
            let batch = change.evaluate(group, &stamp);
            let body = change.body().map(|body| body.extent);
            // A refusal is an answer the change keeps itself; failing to take its batch is not.
            let accepted = match batch {
                Err(_) => Ok(None),
                Ok(batch) => group.accept(batch, body).map(Some),
            };
            if let (Ok(Some(appended)), body) = (&accepted, change.body()) {
                decided.accepted += 1;
                if let Some(body) = body.filter(|_| *appended) {
                    let record = chunk_record_bytes(&body.chunk, Padding::Tight);
                    body_bytes += record as usize;
                    decided.bodies.push(decided.changes.len());
                    decided.body_records.push(record);
                }
            }
            decided.changes.push((change, accepted.map(|_| ())));
            if body_bytes + group.row_bytes_max() >= self.group_bytes_max {
                break;
            }
        }
        decided
    }

    /// Makes a decided group durable.
    fn write(&mut self, group: Group<'_>, decided: &Decided) -> Result<Durable> {
        self.failure.check()?;
        let voided = self.log.void();
        voided.map_err(|unwritten| self.unwritten(unwritten))?;
        let layout = self
            .log
            .lay_out(&decided.body_records, group.row_bytes_max())?;
        let sequences = decided.accepted.max(1);
        let first = self.next.next_sequence;
        let (finished, next) = self.finish(group, &layout.places, |next| AppliedRow {
            segment: layout.segment,
            offset: layout.start,
            next_sequence: Sequence(first.0 + u64::from(sequences)),
            ..next
        })?;
        let bodies = decided
            .bodies
            .iter()
            .filter_map(|at| decided.changes[*at].0.body());
        let written = self
            .log
            .append(&layout, bodies, first, sequences, &finished.rows);
        let log_bytes = written.map_err(|unwritten| self.unwritten(unwritten))?;
        self.refusing = false;
        Ok(Durable {
            rows: finished.rows,
            next,
            segments: finished.segments,
            movements: finished.movements,
            log_bytes,
        })
    }

    fn finish(
        &self,
        group: Group<'_>,
        places: &[crate::meta::Place],
        advance: impl FnOnce(AppliedRow) -> AppliedRow,
    ) -> Result<(Finished, AppliedRow)> {
        let kind_of = |id| {
            let segment = self.segments.get(id);
            segment.map_or(SegmentKind::Bulk, |segment| segment.kind())
        };
        let accounts = self.progress.accounts();
        let mut finished = group.finish(places, &accounts, &kind_of)?;
        drop(accounts);
        let next_extent = finished
            .highest_extent
            .map_or(ExtentId(0), |id| ExtentId(id.0 + 1));
        let next = advance(AppliedRow {
            next_extent: self.next.next_extent.max(next_extent),
            ..self.next
        });
        finished
            .rows
            .push((Key::system(APPLIED), Some(row::encode(&next).into())));
        Ok((finished, next))
    }

    /// What everybody in a group is told that could not be written.
    fn unwritten(&mut self, unwritten: Unwritten) -> Error {
        match unwritten {
            Unwritten::InDoubt(error) => self.failure.set(&Error::io("log")(error)),
            Unwritten::Refused(error) => {
                // Told once, not for every group until there is room.
                if !std::mem::replace(&mut self.refusing, true) {
                    tracing::warn!(%error, "the drive takes no writes to the log; changes are refused until it does");
                }
                self.segments.explain(error, "log")
            }
        }
    }
}

/// Tells everybody who waits that nothing is taken. Nothing of it has happened.
fn refuse(waiting: &mut VecDeque<Box<dyn Change>>, refused: &Error) {
    for change in waiting.drain(..) {
        change.done(Err(refused.clone()));
    }
}
