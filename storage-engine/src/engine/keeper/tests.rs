use super::super::rig::{self, BUCKET, MIB, Rig, body};
use crate::disk::sim::Survival;

/// Found by killing the server: the file went at the next start, and its account stayed for good.
#[tokio::test]
async fn what_was_emptied_before_a_crash_is_given_up_with_its_account() {
    let rig = Rig::new(1);
    let engine = rig.open();
    rig::make_bucket(&engine, BUCKET).await;
    for number in 0..6 {
        let key = format!("k{number}");
        rig::put(&engine, BUCKET, &key, &body(number, 2 * MIB))
            .await
            .unwrap();
        rig::delete(&engine, BUCKET, &key, None).await.unwrap();
    }
    engine.sweeper.sweep().await.unwrap();
    let before = rig.files(".bulk").len();
    assert!(before > 1, "{before}");

    let rig = rig.after_crash(Survival::Everything, 1);
    drop(engine);
    let engine = rig.open();
    assert_eq!(engine.check().await.unwrap(), []);
    engine.compact().await.unwrap();
    assert_eq!(engine.check().await.unwrap(), []);
    assert!(rig.files(".bulk").len() < before, "{:?}", rig.files(""));
}
