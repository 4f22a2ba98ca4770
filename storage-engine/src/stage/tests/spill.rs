//! Bodies longer than one row can name.

use std::sync::Mutex;

use super::*;
use crate::ids::UploadId;

/// Keeps what is put aside in memory.
#[derive(Debug, Default)]
pub(super) struct Aside {
    fronts: Mutex<Vec<Front>>,
    pin: Arc<()>,
}

impl Spill for Aside {
    fn spill<'a>(
        &'a self,
        _bucket: &'a BucketRow,
        home: Option<&'a Home>,
        front: Front,
    ) -> SpillFuture<'a> {
        let expected = (front.number > 1).then_some(UploadId(77));
        assert_eq!(home.map(|home| home.id), expected);
        self.fronts.lock().unwrap().push(front);
        let (id, tag) = (UploadId(77), 78);
        let pin = Arc::clone(&self.pin) as Arc<dyn std::any::Any + Send + Sync>;
        Box::pin(std::future::ready(Ok(Home { id, tag, pin })))
    }
}

fn tuned(aside: &Arc<Aside>) -> Stager {
    let store: Arc<dyn ChunkStore> = Arc::new(MemoryChunks::default());
    stager_with(store, Arc::clone(aside) as Arc<dyn Spill>).with_tuning(Tuning {
        row_chunks_max: 2,
        ..Tuning::default()
    })
}

#[tokio::test]
async fn it_is_put_aside_in_parts_that_rows_can_name() {
    let aside = Arc::new(Aside::default());
    let stager = tuned(&aside);
    let body = some_bytes(4 * CHUNK_BYTES + 9);
    let options = StageOptions::default();
    let staged = stage(&stager, bucket(Compression::None), options, &body, 333_333).await;
    let parts = staged.unwrap().into_parts();
    assert_eq!(parts.digests.md5, md5_inline(&body));
    assert_eq!(parts.etag, ETag::md5(md5_inline(&body)));
    assert!(parts.extents.is_empty() && parts.hints.is_empty());
    let fronts = aside.fronts.lock().unwrap();
    let sizes: Vec<u64> = fronts.iter().map(|front| front.size).collect();
    let chunk = CHUNK_BYTES as u64;
    assert_eq!(sizes, [2 * chunk, 2 * chunk, 9]);
    for front in fronts.iter() {
        let Body::Runs(runs) = &front.body else {
            panic!("{:?}", front.body)
        };
        assert_eq!(runs[0].ids.len(), front.extents.len());
        assert_eq!(runs[0].len, front.size);
    }
    let Body::Parts {
        home,
        tag,
        parts: count,
        ..
    } = parts.body
    else {
        panic!("{:?}", parts.body)
    };
    assert_eq!((home, tag, count), (UploadId(77), 78, 3));
    let listed: Vec<u64> = parts.pages[0].entries.iter().map(|one| one.size).collect();
    assert_eq!(listed, sizes);
    assert_eq!(parts.pins.home().unwrap().id, home);
    assert_eq!(
        Arc::strong_count(&aside.pin),
        2,
        "held until it is committed"
    );
    drop(parts.pins);
    assert_eq!(Arc::strong_count(&aside.pin), 1);
}

#[tokio::test]
async fn what_one_row_can_name_is_not() {
    let aside = Arc::new(Aside::default());
    let stager = tuned(&aside);
    let body = some_bytes(2 * CHUNK_BYTES);
    let options = StageOptions::default();
    let staged = stage(&stager, bucket(Compression::None), options, &body, 333_333).await;
    let parts = staged.unwrap().into_parts();
    assert!(matches!(parts.body, Body::Runs(_)));
    assert_eq!(parts.extents.len(), 2);
    assert!(aside.fronts.lock().unwrap().is_empty());
}
