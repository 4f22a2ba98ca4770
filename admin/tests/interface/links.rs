//! Links that an access key signs.

use crate::support::{Client, Rig, allow, follow, seconds};
use serde_json::{Value, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// A time to come.
fn shown_in(later: u64) -> String {
    let at = OffsetDateTime::from_unix_timestamp((seconds() + later).cast_signed());
    at.unwrap().format(&Rfc3339).unwrap()
}

async fn photos(root: &Client<'_>) {
    let photos = json!({ "name": "photos" });
    root.post("/buckets", photos).await.ok();
    root.upload("photos/a", "hello").await.ok();
}

/// The id of a new key.
async fn key_of(root: &Client<'_>, user: &str, wanted: Value) -> Value {
    let path = format!("/users/{user}/keys");
    root.post(&path, wanted).await.ok()
}

/// What an access key signs ends with the key, whatever was asked for.
#[tokio::test]
async fn links_of_an_access_key_end_with_it() {
    let rig = Rig::new().await;
    let root = rig.root().await;
    photos(&root).await;
    let anna = root.user("anna", Some(allow(&["s3:GetObject"]))).await;
    let day = shown_in(24 * 3600);
    let key = key_of(&root, "anna", json!({ "expires": day })).await;
    let link = json!({ "key": "a", "expires_in": 604_800, "access_key": key["id"] });
    let answer = anna.post("/buckets/photos/presign", link).await.ok();
    assert_eq!(answer["expires"], key["expires"]);
    let url = answer["url"].as_str().unwrap();
    anna.delete("/session").await.ok();
    assert_eq!(follow(&rig, url).await, 200);
    root.patch("/users/anna", json!({ "suspended": true }))
        .await
        .ok();
    assert_eq!(follow(&rig, url).await, 403);
}

/// A key that is restricted makes links that are.
#[tokio::test]
async fn a_link_may_no_more_than_its_key() {
    let rig = Rig::new().await;
    let root = rig.root().await;
    photos(&root).await;
    let anna = root.user("anna", Some(allow(&["s3:GetObject"]))).await;
    let narrow = json!({ "restriction": allow(&["s3:PutObject"]) });
    let key = key_of(&root, "anna", narrow).await;
    let link = json!({ "key": "a", "access_key": key["id"] });
    let answer = anna.post("/buckets/photos/presign", link).await.ok();
    let url = answer["url"].as_str().unwrap();
    assert_eq!(follow(&rig, url).await, 403);
}

/// Policies may say no to a login and yes to a key: a login without a second factor is none of what
/// a key knows.
#[tokio::test]
async fn nobody_gets_by_a_key_what_he_may_not_do_himself() {
    let rig = Rig::new().await;
    let root = rig.root().await;
    photos(&root).await;
    let anna = root.user("anna", Some(allow(&["s3:GetObject"]))).await;
    let key = key_of(&root, "anna", json!({})).await;
    let link = |method: &str| json!({ "key": "a", "method": method, "access_key": key["id"] });
    let presign = "/buckets/photos/presign";
    for method in ["GET", "HEAD"] {
        anna.post(presign, link(method)).await.ok();
    }
    anna.post(presign, link("PUT"))
        .await
        .refused(403, "AccessDenied");
    let of_version = json!({ "key": "a", "version": "null", "access_key": key["id"] });
    anna.post(presign, of_version)
        .await
        .refused(403, "AccessDenied");
    let without = json!({ "Version": "2012-10-17", "Statement": [
        { "Effect": "Deny", "Principal": "*", "Action": "s3:*",
          "Resource": "arn:aws:s3:::photos/*",
          "Condition": { "Bool": { "aws:MultiFactorAuthPresent": "false" } } },
    ] });
    root.put("/buckets/photos/config/policy", without)
        .await
        .ok();
    anna.post(presign, link("GET"))
        .await
        .refused(403, "AccessDenied");
}
