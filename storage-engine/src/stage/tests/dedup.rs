//! Chunks that are stored already.

use std::collections::HashMap;
use std::sync::Mutex;

use super::*;
use crate::index::RowChange;
use crate::key::Key;
use crate::stage::DedupFuture;

#[derive(Debug, Default)]
struct Remembered {
    chunks: Mutex<HashMap<(String, [u8; 32]), ExtentId>>,
    pins: Arc<()>,
}

impl Dedup for Remembered {
    fn lookup<'a>(&'a self, owner: &'a str, digest: &'a [u8; 32]) -> DedupFuture<'a> {
        let chunks = self.chunks.lock().unwrap();
        let known = chunks
            .get(&(owner.to_owned(), *digest))
            .map(|extent| Known {
                extent: *extent,
                pin: Box::new(Arc::clone(&self.pins)),
            });
        Box::pin(std::future::ready(Ok(known)))
    }

    fn hint(&self, owner: &str, digest: &[u8; 32], extent: ExtentId) -> RowChange {
        let value = Bytes::from(format!("{owner} {extent}"));
        (Key::dedup(0, digest), Some(value))
    }
}

#[tokio::test]
async fn a_chunk_that_is_known_is_named_and_not_written() {
    let known = Arc::new(Remembered::default());
    let body = some_bytes(3 * CHUNK_BYTES);
    let middle = body.slice(CHUNK_BYTES..2 * CHUNK_BYTES);
    let digest = *blake3::hash(&middle).as_bytes();
    let key = ("owner".to_owned(), digest);
    known.chunks.lock().unwrap().insert(key, ExtentId(7));
    let store: Arc<dyn ChunkStore> = Arc::new(MemoryChunks::default());
    let stager = stager(store).with_dedup(Arc::clone(&known) as Arc<dyn Dedup>);
    let mut wants = bucket(Compression::Lz4);
    let ids = |parts: &StagedParts| match &parts.body {
        Body::Runs(runs) => runs[0].ids.iter().map(|id| id.0).collect::<Vec<_>>(),
        other => panic!("{other:?}"),
    };

    let options = StageOptions::default();
    let staged = stage(&stager, wants.clone(), options, &body, 333_333)
        .await
        .unwrap();
    let parts = staged.into_parts();
    assert_eq!(ids(&parts)[0], 100, "a bucket that does not want it");
    assert_eq!(parts.hints, []);

    wants.deduplicate = true;
    let staged = stage(
        &stager,
        wants.clone(),
        StageOptions::default(),
        &body,
        333_333,
    )
    .await
    .unwrap();
    let parts = staged.into_parts();
    assert_eq!(ids(&parts), [103, 7, 104]);
    assert_eq!(parts.extents.len(), 3);
    assert_eq!(parts.extents[2], ExtentChange::Retain(ExtentId(7)));
    let hint = |chunk: usize, extent: u64| {
        let digest = blake3::hash(&body[chunk * CHUNK_BYTES..][..CHUNK_BYTES]);
        known.hint("owner", digest.as_bytes(), ExtentId(extent))
    };
    assert_eq!(parts.hints, [hint(0, 103), hint(2, 104)]);
    assert_eq!(parts.digests.md5, md5_inline(&body));
    assert_eq!(
        Arc::strong_count(&known.pins),
        2,
        "pinned until it is committed"
    );
    drop(parts);
    assert_eq!(Arc::strong_count(&known.pins), 1);

    wants.owner = "somebody else".into();
    let staged = stage(
        &stager,
        wants.clone(),
        StageOptions::default(),
        &body,
        333_333,
    )
    .await
    .unwrap();
    assert!(!ids(&staged.into_parts()).contains(&7));
    wants.owner = "owner".into();
    let secret = Some(SecretKey([1; 32]));
    let options = StageOptions {
        encryption: secret.map(Encryption::opaque),
        ..StageOptions::default()
    };
    let staged = stage(&stager, wants.clone(), options, &body, 333_333)
        .await
        .unwrap();
    let parts = staged.into_parts();
    assert!(!ids(&parts).contains(&7), "encrypted bodies share nothing");
    assert_eq!(parts.hints, []);
}

#[tokio::test]
async fn a_body_shares_chunks_with_itself() {
    let known = Arc::new(Remembered::default());
    let store: Arc<dyn ChunkStore> = Arc::new(MemoryChunks::default());
    let stager = stager(store).with_dedup(Arc::clone(&known) as Arc<dyn Dedup>);
    let mut wants = bucket(Compression::None);
    wants.deduplicate = true;
    let body = Bytes::from(vec![9; 3 * CHUNK_BYTES + 5]);
    let options = StageOptions::default();
    let staged = stage(&stager, wants, options, &body, 400_000)
        .await
        .unwrap();
    let parts = staged.into_parts();
    let Body::Runs(runs) = &parts.body else {
        panic!("{:?}", parts.body)
    };
    let ids: Vec<_> = runs[0].ids.iter().map(|id| id.0).collect();
    assert_eq!(ids, [100, 100, 100, 101]);
    // Added before they are retained: in this order they are counted.
    let added = |change: &ExtentChange| matches!(change, ExtentChange::Add(..));
    assert_eq!(
        parts.extents.iter().filter(|change| added(change)).count(),
        2
    );
    assert!(parts.extents[..2].iter().all(added), "{:?}", parts.extents);
    assert_eq!(
        parts.extents[2..],
        [
            ExtentChange::Retain(ExtentId(100)),
            ExtentChange::Retain(ExtentId(100))
        ]
    );
    assert_eq!(parts.hints.len(), 2);
    assert_eq!(parts.digests.md5, md5_inline(&body));
}
