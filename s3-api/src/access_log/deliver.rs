//! Writing what has gathered: one object for each place that lines go to.

use super::collector::{AccessLogStats, Batch, Place};
use super::encryption::{can_be_written, for_log};
use super::permission::{SERVICE, account, may_deliver};
use crate::bucket::Bucket;
use crate::bucket::logging::{DateSource, KeyFormat};
use crate::checksum::DEFAULT_ALGORITHM;
use crate::handle::S3;
use crate::kms::KmsError;
use crate::ops::shared::object_input::DEFAULT_STORAGE_CLASS;
use bytes::Bytes;
use pipeline::events::{self, EventName, Origin};
use ring::rand::{SecureRandom, SystemRandom};
use std::time::{Duration, SystemTime};
use storage_engine::row::Attribute;
use storage_engine::{Error, NewObject, Notes, PutObject, StageOptions};
use time::OffsetDateTime;
use time::macros::format_description;
use tokio::sync::watch;

/// Why lines were not written.
#[derive(Debug, thiserror::Error)]
enum Undelivered {
    #[error("the bucket for it does not let logs in")]
    NotPermitted,
    #[error("the bucket for it encrypts with a key of somebody's own")]
    Encrypted,
    #[error("no key to encrypt it with: {0}")]
    NoKey(#[from] KmsError),
    #[error("no randomness from the operating system")]
    NoRandomness,
    #[error(transparent)]
    Engine(#[from] Error),
}

impl S3 {
    /// Writes the log of requests every `interval`, and sooner where there is much, until told to
    /// stop by `true`.
    pub async fn follow_access_log(&self, interval: Duration, mut stop: watch::Receiver<bool>) {
        loop {
            tokio::select! {
                () = tokio::time::sleep(interval) => {}
                () = self.collector().full() => {}
                _ = stop.wait_for(|stop| *stop) => return,
            }
            self.flush_access_log().await;
        }
    }

    /// Writes what has gathered of the log of requests.
    pub async fn flush_access_log(&self) {
        for (place, batch) in self.collector().take() {
            let lines = batch.lines.iter().filter(|byte| **byte == b'\n').count();
            match self.deliver(&place, batch).await {
                Ok(()) => self.collector().written(),
                Err(error) => {
                    self.collector().dropped(lines);
                    let Place { source, target, .. } = &place;
                    tracing::warn!(bucket = source, target, lines, %error, "access log lost");
                }
            }
        }
    }

    pub fn access_log_stats(&self) -> AccessLogStats {
        self.collector().stats()
    }

    async fn deliver(&self, place: &Place, batch: Batch) -> Result<(), Undelivered> {
        let (gate, engine) = (self.gate(), self.gate().engine());
        let source = gate.bucket(&place.source).await?;
        let target = gate.bucket(&place.target).await?;
        if !may_deliver(gate.identity(), &source, &target, &place.prefix) {
            return Err(Undelivered::NotPermitted);
        }
        if !can_be_written(&target) {
            return Err(Undelivered::Encrypted);
        }
        let (encryption, guarded) = for_log(&*self.settings().kms, &target).await?.unzip();
        let key = self.key(place, &batch, &account(gate.identity(), &source))?;
        let options = StageOptions {
            bucket: place.target.clone(),
            length: Some(batch.lines.len() as u64),
            checksums: vec![DEFAULT_ALGORITHM],
            encryption,
        };
        let mut staging = engine.stage(options).await?;
        staging.write(batch.lines.into()).await?;
        let notes = notes(&target, &key);
        let put = PutObject {
            bucket: place.target.clone(),
            key,
            object: NewObject {
                owner: target.row.owner.clone(),
                label: DEFAULT_STORAGE_CLASS.to_owned(),
                attributes: [content_type()].into_iter().chain(guarded).collect(),
                ..NewObject::default()
            },
            conditions: Vec::new(),
            notes,
        };
        engine.put_object(put, staging.seal().await?).await?;
        Ok(())
    }

    /// The prefix, whose log it is where that is asked for, the time, and something unique.
    fn key(&self, place: &Place, batch: &Batch, account: &str) -> Result<Bytes, Undelivered> {
        let now = SystemTime::now();
        let day = format_description!("[year]/[month]/[day]");
        let second = format_description!("[year]-[month]-[day]-[hour]-[minute]-[second]");
        let midnight = format_description!("[year]-[month]-[day]-00-00-00");
        let (at, name) = match place.keys {
            KeyFormat::Partitioned(DateSource::EventTime) => (batch.since, midnight),
            _ => (now, second),
        };
        let utc = OffsetDateTime::from(at);
        let name = utc.format(name).unwrap_or_default();
        let mut unique = [0; 8];
        let filled = SystemRandom::new().fill(&mut unique);
        filled.map_err(|_| Undelivered::NoRandomness)?;
        let name = format!("{name}-{}", hex::encode_upper(unique));
        let Place { prefix, source, .. } = place;
        let key = match place.keys {
            KeyFormat::Simple => format!("{prefix}{name}"),
            KeyFormat::Partitioned(_) => {
                let (region, day) = (&self.settings().region, utc.format(day).unwrap_or_default());
                format!("{prefix}{account}/{region}/{source}/{day}/{name}")
            }
        };
        Ok(key.into())
    }
}

fn content_type() -> Attribute {
    Attribute {
        name: "content-type".to_owned(),
        value: b"text/plain".to_vec(),
    }
}

/// Who wants to be told of objects in that bucket is told of logs too.
fn notes(target: &Bucket, key: &[u8]) -> Notes {
    let Some(configuration) = &target.notifications else {
        return Notes::none();
    };
    events::notes(configuration, key, &[EventName::CreatedPut], || Origin {
        bucket: target.row.name.clone(),
        bucket_owner: target.row.owner.clone(),
        principal: SERVICE.to_owned(),
        address: SERVICE.to_owned(),
        request_id: String::new(),
        host_id: String::new(),
    })
}
