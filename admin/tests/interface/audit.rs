//! The audit log: what is in it, what is not, and who may read it.

use crate::support::{ROOT, Rig, allow};
use serde_json::json;

#[tokio::test]
async fn changes_are_told_of_whatever_came_of_them() {
    let rig = Rig::new().await;
    let root = rig.root().await;
    root.post("/buckets", json!({ "name": "photos" }))
        .await
        .ok();
    let anna = root.user("anna", None).await;
    let denied = anna.delete("/buckets/photos").await;
    let id = denied.header("x-amz-request-id").to_owned();
    denied.refused(403, "AccessDenied");
    let log = root.get("/audit?action=DeleteBucket").await.ok();
    let entry = &log["items"][0];
    assert_eq!(entry["outcome"], "denied");
    assert_eq!(entry["target"], "photos");
    assert_eq!(entry["from"], "127.0.0.1");
    assert_eq!(entry["error"], "AccessDenied");
    assert_eq!(entry["request_id"], id);
    assert!(
        entry["who"].as_str().unwrap().ends_with("user/anna"),
        "{entry}"
    );
    let made = root
        .get("/audit?action=CreateBucket&outcome=done")
        .await
        .ok();
    assert_eq!(made["items"][0]["target"], "photos");
    // Reads are not.
    root.get("/buckets").await.ok();
    let reads = root.get("/audit?action=ListBuckets").await.ok();
    assert_eq!(reads["items"], json!([]));
}

#[tokio::test]
async fn no_secret_is_in_it() {
    let rig = Rig::new().await;
    let root = rig.root().await;
    rig.log_in(ROOT, "a wrong password")
        .await
        .refused(401, "InvalidCredentials");
    root.user("anna", None).await;
    let made = root.post("/users/anna/keys", json!({})).await.ok();
    let export = root.get("/audit/export").await;
    assert_eq!(export.header("content-type"), "application/x-ndjson");
    let text = String::from_utf8(export.bytes.to_vec()).unwrap();
    for line in text.lines() {
        let _: serde_json::Value = serde_json::from_str(line).unwrap();
    }
    assert!(text.lines().count() >= 4, "{text}");
    let secret = made["secret"].as_str().unwrap();
    for secret in [
        secret,
        "a wrong password",
        "correct horse",
        &root.token,
        &root.cookie,
    ] {
        assert!(!text.contains(secret), "{secret} in {text}");
    }
}

#[tokio::test]
async fn pages_and_times_narrow_it() {
    let rig = Rig::new().await;
    let root = rig.root().await;
    for name in ["aaa", "bbb", "ccc"] {
        root.post("/buckets", json!({ "name": name })).await.ok();
    }
    let first = root.get("/audit?action=CreateBucket&limit=2").await.ok();
    let targets = |page: &serde_json::Value| -> Vec<String> {
        let items = page["items"].as_array().unwrap().iter();
        items
            .map(|it| it["target"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(targets(&first), ["ccc", "bbb"]);
    let next = first["next"].as_str().unwrap();
    let path = format!("/audit?action=CreateBucket&limit=2&cursor={next}");
    assert_eq!(targets(&root.get(&path).await.ok()), ["aaa"]);
    let path = "/audit?to=2001-01-01T00:00:00Z";
    assert_eq!(root.get(path).await.ok()["items"], json!([]));
    root.get("/audit?from=soon")
        .await
        .refused(400, "InvalidField");
    root.get("/audit?cursor=x")
        .await
        .refused(400, "InvalidField");
    root.get("/audit?outcome=x")
        .await
        .refused(400, "InvalidField");
}

#[tokio::test]
async fn reading_it_needs_a_permission() {
    let rig = Rig::new().await;
    let root = rig.root().await;
    let anna = root.user("anna", Some(allow(&["s3:*", "iam:*"]))).await;
    anna.get("/audit").await.refused(403, "AccessDenied");
    anna.get("/audit/export").await.refused(403, "AccessDenied");
    let bert = root.user("bert", Some(allow(&["cairn:ReadAudit"]))).await;
    bert.get("/audit").await.ok();
}
