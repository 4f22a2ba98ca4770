//! Listing current objects.

use bytes::BytesMut;

use super::collect::{Collector, Verdict, first_key};
use crate::engine::Engine;
use crate::engine::requests::{Cursor, ListPage, ListRequest, ObjectEntry};
use crate::error::Result;
use crate::ids::BucketId;
use crate::index::Step;
use crate::key::{self, Key};
use crate::limits;
use crate::meta::MetaStore;
use crate::row::{self, Summary};

impl Engine {
    /// A page of current objects. Costs as many steps as it has results, however many keys a
    /// common prefix hides.
    pub async fn list_objects(&self, request: ListRequest) -> Result<ListPage<ObjectEntry>> {
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
) -> Result<ListPage<ObjectEntry>> {
    let ListRequest {
        prefix,
        delimiter,
        after,
        limit,
        ..
    } = request;
    let mut range = key::currents(bucket, &prefix);
    let start = first_key(&prefix, &after);
    let behind = |entry: &ObjectEntry| Cursor::AfterKey(entry.key.clone());
    let mut collector = Collector::new(prefix, delimiter, &after, limit, behind);
    match start {
        Some(start) if limit > 0 => range.start = Key::current(bucket, &start),
        _ => return Ok(collector.finish()),
    }
    let mut failed = None;
    // Keys of a page lie side by side: a thousand of them are a few allocations.
    let mut keys = BytesMut::with_capacity(limits::LIST_KEYS_BYTES);
    store.walk(&range, &mut |index_key, value| {
        let key = key::object_key_of_current(index_key).unwrap_or_default();
        match collector.offer(key) {
            Verdict::Entry => match row::decode_leading::<Summary>(value) {
                Ok(summary) => {
                    keys.extend_from_slice(key);
                    let key = keys.split().freeze();
                    collector.push(ObjectEntry { key, summary });
                    Step::Next
                }
                Err(damage) => {
                    failed = Some(damage);
                    Step::Stop
                }
            },
            Verdict::SkipTo(next) => Step::Seek(Key::current(bucket, &next)),
            Verdict::End | Verdict::Full => Step::Stop,
        }
    })?;
    failed.map_or(Ok(collector.finish()), |damage| Err(damage.into()))
}
