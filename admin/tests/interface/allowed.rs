//! What one may do to a bucket, asked beforehand: it has to be what requests meet.

use crate::support::{Client, Rig, allow};
use serde_json::{Value, json};

async fn photos(root: &Client<'_>) {
    root.post("/buckets", json!({ "name": "photos" }))
        .await
        .ok();
    root.upload("photos/anna/1", "text").await.ok();
}

fn policy(statements: &Value) -> Option<Value> {
    Some(json!({ "Version": "2012-10-17", "Statement": statements }))
}

async fn allowed(client: &Client<'_>, query: &str) -> Value {
    let path = format!("/buckets/photos/allowed{query}");
    client.get(&path).await.ok()
}

fn words<'v>(allowed: &'v Value, of: &str, actions: &[&str]) -> Vec<&'v str> {
    let word = |action: &&str| allowed[of][*action].as_str().unwrap();
    actions.iter().map(word).collect()
}

const DEEDS: [&str; 3] = ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"];

#[tokio::test]
async fn the_root_may_everything() {
    let rig = Rig::new().await;
    let root = rig.root().await;
    photos(&root).await;
    let view = allowed(&root, "").await;
    for of in ["bucket", "objects"] {
        let all = view[of].as_object().unwrap();
        assert!(
            all.len() > 10 && all.values().all(|word| word == "yes"),
            "{view}"
        );
    }
}

#[tokio::test]
async fn who_reads_is_offered_to_read() {
    let rig = Rig::new().await;
    let root = rig.root().await;
    photos(&root).await;
    let reading = allow(&["s3:GetObject", "s3:ListBucket"]);
    let reader = root.user("reader", Some(reading)).await;
    let view = allowed(&reader, "").await;
    assert_eq!(words(&view, "objects", &DEEDS), ["yes", "no", "no"]);
    let actions = ["s3:ListBucket", "s3:DeleteBucket", "cairn:PutBucketQuota"];
    assert_eq!(words(&view, "bucket", &actions), ["yes", "no", "no"]);
}

/// A folder of one's own is worth nothing elsewhere, and what is denied stays denied.
#[tokio::test]
async fn it_depends_on_where_one_is() {
    let rig = Rig::new().await;
    let root = rig.root().await;
    photos(&root).await;
    let own = policy(&json!([
        { "Effect": "Allow", "Action": ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"],
          "Resource": "arn:aws:s3:::photos/anna/*" },
        { "Effect": "Deny", "Action": "s3:DeleteObject", "Resource": "*" },
        { "Effect": "Allow", "Action": "s3:ListBucket", "Resource": "arn:aws:s3:::photos",
          "Condition": { "StringLike": { "s3:prefix": "anna/*" } } },
    ]));
    let anna = root.user("anna", own).await;
    let top = allowed(&anna, "").await;
    assert_eq!(words(&top, "objects", &DEEDS), ["maybe", "maybe", "no"]);
    assert_eq!(words(&top, "bucket", &["s3:ListBucket"]), ["no"]);
    let inside = allowed(&anna, "?prefix=anna/").await;
    assert_eq!(words(&inside, "objects", &DEEDS), ["yes", "yes", "no"]);
    assert_eq!(words(&inside, "bucket", &["s3:ListBucket"]), ["yes"]);
    // Who may nothing there is told no more than that.
    let elsewhere = anna.get("/buckets/photos/allowed?prefix=bob/").await;
    elsewhere.refused(403, "AccessDenied");
}

#[tokio::test]
async fn the_policy_of_the_bucket_counts_too() {
    let rig = Rig::new().await;
    let root = rig.root().await;
    photos(&root).await;
    let user = root.user("user", Some(allow(&["s3:*"]))).await;
    let nobody = root.user("nobody", None).await;
    let refused = nobody.get("/buckets/photos/allowed").await;
    refused.refused(403, "AccessDenied");
    let who = nobody.get("/session").await.ok();
    let document = json!({ "Version": "2012-10-17", "Statement": [
        { "Effect": "Deny", "Principal": "*", "Action": "s3:PutObject",
          "Resource": "arn:aws:s3:::photos/*" },
        { "Effect": "Allow", "Principal": { "AWS": who["user"]["arn"] },
          "Action": "s3:GetObject", "Resource": "arn:aws:s3:::photos/anna/*" },
    ] });
    root.put("/buckets/photos/config/policy", document)
        .await
        .ok();
    let view = allowed(&user, "").await;
    assert_eq!(words(&view, "objects", &DEEDS), ["yes", "no", "yes"]);
    let view = allowed(&nobody, "").await;
    assert_eq!(words(&view, "objects", &DEEDS), ["maybe", "no", "no"]);
    let missing = user.get("/buckets/nowhere/allowed").await;
    missing.refused(404, "NoSuchBucket");
    let none = user.get("/buckets/X_/allowed").await;
    none.refused(404, "NoSuchBucket");
}

/// Whether one may make some bucket, of a name that a policy allows.
#[tokio::test]
async fn a_session_tells_what_is_worth_offering() {
    let rig = Rig::new().await;
    let root = rig.root().await;
    let own = policy(&json!([
        { "Effect": "Allow", "Action": "s3:CreateBucket", "Resource": "arn:aws:s3:::anna-*" },
    ]));
    let anna = root.user("anna", own).await;
    let asked = "/session?may=s3:CreateBucket,s3:DeleteBucket,cairn:RunJob";
    let said = anna.get(asked).await.ok();
    let no = json!({ "s3:CreateBucket": false, "s3:DeleteBucket": false, "cairn:RunJob": false });
    assert_eq!(said["may"], no);
    let some = json!({ "s3:CreateBucket": true, "s3:DeleteBucket": false, "cairn:RunJob": false });
    assert_eq!(said["somewhere"], some);
    let all = root.get(asked).await.ok();
    assert!(
        all["somewhere"]
            .as_object()
            .unwrap()
            .values()
            .all(|it| it == true)
    );
}
