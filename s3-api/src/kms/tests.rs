use std::sync::Arc;

use storage_engine::Engine;
use storage_engine::clock::SystemClock;

use super::*;

fn engine() -> Arc<Engine> {
    Arc::new(Engine::in_memory(Arc::new(SystemClock)).unwrap())
}

async fn ring(engine: &Arc<Engine>) -> LocalKeyRing {
    LocalKeyRing::open(Arc::clone(engine), &[9; 32])
        .await
        .unwrap()
}

fn id(text: &str) -> KeyId {
    KeyId::parse(text).unwrap()
}

#[tokio::test]
async fn a_data_key_opens_with_its_context_only() {
    let engine = engine();
    let ring = ring(&engine).await;
    ring.create(&id("one")).await.unwrap();
    let (key, wrapped) = ring
        .generate_data_key(&id("one"), b"context")
        .await
        .unwrap();
    let opened = ring.decrypt(&wrapped, b"context").await.unwrap();
    assert_eq!(opened.0, key.0);
    let refused = ring.decrypt(&wrapped, b"other").await;
    assert!(matches!(refused, Err(KmsError::DoesNotOpen(_))));
    let mut changed = wrapped.clone();
    *changed.sealed.last_mut().unwrap() ^= 1;
    let refused = ring.decrypt(&changed, b"context").await;
    assert!(matches!(refused, Err(KmsError::DoesNotOpen(_))));
    assert!(
        !wrapped
            .sealed
            .windows(8)
            .any(|window| key.0.starts_with(window))
    );
}

#[tokio::test]
async fn what_an_older_version_wrapped_still_opens_also_after_a_restart() {
    let engine = engine();
    let first = ring(&engine).await;
    first.create(&id("one")).await.unwrap();
    let (key, old) = first.generate_data_key(&id("one"), b"").await.unwrap();
    assert_eq!(first.rotate(&id("one")).await.unwrap().versions, 2);
    let new = first.encrypt(&id("one"), &key, b"").await.unwrap();
    assert_eq!((old.version, new.version), (1, 2));
    let again = ring(&engine).await;
    for wrapped in [&old, &new] {
        assert_eq!(again.decrypt(wrapped, b"").await.unwrap().0, key.0);
    }
    let mut misnamed = old.clone();
    misnamed.version = 2;
    assert!(again.decrypt(&misnamed, b"").await.is_err());
    misnamed.version = 0;
    assert!(again.decrypt(&misnamed, b"").await.is_err());
}

#[tokio::test]
async fn a_disabled_key_does_nothing_until_it_is_enabled() {
    let engine = engine();
    let ring = ring(&engine).await;
    ring.create(&id("one")).await.unwrap();
    let (_, wrapped) = ring.generate_data_key(&id("one"), b"").await.unwrap();
    ring.set_state(&id("one"), KeyState::Disabled)
        .await
        .unwrap();
    let refused = ring.decrypt(&wrapped, b"").await;
    assert!(matches!(refused, Err(KmsError::Disabled(_))));
    let refused = ring.generate_data_key(&id("one"), b"").await;
    assert!(matches!(refused, Err(KmsError::Disabled(_))));
    let described = ring.describe(&id("one")).await.unwrap();
    assert_eq!(described.state, KeyState::Disabled);
    ring.set_state(&id("one"), KeyState::Enabled).await.unwrap();
    assert!(ring.decrypt(&wrapped, b"").await.is_ok());
}

#[tokio::test]
async fn keys_are_made_once_and_two_of_them_by_themselves() {
    let engine = engine();
    let ring = ring(&engine).await;
    let refused = ring.generate_data_key(&id("one"), b"").await;
    assert!(matches!(refused, Err(KmsError::NoSuchKey(_))));
    ring.create(&id("one")).await.unwrap();
    let twice = ring.create(&id("one")).await;
    assert!(matches!(twice, Err(KmsError::Exists(_))));
    for key in [KeyId::of_account(), KeyId::of_store()] {
        assert!(ring.describe(&key).await.is_err());
        ring.generate_data_key(&key, b"").await.unwrap();
        ring.generate_data_key(&key, b"").await.unwrap();
    }
    let listed: Vec<_> = ring.list().into_iter().map(|key| key.id).collect();
    assert_eq!(listed, ["aws/s3", "cairn/s3", "one"]);
}

#[tokio::test]
async fn under_another_master_key_nothing_opens() {
    let engine = engine();
    ring(&engine).await.create(&id("one")).await.unwrap();
    let other = LocalKeyRing::open(Arc::clone(&engine), &[8; 32]).await;
    assert!(matches!(other, Err(KmsError::DoesNotOpen(_))));
}

#[test]
fn keys_are_named_by_id_or_arn() {
    assert_eq!(id("testkey-1").name(), "testkey-1");
    let arn = "arn:aws:kms:us-east-1:123456789012:key/testkey-1";
    assert_eq!((id(arn).name(), id(arn).as_str()), ("testkey-1", arn));
    for bad in ["", "a b", "ä", "arn:aws:kms:us-east-1:1:key/", "a\n"] {
        assert_eq!(KeyId::parse(bad), Err(BadKeyId), "{bad:?}");
    }
    assert!(KeyId::parse(&"a".repeat(257)).is_err());
}
