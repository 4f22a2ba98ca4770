//! Listing unfinished uploads, by key and then by age.

use bytes::Bytes;

use super::collect::{Collector, Verdict, first_key};
use crate::engine::Engine;
use crate::engine::multipart::upload_info;
use crate::engine::requests::{Cursor, ListPage, ListRequest, UploadInfo};
use crate::error::Result;
use crate::ids::{BucketId, UploadId};
use crate::index::Step;
use crate::key::{self, Key};
use crate::meta::MetaStore;
use crate::row::{self, UploadRow};

impl Engine {
    pub async fn list_uploads(&self, request: ListRequest) -> Result<ListPage<UploadInfo>> {
        let bucket = self.bucket(&request.bucket).await?.id;
        self.meta
            .blocking(move |store| list(store, bucket, request))
            .await
    }
}

fn list(
    store: &dyn MetaStore,
    bucket: BucketId,
    request: ListRequest,
) -> Result<ListPage<UploadInfo>> {
    let ListRequest {
        prefix,
        delimiter,
        after,
        limit,
        ..
    } = request;
    let mut range = key::uploads(bucket, &prefix);
    let start = match &after {
        Cursor::AfterUpload(key, name) => Some(Key::upload(bucket, key, name.id).after()),
        other => first_key(&prefix, other).map(|key| Key::upload(bucket, &key, UploadId(0))),
    };
    let behind = |info: &UploadInfo| Cursor::AfterUpload(info.key.clone(), info.name);
    let mut collector = Collector::new(prefix, delimiter, &after, limit, behind);
    match start {
        Some(start) if limit > 0 => range.start = range.start.max(start),
        _ => return Ok(collector.finish()),
    }
    let mut failed = None;
    store.walk(&range, &mut |index_key, value| {
        let Some((key, _)) = key::object_key_and_number(index_key) else {
            return Step::Next;
        };
        match collector.offer(&key) {
            Verdict::Entry => match row::decode::<UploadRow>(value) {
                Ok(row) => {
                    collector.push(upload_info(Bytes::from(key), &row));
                    Step::Next
                }
                Err(damage) => {
                    failed = Some(damage);
                    Step::Stop
                }
            },
            Verdict::SkipTo(next) => Step::Seek(Key::upload(bucket, &next, UploadId(0))),
            Verdict::End | Verdict::Full => Step::Stop,
        }
    })?;
    failed.map_or(Ok(collector.finish()), |damage| Err(damage.into()))
}
