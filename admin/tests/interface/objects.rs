//! Objects: found, read, changed, copied, deleted, and linked to.

use crate::support::{Client, Rig, allow};
use http::Method;
use serde_json::{Value, json};

async fn bucket(client: &Client<'_>, name: &str) {
    let new = json!({ "name": name, "versioning": true });
    client.post("/buckets", new).await.ok();
}

fn keys(listing: &Value) -> Vec<&str> {
    let items = listing["items"].as_array().unwrap().iter();
    items.map(|it| it["key"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn lists_go_by_folders_and_pages() {
    let rig = Rig::new().await;
    let root = rig.root().await;
    bucket(&root, "photos").await;
    for key in ["a.txt", "b/1", "b/2", "c%20d%2B%26%3C.txt", "z"] {
        root.upload(&format!("photos/{key}"), "hello").await.ok();
    }
    let all = root.get("/buckets/photos/objects?delimiter=/").await.ok();
    assert_eq!(keys(&all), ["a.txt", "c d+&<.txt", "z"]);
    assert_eq!(all["prefixes"], json!(["b/"]));
    assert_eq!(all["items"][0]["size"], 5);
    let first = root.get("/buckets/photos/objects?limit=2").await.ok();
    assert_eq!(keys(&first), ["a.txt", "b/1"]);
    let next = first["next"].as_str().unwrap();
    let rest = root
        .get(&format!("/buckets/photos/objects?cursor={next}"))
        .await
        .ok();
    assert_eq!(keys(&rest), ["b/2", "c d+&<.txt", "z"]);
    assert!(rest["next"].is_null());
    let inside = root
        .get("/buckets/photos/objects?prefix=b/&delimiter=/")
        .await
        .ok();
    assert_eq!(keys(&inside), ["b/1", "b/2"]);
    root.get("/buckets/nowhere/objects")
        .await
        .refused(404, "NoSuchBucket");
}

#[tokio::test]
async fn versions_are_listed_in_pages_and_come_back() {
    let rig = Rig::new().await;
    let root = rig.root().await;
    bucket(&root, "photos").await;
    root.upload("photos/a%20b", "one").await.ok();
    root.upload("photos/a%20b", "three").await.ok();
    let many = json!({ "objects": [{ "key": "a b" }] });
    let deleted = root.post("/buckets/photos/objects/delete", many).await.ok();
    assert!(
        deleted["items"][0]["delete_marker"].is_string(),
        "{deleted}"
    );
    let mut seen = Vec::new();
    let mut path = "/buckets/photos/versions?limit=1".to_owned();
    loop {
        let page = root.get(&path).await.ok();
        seen.extend(page["items"].as_array().unwrap().clone());
        match page["next"].as_str() {
            Some(next) => path = format!("/buckets/photos/versions?limit=1&cursor={next}"),
            None => break,
        }
    }
    assert_eq!(seen.len(), 3);
    assert_eq!(seen[0]["is_delete_marker"], true);
    assert_eq!(seen[0]["is_latest"], true);
    assert_eq!((&seen[1]["size"], &seen[2]["size"]), (&json!(5), &json!(3)));
    let object = "/buckets/photos/object?key=a%20b";
    assert!(!root.get(object).await.status.is_success());
    // The marker goes, then the oldest version becomes the current one.
    let path = "/buckets/photos/object/restore-version";
    let restore = |version: &Value| json!({ "key": "a b", "version": version });
    root.post(path, restore(&seen[0]["version"])).await.ok();
    assert_eq!(root.get(object).await.ok()["size"], 5);
    let restored = root.post(path, restore(&seen[2]["version"])).await.ok();
    let now = root.get(object).await.ok();
    assert_eq!(now["size"], 3);
    assert_eq!(now["version"], restored["version"]);
    root.get("/buckets/photos/versions?cursor=x")
        .await
        .refused(400, "InvalidField");
}

#[tokio::test]
async fn tags_and_metadata_are_replaced() {
    let rig = Rig::new().await;
    let root = rig.root().await;
    bucket(&root, "photos").await;
    root.upload("photos/a", "hello").await.ok();
    let tags = json!({ "tags": { "colour": "<red> & more" } });
    root.put("/buckets/photos/object/tags?key=a", tags)
        .await
        .refused(400, "InvalidTag");
    let tags = json!({ "tags": { "colour": "red" } });
    assert_eq!(
        root.put("/buckets/photos/object/tags?key=a", tags)
            .await
            .status,
        204
    );
    let metadata = json!({ "content_type": "text/x-test", "metadata": { "by": "anna" } });
    root.put("/buckets/photos/object/metadata?key=a", metadata)
        .await
        .ok();
    let object = root.get("/buckets/photos/object?key=a").await.ok();
    assert_eq!(object["content_type"], "text/x-test");
    assert_eq!(object["metadata"], json!({ "by": "anna" }));
    assert_eq!(object["tags"], json!({ "colour": "red" }));
    assert!(
        !object["checksums"].as_object().unwrap().is_empty(),
        "{object}"
    );
    let hostile = json!({ "metadata": { "a\r\nx-evil": "b" } });
    let path = "/buckets/photos/object/metadata?key=a";
    root.put(path, hostile).await.refused(400, "InvalidField");
    root.get("/buckets/photos/object?key=")
        .await
        .refused(400, "InvalidField");
    root.get("/buckets/photos/object")
        .await
        .refused(400, "InvalidField");
}

#[tokio::test]
async fn metadata_is_text() {
    let rig = Rig::new().await;
    let root = rig.root().await;
    bucket(&root, "photos").await;
    root.upload("photos/a", "hello").await.ok();
    let path = "/buckets/photos/object/metadata?key=a";
    let mut metadata = json!({ "by": "Müller & Söhne", "in": "中文", "at": "Rom" });
    let new = json!({ "metadata": metadata });
    root.put(path, new).await.ok();
    let object = root.get("/buckets/photos/object?key=a").await.ok();
    assert_eq!(object["metadata"], metadata);
    // To others it goes the way S3 sends what is not ASCII, encoded once.
    let sent = root.get("/s3/photos/a").await;
    assert_eq!(
        sent.header("x-amz-meta-by"),
        "=?UTF-8?Q?M=C3=BCller_&_S=C3=B6hne?="
    );
    assert_eq!(sent.header("x-amz-meta-at"), "Rom");
    // Some clients encode it themselves, which S3 leaves as it is.
    metadata["by"] = json!("=?utf-8?B?TcO8bGxlcg==?=");
    let new = json!({ "metadata": metadata });
    root.put(path, new).await.ok();
    let object = root.get("/buckets/photos/object?key=a").await.ok();
    assert_eq!(object["metadata"]["by"], "Müller");
}

#[tokio::test]
async fn locks_are_set_and_shown() {
    let rig = Rig::new().await;
    let root = rig.root().await;
    root.post("/buckets", json!({ "name": "locked", "object_lock": true }))
        .await
        .ok();
    root.upload("locked/a", "hello").await.ok();
    let path = "/buckets/locked/object/retention?key=a";
    let until = json!({ "mode": "GOVERNANCE", "until": "2099-01-01T00:00:00Z" });
    root.put(path, until).await.ok();
    root.put(
        "/buckets/locked/object/legal-hold?key=a",
        json!({ "on": true }),
    )
    .await
    .ok();
    let lock = root.get("/buckets/locked/object?key=a").await.ok()["lock"].clone();
    assert_eq!(
        (&lock["mode"], &lock["legal_hold"]),
        (&json!("GOVERNANCE"), &json!(true))
    );
    assert!(
        lock["until"].as_str().unwrap().starts_with("2099-01-01"),
        "{lock}"
    );
    root.put(
        "/buckets/locked/object/legal-hold?key=a",
        json!({ "on": false }),
    )
    .await
    .ok();
    root.put(path, json!({})).await.refused(403, "AccessDenied");
    let bypass = format!("{path}&bypass_governance=true");
    root.put(&bypass, json!({})).await.ok();
    for (wrong, field) in [
        (json!({ "mode": "GOVERNANCE" }), "until"),
        (json!({ "until": "2099-01-01T00:00:00Z" }), "mode"),
        (json!({ "mode": "GOVERNANCE", "until": "soon" }), "until"),
    ] {
        let error = root.put(path, wrong).await.refused(400, "InvalidField");
        assert_eq!(error["field"], field);
    }
}

#[tokio::test]
async fn objects_are_copied_and_moved() {
    let rig = Rig::new().await;
    let root = rig.root().await;
    bucket(&root, "photos").await;
    bucket(&root, "other").await;
    root.upload("photos/a%20b", "hello").await.ok();
    let path = "/buckets/photos/object/copy";
    let copy =
        json!({ "key": "a b", "to_bucket": "other", "to_key": "c/d", "only_if_absent": true });
    assert!(root.post(path, copy.clone()).await.ok()["etag"].is_string());
    root.post(path, copy)
        .await
        .refused(412, "PreconditionFailed");
    assert_eq!(
        root.get("/buckets/other/object?key=c/d").await.ok()["size"],
        5
    );
    let path = "/buckets/photos/object/move";
    root.post(path, json!({ "key": "a b", "to_key": "e" }))
        .await
        .ok();
    assert_eq!(
        root.get("/buckets/photos/object?key=e").await.ok()["size"],
        5
    );
    assert!(
        !root
            .get("/buckets/photos/object?key=a%20b")
            .await
            .status
            .is_success()
    );
    root.post(path, json!({ "key": "e", "to_key": "e" }))
        .await
        .refused(400, "InvalidField");
    let missing = json!({ "key": "gone", "to_key": "f" });
    assert_eq!(root.post(path, missing).await.status, 404);
}

#[tokio::test]
async fn many_are_deleted_each_with_its_outcome() {
    let rig = Rig::new().await;
    let root = rig.root().await;
    root.post("/buckets", json!({ "name": "photos" }))
        .await
        .ok();
    for key in ["a", "keep/b", "c%3C%26"] {
        root.upload(&format!("photos/{key}"), "hello").await.ok();
    }
    let policy = json!({ "Version": "2012-10-17", "Statement": [
        { "Effect": "Allow", "Action": "s3:*", "Resource": "*" },
        { "Effect": "Deny", "Action": "s3:DeleteObject", "Resource": "arn:aws:s3:::photos/keep/*" },
    ] });
    let anna = root.user("anna", Some(policy)).await;
    let many = json!({ "objects": [{ "key": "a" }, { "key": "keep/b" }, { "key": "c<&" }] });
    let deleted = anna.post("/buckets/photos/objects/delete", many).await.ok();
    let mut failed: Vec<&str> = Vec::new();
    for item in deleted["items"].as_array().unwrap() {
        if item["error"]["code"] == "AccessDenied" {
            failed.push(item["key"].as_str().unwrap());
        }
    }
    assert_eq!(failed, ["keep/b"]);
    assert_eq!(
        keys(&root.get("/buckets/photos/objects").await.ok()),
        ["keep/b"]
    );
    for wrong in [
        json!([]),
        json!([{ "key": "" }]),
        json!([{ "key": "a\u{1}" }]),
    ] {
        let path = "/buckets/photos/objects/delete";
        let refused = root.post(path, json!({ "objects": wrong })).await;
        refused.refused(400, "InvalidField");
    }
}

#[tokio::test]
async fn transfers_are_s3_as_whoever_brings_the_token() {
    let rig = Rig::new().await;
    let root = rig.root().await;
    bucket(&root, "photos").await;
    root.upload("photos/page.html", "<script>alert(1)</script>")
        .await
        .ok();
    let reply = root.get("/s3/photos/page.html").await;
    assert_eq!(reply.bytes, "<script>alert(1)</script>");
    assert_eq!(
        reply.header("content-security-policy"),
        "default-src 'none'; sandbox"
    );
    assert_eq!(reply.header("x-content-type-options"), "nosniff");
    let mut ranged = root.request(Method::GET, "/s3/photos/page.html", None);
    ranged
        .headers_mut()
        .insert("range", "bytes=1-6".parse().unwrap());
    let reply = rig.send(ranged).await;
    assert_eq!(
        (reply.status.as_u16(), &reply.bytes[..]),
        (206, &b"script"[..])
    );
    let anna = root.user("anna", Some(allow(&["s3:ListBucket"]))).await;
    let refused = anna.get("/s3/photos/page.html").await;
    assert_eq!(refused.status, 403);
    assert_eq!(anna.get("/s3/photos?list-type=2").await.status, 200);
    // A signature that somebody puts into it is nobody's.
    let path = "/s3/photos/page.html?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Signature=x";
    assert_eq!(anna.get(path).await.status, 403);
    let audit = root.get("/audit?action=PutObject").await.ok();
    assert_eq!(audit["items"][0]["target"], "photos/page.html");
}

#[tokio::test]
async fn a_link_is_signed_for_whoever_asks() {
    let rig = Rig::new().await;
    let root = rig.root().await;
    bucket(&root, "photos").await;
    root.upload("photos/a%20b", "hello").await.ok();
    let link = json!({ "key": "a b", "expires_in": 60, "content_disposition": "attachment" });
    let answer = root
        .post("/buckets/photos/presign", link.clone())
        .await
        .ok();
    let url = answer["url"].as_str().unwrap();
    assert!(
        url.starts_with("http://console.example:9000/photos/a%20b?"),
        "{url}"
    );
    assert!(
        url.contains("X-Amz-Expires=60") && url.contains("X-Amz-Signature="),
        "{url}"
    );
    // It is signed by credentials made for it, whose token is in the link.
    let anna = root.user("anna", Some(allow(&["s3:GetObject"]))).await;
    let answer = anna.post("/buckets/photos/presign", link).await.ok();
    assert!(
        answer["url"]
            .as_str()
            .unwrap()
            .contains("X-Amz-Security-Token="),
        "{answer}"
    );
    // One for an upload.
    let link = json!({ "key": "new", "method": "PUT" });
    let answer = root.post("/buckets/photos/presign", link).await.ok();
    let url: http::Uri = answer["url"].as_str().unwrap().parse().unwrap();
    let put = http::Request::put(url.path_and_query().unwrap().as_str())
        .header("host", url.authority().unwrap().as_str())
        .header("content-length", "5")
        .body(http_body_util::Full::<bytes::Bytes>::from("there"))
        .unwrap();
    assert_eq!(rig.s3.handle(put).await.status(), 200);
    assert_eq!(root.get("/s3/photos/new").await.bytes, "there");
    for wrong in [json!({ "key": "" }), json!({ "key": "a", "expires_in": 0 })] {
        root.post("/buckets/photos/presign", wrong)
            .await
            .refused(400, "InvalidField");
    }
}

/// An outcome that is an error is no error of the request, also where it is the first of them.
#[tokio::test]
async fn what_cannot_be_deleted_is_told_key_by_key() {
    let rig = Rig::new().await;
    let root = rig.root().await;
    root.post("/buckets", json!({ "name": "photos", "object_lock": true }))
        .await
        .ok();
    root.upload("photos/a", "hello").await.ok();
    let held = json!({ "on": true });
    root.put("/buckets/photos/object/legal-hold?key=a", held)
        .await
        .ok();
    let versions = root.get("/buckets/photos/versions").await.ok();
    let version = versions["items"][0]["version"].clone();
    let many = json!({ "objects": [{ "key": "a", "version": version }] });
    let outcome = root.post("/buckets/photos/objects/delete", many).await.ok();
    assert_eq!(outcome["items"][0]["error"]["code"], "AccessDenied");
    let none = json!({ "objects": [{ "key": "a", "version": "no version" }] });
    let outcome = root.post("/buckets/photos/objects/delete", none).await.ok();
    assert!(
        outcome["items"][0]["error"]["code"].is_string(),
        "{outcome}"
    );
}
