//! A store whose time stands still, for the tests of the runner.

use super::super::*;
use crate::lifecycle::configuration::{Expiration, Filter, Rule, Scope, Status, TransitionMinimum};
use bytes::Bytes;
use storage_engine::clock::ManualClock;
use storage_engine::row::{Lock, Tag, Versioning};
use storage_engine::{
    CreateBucket, CreateUpload, DeleteObject, ListRequest, NewObject, Notes, PutObject,
    StageOptions, Target, UpdateBucket, VersionEntry,
};

pub(super) const DAY: u64 = 24 * 3600 * 1000;
/// A midnight, and ten hours.
pub(super) const START: Timestamp = Timestamp(20_000 * DAY + 10 * 3600 * 1000);
pub(super) const BUCKET: &str = "bucket";

/// A store with one bucket whose time stands still.
pub(super) struct Rig {
    pub(super) engine: Arc<Engine>,
    pub(super) clock: Arc<ManualClock>,
    pub(super) lifecycle: Lifecycle,
    pub(super) stop: watch::Sender<bool>,
}

impl Rig {
    pub(super) async fn new(versioning: Versioning) -> Rig {
        let clock = Arc::new(ManualClock::default());
        clock.set(START);
        let engine = Arc::new(Engine::in_memory(Arc::clone(&clock) as Arc<dyn Clock>).unwrap());
        let lifecycle = Lifecycle::new(
            Arc::clone(&engine),
            Arc::clone(&clock) as Arc<dyn Clock>,
            Day::REAL,
        );
        let rig = Rig {
            engine,
            clock,
            lifecycle,
            stop: watch::channel(false).0,
        };
        rig.make_bucket(BUCKET, versioning).await;
        rig
    }

    pub(super) async fn make_bucket(&self, name: &str, versioning: Versioning) {
        let create = CreateBucket {
            name: name.into(),
            owner: "owner".into(),
            lockable: versioning == Versioning::Enabled,
            ..CreateBucket::default()
        };
        self.engine.create_bucket(create).await.unwrap();
        let change = UpdateBucket {
            versioning: Some(versioning),
            ..UpdateBucket::default()
        };
        self.engine.update_bucket(name, change).await.unwrap();
    }

    pub(super) async fn put(&self, key: &str, size: usize) {
        self.put_tagged(key, size, Vec::new()).await;
    }

    pub(super) async fn put_tagged(&self, key: &str, size: usize, tags: Vec<Tag>) {
        let options = StageOptions {
            bucket: BUCKET.into(),
            ..StageOptions::default()
        };
        let mut staging = self.engine.stage(options).await.unwrap();
        staging.write(vec![7; size].into()).await.unwrap();
        let put = PutObject {
            bucket: BUCKET.into(),
            key: Bytes::copy_from_slice(key.as_bytes()),
            object: NewObject {
                owner: "owner".into(),
                label: "STANDARD".into(),
                tags,
                lock: Lock::default(),
                ..NewObject::default()
            },
            conditions: Vec::new(),
            notes: Notes::none(),
        };
        let staged = staging.seal().await.unwrap();
        self.engine.put_object(put, staged).await.unwrap();
    }

    pub(super) async fn delete(&self, key: &str) {
        let request = DeleteObject {
            target: target(key, None),
            owner: "owner".into(),
            conditions: Vec::new(),
            bypass_governance: false,
            notes: Notes::none(),
        };
        self.engine.delete_object(request).await.unwrap();
    }

    pub(super) async fn begin_upload(&self, key: &str) {
        let create = CreateUpload {
            bucket: BUCKET.into(),
            key: Bytes::copy_from_slice(key.as_bytes()),
            object: NewObject::default(),
            checksum: None,
            encryption: None,
        };
        self.engine.create_upload(create).await.unwrap();
    }

    pub(super) async fn set(&self, rules: Vec<Rule>) {
        self.set_of(BUCKET, rules).await;
    }

    pub(super) async fn set_of(&self, bucket: &str, rules: Vec<Rule>) {
        let rules = Configuration {
            rules,
            minimum: TransitionMinimum::AllClasses,
        };
        let stored = rules.to_stored().unwrap();
        self.engine
            .put_document(bucket, KIND, stored)
            .await
            .unwrap();
    }

    pub(super) fn days_pass(&self, days: u64) {
        self.clock.advance(days * DAY);
    }

    pub(super) async fn run(&self) -> Option<RunReport> {
        let stop = self.stop.subscribe();
        self.lifecycle.run_due(&stop).await.unwrap()
    }

    pub(super) async fn versions(&self) -> Vec<VersionEntry> {
        let mut request = ListRequest {
            bucket: BUCKET.into(),
            limit: 1000,
            ..ListRequest::default()
        };
        let mut all = Vec::new();
        loop {
            let page = self.engine.list_versions(request.clone()).await.unwrap();
            all.extend(page.entries);
            match page.next {
                Some(next) => request.after = next,
                None => return all,
            }
        }
    }

    pub(super) async fn keys(&self) -> Vec<String> {
        let versions = self.versions().await;
        let text = |entry: &VersionEntry| String::from_utf8_lossy(&entry.key).into_owned();
        versions.iter().map(text).collect()
    }
}

pub(super) fn target(key: &str, version: Option<&VersionEntry>) -> Target {
    Target {
        bucket: BUCKET.into(),
        key: Bytes::copy_from_slice(key.as_bytes()),
        version: version.map(|entry| entry.summary.version_id()),
    }
}

pub(super) fn rule(prefix: &str) -> Rule {
    Rule {
        id: format!("rule of {prefix}"),
        status: Status::Enabled,
        scope: Scope::Filter(Filter::Prefix(prefix.into())),
        expiration: None,
        transitions: Vec::new(),
        noncurrent_expiration: None,
        noncurrent_transitions: Vec::new(),
        abort_days: None,
    }
}

pub(super) fn expiring(prefix: &str, days: u32) -> Rule {
    Rule {
        expiration: Some(Expiration::Days(days)),
        ..rule(prefix)
    }
}
