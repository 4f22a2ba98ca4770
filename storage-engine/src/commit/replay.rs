//! Bringing the index up to date from the log after a crash.
//!
//! Groups are written one at a time, so only the last one can be torn, and a torn group was never
//! acknowledged. What does not verify is therefore the end of the log, unless something that was
//! written later does verify behind it: then the drive has lost acknowledged changes, and the
//! store refuses to open rather than to forget them.
//!
//! A segment is synced before it is read. The process may have died between the write and the sync
//! of its last group: what is found and served from now on must not be lost by a power cut later.

use std::sync::Arc;

use super::committer::APPLIED;
use super::log::{GROUP_ALIGN_BYTES, RECORDS_AT};
use crate::error::{Error, Result};
use crate::ids::{SegmentId, Sequence};
use crate::index::{Index, RowChange};
use crate::key::Key;
use crate::record::{self, BadRecord, Content, Record, RecordHeader};
use crate::row::{self, AppliedRow, SegmentKind};
use crate::segment::{Segment, Segments};

/// What a replay found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Replayed {
    pub(crate) applied: AppliedRow,
    pub(crate) groups: u64,
}

/// Applies every group of the log that the index does not have yet.
pub(crate) fn replay(index: &dyn Index, segments: &Segments) -> Result<Replayed> {
    let mut replay = Replay {
        index,
        applied: applied(index)?,
        groups: 0,
        torn: None,
        held: None,
    };
    complete(&replay.applied, segments)?;
    let mut logs: Vec<Arc<Segment>> = segments.all();
    logs.retain(|segment| {
        segment.kind() == SegmentKind::Log && segment.id() >= replay.applied.segment
    });
    logs.sort_by_key(|segment| segment.id());
    for segment in logs {
        replay.segment(&segment)?;
    }
    if replay.groups > 0 {
        index.flush()?;
    }
    Ok(Replayed {
        applied: replay.applied,
        groups: replay.groups,
    })
}

/// Refuses a log that lacks what may hold acknowledged changes: going on without them would forget
/// them, and give their sequences to others.
fn complete(applied: &AppliedRow, segments: &Segments) -> Result<()> {
    let refuse = |id: SegmentId, reason: &str| {
        Error::Folder(format!(
            "log segment {id} cannot be used: {reason}. Nothing has been changed; see to the \
             drive and start again, or restore the folder from its copy or a backup"
        ))
    };
    for file in segments.unreadable() {
        let needed = file.kind == SegmentKind::Log && file.id >= applied.segment;
        if needed && (!file.unfinished || file.id == applied.segment) {
            return Err(refuse(file.id, &file.reason));
        }
    }
    let begun = applied.segment != SegmentId::default();
    match begun && segments.get(applied.segment).is_none() {
        true => Err(refuse(applied.segment, "its file is missing")),
        false => Ok(()),
    }
}

/// How far the index has followed the log.
pub(crate) fn applied(index: &dyn Index) -> Result<AppliedRow> {
    match index.get(&Key::system(APPLIED))? {
        Some(bytes) => Ok(row::decode(&bytes)?),
        None => Ok(AppliedRow {
            next_sequence: Sequence(1),
            ..AppliedRow::default()
        }),
    }
}

struct Replay<'a> {
    index: &'a dyn Index,
    applied: AppliedRow,
    groups: u64,
    /// Where a group did not verify. Anything later that does turns it into damage.
    torn: Option<(SegmentId, u64, BadRecord)>,
    /// A group whose rows verify and one of whose bodies does not. Torn if nothing follows it;
    /// acknowledged, with a damaged body, if something does.
    held: Option<Group>,
}

/// A group as it lies in a segment.
struct Group {
    first: Sequence,
    sequences: u32,
    rows: Vec<RowChange>,
    end: u64,
    /// A body in front of the commit record that does not verify.
    bad_body: Option<(u64, BadRecord)>,
}

impl Group {
    fn next(&self) -> Sequence {
        Sequence(self.first.0 + u64::from(self.sequences))
    }
}

