//! How long a page of a list takes where there is much. Over a real folder, as part of a soak.

use crate::support::{Client, Rig};
use bytes::Bytes;
use futures_util::stream::{self, StreamExt};
use serde_json::json;
use std::time::{Duration, Instant};
use storage_engine::{Engine, EngineConfig, NewObject, Notes, PutObject, StageOptions};

/// As many as an account may have.
const USERS: usize = 10_000;
const OBJECTS: usize = 1_000_000;
const BUCKETS: usize = 900;
/// What a page of the default length may take.
const PAGE_MAX: Duration = Duration::from_millis(50);
const ROUNDS: usize = 21;

fn amount(name: &str, usual: usize) -> usize {
    let asked = std::env::var(name).ok();
    asked.and_then(|text| text.parse().ok()).unwrap_or(usual)
}

async fn put(engine: &Engine, number: usize) {
    let options = StageOptions {
        bucket: "photos".into(),
        ..StageOptions::default()
    };
    let mut staging = engine.stage(options).await.unwrap();
    staging
        .write(Bytes::from_static(b"a small one"))
        .await
        .unwrap();
    let staged = staging.seal().await.unwrap();
    let put = PutObject {
        bucket: "photos".into(),
        key: format!("{:03}/{number:07}.jpg", number % 500).into(),
        object: NewObject::default(),
        conditions: Vec::new(),
        notes: Notes::none(),
    };
    engine.put_object(put, staged).await.unwrap();
}

/// The median and the slowest of some rounds.
async fn time(client: &Client<'_>, path: &str) -> (Duration, Duration) {
    let mut taken = Vec::new();
    for _ in 0..ROUNDS {
        let begun = Instant::now();
        let reply = client.get(path).await;
        taken.push(begun.elapsed());
        reply.ok();
    }
    taken.sort();
    (taken[ROUNDS / 2], taken[ROUNDS - 1])
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "soak: makes a million objects"]
async fn a_page_of_any_list_is_there_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let engine = Engine::open_folder(&EngineConfig::new(folder.path())).unwrap();
    let rig = Rig::on(engine).await;
    let root = rig.root().await;
    let begun = Instant::now();
    let versioned = json!({ "name": "photos", "versioning": true });
    root.post("/buckets", versioned).await.ok();
    let named = |prefix: &str, number: usize| json!({ "name": format!("{prefix}-{number:05}") });
    stream::iter(0..amount("CAIRN_BUCKETS", BUCKETS))
        .for_each_concurrent(16, |number| {
            let asked = root.post("/buckets", named("bucket", number));
            async { drop(asked.await.ok()) }
        })
        .await;
    stream::iter(0..amount("CAIRN_USERS", USERS))
        .for_each_concurrent(16, |number| {
            let asked = root.post("/users", named("user", number));
            async { drop(asked.await.ok()) }
        })
        .await;
    let objects = amount("CAIRN_OBJECTS", OBJECTS);
    stream::iter(0..objects)
        .for_each_concurrent(64, |number| put(&rig.engine, number))
        .await;
    println!("filled in {:?}", begun.elapsed());
    // What takes long to make outlives the first token.
    let root = rig.root().await;
    let middle = root.get("/buckets/photos/objects?prefix=250/").await.ok();
    let middle = middle["next"].as_str().unwrap_or_default().to_owned();
    let mut slow = Vec::new();
    for path in [
        "/users".to_owned(),
        "/buckets".to_owned(),
        "/buckets/photos/objects".to_owned(),
        "/buckets/photos/objects?delimiter=/".to_owned(),
        "/buckets/photos/objects?prefix=250/&delimiter=/".to_owned(),
        format!("/buckets/photos/objects?prefix=250/&cursor={middle}"),
        "/buckets/photos/versions".to_owned(),
        "/buckets/photos/versions?prefix=499/".to_owned(),
        "/buckets/photos/uploads".to_owned(),
        "/policies".to_owned(),
        "/groups".to_owned(),
        "/audit".to_owned(),
        "/audit?action=CreateBucket".to_owned(),
        "/audit?who=nobody".to_owned(),
        "/jobs".to_owned(),
        "/events".to_owned(),
        "/server/settings".to_owned(),
    ] {
        let (median, slowest) = time(&root, &path).await;
        println!("{path}: {median:?}, at most {slowest:?}");
        if median > PAGE_MAX {
            slow.push(path.clone());
        }
        if !path.starts_with("/server") {
            let between = if path.contains('?') { '&' } else { '?' };
            let (median, slowest) = time(&root, &format!("{path}{between}limit=1000")).await;
            println!("  of a thousand: {median:?}, at most {slowest:?}");
        }
    }
    assert!(slow.is_empty(), "{slow:?}");
}
