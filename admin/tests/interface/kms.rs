//! Keys of encrypted objects.

use crate::support::{Rig, allow};
use http::Method;
use serde_json::{Value, json};

#[tokio::test]
async fn keys_are_made_rotated_and_switched() {
    let rig = Rig::new().await;
    let root = rig.root().await;
    assert_eq!(root.get("/kms/keys").await.ok()["items"], json!([]));
    let made = root.post("/kms/keys", json!({ "id": "photos" })).await;
    assert_eq!(made.status, 201);
    let made = made.ok();
    assert_eq!(
        (&made["state"], &made["versions"]),
        (&json!("enabled"), &json!(1))
    );
    root.post("/kms/keys", json!({ "id": "photos" }))
        .await
        .refused(409, "KmsKeyExists");
    for bad in ["", "a b", "*", &"x".repeat(257)] {
        let refused = root.post("/kms/keys", json!({ "id": bad })).await;
        assert_eq!(
            refused.refused(400, "InvalidField")["field"],
            "id",
            "{bad:?}"
        );
    }
    let rotated = root.post("/kms/keys/photos/rotate", json!({})).await.ok();
    assert_eq!(rotated["versions"], 2);
    // With a slash in it, and by its full name.
    root.post("/kms/keys", json!({ "id": "of/anna" }))
        .await
        .ok();
    let arn = root.get("/kms/keys/of%2Fanna").await.ok()["arn"].clone();
    let arn = arn.as_str().unwrap().replace('/', "%2F");
    assert_eq!(
        root.get(&format!("/kms/keys/{arn}")).await.ok()["id"],
        "of/anna"
    );
    let first = root.get("/kms/keys?limit=1").await.ok();
    assert_eq!(first["items"][0]["id"], "of/anna");
    assert!(first["next"].is_string());
    for verb in ["rotate", "disable", "enable"] {
        let path = format!("/kms/keys/none/{verb}");
        let none = root.post(&path, json!({}));
        none.await.refused(404, "NoSuchKmsKey");
    }
    root.get("/kms/keys/none")
        .await
        .refused(404, "NoSuchKmsKey");
    let log = root.get("/audit?action=RotateKmsKey").await.ok();
    assert_eq!(log["items"][1]["target"], "photos", "{log}");
}

/// What S3 does with objects follows at once.
#[tokio::test]
async fn a_key_that_is_switched_off_opens_nothing() {
    let rig = Rig::new().await;
    let root = rig.root().await;
    root.post("/buckets", json!({ "name": "photos" }))
        .await
        .ok();
    root.post("/kms/keys", json!({ "id": "own" })).await.ok();
    let default = json!({ "Rules": [{ "ApplyServerSideEncryptionByDefault": {
        "SSEAlgorithm": "aws:kms", "KMSMasterKeyID": "own",
    } }] });
    root.put("/buckets/photos/config/encryption", default)
        .await
        .ok();
    assert_eq!(root.upload("photos/cat", "hello").await.status, 200);
    let read = async || {
        rig.send(root.request(Method::GET, "/s3/photos/cat", None))
            .await
    };
    assert_eq!(read().await.status, 200);
    let off = root.post("/kms/keys/own/disable", json!({})).await.ok();
    assert_eq!(off["state"], "disabled");
    assert!(!read().await.status.is_success());
    assert!(!root.upload("photos/dog", "hello").await.status.is_success());
    root.post("/kms/keys/own/rotate", json!({})).await.ok();
    root.post("/kms/keys/own/enable", json!({})).await.ok();
    let answer = read().await;
    assert_eq!(&answer.bytes[..], b"hello", "an older version opens");
}

/// Over S3 it is taken, as Amazon takes it; writing is refused then.
#[tokio::test]
async fn a_bucket_is_not_encrypted_by_a_key_that_is_not_there() {
    let rig = Rig::new().await;
    let root = rig.root().await;
    root.post("/buckets", json!({ "name": "photos" }))
        .await
        .ok();
    let by = |key: &str| {
        json!({ "Rules": [{ "ApplyServerSideEncryptionByDefault": {
            "SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key,
        } }] })
    };
    let path = "/buckets/photos/config/encryption";
    let refused = root.put(path, by("gone")).await;
    let refused = refused.refused(400, "KMS.NotFoundException");
    assert_eq!(
        refused["field"],
        "Rules.0.ApplyServerSideEncryptionByDefault.KMSMasterKeyID"
    );
    root.put(path, by("aws/s3")).await.ok();
    root.post("/kms/keys", json!({ "id": "gone" })).await.ok();
    root.put(path, by("gone")).await.ok();

    let xml = "<ServerSideEncryptionConfiguration><Rule><ApplyServerSideEncryptionByDefault>\
               <SSEAlgorithm>aws:kms</SSEAlgorithm><KMSMasterKeyID>never</KMSMasterKeyID>\
               </ApplyServerSideEncryptionByDefault></Rule></ServerSideEncryptionConfiguration>";
    assert_eq!(root.upload("photos?encryption", xml).await.status, 200);
    let answer = root.upload("photos/cat", "hello").await;
    assert_eq!(answer.status, 400);
    let text = String::from_utf8_lossy(&answer.bytes).into_owned();
    assert!(text.contains("KMS.NotFoundException"), "{text}");
    // Who may only look is told nothing of keys, there or not.
    let looks = allow(&["s3:GetEncryptionConfiguration"]);
    let anna = root.user("anna", Some(looks)).await;
    for key in ["gone", "other"] {
        let refused = anna.put(path, by(key)).await;
        refused.refused(403, "AccessDenied");
    }
}

#[tokio::test]
async fn each_action_is_permitted_by_the_names_of_keys() {
    let rig = Rig::new().await;
    let root = rig.root().await;
    for id in ["own", "other"] {
        root.post("/kms/keys", json!({ "id": id })).await.ok();
    }
    let policy = json!({ "Version": "2012-10-17", "Statement": [
        { "Effect": "Allow", "Action": "kms:*", "Resource": "arn:aws:kms:*:*:key/own" },
    ] });
    let anna = root.user("anna", Some(policy)).await;
    for verb in ["rotate", "disable", "enable"] {
        anna.post(&format!("/kms/keys/own/{verb}"), Value::Null)
            .await
            .ok();
        anna.post(&format!("/kms/keys/other/{verb}"), Value::Null)
            .await
            .refused(403, "AccessDenied");
    }
    anna.get("/kms/keys/own").await.ok();
    // Not even whether it is there, or can be.
    for name in ["other", "none", "no%20name"] {
        anna.get(&format!("/kms/keys/{name}"))
            .await
            .refused(403, "AccessDenied");
    }
    anna.post("/kms/keys", json!({ "id": "third" }))
        .await
        .refused(403, "AccessDenied");
    anna.get("/kms/keys").await.refused(403, "AccessDenied");
    let bert = root.user("bert", Some(allow(&["kms:ListKeys"]))).await;
    let all = bert.get("/kms/keys").await.ok();
    assert_eq!(all["items"].as_array().unwrap().len(), 2);
    bert.post("/kms/keys/own/rotate", Value::Null)
        .await
        .refused(403, "AccessDenied");
}