impl Replay<'_> {
    fn segment(&mut self, segment: &Segment) -> Result<()> {
        let mut at = match segment.id() == self.applied.segment {
            true => self.applied.offset.max(RECORDS_AT),
            false => RECORDS_AT,
        };
        let bytes = read_from(segment, at)?;
        let start = at;
        while at - start < bytes.len() as u64 {
            let rest = &bytes[usize::try_from(at - start).unwrap_or(usize::MAX)..];
            match group(segment, at, rest) {
                Ok(group) => at = self.group(segment.id(), at, group)?,
                Err(bad) => {
                    self.torn.get_or_insert((segment.id(), at, bad));
                    at += GROUP_ALIGN_BYTES;
                }
            }
        }
        Ok(())
    }

    /// Applies a group, passes over one the index has, or finds that something is missing.
    fn group(&mut self, segment: SegmentId, at: u64, group: Group) -> Result<u64> {
        let end = group.end;
        if let Some(held) = self.held.take_if(|held| held.next() == group.first) {
            tracing::error!(%segment, at, "a body in the log is damaged; its rows are not");
            self.apply(segment, at, &held)?;
        }
        let next = self.applied.next_sequence;
        if group.first > next {
            return Err(self.gap(segment, at, group.first));
        }
        // Behind a torn place only newer groups count: others are what the torn one left.
        if group.first < next || self.torn.is_some_and(|(torn, ..)| torn == segment) {
            return Ok(end);
        }
        if let Some((body_at, bad)) = group.bad_body {
            self.torn.get_or_insert((segment, body_at, bad));
            self.held = Some(group);
            return Ok(end);
        }
        self.apply(segment, at, &group)?;
        Ok(end)
    }

    fn apply(&mut self, segment: SegmentId, at: u64, group: &Group) -> Result<()> {
        self.torn = None;
        self.held = None;
        self.index.apply(&group.rows)?;
        self.groups += 1;
        self.applied = applied(self.index)?;
        match self.applied.next_sequence == group.next() {
            true => Ok(()),
            false => Err(Error::Folder(format!(
                "log segment {segment} at {at}: group of sequence {} does not say how far it goes",
                group.first
            ))),
        }
    }

    fn gap(&self, segment: SegmentId, at: u64, found: Sequence) -> Error {
        let missing = self.applied.next_sequence;
        let place = match self.torn {
            Some((segment, at, bad)) => format!("; log segment {segment} at {at}: {bad}"),
            None => String::from("; a log segment is missing"),
        };
        Error::Folder(format!(
            "the log has lost acknowledged changes: sequence {missing} is followed by {found} in \
             segment {segment} at {at}{place}. Nothing has been changed; restore the folder from \
             its copy or a backup"
        ))
    }
}

fn read_from(segment: &Segment, at: u64) -> Result<Vec<u8>> {
    segment.file().sync().map_err(Error::io("log"))?;
    let end = segment.file().len().map_err(Error::io("log"))?;
    let bytes = usize::try_from(end.saturating_sub(at)).unwrap_or(usize::MAX);
    let mut buffer = vec![0; bytes];
    segment
        .file()
        .read_at(&mut buffer, at)
        .map_err(Error::io("log"))?;
    Ok(buffer)
}

/// Reads the group that starts at `at`, which is where `bytes` begin.
fn group(segment: &Segment, at: u64, bytes: &[u8]) -> std::result::Result<Group, BadRecord> {
    let mut here = 0;
    let mut bad_body = None;
    loop {
        let rest = bytes.get(here..).ok_or(BadRecord::Short)?;
        let record_at = at + here as u64;
        let header: RecordHeader = record::parse_header(segment.key(), record_at, rest)?;
        let opened = header.open(rest);
        here += header.record_bytes as usize;
        match (&header.content, opened) {
            (Content::Chunk { .. }, Ok(_)) => {}
            (Content::Chunk { .. }, Err(bad)) => {
                bad_body.get_or_insert((record_at, bad));
            }
            (Content::Commit { .. }, Err(bad)) => return Err(bad),
            (Content::Commit { group_bytes, .. }, Ok(record)) => {
                if u64::from(*group_bytes) != record_at - at {
                    return Err(BadRecord::Misplaced);
                }
                let Record::Commit {
                    first,
                    sequences,
                    rows,
                    ..
                } = record
                else {
                    return Err(BadRecord::Kind);
                };
                let end = (at + here as u64).next_multiple_of(GROUP_ALIGN_BYTES);
                return Ok(Group {
                    first,
                    sequences,
                    rows,
                    end,
                    bad_body,
                });
            }
        }
    }
}
