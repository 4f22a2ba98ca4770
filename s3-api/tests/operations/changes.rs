//! What an audit log is told: who changes what is allowed, and not what is stored.

use crate::support::{Client, Keys, Reply, call};
use s3_api::Change;

const PUBLIC: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"s3:*","Resource":["arn:aws:s3:::bucket","arn:aws:s3:::bucket/*"]}]}"#;

fn changed(reply: &Reply) -> Option<(&str, &str)> {
    let change: &Change = reply.change.as_ref()?;
    Some((change.who.as_str(), change.target.as_str()))
}

#[tokio::test]
async fn settings_are_changes_and_objects_are_none() {
    let client = Client::new().await;
    let made = client.send(call("PUT", "/bucket")).await.ok();
    let who = made.change.as_ref().map(|it| it.who.clone()).unwrap();
    assert!(who.starts_with("arn:"), "{who}");
    assert_eq!(changed(&made), Some((who.as_str(), "bucket")));
    let put = client.put("/bucket/a%20b", "1").await;
    assert_eq!(changed(&put), None);
    assert_eq!(changed(&client.get("/bucket/a%20b").await.ok()), None);
    assert_eq!(changed(&client.get("/bucket?policy").await), None);
    let policy = client.put("/bucket?policy", PUBLIC).await;
    assert_eq!(changed(&policy), Some((who.as_str(), "bucket")));
    let acl = call("PUT", "/bucket/a%20b?acl").header("x-amz-acl", "private");
    let acl = client.send(acl).await;
    assert_eq!(changed(&acl), Some((who.as_str(), "bucket/a b")));
    let delete = client.send(call("DELETE", "/bucket/a%20b")).await.ok();
    assert_eq!(changed(&delete), None);
    // What is no operation of ours changes nothing.
    let unknown = client.send(call("PUT", "/bucket?analytics&id=1")).await;
    assert_eq!((unknown.status.as_u16(), changed(&unknown)), (501, None));
    let delete = client.send(call("DELETE", "/bucket")).await.ok();
    assert_eq!(changed(&delete), Some((who.as_str(), "bucket")));
}

/// Refused ones too, as whoever has shown who he is.
#[tokio::test]
async fn attempts_count_and_strangers_have_no_name() {
    let client = Client::with_bucket().await;
    let other = client.account("other").await;
    let denied = client.send_as(&other, call("DELETE", "/bucket")).await;
    assert_eq!(denied.status, 403);
    let (who, target) = changed(&denied).unwrap();
    assert!(who.contains("other"), "{who}");
    assert_eq!(target, "bucket");
    let forged = Keys::new("AKID", "guessed");
    for reply in [
        client.send_as(&forged, call("DELETE", "/bucket")).await,
        client.send_raw(call("DELETE", "/bucket").unsigned()).await,
    ] {
        assert_eq!(reply.status, 403);
        assert_eq!(changed(&reply), Some(("", "bucket")));
    }
}
