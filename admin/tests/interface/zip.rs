//! Selections of objects as a ZIP.

use crate::support::{Client, Reply, Rig, allow, request};
use http::Method;
use serde_json::{Value, json};
use std::io::Write;
use std::process::Command;

async fn download(rig: &Rig, link: &Value) -> Reply {
    let path = link["url"].as_str().unwrap();
    let path = path.strip_prefix("/api/v1").unwrap();
    rig.send(request(Method::GET, path, &[], None)).await
}

/// Names and texts, as Python's reader finds them.
fn unpacked(reply: &Reply) -> Vec<(String, String)> {
    assert!(reply.status.is_success(), "{}", reply.status);
    assert_eq!(reply.header("content-type"), "application/zip");
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(&reply.bytes).unwrap();
    let program = "import json, sys, zipfile\nz = zipfile.ZipFile(sys.argv[1])\n\
                   assert z.testzip() is None\n\
                   print(json.dumps([[i.filename, z.read(i).decode()] for i in z.infolist()]))";
    let mut command = Command::new("python3");
    let ended = command
        .arg("-c")
        .arg(program)
        .arg(file.path())
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&ended.stderr);
    assert!(ended.status.success(), "{errors}");
    serde_json::from_slice(&ended.stdout).unwrap()
}

fn pairs<const N: usize>(pairs: [(&str, &str); N]) -> Vec<(String, String)> {
    let owned = |(name, text): (&str, &str)| (name.to_owned(), text.to_owned());
    pairs.map(owned).to_vec()
}

async fn photos(root: &Client<'_>) {
    root.post("/buckets", json!({ "name": "photos" }))
        .await
        .ok();
    for key in ["a/1", "a/2", "a/b/3", "c", "secret/1"] {
        root.upload(&format!("photos/{key}"), "text").await.ok();
    }
}

#[tokio::test]
async fn a_selection_comes_as_one_file_by_a_link_that_works_once() {
    let rig = Rig::new().await;
    let root = rig.root().await;
    photos(&root).await;
    let keys = json!({ "keys": ["a/1", "a/b/3"] });
    let link = root.post("/buckets/photos/zip", keys).await.ok();
    assert_eq!(link["expires_in"], 60);
    let reply = download(&rig, &link).await;
    assert_eq!(
        reply.header("content-disposition"),
        "attachment; filename=\"a.zip\"; filename*=UTF-8''a.zip"
    );
    assert_eq!(unpacked(&reply), pairs([("1", "text"), ("b/3", "text")]));
    download(&rig, &link).await.refused(404, "NoSuchDownload");
    let never = json!({ "url": "/api/v1/zip/00112233445566778899aabbccddeeff" });
    download(&rig, &never).await.refused(404, "NoSuchDownload");
    let none = json!({ "url": "/api/v1/zip/nothing" });
    download(&rig, &none).await.refused(404, "NoSuchDownload");
}

#[tokio::test]
async fn folders_and_prefixes_are_all_that_begins_with_them() {
    let rig = Rig::new().await;
    let root = rig.root().await;
    photos(&root).await;
    let folder = json!({ "keys": ["a/"] });
    let link = root.post("/buckets/photos/zip", folder).await.ok();
    let found = unpacked(&download(&rig, &link).await);
    assert_eq!(
        found,
        pairs([("a/1", "text"), ("a/2", "text"), ("a/b/3", "text")])
    );
    // Each once, however often it is selected.
    let twice = json!({ "keys": ["c", "a/b/3", "a/", "c", "secret/1"], "prefix": "sec" });
    let link = root.post("/buckets/photos/zip", twice).await.ok();
    let names = unpacked(&download(&rig, &link).await);
    let names: Vec<&str> = names.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["a/1", "a/2", "a/b/3", "c", "secret/1"]);
    let prefix = json!({ "prefix": "a/b" });
    let link = root.post("/buckets/photos/zip", prefix).await.ok();
    assert_eq!(
        unpacked(&download(&rig, &link).await),
        pairs([("b/3", "text")])
    );
    let all = json!({ "prefix": "" });
    let link = root.post("/buckets/photos/zip", all).await.ok();
    let reply = download(&rig, &link).await;
    assert!(reply.header("content-disposition").contains("photos.zip"));
    assert_eq!(unpacked(&reply).len(), 5);
    let nothing = json!({ "prefix": "nothing" });
    let link = root.post("/buckets/photos/zip", nothing).await.ok();
    assert_eq!(unpacked(&download(&rig, &link).await), []);
}

#[tokio::test]
async fn what_the_caller_may_not_read_is_left_out_and_named() {
    let rig = Rig::new().await;
    let root = rig.root().await;
    photos(&root).await;
    let policy = json!({ "Version": "2012-10-17", "Statement": [
        { "Effect": "Allow", "Action": "s3:*", "Resource": "*" },
        { "Effect": "Deny", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::photos/secret/*" },
    ] });
    let user = root.user("anna", Some(policy)).await;
    let keys = json!({ "keys": ["c", "secret/1", "missing"] });
    let link = user.post("/buckets/photos/zip", keys).await.ok();
    let found = unpacked(&download(&rig, &link).await);
    assert_eq!(found[0], ("c".to_owned(), "text".to_owned()));
    assert_eq!((found.len(), found[1].0.as_str()), (2, "_left-out.txt"));
    let lines: Vec<&str> = found[1].1.lines().collect();
    assert_eq!(lines.len(), 2, "{lines:?}");
    assert!(lines[0].starts_with("missing\tNoSuchKey\t"), "{lines:?}");
    assert!(
        lines[1].starts_with("secret/1\tAccessDenied\t"),
        "{lines:?}"
    );
}

#[tokio::test]
async fn what_cannot_be_asked_for_is_refused_before() {
    let rig = Rig::new().await;
    let root = rig.root().await;
    photos(&root).await;
    let path = "/buckets/photos/zip";
    root.post(path, json!({}))
        .await
        .refused(400, "InvalidField");
    root.post(path, json!({ "keys": ["a", ""] }))
        .await
        .refused(400, "InvalidField");
    let many = json!({ "keys": vec!["a"; 1001] });
    root.post(path, many).await.refused(400, "InvalidField");
    let nowhere = root
        .post("/buckets/nowhere/zip", json!({ "keys": ["a"] }))
        .await;
    nowhere.refused(404, "NoSuchBucket");
    let nobody = root.user("nobody", Some(allow(&["s3:GetObject"]))).await;
    let listing = nobody.post(path, json!({ "prefix": "a" })).await;
    listing.refused(403, "AccessDenied");
    let single = nobody.post(path, json!({ "keys": ["a/1"] })).await.ok();
    assert_eq!(
        unpacked(&download(&rig, &single).await),
        pairs([("1", "text")])
    );
}

#[tokio::test]
async fn who_may_no_more_gets_no_more() {
    let rig = Rig::new().await;
    let root = rig.root().await;
    photos(&root).await;
    let reader = root.user("reader", Some(allow(&["s3:*"]))).await;
    let keys = json!({ "keys": ["a/1", "c"] });
    let link = reader.post("/buckets/photos/zip", keys.clone()).await.ok();
    root.delete("/users/reader/policies/test").await.ok();
    let found = unpacked(&download(&rig, &link).await);
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].1.contains("AccessDenied"), "{found:?}");

    let other = root.user("other", Some(allow(&["s3:*"]))).await;
    let link = other.post("/buckets/photos/zip", keys).await.ok();
    root.delete("/users/other").await.ok();
    let found = unpacked(&download(&rig, &link).await);
    assert_eq!(found.len(), 1, "{found:?}");
}
