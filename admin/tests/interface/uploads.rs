//! Unfinished uploads.

use crate::support::{Client, Rig, allow};
use bytes::Bytes;
use http::Method;
use http_body_util::Full;
use serde_json::{Value, json};

async fn begin(client: &Client<'_>, path: &str) -> String {
    let request = client.request(Method::POST, &format!("/s3/{path}?uploads"), None);
    let answer = client.rig.send(request).await;
    let text = String::from_utf8(answer.bytes.to_vec()).unwrap();
    let (_, rest) = text.split_once("<UploadId>").unwrap();
    rest.split_once('<').unwrap().0.to_owned()
}

async fn part(client: &Client<'_>, path: &str, upload: &str, body: &'static str) {
    let path = format!("/s3/{path}?partNumber=1&uploadId={upload}");
    let mut request = client.request(Method::PUT, &path, None);
    *request.body_mut() = Full::new(Bytes::from(body));
    let length = body.len().into();
    request.headers_mut().insert("content-length", length);
    client.rig.send(request).await.ok();
}

fn keys(page: &Value) -> Vec<&str> {
    let items = page["items"].as_array().unwrap().iter();
    items.map(|item| item["key"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn uploads_are_listed_with_what_has_come_and_given_up() {
    let rig = Rig::new().await;
    let root = rig.root().await;
    root.post("/buckets", json!({ "name": "films" })).await.ok();
    let mut ids = Vec::new();
    for key in ["a", "a", "b%20%26", "c/d"] {
        ids.push(begin(&root, &format!("films/{key}")).await);
    }
    part(&root, "films/c/d", &ids[3], "twelve bytes").await;
    let all = root.get("/buckets/films/uploads").await.ok();
    assert_eq!(keys(&all), ["a", "a", "b &", "c/d"]);
    assert_eq!(
        (&all["items"][3]["bytes"], &all["items"][0]["bytes"]),
        (&json!(12), &json!(0))
    );
    assert_eq!(all["items"][3]["upload_id"], json!(ids[3]));
    let (mut told, mut cursor) = (Vec::new(), String::new());
    loop {
        let path = format!("/buckets/films/uploads?limit=1{cursor}");
        let page = root.get(&path).await.ok();
        told.extend(page["items"].as_array().unwrap().clone());
        match page["next"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    assert_eq!(json!(told), all["items"]);
    assert_eq!(
        keys(&root.get("/buckets/films/uploads?prefix=c/").await.ok()),
        ["c/d"]
    );
    let path = format!("/buckets/films/uploads?key=c%2Fd&upload_id={}", ids[3]);
    root.delete(&path).await.ok();
    root.delete(&path).await.refused(404, "NoSuchUpload");
    assert_eq!(
        keys(&root.get("/buckets/films/uploads").await.ok()),
        ["a", "a", "b &"]
    );
    let audit = root.get("/audit?action=AbortUpload").await.ok();
    assert_eq!(audit["items"][0]["target"], "films/c/d");
    let nothing = root.delete("/buckets/films/uploads?key=a").await;
    assert_eq!(nothing.refused(400, "InvalidField")["field"], "upload_id");
}

#[tokio::test]
async fn whoever_may_not_gets_nothing() {
    let rig = Rig::new().await;
    let root = rig.root().await;
    root.post("/buckets", json!({ "name": "films" })).await.ok();
    let id = begin(&root, "films/a").await;
    let lister = allow(&["s3:ListBucketMultipartUploads"]);
    let lister = root.user("lister", Some(lister)).await;
    assert_eq!(
        keys(&lister.get("/buckets/films/uploads").await.ok()),
        ["a"]
    );
    let path = format!("/buckets/films/uploads?key=a&upload_id={id}");
    lister.delete(&path).await.refused(403, "AccessDenied");
    let nobody = root.user("nobody", None).await;
    let answer = nobody.get("/buckets/films/uploads").await;
    answer.refused(403, "AccessDenied");
    let missing = root.get("/buckets/nowhere/uploads").await;
    missing.refused(404, "NoSuchBucket");
}
