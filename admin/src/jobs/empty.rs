//! Emptying a bucket: every version and every unfinished upload, each deleted by a request of S3
//! as whoever asked, so that locks, policies, events and logs are what they are for anybody else.

use super::record::{Progress, ProgressUnit};
use super::{Ended, Ending, Running, Stop};
use crate::call::Call;
use crate::inner::Inner;
use crate::limits::{DELETE_KEYS_MAX, EMPTIED_PER_SECOND_MAX, JOB_FINDINGS_MAX};
use crate::objects::bulk::{self, DeleteOutcome, ToDelete};
use crate::refused::Refused;
use crate::s3::Ask;
use crate::session::bearer::Bearer;
use bytes::Bytes;
use http::Method;
use http::request::Parts;
use identity::Caller;
use serde_json::json;
use std::sync::Arc;
use std::time::Duration;
use storage_engine::{Cursor, ListRequest, VersionEntry};
use tokio::time::{Instant, sleep_until};

/// A bucket, and as whom it is emptied.
pub(super) struct Emptied {
    pub(super) admin: Arc<Inner>,
    pub(super) parts: Parts,
    pub(super) caller: Arc<Caller>,
    /// How he had shown who he is. He may be deleted, or be allowed less, before this has ended.
    pub(super) bearer: Option<Bearer>,
    pub(super) bucket: String,
    pub(super) bypass_governance: bool,
}

/// What has been done.
#[derive(Debug, Default)]
struct Tally {
    looked_at: u64,
    total: u64,
    deleted: u64,
    aborted: u64,
    failed: u64,
    /// The first of what could not be deleted, and why.
    left: Vec<String>,
}

impl From<Refused> for Stop {
    fn from(refused: Refused) -> Self {
        Stop::Failed(format!("{}: {}", refused.code, refused.message))
    }
}

impl Emptied {
    pub(super) async fn run(self, running: Arc<Running>) -> Result<Ended, Stop> {
        let usage = self.admin.engine.usage(&self.bucket).await?;
        let mut tally = Tally {
            total: usage.versions + usage.uploads,
            ..Tally::default()
        };
        let mut ending = self.versions(&running, &mut tally).await?;
        if ending == Ending::Whole {
            ending = self.uploads(&running, &mut tally).await?;
        }
        let usage = self.admin.engine.usage(&self.bucket).await?;
        Ok(Ended {
            ending,
            problems: tally.failed,
            report: json!({
                "deleted": tally.deleted,
                "aborted": tally.aborted,
                "failed": tally.failed,
                "failures": tally.left,
                "versions_left": usage.versions,
                "uploads_left": usage.uploads,
            }),
        })
    }

    /// Behind where it has been nothing is looked at again: what is written there meanwhile stays.
    async fn versions(&self, running: &Running, tally: &mut Tally) -> Result<Ending, Stop> {
        let mut after = Cursor::Start;
        loop {
            let begun = Instant::now();
            let page = self.admin.engine.list_versions(self.request(after)).await?;
            let count = page.entries.len();
            self.delete(page.entries, tally).await?;
            tally.looked_at += count as u64;
            if running.tell(tally.progress("delete versions")).is_break() {
                return Ok(Ending::CutShort);
            }
            match page.next {
                Some(next) => after = next,
                None => return Ok(Ending::Whole),
            }
            rest(begun, count).await;
        }
    }

    async fn delete(&self, entries: Vec<VersionEntry>, tally: &mut Tally) -> Result<(), Stop> {
        let call = self.call()?;
        let (mut listed, mut single) = (Vec::new(), Vec::new());
        for entry in entries {
            let version = entry.summary.version_id().to_string();
            match std::str::from_utf8(&entry.key) {
                Ok(key) if bulk::can_be_listed(key) => listed.push(ToDelete::of(key, version)),
                _ => single.push((entry.key, version)),
            }
        }
        if !listed.is_empty() {
            let outcomes = bulk::send(&call, &self.bucket, &listed, self.bypass_governance).await?;
            tally.note(&outcomes);
        }
        for (key, version) in single {
            let ask = Ask::object_bytes(Method::DELETE, &self.bucket, &key);
            let bypass = self.bypass_governance.then_some("true");
            let ask = ask.maybe_header("x-amz-bypass-governance-retention", bypass);
            let deleted = ask.query("versionId", &version).send(&call).await;
            match deleted {
                Ok(_) => tally.deleted += 1,
                Err(refused) => tally.fail(&String::from_utf8_lossy(&key), &refused.code),
            }
        }
        Ok(())
    }

    async fn uploads(&self, running: &Running, tally: &mut Tally) -> Result<Ending, Stop> {
        let mut after = Cursor::Start;
        loop {
            let begun = Instant::now();
            let call = self.call()?;
            let page = self.admin.engine.list_uploads(self.request(after)).await?;
            let count = page.entries.len();
            for upload in page.entries {
                let ask = Ask::object_bytes(Method::DELETE, &self.bucket, &upload.key);
                let ask = ask.query("uploadId", &upload.name.to_string());
                match ask.send(&call).await {
                    Ok(_) => tally.aborted += 1,
                    Err(refused) if refused.code == "NoSuchUpload" => {}
                    Err(refused) => {
                        tally.fail(&String::from_utf8_lossy(&upload.key), &refused.code);
                    }
                }
                tally.looked_at += 1;
                if running.tell(tally.progress("abort uploads")).is_break() {
                    return Ok(Ending::CutShort);
                }
            }
            match page.next {
                Some(next) => after = next,
                None => return Ok(Ending::Whole),
            }
            rest(begun, count).await;
        }
    }

    /// Who is no more deletes no more, and nobody more than he may by now.
    fn call(&self) -> Result<Call<'_>, Stop> {
        let caller = match &self.bearer {
            Some(bearer) => self.admin.caller_now(bearer),
            None => Some(Arc::clone(&self.caller)),
        };
        let gone = || Stop::Failed("whoever started it is no more".to_owned());
        let caller = caller.ok_or_else(gone)?;
        Ok(Call::new(
            &self.admin,
            &self.parts,
            caller,
            None,
            Vec::new(),
        ))
    }

    fn request(&self, after: Cursor) -> ListRequest {
        ListRequest {
            bucket: self.bucket.clone(),
            prefix: Bytes::new(),
            after,
            limit: DELETE_KEYS_MAX,
            ..ListRequest::default()
        }
    }
}

impl Tally {
    fn note(&mut self, outcomes: &[DeleteOutcome]) {
        for outcome in outcomes {
            match &outcome.error {
                None => self.deleted += 1,
                Some(error) => self.fail(&outcome.key, &error.code),
            }
        }
    }

    fn fail(&mut self, key: &str, code: &str) {
        self.failed += 1;
        if self.left.len() < JOB_FINDINGS_MAX {
            self.left.push(format!("{key}: {code}"));
        }
    }

    fn progress(&self, doing: &str) -> Progress {
        Progress {
            doing: doing.to_owned(),
            done: self.looked_at,
            // Others may add to it meanwhile.
            total: Some(self.total.max(self.looked_at)),
            unit: Some(ProgressUnit::Versions),
        }
    }
}

/// Gives way to requests: so many in a second, and as long for others as for this one.
async fn rest(begun: Instant, count: usize) {
    let least = Duration::from_secs(1) * u32::try_from(count).unwrap_or(u32::MAX);
    let least = begun + least / EMPTIED_PER_SECOND_MAX;
    let even = Instant::now() + begun.elapsed();
    sleep_until(least.max(even)).await;
}
