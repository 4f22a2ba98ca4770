//! Going through a bucket, step by step, and finding out what is to be done: looks, changes
//! nothing.

mod history;

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use storage_engine::ids::{Timestamp, UploadName, VersionId};
use storage_engine::row::{BucketRow, Tag, Versioning};
use storage_engine::{
    AsSeen, Cursor, Engine, Error, ListRequest, Target, UploadInfo, VersionEntry,
};

use super::calendar::Day;
use super::configuration::{Configuration, StorageClass};
use super::decide::{Action, Facts, Versions, abort_of, decide, needs_tags};
use crate::limits::STEP_ENTRIES_MAX;
use history::History;

/// Something to be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Planned {
    pub key: Bytes,
    pub task: Task,
    /// The rule that asks for it.
    pub rule: String,
    /// Of the version; of an upload, what has come of it.
    pub size: u64,
    /// Since when it is due.
    pub due: Timestamp,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Task {
    /// The newest object goes: for good, or behind a delete marker.
    Expire(AsSeen),
    /// An older version goes for good.
    DeleteNoncurrent(AsSeen),
    /// A delete marker with nothing behind it goes.
    RemoveMarker(AsSeen),
    Move(AsSeen, StorageClass),
    /// An unfinished upload ends.
    Abort(UploadName),
}

impl Task {
    /// What operators are told it is.
    pub fn name(&self) -> String {
        match self {
            Task::Expire(_) => "expire".to_owned(),
            Task::DeleteNoncurrent(_) => "delete".to_owned(),
            Task::RemoveMarker(_) => "remove-marker".to_owned(),
            Task::Move(_, class) => format!("move:{}", class.name()),
            Task::Abort(_) => "abort".to_owned(),
        }
    }

    pub fn subject(&self) -> Subject {
        match self {
            Task::Expire(seen)
            | Task::DeleteNoncurrent(seen)
            | Task::RemoveMarker(seen)
            | Task::Move(seen, _) => Subject::Version(seen.version),
            Task::Abort(upload) => Subject::Upload(*upload),
        }
    }
}

/// What something is to be done to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject {
    Version(VersionId),
    Upload(UploadName),
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Subject::Version(version) => version.fmt(f),
            Subject::Upload(upload) => upload.fmt(f),
        }
    }
}

/// What one step has found.
#[derive(Debug)]
pub(super) struct Step {
    pub(super) looked_at: u64,
    pub(super) planned: Vec<Planned>,
}

/// How far a walk has come: everything before it has been looked at.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Position {
    pub(super) stage: Stage,
    /// The last key of which everything has been looked at.
    pub(super) after: Vec<u8>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Stage {
    #[default]
    Versions,
    Uploads,
    Done,
}

/// A walk through what the rules of a bucket are about.
#[derive(Debug)]
pub(super) struct Walk {
    engine: Arc<Engine>,
    bucket: BucketRow,
    rules: Arc<Configuration>,
    day: Day,
    prefixes: Vec<Bytes>,
    /// Which of them is being walked through.
    at: usize,
    cursor: Cursor,
    history: History,
    /// What comes after it decides about a delete marker, so one entry is held back.
    held: Option<VersionEntry>,
    position: Position,
}

impl Walk {
    pub(super) fn new(
        engine: Arc<Engine>,
        bucket: BucketRow,
        rules: Arc<Configuration>,
        day: Day,
        from: Position,
    ) -> Walk {
        let prefixes = rules.prefixes().into_iter();
        let prefixes = prefixes.map(|prefix| Bytes::copy_from_slice(prefix.as_bytes()));
        let mut walk = Walk {
            engine,
            bucket,
            day,
            prefixes: prefixes.collect(),
            at: 0,
            cursor: Cursor::Start,
            history: History::default(),
            held: None,
            position: from,
            rules,
        };
        walk.skip_to_position();
        walk
    }

    pub(super) fn position(&self) -> &Position {
        &self.position
    }

    /// The next piece, as it is to be judged at `now`; none when all has been looked at.
    ///
    /// Dropped before it returns, it may have skipped what it was looking at.
    pub(super) async fn next(&mut self, now: Timestamp) -> Result<Option<Step>, Error> {
        match self.position.stage {
            Stage::Versions => self.versions(now).await.map(Some),
            Stage::Uploads => self.uploads(now).await.map(Some),
            Stage::Done => Ok(None),
        }
    }

    async fn versions(&mut self, now: Timestamp) -> Result<Step, Error> {
        let Some(request) = self.request() else {
            return self.end_of_versions(now).await;
        };
        let page = self.engine.list_versions(request).await?;
        let looked_at = page.entries.len() as u64;
        let mut planned = Vec::new();
        for entry in page.entries {
            if let Some(held) = self.held.replace(entry) {
                self.judge(held, now, &mut planned).await?;
            }
        }
        self.advance(page.next);
        Ok(Step { looked_at, planned })
    }

    /// Judges what was held back, now that nothing can come after it.
    async fn end_of_versions(&mut self, now: Timestamp) -> Result<Step, Error> {
        let mut planned = Vec::new();
        if let Some(held) = self.held.take() {
            self.judge(held, now, &mut planned).await?;
        }
        let any_abort = self.rules.enabled().any(|rule| rule.abort_days.is_some());
        self.begin(if any_abort {
            Stage::Uploads
        } else {
            Stage::Done
        });
        Ok(Step {
            looked_at: 0,
            planned,
        })
    }

