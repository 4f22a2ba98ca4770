//! Buckets and their settings.

use storage_engine::row::Versioning;
use storage_engine::{CreateBucket, UpdateBucket};

use super::{Answer, Bucket, Oracle, Refusal};

impl Oracle {
    pub fn create_bucket(&mut self, request: &CreateBucket) -> Answer<()> {
        if self.buckets.contains_key(&request.name) {
            return Err(Refusal::BucketExists);
        }
        let versioning = match request.lockable {
            true => Versioning::Enabled,
            false => Versioning::Off,
        };
        let bucket = Bucket {
            owner: request.owner.clone(),
            versioning,
            lockable: request.lockable,
            default_retention: None,
            quota: Default::default(),
            compression: Default::default(),
            deduplicate: false,
            tags: Vec::new(),
            documents: request.documents.iter().cloned().collect(),
            keys: Default::default(),
            uploads: Vec::new(),
        };
        self.buckets.insert(request.name.clone(), bucket);
        Ok(())
    }

    pub fn delete_bucket(&mut self, name: &str) -> Answer<()> {
        let bucket = self.bucket(name)?;
        if !bucket.keys.is_empty() || !bucket.uploads.is_empty() {
            return Err(Refusal::BucketNotEmpty);
        }
        self.buckets.remove(name);
        Ok(())
    }

    pub fn update_bucket(&mut self, name: &str, change: &UpdateBucket) -> Answer<()> {
        let bucket = self.bucket_mut(name)?;
        let mut new = bucket.clone();
        new.versioning = change.versioning.unwrap_or(new.versioning);
        new.lockable = change.lockable.unwrap_or(new.lockable);
        new.default_retention = change.default_retention.unwrap_or(new.default_retention);
        new.quota = change.quota.unwrap_or(new.quota);
        new.compression = change.compression.unwrap_or(new.compression);
        new.deduplicate = change.deduplicate.unwrap_or(new.deduplicate);
        new.tags = change.tags.clone().unwrap_or(new.tags);
        if new.lockable && new.versioning != Versioning::Enabled {
            return Err(Refusal::VersioningRequired);
        }
        if bucket.versioning != Versioning::Off && new.versioning == Versioning::Off {
            return Err(Refusal::Invalid);
        }
        if new.default_retention.is_some() && !new.lockable {
            return Err(Refusal::NotLockable);
        }
        *bucket = new;
        Ok(())
    }
}
