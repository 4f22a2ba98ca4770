use super::*;
use crate::iam::{KeyRequest, KeyStatus};
use crate::rig::Rig;

/// When a key was last used is known to the minute, and survives a stop that was announced.
#[tokio::test]
async fn the_last_use_of_a_key_is_kept() {
    let rig = Rig::new().await;
    let account = rig.account("one").await;
    let root = rig.root_of(&account);
    let key = root.caller.access_key().to_owned();
    assert_eq!(rig.identity.last_use(&key), None);
    let first = rig.identity.seconds();
    rig.identity.note_use(&root, "s3", "eu-1");
    let used = rig.identity.last_use(&key).unwrap();
    assert_eq!(
        (used.at, &*used.service, &*used.region),
        (first, "s3", "eu-1")
    );
    rig.pass(limits::KEY_USE_SECONDS_MIN - 1);
    rig.identity.note_use(&root, "iam", "us-east-1");
    assert_eq!(rig.identity.last_use(&key), Some(used), "within the minute");
    rig.pass(1);
    rig.identity.note_use(&root, "iam", "us-east-1");
    let used = rig.identity.last_use(&key).unwrap();
    assert_eq!((used.at, &*used.service), (first + 60, "iam"));
    // A change of the key is none of its use.
    let iam = rig.identity.iam_of(&account);
    iam.update_access_key(None, &key, KeyStatus::Inactive)
        .await
        .unwrap();
    assert_eq!(rig.identity.last_use(&key).as_ref(), Some(&used));
    rig.identity.write_uses().await.unwrap();
    rig.identity.write_uses().await.unwrap();
    drop(iam);
    let rig = rig.reopen().await;
    assert_eq!(rig.identity.last_use(&key), Some(used));
    let iam = rig.identity.iam_of(&account);
    iam.delete_access_key(None, &key).await.unwrap();
    assert_eq!(rig.identity.last_use(&key), None);
    // A key of the same name is another key.
    let again = KeyRequest {
        id: Some(&key),
        ..KeyRequest::default()
    };
    iam.create_access_key_as(None, again).await.unwrap();
    drop(iam);
    let rig = rig.reopen().await;
    assert_eq!(rig.identity.last_use(&key), None);
}

/// What is in memory only is written after a while, by itself.
#[tokio::test]
async fn last_uses_are_written_now_and_then() {
    let rig = Rig::new().await;
    let account = rig.account("one").await;
    let root = rig.root_of(&account);
    let usage = root.usage.as_ref().unwrap();
    assert!(usage.note(7_000_000_000, "s3", "eu-1"));
    rig.identity.write_uses_after(Duration::from_millis(1));
    while usage.unwritten().is_some() {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    let row = format!("used/{}", root.caller.access_key());
    let row = rig.engine.table_get("identity", row.as_bytes()).await;
    assert!(row.unwrap().is_some());
}
