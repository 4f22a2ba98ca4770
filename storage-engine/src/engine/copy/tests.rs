use bytes::Bytes;
use futures_util::TryStreamExt;

use super::super::Engine;
use super::super::requests::*;
use super::super::rig::{self, BUCKET, MIB, Rig, body};
use crate::error::Error;
use crate::hash::{Algorithm, ETag, md5_inline};
use crate::row::Lock;

const KEY: SecretKey = SecretKey([5; 32]);
const OTHER: SecretKey = SecretKey([6; 32]);

async fn put(engine: &Engine, key: &str, data: &Bytes, tag: EncryptedTag) -> PutOutcome {
    let options = StageOptions {
        bucket: BUCKET.into(),
        encryption: Some(Encryption { key: KEY, tag }),
        ..StageOptions::default()
    };
    let mut staging = engine.stage(options).await.unwrap();
    staging.write(data.clone()).await.unwrap();
    let staged = staging.seal().await.unwrap();
    let request = PutObject {
        bucket: BUCKET.into(),
        key: Bytes::copy_from_slice(key.as_bytes()),
        object: NewObject::default(),
        conditions: Vec::new(),
        notes: Notes::none(),
    };
    engine.put_object(request, staged).await.unwrap()
}

fn copy(encryption: CopyEncryption) -> CopyObject {
    CopyObject {
        source: rig::target(BUCKET, "source"),
        source_conditions: Vec::new(),
        bucket: BUCKET.into(),
        key: Bytes::from_static(b"copy"),
        owner: "owner".into(),
        attributes: None,
        tags: None,
        lock: Lock::default(),
        conditions: Vec::new(),
        checksum: None,
        source_key: Some(KEY),
        encryption,
        notes: Notes::none(),
    }
}

async fn read(engine: &Engine, key: &str, secret: Option<&SecretKey>) -> Result<Vec<u8>, Error> {
    let reader = engine.open(rig::target(BUCKET, key), secret).await?;
    let size = reader.size();
    let pieces: Vec<Bytes> = reader.stream(0..size).try_collect().await?;
    Ok(pieces.concat())
}

#[tokio::test]
async fn a_copy_under_the_same_key_names_the_same_chunks() {
    let rig = Rig::new(21);
    let engine = rig.open();
    rig::make_bucket(&engine, BUCKET).await;
    let data = body(1, 2 * MIB + 5);
    let stored = put(&engine, "source", &data, EncryptedTag::Opaque).await;
    let before = engine.stats().await.unwrap().bulk.live_bytes;
    let request = copy(CopyEncryption::AsSource);
    let copied = engine.copy_object(request).await.unwrap();
    assert_eq!(copied.summary.etag, stored.summary.etag);
    assert_eq!(engine.stats().await.unwrap().bulk.live_bytes, before);
    assert!(read(&engine, "copy", Some(&KEY)).await.unwrap() == data);
    let plain = read(&engine, "copy", None).await.unwrap_err();
    assert!(matches!(plain, Error::WrongKey), "{plain}");
    rig::delete(&engine, BUCKET, "source", None).await.unwrap();
    engine.tidy().await.unwrap();
    assert!(read(&engine, "copy", Some(&KEY)).await.unwrap() == data);
    assert_eq!(engine.check().await.unwrap(), []);
}

#[tokio::test]
async fn a_digest_the_source_lacks_is_made_of_its_plain_bytes() {
    let rig = Rig::new(22);
    let engine = rig.open();
    rig::make_bucket(&engine, BUCKET).await;
    let data = body(1, 1000);
    put(&engine, "source", &data, EncryptedTag::Md5).await;
    let request = CopyObject {
        checksum: Some(Algorithm::Sha256),
        ..copy(CopyEncryption::AsSource)
    };
    let copied = engine.copy_object(request).await.unwrap();
    let mut hasher = crate::hash::Hasher::new(Algorithm::Sha256);
    hasher.update(&data);
    assert_eq!(copied.summary.checksum.unwrap().checksum, hasher.finish());
}

#[tokio::test]
async fn a_copy_under_another_key_is_written_anew() {
    let rig = Rig::new(23);
    let engine = rig.open();
    rig::make_bucket(&engine, BUCKET).await;
    let data = body(1, MIB + 5);
    put(&engine, "source", &data, EncryptedTag::Opaque).await;
    let request = copy(CopyEncryption::Anew(Some(Encryption {
        key: OTHER,
        tag: EncryptedTag::Md5,
    })));
    let copied = engine.copy_object(request).await.unwrap();
    let md5 = ETag::md5(md5_inline(&data));
    assert_eq!(copied.summary.etag, Some(md5));
    assert!(read(&engine, "copy", Some(&OTHER)).await.unwrap() == data);
    let plain = copy(CopyEncryption::Anew(None));
    engine.copy_object(plain).await.unwrap();
    assert!(read(&engine, "copy", None).await.unwrap() == data);
}

#[tokio::test]
async fn without_the_key_nothing_is_copied() {
    let rig = Rig::new(24);
    let engine = rig.open();
    rig::make_bucket(&engine, BUCKET).await;
    put(&engine, "source", &body(1, 100), EncryptedTag::Opaque).await;
    for source_key in [None, Some(OTHER)] {
        let request = CopyObject {
            source_key,
            ..copy(CopyEncryption::AsSource)
        };
        let refused = engine.copy_object(request).await.unwrap_err();
        assert!(matches!(refused, Error::WrongKey), "{refused}");
    }
}

#[tokio::test]
async fn the_row_is_seen_before_the_key_is_known() {
    let rig = Rig::new(25);
    let engine = rig.open();
    rig::make_bucket(&engine, BUCKET).await;
    let data = body(1, 70_000);
    put(&engine, "source", &data, EncryptedTag::Md5).await;
    let target = rig::target(BUCKET, "source");
    let found = engine.find(target.clone()).await.unwrap();
    assert_eq!(found.info().row.summary.size, 70_000);
    assert!(found.info().check_key(Some(&KEY)).is_ok());
    assert!(found.info().check_key(None).is_err());
    let refused = found.unlock(Some(&OTHER)).unwrap_err();
    assert!(matches!(refused, Error::WrongKey), "{refused}");
    let reader = engine.find(target).await.unwrap().unlock(Some(&KEY));
    let stream = reader.unwrap().stream(65_000..66_000);
    let pieces: Vec<Bytes> = stream.try_collect().await.unwrap();
    assert!(pieces.concat() == data[65_000..66_000]);
}