    async fn uploads(&mut self, now: Timestamp) -> Result<Step, Error> {
        let Some(request) = self.request() else {
            self.begin(Stage::Done);
            return Ok(Step {
                looked_at: 0,
                planned: Vec::new(),
            });
        };
        let page = self.engine.list_uploads(request).await?;
        let due = page
            .entries
            .iter()
            .filter_map(|upload| self.abort(upload, now));
        let planned = due.collect();
        // Uploads of the last key may go on in the next page: those before it are looked at.
        let last = page.entries.last().map(|upload| &upload.key);
        let mut passed = page.entries.iter().rev().map(|upload| &upload.key);
        if let Some(passed) = passed.find(|key| Some(*key) != last) {
            self.position.after = passed.to_vec();
        }
        let looked_at = page.entries.len() as u64;
        self.advance(page.next);
        Ok(Step { looked_at, planned })
    }

    fn abort(&self, upload: &UploadInfo, now: Timestamp) -> Option<Planned> {
        let (due, rule) = abort_of(&self.rules, &upload.key, upload.started, self.day)?;
        (due <= now).then(|| Planned {
            key: upload.key.clone(),
            task: Task::Abort(upload.name),
            rule: rule.id.clone(),
            size: upload.bytes,
            due,
        })
    }

    /// Decides about one entry; the one that follows it is held.
    async fn judge(
        &mut self,
        entry: VersionEntry,
        now: Timestamp,
        planned: &mut Vec<Planned>,
    ) -> Result<(), Error> {
        let is_last_of_key = self.held.as_ref().is_none_or(|next| next.key != entry.key);
        let versions = match self.bucket.versioning {
            Versioning::Off => Versions::NotKept,
            Versioning::Enabled | Versioning::Suspended => Versions::Kept,
        };
        if let Some(place) = self.history.place(&entry, is_last_of_key, versions) {
            let facts = Facts {
                key: &entry.key,
                size: entry.summary.size,
                written: entry.summary.modified,
                label: &entry.summary.label,
                tags: None,
                place,
            };
            planned.extend(self.plan(&entry, facts, now).await?);
        }
        if is_last_of_key {
            self.position.after = entry.key.to_vec();
        }
        Ok(())
    }

    async fn plan(
        &self,
        entry: &VersionEntry,
        facts: Facts<'_>,
        now: Timestamp,
    ) -> Result<Option<Planned>, Error> {
        let tags = match needs_tags(&self.rules, &facts) {
            false => None,
            true => match self.tags(entry).await? {
                // It is gone meanwhile.
                None => return Ok(None),
                tags => tags,
            },
        };
        let facts = Facts {
            tags: tags.as_deref(),
            ..facts
        };
        let Some(decision) = decide(&self.rules, &facts, now, self.day) else {
            return Ok(None);
        };
        let seen = AsSeen {
            version: entry.summary.version_id(),
            sequence: entry.summary.sequence,
            latest: entry.latest,
            tags,
        };
        Ok(Some(Planned {
            key: entry.key.clone(),
            task: match decision.action {
                Action::Expire => Task::Expire(seen),
                Action::DeleteNoncurrent => Task::DeleteNoncurrent(seen),
                Action::RemoveMarker => Task::RemoveMarker(seen),
                Action::Move(class) => Task::Move(seen, class),
            },
            rule: decision.rule.id.clone(),
            size: entry.summary.size,
            due: decision.due,
        }))
    }

    async fn tags(&self, entry: &VersionEntry) -> Result<Option<Vec<Tag>>, Error> {
        let target = Target {
            bucket: self.bucket.name.clone(),
            key: entry.key.clone(),
            version: Some(entry.summary.version_id()),
        };
        match self.engine.head(target).await {
            Ok(info) => Ok(info.row.detail.map(|detail| detail.tags)),
            Err(Error::NoSuchVersion { .. } | Error::NoSuchKey { .. } | Error::IsMarker { .. }) => {
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    /// What to list next; none at the end of the last prefix.
    fn request(&self) -> Option<ListRequest> {
        let prefix = self.prefixes.get(self.at)?;
        Some(ListRequest {
            bucket: self.bucket.name.clone(),
            prefix: prefix.clone(),
            after: self.cursor.clone(),
            limit: STEP_ENTRIES_MAX,
            ..ListRequest::default()
        })
    }

    fn advance(&mut self, next: Option<Cursor>) {
        match next {
            Some(next) => self.cursor = next,
            None => {
                self.at += 1;
                self.cursor = Cursor::Start;
            }
        }
    }

    fn begin(&mut self, stage: Stage) {
        self.position = Position {
            stage,
            after: Vec::new(),
        };
        self.at = 0;
        self.cursor = Cursor::Start;
    }

    /// Goes on where an earlier walk was interrupted.
    fn skip_to_position(&mut self) {
        let after = &self.position.after;
        if after.is_empty() {
            return;
        }
        let passed =
            |prefix: &Bytes| prefix.as_ref() < after.as_slice() && !after.starts_with(prefix);
        self.at = self
            .prefixes
            .iter()
            .take_while(|prefix| passed(prefix))
            .count();
        let within = self.prefixes.get(self.at);
        if within.is_some_and(|prefix| after.starts_with(prefix)) {
            self.cursor = Cursor::AfterKey(Bytes::copy_from_slice(after));
        }
    }
}
