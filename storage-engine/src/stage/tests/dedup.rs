//! Chunks that are stored already.

use std::collections::HashMap;
use std::sync::Mutex;

use super::*;

#[derive(Debug, Default)]
struct Remembered {
    chunks: Mutex<HashMap<(String, [u8; 32]), ExtentId>>,
    pins: Arc<()>,
}

impl Dedup for Remembered {
    fn lookup(&self, owner: &str, digest: &[u8; 32]) -> Option<Known> {
        let chunks = self.chunks.lock().unwrap();
        let extent = *chunks.get(&(owner.to_owned(), *digest))?;
        let pin = Box::new(Arc::clone(&self.pins));
        Some(Known { extent, pin })
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
        encryption: secret,
        ..StageOptions::default()
    };
    let staged = stage(&stager, wants.clone(), options, &body, 333_333)
        .await
        .unwrap();
    assert!(
        !ids(&staged.into_parts()).contains(&7),
        "encrypted bodies share nothing"
    );
}
