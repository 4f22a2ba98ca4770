use std::sync::Arc;

use bytes::Bytes;

use super::*;
use crate::engine::requests::*;
use crate::engine::rig::{
    BUCKET, Rig, begin_upload, body, make_bucket, put, put_part, set_versioning,
};
use crate::row::Quota;
use crate::{Allowances, HOLDER};

#[derive(Debug)]
struct Most(u64);

impl Allowances for Most {
    fn of(&self, _: &str) -> Quota {
        Quota {
            bytes_max: Some(self.0),
            objects_max: None,
        }
    }
}

fn object(key: &str) -> Becoming {
    Becoming::Object(Bytes::copy_from_slice(key.as_bytes()))
}

/// Whether a body of so many bytes would be refused.
async fn is_refused(engine: &Engine, becoming: &Becoming, bytes: u64) -> bool {
    match engine.check_room(BUCKET, becoming, bytes).await {
        Ok(()) => false,
        Err(Error::Allowance { .. } | Error::Quota { .. }) => true,
        Err(error) => panic!("{error}"),
    }
}

/// Refused before it comes is just what is refused when it has come.
async fn bounds_are_those_of_commits(engine: &Engine) {
    assert!(!is_refused(engine, &object("a"), 1000).await);
    assert!(is_refused(engine, &object("a"), 1001).await);
    put(engine, BUCKET, "a", &body(1, 600)).await.unwrap();
    // What it takes the place of is free again.
    assert!(!is_refused(engine, &object("a"), 1000).await);
    assert!(is_refused(engine, &object("a"), 1001).await);
    assert!(!is_refused(engine, &object("b"), 400).await);
    assert!(is_refused(engine, &object("b"), 401).await);
    let upload = begin_upload(engine, BUCKET, "parts").await;
    put_part(engine, &upload, 1, &body(2, 300)).await;
    let part = |number| Becoming::Part(upload.clone(), number);
    assert!(!is_refused(engine, &part(1), 400).await);
    assert!(is_refused(engine, &part(1), 401).await);
    assert!(is_refused(engine, &part(2), 101).await);
    // With versions nothing goes.
    set_versioning(engine, BUCKET, Versioning::Enabled).await;
    assert!(!is_refused(engine, &object("a"), 100).await);
    assert!(is_refused(engine, &object("a"), 101).await);
    put(engine, BUCKET, "a", &body(3, 50)).await.unwrap();
    // But for the one without a name, once there are no more names.
    set_versioning(engine, BUCKET, Versioning::Suspended).await;
    assert!(!is_refused(engine, &object("a"), 650).await);
    assert!(is_refused(engine, &object("a"), 651).await);
    put(engine, BUCKET, "a", &body(3, 650)).await.unwrap();
    assert!(is_refused(engine, &object("c"), 1).await);
    assert!(!is_refused(engine, &object("c"), 0).await);
}

#[tokio::test]
async fn of_a_bucket() {
    let engine = Rig::new(1).open();
    make_bucket(&engine, BUCKET).await;
    assert!(!is_refused(&engine, &object("a"), u64::MAX).await);
    let quota = Quota {
        bytes_max: Some(1000),
        objects_max: None,
    };
    let change = UpdateBucket {
        quota: Some(quota),
        ..UpdateBucket::default()
    };
    engine.update_bucket(BUCKET, change).await.unwrap();
    bounds_are_those_of_commits(&engine).await;
}

#[tokio::test]
async fn of_a_holder() {
    let engine = Rig::new(2).open();
    make_bucket(&engine, BUCKET).await;
    engine
        .put_document(BUCKET, HOLDER, "anna".into())
        .await
        .unwrap();
    assert!(!is_refused(&engine, &object("a"), u64::MAX).await);
    engine.set_allowances(Arc::new(Most(1000)));
    bounds_are_those_of_commits(&engine).await;
}
