//! `x-amz-copy-source`: where a copy's bytes come from.

use super::conditions::{COPY_SOURCE, ReadConditions, Verdict, failed};
use super::{largest, version};
use crate::access_log::{Beside, Done, of_source};
use crate::bucket::Bucket;
use crate::encoding::percent_decode;
use crate::error::{Code, S3Error, Subject, from_engine};
use crate::op::Access;
use crate::request::{Deed, Permitted};
use crate::target::{check_bucket_name, check_key};
use bytes::Bytes;
use http::StatusCode;
use storage_engine::ids::VersionId;
use storage_engine::row::Versioning;
use storage_engine::{Condition, ObjectInfo, Target};

/// The header, taken apart.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct CopySource {
    pub(crate) bucket: String,
    pub(crate) key: Bytes,
    pub(crate) version: Option<VersionId>,
}

/// A source that exists and whose conditions hold.
#[derive(Debug)]
pub(crate) struct FoundSource {
    pub(crate) info: ObjectInfo,
    /// The version that was found, by name where it has one of its own.
    pub(crate) target: Target,
    /// What keeps the engine from copying another object than the one the client's conditions
    /// were held against.
    pub(crate) pinned: Vec<Condition>,
}

impl FoundSource {
    /// Refuses to copy more bytes than whoever asks may write, also if the source becomes larger
    /// before it is copied.
    pub(crate) fn check_largest(
        &mut self,
        request: &Permitted<'_>,
        bytes: u64,
    ) -> Result<(), S3Error> {
        if largest::bytes_max(request).is_some() {
            self.pinned
                .push(Condition::Size(self.info.row.summary.size));
        }
        largest::check(request, bytes)
    }
}

impl CopySource {
    pub(crate) fn from_request(request: &Permitted<'_>) -> Result<Self, S3Error> {
        Self::parse(request.header("x-amz-copy-source").unwrap_or_default())
    }

    /// `[/]bucket/key[?versionId=id]`, percent-encoded.
    pub(crate) fn parse(header: &[u8]) -> Result<Self, S3Error> {
        let malformed = || {
            S3Error::invalid_argument("x-amz-copy-source", String::from_utf8_lossy(header)).message(
                "Copy Source must mention the source bucket and key: sourcebucket/sourcekey",
            )
        };
        const VERSION: &[u8] = b"?versionId=";
        let (path, version) = match memchr::memmem::rfind(header, VERSION) {
            Some(at) => (&header[..at], Some(&header[at + VERSION.len()..])),
            None => (header, None),
        };
        let path = path.strip_prefix(b"/").unwrap_or(path);
        // Some clients encode the slash behind the bucket as well.
        let decoded = percent_decode(path);
        let at = memchr::memchr(b'/', &decoded).ok_or_else(malformed)?;
        let bucket = std::str::from_utf8(&decoded[..at]).map_err(|_| malformed())?;
        let key = &decoded[at + 1..];
        if key.is_empty() {
            return Err(malformed());
        }
        check_key(key)?;
        check_bucket_name(bucket)?;
        let version = version.map(|text| std::str::from_utf8(text).map_err(|_| malformed()));
        Ok(Self {
            bucket: bucket.to_owned(),
            key: Bytes::copy_from_slice(key),
            version: version.transpose()?.map(version::parse).transpose()?,
        })
    }

    /// Looks it up, if it may be read, and holds the client's conditions against it.
    pub(crate) async fn find(&self, request: &Permitted<'_>) -> Result<FoundSource, S3Error> {
        let bucket = request.other_bucket(&self.bucket).await;
        let bucket = bucket.map_err(|error| self.refusal(error))?;
        let log = Beside::begin(request, &bucket, of_source(request.operation()));
        let found = self.find_in(&bucket, request).await;
        if let Some(log) = log {
            let source = found.as_ref();
            log.write(&Done {
                key: &self.key,
                version: self.version,
                size: source.ok().map(|found| found.info.row.summary.size),
                outcome: source.map(|_| StatusCode::OK),
            });
        }
        found
    }

    async fn find_in(
        &self,
        bucket: &Bucket,
        request: &Permitted<'_>,
    ) -> Result<FoundSource, S3Error> {
        self.check_permitted(bucket, request).await?;
        let (bucket, key) = (self.bucket.clone(), self.key.clone());
        let mut target = Target {
            bucket,
            key,
            version: self.version,
        };
        let found = request.engine().head(target.clone()).await;
        let info = found.map_err(|error| self.refusal(error))?;
        let conditions = ReadConditions::parse(request, COPY_SOURCE)?;
        match conditions.evaluate(&info.row.summary) {
            Verdict::Proceed => {}
            Verdict::Failed(name) => return Err(failed(name)),
            // Nothing is read by the client, so there is nothing it could have already.
            Verdict::NotModified => return Err(failed("x-amz-copy-source-If-None-Match")),
        }
        let mut pinned = Vec::new();
        if !conditions.is_empty() {
            pinned.extend(info.row.summary.etag.map(Condition::Etag));
        }
        if info.versioning != Versioning::Off {
            target.version = Some(info.row.summary.version_id());
        }
        Ok(FoundSource {
            info,
            target,
            pinned,
        })
    }

    async fn check_permitted(
        &self,
        bucket: &Bucket,
        request: &Permitted<'_>,
    ) -> Result<(), S3Error> {
        request.check_source_owner(bucket)?;
        let deed = Deed {
            access: Access::to_read(),
            bucket,
            key: &self.key,
            version: self.version,
            known: &[],
        };
        match request.may(deed).await? {
            true => Ok(()),
            false => Err(S3Error::new(Code::AccessDenied)),
        }
    }

    fn refusal(&self, error: storage_engine::Error) -> S3Error {
        match error {
            storage_engine::Error::IsMarker { .. } => S3Error::new(Code::InvalidRequest).message(
                "The source of a copy request may not specifically refer to a delete marker \
                 by version id.",
            ),
            error => {
                let subject = Subject {
                    bucket: &self.bucket,
                    key: &self.key,
                    upload: "",
                };
                from_engine(error, subject)
            }
        }
    }
}

#[cfg(test)]
mod tests;
